--
-- What the engine keeps during a statement: scans, relations, memory, across rows,
-- fetches and subtransactions.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse

CREATE TABLE projects (id int PRIMARY KEY);
CREATE TABLE members (user_id text, project_id int REFERENCES projects, role text) WITH (autovacuum_enabled = off);
CREATE INDEX ON members (user_id, project_id);
CREATE INDEX ON members (project_id);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects) WITH (autovacuum_enabled = off);
CREATE INDEX ON issues (project_id);
CREATE TABLE comments (id int PRIMARY KEY, issue_id int REFERENCES issues);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE comments;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC GRANT READ ON comments TO 'projects:member';
$$;
INSERT INTO projects SELECT generate_series(1, 40);
INSERT INTO issues SELECT n, 1 + n % 40 FROM generate_series(1, 4000) n;
INSERT INTO comments SELECT n, 1 + n % 4000 FROM generate_series(1, 8000) n;
INSERT INTO members SELECT user_id, n, 'member' FROM generate_series(1, 40) n, unnest('{U,V}'::text[]) user_id WHERE user_id = 'V' OR n % 4 = 0;

-- Dead rows: an index scan that meets them notes them for later, row after row.
UPDATE issues SET project_id = 1 + project_id % 40;
UPDATE issues SET project_id = 1 + project_id % 40;
UPDATE members SET role = 'guest';
UPDATE members SET role = 'member';
DELETE FROM members WHERE user_id = 'V';
SET ROLE regress_electric_client;
SELECT electric.set_user('U', is_local => false);
SET enable_bitmapscan = off;
SET enable_indexscan = off;
SELECT count(*), sum(id) FROM comments WHERE id > 0;
SELECT count(*), sum(id) FROM comments WHERE id % 7 = 0;
RESET enable_bitmapscan;
RESET enable_indexscan;
SELECT count(*), sum(id) FROM comments;
RESET ROLE;
SELECT count(*), sum(comments.id) FROM comments JOIN issues ON issues.id = issue_id WHERE project_id % 4 = 0;

-- A key that leads to thousands of scopes, of a user who holds thousands of others: the one that he holds is found.
SET ROLE regress_electric_owner;
CREATE TABLE hubs (id int PRIMARY KEY);
CREATE TABLE spokes (id int PRIMARY KEY, hub_id int REFERENCES hubs, project_id int REFERENCES projects);
CREATE INDEX ON spokes (hub_id);
CREATE INDEX ON spokes (project_id);
INSERT INTO projects SELECT generate_series(1001, 7000);
INSERT INTO members SELECT 'W', n, 'member' FROM generate_series(1001, 4000) n;
INSERT INTO hubs VALUES (1), (2);
INSERT INTO spokes SELECT n, 1 + n % 2, n FROM generate_series(4001, 7000) n;
INSERT INTO spokes VALUES (7001, 1, 1001);
ELECTRIC ENABLE hubs;
ELECTRIC GRANT READ ON hubs TO 'projects:member' USING spokes_hub_id_fkey/project_id;
SET ROLE regress_electric_client;
SELECT electric.set_user('W', is_local => false);
SET enable_bitmapscan = off;
SET enable_indexscan = off;
SELECT id FROM hubs WHERE id = 1;
SELECT id FROM hubs WHERE id = 2;
SELECT id FROM hubs;
RESET ROLE;

\i :reset

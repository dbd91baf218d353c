--
-- Plan shapes: what the planner makes of policies, for tables of some size.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY);
CREATE TABLE regions (country text, code int, PRIMARY KEY (country, code));
CREATE TABLE members (user_id text, project_id int REFERENCES projects, PRIMARY KEY (user_id, project_id));
CREATE TABLE officers (user_id text PRIMARY KEY, country text, code int, FOREIGN KEY (country, code) REFERENCES regions);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, origin_id int REFERENCES projects, title text);
CREATE TABLE comments (id int PRIMARY KEY, issue_id int REFERENCES issues);
CREATE TABLE offices (id int PRIMARY KEY, country text, code int, FOREIGN KEY (country, code) REFERENCES regions);
CREATE INDEX ON issues (project_id);
CREATE INDEX ON issues (origin_id);
CREATE INDEX ON comments (issue_id);
CREATE INDEX ON offices (country, code);
INSERT INTO projects SELECT generate_series(1, 500);
INSERT INTO members VALUES ('U', 7), ('U', 11);
INSERT INTO regions SELECT 'c' || n / 10, n % 10 FROM generate_series(0, 499) n;
INSERT INTO officers VALUES ('U', 'c3', 4);
INSERT INTO issues SELECT n, 1 + n % 500, 1 + n / 10, 'issue ' || n FROM generate_series(1, 4990) n;
INSERT INTO comments SELECT n, 1 + n % 4990 FROM generate_series(1, 9980) n;
INSERT INTO offices SELECT n, 'c' || n % 500 / 10, n % 10 FROM generate_series(1, 4990) n;
ELECTRIC ENABLE projects;
ELECTRIC ENABLE issues;
ELECTRIC ENABLE comments;
ELECTRIC ENABLE offices;
ELECTRIC ASSIGN 'projects:member' TO members.user_id;
ELECTRIC ASSIGN 'regions:officer' TO officers.user_id;
ELECTRIC GRANT READ, UPDATE ON issues TO 'projects:member' USING project_id;
ELECTRIC GRANT READ ON projects TO 'projects:member';
ELECTRIC GRANT READ ON comments TO 'projects:member' USING issue_id/project_id;
ELECTRIC GRANT READ ON offices TO 'regions:officer';
RESET ROLE;
VACUUM ANALYZE projects, regions, members, officers, issues, comments, offices;
SET max_parallel_workers_per_gather = 0;
SET enable_bitmapscan = off;
SET jit = off;
\pset tuples_only on
\pset format unaligned
\set explain 'EXPLAIN (COSTS OFF)'
\set client 'SET ROLE regress_electric_client'
\set owner 'SET ROLE regress_electric_owner'

:client;
SELECT electric.set_user('U', is_local => false);

-- Where every role is scoped the keys of the user's scopes drive the index, at any depth, and
-- nothing of them is known to the planner: the plan serves everyone.
:explain SELECT count(*) FROM issues;
SELECT count(*) FROM issues;
:explain SELECT count(*) FROM comments;
SELECT count(*) FROM comments;

-- A scope table's own rows, by its primary key.
SET enable_seqscan = off;
:explain SELECT id FROM projects;
SELECT id FROM projects;
RESET enable_seqscan;

-- A key of two columns: its first column drives, both are judged.
:explain SELECT id FROM offices;
SELECT count(*) FROM offices;

-- What a user may update is found the same way.
:explain UPDATE issues SET title = 'mine';

-- One row by its own key is looked up by that key, prepared or not.
:explain SELECT * FROM issues WHERE id = 6;
SET plan_cache_mode = force_generic_plan;
PREPARE one(int) AS SELECT * FROM issues WHERE id = $1;
:explain EXECUTE one(6);
EXECUTE one(6);
EXECUTE one(5);

-- In a nested loop a row is found by what joins it, not by all keys of the user once more.
SET enable_hashjoin = off;
SET enable_mergejoin = off;
:explain SELECT i.id FROM (VALUES (7), (8)) AS wanted (project_id) JOIN issues i USING (project_id);
SELECT count(*) FROM (VALUES (7), (8)) AS wanted (project_id) JOIN issues i USING (project_id);
RESET enable_hashjoin;
RESET enable_mergejoin;

-- A role that needs no row sees rows outside all scopes: no index condition, until it is revoked.
PREPARE every AS SELECT count(*) FROM issues;
EXECUTE every;
:owner;
ELECTRIC GRANT READ ON issues TO ANYONE;
:client;
:explain EXECUTE every;
EXECUTE every;
:owner;
ELECTRIC REVOKE READ ON issues FROM ANYONE;
ELECTRIC GRANT READ ON issues TO AUTHENTICATED;
:client;
:explain EXECUTE every;
EXECUTE every;
:owner;
ELECTRIC REVOKE READ ON issues FROM AUTHENTICATED;
ELECTRIC GRANT READ ON issues TO 'admin';
:client;
:explain EXECUTE every;
EXECUTE every;
:owner;
ELECTRIC REVOKE READ ON issues FROM 'admin';
:client;
:explain EXECUTE every;
EXECUTE every;

-- A global role that is granted another privilege does not count.
:owner;
ELECTRIC GRANT DELETE ON issues TO 'admin';
:client;
:explain SELECT count(*) FROM issues;

-- Two paths: each has its index.
SET enable_bitmapscan = on;
SET enable_seqscan = off;
:owner;
ELECTRIC GRANT READ ON issues TO 'projects:member' USING origin_id;
:client;
:explain SELECT count(*) FROM issues;
SELECT count(*) FROM issues;
RESET ROLE;
SELECT count(*) FROM issues WHERE project_id IN (7, 11) OR origin_id IN (7, 11);

\i :reset

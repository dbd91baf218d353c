--
-- Partitioned tables: as table of rules, on the way to a scope, as scope, as assigned table.
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

-- Partitions have their columns in another order, and dropped ones among them.
CREATE TABLE projects (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
CREATE TABLE projects_1 (gone int, name text, id int NOT NULL);
ALTER TABLE projects_1 DROP gone;
ALTER TABLE projects ATTACH PARTITION projects_1 FOR VALUES FROM (0) TO (10);
CREATE TABLE projects_2 PARTITION OF projects FOR VALUES FROM (10) TO (20);
CREATE TABLE members (project_id int REFERENCES projects, role text, user_id text) PARTITION BY LIST (role);
CREATE TABLE members_m (user_id text, gone int, also int, role text, project_id int);
ALTER TABLE members_m DROP gone, DROP also;
ALTER TABLE members ATTACH PARTITION members_m FOR VALUES IN ('member');
CREATE TABLE members_rest PARTITION OF members DEFAULT;
CREATE TABLE issues (id int, project_id int REFERENCES projects, PRIMARY KEY (id)) PARTITION BY HASH (id);
CREATE TABLE issues_0 (project_id int, id int NOT NULL);
ALTER TABLE issues ATTACH PARTITION issues_0 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE issues_1 PARTITION OF issues FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE comments (id int, issue_id int REFERENCES issues, body text) PARTITION BY RANGE (id);
CREATE TABLE comments_low PARTITION OF comments FOR VALUES FROM (0) TO (100) PARTITION BY LIST (id);
CREATE TABLE comments_1 (body text, gone int, issue_id int, id int);
ALTER TABLE comments_1 DROP gone;
ALTER TABLE comments_low ATTACH PARTITION comments_1 FOR VALUES IN (1, 2, 3, 4, 5);
CREATE TABLE comments_rest PARTITION OF comments_low DEFAULT;
CREATE TABLE comments_high PARTITION OF comments FOR VALUES FROM (100) TO (200);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues; ELECTRIC ENABLE comments; ELECTRIC ENABLE members;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC GRANT READ ON projects, issues, comments TO 'projects:member', 'projects:editor';
	ELECTRIC GRANT WRITE ON issues, comments TO 'projects:editor';
$$;
INSERT INTO projects SELECT i, 'project ' || i FROM generate_series(1, 19) i;
INSERT INTO issues SELECT i, i FROM generate_series(1, 19) i;
INSERT INTO comments SELECT i, i % 20, 'comment ' || i FROM generate_series(1, 19) i;
INSERT INTO comments SELECT 100 + i, i, 'comment ' || i FROM generate_series(1, 19) i;
INSERT INTO members VALUES (1, 'member', 'U'), (12, 'editor', 'U'), (3, 'editor', 'V'), (4, 'member', NULL), (NULL, 'member', 'V');
RESET client_min_messages;
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
\set seen 'SELECT (SELECT array_agg(id ORDER BY id) FROM projects), (SELECT array_agg(id ORDER BY id) FROM issues), (SELECT array_agg(id ORDER BY id) FROM comments);'

-- Read: across all partitions, without indexes.
SET ROLE regress_electric_client;
SELECT electric.set_user('V', is_local => false);
:seen
SELECT electric.logout();
BEGIN;
SELECT electric.set_user('U');
:seen
SELECT count(*) FROM members;

-- Written: also from one partition to another.
INSERT INTO issues VALUES (20, 12);
INSERT INTO issues VALUES (21, 1);
INSERT INTO comments VALUES (21, 20, 'new'), (121, 12, 'new');
INSERT INTO comments VALUES (22, 1, 'new');
UPDATE comments SET id = id + 100 WHERE id = 21;
UPDATE comments SET id = 4 WHERE id = 112;
UPDATE comments SET issue_id = 1 WHERE id = 12;
UPDATE issues SET project_id = 1;
UPDATE issues SET id = 41 WHERE id = 20;
DELETE FROM comments WHERE id IN (1, 12, 112);
:seen
SELECT tableoid::regclass, id, issue_id FROM comments ORDER BY id;
ROLLBACK;

-- With indexes on the partitioned table, on one partition only, and by plans that use them.
SET ROLE regress_electric_owner;
CREATE INDEX ON members (user_id);
CREATE INDEX ON members_m (project_id, user_id);
CREATE INDEX ON issues (project_id);
CREATE INDEX ON comments_1 (issue_id);
SET ROLE regress_electric_client;
BEGIN;
SELECT electric.set_user('U');
:seen
SET LOCAL enable_seqscan = off;
:seen
SELECT id FROM comments WHERE id = 1 ORDER BY id;
SELECT id FROM comments WHERE id = 2 ORDER BY id;
ROLLBACK;

-- Whoever addresses a partition goes around no rule: it has no privileges, and no rows.
BEGIN;
SELECT electric.set_user('U');
SELECT count(*) FROM comments_1;
INSERT INTO comments_high VALUES (150, 12);
ROLLBACK;
RESET ROLE;
GRANT ALL ON comments_1, comments_high TO regress_electric_client;
SET ROLE regress_electric_client;
BEGIN;
SELECT electric.set_user('U');
SELECT count(*) FROM comments_1;
UPDATE comments_1 SET body = 'changed';
INSERT INTO comments_high VALUES (150, 12);
ROLLBACK;

-- A partition that comes or goes takes its rows along, and its assignments.
SET ROLE regress_electric_owner;
BEGIN;
ALTER TABLE members DETACH PARTITION members_m;
ALTER TABLE comments DETACH PARTITION comments_high;
SET ROLE regress_electric_client;
SELECT electric.set_user('U');
:seen
SET ROLE regress_electric_owner;
ALTER TABLE members ATTACH PARTITION members_m FOR VALUES IN ('member');
ALTER TABLE comments ATTACH PARTITION comments_high FOR VALUES FROM (100) TO (200);
SET ROLE regress_electric_client;
:seen
SET ROLE regress_electric_owner;
TRUNCATE members_rest;
SET ROLE regress_electric_client;
:seen
ROLLBACK;
\set QUIET on
\i :reset

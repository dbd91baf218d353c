--
-- Indexes: which there are makes rules faster or slower, and changes no answer.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = error;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
SET ROLE regress_electric_owner;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse

-- Keys that are equal in any letter case, many of one user's and of others' in each table.
CREATE TABLE projects (id text COLLATE nocase PRIMARY KEY);
CREATE TABLE members (user_id text, project_id text COLLATE nocase REFERENCES projects, role text);
CREATE TABLE issues (id int PRIMARY KEY, project_id text COLLATE nocase REFERENCES projects);
CREATE TABLE comments (id int PRIMARY KEY, issue_id int REFERENCES issues);
INSERT INTO projects SELECT 'Project ' || n FROM generate_series(1, 50) n;
INSERT INTO members SELECT u, 'PROJECT ' || n, 'member' FROM generate_series(1, 50) n, unnest('{U,V}'::text[]) u
	WHERE n % CASE u WHEN 'U' THEN 10 ELSE 9 END = 0;
INSERT INTO issues SELECT n, 'project ' || 1 + n % 50 FROM generate_series(1, 200) n;
INSERT INTO comments SELECT n, n FROM generate_series(1, 200) n;
SELECT electric.ddlx($$
	ELECTRIC ENABLE issues; ELECTRIC ENABLE comments;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC GRANT READ ON issues, comments TO 'projects:member';
$$) \g /dev/null

-- How many issues and comments U sees, row by row and by the planner's indexes.
\set count 'SELECT (SELECT count(*) FROM issues) AS issues, (SELECT count(*) FROM comments) AS comments'
\set look 'SET ROLE regress_electric_client; SET enable_indexscan = off; SET enable_bitmapscan = off; :count; RESET enable_indexscan; RESET enable_bitmapscan; SET enable_seqscan = off; :count; RESET enable_seqscan; SET ROLE regress_electric_owner;'
RESET ROLE;
SELECT FROM electric.set_user('U', is_local => false);
:look
ANALYZE;
:look

-- Partial indexes hold some of the rows.
BEGIN;
CREATE INDEX ON members (user_id, project_id) WHERE role = 'guest';
CREATE INDEX ON members (project_id) WHERE user_id = 'V';
CREATE INDEX ON issues (project_id) WHERE id < 20;
CREATE INDEX ON comments (issue_id) WHERE id < 20;
:look
ROLLBACK;

-- Indexes of another collation know other equal keys.
BEGIN;
CREATE INDEX ON members (project_id COLLATE "C", user_id);
CREATE INDEX ON issues (project_id COLLATE "C");
:look
ROLLBACK;

-- An index that could not be built finds nothing, though it would be unique.
CREATE UNIQUE INDEX CONCURRENTLY members_user_id ON members (user_id);
CREATE UNIQUE INDEX CONCURRENTLY issues_project_id ON issues (project_id);
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE NOT indisvalid ORDER BY 1;
:look
DROP INDEX members_user_id, issues_project_id;

-- Indexes that fit, of both kinds.
BEGIN;
CREATE INDEX ON members USING hash (project_id);
CREATE INDEX ON issues USING hash (project_id);
:look
ROLLBACK;
BEGIN;
CREATE INDEX ON members (user_id DESC, project_id);
CREATE INDEX ON issues (project_id, id);
CREATE INDEX ON comments (issue_id);
:look
ROLLBACK;

-- A hash index finds rows by the hash alone: 0 and 4294967297 have the same.
CREATE TABLE numbers (id bigint PRIMARY KEY);
CREATE TABLE holders (user_id text, number_id bigint REFERENCES numbers);
CREATE INDEX ON holders USING hash (number_id);
INSERT INTO numbers VALUES (0), (4294967297), (8589934594);
INSERT INTO holders SELECT 'U', 0 FROM generate_series(1, 200);
SELECT electric.ddlx($$
	ELECTRIC ENABLE numbers;
	ELECTRIC ASSIGN 'numbers:holder' TO holders.user_id;
	ELECTRIC GRANT READ ON numbers TO 'numbers:holder';
$$) \g /dev/null
SET ROLE regress_electric_client;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_indexonlyscan = off;
TABLE numbers;
\i :reset

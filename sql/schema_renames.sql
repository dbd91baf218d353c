--
-- A living schema: what is renamed or moved is followed, by rules, policies and dump(), and nobody
-- sees more or less than before.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_tracker.sql'
\i :fixture

-- To begin with: what each sees, and the rules.
:seen
:rules

-- Columns: of a path, of users and roles, of a column list, of conditions, of IF, of a primary key.
ALTER TABLE issues RENAME project_id TO "project Id";
ALTER TABLE members RENAME user_id TO who;
ALTER TABLE members RENAME role TO rank;
ALTER TABLE members RENAME until TO valid;
ALTER TABLE issues RENAME title TO subject;
ALTER TABLE issues RENAME state TO "State";
ALTER TABLE comments RENAME author TO "new";
ALTER TABLE comments RENAME issue_id TO issue;
ALTER TABLE projects RENAME id TO project;
ALTER TABLE projects RENAME owner_id TO boss;
:seen
:rules

-- An UPDATE is judged by the columns' new names.
SET ROLE regress_electric_client;
BEGIN;
SELECT FROM electric.set_user('alice');
UPDATE issues SET subject = 'a2' WHERE id = 10 RETURNING id, subject;
UPDATE issues SET "State" = 'done' WHERE id = 10;
ROLLBACK;
SET ROLE regress_electric_owner;

-- Constraints of a path, forward and backward.
ALTER TABLE issues RENAME CONSTRAINT issues_project_id_fkey TO "of/project";
ALTER TABLE comments RENAME CONSTRAINT comment_author TO written_by;
ALTER TABLE comments RENAME CONSTRAINT comments_issue_id_fkey TO on_issue;
:seen
:rules

-- Tables: the one granted on, one on the way, the assigned one and the scope.
ALTER TABLE comments RENAME TO remarks;
ALTER TABLE issues RENAME TO tickets;
ALTER TABLE members RENAME TO people;
ALTER TABLE projects RENAME TO "Projects: all";
:seen
:rules

-- Names that change places: what a rule means stays what it was.
ALTER TABLE tickets RENAME subject TO swap;
ALTER TABLE tickets RENAME "State" TO subject;
ALTER TABLE tickets RENAME swap TO state;
:seen
:rules

-- A new column, or table, under a name that a rule once knew is another one.
ALTER TABLE tickets ADD project_id int DEFAULT 2;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
INSERT INTO projects VALUES (1, 'bob'), (2, 'alice');
:seen
DROP TABLE projects;
ALTER TABLE tickets DROP project_id;

-- A function of a condition, and the schema that it is in.
ALTER FUNCTION is_open(text) RENAME TO "Is open";
ALTER FUNCTION is_valid(int) RENAME TO is_true;
RESET ROLE;
CREATE SCHEMA tools;
GRANT ALL ON SCHEMA tools TO regress_electric_owner;
ALTER FUNCTION "Is open"(text) SET SCHEMA tools;
ALTER FUNCTION is_true(int) SET SCHEMA tools;
ALTER SCHEMA tools RENAME TO "Tool box";
GRANT USAGE ON SCHEMA "Tool box" TO regress_electric_client;
SET ROLE regress_electric_owner;
:seen
:rules

-- A move to a schema that the table's owner cannot use is refused: what policies say is analysed with his rights.
BEGIN;
RESET ROLE;
CREATE SCHEMA unusable;
\set VERBOSITY terse
ALTER TABLE remarks SET SCHEMA unusable;
\set VERBOSITY default
ROLLBACK;

-- Tables in another schema, and that schema renamed. Client roles get USAGE there.
RESET ROLE;
CREATE SCHEMA app;
GRANT ALL ON SCHEMA app TO regress_electric_owner;
ALTER TABLE remarks SET SCHEMA app;
ALTER TABLE tickets SET SCHEMA app;
ALTER TABLE people SET SCHEMA app;
ALTER SCHEMA app RENAME TO "App";
SET ROLE regress_electric_owner;
:seen
:rules

-- A label of an enum in a condition.
RESET ROLE;
SET ROLE regress_electric_owner;
CREATE TYPE mood AS ENUM ('low', 'high');
ALTER TABLE users ADD feels mood DEFAULT 'high';
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON users TO ANYONE WHERE (feels = 'low') $$;
ALTER TYPE mood RENAME VALUE 'low' TO 'blue';
ALTER TYPE mood RENAME TO feeling;
SELECT dump FROM electric.dump() AS dump WHERE dump LIKE '%feels%';
SELECT qual FROM pg_policies WHERE tablename = 'users' AND cmd = 'SELECT';

-- All of it undone: rolled back, or renamed back, the rules read as before.
BEGIN;
ALTER TABLE users RENAME TO persons;
ALTER TYPE feeling RENAME VALUE 'blue' TO 'grey';
SELECT dump FROM electric.dump() AS dump WHERE dump LIKE '%persons%';
ROLLBACK;
SELECT dump FROM electric.dump() AS dump WHERE dump LIKE '%users%';

-- dump() makes the same rules again.
CREATE TEMP TABLE kept AS SELECT * FROM electric.grants;
CREATE TEMP TABLE given AS SELECT * FROM electric.assignments;
CREATE TEMP TABLE dumped AS SELECT string_agg(dump, E'\n') AS statements FROM electric.dump() AS dump;
SET client_min_messages = warning;
SELECT statements AS dumped FROM dumped \gset
SELECT count(*) FROM electric.ddlx(:'dumped');
(TABLE electric.grants EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE electric.grants);
(TABLE electric.assignments EXCEPT TABLE given) UNION ALL (TABLE given EXCEPT TABLE electric.assignments);
RESET ROLE;
\set QUIET on
SET client_min_messages = warning;
DROP SCHEMA "App", "Tool box" CASCADE;
\i :reset

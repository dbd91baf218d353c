--
-- A living schema: what a rule stands on cannot be dropped without CASCADE. With it the rule
-- goes and says so; policies and the other rules stay.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_tracker.sql'
\i :fixture
\set ON_ERROR_ROLLBACK on
\set missing 'SELECT tablename, count(*) FROM pg_policies WHERE policyname ~ ''^electric_(select|insert|update|delete)$'' GROUP BY 1 HAVING count(*) <> 4;'

-- A foreign key that a path uses, forward or backward.
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey;
ALTER TABLE comments DROP CONSTRAINT comment_author;
ALTER TABLE members DROP CONSTRAINT members_project_id_fkey;
:seen
BEGIN;
ALTER TABLE comments DROP CONSTRAINT comment_author CASCADE;
:seen
:missing
ROLLBACK;
BEGIN;
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey CASCADE;
:seen
:rules
:missing
ROLLBACK;

-- Its replacement in the same statement, by one that joins the same columns, is no loss.
BEGIN;
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey,
	ADD CONSTRAINT issues_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects ON DELETE CASCADE;
:seen
ROLLBACK;

-- By one that joins other columns, or under another name, it is.
BEGIN;
ALTER TABLE issues ADD other_id int;
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey,
	ADD CONSTRAINT issues_project_id_fkey FOREIGN KEY (other_id) REFERENCES projects;
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey,
	ADD CONSTRAINT other_fkey FOREIGN KEY (project_id) REFERENCES projects;
ROLLBACK;

-- The primary key of a scope: a role is held in what it identifies.
BEGIN;
ALTER TABLE projects ADD number int, ADD UNIQUE (id);
ALTER TABLE projects DROP CONSTRAINT projects_pkey CASCADE;
:seen
:rules
ROLLBACK;
BEGIN;
CREATE TABLE teams (id int PRIMARY KEY, leader text);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE teams; ELECTRIC ASSIGN 'teams:leader' TO teams.leader; ELECTRIC GRANT READ ON teams TO 'teams:leader' $$;
ALTER TABLE teams DROP CONSTRAINT teams_pkey;
ALTER TABLE teams DROP CONSTRAINT teams_pkey, ADD PRIMARY KEY (leader);
ALTER TABLE teams DROP CONSTRAINT teams_pkey, ADD PRIMARY KEY (id);
ALTER TABLE teams DROP CONSTRAINT teams_pkey CASCADE;
SELECT count(*) FROM electric.grants WHERE tbl = 'teams'::regclass;
ROLLBACK;

-- An index that no constraint has made and a foreign key stands on.
BEGIN;
ALTER TABLE projects ADD number int;
CREATE UNIQUE INDEX project_number ON projects (number);
ALTER TABLE issues ADD number int, ADD CONSTRAINT by_number FOREIGN KEY (number) REFERENCES projects (number);
DO LANGUAGE ddlx $$ ELECTRIC GRANT DELETE ON issues TO 'projects:owner' USING by_number $$;
DROP INDEX project_number;
DROP INDEX project_number CASCADE;
SELECT dump FROM electric.dump() AS dump WHERE dump LIKE '%DELETE%';
:missing
ROLLBACK;

-- Columns: of users and roles, of a list, of a path, of a condition, of IF.
ALTER TABLE members DROP user_id;
ALTER TABLE members DROP role;
ALTER TABLE members DROP until;
ALTER TABLE projects DROP owner_id;
ALTER TABLE issues DROP title;
ALTER TABLE issues DROP state;
ALTER TABLE issues DROP project_id;
ALTER TABLE comments DROP issue_id;
:seen
BEGIN;
ALTER TABLE members DROP user_id CASCADE;
:seen
:rules
ROLLBACK;
BEGIN;
ALTER TABLE projects DROP owner_id CASCADE;
:seen
:missing
ROLLBACK;
BEGIN;
ALTER TABLE issues DROP state CASCADE;
:seen
:missing
ROLLBACK;
BEGIN;
ALTER TABLE issues DROP project_id CASCADE;
:seen
:missing
ROLLBACK;

-- A list that has lost a column goes on with the others; what the user may do is no more than before.
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE (n, author) ON comments TO 'projects:member' USING issue_id/project_id $$;
BEGIN;
ALTER TABLE comments DROP n;
ALTER TABLE comments DROP n CASCADE;
SELECT dump FROM electric.dump() AS dump WHERE dump LIKE '%UPDATE%comments%';
SET ROLE regress_electric_client;
SELECT FROM electric.set_user('alice');
UPDATE comments SET author = 'bob' WHERE id = 100;
UPDATE comments SET author = 'alice' WHERE id = 100 RETURNING id;
UPDATE comments SET id = 0 WHERE id = 100;
ROLLBACK;

-- A column that no rule names goes as ever.
BEGIN;
ALTER TABLE comments ADD extra int;
ALTER TABLE comments DROP extra;
ROLLBACK;

-- Functions and types of conditions.
DROP FUNCTION is_open(text);
DROP FUNCTION is_valid(int);
BEGIN;
DROP FUNCTION is_open(text) CASCADE;
:seen
:rules
:missing
ROLLBACK;
BEGIN;
DROP FUNCTION is_valid(int) CASCADE;
:seen
:rules
ROLLBACK;

-- Fields of composite values in conditions, which are followed as columns are.
BEGIN;
CREATE TYPE place AS (room int, floor int);
CREATE FUNCTION place_of(text) RETURNS place LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(1, 2)::place $$;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON users TO 'guide' WHERE ((place_of(id)).floor = 2);
	ELECTRIC ASSIGN 'guide' TO members.user_id IF ((place_of(role)).room = 1);
$$;
ALTER TYPE place RENAME ATTRIBUTE floor TO level;
ALTER TYPE place RENAME ATTRIBUTE room TO floor;
SELECT dump FROM electric.dump() AS dump WHERE dump LIKE '%guide%';
ALTER TYPE place DROP ATTRIBUTE level;
ALTER TYPE place ALTER ATTRIBUTE level TYPE text;
ALTER TYPE place DROP ATTRIBUTE level CASCADE;
ALTER TYPE place DROP ATTRIBUTE floor CASCADE;
SELECT dump FROM electric.dump() AS dump WHERE dump LIKE '%guide%';
:missing
ROLLBACK;

-- Typed tables lose columns, and themselves, with their type; heirs with their parent's.
BEGIN;
CREATE TYPE club AS (id int, boss text, state text);
CREATE TABLE clubs OF club (PRIMARY KEY (id));
CREATE TABLE people (name text, age int);
CREATE TABLE staff () INHERITS (people);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE clubs;
	ELECTRIC ASSIGN 'clubs:boss' TO clubs.boss;
	ELECTRIC GRANT READ ON clubs TO 'clubs:boss' WHERE (state = 'open');
	ELECTRIC ASSIGN 'worker' TO staff.name IF (age > 17);
$$;
ALTER TYPE club RENAME ATTRIBUTE boss TO head CASCADE;
ALTER TABLE people RENAME age TO years;
SELECT dump FROM electric.dump() AS dump WHERE dump ~ 'club|staff';
ALTER TYPE club DROP ATTRIBUTE head;
ALTER TABLE people DROP name;
SAVEPOINT s;
ALTER TYPE club DROP ATTRIBUTE head CASCADE;
ALTER TABLE people DROP name CASCADE;
SELECT dump FROM electric.dump() AS dump WHERE dump ~ 'club|staff';
:missing
ROLLBACK TO s;
DROP TYPE club CASCADE;
DROP TABLE people CASCADE;
SELECT dump FROM electric.dump() AS dump WHERE dump ~ 'club|staff';
ROLLBACK;

-- Tables: rules on one go with it without a word, those of others that lead through it need CASCADE.
DROP TABLE issues;
DROP TABLE projects;
BEGIN;
DROP TABLE comments;
DROP TABLE comments CASCADE;
:seen
:rules
ROLLBACK;
BEGIN;
DROP TABLE members;
:seen
:rules
ROLLBACK;
BEGIN;
DROP TABLE projects CASCADE;
:seen
:rules
:missing
SELECT * FROM electric.tables ORDER BY tbl::text;
ROLLBACK;
BEGIN;
DROP TABLE projects, issues, comments, members, users;
SELECT (SELECT count(*) FROM electric.tables) AS tables, (SELECT count(*) FROM electric.grants) AS grants, (SELECT count(*) FROM electric.assignments) AS assignments;
ROLLBACK;

-- A schema, and all that a role owns.
BEGIN;
RESET ROLE;
CREATE SCHEMA app;
GRANT ALL ON SCHEMA app TO regress_electric_owner;
ALTER TABLE comments SET SCHEMA app;
DROP SCHEMA app;
SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
:seen
:rules
ROLLBACK;
BEGIN;
RESET ROLE;
SET client_min_messages = warning;
DROP OWNED BY regress_electric_owner CASCADE;
SELECT (SELECT count(*) FROM electric.tables) AS tables, (SELECT count(*) FROM electric.grants) AS grants, (SELECT count(*) FROM electric.assignments) AS assignments;
ROLLBACK;

-- A rule that was broken before, and so gave nothing, hinders no command.
BEGIN;
RESET ROLE;
UPDATE electric.grants SET path_keys = '{no such key}' WHERE tbl = 'users'::regclass;
SET ROLE regress_electric_owner;
ALTER TABLE comments DROP CONSTRAINT comment_author;
ROLLBACK;

-- Another table of the same name is another table: it starts with no rule.
BEGIN;
DROP TABLE members;
CREATE TABLE members (user_id text, project_id int REFERENCES projects, role text, until int);
INSERT INTO members VALUES ('alice', 1, 'member', 9);
:seen
ROLLBACK;
\set QUIET on
RESET ROLE;
\i :reset

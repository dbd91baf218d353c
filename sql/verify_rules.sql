--
-- verify(): rules that no longer are as they were stated; and the repairs.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_other;
CREATE ROLE regress_electric_client;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_other;
SET ROLE regress_electric_owner;
CREATE TYPE label AS ENUM ('member');
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, old_id int REFERENCES projects, title text, body text);
CREATE TABLE members (user_id text, project_id int REFERENCES projects, role label, amount numeric);
INSERT INTO projects VALUES (1, 'alice');
INSERT INTO issues VALUES (1, 1, NULL, 'one', '');
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC ASSIGN 'guest' TO members.user_id;
	ELECTRIC GRANT READ ON issues TO 'projects:owner' USING project_id;
	ELECTRIC GRANT READ ON issues TO 'projects:member' USING project_id;
	ELECTRIC GRANT READ ON issues TO 'projects:member' USING old_id;
	ELECTRIC GRANT UPDATE (title, body) ON issues TO 'projects:owner' USING project_id;
	ELECTRIC GRANT INSERT ON issues TO 'writer' CHECK (body <> '');
$$;
RESET ROLE;
CREATE PROCEDURE become(user_id text) SECURITY DEFINER LANGUAGE sql AS 'SELECT electric.set_user(user_id, is_local => false)';
\pset format unaligned
\pset tuples_only on
\pset null null
\set verify 'SELECT * FROM electric.verify();'
\set see 'SET ROLE regress_electric_client; CALL become($$alice$$); SELECT count(*) FROM issues; RESET ROLE;'
-- A role that nobody assigns, or nobody is granted anything for, is no deviation.
:verify
:see

-- A path that no longer joins what it joined gives nothing. REVOKE names it ..
BEGIN;
UPDATE electric.grants SET path_keys = '{public.issues(nr) -> public.projects(id),public.projects(id)}' WHERE role = 'owner' AND privilege = 'SELECT';
:verify
SELECT repair FROM electric.verify() WHERE object LIKE 'grant%' \gexec
SELECT repair FROM electric.verify() \gexec
:verify
:see
ROLLBACK;

-- .. unless it would take a sound grant of the same role with it: then a superuser deletes the row.
BEGIN;
UPDATE electric.grants SET path = 'issues_gone' WHERE role = 'member' AND path = 'issues_old_id_fkey';
SELECT problem, repair FROM electric.verify() WHERE object LIKE 'grant%';
SELECT repair FROM electric.verify() WHERE object LIKE 'grant%' \gexec
SELECT repair FROM electric.verify() \gexec
:verify
SELECT * FROM electric.dump() d WHERE d LIKE '%member%';
ROLLBACK;

-- A column of a list that is gone; and a column grant whose path is gone as well.
BEGIN;
UPDATE electric.grants SET column_name = 'gone "1"' WHERE column_name = 'title';
SELECT problem, repair FROM electric.verify() WHERE object LIKE 'grant%';
SELECT repair FROM electric.verify() WHERE object LIKE 'grant%' \gexec
SELECT repair FROM electric.verify() \gexec
:verify
SELECT * FROM electric.dump() d WHERE d LIKE '%UPDATE%';
UPDATE electric.grants SET path_keys = NULL WHERE column_name IS NOT NULL;
SELECT problem, repair FROM electric.verify() WHERE object LIKE 'grant%';
SELECT repair FROM electric.verify() WHERE object LIKE 'grant%' \gexec
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;

-- A condition that no longer means anything: the grant gives nothing, and nothing else is said.
BEGIN;
SET LOCAL client_min_messages = notice;
UPDATE electric.grants SET check_sql = 'this.gone > 1' WHERE role = 'writer';
SELECT problem, repair FROM electric.verify() WHERE object LIKE 'grant%';
SET LOCAL client_min_messages = warning;
SELECT repair FROM electric.verify() WHERE object LIKE 'grant%' \gexec
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;

-- What the owner of the table may not read, his rules cannot either. He can be granted it, or the rule goes.
BEGIN;
ALTER TABLE projects OWNER TO regress_electric_other;
REVOKE ALL ON projects FROM regress_electric_owner;
DELETE FROM electric.assignments;
:verify
SAVEPOINT here;
GRANT SELECT ON projects TO regress_electric_owner;
:verify
ROLLBACK TO here;
SELECT repair FROM electric.verify() \gexec
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;

-- Roles are assigned in scopes of the same owner alone.
BEGIN;
ALTER TABLE projects OWNER TO regress_electric_other;
GRANT SELECT ON projects TO regress_electric_owner;
:verify
:see
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;

-- Columns of an assignment that are gone, or of types that cannot serve.
BEGIN;
UPDATE electric.assignments SET user_column = 'gone' WHERE role = 'guest';
UPDATE electric.assignments SET role_column = 'amount' WHERE role_column = 'role';
UPDATE electric.assignments SET user_column = 'ctid' WHERE role = 'owner';
:verify
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;
BEGIN;
UPDATE electric.assignments SET user_column = 'amount', role_column = 'gone' WHERE role_column = 'role';
:verify
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;
BEGIN;
ALTER TYPE label OWNER TO regress_electric_other;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;

-- The path of an assignment.
BEGIN;
UPDATE electric.assignments SET path_keys = '{public.projects(nr)}' WHERE role = 'owner';
UPDATE electric.assignments SET path = 'gone' WHERE role_column = 'role';
:verify
:see
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;

-- Tables that are gone, as restored rules may name them; a relation on which no rule can stand; a scope of either kind.
CREATE VIEW looks AS SELECT 1 AS id;
BEGIN;
INSERT INTO electric.tables VALUES ('4294967295', false), ('looks', true), ('pg_class', true), ('electric.grants', true);
INSERT INTO electric.grants (tbl, privilege, role, column_name) VALUES ('4294967294', 'SELECT', 'it''s', NULL), ('looks', 'UPDATE', 'a', 'id');
INSERT INTO electric.grants (tbl, privilege, role, scope, path) VALUES ('issues', 'DELETE', 'a', '4294967293', ''), ('issues', 'DELETE', 'b', 'looks', '');
INSERT INTO electric.assignments (tbl, user_column, role, role_column) VALUES ('4294967294', 'user_id', 'a', NULL), ('looks', 'id', NULL, 'id');
INSERT INTO electric.assignments (tbl, user_column, role, role_column, scope, path) VALUES
	('members', 'user_id', 'a', NULL, '4294967293', ''), ('members', 'user_id', NULL, 'role', 'looks', '');
:verify
SELECT repair FROM electric.verify() WHERE object NOT LIKE 'policy%' \gexec
:verify
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;

-- Grants on a table that is not enabled leave it open. An assignment needs no enabled table.
BEGIN;
CREATE TABLE notes (id int);
ALTER TABLE notes OWNER TO regress_electric_owner;
INSERT INTO notes VALUES (1);
GRANT SELECT ON notes TO regress_electric_client;
INSERT INTO electric.grants VALUES ('notes', 'SELECT', 'a');
SET ROLE regress_electric_client;
SELECT * FROM notes;
RESET ROLE;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
SET ROLE regress_electric_client;
SELECT * FROM notes;
RESET ROLE;
ROLLBACK;

-- A table that roles are assigned from and that has become a partition can be named by no statement.
BEGIN;
CREATE TABLE everyone (LIKE members) PARTITION BY LIST (user_id);
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
ALTER TABLE everyone ATTACH PARTITION members DEFAULT;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;

-- Rows that no statement writes are left out of every other list.
BEGIN;
INSERT INTO electric.grants (tbl, privilege, role, scope, path, column_name) VALUES
	('issues', 'SELECT', 'a', NULL, 'x', NULL), ('issues', 'SELECT', 'b', 'projects', NULL, NULL),
	('issues', 'DELETE', 'c', NULL, NULL, 'title'), ('issues', 'UPDATE', 'ANYONE', 'projects', '', NULL),
	(0, 'SELECT', 'd', NULL, NULL, NULL);
INSERT INTO electric.assignments (tbl, user_column, role, scope) VALUES
	('members', 'user_id', 'ANYONE', NULL), ('members', 'user_id', 'b', 'projects'), (0, 'user_id', 'c', NULL);
ALTER TABLE electric.grants DROP CONSTRAINT grants_privilege_check;
INSERT INTO electric.grants VALUES ('issues', 'TRUNCATE', 'e');
ALTER TABLE electric.assignments DROP CONSTRAINT assignments_check;
INSERT INTO electric.assignments VALUES ('members', 'user_id');
:verify
SELECT repair FROM electric.verify() \gexec
:verify
ROLLBACK;
:verify
\i :reset

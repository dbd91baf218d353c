--
-- Who may state rules: ownership of what is spoken of, and nothing else.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_deputy IN ROLE regress_electric_owner;
CREATE ROLE regress_electric_heir NOINHERIT IN ROLE regress_electric_owner;
CREATE ROLE regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text UNIQUE);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects);
CREATE INDEX ON issues (project_id);
GRANT ALL ON projects, issues TO regress_electric_mallory;
\pset format unaligned
\pset tuples_only on
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC GRANT READ ON issues TO 'projects:member', 'admin';
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
$$;

-- Holding every privilege on a table is not owning it: every kind of statement is refused.
SET ROLE regress_electric_mallory;
SELECT electric.ddlx($$ALTER TABLE issues ENABLE ELECTRIC$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC DISABLE issues$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT ALL ON issues TO ANYONE$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC REVOKE ALL ON issues FROM 'admin'$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN 'admin' TO projects.owner_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC UNASSIGN 'projects:owner' FROM projects.owner_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC SQLITE 'x'$$);
\echo :LAST_ERROR_SQLSTATE

-- A scoped role is assigned by the scope's owner alone, from whatever table.
CREATE TABLE mine (user_id text UNIQUE, project_id int REFERENCES projects, id int PRIMARY KEY);
CREATE INDEX ON mine (project_id);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'projects:member' TO mine.user_id$$);
\echo :LAST_ERROR_SQLSTATE

-- A global role can be assigned from one's own table; tables of other owners that grant it are not served.
SELECT electric.ddlx($$ELECTRIC ASSIGN 'admin' TO mine.user_id$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'nobody grants this' TO mine.user_id$$);

-- A scope of another owner may be named in a grant on one's own table, if its keys may be read.
SELECT electric.ddlx($$ELECTRIC ENABLE mine; ELECTRIC GRANT READ ON mine TO 'projects:member'$$);

-- ASSIGN on a table that is not enabled warns if others may write it, and so into the role.
SET ROLE regress_electric_owner;
CREATE TABLE staff (user_id text PRIMARY KEY, role text);
GRANT SELECT ON staff TO PUBLIC;
SELECT electric.ddlx($$ELECTRIC ASSIGN staff.role TO staff.user_id$$);
GRANT INSERT ON staff TO regress_electric_mallory;
GRANT UPDATE (role) ON staff TO PUBLIC;
SELECT electric.ddlx($$ELECTRIC ASSIGN staff.role TO staff.user_id$$);
SELECT electric.ddlx($$ELECTRIC ENABLE staff; ELECTRIC ASSIGN staff.role TO staff.user_id$$);

-- Who has the owner's rights may state rules for him; who would have to become him first may not.
SET ROLE regress_electric_deputy;
SELECT electric.ddlx($$ELECTRIC GRANT INSERT ON issues TO 'admin'$$);
SET ROLE regress_electric_heir;
SELECT electric.ddlx($$ELECTRIC GRANT INSERT ON issues TO 'admin'$$);
\echo :LAST_ERROR_SQLSTATE

-- The policies are the owner's, whoever typed the statement: ENABLE puts back what he drops. Rows of the rules' tables only DDLX changes; for his own tables he may add some, as a dump does.
SET ROLE regress_electric_owner;
DROP POLICY electric_insert ON issues;
SELECT electric.ddlx($$ELECTRIC ENABLE issues$$);
SELECT policyname FROM pg_policies WHERE tablename = 'issues' ORDER BY 1;
UPDATE electric.grants SET role = 'ANYONE';
DELETE FROM electric.tables;
BEGIN;
INSERT INTO electric.grants (tbl, privilege, role) VALUES ('issues', 'DELETE', 'ANYONE');
ROLLBACK;
SET ROLE regress_electric_mallory;
INSERT INTO electric.grants (tbl, privilege, role) VALUES ('issues', 'DELETE', 'ANYONE');
\echo :LAST_ERROR_SQLSTATE

-- SQLITE needs the database's owner.
RESET ROLE;
SELECT electric.ddlx($$ELECTRIC SQLITE 'x'$$);
\i :reset

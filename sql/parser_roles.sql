--
-- Roles: every way to write one, and what looks like a role but is none.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE SCHEMA crm;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text, role text);
CREATE TABLE crm."Deal: 1" (id int PRIMARY KEY);
CREATE TABLE "null" (id int PRIMARY KEY);
CREATE TABLE crm.notes (id int PRIMARY KEY, deal_id int REFERENCES crm."Deal: 1", null_id int REFERENCES "null");
CREATE INDEX ON crm.notes (deal_id);
CREATE INDEX ON crm.notes (null_id);
CREATE INDEX ON projects (owner_id);
\pset format unaligned
\pset tuples_only on
DO LANGUAGE ddlx $$ ELECTRIC ENABLE projects; ELECTRIC ENABLE crm.notes $$;
\set grants 'SELECT role, scope FROM electric.grants ORDER BY role COLLATE "C", scope::text; DELETE FROM electric.grants;'
\set assignments 'SELECT role, role_column, scope FROM electric.assignments ORDER BY 1, 2, scope::text; DELETE FROM electric.assignments;'

-- The built-in roles are bare words or strings in any letter case.
SELECT object FROM electric.ddlx($$ELECTRIC GRANT READ ON projects TO AnyOne, 'Authenticated'$$);
:grants

-- A scoped role is one string, or scope and string, joined by a colon or in parentheses.
SELECT object FROM electric.ddlx($$ELECTRIC GRANT READ ON projects TO
	'projects:a', 'public.projects:b', projects:'c', public . projects : 'd', (projects, 'e'), (public.projects, 'f')$$);
:grants

-- A global role is a string with no colon outside double quotes, or stands beside NULL.
SELECT object FROM electric.ddlx($$ELECTRIC GRANT READ ON projects TO 'house.admin', '"a:b"', (null, 'c:d')$$);
:grants

-- The scope half of a string is an SQL name, which folds and quotes; the role half is taken as it is.
SELECT object FROM electric.ddlx($$ELECTRIC GRANT READ ON crm.notes TO 'crm."Deal: 1": Big "Chief":x', 'CRM . "Deal: 1" :boss'$$);
:grants

-- In parentheses NULL means no scope; a table of that name is written in double quotes there.
SELECT object FROM electric.ddlx($$ELECTRIC GRANT READ ON crm.notes TO ("null", 'x'), 'null:y', null:'z'$$);
:grants

-- ASSIGN takes a static role, or the column that holds the role's name.
SELECT object FROM electric.ddlx($$
	ELECTRIC ASSIGN 'admin' TO projects.owner_id;
	ELECTRIC ASSIGN projects:'owner' TO public.projects.owner_id;
	ELECTRIC ASSIGN projects.role TO projects.owner_id;
	ELECTRIC ASSIGN (projects, public.projects.role) TO projects.owner_id;
	ELECTRIC ASSIGN (NULL, projects.role) TO projects.owner_id$$);
:assignments

-- A role's name is not truncated as identifiers are.
SELECT count(*) FROM electric.ddlx(format('ELECTRIC GRANT READ ON projects TO %L', repeat('n', 100)));
SELECT length(role) FROM electric.grants;
DELETE FROM electric.grants;

-- Neither half of a role string may be empty.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO ''$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO 'x', ':'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO 'projects:'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO ':admin'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO (projects, '')$$);

-- The scope half must be the name of a table and nothing else.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO 'my projects:admin'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO '"":admin'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO '"projects:admin'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO 'db.public.projects:admin'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO ('projects', 'admin')$$);

-- Any other bare word gets the hint to quote it.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO Admin$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO (NULL, admin)$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO projects:driver$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO crm."Deal: 1":"it's"$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN admin TO projects.owner_id$$);
SELECT electric.ddlx($$ELECTRIC UNASSIGN (projects, admin) FROM projects.owner_id$$);

-- Only ASSIGN and UNASSIGN read a role's name from a column.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO projects.role$$);
SELECT electric.ddlx($$ELECTRIC REVOKE READ ON projects FROM (projects, projects.role)$$);

-- A built-in role has no scope, and nothing else can have its name.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO "ANYONE"$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO (projects, AUTHENTICATED)$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO (NULL, anyone)$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO projects:ANYONE$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO 'projects:anyone'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO (NULL, 'Authenticated')$$);

-- Everyone holds the built-in roles: they are not assigned.
SELECT electric.ddlx($$ELECTRIC ASSIGN AUTHENTICATED TO projects.owner_id$$);
SELECT electric.ddlx($$ELECTRIC UNASSIGN 'anyone' FROM projects.owner_id$$);

-- Nothing of a wrong statement is carried out.
SELECT count(*) FROM electric.grants;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
\i :reset

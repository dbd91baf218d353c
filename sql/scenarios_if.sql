--
-- Scenarios: roles under a condition, and static and dynamic roles of one table side by side.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON issues TO 'projects:member';
	ELECTRIC GRANT READ, UPDATE ON issues TO 'projects:editor';
	ELECTRIC GRANT ALL ON offices TO 'site.admin';
$$;
\set roles 'SELECT role, scope_table, scope_id FROM electric.roles() WHERE role <> upper(role) ORDER BY role COLLATE "C", scope_id;'

-- A membership counts while it is valid: not if that is false, nor if nothing is known of it.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id IF (valid) $$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p2', 'editor', false), ('pm3', 'U', 'p3', 'editor', NULL), ('pm4', 'V', 'p1', 'editor', true);
SET ROLE regress_electric_client;
CALL become('U');
:roles
SELECT id FROM issues ORDER BY id;
UPDATE issues SET title = 'by U';
SET ROLE regress_electric_owner;
UPDATE project_memberships SET valid = NOT valid WHERE user_id = 'U';
SET ROLE regress_electric_client;
:roles
SELECT id FROM issues ORDER BY id;
UPDATE issues SET title = 'by U' RETURNING id;
UPDATE issues SET project_id = 'p3' WHERE id = 'i3';
CALL become('V');
UPDATE issues SET title = 'by V' RETURNING id;
UPDATE issues SET project_id = 'p2' WHERE id = 'i1';
CALL become(NULL);
SELECT count(*) FROM issues;
UPDATE issues SET title = 'by N';
ROLLBACK;

-- One table gives a scoped role under one condition and a global one under another.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id IF (valid);
	ELECTRIC ASSIGN 'site.admin' TO project_memberships.user_id IF (role = 'site.admin');
$$;
INSERT INTO project_memberships VALUES ('pm2', 'V', 'p2', 'site.admin', false), ('pm3', 'W', 'p2', 'site', true);
SET ROLE regress_electric_client;
CALL become('V');
:roles
INSERT INTO offices VALUES ('o5', 'rg1') RETURNING id;
SELECT count(*) FROM offices;
SELECT count(*) FROM issues;
CALL become('W');
:roles
INSERT INTO offices VALUES ('o6', 'rg1');
SELECT count(*) FROM offices;
CALL become('U');
SELECT id FROM issues ORDER BY id;
DELETE FROM offices;
CALL become(NULL);
INSERT INTO offices VALUES ('o6', 'rg1');
SELECT count(*) FROM offices;
ROLLBACK;

-- Assigned again with another condition it is the one assignment; UNASSIGN takes it whatever its condition is.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:editor' TO project_memberships.user_id IF (NOT valid) $$;
SET ROLE regress_electric_client;
CALL become('U');
SELECT count(*) FROM issues;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:editor' TO project_memberships.user_id IF (valid) $$;
SET ROLE regress_electric_client;
SELECT count(*) FROM issues;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC UNASSIGN 'projects:editor' FROM project_memberships.user_id $$;
SET ROLE regress_electric_client;
:roles
SELECT count(*) FROM issues;
SET ROLE regress_electric_owner;
SELECT count(*) FROM electric.assignments;
ROLLBACK;

-- A static and a dynamic role by one column: without the static one the dynamic one stays, with its own condition.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN 'projects:editor' TO project_memberships.user_id IF (valid);
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id IF (role <> 'guest');
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p2', 'member', false), ('pm3', 'U', 'p3', 'guest', true);
SET ROLE regress_electric_client;
CALL become('U');
:roles
UPDATE issues SET title = 'by U' RETURNING id;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC UNASSIGN 'projects:editor' FROM project_memberships.user_id $$;
SET ROLE regress_electric_client;
:roles
SELECT id FROM issues ORDER BY id;
UPDATE issues SET title = 'by U';
ROLLBACK;
\set QUIET on
\i :reset

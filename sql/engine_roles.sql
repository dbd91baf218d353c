--
-- Roles: read live from the rows that assign them; static and dynamic, global and scoped.
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
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON issues TO 'projects:member';
$$;
CREATE PROCEDURE membership("user" text, project text, role text) LANGUAGE sql SECURITY DEFINER AS $$
	DELETE FROM project_memberships; INSERT INTO project_memberships VALUES ('pm', $1, $2, $3) $$;
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM issues ORDER BY id;

-- A user id, a scope or a role that is NULL makes no role; put back, the role is back.
CALL membership(NULL, 'p1', 'member');
SELECT count(*) FROM issues;
CALL membership('U', NULL, 'member');
SELECT count(*) FROM issues;
CALL membership('U', 'p1', NULL);
SELECT count(*) FROM issues;
SELECT * FROM electric.roles() ORDER BY role COLLATE "C";
CALL membership('U', 'p1', 'member');
SELECT id FROM issues ORDER BY id;

-- A dynamic role's value is the name as it stands: never split, trimmed or folded, and never a built-in role.
CALL membership('U', 'p1', 'projects:member');
SELECT count(*) FROM issues;
CALL membership('U', 'p1', 'Member');
SELECT count(*) FROM issues;
CALL membership('U', 'p1', 'member ');
SELECT count(*) FROM issues;
CALL membership('U', 'p1', '');
SELECT count(*) FROM issues;
CALL membership('U', 'p1', '''member''');
SELECT count(*) FROM issues;
SELECT * FROM electric.roles() ORDER BY role COLLATE "C";
SELECT electric.logout() \g /dev/null
\set visible 'SELECT (SELECT count(*) FROM tags) AS tags, (SELECT count(*) FROM regions) AS regions, (SELECT count(*) FROM issues) AS issues;'
BEGIN;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN users.role TO users.id;
	ELECTRIC GRANT READ ON tags TO AUTHENTICATED;
	ELECTRIC GRANT READ ON regions TO 'member';
$$;
UPDATE users SET role = CASE id WHEN 'U' THEN 'ANYONE' WHEN 'V' THEN 'AUTHENTICATED' ELSE 'projects:member' END;
SET ROLE regress_electric_client;
CALL become('U');
:visible
SELECT * FROM electric.roles();
CALL become('V');
:visible
CALL become('W');
:visible
-- a user called as a built-in role is nobody special, and anonymous is no user called NULL or ''
CALL become('ANYONE');
:visible
CALL become(NULL);
:visible
ROLLBACK;

-- Role columns of every type are compared byte by byte.
BEGIN;
SET ROLE regress_electric_owner;
CREATE TYPE rank AS ENUM ('member', 'Member', 'chief');
CREATE DOMAIN title AS varchar(20) CHECK (value <> '');
CREATE COLLATION case_insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE roles (user_id text, project_id text REFERENCES projects, an_enum rank, a_name name, a_domain title,
	a_collation text COLLATE case_insensitive);
SET client_min_messages = warning;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE roles;
	ELECTRIC ASSIGN (projects, roles.an_enum) TO roles.user_id;
	ELECTRIC ASSIGN (projects, roles.a_name) TO roles.user_id;
	ELECTRIC ASSIGN (projects, roles.a_domain) TO roles.user_id;
	ELECTRIC ASSIGN (projects, roles.a_collation) TO roles.user_id;
$$;
INSERT INTO roles VALUES ('enum', 'p1', 'member'), ('Enum', 'p1', 'Member');
INSERT INTO roles (user_id, project_id, a_name) VALUES ('name', 'p2', 'member'), ('Name', 'p2', 'Member');
INSERT INTO roles (user_id, project_id, a_domain) VALUES ('domain', 'p3', 'member'), ('Domain', 'p3', 'member ');
INSERT INTO roles (user_id, project_id, a_collation) VALUES ('collation', 'p4', 'member'), ('Collation', 'p4', 'MEMBER');
SET ROLE regress_electric_client;
CALL become('enum');
SELECT id FROM issues ORDER BY id;
CALL become('Enum');
SELECT id FROM issues ORDER BY id;
CALL become('name');
SELECT id FROM issues ORDER BY id;
CALL become('Name');
SELECT id FROM issues ORDER BY id;
CALL become('domain');
SELECT id FROM issues ORDER BY id;
CALL become('Domain');
SELECT id FROM issues ORDER BY id;
CALL become('collation');
SELECT id FROM issues ORDER BY id;
CALL become('Collation');
SELECT id FROM issues ORDER BY id;
ROLLBACK;

-- A static and a dynamic assignment of one column stand apart: without the one the other still confers.
BEGIN;
SET ROLE regress_electric_owner;
DELETE FROM project_memberships;
INSERT INTO project_memberships VALUES ('pm1', 'U', 'p1', 'member'), ('pm2', 'U', 'p2', 'visitor');
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:member' TO project_memberships.user_id $$;
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM issues ORDER BY id;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC UNASSIGN 'projects:member' FROM project_memberships.user_id $$;
SET ROLE regress_electric_client;
SELECT id FROM issues ORDER BY id;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC UNASSIGN (projects, project_memberships.role) FROM project_memberships.user_id $$;
SET ROLE regress_electric_client;
SELECT id FROM issues ORDER BY id;
ROLLBACK;
\set QUIET on
\i :reset

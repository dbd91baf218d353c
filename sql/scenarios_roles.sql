--
-- Scenarios: global roles, scoped roles and the built-in ones, as the end user.
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
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p2', 'editor', true);
UPDATE users SET role = 'editor' WHERE id = 'U';

-- A scoped role uses grants in its scope: U, editor of p2, writes comments there and nowhere else.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT ALL ON comments TO 'projects:editor' USING issue_id/project_id;
	ELECTRIC GRANT ALL ON issues TO 'projects:editor' USING project_id;
$$;
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO comments VALUES ('new', 'i1', 'under p1');
INSERT INTO comments VALUES ('new', 'i3', 'under p2');
UPDATE comments SET comment = 'changed' WHERE id = 'c4';
UPDATE comments SET comment = 'changed' WHERE id = 'c1';
DELETE FROM comments WHERE id = 'c2';
SELECT id, comment FROM comments ORDER BY id;
SELECT id FROM issues ORDER BY id;
CALL become('V');
SELECT id FROM comments ORDER BY id;
INSERT INTO comments VALUES ('newer', 'i3', 'under p2');
UPDATE comments SET comment = 'changed' WHERE id = 'c4';
ROLLBACK;

-- A global role never uses a scoped grant of the same name.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN users.role TO users.id;
	ELECTRIC GRANT ALL ON comments TO 'projects:editor' USING issue_id/project_id;
$$;
SET ROLE regress_electric_client;
CALL become('U');
SELECT * FROM electric.roles() ORDER BY role COLLATE "C";
INSERT INTO comments VALUES ('new', 'i1');
SELECT id FROM comments ORDER BY id;
UPDATE comments SET comment = 'changed';
DELETE FROM comments;
ROLLBACK;

-- Nor does a scoped role use a global grant.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT ALL ON comments TO 'editor';
$$;
SET ROLE regress_electric_client;
CALL become('U');
SELECT * FROM electric.roles() ORDER BY role COLLATE "C", scope_id;
INSERT INTO comments VALUES ('new', 'i3');
SELECT id FROM comments ORDER BY id;
DELETE FROM comments;
ROLLBACK;

-- A table may be its own scope: everyone is "self" in his own row of users.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN 'users:self' TO users.id;
	ELECTRIC GRANT ALL ON addresses TO 'users:self';
	ELECTRIC GRANT SELECT, UPDATE ON users TO 'users:self';
$$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE users SET name = 'Uma';
SELECT id, name FROM users ORDER BY id;
INSERT INTO addresses VALUES ('aU', 'U', 'University Street 1');
INSERT INTO addresses VALUES ('aV2', 'V', 'mine');
UPDATE users SET name = 'changed' WHERE id = 'V';
UPDATE addresses SET user_id = 'V' WHERE id = 'aU';
SELECT id, address FROM addresses ORDER BY id;
ROLLBACK;

-- A privilege is what was granted: UPDATE is not INSERT or DELETE, nor does either come with READ.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN users.role TO users.id;
	ELECTRIC GRANT READ ON comments TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE ON comments TO 'editor';
$$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE comments SET comment = 'changed' WHERE id = 'c1';
INSERT INTO comments VALUES ('new', 'i1');
DELETE FROM comments WHERE id = 'c1';
CALL become('V');
UPDATE comments SET comment = 'changed' WHERE id = 'c1';
ROLLBACK;

-- Global and scoped roles stand side by side, each with its own grants.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC ASSIGN users.role TO users.id;
	ELECTRIC GRANT READ ON regions, comments TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE ON comments TO 'projects:editor' USING issue_id/project_id;
	ELECTRIC GRANT ALL ON regions TO 'admin';
$$;
UPDATE users SET role = 'admin' WHERE id = 'U';
SET ROLE regress_electric_client;
CALL become('U');
UPDATE regions SET name = 'changed' WHERE id = 'rg1';
UPDATE comments SET comment = 'changed' RETURNING id;
CALL become('V');
UPDATE regions SET name = 'changed' WHERE id = 'rg1';
ROLLBACK;

-- AUTHENTICATED is whoever has a user id, known to the tables or not; nobody else.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT ALL ON comments TO AUTHENTICATED $$;
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO comments VALUES ('by U', 'i1');
CALL become('in no table');
INSERT INTO comments VALUES ('by someone', 'i1');
CALL become(NULL);
INSERT INTO comments VALUES ('by N', 'i1');
SELECT count(*) FROM comments;
CALL become(NULL, '{"sub": "U", "role": "AUTHENTICATED"}');
SELECT count(*) FROM comments;
UPDATE comments SET comment = 'changed';
DELETE FROM comments;
ROLLBACK;

-- ANYONE is everyone, the anonymous too.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT ALL ON comments TO ANYONE $$;
SET ROLE regress_electric_client;
INSERT INTO comments VALUES ('by N', 'i1');
CALL become('U');
INSERT INTO comments VALUES ('by U', 'i1');
DELETE FROM comments WHERE id = 'by U';
SELECT id FROM comments ORDER BY id;
ROLLBACK;
\set QUIET on
\i :reset

--
-- Scenarios: roles are read live. Statements of one transaction see what came before them.
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
	ELECTRIC ASSIGN users.role TO users.id;
$$;

-- One transaction: an issue, a comment on it, a reaction to that.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT ALL ON issues TO 'projects:editor';
	ELECTRIC GRANT ALL ON comments TO 'projects:editor' USING issue_id/project_id;
	ELECTRIC GRANT ALL ON reactions TO 'projects:editor' USING comment_id/issue_id/project_id;
$$;
UPDATE project_memberships SET role = 'editor';
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO issues VALUES ('i100', 'p1');
INSERT INTO comments VALUES ('c100', 'i100');
INSERT INTO reactions VALUES ('r100', 'c100');
INSERT INTO issues VALUES ('i200', 'p2');
SELECT r.id, c.id, i.id FROM reactions r JOIN comments c ON comment_id = c.id JOIN issues i ON issue_id = i.id
	WHERE project_id = 'p1' ORDER BY 1;
-- within one statement the child's parent is not there yet: what it hangs on must be seen by the snapshot
WITH i AS (INSERT INTO issues VALUES ('i101', 'p1') RETURNING id) INSERT INTO comments SELECT 'c101', id FROM i;
ROLLBACK;

-- One transaction: a project, a membership in it, an issue, a comment.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT ALL ON issues TO 'projects:manager';
	ELECTRIC GRANT ALL ON comments TO 'projects:manager' USING issue_id/project_id;
	ELECTRIC GRANT ALL ON projects, project_memberships TO 'project_admin';
$$;
UPDATE users SET role = 'project_admin' WHERE id = 'U';
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO projects VALUES ('p100', 'w1');
INSERT INTO issues VALUES ('i100', 'p100');
INSERT INTO project_memberships VALUES ('pm100', 'U', 'p100', 'manager');
INSERT INTO issues VALUES ('i100', 'p100');
INSERT INTO comments VALUES ('c100', 'i100');
SELECT id FROM comments ORDER BY id;
CALL become('V');
INSERT INTO projects VALUES ('p200', 'w1');
INSERT INTO issues VALUES ('i200', 'p100');
ROLLBACK;

-- A deleted membership confers nothing any more, from the next statement on.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT ALL ON issues TO 'projects:manager';
	ELECTRIC GRANT ALL ON project_memberships TO 'project_admin';
$$;
UPDATE users SET role = 'project_admin' WHERE id = 'U';
UPDATE project_memberships SET role = 'manager';
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO issues VALUES ('i100', 'p1');
SELECT id FROM issues ORDER BY id;
DELETE FROM project_memberships WHERE id = 'pm1';
INSERT INTO issues VALUES ('i101', 'p1');
SELECT id FROM issues ORDER BY id;
ROLLBACK;

-- A role given by one's own row in a table that one may write.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN site_admins.role TO site_admins.user_id;
	ELECTRIC GRANT ALL ON offices TO 'site.admin';
	ELECTRIC GRANT ALL ON site_admins TO 'admin';
$$;
UPDATE users SET role = 'admin' WHERE id = 'U';
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO offices VALUES ('o5', 'rg1');
INSERT INTO site_admins VALUES ('sa1', 'U', 'site.admin');
INSERT INTO offices VALUES ('o5', 'rg1');
SELECT count(*) FROM offices;
CALL become('V');
INSERT INTO site_admins VALUES ('sa2', 'V', 'site.admin');
INSERT INTO offices VALUES ('o6', 'rg1');
ROLLBACK;

-- What a savepoint takes back is gone, with all that was seen by it: also under REPEATABLE READ and SERIALIZABLE.
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ, UPDATE ON issues TO 'projects:manager';
	ELECTRIC GRANT ALL ON project_memberships TO 'project_admin';
$$;
UPDATE users SET role = 'project_admin' WHERE id = 'U';
SET ROLE regress_electric_client;
CALL become('U');
\set ON_ERROR_ROLLBACK off
BEGIN;
SAVEPOINT s;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p2', 'manager');
SELECT id FROM issues ORDER BY id;
UPDATE issues SET title = 'changed';
ROLLBACK TO s;
SELECT id FROM issues ORDER BY id;
UPDATE issues SET title = 'changed';
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT id FROM issues ORDER BY id;
SAVEPOINT s;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p2', 'manager');
SELECT id FROM issues ORDER BY id;
ROLLBACK TO s;
SELECT id FROM issues ORDER BY id;
UPDATE issues SET title = 'changed';
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SAVEPOINT s;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p2', 'manager');
SELECT id FROM issues ORDER BY id;
DELETE FROM project_memberships WHERE user_id = 'U';
SELECT id FROM issues ORDER BY id;
ROLLBACK TO s;
SELECT id FROM issues ORDER BY id;
COMMIT;

-- Roles are not the policy's own concern: whoever may not read memberships holds his all the same.
SELECT id FROM issues ORDER BY id;
SET ROLE regress_electric_owner;
UPDATE project_memberships SET role = 'manager';
UPDATE users SET role = NULL;
SET ROLE regress_electric_client;
SELECT count(*) FROM project_memberships;
SELECT id FROM issues ORDER BY id;
\set QUIET on
\i :reset

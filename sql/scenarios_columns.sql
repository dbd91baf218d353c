--
-- Scenarios: grants limited to columns, by global and scoped roles.
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
	ELECTRIC GRANT READ ON issues, comments TO AUTHENTICATED;
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'editor');
UPDATE users SET role = 'editor' WHERE id IN ('U', 'V');

-- A scoped role may change its column in its scope, a global one its own column everywhere; no one both at once.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT UPDATE (description) ON issues TO 'projects:editor';
	ELECTRIC GRANT UPDATE (title) ON issues TO 'editor';
$$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET description = 'by U' WHERE id = 'i1';
UPDATE issues SET title = 'by U' WHERE id IN ('i1', 'i3');
UPDATE issues SET title = 'both', description = 'both' WHERE id = 'i1';
\echo :LAST_ERROR_SQLSTATE
UPDATE issues SET description = 'by U' WHERE id = 'i3';
UPDATE issues SET description = 'by U';
UPDATE issues SET project_id = 'p2' WHERE id = 'i1';
CALL become('V');
UPDATE issues SET title = 'by V' WHERE id = 'i2' RETURNING *;
UPDATE issues SET description = 'by V' WHERE id = 'i2';
CALL become('W');
UPDATE issues SET title = 'by W';
UPDATE issues SET description = 'by W' WHERE id = 'i1';
INSERT INTO issues VALUES ('i7', 'p1');
CALL become(NULL);
UPDATE issues SET title = 'by N';
SELECT count(*) FROM issues;
CALL become('W');
SELECT * FROM issues WHERE title ~ 'by' OR description ~ 'by' ORDER BY id;
ROLLBACK;

-- INSERT may name the listed columns, all or some, and UPDATE change them.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT (id, comment, issue_id), UPDATE (comment) ON comments TO 'editor' $$;
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO comments (id, comment, issue_id) VALUES ('c7', 'by U', 'i4') RETURNING *;
INSERT INTO comments (issue_id, id) VALUES ('i4', 'c8'), ('i1', 'c9');
INSERT INTO comments (id, issue_id, owner) VALUES ('c10', 'i4', 'U');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO comments (id, issue_id, comment, author_id) VALUES ('c10', 'i4', 'by U', DEFAULT);
UPDATE comments SET comment = 'changed' WHERE id = 'c2' RETURNING id;
UPDATE comments SET comment = 'again', owner = owner, issue_id = 'i1' WHERE id = 'c2';
UPDATE comments SET owner = 'U' WHERE id = 'c2';
UPDATE comments SET comment = 'changed', issue_id = 'i3' WHERE id = 'c2';
UPDATE comments SET id = 'c20' WHERE id = 'c2';
DELETE FROM comments WHERE id = 'c7';
CALL become('W');
INSERT INTO comments (id, comment, issue_id) VALUES ('c11', 'by W', 'i4');
UPDATE comments SET comment = 'by W';
CALL become(NULL);
INSERT INTO comments (id, comment, issue_id) VALUES ('c11', 'by N', 'i4');
UPDATE comments SET comment = 'by N';
ROLLBACK;

-- The columns of one INSERT stand in one grant, wherever client roles may name more.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT INSERT (id, comment, issue_id) ON comments TO 'editor';
	ELECTRIC GRANT INSERT (id, issue_id, owner) ON comments TO AUTHENTICATED CHECK (owner = auth.user_id);
	ELECTRIC GRANT INSERT ON comments TO 'projects:editor' USING issue_id/project_id;
$$;
SET ROLE regress_electric_client;
CALL become('V');
INSERT INTO comments (id, issue_id, comment) VALUES ('c7', 'i4', 'by V');
INSERT INTO comments (id, issue_id, owner) VALUES ('c8', 'i4', 'V');
INSERT INTO comments (id, issue_id, owner) VALUES ('c9', 'i4', 'U');
INSERT INTO comments (id, issue_id, comment, owner) VALUES ('c9', 'i4', 'by V', 'V');
INSERT INTO comments (id, issue_id) VALUES ('c9', 'i4');
CALL become('U');
INSERT INTO comments VALUES ('c10', 'i1', 'by U', 'anyone', 'V');
INSERT INTO comments VALUES ('c11', 'i4', 'by U', 'anyone', 'V');
INSERT INTO comments VALUES ('c11', 'i4', 'by U');
CALL become('W');
INSERT INTO comments VALUES ('c12', 'i1', 'by W');
ROLLBACK;

-- At the new end, too, a grant must list all that changes: out of p1 as its editor, not into p2 as its manager.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT UPDATE (title, project_id) ON issues TO 'projects:editor';
	ELECTRIC GRANT UPDATE (description) ON issues TO 'projects:manager';
$$;
INSERT INTO project_memberships VALUES ('pm3', 'U', 'p2', 'manager'), ('pm4', 'U', 'p3', 'editor'), ('pm5', 'V', 'p2', 'manager');
SET ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET project_id = 'p2' WHERE id = 'i1';
UPDATE issues SET project_id = 'p2', description = 'moved' WHERE id = 'i1';
UPDATE issues SET project_id = 'p1' WHERE id = 'i3';
UPDATE issues SET project_id = 'p3', title = 'moved' WHERE id = 'i1' RETURNING *;
UPDATE issues SET project_id = 'p4' WHERE id = 'i2';
UPDATE issues SET description = 'managed' WHERE id = 'i3';
UPDATE issues SET title = 'managed' WHERE id = 'i3';
CALL become('V');
UPDATE issues SET description = 'managed';
UPDATE issues SET project_id = 'p1' WHERE id = 'i3';
CALL become(NULL);
UPDATE issues SET title = 'by N';
ROLLBACK;
\set QUIET on
\i :reset

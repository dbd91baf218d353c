--
-- Scenarios: moving rows. An UPDATE is judged at each end.
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
	ELECTRIC GRANT READ ON issues, comments, reactions, projects TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE ON issues TO 'projects:editor';
	ELECTRIC GRANT UPDATE ON reactions TO 'projects:editor' USING comment_id/issue_id/project_id;
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'editor'), ('pm3', 'U', 'p3', 'editor');

-- An editor at both ends moves an issue; where he is no editor he moves none in and none out.
BEGIN;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET project_id = 'p3' WHERE id = 'i1';
UPDATE issues SET project_id = 'p2' WHERE id = 'i2';
UPDATE issues SET project_id = 'p1' WHERE id = 'i3';
UPDATE issues SET project_id = 'p3' WHERE id IN ('i2', 'i3');
UPDATE issues SET project_id = CASE id WHEN 'i1' THEN 'p1' ELSE 'p4' END WHERE id IN ('i1', 'i5');
SELECT id, project_id FROM issues ORDER BY id;
ROLLBACK;

-- So too where the scope is three hops up.
BEGIN;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE reactions SET comment_id = 'c6' WHERE id = 'r1';
UPDATE reactions SET comment_id = 'c3' WHERE id = 'r2';
UPDATE reactions SET comment_id = 'c1' WHERE id = 'r5';
SELECT id, comment_id FROM reactions ORDER BY id;
ROLLBACK;

-- Children move along with their parent, and need no grant for it.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE READ ON reactions FROM AUTHENTICATED;
	ELECTRIC GRANT READ ON reactions TO 'projects:visitor' USING comment_id/issue_id/project_id;
$$;
INSERT INTO project_memberships VALUES ('pm4', 'V', 'p3', 'visitor');
SET ROLE regress_electric_client;
CALL become('V');
SELECT id FROM reactions ORDER BY id;
CALL become('U');
UPDATE issues SET project_id = 'p3' WHERE id = 'i1';
CALL become('V');
SELECT id FROM reactions ORDER BY id;
UPDATE issues SET project_id = 'p1' WHERE id = 'i1';
ROLLBACK;

-- Each end may have its own grant for the whole change: editor of p1, manager of p2.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE ON issues TO 'projects:manager' $$;
DELETE FROM project_memberships WHERE id = 'pm3';
INSERT INTO project_memberships VALUES ('pm3', 'U', 'p2', 'manager');
SET ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET project_id = 'p2' WHERE id = 'i1';
UPDATE issues SET project_id = 'p3' WHERE id = 'i1';
UPDATE issues SET project_id = 'p1' WHERE id = 'i1';
UPDATE issues SET project_id = 'p1' WHERE id = 'i5';
CALL become('V');
UPDATE issues SET project_id = 'p2' WHERE id = 'i1';
ROLLBACK;

-- So may each path: out of p1 by the role in p1, and into the users' own by the role in V's row.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN 'users:self' TO users.id;
	ELECTRIC GRANT UPDATE ON comments TO 'projects:editor' USING issue_id/project_id;
	ELECTRIC GRANT UPDATE ON comments TO 'users:self';
$$;
SET ROLE regress_electric_client;
CALL become('V');
UPDATE comments SET issue_id = 'i1' WHERE id = 'c3';
UPDATE comments SET author_id = 'U' WHERE id = 'c3';
UPDATE comments SET author_id = NULL WHERE id = 'c3';
CALL become('U');
UPDATE comments SET author_id = 'U', issue_id = 'i3' WHERE id = 'c2';
UPDATE comments SET author_id = 'V', issue_id = 'i3' WHERE id = 'c1';
SELECT id, issue_id, author_id FROM comments ORDER BY id;
ROLLBACK;

-- A row whose scope is gone (NULL along the path) is in none: it can be moved neither there nor back.
BEGIN;
ALTER TABLE issues ALTER project_id DROP NOT NULL;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET project_id = NULL WHERE id = 'i1';
SET ROLE regress_electric_owner;
UPDATE issues SET project_id = NULL WHERE id = 'i1';
SET ROLE regress_electric_client;
UPDATE issues SET project_id = 'p1' WHERE id = 'i1';
UPDATE reactions SET is_public = false WHERE comment_id = 'c1';
UPDATE reactions SET is_public = false WHERE comment_id = 'c5';
ROLLBACK;

-- What may not be read cannot be changed, though UPDATE or DELETE is granted.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE READ ON issues FROM AUTHENTICATED;
	ELECTRIC GRANT READ ON issues TO 'projects:reader';
	ELECTRIC GRANT DELETE ON issues TO 'projects:editor';
$$;
INSERT INTO project_memberships VALUES ('pm4', 'U', 'p3', 'reader');
SET ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET title = 'changed' WHERE project_id = 'p1';
UPDATE issues SET title = 'changed';
DELETE FROM issues WHERE id = 'i2';
SELECT id, title FROM issues ORDER BY id;
-- a statement that reads columns needs READ on the new row as well; one that does not, does not
UPDATE issues SET project_id = 'p1' WHERE id = 'i5';
UPDATE issues SET project_id = 'p1';
SELECT id, project_id FROM issues ORDER BY id;
SET ROLE regress_electric_owner;
SELECT id, project_id, title FROM issues ORDER BY id;
ROLLBACK;

-- So too where READ is granted to nobody at all.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE, DELETE ON tags TO AUTHENTICATED $$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE tags SET tag = 'changed';
DELETE FROM tags;
ROLLBACK;
\set QUIET on
\i :reset

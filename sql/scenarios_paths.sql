--
-- Scenarios: scopes reached by one key, by several, backward, by two paths.
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
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id $$;

-- A composite scope is all its columns together.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (compound_root, compound_memberships.role) TO compound_memberships.user_id;
	ELECTRIC GRANT ALL ON compound_level1 TO 'compound_root:editor';
$$;
INSERT INTO compound_root VALUES ('b', 'a'), ('c', 'b');
INSERT INTO compound_memberships VALUES ('cm1', 'a', 'b', 'U', 'editor');
INSERT INTO compound_level1 VALUES ('l3', 'x', 'b', 'a'), ('l4', 'x', 'a', NULL), ('l5', 'x', NULL, NULL);
SET ROLE regress_electric_client;
CALL become('U');
SELECT * FROM electric.roles() WHERE scope_table IS NOT NULL ORDER BY role COLLATE "C", scope_id;
INSERT INTO compound_level1 VALUES ('new', 'x', 'a', 'b');
INSERT INTO compound_level1 VALUES ('new', 'y', 'b', 'a');
INSERT INTO compound_level1 VALUES ('new', 'y', 'a', 'c');
INSERT INTO compound_level1 VALUES ('new', 'y', 'a', NULL);
SELECT id1, root_id1, root_id2 FROM compound_level1 ORDER BY id1;
UPDATE compound_level1 SET root_id2 = 'c' WHERE id1 = 'new';
UPDATE compound_level1 SET value1 = 'changed';
SET ROLE regress_electric_owner;
UPDATE compound_memberships SET root_id1 = NULL;
SET ROLE regress_electric_client;
SELECT count(*) FROM compound_level1;
ROLLBACK;

-- Backward: a user is in a project's scope if some comment of his is.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ, UPDATE ON users TO 'projects:member' USING comments_author_id_fkey/issue_id/project_id;
$$;
UPDATE comments SET author_id = 'W' WHERE id = 'c5';
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM users ORDER BY id;
UPDATE users SET name = upper(name);
CALL become('V');
SELECT id FROM users ORDER BY id;
SET ROLE regress_electric_owner;
DELETE FROM comments WHERE id = 'c5';
SET ROLE regress_electric_client;
CALL become('U');
SELECT id, name FROM users ORDER BY id;
ROLLBACK;

-- No new row is in a scope that begins backward: GRANT INSERT says so.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT ALL ON users TO 'projects:member' USING comments_author_id_fkey/issue_id/project_id;
$$;
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO users VALUES ('X', 'Xaver');
SELECT id FROM users ORDER BY id;
ROLLBACK;

-- A row with several ways up is visible as long as one of them leads to such a scope.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON tags TO 'projects:member' USING issue_tags_tag_id_fkey/issue_id/project_id;
$$;
INSERT INTO project_memberships VALUES ('pm2', 'V', 'p3', 'member');
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM tags ORDER BY id;
CALL become('V');
SELECT id FROM tags ORDER BY id;
SET ROLE regress_electric_owner;
DELETE FROM issue_tags WHERE id = 'it1';
SET ROLE regress_electric_client;
SELECT id FROM tags ORDER BY id;
CALL become('U');
SELECT id FROM tags ORDER BY id;
ROLLBACK;

-- Two paths to two scopes: the rows of both. The plan of each user uses both indexes.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN 'users:self' TO users.id;
	ELECTRIC GRANT READ ON comments TO 'projects:member' USING issue_id/project_id;
	ELECTRIC GRANT READ ON comments TO 'users:self' USING author_id;
$$;
UPDATE comments SET author_id = 'U' WHERE id = 'c6';
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM comments ORDER BY id;
CALL become('V');
SELECT id FROM comments ORDER BY id;
CALL become(NULL);
SELECT id FROM comments ORDER BY id;
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT id FROM comments;
ROLLBACK;

-- The same path twice, to one scope for two roles, and two paths to one scope.
BEGIN;
ALTER TABLE issues ADD moved_to text REFERENCES projects;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON issues TO 'projects:member', 'projects:editor' USING project_id;
	ELECTRIC GRANT READ ON issues TO 'projects:member' USING moved_to;
	ELECTRIC GRANT UPDATE ON issues TO 'projects:editor' USING project_id;
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p2', 'editor');
UPDATE issues SET moved_to = 'p1' WHERE id = 'i5';
UPDATE issues SET moved_to = 'p2' WHERE id = 'i6';
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM issues ORDER BY id;
UPDATE issues SET moved_to = 'p4' RETURNING id;
UPDATE issues SET moved_to = 'p1' WHERE id = 'i5';
UPDATE issues SET project_id = 'p2' WHERE id = 'i5';
ROLLBACK;
\set QUIET on
\i :reset

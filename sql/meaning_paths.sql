--
-- The scope of a row: the whole path, followed live; NULL at any step is no scope, for grants and assignments alike.
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
ALTER TABLE issues ALTER project_id DROP NOT NULL;
ALTER TABLE comments ALTER issue_id DROP NOT NULL;
ALTER TABLE reactions ALTER comment_id DROP NOT NULL;
ALTER TABLE projects ALTER workspace_id DROP NOT NULL;
CREATE TABLE watchers (id text PRIMARY KEY, comment_id text REFERENCES comments, user_id text, kind text);
CREATE INDEX ON watchers (comment_id);
CREATE INDEX ON watchers (user_id);
INSERT INTO watchers VALUES ('w1', 'c3', 'U', 'watcher'), ('w2', 'c6', 'V', 'watcher'), ('w3', 'c5', 'V', 'other');
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, watchers.kind) TO watchers.user_id USING comment_id/issue_id/project_id;
	ELECTRIC ASSIGN (workspaces, watchers.kind) TO watchers.user_id;
	ELECTRIC GRANT READ ON projects TO 'projects:watcher';
	ELECTRIC GRANT READ ON reactions TO 'projects:watcher' USING comment_id/issue_id/project_id;
	ELECTRIC GRANT INSERT, UPDATE, DELETE ON reactions TO 'projects:watcher';
	ELECTRIC GRANT READ ON workspaces TO 'workspaces:watcher';
$$;
\set seen 'SELECT (SELECT string_agg(id, $$ $$ ORDER BY id) FROM projects) AS projects, (SELECT string_agg(id, $$ $$ ORDER BY id) FROM reactions) AS reactions, (SELECT count(*) FROM workspaces) AS workspaces;'

-- A role in the scope that the assigned row leads to, over three steps or four; it is used over three steps as well.
BEGIN;
SET ROLE regress_electric_client;
CALL become('U');
SELECT role, scope_table, scope_id FROM electric.roles() ORDER BY role COLLATE "C", scope_table::text;
:seen
INSERT INTO reactions VALUES ('n1', 'c4');
INSERT INTO reactions VALUES ('n2', 'c1');
INSERT INTO reactions VALUES ('n2', NULL);
UPDATE reactions SET comment_id = 'c4' WHERE id = 'r5' RETURNING id;
UPDATE reactions SET comment_id = 'c1' WHERE id = 'r5';
UPDATE reactions SET comment_id = NULL WHERE id = 'r5';
DELETE FROM reactions WHERE id IN ('r1', 'n1') RETURNING id;
CALL become('V');
:seen
ROLLBACK;

-- The row moves as any row between moves.
BEGIN;
UPDATE issues SET project_id = 'p4' WHERE id = 'i3';
SET ROLE regress_electric_client;
CALL become('U');
:seen
SET ROLE regress_electric_owner;
UPDATE comments SET issue_id = 'i1' WHERE id = 'c3';
SET ROLE regress_electric_client;
:seen
ROLLBACK;

-- NULL at the first step, in the middle, at the last: no role, and no row in scope.
BEGIN;
UPDATE watchers SET comment_id = NULL WHERE id = 'w1';
SET ROLE regress_electric_client;
CALL become('U');
:seen
ROLLBACK;
BEGIN;
UPDATE comments SET issue_id = NULL WHERE id = 'c3';
SET ROLE regress_electric_client;
CALL become('U');
SELECT role FROM electric.roles() ORDER BY role COLLATE "C";
:seen
ROLLBACK;
BEGIN;
UPDATE issues SET project_id = NULL WHERE id = 'i3';
SET ROLE regress_electric_client;
CALL become('U');
:seen
INSERT INTO reactions VALUES ('n1', 'c4');
ROLLBACK;
BEGIN;
UPDATE projects SET workspace_id = NULL WHERE id = 'p2';
SET ROLE regress_electric_client;
CALL become('U');
SELECT role, scope_table, scope_id FROM electric.roles() ORDER BY role COLLATE "C", scope_table::text;
:seen
ROLLBACK;

-- Rows of several scopes that hang together: one is left when the other goes.
BEGIN;
INSERT INTO watchers VALUES ('w4', 'c4', 'U', 'watcher'), ('w5', 'c6', 'U', 'watcher');
SET ROLE regress_electric_client;
CALL become('U');
:seen
SET ROLE regress_electric_owner;
DELETE FROM watchers WHERE id = 'w1';
SET ROLE regress_electric_client;
:seen
SET ROLE regress_electric_owner;
DELETE FROM watchers WHERE id = 'w4';
SET ROLE regress_electric_client;
:seen
ROLLBACK;
\set QUIET on
\i :reset

--
-- Row locks: whoever may UPDATE a row may lock it, in every strength; other rows a locking query does not show.
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
	ELECTRIC GRANT READ ON issues TO 'projects:reader', 'projects:editor';
	ELECTRIC GRANT UPDATE ON issues TO 'projects:editor';
	ELECTRIC GRANT READ ON projects, tags TO AUTHENTICATED;
	ELECTRIC GRANT DELETE ON tags TO AUTHENTICATED;
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'U', 'p2', 'editor'), ('pm4', 'V', 'p3', 'editor');
SET ROLE regress_electric_client;

-- Each strength locks what UPDATE could change of what is read: U reads p1 and p2, and edits p2.
BEGIN;
CALL become('U');
SELECT id FROM issues ORDER BY id;
SELECT id FROM issues ORDER BY id FOR UPDATE;
SELECT id FROM issues ORDER BY id FOR NO KEY UPDATE;
SELECT id FROM issues ORDER BY id FOR SHARE NOWAIT;
SELECT id FROM issues ORDER BY id FOR KEY SHARE SKIP LOCKED;
SELECT id FROM issues WHERE id IN ('i1', 'i3', 'i5') FOR UPDATE;
CALL become('V');
SELECT id FROM issues FOR UPDATE;
CALL become('W');
SELECT id FROM issues FOR KEY SHARE;
CALL become(NULL);
SELECT id FROM issues FOR KEY SHARE;
ROLLBACK;

-- Of several tables only the one that is named is locked; a lock without the privilege on its table is refused.
BEGIN;
CALL become('U');
SELECT i.id, p.id FROM issues i JOIN projects p ON p.id = i.project_id ORDER BY 1 FOR UPDATE OF i;
SELECT i.id, p.id FROM issues i JOIN projects p ON p.id = i.project_id FOR UPDATE;
SELECT p.id, i.id FROM projects p LEFT JOIN (SELECT * FROM issues FOR SHARE) i ON p.id = i.project_id ORDER BY 1, 2;
SELECT id FROM projects FOR KEY SHARE;
WITH locked AS (SELECT id FROM issues FOR UPDATE) SELECT count(*) FROM locked, issues;
SELECT id FROM tags ORDER BY id FOR UPDATE;
ROLLBACK;

-- Cursors lock the rows that they come to; prepared statements lock those of each user.
PREPARE locked AS SELECT id FROM issues ORDER BY id FOR UPDATE;
SET plan_cache_mode = force_generic_plan;
BEGIN;
CALL become('U');
DECLARE c CURSOR FOR SELECT id FROM issues FOR UPDATE;
EXECUTE locked;
CALL become('V');
EXECUTE locked;
FETCH ALL c;
CALL become(NULL);
EXECUTE locked;
ROLLBACK;
\set QUIET on
\i :reset

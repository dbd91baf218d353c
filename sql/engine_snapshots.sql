--
-- Snapshots: the statement's own decides about roles, scopes and rows alike, whatever happens meanwhile.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
GRANT TEMPORARY ON DATABASE :DBNAME TO regress_electric_client;
SET ROLE regress_electric_owner;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON comments TO 'projects:member' USING issue_id/project_id;
	ELECTRIC GRANT READ, UPDATE ON comments TO 'projects:editor' USING issue_id/project_id;
	ELECTRIC GRANT ALL ON project_memberships TO AUTHENTICATED;
$$;
INSERT INTO project_memberships VALUES ('pm2', 'V', 'p2', 'editor');
SET ROLE regress_electric_client;

-- A statement that gives or takes a membership goes on without it or with it; the next one is judged anew.
BEGIN;
CALL become('V');
WITH m AS (INSERT INTO project_memberships VALUES ('pm3', 'V', 'p1', 'editor') RETURNING 1) SELECT count(*) FROM comments, m;
SELECT count(*) FROM comments;
WITH m AS (DELETE FROM project_memberships WHERE id = 'pm3' RETURNING 1) UPDATE comments SET comment = 'changed' FROM m;
UPDATE comments SET comment = 'changed again';
DELETE FROM project_memberships WHERE user_id = 'V' RETURNING (SELECT count(*) FROM comments);
SELECT count(*) FROM comments;
ROLLBACK;

-- So does one whose functions give memberships; their own statements see what was given before.
CREATE FUNCTION pg_temp.join_p3() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO project_memberships VALUES ('pm3', 'V', 'p3', 'editor') ON CONFLICT DO NOTHING;
	RETURN (SELECT count(*) FROM comments);
END $$;
BEGIN;
CALL become('V');
SELECT id, pg_temp.join_p3() FROM comments ORDER BY id;
SELECT id FROM comments ORDER BY id;
ROLLBACK;

-- A transaction that keeps one snapshot keeps its roles, but sees its own changes.
BEGIN ISOLATION LEVEL REPEATABLE READ;
CALL become('V');
SELECT count(*) FROM comments;
UPDATE project_memberships SET project_id = 'p1' WHERE id = 'pm2';
SELECT id FROM comments ORDER BY id;
ROLLBACK;

-- An open cursor survives savepoints: what it had read there it has still.
BEGIN;
CALL become('U');
DECLARE c CURSOR FOR SELECT id FROM comments;
SAVEPOINT s;
FETCH c;
ROLLBACK TO s;
FETCH c;
SAVEPOINT s;
DELETE FROM project_memberships;
FETCH c;
ROLLBACK TO s;
FETCH c;
ROLLBACK;

-- Functions that fail and are caught, row by row.
CREATE FUNCTION pg_temp.fails(text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM comments WHERE id = $1;
	RAISE division_by_zero;
EXCEPTION WHEN division_by_zero THEN
	RETURN true;
END $$;
BEGIN;
CALL become('U');
SELECT id FROM comments WHERE pg_temp.fails(id) ORDER BY id;
CALL become('V');
UPDATE comments SET comment = 'changed' WHERE pg_temp.fails(id);
CREATE TEMP TABLE copied AS SELECT id FROM comments;
TABLE copied ORDER BY id;
ROLLBACK;

-- A parallel worker that is told to run such a query, since the function says it could, gives the same rows.
RESET ROLE;
CREATE FUNCTION visible() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN RETURN (SELECT count(*) FROM comments); END $$;
SET ROLE regress_electric_client;
SET force_parallel_mode = on;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
BEGIN;
CALL become('U');
EXPLAIN (COSTS off) SELECT visible();
SELECT visible();
CALL become(NULL);
SELECT visible();
ROLLBACK;
\set QUIET on
\i :reset

--
-- Cursors, prepared statements, functions: the identity when a statement starts decides all of it.
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
	ELECTRIC GRANT READ ON issues TO 'projects:reader';
	ELECTRIC GRANT UPDATE ON issues TO 'projects:editor';
	ELECTRIC GRANT READ ON issues TO 'projects:editor';
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'V', 'p2', 'reader'), ('pm4', 'V', 'p3', 'editor');

-- A cursor gives the rows of who opened it, whoever fetches.
SET ROLE regress_electric_client;
BEGIN;
CALL become('U');
DECLARE before_fetch CURSOR FOR SELECT id FROM issues ORDER BY id;
DECLARE opened CURSOR FOR SELECT id FROM issues;
DECLARE held CURSOR WITH HOLD FOR SELECT id FROM issues ORDER BY id;
DECLARE scrolling SCROLL CURSOR FOR SELECT i.id FROM issues i, generate_series(1, 2) ORDER BY 1;
FETCH opened;
CALL become('V');
FETCH ALL before_fetch;
FETCH ALL opened;
FETCH ALL scrolling;
MOVE ABSOLUTE 0 scrolling;
CALL become(NULL);
FETCH 3 scrolling;
DECLARE by_n CURSOR FOR SELECT id FROM issues;
CALL become('U');
FETCH ALL by_n;
SELECT id FROM issues ORDER BY id;
COMMIT;
-- also one that is carried out at the end of the transaction
FETCH ALL held;
CLOSE held;
SELECT electric.logout() \g /dev/null
BEGIN;
CALL become('U');
DECLARE held CURSOR WITH HOLD FOR SELECT id FROM issues ORDER BY id;
CALL become('V');
COMMIT;
FETCH ALL held;
CLOSE held;
SELECT electric.logout() \g /dev/null

-- So it is with a role that takes no more than a user: at the first row that is judged he may have gone.
BEGIN;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON tags TO AUTHENTICATED $$;
SET ROLE regress_electric_client;
DECLARE by_none CURSOR FOR SELECT id FROM tags ORDER BY id;
CALL become('U');
DECLARE by_u CURSOR FOR SELECT id FROM tags ORDER BY id;
FETCH ALL by_none;
CALL become(NULL);
FETCH ALL by_u;
ROLLBACK;

-- A cursor's statement sees the rows and the roles of its snapshot: what changes after it was opened is not its concern.
BEGIN;
CALL become('V');
DECLARE c CURSOR FOR SELECT id FROM issues ORDER BY id;
FETCH c;
SET ROLE regress_electric_owner;
DELETE FROM project_memberships WHERE user_id = 'V';
SET ROLE regress_electric_client;
FETCH ALL c;
SELECT count(*) FROM issues;
-- UPDATE .. WHERE CURRENT OF is a statement of its own
ROLLBACK;
BEGIN;
CALL become('V');
DECLARE c CURSOR FOR SELECT id FROM issues WHERE id = 'i5' FOR UPDATE;
FETCH c;
CALL become('U');
UPDATE issues SET title = 'changed' WHERE CURRENT OF c;
CALL become('V');
UPDATE issues SET title = 'changed' WHERE CURRENT OF c;
ROLLBACK;

-- A prepared statement gives each user his own rows, by whatever plan.
PREPARE read AS SELECT string_agg(id, ' ' ORDER BY id) FROM issues;
PREPARE read_one AS SELECT id FROM issues WHERE id = $1;
PREPARE write_all AS UPDATE issues SET title = 'changed' RETURNING id;
SET plan_cache_mode = force_generic_plan;
BEGIN;
CALL become('U');
EXECUTE read;
EXECUTE read_one ('i1');
EXECUTE read_one ('i3');
EXECUTE write_all;
CALL become('V');
EXECUTE read;
EXECUTE read_one ('i1');
EXECUTE read_one ('i3');
EXECUTE write_all;
CALL become(NULL);
EXECUTE read;
EXECUTE write_all;
ROLLBACK;
RESET plan_cache_mode;

-- Functions run as whoever is the user when their statements start, STABLE ones too; that user's role decides nothing.
RESET ROLE;
CREATE FUNCTION visible() RETURNS text LANGUAGE sql STABLE AS $$ SELECT string_agg(id, ' ' ORDER BY id) FROM issues $$;
CREATE FUNCTION visible_plpgsql() RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN (SELECT string_agg(id, ' ' ORDER BY id) FROM issues); END $$;
CREATE FUNCTION visible_definer() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT string_agg(id, ' ' ORDER BY id) FROM issues $$;
ALTER FUNCTION visible_definer() OWNER TO regress_electric_owner;
CREATE FUNCTION visible_to(user_id text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN CALL become(user_id); RETURN (SELECT string_agg(id, ' ' ORDER BY id) FROM issues); END $$;
CREATE FUNCTION one_by_one() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE i text;
BEGIN FOR i IN SELECT id FROM issues ORDER BY id LOOP CALL become(NULL); RETURN NEXT i; END LOOP; END $$;
SET ROLE regress_electric_client;
BEGIN;
CALL become('U');
SELECT visible(), visible_plpgsql(), visible_definer();
-- set_user() in the middle of a statement: what starts after it is judged by the new identity, the statement by the old
SELECT i.id, visible_to('V'), visible() FROM issues i ORDER BY 1;
SELECT electric.user_id();
SELECT id FROM issues ORDER BY id;
CALL become('V');
SELECT one_by_one();
SELECT visible(), visible_plpgsql(), electric.user_id() IS NULL;
ROLLBACK;

-- A DO block, its loops and its exception handlers.
BEGIN;
CALL become('V');
DO $$
DECLARE i record; n int := 0;
BEGIN
	FOR i IN SELECT id FROM issues ORDER BY id LOOP
		BEGIN
			UPDATE issues SET project_id = 'p1' WHERE id = i.id;
			n := n + CASE WHEN FOUND THEN 1 ELSE 0 END;
		EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE '%: %', i.id, SQLERRM;
		END;
	END LOOP;
	RAISE NOTICE '% changed, % visible', n, (SELECT count(*) FROM issues);
END $$;
ROLLBACK;
\set QUIET on
\i :reset

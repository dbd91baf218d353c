--
-- Functions of every language and volatility: their statements are the user's of the moment in which they start.
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
	ELECTRIC GRANT ALL ON issues TO 'projects:editor';
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'U', 'p2', 'editor'), ('pm4', 'V', 'p1', 'editor');
TRUNCATE comments, issue_tags CASCADE;
CREATE FUNCTION sql_volatile() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT string_agg(id, ' ' ORDER BY id) FROM issues $$;
CREATE FUNCTION sql_stable() RETURNS text LANGUAGE sql STABLE AS $$ SELECT string_agg(id, ' ' ORDER BY id) FROM issues $$;
CREATE FUNCTION sql_immutable() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT string_agg(id, ' ' ORDER BY id) FROM issues $$;
CREATE FUNCTION sql_standard() RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC SELECT string_agg(id, ' ' ORDER BY id) FROM issues; END;
CREATE FUNCTION sql_rows(p text) RETURNS SETOF issues LANGUAGE sql STABLE AS $$ SELECT * FROM issues WHERE project_id >= p $$;
CREATE FUNCTION sql_definer() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT string_agg(id, ' ' ORDER BY id) FROM issues $$;
CREATE FUNCTION pl_volatile() RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN (SELECT string_agg(id, ' ' ORDER BY id) FROM issues); END $$;
CREATE FUNCTION pl_stable() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT string_agg(id, ' ' ORDER BY id) FROM issues); END $$;
CREATE FUNCTION pl_immutable() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN (SELECT string_agg(id, ' ' ORDER BY id) FROM issues); END $$;
CREATE FUNCTION pl_dynamic(q text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE q; END $$;
CREATE FUNCTION pl_cursor() RETURNS refcursor LANGUAGE plpgsql AS $$ DECLARE c refcursor := 'found'; BEGIN OPEN c FOR SELECT id FROM issues ORDER BY id; RETURN c; END $$;
CREATE FUNCTION add(id text, p text) RETURNS text LANGUAGE sql AS $$ INSERT INTO issues VALUES (id, p) RETURNING id $$;
CREATE FUNCTION add_definer(id text, p text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ INSERT INTO issues VALUES (id, p) RETURNING id $$;
CREATE FUNCTION retitle(t text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN UPDATE issues SET title = t; GET DIAGNOSTICS n = ROW_COUNT; RETURN n; END $$;
CREATE FUNCTION remove(i text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN DELETE FROM issues WHERE id = i; RETURN FOUND; END $$;
CREATE PROCEDURE step_by_step(p text) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO issues VALUES ('s1', p);
	COMMIT;
	RAISE NOTICE '% as %', pl_volatile(), coalesce(electric.user_id(), 'nobody');
	INSERT INTO issues VALUES ('s2', p);
	ROLLBACK;
	INSERT INTO issues VALUES ('s3', 'p1');
END $$;
SET ROLE regress_electric_client;
\set all 'SELECT sql_volatile(), sql_stable(), sql_immutable(), sql_standard(), pl_volatile(), pl_stable(), pl_immutable();'

-- Reading: each gives the rows of the user, also once its plan is kept and another user comes; with the owner's rights all rows.
BEGIN;
CALL become('U');
:all
SELECT id FROM sql_rows('p2') ORDER BY id;
SELECT sql_definer();
SELECT * FROM pl_dynamic('SELECT id FROM issues WHERE project_id = ''p1''') ORDER BY 1;
CALL become('V');
:all
SELECT id FROM sql_rows('p1') ORDER BY id;
SELECT * FROM pl_dynamic('DELETE FROM issues RETURNING id') ORDER BY 1;
CALL become(NULL);
:all
SELECT id FROM sql_rows('p1');
SELECT sql_definer();
ROLLBACK;

-- A prepared statement that calls them follows the user as well.
PREPARE by_plan AS SELECT sql_volatile(), sql_stable(), pl_stable(), sql_standard(), (SELECT count(*) FROM sql_rows('p1'));
BEGIN;
SET LOCAL plan_cache_mode = force_generic_plan;
CALL become('U');
EXECUTE by_plan;
CALL become('V');
EXECUTE by_plan;
CALL become(NULL);
EXECUTE by_plan;
ROLLBACK;

-- But not one whose function says that its answer never changes: PostgreSQL keeps that in the plan. What reads tables is not IMMUTABLE.
PREPARE kept AS SELECT sql_immutable(), pl_immutable();
BEGIN;
SET LOCAL plan_cache_mode = force_generic_plan;
CALL become('U');
EXECUTE kept;
CALL become('V');
EXECUTE kept;
ROLLBACK;

-- Writing: with the caller's rights as far as he may, with the owner's as far as the owner does.
BEGIN;
CALL become('U');
SELECT add('n1', 'p2');
SELECT add('n2', 'p1');
SELECT add_definer('n2', 'p1');
SELECT retitle('by U');
SELECT remove('i1'), remove('n1');
SELECT id, remove(id) FROM issues ORDER BY id;
CALL become('V');
SELECT add('n3', 'p2');
SELECT retitle('by V'), remove('n2');
CALL become(NULL);
SELECT add('n3', 'p2');
SELECT retitle('by N'), remove('i2');
ROLLBACK;

-- A cursor that a function opened is of who was the user then.
BEGIN;
CALL become('U');
SELECT pl_cursor();
CALL become('V');
FETCH ALL found;
ROLLBACK;

-- A procedure that ends transactions goes on as the session's user.
\set ON_ERROR_ROLLBACK off
CALL become('U');
CALL step_by_step('p2');
SELECT id FROM issues WHERE id ~ '^s' ORDER BY id;
SELECT electric.logout() \g /dev/null
CALL step_by_step('p2');
\set QUIET on
\i :reset

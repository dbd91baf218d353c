--
-- Plans of a stronger user: what a superuser or the owner has planned in a session must not serve the
-- client who goes on in it, nor what one end user has planned serve the next; in either direction.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
RESET SESSION AUTHORIZATION;
GRANT USAGE ON SCHEMA attacker TO PUBLIC;
CREATE FUNCTION read_sql() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM public.issues $$;
CREATE FUNCTION read_atomic() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM public.issues; END;
CREATE FUNCTION read_plpgsql() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM public.issues); END $$;
CREATE FUNCTION read_loop() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE i record; n bigint := 0;
BEGIN FOR i IN SELECT id FROM public.issues LOOP n := n + 1; END LOOP; RETURN n; END $$;
CREATE FUNCTION write_plpgsql() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN UPDATE public.issues SET secret = secret; GET DIAGNOSTICS n = ROW_COUNT; RETURN n; END $$;
CREATE VIEW view_invoker WITH (security_invoker) AS SELECT * FROM issues;
GRANT SELECT ON view_invoker TO PUBLIC;
SET plan_cache_mode = force_generic_plan;
PREPARE read AS SELECT string_agg(id::text, ' ' ORDER BY id) FROM issues;
PREPARE read_one(int) AS SELECT id FROM issues WHERE id = $1;
PREPARE read_view AS SELECT string_agg(id::text, ' ' ORDER BY id) FROM view_invoker;
PREPARE read_key(int) AS SELECT string_agg(id::text, ' ') FROM issues WHERE project_id = $1;
PREPARE write AS WITH w AS (UPDATE issues SET secret = secret RETURNING id) SELECT string_agg(id::text, ' ' ORDER BY id) FROM w;
PREPARE take AS WITH d AS (DELETE FROM issues RETURNING id) SELECT string_agg(id::text, ' ' ORDER BY id) FROM d;
PREPARE upsert AS INSERT INTO issues VALUES (20, 1, 'twenty') ON CONFLICT (id) DO UPDATE SET secret = 'mine' RETURNING id;
PREPARE merge AS MERGE INTO issues USING (VALUES (20)) v ON id = column1 WHEN MATCHED THEN UPDATE SET secret = 'mine' WHEN NOT MATCHED THEN INSERT VALUES (20, 2);
\set functions 'SELECT read_sql(), read_atomic(), read_plpgsql(), read_loop(), write_plpgsql();'
\set execute 'EXECUTE read; EXECUTE read_one(20); EXECUTE read_view; EXECUTE read_key(2); BEGIN; EXECUTE write; EXECUTE take; ROLLBACK; :functions'
\set refused 'EXECUTE upsert; EXECUTE merge;'

-- Planned and run by a superuser: everything.
:execute

-- Run by the client for alice: her rows, after SET ROLE and after SET SESSION AUTHORIZATION, and in between everything again.
SET ROLE regress_electric_client;
:execute
:refused
RESET ROLE;
:execute
SET SESSION AUTHORIZATION regress_electric_client;
:execute
:refused

-- Planned by the client, run by the owner and again by the client; and for another end user.
PREPARE mine AS SELECT string_agg(id::text, ' ' ORDER BY id) FROM issues;
EXECUTE mine;
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
EXECUTE mine;
EXECUTE read;
RESET ROLE;
SELECT FROM electric.logout();
SELECT FROM electric.set_user('bob', is_local => false);
SET ROLE regress_electric_client;
EXECUTE mine;
EXECUTE read;
EXECUTE write;
:functions
RESET ROLE;

-- Row security switched off for one plan is on for the next: off is an error for who is bound, never all rows.
SET row_security = off;
EXECUTE read;
SET ROLE regress_electric_client;
EXECUTE read;
SELECT read_plpgsql();
RESET row_security;
EXECUTE read;
SELECT read_plpgsql();

-- What was planned before ENABLE, or before a table was forced, is planned anew.
RESET ROLE;
SET ROLE regress_electric_owner;
SET client_min_messages = warning;
CREATE TABLE late (id int PRIMARY KEY);
INSERT INTO late VALUES (1);
GRANT SELECT ON late TO regress_electric_client;
SET ROLE regress_electric_client;
PREPARE late AS SELECT count(*) FROM late;
EXECUTE late;
SET ROLE regress_electric_owner;
SELECT FROM electric.ddlx('ELECTRIC ENABLE late; ELECTRIC GRANT READ ON late TO ''nobody''');
EXECUTE late;
SET ROLE regress_electric_client;
EXECUTE late;
SET ROLE regress_electric_owner;
ALTER TABLE late FORCE ROW LEVEL SECURITY;
EXECUTE late;
RESET ROLE;
EXECUTE late;

-- A function that is run with its owner's rights (SECURITY DEFINER) is bound by them, not by its caller's: one of the client is bound for everybody.
SET SESSION AUTHORIZATION regress_electric_client;
CREATE FUNCTION attacker.definer() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN (SELECT count(*) FROM public.issues); END $$;
CREATE FUNCTION attacker.invoker() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM public.issues); END $$;
RESET SESSION AUTHORIZATION;
SELECT attacker.definer(), attacker.invoker();
SET ROLE regress_electric_client;
SELECT attacker.definer(), attacker.invoker();
RESET ROLE;
SELECT * FROM issues ORDER BY id;
\i :reset

--
-- electric.as_user() by who is not trusted: it is denied, whichever way it is called, and what others call for the
-- attacker does not make him bob. The attacker is the end user alice: bob's issues 20 and 21 must stay hidden.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
\set VERBOSITY terse
\set who 'SELECT electric.user_id(), electric.claims();'

-- Calling it is denied: as it stands, by a function of the attacker's own, in a prepared statement and in DO.
SELECT electric.as_user('bob', 'SELECT * FROM issues');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.as_user('alice', 'SELECT * FROM issues');
SELECT * FROM electric.as_user(NULL, 'SELECT 1', '{"admin": true}');
CREATE FUNCTION attacker.ask() RETURNS SETOF jsonb LANGUAGE sql SECURITY DEFINER AS $$ SELECT electric.as_user('bob', 'SELECT * FROM public.issues') $$;
SELECT attacker.ask();
CREATE FUNCTION attacker.ask_again() RETURNS SETOF jsonb LANGUAGE plpgsql SECURITY DEFINER
	AS $$ BEGIN RETURN QUERY SELECT electric.as_user('bob', 'SELECT * FROM public.issues'); END $$;
SELECT attacker.ask_again();
DO $$ BEGIN PERFORM electric.as_user('bob', 'SELECT * FROM issues'); END $$;
PREPARE ask AS SELECT electric.as_user('bob', 'SELECT * FROM issues');
EXECUTE ask;
CREATE VIEW attacker.ask AS SELECT electric.as_user('bob', 'SELECT * FROM public.issues') AS row;
SELECT * FROM attacker.ask;
:who

-- It cannot be declared again, made his own, or granted to himself.
CREATE FUNCTION attacker.again(text, text, jsonb) RETURNS SETOF jsonb LANGUAGE c AS '$libdir/electric_perm', 'electric_as_user';
ALTER FUNCTION electric.as_user(text, text, jsonb) OWNER TO regress_electric_client;
ALTER FUNCTION electric.as_user(text, text, jsonb) SECURITY DEFINER;
CREATE FUNCTION electric.as_user(text, text) RETURNS SETOF jsonb LANGUAGE sql AS $$ SELECT '{}'::jsonb $$;
GRANT EXECUTE ON FUNCTION electric.as_user(text, text, jsonb) TO regress_electric_client;
SELECT has_function_privilege('electric.as_user(text, text, jsonb)', 'EXECUTE');

-- A trusted role calls it for him, in a function with a fixed query: he gets what that gives, and stays alice.
RESET SESSION AUTHORIZATION;
SET client_min_messages = warning;
CREATE ROLE regress_electric_backend;
GRANT SELECT ON issues TO regress_electric_backend;
GRANT EXECUTE ON FUNCTION electric.as_user TO regress_electric_backend;
GRANT CREATE ON SCHEMA public TO regress_electric_backend;
GRANT USAGE ON SCHEMA attacker TO regress_electric_backend;
SET SESSION AUTHORIZATION regress_electric_backend;
CREATE FUNCTION public.count_of(text) RETURNS jsonb LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
	AS $$ SELECT electric.as_user($1, 'SELECT count(*) FROM issues') $$;
SET SESSION AUTHORIZATION regress_electric_client;
SELECT public.count_of('bob'), (SELECT count(*) FROM issues);
SELECT id FROM issues ORDER BY id;
:who
-- An error that he brings about there, and catches, leaves him alice too.
DO $$
BEGIN
	PERFORM public.count_of(repeat('x', 70000));
EXCEPTION WHEN program_limit_exceeded THEN
	RAISE WARNING 'caught, as %', electric.user_id();
END $$;
DO $$
BEGIN
	SET LOCAL statement_timeout = 0;
	PERFORM public.count_of('');
EXCEPTION WHEN invalid_parameter_value THEN
	RAISE WARNING 'caught, as %', electric.user_id();
END $$;
:who

-- The function waits for nobody: a cursor over it that is left half read leaves no other user behind.
BEGIN;
DECLARE half CURSOR FOR SELECT public.count_of(name) FROM unnest(ARRAY['bob', 'carol', 'bob']) name;
FETCH 1 FROM half;
:who
SELECT id FROM issues ORDER BY id;
FETCH 1 FROM half;
ROLLBACK;
:who

-- A role that may execute as_user, and not set_user, chooses no identity that lasts.
SET SESSION AUTHORIZATION regress_electric_backend;
SELECT electric.set_user('bob');
SELECT electric.as_user('alice', $$SELECT electric.set_user('bob')$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.as_user('alice', 'SELECT count(*) FROM electric.roles(''bob'')');
\echo :LAST_ERROR_SQLSTATE

-- Code that maintenance runs as its owner cannot call it: a function in an index, in a materialized view.
RESET SESSION AUTHORIZATION;
CREATE SCHEMA regress_electric_own AUTHORIZATION regress_electric_backend;
SET SESSION AUTHORIZATION regress_electric_backend;
CREATE FUNCTION regress_electric_own.ask(text) RETURNS text LANGUAGE plpgsql IMMUTABLE
	AS $$ BEGIN RETURN (SELECT row FROM electric.as_user($1, 'SELECT electric.user_id()') row); END $$;
CREATE TABLE regress_electric_own.t (x text);
CREATE INDEX ON regress_electric_own.t (regress_electric_own.ask(x));
INSERT INTO regress_electric_own.t VALUES ('bob');
CREATE MATERIALIZED VIEW regress_electric_own.m AS SELECT regress_electric_own.ask('bob');
\echo :LAST_ERROR_SQLSTATE
RESET SESSION AUTHORIZATION;
REINDEX TABLE regress_electric_own.t;
\echo :LAST_ERROR_SQLSTATE
ANALYZE regress_electric_own.t;
:who

DROP SCHEMA regress_electric_own CASCADE;
\i :reset

--
-- Identity: what is refused, how it ends, and how far it reaches.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
RESET client_min_messages;
CREATE ROLE regress_electric_app;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_app;
CREATE TABLE regress_electric_numbers WITH (parallel_workers = 2)
	AS SELECT n, 'alice' AS owner FROM generate_series(1, 1000) n;
GRANT SELECT ON regress_electric_numbers TO regress_electric_app;
CREATE FUNCTION regress_electric_become(text) RETURNS text LANGUAGE plpgsql IMMUTABLE
	AS 'BEGIN PERFORM electric.set_user($1, ''{}'', false); RETURN $1; END';
SET SESSION AUTHORIZATION regress_electric_app;
\pset format unaligned
\pset tuples_only on
\pset null (null)
\set who 'SELECT electric.user_id(), electric.claims(), electric.is_authenticated();'

-- An empty user id is an error, and changes nothing.
SELECT electric.set_user('alice', '{"a": 1}', false);
SELECT electric.set_user('', is_local => false);
\echo :LAST_ERROR_SQLSTATE
:who

-- Claims are a JSON object; nothing else is.
SELECT electric.set_user('bob', '["admin"]', false);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.set_user('bob', '"admin"', false);
SELECT electric.set_user('bob', 'null', false);

-- is_local is true or false.
SELECT electric.set_user('bob', '{}', NULL);
\echo :LAST_ERROR_SQLSTATE

-- User id and claims together have 64 kB at most.
SELECT electric.set_user(repeat('x', 65536), is_local => false);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.set_user('bob', jsonb_build_object('a', repeat('x', 1000000)), false);
:who
SELECT electric.set_user(repeat('x', 65533), is_local => false);
SELECT length(electric.user_id()), electric.claims();
SELECT electric.set_user('deep', (repeat('{"a":', 5000) || '1' || repeat('}', 5000))::jsonb, false);
SELECT length(electric.claims()::text);

-- Parallel workers know the identity, of the session and of the transaction, also one of full size.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT electric.set_user('alice', jsonb_build_object('n', 7, 'pad', repeat('x', 65000)), false);
EXPLAIN (COSTS OFF) SELECT count(*) FROM regress_electric_numbers WHERE owner = electric.user_id();
SELECT count(*) FROM regress_electric_numbers
	WHERE owner = electric.user_id() AND electric.is_authenticated() AND n % 100 = (electric.claims()->>'n')::int;
SELECT electric.logout();
SELECT count(*) FROM regress_electric_numbers WHERE owner = electric.user_id();
BEGIN;
SELECT electric.set_user('alice');
SELECT count(*) FROM regress_electric_numbers WHERE owner = electric.user_id();
COMMIT;
RESET ALL;

-- RESET ALL and DISCARD ALL make the session anonymous.
SELECT electric.set_user('alice', '{"a": 1}', false);
RESET ALL;
:who
SELECT electric.set_user('alice', '{"a": 1}', false);
DISCARD ALL;
:who
SET SESSION AUTHORIZATION regress_electric_app;

-- A local identity ends with RESET ALL, and returns with the savepoint before it.
BEGIN;
SELECT electric.set_user('alice');
SAVEPOINT s;
RESET ALL;
:who
ROLLBACK TO s;
:who
COMMIT;

-- RESET ALL within the transaction does not make room for a local identity: ROLLBACK would undo it.
SELECT electric.set_user('bob', is_local => false);
BEGIN;
RESET ALL;
SELECT electric.set_user('alice');
ROLLBACK;
SELECT electric.logout();

-- A prepared statement that became generic follows the identity.
SET plan_cache_mode = force_generic_plan;
PREPARE mine AS SELECT count(*) FROM regress_electric_numbers WHERE owner = electric.user_id();
SELECT electric.set_user('alice', is_local => false);
EXECUTE mine;
SELECT electric.set_user('bob', is_local => false);
EXECUTE mine;
SELECT electric.logout();

-- Code that a superuser's maintenance runs as the table's owner cannot choose an identity for the session.
RESET SESSION AUTHORIZATION;
CREATE SCHEMA regress_electric_own AUTHORIZATION regress_electric_app;
SET SESSION AUTHORIZATION regress_electric_app;
CREATE TABLE regress_electric_own.t (x text);
CREATE INDEX ON regress_electric_own.t (public.regress_electric_become(x));
INSERT INTO regress_electric_own.t VALUES ('eve');
SELECT electric.logout();
RESET SESSION AUTHORIZATION;
\set SHOW_CONTEXT never
REINDEX TABLE regress_electric_own.t;
\echo :LAST_ERROR_SQLSTATE
:who

DROP SCHEMA regress_electric_own CASCADE;
DROP TABLE regress_electric_numbers;
DROP FUNCTION regress_electric_become;
DROP EXTENSION electric_perm;
DROP ROLE regress_electric_app;

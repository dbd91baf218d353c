--
-- Identity: on whose behalf the session works.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
RESET client_min_messages;
CREATE ROLE regress_electric_app;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_bypass BYPASSRLS;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean)
	TO regress_electric_app, regress_electric_bypass;
\pset format unaligned
\pset tuples_only on
\pset null (null)
\set who 'SELECT electric.user_id(), electric.claims(), electric.is_authenticated();'

-- A role that row-level security does not bind is told once a session that the identity does nothing for it.
SET SESSION AUTHORIZATION regress_electric_bypass;
BEGIN \; SELECT electric.set_user('alice') \; COMMIT;
BEGIN \; SELECT electric.set_user('alice') \; COMMIT;

-- A session starts anonymous, without claims, for every role.
SET SESSION AUTHORIZATION regress_electric_client;
:who

-- Only trusted callers may choose an identity.
SELECT electric.set_user('alice');
\echo :LAST_ERROR_SQLSTATE
SET SESSION AUTHORIZATION regress_electric_app;

-- A local identity lasts for the transaction, and is what the caller said, whatever characters it holds.
BEGIN;
SELECT electric.set_user('alice', '{"org": {"id": 7}, "note": "a\nb"}');
:who
SELECT electric.set_user(E'two\nlines, {"a": 1} and \'quotes\' | "');
:who
COMMIT;
:who

-- NULL is an anonymous user; he too may have claims, and NULL claims are none.
BEGIN;
SELECT electric.set_user(NULL, '{"kiosk": true}');
:who
SELECT electric.set_user('alice', NULL);
:who
SELECT electric.set_user(NULL);
:who
ROLLBACK;

-- A session identity lasts beyond the transaction, unless that rolls back, and SET ROLE does not change it.
BEGIN;
SELECT electric.set_user('bob', is_local => false);
ROLLBACK;
:who
SELECT electric.set_user('bob', '{"a": 1}', is_local => false);
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_client;
:who

-- Everybody may log out, and may do it twice.
SELECT electric.logout();
:who
SELECT electric.logout();
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_app;

-- An identity belongs to its savepoint, and to the block of a PL/pgSQL exception handler.
BEGIN;
SELECT electric.set_user('alice', '{"n": 1}');
SAVEPOINT s;
SELECT electric.set_user('bob');
ROLLBACK TO s;
:who
SELECT electric.set_user('carol');
RELEASE s;
:who
DO $$
BEGIN
	PERFORM electric.set_user('dave');
	RAISE division_by_zero;
EXCEPTION WHEN division_by_zero THEN
	RAISE NOTICE '%', electric.user_id();
END $$;

-- logout() ends a local identity as well, and for good.
SAVEPOINT s;
SELECT electric.logout();
:who
RELEASE s;
:who
COMMIT;
:who

-- A local identity that a function sets lasts for the transaction, though the function's own settings end.
CREATE FUNCTION pg_temp.login(text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog
	AS 'BEGIN PERFORM electric.set_user($1); END';
BEGIN;
SELECT pg_temp.login('alice');
:who
COMMIT;

-- Outside a transaction block a local identity warns, as SET LOCAL does: not in a multi-statement string, not in a function.
SELECT electric.set_user('alice');
\set VERBOSITY sqlstate
SELECT * FROM electric.set_user('alice');
\set VERBOSITY default
SET LOCAL work_mem = '1MB' \; SELECT electric.set_user('alice') \; :who
SELECT pg_temp.login('alice');
DO $$ BEGIN PERFORM electric.set_user('alice'); END $$;
:who
DROP FUNCTION pg_temp.login(text);

-- A local identity may not stand over another session identity, which ROLLBACK or COMMIT would bring back, not even after a logout() that ROLLBACK would undo.
SELECT electric.set_user('bob', '{"a": 1}', false);
BEGIN;
SELECT electric.set_user('bob', '{"a": 1}');
SAVEPOINT s;
SELECT electric.set_user('alice');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO s;
SELECT electric.set_user('bob', '{"a": 2}');
ROLLBACK TO s;
SELECT electric.set_user(NULL);
ROLLBACK TO s;
SELECT electric.logout();
SELECT electric.set_user('alice');
ROLLBACK;
-- Nor may another session identity be set where ROLLBACK would bring the first one back.
BEGIN;
SELECT electric.set_user('alice', is_local => false);
ROLLBACK;
:who
SELECT electric.logout();
BEGIN;
SELECT electric.set_user('alice');
SELECT electric.set_user('bob', is_local => false);
SAVEPOINT s;
SELECT electric.set_user('alice');
ROLLBACK;
:who

RESET SESSION AUTHORIZATION;
DROP EXTENSION electric_perm;
DROP ROLE regress_electric_app, regress_electric_client, regress_electric_bypass;

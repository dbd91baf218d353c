--
-- Settings: whatever a client sets, resets or discards, for the session, the transaction, a function or his role,
-- the rules go on. (Connection options: a TAP test.) Our own settings are in identity_attacks.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
\set look 'SELECT attacker.try(''SELECT FROM issues WHERE attacker.leak(id)''), attacker.try(''UPDATE issues SET secret = NULL WHERE attacker.leak(id)''), attacker.try(''INSERT INTO issues VALUES (50, 2)'');'
:look

-- What is not his to set.
SET session_replication_role = replica;
SET LOCAL session_replication_role = replica;
SELECT set_config('session_replication_role', 'replica', false);
UPDATE pg_settings SET setting = 'replica' WHERE name = 'session_replication_role';
SET allow_system_table_mods = on;
SET ignore_system_indexes = on;
SET session_preload_libraries = '';
SET local_preload_libraries = '';
SET dynamic_library_path = '/tmp';
SET zero_damaged_pages = on;
SET electric_perm.enforce = off;
CREATE FUNCTION attacker.replica() RETURNS bigint LANGUAGE sql SET session_replication_role = replica AS 'SELECT count(*) FROM public.issues';
ALTER FUNCTION attacker.try(text) SET session_replication_role = replica;
ALTER ROLE regress_electric_client SET session_replication_role = replica;
ALTER ROLE regress_electric_client SET session_preload_libraries = '';
ALTER ROLE regress_electric_client BYPASSRLS;
ALTER ROLE regress_electric_client SUPERUSER;
ALTER ROLE ALL SET row_security = off;
ALTER SYSTEM SET row_security = off;
LOAD '/tmp/attack.so';
:look

-- What is his to set changes no answer.
SET electric_perm.native_syntax = off;
:look
RESET electric_perm.native_syntax;
SELECT count(*) FROM (SELECT set_config(name, value, false) FROM (VALUES ('plan_cache_mode', 'force_generic_plan'), ('constraint_exclusion', 'on'),
	('enable_seqscan', 'off'), ('enable_indexscan', 'off'), ('geqo_threshold', '2'), ('cursor_tuple_fraction', '0'), ('work_mem', '64kB'),
	('hash_mem_multiplier', '1'), ('search_path', 'attacker, pg_temp'), ('transform_null_equals', 'on'), ('array_nulls', 'off'),
	('bytea_output', 'escape'), ('client_encoding', 'LATIN1'), ('DateStyle', 'german'), ('timezone', 'Asia/Tokyo'),
	('default_transaction_isolation', 'serializable'), ('default_transaction_deferrable', 'on'), ('default_toast_compression', 'pglz'),
	('xmlbinary', 'hex'), ('check_function_bodies', 'off'), ('backslash_quote', 'on'), ('temp_tablespaces', ''), ('jit_above_cost', '0'),
	('stats_fetch_consistency', 'none'), ('default_statistics_target', '1'), ('synchronous_commit', 'off')) s (name, value)) s;
\set look_at_public 'SELECT attacker.try(''SELECT FROM public.issues WHERE attacker.leak(id)''), attacker.try(''UPDATE public.issues SET secret = NULL WHERE attacker.leak(id)''), attacker.try(''INSERT INTO public.issues VALUES (50, 2)'');'
:look_at_public
SET default_transaction_isolation = 'read committed';
SET search_path = public;

-- row_security = off is an error for whoever is bound, in a session, a function and a role's default: never all rows.
SET row_security = off;
:look
RESET row_security;
ALTER FUNCTION attacker.try(text) SET row_security = off;
:look
ALTER FUNCTION attacker.try(text) RESET row_security;
BEGIN;
SET LOCAL row_security = off;
DECLARE c CURSOR FOR SELECT id FROM issues;
ROLLBACK;
ALTER ROLE regress_electric_client SET row_security = off;
ALTER ROLE regress_electric_client SET electric_perm.native_syntax = off;
ALTER ROLE regress_electric_client RESET ALL;
:look

-- DISCARD of parts keeps the identity and the rules; of all, and RESET ALL, ends the identity: nothing is left to see.
DISCARD PLANS;
DISCARD SEQUENCES;
DISCARD TEMP;
:look
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM issues ORDER BY id;
FETCH 1 FROM c;
SAVEPOINT s;
RESET ALL;
FETCH 1 FROM c;
:look
ROLLBACK TO s;
:look
ROLLBACK;
RESET ALL;
:look
DISCARD ALL;
SELECT session_user = 'regress_electric_client';

-- Who was granted SET on session_replication_role switches triggers off, and no policy.
SELECT electric.set_user('alice', is_local => false);
GRANT SET ON PARAMETER session_replication_role TO regress_electric_client;
SET SESSION AUTHORIZATION regress_electric_client;
SET session_replication_role = replica;
:look
SET session_replication_role = local;
:look
RESET session_replication_role;
RESET SESSION AUTHORIZATION;
REVOKE SET ON PARAMETER session_replication_role FROM regress_electric_client;
\i :reset

--
-- Identity: nothing but electric.set_user() sets one. Each statement of a client
-- below is refused or has no effect; the user must stay alice throughout.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
RESET client_min_messages;
CREATE ROLE regress_electric_app;
CREATE ROLE regress_electric_client;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_app;
CREATE SCHEMA regress_electric_own AUTHORIZATION regress_electric_client;
SELECT pg_get_userbyid(datdba) AS db_owner FROM pg_database WHERE datname = current_database() \gset
ALTER DATABASE :"DBNAME" OWNER TO regress_electric_client;
\pset format unaligned
\pset tuples_only on
\pset null (null)
\set who 'SELECT electric.user_id(), electric.claims();'
SET ROLE regress_electric_app;
SELECT electric.set_user('alice', is_local => false);
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_client;

-- SET in all its forms and spellings is denied, to the empty value and to the default as well.
SET electric_perm.identity = E'{}\nmallory';
\echo :LAST_ERROR_SQLSTATE
SET SESSION electric_perm.identity = 'mallory';
SET ELECTRIC_PERM.Identity TO mallory;
SET "electric_perm"."identity" = 'mallory';
SET electric_perm.identity = '';
SET electric_perm.identity TO DEFAULT;
RESET electric_perm.identity;
BEGIN;
SET LOCAL electric_perm.identity = 'mallory';
ROLLBACK;
:who

-- set_config() is denied, local or not, in a function, and under another name of the setting.
SELECT set_config('electric_perm.identity', 'mallory', false);
SELECT set_config('electric_perm.identity', 'mallory', true), electric.user_id();
SELECT set_config('Electric_Perm.IDENTITY', 'mallory', false);
DO $$ BEGIN PERFORM set_config('electric_perm.identity', 'mallory', true); END $$;
:who

-- Other settings with our prefix cannot be made up.
SET electric_perm.user_id = 'mallory';
\echo :LAST_ERROR_SQLSTATE

-- A function's SET clause is denied.
CREATE FUNCTION regress_electric_own.f() RETURNS text LANGUAGE sql
	SET electric_perm.identity = 'mallory' AS 'SELECT electric.user_id()';
CREATE FUNCTION regress_electric_own.f() RETURNS text LANGUAGE sql
	SET electric_perm.identity FROM CURRENT AS 'SELECT electric.user_id()';
CREATE FUNCTION regress_electric_own.f() RETURNS text LANGUAGE sql AS 'SELECT electric.user_id()';
ALTER FUNCTION regress_electric_own.f() SET electric_perm.identity = 'mallory';
SELECT regress_electric_own.f();

-- Defaults of a role or a database are denied, also to the owner of the database.
ALTER ROLE regress_electric_client SET electric_perm.identity = 'mallory';
ALTER ROLE regress_electric_client IN DATABASE :"DBNAME" SET electric_perm.identity = 'mallory';
ALTER ROLE regress_electric_client SET electric_perm.identity FROM CURRENT;
ALTER ROLE regress_electric_client SET electric_perm.identity TO DEFAULT;
ALTER DATABASE :"DBNAME" SET electric_perm.identity = 'mallory';
ALTER SYSTEM SET electric_perm.identity = 'mallory';

-- The setting cannot be seen, and so not be updated in pg_settings.
SHOW electric_perm.identity;
SELECT current_setting('electric_perm.identity');
SELECT current_setting('electric_perm.identity', true);
SELECT name FROM pg_settings WHERE name LIKE 'electric%identity';
UPDATE pg_settings SET setting = 'mallory' WHERE name LIKE 'electric%identity';
:who

-- set_user() is denied, also from functions of the client's own; the library's functions cannot be declared again.
SELECT electric.set_user('mallory');
CREATE FUNCTION regress_electric_own.become() RETURNS void LANGUAGE sql SECURITY DEFINER
	AS $$ SELECT electric.set_user('mallory') $$;
SELECT regress_electric_own.become();
CREATE FUNCTION regress_electric_own.become(text, jsonb, boolean) RETURNS void
	LANGUAGE c AS '$libdir/electric_perm', 'electric_set_user';
CREATE FUNCTION electric.user_id(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
ALTER FUNCTION electric.set_user(text, jsonb, boolean) OWNER TO regress_electric_client;
:who

-- The end of a transaction brings back what stood before it, never another user.
BEGIN;
SELECT electric.logout();
ROLLBACK;
:who

-- Who was granted SET on the setting can only empty it.
RESET SESSION AUTHORIZATION;
GRANT SET ON PARAMETER electric_perm.identity TO regress_electric_client;
SET SESSION AUTHORIZATION regress_electric_client;
SET electric_perm.identity = E'{}\nmallory';
\echo :LAST_ERROR_SQLSTATE
ALTER ROLE regress_electric_client SET electric_perm.identity = 'mallory';
CREATE OR REPLACE FUNCTION regress_electric_own.f() RETURNS text LANGUAGE sql
	SET electric_perm.identity = 'mallory' AS 'SELECT electric.user_id()';
BEGIN;
SET LOCAL electric_perm.identity = '';
:who
ROLLBACK;
:who

-- Not even a superuser plants an identity; he sees it.
RESET SESSION AUTHORIZATION;
SET electric_perm.identity = 'mallory';
SELECT set_config('electric_perm.identity', 'mallory', true);
ALTER ROLE regress_electric_client SET electric_perm.identity = 'mallory';
ALTER ROLE regress_electric_client SET electric_perm.identity FROM CURRENT;
ALTER ROLE ALL SET electric_perm.identity = 'mallory';
ALTER DATABASE :"DBNAME" SET electric_perm.identity = 'mallory';
CREATE FUNCTION regress_electric_own.g() RETURNS text LANGUAGE sql
	SET electric_perm.identity FROM CURRENT AS 'SELECT electric.user_id()';
ALTER SYSTEM SET electric_perm.identity = 'mallory';
SHOW electric_perm.identity;
:who

ALTER DATABASE :"DBNAME" OWNER TO :"db_owner";
REVOKE SET ON PARAMETER electric_perm.identity FROM regress_electric_client;
DROP SCHEMA regress_electric_own CASCADE;
DROP EXTENSION electric_perm;
DROP ROLE regress_electric_app, regress_electric_client;

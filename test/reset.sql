\set reset_echo :ECHO
\set ECHO none
--
-- Back to an empty database: the extension with its rules, schema public and the roles
-- of tests. Run as a superuser; what a failed test left behind goes as well.
--
RESET SESSION AUTHORIZATION;
RESET ROLE;
SET client_min_messages = warning;
SET search_path = public;
DROP EXTENSION IF EXISTS electric_perm CASCADE;
DROP SCHEMA IF EXISTS public CASCADE;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
DO $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname ^@ 'regress_electric_' LOOP
		EXECUTE format('DROP OWNED BY %I CASCADE', name);
		EXECUTE format('DROP ROLE %I', name);
	END LOOP;
END $$;
RESET search_path;
RESET client_min_messages;
\set ECHO :reset_echo

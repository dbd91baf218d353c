-- Who may use the extension's objects does not depend on default privileges: what these give to others than the extension's
-- script does is taken back, and what they keep from everybody is given.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
CREATE ROLE regress_electric_anon;
CREATE FUNCTION pg_temp.held() RETURNS TABLE (role name, object text, privilege text) LANGUAGE sql AS $$
	SELECT role.rolname, 'electric', privilege FROM pg_roles role, unnest(ARRAY['USAGE', 'CREATE']) privilege
	WHERE has_schema_privilege(role.oid, 'electric', privilege)
	UNION ALL
	SELECT role.rolname, c.relname, privilege
	FROM pg_roles role, pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
	WHERE c.relnamespace = 'electric'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege(role.oid, c.oid, privilege)
	UNION ALL
	SELECT role.rolname, p.proname || pg_get_function_identity_arguments(p.oid), 'EXECUTE'
	FROM pg_roles role, pg_proc p
	WHERE p.pronamespace = 'electric'::regnamespace AND has_function_privilege(role.oid, p.oid, 'EXECUTE')
$$;
CREATE TEMP TABLE usual AS SELECT * FROM pg_temp.held();
\set differences 'SELECT ''too much'', * FROM (SELECT * FROM pg_temp.held() EXCEPT TABLE usual) more UNION ALL SELECT ''missing'', * FROM (TABLE usual EXCEPT SELECT * FROM pg_temp.held()) less ORDER BY 1, 2, 3, 4;'
\set ECHO queries

-- Usually a role like any other reads the rules and may load its own, and calls what is for everybody.
SELECT object, string_agg(privilege, ', ' ORDER BY privilege) FROM usual WHERE role = 'regress_electric_anon' AND privilege <> 'EXECUTE' GROUP BY object ORDER BY object COLLATE "C";
SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'electric'::regnamespace AND NOT has_function_privilege('regress_electric_anon', p.oid, 'EXECUTE') ORDER BY p.proname COLLATE "C";

-- A role, or everybody, gets everything that is new.
BEGIN;
DROP EXTENSION electric_perm CASCADE;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_electric_anon, PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO regress_electric_anon WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO regress_electric_anon, PUBLIC;
CREATE EXTENSION electric_perm;
:differences
ROLLBACK;

-- New functions are kept from everybody, as PostgREST advises.
BEGIN;
DROP EXTENSION electric_perm CASCADE;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE EXTENSION electric_perm;
:differences
ROLLBACK;

DROP ROLE regress_electric_anon;

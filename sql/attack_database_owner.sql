--
-- The database's owner, who is no superuser: he must not reach rules, policies and identities that are
-- not his, nor bend the extension.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_dbo;
SELECT pg_get_userbyid(datdba) AS db_owner FROM pg_database WHERE datname = current_database() \gset
ALTER DATABASE :"DBNAME" OWNER TO regress_electric_dbo;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
GRANT ALL ON SCHEMA public TO regress_electric_dbo;
SET ROLE regress_electric_owner;
CREATE TABLE issues (id int PRIMARY KEY);
INSERT INTO issues VALUES (1);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues; ELECTRIC GRANT READ ON issues TO 'admin' $$;
GRANT ALL ON issues TO regress_electric_dbo;
RESET ROLE;
\pset format unaligned
\pset tuples_only on
SET SESSION AUTHORIZATION regress_electric_dbo;
\set VERBOSITY sqlstate

-- He is bound, and states no rules for others.
TABLE issues;
SELECT electric.ddlx('ELECTRIC GRANT ALL ON issues TO ANYONE');
DO LANGUAGE ddlx $$ ELECTRIC DISABLE issues $$;
ALTER POLICY electric_select ON issues USING (true);
DROP POLICY electric_select ON issues;
CREATE POLICY mine ON issues USING (true);
COMMENT ON POLICY electric_select ON issues IS 'ELECTRIC GRANT SELECT';
ALTER TABLE issues DISABLE ROW LEVEL SECURITY;
ALTER TABLE issues OWNER TO regress_electric_dbo;
REASSIGN OWNED BY regress_electric_owner TO regress_electric_dbo;

-- The rules' tables may be read, and nothing else.
SELECT tbl, privilege, role FROM electric.grants;
INSERT INTO electric.grants (tbl, privilege, role) VALUES ('issues', 'SELECT', 'ANYONE');
UPDATE electric.grants SET role = 'ANYONE';
DELETE FROM electric.grants;
TRUNCATE electric.grants;
INSERT INTO electric.assignments (tbl, user_column, role) VALUES ('issues', 'id', 'admin');
SELECT FROM electric.grants FOR UPDATE;
BEGIN;
LOCK TABLE electric.grants IN SHARE MODE;
ROLLBACK;
CREATE TRIGGER mine BEFORE INSERT ON electric.grants FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE RULE mine AS ON INSERT TO electric.grants DO INSTEAD NOTHING;
CREATE INDEX ON electric.grants (role);
ALTER TABLE electric.grants ADD mine int;

-- The extension, its schema, its functions and its language are not his.
DROP EXTENSION electric_perm CASCADE;
ALTER EXTENSION electric_perm ADD TABLE issues;
ALTER SCHEMA electric RENAME TO mine;
CREATE FUNCTION electric.mine() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION electric.user_id() RETURNS text LANGUAGE sql AS $$ SELECT 'admin' $$;
ALTER FUNCTION electric.allows(text, regclass) LEAKPROOF;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_dbo;
ALTER LANGUAGE ddlx OWNER TO regress_electric_dbo;
DROP LANGUAGE ddlx CASCADE;
CREATE LANGUAGE mine HANDLER electric.ddlx_call_handler;
CREATE FUNCTION mine() RETURNS boolean LANGUAGE c AS '$libdir/electric_perm', 'electric_allows';
CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION pg_catalog.now();

-- Trusted functions are not his to call, nor the settings that sessions start with.
SELECT electric.set_user('admin');
SELECT electric.roles('admin');
SELECT electric.add_client_role('regress_electric_dbo');
SELECT electric.drop_client_role('regress_electric_dbo');
ALTER DATABASE :"DBNAME" SET electric_perm.identity = E'{}\nadmin';
ALTER DATABASE :"DBNAME" SET session_preload_libraries = '';
ALTER DATABASE :"DBNAME" SET session_replication_role = replica;
SET row_security = off;
TABLE issues;
RESET row_security;

-- All stands as it did; what the database's owner may do is SQLITE.
\set VERBOSITY default
SELECT polname FROM pg_policy WHERE polrelid = 'issues'::regclass ORDER BY 1;
SELECT relrowsecurity, relowner::regrole FROM pg_class WHERE oid = 'issues'::regclass;
SELECT electric.user_id(), count(*) FROM issues;
SELECT electric.ddlx($$ELECTRIC SQLITE 'x'$$);
RESET SESSION AUTHORIZATION;
ALTER DATABASE :"DBNAME" OWNER TO :"db_owner";
\i :reset

--
-- Client roles: what the rules call for on enabled tables, and nothing else.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_web;
CREATE ROLE "regress_electric_Äpp ""x""";
CREATE ROLE regress_electric_super SUPERUSER;
CREATE ROLE regress_electric_bypass BYPASSRLS;
CREATE ROLE regress_electric_heir IN ROLE regress_electric_owner;
CREATE SCHEMA app AUTHORIZATION regress_electric_owner;
CREATE SCHEMA closed;
GRANT USAGE, CREATE ON SCHEMA closed TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE app.projects (id serial PRIMARY KEY, title text, note text);
CREATE TABLE app.plain (id int PRIMARY KEY);
CREATE TABLE closed.things (id int PRIMARY KEY);
GRANT ALL ON app.plain, app.projects TO regress_electric_web WITH GRANT OPTION;
GRANT SELECT (note), UPDATE (note) ON app.projects TO regress_electric_web;
\pset format unaligned
\pset tuples_only on
\pset null ''
\set acl 'SELECT relname, relacl FROM pg_class WHERE relnamespace IN ($$app$$::regnamespace, $$closed$$::regnamespace) AND relkind IN ($$r$$, $$p$$, $$S$$) ORDER BY 1;'

-- Only who is given EXECUTE may add client roles.
SELECT electric.add_client_role('regress_electric_web');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;

-- Roles that no policy binds are refused.
SELECT electric.add_client_role('regress_electric_super');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.add_client_role('regress_electric_bypass');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.add_client_role(0);
\echo :LAST_ERROR_SQLSTATE

-- Adding touches no table that is not enabled.
SELECT electric.add_client_role('regress_electric_web');
SELECT electric.add_client_role('"regress_electric_Äpp ""x"""');
SELECT * FROM electric.client_roles ORDER BY 1;
:acl

-- ENABLE revokes everything they hold, grant options and columns included, with a NOTICE each; and what they passed on. PUBLIC's are named in a WARNING.
SET ROLE regress_electric_owner;
GRANT USAGE ON SCHEMA app TO regress_electric_web;
SET ROLE regress_electric_web;
GRANT SELECT ON app.projects TO PUBLIC;
SET ROLE regress_electric_owner;
REVOKE USAGE ON SCHEMA app FROM regress_electric_web;
GRANT TRUNCATE ON app.projects TO PUBLIC;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE app.projects $$;
:acl
SELECT attname, attacl FROM pg_attribute WHERE attrelid = 'app.projects'::regclass AND attacl IS NOT NULL;

-- Each GRANT and REVOKE gives and takes what the rules call for: also USAGE on schema and sequences.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON app.projects TO 'admin' $$;
:acl
SELECT has_schema_privilege('regress_electric_web', 'app', 'USAGE');
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT, UPDATE ON app.projects TO ANYONE $$;
:acl
DO LANGUAGE ddlx $$ ELECTRIC REVOKE INSERT ON app.projects FROM ANYONE $$;
:acl

-- What was granted by hand goes at the next statement on the table.
GRANT TRUNCATE, DELETE, REFERENCES ON app.projects TO regress_electric_web;
GRANT SELECT (note) ON app.projects TO regress_electric_web;
DO LANGUAGE ddlx $$ ELECTRIC GRANT DELETE ON app.projects TO 'admin' $$;
:acl

-- A grant option goes as well, where the privilege itself may stay.
GRANT SELECT ON app.projects TO regress_electric_web WITH GRANT OPTION;
DO LANGUAGE ddlx $$ ELECTRIC GRANT DELETE ON app.projects TO 'admin' $$;
SELECT relacl FROM pg_class WHERE oid = 'app.projects'::regclass;

-- Who may not grant USAGE on the schema is told the command.
DO LANGUAGE ddlx $$ ELECTRIC ENABLE closed.things; ELECTRIC GRANT READ ON closed.things TO ANYONE $$;

-- A role that has become unbound is skipped with a WARNING; one that is gone is passed over.
RESET ROLE;
ALTER ROLE regress_electric_web BYPASSRLS;
DROP OWNED BY "regress_electric_Äpp ""x""";
DROP ROLE "regress_electric_Äpp ""x""";
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE UPDATE ON app.projects FROM ANYONE $$;
RESET ROLE;
ALTER ROLE regress_electric_web NOBYPASSRLS;

-- Owners of enabled tables and who inherits their rights are refused, and so are tables of a client role.
SELECT electric.add_client_role('regress_electric_heir');
\echo :LAST_ERROR_SQLSTATE
GRANT regress_electric_owner TO regress_electric_web;
SET ROLE regress_electric_owner;
SELECT electric.ddlx('ELECTRIC ENABLE app.plain');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx('ELECTRIC GRANT READ ON app.projects TO ANYONE');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
REVOKE regress_electric_owner FROM regress_electric_web;

-- A partition gives clients nothing: the root is their way in.
SET ROLE regress_electric_owner;
CREATE TABLE app.parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM (0) TO (10);
GRANT SELECT ON app.parts, app.parts_1 TO regress_electric_web;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE app.parts; ELECTRIC GRANT READ ON app.parts TO ANYONE $$;
SELECT relname, relacl FROM pg_class WHERE relname IN ('parts', 'parts_1') ORDER BY 1;

-- DISABLE leaves clients no privilege, so that the table does not lie open.
DO LANGUAGE ddlx $$ ELECTRIC REVOKE ALL ON app.parts FROM ANYONE $$;
GRANT DELETE ON app.parts TO regress_electric_web;
DO LANGUAGE ddlx $$ ELECTRIC DISABLE app.parts $$;
SELECT relname, relacl FROM pg_class WHERE relname IN ('parts', 'parts_1') ORDER BY 1;

-- Dropping a client role takes its privileges on enabled tables, and those alone; again: NOTICE.
RESET ROLE;
SELECT electric.drop_client_role('regress_electric_web');
:acl
SELECT electric.drop_client_role('regress_electric_web');

-- A role that is added later gets what the rules call for.
SELECT electric.add_client_role('regress_electric_web');
:acl
\i :reset

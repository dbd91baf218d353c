--
-- verify(): client roles and their privileges; and the repairs.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
-- what event triggers would refuse or put right is to be seen: they are off
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_web;
CREATE ROLE "regress_electric_App ""x""";
CREATE ROLE regress_electric_bypass BYPASSRLS;
CREATE ROLE regress_electric_group IN ROLE regress_electric_bypass;
CREATE ROLE regress_electric_heir IN ROLE regress_electric_owner;
CREATE SCHEMA app AUTHORIZATION regress_electric_owner;
SELECT electric.add_client_role('regress_electric_web'), electric.add_client_role('"regress_electric_App ""x"""') \g /dev/null
SET ROLE regress_electric_owner;
CREATE TABLE app.docs (id serial PRIMARY KEY, title text, note text);
CREATE TABLE app.parts (id int) PARTITION BY RANGE (id);
CREATE TABLE app.parts_1 PARTITION OF app.parts DEFAULT;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE app.docs; ELECTRIC ENABLE app.parts;
	ELECTRIC GRANT READ, UPDATE ON app.docs TO ANYONE;
	ELECTRIC GRANT INSERT (id, title) ON app.docs TO ANYONE;
	ELECTRIC GRANT READ ON app.parts TO ANYONE;
$$;
RESET ROLE;
\pset format unaligned
\pset tuples_only on
\set verify 'SELECT * FROM electric.verify();'
:verify

-- Privileges that a rule calls for and a client role lacks: on the table, on columns, on the sequence, on the schema.
REVOKE UPDATE ON app.docs FROM regress_electric_web;
REVOKE INSERT (title) ON app.docs FROM "regress_electric_App ""x""";
REVOKE USAGE ON SEQUENCE app.docs_id_seq FROM regress_electric_web;
REVOKE USAGE ON SCHEMA app FROM "regress_electric_App ""x""";
:verify
SELECT repair FROM electric.verify() \gexec
:verify

-- Privileges that no rule calls for, with and without grant option, on the table, on columns, on partitions and sequences.
GRANT TRUNCATE, TRIGGER ON app.docs TO regress_electric_web;
GRANT SELECT ON app.docs TO regress_electric_web WITH GRANT OPTION;
GRANT INSERT (note), UPDATE (title), REFERENCES (id) ON app.docs TO regress_electric_web;
GRANT INSERT (title) ON app.docs TO regress_electric_web WITH GRANT OPTION;
GRANT SELECT ON app.parts_1 TO regress_electric_web;
SET ROLE regress_electric_owner;
CREATE SEQUENCE app.more OWNED BY app.parts_1.id;
GRANT USAGE ON SEQUENCE app.more TO regress_electric_web;
RESET ROLE;
:verify
SET client_min_messages = notice;
SELECT repair FROM electric.verify() \gexec
SET client_min_messages = warning;
:verify
SELECT relname, relacl FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relacl IS NOT NULL ORDER BY 1;

-- Privileges of other roles, and on tables that are not enabled, are nobody's business.
SET ROLE regress_electric_owner;
CREATE TABLE app.plain (id int);
GRANT ALL ON app.plain TO PUBLIC, regress_electric_web;
GRANT ALL ON app.docs TO regress_electric_heir WITH GRANT OPTION;
RESET ROLE;
:verify

-- A client role that no rule binds any more.
ALTER ROLE regress_electric_web BYPASSRLS;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
ALTER ROLE regress_electric_web SUPERUSER;
:verify
SELECT repair FROM electric.verify() \gexec
:verify

-- It may only be able to become such a role, or have the rights of an owner.
GRANT regress_electric_group TO regress_electric_web;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
GRANT regress_electric_heir TO regress_electric_web;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
ALTER TABLE app.docs OWNER TO regress_electric_web;
:verify
ALTER TABLE app.docs OWNER TO regress_electric_owner;
SELECT repair FROM electric.verify() \gexec
:verify

-- A client role that owns an enabled table can only stop being one.
ALTER TABLE app.parts OWNER TO regress_electric_web;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
ALTER TABLE app.parts OWNER TO regress_electric_owner;
:verify

-- A name that no role has any more: whoever got it next would be a client role.
ALTER ROLE "regress_electric_App ""x""" RENAME TO regress_electric_renamed;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
SELECT electric.add_client_role('regress_electric_renamed') \g /dev/null
:verify
\i :reset

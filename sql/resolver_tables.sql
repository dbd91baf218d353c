--
-- Resolver: the tables and columns that a rule may speak of, and for whom.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_deputy IN ROLE regress_electric_owner;
CREATE ROLE regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
\pset format unaligned
\pset tuples_only on
SET ROLE regress_electric_owner;

-- Ordinary and partitioned tables can be enabled, with any name that SQL allows.
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE TABLE parts (id int PRIMARY KEY, owner_id text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE UNLOGGED TABLE fast (id int PRIMARY KEY);
CREATE TABLE "Ärger.mit/na:men ""x""" (id int PRIMARY KEY);
CREATE TABLE name_of_sixty_three_bytes_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (id int PRIMARY KEY);
SELECT electric.ddlx('ELECTRIC ENABLE projects; ELECTRIC ENABLE public.parts; ELECTRIC ENABLE fast');
SELECT electric.ddlx('ELECTRIC ENABLE "Ärger.mit/na:men ""x"""');
SELECT electric.ddlx('ELECTRIC ENABLE name_of_sixty_three_bytes_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx');

-- Whoever is a member of the owner's role may state rules as well.
SET ROLE regress_electric_deputy;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO AUTHENTICATED$$);

-- Nobody else may, not even the holder of every privilege.
RESET ROLE;
GRANT ALL ON projects TO regress_electric_mallory;
SET ROLE regress_electric_mallory;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO ANYONE$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN 'admin' TO projects.owner_id$$);
\echo :LAST_ERROR_SQLSTATE

-- ASSIGN of a scoped role needs ownership of the scope table too: one's own table of members confers nothing.
CREATE TABLE mine (user_id text, project_id int REFERENCES projects);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'projects:member' TO mine.user_id$$);
\echo :LAST_ERROR_SQLSTATE

-- Whatever is no permanent table of the user's own is refused, by kind.
RESET ROLE;
CREATE FOREIGN DATA WRAPPER regress_electric_fdw;
CREATE SERVER regress_electric_server FOREIGN DATA WRAPPER regress_electric_fdw;
GRANT USAGE ON FOREIGN SERVER regress_electric_server TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE VIEW a_view AS SELECT 1 AS id;
CREATE MATERIALIZED VIEW a_matview AS SELECT 1 AS id;
CREATE FOREIGN TABLE a_foreign (id int) SERVER regress_electric_server;
CREATE TEMP TABLE a_temp (id int);
CREATE SEQUENCE a_sequence;
CREATE TYPE a_composite AS (id int);
SELECT electric.ddlx('ELECTRIC ENABLE a_view');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx('ELECTRIC ENABLE a_matview');
SELECT electric.ddlx('ELECTRIC ENABLE a_foreign');
SELECT electric.ddlx('ELECTRIC ENABLE a_temp');
SELECT electric.ddlx('ELECTRIC ENABLE a_sequence');
SELECT electric.ddlx('ELECTRIC ENABLE a_composite');
SELECT electric.ddlx('ELECTRIC ENABLE parts_1');
\echo :LAST_ERROR_SQLSTATE

-- So are catalogs and the extension's own tables, also for a superuser.
RESET ROLE;
SELECT electric.ddlx('ELECTRIC ENABLE pg_class');
SELECT electric.ddlx('ELECTRIC ENABLE information_schema.sql_features');
SELECT electric.ddlx('ELECTRIC ENABLE electric.grants');
\echo :LAST_ERROR_SQLSTATE

-- Tables of an inheritance tree that is no partitioning are refused at either end.
SET ROLE regress_electric_owner;
CREATE TABLE parent (id int);
CREATE TABLE child () INHERITS (parent);
SELECT electric.ddlx('ELECTRIC ENABLE parent');
SELECT electric.ddlx('ELECTRIC ENABLE child');
\echo :LAST_ERROR_SQLSTATE

-- A missing table is an error that points at the name, unless IF EXISTS is said.
SELECT electric.ddlx('ELECTRIC ENABLE nowhere');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx('ELECTRIC ENABLE no_schema.nowhere');
SELECT electric.ddlx('ALTER TABLE IF EXISTS nowhere ENABLE ELECTRIC');

-- A temporary table that hides a permanent one is refused, not skipped.
CREATE TEMP TABLE projects (id int PRIMARY KEY, owner_id text);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO ANYONE$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON public.projects TO 'projects:owner'$$);
DROP TABLE pg_temp.projects;

-- A scope needs a primary key, of a type that can be looked up.
CREATE TABLE keyless (id int, user_id text);
CREATE TABLE bits (id bit varying PRIMARY KEY, user_id text);
CREATE TABLE arrays (id int[] PRIMARY KEY, user_id text);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO 'keyless:owner'$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN 'bits:owner' TO bits.user_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN 'arrays:owner' TO arrays.user_id$$);

-- User ids and role names are read from the types that the language allows, and domains over them.
CREATE TYPE mood AS ENUM ('happy');
CREATE DOMAIN uid AS uuid;
CREATE TABLE holders (id int PRIMARY KEY, gone text, js json, num numeric, ch char(3), arr text[],
	u uid, n bigint, m mood, t varchar(9));
ALTER TABLE holders DROP COLUMN gone;
SELECT electric.ddlx(format('ELECTRIC ASSIGN %L TO holders.%I', 'role_' || c, c)) FROM unnest('{u,n,m,t}'::text[]) c;
SELECT electric.ddlx($$ELECTRIC ASSIGN holders.m TO holders.t; ELECTRIC ASSIGN holders.t TO holders.n$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'a' TO holders.js$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN 'a' TO holders.num$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'a' TO holders.ch$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'a' TO holders.arr$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN holders.n TO holders.t$$);

-- A column that is gone, never was, or is the system's is no column.
SELECT electric.ddlx($$ELECTRIC ASSIGN 'a' TO holders.gone$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN 'a' TO holders.ctid$$);

RESET ROLE;
DROP SERVER regress_electric_server CASCADE;
DROP FOREIGN DATA WRAPPER regress_electric_fdw;
\i :reset

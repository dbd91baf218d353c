--
-- Where the extension is not, the schema electric is anybody's, and what stands there is nothing to us:
-- the library, which every server process has loaded, must not take it for rules.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_mallory;
CREATE TABLE projects (id int PRIMARY KEY);
INSERT INTO projects VALUES (1);
ALTER TABLE projects OWNER TO regress_electric_owner;
CREATE SCHEMA electric AUTHORIZATION regress_electric_mallory;
\pset format unaligned
\pset tuples_only on

-- Tables of the names of ours, with columns that are none of ours: every query goes on as if they were not there.
SET ROLE regress_electric_mallory;
CREATE TABLE electric.tables (tbl oid, had_rls boolean);
CREATE TABLE electric.grants (tbl oid, privilege int, role int, scope int, path int, path_keys int, column_name int, check_sql int);
CREATE TABLE electric.assignments (tbl oid, user_column int, role int, role_column int, scope int, path int, path_keys int, if_sql int);
CREATE TABLE electric.client_roles (role int, service boolean);
INSERT INTO electric.tables VALUES ('projects'::regclass, true);
INSERT INTO electric.grants VALUES ('projects'::regclass, 1, 1, 1, 1, 1, 1, 1);
INSERT INTO electric.assignments VALUES ('projects'::regclass, 1, 1, 1, 1, 1, 1, 1);
INSERT INTO electric.client_roles VALUES (1, false);
\c -
SET ROLE regress_electric_owner;
TABLE projects;
INSERT INTO projects VALUES (2);
ELECTRIC ENABLE projects;
ELECTRIC GRANT READ ON projects TO ANYONE;
TABLE projects;
\i :reset

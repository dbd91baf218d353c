--
-- Attack: rows of rules, loaded by the owner of a table, that stand in the way of others who change their schema.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_mallory;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
SET ROLE regress_electric_owner;
CREATE TABLE issues (id int PRIMARY KEY, user_id text, title text, body text, amount numeric);
CREATE FUNCTION is_fine(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
SET ROLE regress_electric_mallory;
CREATE TABLE mine (id int PRIMARY KEY, title numeric, amount numeric, user_id text);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE mine $$;
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_ROLLBACK on
\set VERBOSITY terse

-- Of an assignment by columns that never could give a role nothing is lost, whoever drops or renames what has their name.
INSERT INTO electric.assignments (tbl, user_column, role) VALUES ('mine', 'title', 'a'), ('mine', 'amount', 'a');
INSERT INTO electric.assignments (tbl, user_column, role_column) VALUES ('mine', 'user_id', 'amount');
SET ROLE regress_electric_owner;
ALTER TABLE issues RENAME title TO heading;
ALTER TABLE issues DROP amount;
CREATE TABLE title (id int);
DROP TABLE title;
SET ROLE regress_electric_mallory;

-- Nor of one whose columns or keys are not there, nor of a condition that names nothing.
INSERT INTO electric.assignments (tbl, user_column, role) VALUES ('mine', 'body', 'a');
INSERT INTO electric.assignments (tbl, user_column, role, scope, path, path_keys) VALUES ('mine', 'user_id', 'b', 'mine', 'issues_pkey', '{public.issues(id)}');
INSERT INTO electric.grants (tbl, privilege, role, scope, path, path_keys) VALUES ('mine', 'SELECT', 'b', 'issues', 'body', '{public.issues(id),body}');
INSERT INTO electric.grants (tbl, privilege, role, column_name) VALUES ('mine', 'UPDATE', 'b', 'body');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'c', 'this.body = issues.body');
SET ROLE regress_electric_owner;
ALTER TABLE issues DROP body;
ALTER TABLE issues DROP CONSTRAINT issues_pkey;
ALTER TABLE issues RENAME TO body;
ALTER TABLE body RENAME TO issues;
SET ROLE regress_electric_mallory;

-- A condition that would be printed otherwise is no change, so that nobody writes it, or makes policies from it, for its owner.
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'DELETE', 'd', 'id  =  1 /* heading */ AND id = 2');
INSERT INTO electric.assignments (tbl, user_column, role, if_sql) VALUES ('mine', 'user_id', 'd', 'id /* heading */ = 1');
SELECT 'CREATE POLICY electric_if_' || left(md5('id /* heading */ = 1'), 16) || ' ON mine AS RESTRICTIVE FOR DELETE USING (true OR id = 2)' \gexec
SET ROLE regress_electric_owner;
ALTER TABLE issues DROP heading;
CREATE TABLE heading (id int);
DROP TABLE heading CASCADE;
SELECT check_sql FROM electric.grants WHERE role = 'd' UNION ALL SELECT if_sql FROM electric.assignments WHERE role = 'd';
SELECT polname FROM pg_policy WHERE polrelid = 'mine'::regclass AND polname LIKE 'electric_delete' AND polqual NOT LIKE '%OPEXPR%';

-- What they mean by his tables is followed all the same.
SET ROLE regress_electric_mallory;
ALTER TABLE mine RENAME id TO number;
SELECT check_sql FROM electric.grants WHERE role = 'd' UNION ALL SELECT if_sql FROM electric.assignments WHERE role = 'd';
RESET ROLE;

-- However many there are, they cost others next to no time: a query reads none of them, a change of the schema each once.
SET ROLE regress_electric_mallory;
INSERT INTO electric.assignments (tbl, user_column, role) SELECT 'mine', 'user_id', 'role' || i FROM generate_series(1, 20000) i;
INSERT INTO electric.grants (tbl, privilege, role, column_name) SELECT 'mine', 'UPDATE', 'role' || i % 10, 'c' || i FROM generate_series(1, 20000) i;
INSERT INTO electric.grants (tbl, privilege, role) SELECT 'mine', 'SELECT', 'role' || i FROM generate_series(1, 20000) i;
RESET ROLE;
GRANT SELECT ON issues TO regress_electric_client;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues; ELECTRIC ASSIGN 'reader' TO issues.user_id; ELECTRIC GRANT READ ON issues TO 'reader' $$;
INSERT INTO issues VALUES (1, 'alice');
SET statement_timeout = '10s';
CREATE TABLE others (number int);
ALTER TABLE others RENAME number TO title;
DROP TABLE others CASCADE;
RESET statement_timeout;
\c -
SET client_min_messages = error;
SELECT electric.set_user('alice', is_local => false) \g /dev/null
SET ROLE regress_electric_client;
SELECT id FROM issues;
RESET ROLE;
SELECT sum(used_bytes) < 100000 AS little FROM pg_backend_memory_contexts WHERE name LIKE 'electric_perm rules%';
\i :reset

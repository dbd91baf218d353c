--
-- Attack: rows of rules, loaded by the owner of a table as those of a dump are, that no statement would write.
-- What they say is printed for others to type: by dump(), and as a repair by verify().
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
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
SET ROLE regress_electric_owner;
CREATE TABLE issues (id int PRIMARY KEY);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues; ELECTRIC GRANT READ ON issues TO 'admin' $$;
CREATE TABLE root (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF root FOR VALUES IN (1);
RESET ROLE;
ALTER TABLE part OWNER TO regress_electric_mallory;
SET ROLE regress_electric_mallory;
CREATE TABLE mine (id int PRIMARY KEY, user_id text, "Rolle ""1""" text, list int[]);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE mine $$;
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_ROLLBACK on

-- A condition is one expression, and ends where its parenthesis does: nothing comes behind it, and no comment hides the parenthesis.
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', 'true); ELECTRIC GRANT ALL ON issues TO ANYONE; --');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', 'true); ELECTRIC GRANT ALL ON public.issues TO ANYONE CHECK (true');
\set VERBOSITY terse
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', 'true) OR (false');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', 'true --');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', 'true /*');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', 'true; DROP TABLE issues');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', E'true \\! id\n');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', 'id = ''');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', 'id = $x$');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', '');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', ' true');
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', 'true AS b');
INSERT INTO electric.assignments (tbl, user_column, role, if_sql) VALUES ('mine', 'user_id', 'x', 'true); ELECTRIC UNASSIGN ''x'' FROM mine.user_id; --');
INSERT INTO electric.assignments (tbl, user_column, role, if_sql) VALUES ('mine', 'user_id', 'x', 'true \! id');
-- Whatever strings mean in the session of him who loads.
SET standard_conforming_strings = off;
SET escape_string_warning = off;
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('mine', 'SELECT', 'x', $$user_id = '\'); DROP TABLE issues; --'$$);
RESET standard_conforming_strings;
RESET escape_string_warning;

-- A path is names.
INSERT INTO electric.grants (tbl, privilege, role, scope, path, path_keys) VALUES ('mine', 'SELECT', 'x', 'mine', 'x; ALTER ROLE regress_electric_mallory SUPERUSER; --', '{x}');
INSERT INTO electric.grants (tbl, privilege, role, scope, path, path_keys) VALUES ('mine', 'SELECT', 'x', 'mine', '"x', '{x}');
INSERT INTO electric.grants (tbl, privilege, role, scope, path, path_keys) VALUES ('mine', 'SELECT', 'x', 'mine', '"x"y', '{x}');
INSERT INTO electric.grants (tbl, privilege, role, scope, path, path_keys) VALUES ('mine', 'SELECT', 'x', 'mine', 'x/', '{x}');
INSERT INTO electric.grants (tbl, privilege, role, scope, path, path_keys) VALUES ('mine', 'SELECT', 'x', 'mine', '/', '{x}');
INSERT INTO electric.grants (tbl, privilege, role, scope, path, path_keys) VALUES ('mine', 'SELECT', 'x', 'mine', 'x y', '{x}');
INSERT INTO electric.assignments (tbl, user_column, role, scope, path, path_keys) VALUES ('mine', 'user_id', 'x', 'mine', E'x;\n\\! id', '{x}');

-- A role is none that the printed statement would take for another, nor a column.
INSERT INTO electric.grants (tbl, privilege, role) VALUES ('mine', 'SELECT', 'anyone');
INSERT INTO electric.grants (tbl, privilege, role) VALUES ('mine', 'SELECT', '');
INSERT INTO electric.grants (tbl, privilege, role, scope, path) VALUES ('mine', 'SELECT', 'Authenticated', 'mine', '');
INSERT INTO electric.grants (tbl, privilege, role, scope, path) VALUES ('mine', 'SELECT', '', 'mine', '');
INSERT INTO electric.grants (tbl, privilege, role, column_name) VALUES ('mine', 'INSERT', 'x', '');
INSERT INTO electric.assignments (tbl, user_column, role) VALUES ('mine', 'user_id', 'AUTHENTICATED');
INSERT INTO electric.assignments (tbl, user_column, role) VALUES ('mine', '', 'x');
INSERT INTO electric.assignments (tbl, user_column, role_column) VALUES ('mine', 'user_id', '');
INSERT INTO electric.assignments (tbl, user_column, role) VALUES ('mine', repeat('u', 64), 'x');

-- Rules stand on tables of his own, of those kinds on which a statement puts them: the repair of a partition's rule would detach it.
CREATE VIEW looks AS SELECT * FROM mine;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM mine;
CREATE SEQUENCE numbers;
CREATE TEMPORARY TABLE passing (id int PRIMARY KEY, user_id text);
INSERT INTO electric.tables VALUES ('looks', false);
INSERT INTO electric.tables VALUES ('kept', false);
INSERT INTO electric.tables VALUES ('numbers', false);
INSERT INTO electric.tables VALUES ('mine_pkey', false);
INSERT INTO electric.tables VALUES ('passing', false);
INSERT INTO electric.tables VALUES ('part', false);
INSERT INTO electric.grants (tbl, privilege, role) VALUES ('part', 'SELECT', 'ANYONE');
INSERT INTO electric.assignments (tbl, user_column, role) VALUES ('part', 'id', 'x');
INSERT INTO electric.assignments (tbl, user_column, role, scope, path) VALUES ('mine', 'user_id', 'x', 'looks', '');
INSERT INTO electric.tables VALUES ('issues', false);
INSERT INTO electric.tables VALUES ('pg_class', false);
INSERT INTO electric.tables VALUES ('electric.grants', false);
INSERT INTO electric.assignments (tbl, user_column, role, scope, path) VALUES ('mine', 'user_id', 'admin', 'issues', '');

-- The regclass that means none is nobody's table: whoever could load it, a client even, would stop all changes of the schema.
INSERT INTO electric.grants (tbl, privilege, role, scope, path) VALUES ('mine', 'SELECT', 'x', '-', '');
INSERT INTO electric.grants (tbl, privilege, role, scope) VALUES ('mine', 'SELECT', 'x', 0);
INSERT INTO electric.assignments (tbl, user_column, role, scope) VALUES ('mine', 'user_id', 'x', '-');
SET ROLE regress_electric_client;
INSERT INTO electric.tables VALUES ('-', false);
INSERT INTO electric.tables VALUES (0, false);
INSERT INTO electric.grants (tbl, privilege, role) VALUES ('-', 'SELECT', 'ANYONE');
INSERT INTO electric.assignments (tbl, user_column, role) VALUES ('-', 'user_id', 'x');
INSERT INTO electric.tables VALUES (NULL, false);
SET ROLE regress_electric_mallory;

-- None of it has come in.
SELECT * FROM electric.grants WHERE tbl <> 'issues'::regclass;
SELECT * FROM electric.assignments;
SELECT * FROM electric.tables ORDER BY tbl::text;

-- What a statement has written is loaded as it was, odd names and texts included: a row once deleted can be put back.
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON mine TO (NULL, 'a:b "c'), 'it''s\', AUTHENTICATED, ANYONE CHECK (user_id ~ '^\d+\' OR "Rolle ""1""" = E'a''b\n' OR list[1:2] = '{1,2}' AND EXTRACT(year FROM now()) > 1);
	ELECTRIC GRANT UPDATE ("Rolle ""1""", list) ON mine TO 'public.mine:public: anyone' CHECK (concat('x', user_id) <> '--;' AND new.id = old.id);
	ELECTRIC ASSIGN (mine, mine."Rolle ""1""") TO mine.user_id IF (CASE WHEN "Rolle ""1""" LIKE ')%' ESCAPE '\' THEN true END);
	ELECTRIC ASSIGN 'ANY ONE' TO mine.user_id;
$$;
RESET ROLE;
CREATE TEMPORARY TABLE grants_before AS SELECT * FROM electric.grants;
CREATE TEMPORARY TABLE assignments_before AS SELECT * FROM electric.assignments;
CREATE TEMPORARY TABLE dump_before AS SELECT * FROM electric.dump() d;
GRANT SELECT ON grants_before, assignments_before TO regress_electric_mallory;
DELETE FROM electric.grants WHERE tbl = 'mine'::regclass;
DELETE FROM electric.assignments;
SET ROLE regress_electric_mallory;
INSERT INTO electric.grants SELECT * FROM grants_before WHERE tbl = 'mine'::regclass;
INSERT INTO electric.assignments SELECT * FROM assignments_before;
RESET ROLE;
(TABLE dump_before EXCEPT SELECT * FROM electric.dump()) UNION ALL (SELECT * FROM electric.dump() EXCEPT TABLE dump_before);
SELECT count(*) FROM dump_before;
SELECT * FROM electric.verify();
\i :reset

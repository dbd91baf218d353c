--
-- Native syntax: transactions, strings of several statements, functions.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE INDEX ON projects (owner_id);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects);
CREATE INDEX ON issues (project_id);
\pset format unaligned
\pset tuples_only on
\set grants 'SELECT tbl, privilege, role, scope FROM electric.grants ORDER BY tbl::text, 2, 3;'
\set enabled 'SELECT tbl FROM electric.tables ORDER BY tbl::text;'
ALTER TABLE projects ENABLE ELECTRIC;

-- ROLLBACK undoes a statement, ROLLBACK TO what came behind the savepoint.
BEGIN;
ELECTRIC GRANT READ ON projects TO 'a';
SAVEPOINT s;
ELECTRIC GRANT READ ON projects TO 'b';
ALTER TABLE issues ENABLE ELECTRIC;
ROLLBACK TO s;
:grants
:enabled
ROLLBACK;
:grants

-- A statement that fails leaves the transaction aborted; the next ones are refused as any other.
BEGIN;
ELECTRIC GRANT READ ON nowhere TO 'a';
ELECTRIC GRANT READ ON projects TO 'a';
ALTER TABLE issues ENABLE ELECTRIC;
COMMIT;
:grants

-- Read-only transactions refuse every statement.
BEGIN READ ONLY;
ELECTRIC GRANT READ ON projects TO 'a';
ROLLBACK;
BEGIN READ ONLY;
ALTER TABLE issues ENABLE ELECTRIC;
ROLLBACK;

-- A string of statements is one transaction: all of it, or nothing.
ELECTRIC GRANT READ ON projects TO 'a' \; ELECTRIC GRANT READ ON projects TO 'b' \; SELECT 1 / 0;
:grants
ELECTRIC GRANT READ ON projects TO 'a' \; ELECTRIC GRANT READ ON projects TO 'b' \; ALTER TABLE issues ENABLE ELECTRIC;
:grants
BEGIN \; ELECTRIC REVOKE READ ON projects FROM 'a' \; COMMIT \; ELECTRIC REVOKE READ ON projects FROM 'b' \; SELECT 1 / 0;
:grants

-- In a repeatable read transaction a statement sees its own transaction's work.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT 1;
CREATE TABLE later (id int PRIMARY KEY, project_id int);
ALTER TABLE later ADD FOREIGN KEY (project_id) REFERENCES projects, ENABLE ELECTRIC;
ELECTRIC GRANT READ ON later TO 'projects:owner' USING project_id;
SELECT privilege, scope, path FROM electric.grants WHERE tbl = 'later'::regclass;
ROLLBACK;

-- PL/pgSQL: as a statement, in EXECUTE, in a DO block, again and again.
CREATE FUNCTION grant_twice(role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	ELECTRIC GRANT READ ON projects TO 'fixed';
	EXECUTE format('ELECTRIC GRANT READ ON projects TO %L', role);
	ALTER TABLE issues DISABLE ELECTRIC, ENABLE ELECTRIC;
END $$;
SELECT grant_twice('one');
SELECT grant_twice('two');
:grants
DO $$ BEGIN
	FOR i IN 1..3 LOOP
		ELECTRIC GRANT READ ON projects TO 'loop';
		ELECTRIC REVOKE READ ON projects FROM 'loop';
	END LOOP;
	ELECTRIC REVOKE READ ON projects FROM 'one', 'two', 'fixed';
END $$;
:grants

-- An exception block undoes what its statements did.
DO $$ BEGIN
	ELECTRIC GRANT READ ON projects TO 'kept';
	BEGIN
		ELECTRIC GRANT READ ON projects TO 'undone';
		ELECTRIC GRANT READ ON nowhere TO 'x';
	EXCEPTION WHEN undefined_table THEN
		RAISE NOTICE '%: %', SQLSTATE, SQLERRM;
	END;
END $$;
:grants

-- A variable is not put in the place of a word.
DO $$ DECLARE projects text := 'issues'; BEGIN
	ELECTRIC REVOKE READ ON projects FROM 'kept';
END $$;
:grants

-- Functions in SQL may hold statements as well; a function that says it changes nothing may not.
CREATE FUNCTION in_sql() RETURNS void LANGUAGE sql AS $$
	ELECTRIC GRANT READ ON projects TO 'sql'; ALTER TABLE issues ENABLE ELECTRIC;
	ELECTRIC GRANT READ ON issues TO 'sql';
$$;
SELECT in_sql();
SELECT in_sql();
:grants
CREATE FUNCTION quiet() RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	ELECTRIC GRANT READ ON projects TO 'quiet';
END $$;
SELECT quiet();

-- Who may: the statement runs as whoever runs it, also in a SECURITY DEFINER function.
RESET ROLE;
CREATE ROLE regress_electric_other;
SET ROLE regress_electric_other;
ELECTRIC GRANT READ ON projects TO 'stolen';
ALTER TABLE projects DISABLE ELECTRIC;
SELECT in_sql();
RESET ROLE;
ALTER FUNCTION in_sql() SECURITY DEFINER;
SET ROLE regress_electric_other;
SELECT in_sql();

-- A security-restricted operation refuses it.
SET ROLE regress_electric_owner;
CREATE FUNCTION sneak() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	ELECTRIC GRANT READ ON projects TO 'sneak';
	RETURN 1;
END $$;
CREATE MATERIALIZED VIEW m AS SELECT sneak() WITH NO DATA;
REFRESH MATERIALIZED VIEW m;
:grants

--
-- Errors in the middle: where a statement goes on after one that was caught, or the session
-- after one that was not, nothing is shown that was not shown before, and nothing is lost.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY);
CREATE TABLE members (project_id int REFERENCES projects, user_id text, role text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects);
INSERT INTO projects SELECT generate_series(1, 20);
INSERT INTO members SELECT n, 'alice', 'member' FROM generate_series(1, 10) n;
INSERT INTO issues SELECT n, n FROM generate_series(1, 20) n;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC GRANT READ ON projects TO 'projects:member';
	ELECTRIC GRANT READ, UPDATE ON issues TO 'projects:member';
$$;
RESET ROLE;
SELECT electric.add_client_role('regress_electric_client');
\pset format unaligned
\pset tuples_only on
SET ROLE regress_electric_client;
CREATE FUNCTION pg_temp.ask(key int, fail boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer boolean;
BEGIN
	BEGIN
		answer := electric.allows('select', 'issues', 'issues_project_id_fkey', key);
		IF fail THEN
			RAISE EXCEPTION 'rolled back';
		END IF;
	EXCEPTION WHEN raise_exception THEN
		RETURN answer || ', rolled back';
	END;
	RETURN answer;
END $$;
CREATE FUNCTION pg_temp.ask_anything(privilege text, tbl regclass, path text, key int) RETURNS boolean
	LANGUAGE plpgsql AS $$ BEGIN RETURN electric.allows(privilege, tbl, path, key); END $$;
RESET ROLE;
\set alice 'SELECT FROM electric.set_user(''alice''); SET LOCAL ROLE regress_electric_client;'

-- What a function asks in a subtransaction that rolls back must not be what the statement around it goes on with.
BEGIN;
:alice
SELECT pg_temp.ask(n, true), count(*) FROM generate_series(1, 20) n, (SELECT FROM projects LIMIT 1) p
	GROUP BY 1 ORDER BY 1;
SELECT pg_temp.ask(id, n > 0), count(*) FROM projects, generate_series(0, 1) n GROUP BY 1 ORDER BY 1;
SELECT count(*), count(pg_temp.ask(id, true)) FROM issues;
ROLLBACK;

-- Nor what it asks in one that is released.
BEGIN;
:alice
SELECT pg_temp.ask(n, false), count(*) FROM generate_series(1, 20) n, (SELECT FROM projects LIMIT 1) p
	GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM issues WHERE pg_temp.ask(id, false) = 'true';
ROLLBACK;

-- A function's question must not get the answer to the one before it.
BEGIN;
:alice
SELECT privilege, tbl, key, pg_temp.ask_anything(privilege, tbl, path, key)
	FROM (SELECT FROM projects LIMIT 1) p, (VALUES
		('select', 'issues'::regclass, 'issues_project_id_fkey', 1),
		('select', 'issues', 'issues_project_id_fkey', 11),
		('delete', 'issues', 'issues_project_id_fkey', 1),
		('update', 'projects', '', 1),
		('select', 'projects', '', 1)) question (privilege, tbl, path, key);
ROLLBACK;

-- A cursor must show the same rows when a statement between its rows fails, in a savepoint or in a function.
BEGIN;
:alice
DECLARE c CURSOR FOR SELECT id FROM issues ORDER BY id;
FETCH 2 FROM c;
SAVEPOINT s;
SELECT id / 0 FROM issues;
ROLLBACK TO s;
FETCH 2 FROM c;
SAVEPOINT s;
FETCH 2 FROM c;
ROLLBACK TO s;
SELECT pg_temp.ask(1, true);
FETCH ALL FROM c;
ROLLBACK;

-- A cursor that fails must leave nothing behind by which the next statement is judged.
BEGIN;
:alice
SAVEPOINT s;
DECLARE c CURSOR FOR SELECT 1 / (id - 3) FROM issues ORDER BY id;
FETCH 5 FROM c;
ROLLBACK TO s;
SELECT count(*) FROM issues;
SELECT FROM electric.logout();
SELECT count(*) FROM issues;
ROLLBACK;

-- A statement that ends in the middle must not show its user's rows to the session's next user.
SELECT electric.set_user('alice', is_local => false);
SET ROLE regress_electric_client;
SELECT id / (id - 5) FROM issues;
SELECT electric.logout();
SELECT count(*) FROM issues;
RESET ROLE;
\i :reset

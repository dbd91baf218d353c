\set fixture_echo :ECHO
\set ECHO none
--
-- Fixture of attacks: an end user with SQL, a schema of his own and tools in it, and rows of others.
--
--   \getenv abs_srcdir PG_ABS_SRCDIR
--   \set fixture :abs_srcdir '/test/fixture_attacks.sql'
--   \i :fixture
--   SELECT n, attacker.try(q) FROM unnest(ARRAY[$$ .. $$, $$ .. $$]) WITH ORDINALITY a (q, n);
--   ..
--   RESET SESSION AUTHORIZATION;
--   \i :reset                               -- test/reset.sql, when done
--
-- Run as a superuser; leaves the session to the attacker, who is the end user alice. She
-- edits project 1 with issues 10 and 11, and reads project 3 with issue 30. Issues 20
-- and 21 are of project 2, which is bob's, and issue 40 is of no project: of them she
-- must learn nothing.
--
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
CREATE SCHEMA attacker AUTHORIZATION regress_electric_client;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null

SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, name text);
CREATE TABLE members (project_id int REFERENCES projects, user_id text, role text, PRIMARY KEY (project_id, user_id));
CREATE TABLE issues (id serial PRIMARY KEY, project_id int REFERENCES projects, secret text UNIQUE);
CREATE INDEX ON members (user_id);
CREATE INDEX ON issues (project_id);
INSERT INTO projects VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT INTO members VALUES (1, 'alice', 'editor'), (2, 'bob', 'editor'), (3, 'alice', 'reader'), (3, 'bob', 'editor');
INSERT INTO issues VALUES (10, 1, 'ten'), (11, 1, 'eleven'), (20, 2, 'twenty'), (21, 2, 'twenty-one'), (30, 3, 'thirty'), (40, NULL, 'forty');
SELECT electric.ddlx($$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE members; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC GRANT READ ON projects, issues TO 'projects:reader', 'projects:editor';
	ELECTRIC GRANT WRITE ON issues TO 'projects:editor';
$$) \g /dev/null
ANALYZE projects, members, issues;
RESET ROLE;
-- a superuser is told once that the identity has no effect for him
SET client_min_messages = error;
SELECT electric.set_user('alice', is_local => false) \g /dev/null
SET client_min_messages = warning;

SET SESSION AUTHORIZATION regress_electric_client;

-- leak() is what no policy trusts: it costs nothing, says that it does nothing, and
-- keeps the number of each row that it sees as a lock, which no ROLLBACK takes away.
CREATE FUNCTION attacker.leak(id int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0000001
	AS $$ BEGIN PERFORM pg_catalog.pg_advisory_lock($1); RETURN true; END $$;
CREATE FUNCTION attacker.leak(id int, other int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0000001
	AS $$ BEGIN PERFORM pg_catalog.pg_advisory_lock($1), pg_catalog.pg_advisory_lock($2); RETURN true; END $$;

-- try() carries a statement out, says how many rows it gave or changed, or how it
-- failed, and which rows leak() has seen meanwhile; then it takes the statement back.
CREATE FUNCTION attacker.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	rows bigint;
BEGIN
	BEGIN
		EXECUTE statement;
		GET DIAGNOSTICS rows = ROW_COUNT;
		RAISE EXCEPTION SQLSTATE 'UNDO0';
	EXCEPTION
		WHEN SQLSTATE 'UNDO0' THEN
			result := format('%s rows', rows);
		WHEN OTHERS THEN
			result := format('%s %s', SQLSTATE, SQLERRM);
	END;
	result := result || coalesce((SELECT ', sees ' || string_agg(DISTINCT objid::text, ' ') FROM pg_catalog.pg_locks
		WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()), '');
	PERFORM pg_catalog.pg_advisory_unlock_all();
	RETURN result;
END $$;
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on
\set ECHO :fixture_echo

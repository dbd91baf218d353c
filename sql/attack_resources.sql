--
-- Cheap ways to bring a server down: what one statement of an end user may cost must not grow with how
-- often he asks, and what he asks for must not stay behind.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_mallory;
CREATE SCHEMA mallory AUTHORIZATION regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SELECT electric.add_client_role('regress_electric_client');

-- The megabytes that a session holds.
CREATE FUNCTION megabytes() RETURNS int LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS $$ SELECT (sum(total_bytes) / 1048576)::int FROM pg_get_backend_memory_contexts() $$;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY);
CREATE TABLE members (project_id int REFERENCES projects, user_id text, role text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects);
CREATE INDEX ON members (user_id);
INSERT INTO projects SELECT generate_series(1, 100);
INSERT INTO members VALUES (1, 'alice', 'member');
INSERT INTO issues SELECT n, n FROM generate_series(1, 100) n;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC GRANT READ ON projects, issues TO 'projects:member';
$$;
RESET ROLE;
SELECT FROM electric.set_user('alice', is_local => false);
\pset format unaligned
\pset tuples_only on
SET ROLE regress_electric_client;
CREATE FUNCTION pg_temp.ask(key int) RETURNS boolean LANGUAGE plpgsql
	AS $$ BEGIN RETURN electric.allows('select', 'issues', 'issues_project_id_fkey', key); END $$;

-- Each row of one statement asks for the roles, for a rule, for rules that are not there: memory stays as it is.
SELECT megabytes() AS before \gset
SELECT count(*), max(m.now - :before) < 20 FROM projects p,
	LATERAL (SELECT count(*) FROM generate_series(1, 3000) n, LATERAL electric.roles(left('alice', 4 + sign(n)::int)) OFFSET 0) r,
	LATERAL (SELECT megabytes() + r.count - r.count AS now) m;
SELECT count(*), max(m.now - :before) < 20 FROM projects p,
	LATERAL (SELECT count(*) FROM generate_series(1, 10000) n WHERE pg_temp.ask(n) OFFSET 0) r,
	LATERAL (SELECT megabytes() + r.count - r.count AS now) m;
SELECT count(*), max(m.now - :before) < 20 FROM projects p,
	LATERAL (SELECT count(*) FROM generate_series(1, 100000) n
		WHERE electric.allows('select', n::oid, 'path' || n, n) OR electric.allows('select', 'issues', 'path' || n, n) OFFSET 0) r,
	LATERAL (SELECT megabytes() + r.count - r.count AS now) m;

-- So it does over many statements, that end well or not.
DO $$
BEGIN
	FOR n IN 1..3000 LOOP
		BEGIN
			PERFORM 1 / (id - 1) FROM issues;
		EXCEPTION WHEN division_by_zero THEN
		END;
		PERFORM count(*) FROM issues;
	END LOOP;
END $$;
SELECT megabytes() - :before < 20;

-- Another owner's rules, whole or broken, must not change what the owner's rules give, nor be read with them.
RESET ROLE;
SET ROLE regress_electric_mallory;
CREATE TABLE mallory.scope (id int PRIMARY KEY);
CREATE TABLE mallory.mine (id int PRIMARY KEY REFERENCES mallory.scope, user_id text);
CREATE TABLE mallory.gone (user_id text);
SELECT count(*) FROM generate_series(1, 300) n,
	electric.ddlx(format('ELECTRIC ASSIGN ''mallory.scope:r%s'' TO mallory.mine.user_id', n));
SELECT electric.ddlx('ELECTRIC ASSIGN ''member'' TO mallory.gone.user_id');
DROP TABLE mallory.gone;
ALTER TABLE mallory.mine RENAME user_id TO another;
SET ROLE regress_electric_client;
SELECT count(*) FROM issues;
SELECT role, scope_id FROM electric.roles();
RESET ROLE;
SELECT electric.logout();
\i :reset

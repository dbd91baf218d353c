--
-- Conditions meet only rows of which it is known that they are the user's: their errors and functions tell nothing of others.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT FROM electric.add_client_role('regress_electric_client');
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text, reader_id text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, other_id int REFERENCES projects, secret text, level int);
CREATE INDEX ON issues (project_id);
CREATE INDEX ON issues (level);
INSERT INTO projects VALUES (1, 'alice', 'alice'), (2, 'bob', 'alice'), (3, 'bob', 'bob');
INSERT INTO issues VALUES (1, 1, 1, '7', 1), (2, 2, 1, 'readable', 1), (3, 3, 3, 'hidden', 1), (4, 1, 3, '4', 2);
-- Cheap, so that the planner likes to call it first; it tells what it sees.
CREATE FUNCTION tells(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 STABLE
	AS $$ BEGIN RAISE WARNING 'seen: %', $1; RETURN $1 <> '4'; END $$;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC ASSIGN 'projects:reader' TO projects.reader_id;
$$;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
\set queries 'SELECT id FROM issues WHERE id = 3; SELECT id FROM issues ORDER BY id; SET enable_seqscan = off; SELECT id FROM issues WHERE level = 1 ORDER BY id; RESET enable_seqscan;'
\set writes 'UPDATE issues SET level = level WHERE id = 3 RETURNING id; UPDATE issues SET level = level RETURNING id; DELETE FROM issues WHERE id = 3; BEGIN; DELETE FROM issues; ROLLBACK;'
\set as_alice 'SET ROLE regress_electric_client; SELECT FROM electric.set_user(\'alice\', is_local => false);'

-- A cast that fails for hidden rows, in the only grant: no error, no value in its message.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ, UPDATE, DELETE ON issues TO 'projects:owner' USING project_id CHECK (secret::int > 0) $$;
:as_alice
:queries
:writes
SELECT electric.logout();
:queries
:writes

-- A function that tells is called for rows of the user alone, also where two paths have one condition.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE ALL ON issues FROM 'projects:owner'; ELECTRIC GRANT READ ON issues TO 'projects:owner' USING project_id WHERE (tells(secret)) $$;
:as_alice
:queries
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues TO 'projects:owner' USING other_id WHERE (tells(secret)) $$;
:as_alice
:queries

-- The condition of a write meets no row that the user may write and not read.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE READ ON issues FROM 'projects:owner';
	ELECTRIC GRANT READ ON issues TO 'projects:owner' USING project_id;
	ELECTRIC GRANT UPDATE, DELETE ON issues TO AUTHENTICATED WHERE (tells(secret));
$$;
:as_alice
:writes
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON issues FROM 'projects:owner'; ELECTRIC GRANT READ ON issues TO 'projects:owner' USING project_id WHERE (secret::int > 0) $$;
:as_alice
:writes

-- What cannot tell stays in front, where an index finds it; the rest follows the call.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE ALL ON issues FROM AUTHENTICATED, 'projects:owner';
	ELECTRIC GRANT READ, UPDATE ON issues TO 'projects:owner' USING project_id CHECK (level = 1 AND secret LIKE '%e%' AND tells('constant'));
$$;
SELECT cmd, qual FROM pg_policies WHERE tablename = 'issues' AND cmd IN ('SELECT', 'UPDATE') ORDER BY 1;
RESET ROLE;
\i :reset

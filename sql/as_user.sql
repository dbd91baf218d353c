--
-- electric.as_user(): one query as an end user, for tests of rules.
--
-- alice edits project 1 with issues 10 and 11, and reads project 3 with issue 30; bob
-- edits projects 2 and 3 with issues 20, 21 and 30. Issue 40 is of no project.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
RESET SESSION AUTHORIZATION;
SELECT electric.logout();
CREATE ROLE regress_electric_app;
GRANT CREATE ON SCHEMA public TO regress_electric_app;
SELECT electric.add_client_role('regress_electric_app');
GRANT EXECUTE ON FUNCTION electric.set_user, electric.as_user TO regress_electric_app;
SET SESSION AUTHORIZATION regress_electric_app;
\set VERBOSITY terse
\set ids 'SELECT id FROM issues ORDER BY id'
\set who 'SELECT electric.user_id(), electric.claims();'

-- Each row of the query is one jsonb, as to_jsonb() gives it.
SELECT electric.as_user('alice', 'SELECT * FROM issues ORDER BY id');
SELECT electric.as_user('alice', $$SELECT id AS number, secret AS title, NULL AS none, ARRAY[1, 2] AS list, ROW(1, 'x') AS pair,
	'{"a": 1}'::jsonb AS object, 1.50 AS price, 'NaN'::float8 AS nan, date '2026-01-02' AS day FROM issues WHERE id = 10$$);
SELECT electric.as_user('alice', 'SELECT project_id AS id, id AS project_id, secret FROM issues WHERE id = 10');
SELECT electric.as_user('alice', 'SELECT i FROM issues i WHERE id = 10');
SELECT electric.as_user('alice', 'SELECT FROM issues WHERE id = 10');
SELECT electric.as_user('alice', 'TABLE issues ORDER BY id; -- a comment, and nothing after it');
SELECT row->>'id' AS id FROM electric.as_user('alice', :'ids') AS row;
SELECT electric.as_user('alice', 'SELECT repeat(secret, 100000) AS long FROM issues WHERE id = 10')->>'long' = repeat('ten', 100000);

-- Each user gets his rows, and NULL, the anonymous one, none; all in one statement.
SELECT electric.as_user('alice', :'ids') AS alice, electric.as_user('bob', :'ids') AS bob, electric.as_user(NULL, :'ids') AS nobody;
SELECT name, row FROM unnest(ARRAY['alice', 'bob', NULL, 'alice']) WITH ORDINALITY u (name, n),
	electric.as_user(name, :'ids') row ORDER BY n, row->'id';
SELECT name, (SELECT count(*) FROM electric.as_user(name, 'SELECT FROM issues')) FROM (VALUES ('alice'), ('bob'), (NULL)) u (name);

-- The identity is what it was when the query has ended: anonymous, a local one or the session's.
:who
SELECT electric.as_user('alice', 'SELECT electric.user_id()'), electric.user_id();
:who
BEGIN;
SELECT electric.set_user('bob', '{"n": 1}');
SELECT electric.as_user('alice', :'ids');
:who
:ids;
COMMIT;
SELECT electric.set_user('bob', '{"n": 2}', false);
SELECT electric.as_user('alice', :'ids');
:who
BEGIN;
SELECT electric.as_user(NULL, 'SELECT electric.is_authenticated()');
:who
COMMIT;
:who
SELECT electric.logout();

-- Claims are those that are passed, none if there are none; never those of who called.
BEGIN;
SELECT electric.set_user('bob', '{"n": 1}');
SELECT electric.as_user('alice', 'SELECT electric.user_id(), electric.claims()');
SELECT electric.as_user('alice', 'SELECT electric.user_id(), electric.claims()', '{"n": 2}');
SELECT electric.as_user(NULL, 'SELECT electric.user_id(), electric.claims()', '{"n": 2}');
SELECT electric.as_user('alice', 'SELECT electric.claims()', NULL);
ROLLBACK;

-- The identity comes back after an error as well, in a savepoint and in EXCEPTION.
BEGIN;
SELECT electric.set_user('bob');
SAVEPOINT s;
SELECT electric.as_user('alice', 'SELECT 1/0');
ROLLBACK TO s;
:who
DO $$
BEGIN
	BEGIN
		PERFORM electric.as_user('alice', 'INSERT INTO issues VALUES (50, 2, ''fifty'')');
	EXCEPTION WHEN insufficient_privilege THEN
		RAISE NOTICE 'refused, for %', electric.user_id();
	END;
	BEGIN
		PERFORM electric.as_user('alice', 'SELECT 1/id FROM (VALUES (1), (0)) v (id)');
	EXCEPTION WHEN division_by_zero THEN
		RAISE NOTICE 'failed midway, for %', electric.user_id();
	END;
END $$;
:who
COMMIT;

-- An error within the query, caught there, leaves the query its user.
SELECT electric.as_user('alice', $q$DO $$ BEGIN PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN RAISE NOTICE 'caught, for %', electric.user_id(); END $$$q$);

-- The statement around it is judged by its own user from start to end.
BEGIN;
SELECT electric.set_user('bob');
SELECT id, (SELECT count(*) FROM electric.as_user('alice', 'SELECT FROM issues WHERE id > ' || i.id)) AS of_alice FROM issues i ORDER BY id;
SELECT id FROM issues WHERE project_id = 3 OR EXISTS (SELECT FROM electric.as_user('alice', 'SELECT FROM issues')) ORDER BY id;
SELECT electric.as_user('alice', :'ids') AS row UNION ALL SELECT to_jsonb(i) FROM issues i ORDER BY 1;
WITH moved AS (UPDATE issues SET secret = upper(secret) FROM electric.as_user('alice', 'SELECT FROM issues WHERE id = 30') RETURNING id)
	SELECT id FROM moved ORDER BY id;
ROLLBACK;

-- Calls within calls: each has its user, and gives the one around it its own back.
SELECT electric.as_user('alice', $$SELECT electric.user_id() AS before, electric.as_user('bob', 'SELECT electric.user_id(), count(*) FROM issues') AS inner,
	(SELECT count(*) FROM issues) AS after, electric.user_id() AS end$$);
SELECT electric.as_user('alice', $$SELECT id, (SELECT count(*) FROM electric.as_user('bob', 'SELECT FROM issues')) AS of_bob FROM issues ORDER BY id$$);

-- set_user and logout within the query end with it.
SELECT electric.set_user('bob', is_local => false);
SELECT electric.as_user('alice', 'SELECT electric.logout()');
:who
SELECT electric.as_user('alice', 'DO $$BEGIN PERFORM electric.logout(); END$$');
SELECT electric.as_user('alice', 'RESET ALL');
:who
SELECT electric.logout();
SELECT electric.as_user('alice', $$SELECT electric.set_user('bob', is_local => false)$$);
:who
BEGIN;
SELECT electric.as_user('alice', $$SELECT electric.set_user('bob')$$);
:who
SELECT electric.as_user('alice', $$SELECT electric.set_user('bob', is_local => false)$$);
:who
SELECT electric.as_user('alice', $q$DO $$BEGIN PERFORM electric.set_user('bob'); PERFORM electric.set_user('carol'); END$$$q$);
:who
COMMIT;
:who

-- So do other settings that it changes, the role included.
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_app;
SELECT electric.as_user('alice', 'SET ROLE regress_electric_client');
SELECT electric.as_user('alice', 'RESET ROLE');
SELECT electric.as_user('alice', $$SELECT set_config('work_mem', '7MB', false)$$);
SELECT current_user, current_setting('work_mem') <> '7MB' AS as_before;
SET SESSION AUTHORIZATION regress_electric_app;

-- It writes as the user may: RETURNING gives rows, nothing else does.
BEGIN;
SELECT electric.as_user('alice', $$INSERT INTO issues VALUES (12, 1, 'twelve') RETURNING id, secret$$);
SELECT electric.as_user('alice', $$INSERT INTO issues VALUES (13, 1, 'thirteen')$$);
SELECT electric.as_user('alice', $$UPDATE issues SET secret = id::text WHERE id IN (10, 13, 20, 30) RETURNING id$$);
SELECT electric.as_user('alice', $$DELETE FROM issues WHERE id IN (11, 21, 30) RETURNING id$$);
SELECT electric.as_user('alice', 'SELECT id, secret FROM issues ORDER BY id');
SELECT electric.as_user('bob', :'ids');
ROLLBACK;
SELECT electric.as_user('alice', :'ids');
SELECT electric.as_user('alice', $$INSERT INTO issues VALUES (50, 2, 'fifty')$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.as_user(NULL, $$INSERT INTO issues VALUES (50, 2, 'fifty')$$);
\echo :LAST_ERROR_SQLSTATE

-- A query sees what earlier ones of the same statement have written, as functions do.
BEGIN;
SELECT electric.as_user('bob', $$INSERT INTO issues VALUES (22, 2, 'x') RETURNING id$$) AS bob, electric.as_user('bob', 'SELECT max(id) FROM issues WHERE project_id = 2') AS later;
ROLLBACK;

-- In a read-only transaction it reads.
BEGIN READ ONLY;
SELECT electric.as_user('alice', :'ids');
SELECT electric.as_user('alice', 'DELETE FROM issues');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- The query is one statement.
SELECT electric.as_user('alice', 'SELECT 1; SELECT 2');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.as_user('alice', 'DELETE FROM issues; COMMIT');
SELECT electric.as_user('alice', ' ; -- nothing');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.as_user('alice', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.as_user('alice', 'SELECT $1');
\echo :LAST_ERROR_SQLSTATE
\set VERBOSITY default
SELECT electric.as_user('alice', 'SELECT 1; SELECT 2');
SELECT electric.as_user('alice', 'SELECT id FRO issues');
\set VERBOSITY terse

-- The user id is not empty, the claims are an object, and both have their limit.
SELECT electric.as_user('', :'ids');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.as_user('alice', :'ids', '[1]');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.as_user(repeat('x', 65536), :'ids');
\echo :LAST_ERROR_SQLSTATE

-- It ends no transaction and begins none, and copies nothing to or from the client.
BEGIN;
SELECT electric.as_user('bob', 'UPDATE issues SET secret = ''x'' WHERE id = 20 RETURNING id');
SAVEPOINT s;
SELECT electric.as_user('alice', 'COMMIT');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO s;
SELECT electric.as_user('alice', 'ROLLBACK TO s');
ROLLBACK TO s;
SELECT electric.as_user('alice', 'SAVEPOINT t');
ROLLBACK TO s;
SELECT electric.as_user('alice', 'DO $$BEGIN COMMIT; END$$');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO s;
SELECT electric.as_user('alice', 'VACUUM');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO s;
SELECT electric.as_user('alice', 'DISCARD ALL');
ROLLBACK TO s;
SELECT electric.as_user('alice', 'COPY issues TO STDOUT');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO s;
SELECT electric.as_user('alice', 'COPY issues FROM STDIN');
ROLLBACK TO s;
SELECT electric.as_user('bob', 'SELECT secret FROM issues WHERE id = 20');
:who
ROLLBACK;
DO $$ BEGIN PERFORM electric.as_user('alice', 'COMMIT'); END $$;
:who

-- Utility statements that give rows give them: EXPLAIN, SHOW, EXECUTE, FETCH, CALL.
SELECT electric.as_user('alice', 'EXPLAIN (COSTS OFF) VALUES (1), (2)');
SELECT electric.as_user('alice', 'SHOW server_encoding');
CREATE PROCEDURE count_issues(OUT n bigint) LANGUAGE plpgsql AS $$ BEGIN SELECT count(*) INTO n FROM issues; END $$;
SELECT electric.as_user('alice', 'CALL count_issues(NULL)') AS alice, electric.as_user('bob', 'CALL count_issues(NULL)') AS bob;
DROP PROCEDURE count_issues;

-- What is typed as DDLX needs the owner of the table, as ever.
SELECT electric.as_user('alice', $$ELECTRIC GRANT READ ON issues TO ANYONE$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.as_user('alice', $$DO LANGUAGE ddlx 'ELECTRIC GRANT READ ON issues TO ANYONE'$$);
\echo :LAST_ERROR_SQLSTATE

-- Prepared statements, generic plans: around the call, and within it.
SET plan_cache_mode = force_generic_plan;
PREPARE asking (text, text) AS SELECT electric.as_user($1, $2);
EXECUTE asking('alice', 'SELECT id FROM issues ORDER BY id');
EXECUTE asking('bob', 'SELECT id FROM issues ORDER BY id');
PREPARE reading AS SELECT id FROM issues ORDER BY id;
SELECT electric.as_user('alice', 'EXECUTE reading') AS alice, electric.as_user('bob', 'EXECUTE reading') AS bob;
EXECUTE reading;
SELECT electric.as_user('alice', 'PREPARE later AS SELECT id FROM issues ORDER BY id');
SELECT electric.as_user('bob', 'EXECUTE later');
EXECUTE later;
DEALLOCATE ALL;
RESET plan_cache_mode;

-- A cursor has the user that opened it: one that is opened within keeps him afterwards, and one from outside its own.
BEGIN;
SELECT electric.set_user('bob');
DECLARE of_bob CURSOR FOR SELECT id FROM issues ORDER BY id;
SELECT electric.as_user('alice', 'DECLARE of_alice CURSOR FOR SELECT id FROM issues ORDER BY id');
FETCH 1 FROM of_alice;
SELECT electric.as_user('carol', 'FETCH 1 FROM of_alice') AS of_alice, electric.as_user('carol', 'FETCH 2 FROM of_bob') AS of_bob;
FETCH ALL FROM of_alice;
FETCH ALL FROM of_bob;
COMMIT;

-- Functions in the query run as the user, SECURITY DEFINER ones with their owner's privileges.
CREATE FUNCTION mine() RETURNS TABLE (id int) LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN QUERY SELECT i.id FROM issues i ORDER BY 1; END $$;
SELECT electric.as_user('alice', 'SELECT * FROM mine()') AS alice, electric.as_user('bob', 'SELECT * FROM mine()') AS bob;
DROP FUNCTION mine;
CREATE FUNCTION asked(text) RETURNS SETOF jsonb LANGUAGE sql SECURITY DEFINER
	AS $$ SELECT electric.as_user($1, 'SELECT current_user, electric.user_id(), count(*) FROM public.issues') $$;
SET SESSION AUTHORIZATION regress_electric_client;
SELECT asked('alice'), asked('bob');
SET SESSION AUTHORIZATION regress_electric_app;
DROP FUNCTION asked;

-- Triggers fire within the query, as the user; deferred ones when the transaction ends, as who is the user then.
RESET SESSION AUTHORIZATION;
SET client_min_messages = notice;
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql
	AS $$ BEGIN RAISE NOTICE '% fires for %', TG_NAME, electric.user_id(); RETURN NULL; END $$;
CREATE TRIGGER at_once AFTER UPDATE ON issues FOR EACH ROW EXECUTE FUNCTION say();
CREATE CONSTRAINT TRIGGER deferred AFTER UPDATE ON issues DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION say();
SET SESSION AUTHORIZATION regress_electric_app;
BEGIN;
SELECT electric.set_user('bob');
SELECT electric.as_user('alice', 'UPDATE issues SET secret = secret WHERE id = 10 RETURNING id');
COMMIT;
RESET SESSION AUTHORIZATION;
DROP FUNCTION say CASCADE;

-- Parallel workers of the query know the user.
SET client_min_messages = warning;
CREATE TABLE numbers WITH (parallel_workers = 2) AS SELECT n, CASE n % 4 WHEN 0 THEN 'alice' ELSE 'bob' END AS owner FROM generate_series(1, 1000) n;
GRANT SELECT ON numbers TO regress_electric_app;
SET SESSION AUTHORIZATION regress_electric_app;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT electric.as_user('alice', 'EXPLAIN (COSTS OFF) SELECT count(*) FROM numbers WHERE owner = electric.user_id()');
SELECT electric.as_user('alice', 'SELECT count(*) FROM numbers WHERE owner = electric.user_id()') AS alice,
	electric.as_user('bob', 'SELECT count(*) FROM numbers WHERE owner = electric.user_id()') AS bob;
RESET ALL;

-- A role that the rules do not bind is told so, rather than given all rows: superusers, BYPASSRLS, owners and who inherits them.
RESET SESSION AUTHORIZATION;
\set VERBOSITY default
SELECT electric.as_user('alice', :'ids');
\echo :LAST_ERROR_SQLSTATE
GRANT EXECUTE ON FUNCTION electric.as_user TO regress_electric_owner;
SET SESSION AUTHORIZATION regress_electric_owner;
SELECT electric.as_user('alice', :'ids');
\echo :LAST_ERROR_SQLSTATE
\set VERBOSITY terse
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_electric_bypass BYPASSRLS;
CREATE ROLE regress_electric_heir IN ROLE regress_electric_owner;
SET ROLE regress_electric_bypass;
SELECT electric.as_user('alice', :'ids');
RESET ROLE;
GRANT EXECUTE ON FUNCTION electric.as_user TO regress_electric_bypass;
SET ROLE regress_electric_bypass;
SELECT electric.as_user('alice', :'ids');
SET ROLE regress_electric_heir;
SELECT electric.as_user('alice', :'ids');
-- It is judged whose privileges the query has: those of the owner of a SECURITY DEFINER function.
RESET ROLE;
CREATE FUNCTION asked(text) RETURNS SETOF jsonb LANGUAGE sql SECURITY DEFINER AS $$ SELECT electric.as_user($1, 'SELECT 1') $$;
SET ROLE regress_electric_app;
SELECT asked('alice');
RESET ROLE;
DROP FUNCTION asked;
-- A superuser sees the rules once he takes a client role; FORCE ROW LEVEL SECURITY binds the owner.
SET ROLE regress_electric_app;
SELECT electric.as_user('alice', :'ids');
RESET ROLE;
ALTER TABLE projects FORCE ROW LEVEL SECURITY;
ALTER TABLE members FORCE ROW LEVEL SECURITY;
ALTER TABLE issues FORCE ROW LEVEL SECURITY;
SET ROLE regress_electric_owner;
SELECT electric.as_user('alice', :'ids');
RESET ROLE;

\i :reset

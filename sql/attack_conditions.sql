--
-- Attacks on conditions: names that look like others, text that tries to leave its parentheses, plans that outlive their user, and writes around them.
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
CREATE SCHEMA auth AUTHORIZATION regress_electric_owner;
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
\pset format unaligned
\pset tuples_only on
\set conditions 'SELECT check_sql FROM electric.grants ORDER BY 1;'
\set user 'SELECT FROM electric.logout(); SELECT FROM electric.set_user(:name, is_local => false);'

-- auth.user_id is the user, whatever columns, tables, schemas and functions have that name; a column of a composite is in parentheses.
CREATE TYPE pair AS (user_id text, claims int);
CREATE TABLE auth (user_id text PRIMARY KEY);
CREATE TABLE new (id int PRIMARY KEY);
CREATE FUNCTION auth.user_id() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'evil'::text $$;
CREATE TABLE names (id int PRIMARY KEY, auth pair, new text, old text, this text, "row" text, user_id text, "new.x" text);
INSERT INTO names VALUES (1, ('carol', 1), 'n', 'o', 't', 'r', 'alice', 'x');
SELECT FROM electric.ddlx('ELECTRIC ENABLE names');
PREPARE condition(text) AS SELECT FROM electric.ddlx('ELECTRIC GRANT READ ON names TO ANYONE WHERE (' || $1 || ')');
EXECUTE condition($$(auth).user_id = 'carol' AND (new.auth).claims = 1 AND new.new = new AND old.old = old AND row.row = 'r' AND this.this = this
	AND auth.user_id() = 'evil' AND "new.x" = 'x' AND user_id = "auth"."user_id"$$);
:conditions
RESET ROLE;
SET ROLE regress_electric_client;
\set name '''carol'''
:user
SELECT count(*) FROM names;
\set name '''alice'''
:user
SELECT count(*) FROM names;
SELECT FROM electric.logout();
RESET ROLE;
SET ROLE regress_electric_owner;

-- Parentheses, quotes and comments hide nothing and open nothing: a condition is one expression, and its end is where PostgreSQL sees it.
EXECUTE condition($$id = 0 /* ) /* ) */ OR true */ AND $q$)$q$ = ')' AND E'\')' <> U&'!0028' UESCAPE '!' -- ) OR (true
$$);
:conditions
EXECUTE condition($$id = 0 -- OR$$);
EXECUTE condition($$id = 0) OR (true$$);
EXECUTE condition($$true, true$$);
EXECUTE condition($$true AS x$$);
EXECUTE condition($$true UNION SELECT true$$);
EXECUTE condition($$VALUES (true)$$);
EXECUTE condition($$*$$);
EXECUTE condition($$/* */$$);
EXECUTE condition($$DISTINCT true$$);
EXECUTE condition($$auth.* IS NULL$$);
EXECUTE condition($$auth.data.* = 'x'$$);
EXECUTE condition($$auth.auth.user_id = 'x'$$);
EXECUTE condition($$"AUTH".user_id = 'x'$$);
EXECUTE condition($$names.user_id = 'x'$$);
EXECUTE condition($$new.* IS NOT NULL$$);
DO $$ BEGIN PERFORM electric.ddlx('ELECTRIC GRANT READ ON names TO ANYONE WHERE (' || repeat('(', 100000) || 'true' || repeat(')', 100000) || ')'); EXCEPTION WHEN others THEN RAISE WARNING 'refused'; END $$;
:conditions

-- A rule that was edited by hand gives nothing until the policies are made again, and can never be more than one condition.
RESET ROLE;
UPDATE electric.grants SET check_sql = 'true';
SET ROLE regress_electric_client;
SELECT count(*) FROM names;
RESET ROLE;
UPDATE electric.grants SET check_sql = 'true); DROP TABLE names; SELECT (true';
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON names TO 'x'$$);
SELECT qual FROM pg_policies WHERE cmd = 'SELECT';

-- A plan serves whoever runs it: index conditions, pruned partitions and parallel plans ask for the user of each execution.
SET ROLE regress_electric_owner;
CREATE TABLE notes (owner text, id int, n int DEFAULT 0, twice int GENERATED ALWAYS AS (id * 2) STORED, PRIMARY KEY (owner, id)) PARTITION BY LIST (owner);
CREATE TABLE notes_alice PARTITION OF notes FOR VALUES IN ('alice');
CREATE TABLE notes_rest PARTITION OF notes DEFAULT;
INSERT INTO notes VALUES ('alice', 1), ('bob', 2), ('alice', 3);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE notes;
	ELECTRIC GRANT READ ON notes TO ANYONE WHERE (owner = auth.user_id AND twice = 2 * id);
	ELECTRIC GRANT INSERT ON notes TO ANYONE CHECK (owner = auth.user_id AND new.twice < 100);
	ELECTRIC GRANT UPDATE ON notes TO ANYONE;
	ELECTRIC GRANT DELETE ON notes TO ANYONE CHECK (new.owner = auth.user_id);
$$;
RESET ROLE;
SET ROLE regress_electric_client;
SET plan_cache_mode = force_generic_plan;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET min_parallel_index_scan_size = 0;
SET enable_seqscan = off;
PREPARE mine AS SELECT id FROM notes ORDER BY id;
\set name '''alice'''
:user
EXECUTE mine;
\set name '''bob'''
:user
EXECUTE mine;
SELECT FROM electric.logout();
EXECUTE mine;
RESET ALL;
\set name '''alice'''
:user
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM notes ORDER BY id;
FETCH 1 FROM c;
SELECT FROM electric.logout();
FETCH ALL FROM c;
MOVE BACKWARD ALL IN c;
FETCH ALL FROM c;
ROLLBACK;

-- UPDATE without a condition reaches only what may be read, and leaves only what may be read; ON CONFLICT and MERGE are no way around.
UPDATE notes SET n = 1 WHERE id = 2 RETURNING id;
UPDATE notes SET owner = 'bob' WHERE id = 1;
INSERT INTO notes VALUES ('bob', 2) ON CONFLICT (owner, id) DO UPDATE SET n = 9;
INSERT INTO notes VALUES ('bob', 2) ON CONFLICT DO NOTHING;
INSERT INTO notes VALUES ('alice', 1) ON CONFLICT (owner, id) DO UPDATE SET n = 7 RETURNING n;
INSERT INTO notes VALUES ('alice', 60);
MERGE INTO notes USING (VALUES (2)) v (id) ON notes.id = v.id WHEN MATCHED THEN UPDATE SET n = 9 WHEN NOT MATCHED THEN INSERT VALUES ('bob', 8);

-- A DELETE has no new row, so that a condition on it deletes nothing; what a query's functions see is what may be read.
DELETE FROM notes RETURNING id;
CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE WARNING 'seen: %', $1; RETURN true; END $$;
SELECT count(*) FROM notes WHERE pg_temp.leak(owner);
SELECT count(*) FROM notes WHERE 1 / (id - 2) IS NOT NULL;

-- Calling the functions of a policy says what one holds oneself, and nothing for names that no grant has.
SELECT bool_or(electric.allows(p, 'notes')) FROM unnest(ARRAY['select', 'select/', 'select//', 'select/0123456789abcdef', 'update/0123456789abcdef', 'SELECT', NULL, 'select/' || repeat('x', 100000)]) p;
RESET ROLE;
\i :reset

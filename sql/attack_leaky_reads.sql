--
-- Leaky functions in reads: wherever a query calls a function that tells what it sees, and whatever it
-- says that it costs, it must see no row but those that its caller may read: 10, 11 and 30.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
CREATE OPERATOR attacker.=== (FUNCTION = attacker.leak, LEFTARG = int, RIGHTARG = int, COMMUTATOR = OPERATOR(attacker.===),
	RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE FUNCTION attacker.leak_row(issues) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0000001
	AS $$ BEGIN RETURN attacker.leak($1.id); END $$;
CREATE FUNCTION attacker.leak_state(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE COST 0.0000001
	AS $$ BEGIN RETURN attacker.leak($2)::int; END $$;
CREATE AGGREGATE attacker.leak_all(int) (SFUNC = attacker.leak_state, STYPE = int, PARALLEL = SAFE);
CREATE DOMAIN attacker.leak_domain AS int CHECK (attacker.leak(VALUE));
CREATE TYPE attacker.box AS (id int);
CREATE FUNCTION attacker.boxed(int) RETURNS attacker.box LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM attacker.leak($1); RETURN ROW($1); END $$;
CREATE CAST (int AS attacker.box) WITH FUNCTION attacker.boxed(int);

-- The tool works: on a table of her own it sees every row, and tells by a failed statement as well.
CREATE TABLE attacker.own AS SELECT generate_series(1, 3) AS id;
SELECT attacker.try('SELECT FROM attacker.own WHERE attacker.leak(id)');
SELECT attacker.try('SELECT FROM attacker.own WHERE attacker.leak(id) AND 1 / (id - 3) < 1');

-- Every clause of a query.
CREATE TABLE attacker.queries (n int GENERATED ALWAYS AS IDENTITY, q text);
INSERT INTO attacker.queries (q) VALUES
	('SELECT FROM issues WHERE attacker.leak(id)'),
	('SELECT FROM issues WHERE NOT attacker.leak(id) OR id = 20'),
	('SELECT FROM issues WHERE id = 20 AND attacker.leak(id)'),
	('SELECT FROM issues WHERE project_id = 2 AND attacker.leak(id)'),
	('SELECT FROM issues WHERE project_id IS NULL AND attacker.leak(id)'),
	('SELECT FROM issues WHERE project_id = ANY (ARRAY[1, 2, NULL]) AND attacker.leak(id) AND secret >= ''t'''),
	('SELECT FROM issues WHERE ctid = ANY (ARRAY[''(0,1)'', ''(0,3)'', ''(0,6)'']::tid[]) AND attacker.leak(id)'),
	('SELECT FROM issues WHERE ctid < ''(1,1)'' AND attacker.leak(id)'),
	('SELECT FROM issues TABLESAMPLE SYSTEM (100) REPEATABLE (1) WHERE attacker.leak(id)'),
	('SELECT FROM ONLY issues WHERE attacker.leak_row(issues)'),
	('SELECT leak_row FROM issues i, LATERAL (SELECT attacker.leak_row(i)) x (leak_row)'),
	('SELECT FROM issues WHERE id OPERATOR(attacker.===) 10'),
	('SELECT FROM issues WHERE id OPERATOR(attacker.===) ANY (ARRAY[10, 11])'),
	('SELECT FROM issues a JOIN issues b ON a.id OPERATOR(attacker.===) b.id'),
	('SELECT FROM issues a FULL JOIN projects b ON a.project_id = b.id AND attacker.leak(a.id)'),
	('SELECT FROM issues a LEFT JOIN issues b ON attacker.leak(b.id) WHERE b.id IS NULL'),
	('SELECT FROM projects p WHERE NOT EXISTS (SELECT FROM issues i WHERE i.project_id = p.id AND attacker.leak(i.id))'),
	('SELECT FROM attacker.own WHERE id NOT IN (SELECT id FROM issues WHERE attacker.leak(id))'),
	('SELECT FROM attacker.own WHERE id OPERATOR(attacker.===) ANY (SELECT id FROM issues)'),
	('SELECT count(*) FILTER (WHERE attacker.leak(id)), attacker.leak_all(id) FROM issues'),
	('SELECT attacker.leak(id) FROM issues GROUP BY GROUPING SETS ((attacker.leak(id)), ()) HAVING attacker.leak(max(id))'),
	('SELECT DISTINCT ON (attacker.leak(id)) id FROM issues ORDER BY attacker.leak(id), id LIMIT 1'),
	('SELECT lag(attacker.leak(id)) OVER (ORDER BY attacker.leak(id)), attacker.leak_all(id) OVER () FROM issues'),
	('SELECT FROM (SELECT *, row_number() OVER (PARTITION BY id) FROM issues OFFSET 0) i WHERE attacker.leak(id)'),
	('SELECT FROM (SELECT id FROM issues UNION ALL SELECT id FROM attacker.own WHERE id = 0) i WHERE attacker.leak(id)'),
	('SELECT FROM (SELECT id FROM issues EXCEPT SELECT id FROM attacker.own) i WHERE attacker.leak(id)'),
	('WITH i AS NOT MATERIALIZED (SELECT id FROM issues) SELECT FROM i a, i b WHERE attacker.leak(a.id)'),
	('WITH RECURSIVE r AS (SELECT 10 AS id UNION SELECT issues.id FROM r, issues WHERE attacker.leak(issues.id)) TABLE r'),
	('SELECT CASE WHEN attacker.leak(id) THEN 1 END, id::attacker.leak_domain, id::attacker.box FROM issues'),
	('SELECT FROM issues WHERE id::attacker.leak_domain > 0 AND id::attacker.box IS NOT NULL'),
	('SELECT FROM issues WHERE attacker.leak(id) FOR UPDATE'),
	('SELECT FROM issues WHERE attacker.leak(id) FOR KEY SHARE SKIP LOCKED'),
	('CREATE TABLE attacker.copy AS SELECT id FROM issues WHERE attacker.leak(id)'),
	('CREATE MATERIALIZED VIEW attacker.kept AS SELECT id FROM issues WHERE attacker.leak(id)'),
	('SELECT query_to_xml(''SELECT attacker.leak(id) FROM issues'', false, false, '''')');
SELECT n, attacker.try(q) FROM attacker.queries ORDER BY n;

SELECT substring(attacker.try('EXPLAIN (ANALYZE, VERBOSE) SELECT FROM issues WHERE attacker.leak(id)') FROM 'sees.*');

-- The same by other plans: what a function sees must not depend on them.
CREATE TABLE attacker.answers AS SELECT n, attacker.try(q) AS answer FROM attacker.queries;
\set differ 'SELECT n, answer, again FROM attacker.answers JOIN (SELECT n, attacker.try(q) FROM attacker.queries) q (n, again) USING (n) WHERE answer <> again ORDER BY n;'
ALTER FUNCTION attacker.try(text) SET enable_seqscan = off;
:differ
ALTER FUNCTION attacker.try(text) SET enable_indexscan = off;
ALTER FUNCTION attacker.try(text) SET enable_indexonlyscan = off;
:differ
ALTER FUNCTION attacker.try(text) RESET ALL;
ALTER FUNCTION attacker.try(text) SET enable_hashjoin = off;
ALTER FUNCTION attacker.try(text) SET enable_mergejoin = off;
ALTER FUNCTION attacker.try(text) SET join_collapse_limit = 1;
ALTER FUNCTION attacker.try(text) SET from_collapse_limit = 1;
ALTER FUNCTION attacker.try(text) SET jit_above_cost = 0;
:differ

-- Were it not for the policies, it would see all of them.
RESET SESSION AUTHORIZATION;
ALTER TABLE issues DISABLE ROW LEVEL SECURITY;
SET SESSION AUTHORIZATION regress_electric_client;
SELECT attacker.try('SELECT FROM issues WHERE attacker.leak(id)');
RESET SESSION AUTHORIZATION;
\i :reset

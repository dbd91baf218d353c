--
-- Side doors: functions that take a query or a table as an argument, statistics, sequences, row addresses and locks
-- show a client the rows that are his. Estimates, counts and addresses of whole tables are what the README lists.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture

-- Functions that run a query or read a table by name do it as the caller.
SELECT query_to_xml('SELECT id FROM issues', true, true, '')::text ~ '>(20|21|40)<', query_to_xml('SELECT id FROM issues', true, true, '')::text ~ '>30<';
SELECT table_to_xml('issues', true, true, '')::text ~ 'twenty|forty', table_to_xml('issues', true, true, '')::text ~ 'eleven';
SELECT schema_to_xml('public', true, true, '')::text ~ 'twenty|forty|bob', schema_to_xml('public', true, true, '')::text ~ 'eleven';
SELECT word FROM ts_stat($$SELECT to_tsvector('simple', secret) FROM issues$$) ORDER BY word;
DO $$
DECLARE
	c refcursor := 'c';
BEGIN
	OPEN c FOR SELECT id FROM issues;
	RAISE NOTICE '%', cursor_to_xml(c, 10, true, true, '')::text ~ '>(20|21|40)<';
END $$;
COPY issues TO STDOUT;
COPY (SELECT id, secret FROM issues WHERE id >= 20) TO STDOUT;
COPY members TO STDOUT;
SELECT count(*), max(id) FROM issues TABLESAMPLE BERNOULLI (100) REPEATABLE (7);
SELECT json_agg(issues), array_agg(issues.*) FROM issues WHERE id > 11;

-- A row is not had by its address, nor by that of a version of it.
SELECT id FROM issues WHERE ctid IN ('(0,1)', '(0,3)', '(0,6)', '(0,7)');
SELECT a.id, b.id FROM issues a JOIN issues b ON b.ctid = a.ctid WHERE b.ctid > '(0,2)';
BEGIN;
DECLARE read CURSOR FOR SELECT id FROM issues WHERE id IN (20, 30);
FETCH 1 FROM read;
UPDATE issues SET secret = NULL WHERE CURRENT OF read RETURNING id;
DELETE FROM issues WHERE CURRENT OF read RETURNING id;
DECLARE write CURSOR FOR SELECT id FROM issues WHERE id IN (10, 20);
FETCH 1 FROM write;
UPDATE issues SET secret = NULL WHERE CURRENT OF write RETURNING id;
ROLLBACK;

-- Statistics of a table with rules are hidden, extended ones as well, and made by its owner alone.
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
CREATE STATISTICS kept (mcv, dependencies) ON project_id, secret FROM issues;
CREATE STATISTICS kept_expression ON (upper(secret)) FROM issues;
INSERT INTO issues SELECT n, 2, NULL FROM generate_series(1000, 1100) n;
INSERT INTO issues SELECT n, 1, NULL FROM generate_series(2000, 2100) n;
ANALYZE issues;
SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'issues';
SELECT count(*) FROM pg_stats_ext WHERE tablename = 'issues';
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_client;
SELECT count(*) FROM pg_stats WHERE tablename = 'issues';
SELECT count(*) FROM pg_stats_ext WHERE tablename = 'issues';
SELECT count(*) FROM pg_stats_ext_exprs WHERE tablename = 'issues';
SELECT count(*) FROM pg_statistic;
SELECT count(*) FROM pg_statistic_ext_data;
CREATE STATISTICS attacker.mine ON project_id, secret FROM issues;
CREATE VIEW attacker.mine AS SELECT * FROM issues;
SELECT count(*) FROM pg_stats WHERE tablename = 'mine';

-- The planner's estimate for an operator of hers calls it with no value of the statistics, in a view of hers neither.
CREATE FUNCTION attacker.tell(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0000001
	AS $$ BEGIN RAISE NOTICE 'sees % and %', $1, $2; RETURN true; END $$;
CREATE OPERATOR attacker.=== (FUNCTION = attacker.tell, LEFTARG = int, RIGHTARG = int, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR attacker.<<< (FUNCTION = attacker.tell, LEFTARG = int, RIGHTARG = int, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR attacker.~~~ (FUNCTION = attacker.tell, LEFTARG = int, RIGHTARG = int, RESTRICT = matchingsel, JOIN = matchingjoinsel);
\o /dev/null
EXPLAIN SELECT FROM issues WHERE project_id OPERATOR(attacker.===) 5;
EXPLAIN SELECT FROM issues WHERE id OPERATOR(attacker.<<<) 5 OR project_id OPERATOR(attacker.~~~) 5;
EXPLAIN SELECT FROM attacker.mine WHERE project_id OPERATOR(attacker.===) 5 AND id OPERATOR(attacker.<<<) 5;
EXPLAIN SELECT FROM issues a JOIN attacker.mine b ON a.project_id OPERATOR(attacker.===) b.project_id;
EXPLAIN SELECT project_id FROM issues WHERE project_id OPERATOR(attacker.~~~) 5 GROUP BY 1;
CREATE TABLE attacker.numbers AS SELECT 7 AS n FROM generate_series(1, 100);
ANALYZE attacker.numbers;
-- (the tool works, on a table of her own)
EXPLAIN SELECT FROM attacker.numbers WHERE n OPERATOR(attacker.===) 5;
\o

-- A sequence gives the next number and takes no other: it is neither set nor read.
SELECT nextval('issues_id_seq') > 0;
SELECT setval('issues_id_seq', 10);
SELECT last_value FROM issues_id_seq;
SELECT last_value IS NULL FROM pg_sequences WHERE sequencename = 'issues_id_seq';
ALTER SEQUENCE issues_id_seq RESTART;

-- What PostgreSQL tells of whole tables: EXPLAIN ANALYZE counts the rows that policies pass over; by an index, those that have a value. LOCK TABLE is open to whoever may update.
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT FROM issues WHERE secret = 'twenty';
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT FROM issues WHERE secret = 'fifty';
BEGIN;
LOCK TABLE issues IN ACCESS EXCLUSIVE MODE NOWAIT;
LOCK TABLE members IN ACCESS SHARE MODE;
ROLLBACK;
RESET SESSION AUTHORIZATION;
\i :reset

--
-- Parallel plans: a table with rules is read by the leader, others beside it by workers. What a worker is told to
-- run all the same gives each user his rows.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CALL enable_all();
CREATE TABLE visits (issue_id text, n int) WITH (parallel_workers = 2);
INSERT INTO visits SELECT 'i' || 1 + n % 6, n FROM generate_series(1, 600) n;
GRANT SELECT ON visits TO regress_electric_client;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ, UPDATE ON issues TO 'projects:editor';
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'editor'), ('pm3', 'U', 'p2', 'editor'), ('pm4', 'V', 'p3', 'editor');
CREATE FUNCTION visible() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN RETURN (SELECT string_agg(id, ' ' ORDER BY id) FROM issues); END $$;
CREATE FUNCTION title_of(text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN RETURN (SELECT title FROM issues WHERE id = $1); END $$;
CREATE FUNCTION retitle() RETURNS text LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$ BEGIN UPDATE issues SET title = 'x'; RETURN 'done'; END $$;
ALTER TABLE issues SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
PREPARE issues AS SELECT string_agg(id, ' ' ORDER BY id) FROM issues;
SET plan_cache_mode = force_generic_plan;

-- The owner, who is not bound, gets a parallel plan; by the same statement the client gets none, and his rows.
EXPLAIN (COSTS off) EXECUTE issues;
EXECUTE issues;
SET ROLE regress_electric_client;
EXPLAIN (COSTS off) EXECUTE issues;
EXPLAIN (COSTS off) SELECT count(*) FROM visits JOIN issues ON id = issue_id;
CALL become('U');
EXECUTE issues;
SELECT count(*) FROM visits JOIN issues ON id = issue_id;
CALL become('V');
EXECUTE issues;
SELECT count(*) FROM visits JOIN issues ON id = issue_id;
CALL become(NULL);
SELECT count(*) FROM visits JOIN issues ON id = issue_id;
SET ROLE regress_electric_owner;
EXECUTE issues;

-- Functions that say that a worker may run them: read there as by the user, also in a condition; what writes cannot.
SET ROLE regress_electric_client;
SET force_parallel_mode = on;
EXPLAIN (COSTS off) SELECT count(*) FROM visits WHERE title_of(issue_id) <> '';
CALL become('U');
SELECT visible();
SELECT count(*) FROM visits WHERE title_of(issue_id) <> '';
CALL become('V');
SELECT visible();
SELECT count(*) FROM visits WHERE title_of(issue_id) <> '';
SELECT retitle();
CALL become(NULL);
SELECT visible();
SELECT count(*) FROM visits WHERE title_of(issue_id) <> '';
\set QUIET on
\i :reset

--
-- Plans: right for whoever runs them, and never kept beyond a change of the rules.
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
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC ASSIGN users.role TO users.id;
	ELECTRIC GRANT READ ON issues TO 'projects:member';
	ELECTRIC GRANT READ ON comments TO 'projects:member' USING issue_id/project_id;
$$;
UPDATE users SET role = 'admin' WHERE id = 'V';
SET ROLE regress_electric_client;
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
PREPARE read AS SELECT string_agg(id, ' ' ORDER BY id) FROM comments;
PREPARE read_one AS SELECT id FROM comments WHERE id = $1;

-- While every granted role is scoped, the keys of the user's scopes are an index condition.
EXPLAIN (COSTS off) SELECT id FROM comments;
EXPLAIN (COSTS off) SELECT id FROM issues WHERE id = 'i1';
EXPLAIN (COSTS off) SELECT c.id FROM comments c JOIN issues i ON i.id = c.issue_id WHERE i.id = 'i1';
CALL become('U');
EXECUTE read;
EXECUTE read_one ('c1');
EXECUTE read_one ('c3');

-- A grant to a role without scope: who holds it sees every row, by the same prepared statement.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON comments TO 'admin' $$;
SET ROLE regress_electric_client;
EXECUTE read;
CALL become('V');
EXECUTE read;
EXECUTE read_one ('c3');
EXPLAIN (COSTS off) SELECT id FROM comments;
CALL become(NULL);
EXECUTE read;

-- Revoked again, prepared statements hide again.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON comments FROM 'admin' $$;
SET ROLE regress_electric_client;
CALL become('V');
EXECUTE read;
EXECUTE read_one ('c3');
CALL become('U');
EXECUTE read;
EXPLAIN (COSTS off) EXECUTE read_one ('c1');
SELECT electric.logout() \g /dev/null

-- In one transaction too, and back by a savepoint.
BEGIN;
CALL become('V');
EXECUTE read;
SET ROLE regress_electric_owner;
SAVEPOINT s;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON comments TO AUTHENTICATED $$;
SET ROLE regress_electric_client;
EXECUTE read;
ROLLBACK TO s;
SET ROLE regress_electric_client;
EXECUTE read;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON comments FROM 'projects:member' $$;
SET ROLE regress_electric_client;
EXECUTE read;
ROLLBACK;

-- An open cursor goes on under the rules with which it was opened, whether anything was fetched from it or not.
SET ROLE regress_electric_client;
BEGIN;
CALL become('V');
DECLARE fetched CURSOR FOR SELECT id FROM comments;
DECLARE unfetched CURSOR FOR SELECT id FROM comments;
FETCH fetched;
CALL become('U');
DECLARE begun CURSOR FOR SELECT id FROM comments;
FETCH begun;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON comments TO 'admin' $$;
SET ROLE regress_electric_client;
FETCH ALL fetched;
FETCH ALL unfetched;
FETCH ALL begun;
CALL become('V');
EXECUTE read;
ROLLBACK;

-- A plan made for who needs no row is right for who needs one, and the other way round.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON comments TO 'admin' $$;
SET ROLE regress_electric_client;
SET plan_cache_mode = auto;
DEALLOCATE read;
PREPARE read AS SELECT string_agg(id, ' ' ORDER BY id) FROM comments;
BEGIN;
CALL become('V');
EXECUTE read;
CALL become('U');
EXECUTE read;
EXECUTE read;
EXECUTE read;
EXECUTE read;
EXECUTE read;
EXECUTE read;
CALL become('V');
EXECUTE read;
CALL become(NULL);
EXECUTE read;
ROLLBACK;

-- What the engine reads for the condition is read once: not by parallel workers, and the same as without it.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON comments FROM 'admin' $$;
SET ROLE regress_electric_client;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET min_parallel_index_scan_size = 0;
SET force_parallel_mode = on;
CALL become('U');
SELECT string_agg(id, ' ' ORDER BY id) FROM comments;
SET enable_seqscan = on;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET enable_bitmapscan = off;
SELECT string_agg(id, ' ' ORDER BY id) FROM comments;
EXPLAIN (COSTS off) SELECT id FROM comments;
SELECT i.id, count(c.id) FROM issues i LEFT JOIN comments c ON c.issue_id = i.id GROUP BY 1 ORDER BY 1;
SELECT id FROM issues WHERE EXISTS (SELECT FROM comments WHERE issue_id = issues.id) ORDER BY id;
SELECT count(*) FROM comments TABLESAMPLE BERNOULLI (100);
\set QUIET on
\i :reset

--
-- Prepared statements that write: by a custom or a generic plan they do what the user of each execution may.
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
	ELECTRIC GRANT READ ON issues TO 'projects:reader';
	ELECTRIC GRANT ALL ON issues TO 'projects:editor';
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'U', 'p2', 'editor'), ('pm4', 'V', 'p1', 'editor');
SET ROLE regress_electric_client;
PREPARE add(text, text) AS INSERT INTO issues VALUES ($1, $2, 'new') RETURNING id;
PREPARE add_all(text) AS INSERT INTO issues SELECT id || '+', $1, title FROM issues WHERE id ~ '^i.$' RETURNING id;
PREPARE upsert(text, text) AS INSERT INTO issues VALUES ($1, $2, 'upserted') ON CONFLICT (id) DO UPDATE SET title = excluded.title RETURNING id, title;
PREPARE move(text, text) AS UPDATE issues SET project_id = $2 WHERE id = $1 RETURNING id;
PREPARE move_all(text) AS UPDATE issues SET project_id = $1;
PREPARE merge(text, text) AS MERGE INTO issues USING (VALUES ($1, $2)) v (id, p) ON issues.id = v.id
	WHEN MATCHED THEN UPDATE SET title = 'merged' WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.p, 'merged');
PREPARE remove AS DELETE FROM issues WHERE id ~ '[+n]' RETURNING id;

-- Custom plans: U writes in p2 and reads p1, V writes in p1, an anonymous user does nothing.
BEGIN;
SET LOCAL plan_cache_mode = force_custom_plan;
CALL become('U');
EXECUTE add('n1', 'p2');
EXECUTE add('n2', 'p1');
EXECUTE add_all('p2');
EXECUTE upsert('i3', 'p2');
EXECUTE upsert('i1', 'p2');
EXECUTE move('i4', 'p2');
EXECUTE move('i4', 'p1');
EXECUTE move('i1', 'p2');
EXECUTE move_all('p2');
EXECUTE merge('i3', 'p2');
EXECUTE merge('i1', 'p2');
EXECUTE remove;
CALL become('V');
EXECUTE add('n1', 'p1');
EXECUTE add('n2', 'p2');
EXECUTE add_all('p1');
EXECUTE upsert('i1', 'p1');
EXECUTE upsert('i3', 'p1');
EXECUTE move_all('p2');
EXECUTE merge('i1', 'p1');
EXECUTE merge('n3', 'p2');
EXECUTE remove;
CALL become(NULL);
EXECUTE add('n1', 'p1');
EXECUTE add_all('p1');
EXECUTE upsert('i1', 'p1');
EXECUTE move_all('p2');
EXECUTE merge('i1', 'p1');
EXECUTE remove;
ROLLBACK;

-- Generic plans, made for one user and run for the next: the same.
BEGIN;
SET LOCAL plan_cache_mode = force_generic_plan;
CALL become('U');
EXECUTE add('n1', 'p2');
EXECUTE add('n2', 'p1');
EXECUTE add_all('p2');
EXECUTE upsert('i3', 'p2');
EXECUTE upsert('i1', 'p2');
EXECUTE move('i4', 'p2');
EXECUTE move('i4', 'p1');
EXECUTE move('i1', 'p2');
EXECUTE move_all('p2');
EXECUTE merge('i3', 'p2');
EXECUTE merge('i1', 'p2');
EXECUTE remove;
CALL become('V');
EXECUTE add('n1', 'p1');
EXECUTE add('n2', 'p2');
EXECUTE add_all('p1');
EXECUTE upsert('i1', 'p1');
EXECUTE upsert('i3', 'p1');
EXECUTE move_all('p2');
EXECUTE merge('i1', 'p1');
EXECUTE merge('n3', 'p2');
EXECUTE remove;
CALL become(NULL);
EXECUTE add('n1', 'p1');
EXECUTE add_all('p1');
EXECUTE upsert('i1', 'p1');
EXECUTE move_all('p2');
EXECUTE merge('i1', 'p1');
EXECUTE remove;
ROLLBACK;
SELECT count(*) FROM pg_prepared_statements WHERE generic_plans = 0;

-- A plan that was made while nobody was the user serves whoever comes, and the other way round.
BEGIN;
SET LOCAL plan_cache_mode = force_generic_plan;
DEALLOCATE move;
PREPARE move(text, text) AS UPDATE issues SET project_id = $2 WHERE id = $1 RETURNING id;
CALL become(NULL);
EXECUTE move('i3', 'p2');
CALL become('U');
EXECUTE move('i3', 'p2');
EXECUTE move('i3', 'p1');
CALL become(NULL);
EXECUTE move('i3', 'p2');
ROLLBACK;

-- The same statement for the owner, who is not bound, and for the client again, who is.
BEGIN;
SET LOCAL plan_cache_mode = force_generic_plan;
CALL become('W');
EXECUTE move_all('p2');
SET ROLE regress_electric_owner;
EXECUTE move('i6', 'p2');
SET ROLE regress_electric_client;
EXECUTE move('i6', 'p2');
EXECUTE move_all('p1');
CALL become('U');
EXECUTE move('i6', 'p2');
ROLLBACK;
\set QUIET on
\i :reset

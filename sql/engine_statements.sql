--
-- Statements of every kind reach the same rows: queries, CTEs, MERGE, ON CONFLICT, row locks, views.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
GRANT TEMPORARY ON DATABASE :DBNAME TO regress_electric_client;
SET ROLE regress_electric_owner;
TRUNCATE comments, issue_tags CASCADE;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON issues TO 'projects:reader', 'projects:editor';
	ELECTRIC GRANT WRITE ON issues TO 'projects:editor';
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'U', 'p2', 'editor');
CREATE VIEW owners_view AS SELECT id, title FROM issues;
CREATE VIEW invokers_view WITH (security_invoker) AS SELECT id, project_id, title FROM issues;
CREATE VIEW checked_view WITH (security_invoker) AS SELECT id, project_id FROM issues WHERE project_id <> 'p1' WITH CHECK OPTION;
GRANT ALL ON owners_view, invokers_view, checked_view TO regress_electric_client;
SET ROLE regress_electric_client;

-- SELECT in all its forms: U reads p1 and p2.
BEGIN;
CALL become('U');
TABLE issues ORDER BY id;
SELECT count(*), max(id) FROM issues;
SELECT a.id FROM issues a JOIN issues b ON a.id = b.id AND b.project_id <> 'p1' ORDER BY 1;
SELECT id FROM issues WHERE title IN (SELECT title FROM issues WHERE project_id IN ('p2', 'p3')) ORDER BY id;
SELECT p, (SELECT count(*) FROM issues WHERE project_id = p) FROM unnest(ARRAY['p1', 'p2', 'p3', 'p4']) p ORDER BY p;
SELECT x.id FROM (VALUES ('i1'), ('i5')) v (id), LATERAL (SELECT id FROM issues WHERE issues.id = v.id) x;
SELECT id FROM issues UNION SELECT title FROM issues EXCEPT SELECT title FROM issues ORDER BY 1;
WITH RECURSIVE r AS (SELECT 'i1' AS id UNION SELECT issues.id FROM r, issues) SELECT id FROM r ORDER BY id;
COPY issues (id) TO STDOUT;
COPY (SELECT id FROM issues ORDER BY id) TO STDOUT;
ROLLBACK;

-- FOR UPDATE and FOR SHARE lock only what UPDATE could change.
BEGIN;
CALL become('U');
SELECT id FROM issues ORDER BY id FOR UPDATE;
SELECT id FROM issues ORDER BY id FOR SHARE;
SELECT id FROM issues ORDER BY id FOR KEY SHARE SKIP LOCKED;
ROLLBACK;

-- Data-modifying CTEs.
BEGIN;
CALL become('U');
WITH d AS (DELETE FROM issues RETURNING id) SELECT id FROM d ORDER BY id;
ROLLBACK;
BEGIN;
CALL become('U');
WITH u AS (UPDATE issues SET title = 'changed' RETURNING id, title) SELECT u.id, u.title, issues.title FROM u JOIN issues USING (id) ORDER BY 1;
WITH i AS (INSERT INTO issues VALUES ('n1', 'p2') RETURNING id) UPDATE issues SET title = 'by CTE' FROM i WHERE issues.id = 'i3' RETURNING i.id, issues.id;
WITH i AS (INSERT INTO issues VALUES ('n2', 'p1') RETURNING id) SELECT * FROM i;
SELECT id, title FROM issues ORDER BY id;
ROLLBACK;

-- MERGE: rows that may not be read do not match; what may not be written is an error.
BEGIN;
CALL become('U');
MERGE INTO issues USING (VALUES ('i3'), ('n1')) v (id) ON issues.id = v.id
	WHEN MATCHED THEN UPDATE SET title = 'merged' WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'p2', 'merged');
MERGE INTO issues USING (VALUES ('i1')) v (id) ON issues.id = v.id WHEN MATCHED THEN UPDATE SET title = 'merged';
MERGE INTO issues USING (VALUES ('i1')) v (id) ON issues.id = v.id WHEN MATCHED THEN DELETE;
MERGE INTO issues USING (VALUES ('i1')) v (id) ON issues.id = v.id WHEN MATCHED THEN DO NOTHING;
MERGE INTO issues USING (VALUES ('i5')) v (id) ON issues.id = v.id WHEN MATCHED THEN DELETE;
MERGE INTO issues USING (VALUES ('n2')) v (id) ON issues.id = v.id WHEN NOT MATCHED THEN INSERT VALUES ('n2', 'p1');
MERGE INTO issues USING (VALUES ('i3')) v (id) ON issues.id = v.id WHEN MATCHED THEN UPDATE SET project_id = 'p1';
MERGE INTO issues USING (VALUES ('i3')) v (id) ON issues.id = v.id WHEN MATCHED THEN DELETE;
SELECT id, title FROM issues ORDER BY id;
ROLLBACK;

-- ON CONFLICT: an upsert needs INSERT on the proposed row, and UPDATE on the one that is there.
BEGIN;
CALL become('U');
INSERT INTO issues VALUES ('i3', 'p2') ON CONFLICT (id) DO UPDATE SET title = 'upserted' RETURNING id, title;
INSERT INTO issues VALUES ('i3', 'p1') ON CONFLICT (id) DO UPDATE SET title = 'upserted';
INSERT INTO issues VALUES ('i1', 'p2') ON CONFLICT (id) DO UPDATE SET title = 'upserted';
INSERT INTO issues VALUES ('i5', 'p2') ON CONFLICT (id) DO UPDATE SET title = 'upserted';
INSERT INTO issues VALUES ('i5', 'p2') ON CONFLICT DO NOTHING;
INSERT INTO issues VALUES ('i4', 'p2') ON CONFLICT (id) DO UPDATE SET project_id = 'p1';
SELECT id, project_id, title FROM issues ORDER BY id;
ROLLBACK;

-- TRUNCATE, COPY FROM and what else goes around rows are refused.
BEGIN;
CALL become('U');
TRUNCATE issues;
COPY issues FROM STDIN;
\.
CREATE TRIGGER t BEFORE UPDATE ON issues EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE POLICY mine ON issues USING (true);
ALTER TABLE issues DISABLE ROW LEVEL SECURITY;
SET row_security = off;
SELECT count(*) FROM issues;
ROLLBACK;

-- A view of the user's own shows nothing that the table does not, in whatever order its quals run.
BEGIN;
CALL become('U');
CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'sees %', $1; RETURN true; END $$;
CREATE TEMP VIEW mine AS SELECT * FROM issues;
SELECT count(*) FROM mine WHERE pg_temp.leak(id);
UPDATE issues SET title = 'changed' WHERE pg_temp.leak(id);
UPDATE mine SET title = 'changed again' WHERE pg_temp.leak(id);
DELETE FROM mine WHERE pg_temp.leak(title);
ROLLBACK;

-- An invoker's view binds whoever asks; an owner's view shows what the owner sees.
BEGIN;
CALL become('U');
SELECT id, title FROM invokers_view ORDER BY id;
UPDATE invokers_view SET title = 'changed' RETURNING id;
INSERT INTO invokers_view VALUES ('n1', 'p2', 'new'), ('n2', 'p1', 'new');
INSERT INTO checked_view VALUES ('n3', 'p2'), ('n4', 'p2');
UPDATE checked_view SET project_id = 'p1';
SELECT id FROM checked_view ORDER BY id;
SELECT count(*) FROM owners_view;
ROLLBACK;
\set QUIET on
\i :reset

--
-- UPDATE .. FROM, DELETE .. USING, MERGE and sub-selects: each table gives what the user may read of it, the target
-- what he may also write.
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
	ELECTRIC GRANT READ ON comments TO 'projects:reader' USING issue_id/project_id;
	ELECTRIC GRANT READ, UPDATE ON issues TO 'projects:editor';
	ELECTRIC GRANT ALL ON comments TO 'projects:editor' USING issue_id/project_id;
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'U', 'p2', 'editor'), ('pm4', 'V', 'p1', 'editor');
DELETE FROM reactions;
SET ROLE regress_electric_client;

-- UPDATE .. FROM: hidden rows join nothing, rows that are only read are not changed.
BEGIN;
CALL become('U');
UPDATE comments SET comment = i.title FROM issues i WHERE i.id = issue_id RETURNING comments.id, comment, i.id;
UPDATE comments c SET comment = o.comment FROM comments o WHERE o.id = 'c1' AND c.id = 'c4' RETURNING c.id, c.comment;
UPDATE comments c SET comment = o.comment FROM comments o WHERE o.id = 'c6' AND c.id = 'c4';
UPDATE comments SET issue_id = i.id FROM issues i WHERE i.project_id = 'p1' AND comments.id = 'c4';
UPDATE comments SET issue_id = (SELECT max(id) FROM issues WHERE project_id = 'p2') WHERE id = 'c4' RETURNING issue_id;
UPDATE comments SET (issue_id, comment) = (SELECT id, title FROM issues WHERE id = 'i5') WHERE id = 'c4';
CALL become('V');
UPDATE comments SET comment = i.title FROM issues i LEFT JOIN comments o ON o.id = 'c3' WHERE o.id IS NULL AND i.id = comments.issue_id RETURNING comments.id;
CALL become('W');
UPDATE comments SET comment = i.title FROM issues i WHERE i.id = issue_id;
CALL become(NULL);
UPDATE comments SET comment = i.title FROM issues i WHERE i.id = issue_id;
ROLLBACK;

-- DELETE .. USING: the same.
BEGIN;
CALL become('U');
DELETE FROM comments USING issues i WHERE i.id = issue_id AND i.project_id IN ('p1', 'p3');
DELETE FROM comments USING comments o WHERE o.issue_id = comments.issue_id AND o.id < comments.id RETURNING comments.id, o.id;
DELETE FROM comments WHERE EXISTS (SELECT FROM issues WHERE id = issue_id AND project_id = 'p2') RETURNING id;
DELETE FROM issues USING comments WHERE comments.issue_id = issues.id;
CALL become('V');
DELETE FROM comments USING issues i WHERE i.id = issue_id AND i.project_id <> 'p2' RETURNING comments.id;
CALL become('W');
DELETE FROM comments USING (VALUES ('c6')) v (id) WHERE v.id = comments.id;
CALL become(NULL);
DELETE FROM comments USING (VALUES ('c6')) v (id) WHERE v.id = comments.id;
ROLLBACK;

-- MERGE: the source shows what may be read; a row that matches and may not be written is an error, a hidden one is not matched.
BEGIN;
CALL become('U');
MERGE INTO comments USING issues i ON comments.issue_id = i.id AND i.project_id = 'p2'
	WHEN MATCHED THEN UPDATE SET comment = i.title WHEN NOT MATCHED AND i.id = 'i4' THEN INSERT VALUES ('on ' || i.id, i.id, i.title);
MERGE INTO comments USING issues i ON comments.issue_id = i.id WHEN NOT MATCHED THEN INSERT VALUES ('on ' || i.id, i.id);
MERGE INTO comments USING issues i ON comments.issue_id = i.id WHEN MATCHED THEN DELETE;
MERGE INTO comments USING issues i ON comments.issue_id = i.id WHEN MATCHED AND i.project_id = 'p2' THEN DELETE WHEN MATCHED THEN DO NOTHING;
MERGE INTO comments USING issues i ON comments.id = 'c6' WHEN NOT MATCHED AND i.id = 'i3' THEN INSERT VALUES ('c6', i.id);
MERGE INTO issues USING (VALUES ('i4')) v (id) ON issues.id = v.id WHEN MATCHED THEN UPDATE SET project_id = 'p1';
MERGE INTO issues USING (VALUES ('i4')) v (id) ON issues.id = v.id WHEN MATCHED THEN DELETE;
SELECT id, issue_id, comment FROM comments ORDER BY id;
CALL become('V');
MERGE INTO comments USING issues i ON comments.issue_id = i.id WHEN MATCHED THEN UPDATE SET comment = i.id;
CALL become('W');
MERGE INTO comments USING (VALUES ('c1'), ('c3')) v (id) ON comments.id = v.id WHEN MATCHED THEN DELETE;
MERGE INTO comments USING (VALUES ('c1')) v (id) ON comments.id = v.id WHEN NOT MATCHED THEN INSERT VALUES ('by W', 'i1');
CALL become(NULL);
MERGE INTO comments USING (VALUES ('c1'), ('c3')) v (id) ON comments.id = v.id WHEN MATCHED THEN DELETE;
MERGE INTO comments USING (VALUES ('c1')) v (id) ON comments.id = v.id WHEN NOT MATCHED THEN INSERT VALUES ('by N', 'i1');
ROLLBACK;

-- WITH: each of its statements is judged for itself, all by one snapshot; what one writes the others do not see.
BEGIN;
CALL become('U');
WITH gone AS (DELETE FROM comments WHERE id IN ('c1', 'c3') RETURNING *), added AS (INSERT INTO comments SELECT id || ' again', issue_id FROM gone RETURNING id)
	SELECT added.id, (SELECT string_agg(id, ' ' ORDER BY id) FROM comments) FROM added;
WITH a AS (UPDATE comments SET comment = 'a' WHERE id = 'c4'), b AS (INSERT INTO comments VALUES ('n1', 'i1')) SELECT 1;
WITH a AS (UPDATE comments SET comment = 'a' WHERE id = 'c4'), b AS (UPDATE issues SET project_id = 'p1' WHERE id = 'i4') DELETE FROM comments WHERE id = 'c3 again';
WITH a AS (UPDATE comments SET comment = 'a'), b AS (UPDATE issues SET title = 'b') SELECT id, comment FROM comments ORDER BY id;
SELECT id, comment FROM comments ORDER BY id;
CALL become(NULL);
WITH a AS (UPDATE comments SET comment = 'N' RETURNING id), b AS (DELETE FROM comments RETURNING id) SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b);
WITH a AS (INSERT INTO comments VALUES ('by N', 'i1')) SELECT 1;
ROLLBACK;
\set QUIET on
\i :reset

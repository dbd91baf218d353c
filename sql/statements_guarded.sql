--
-- A guarded table in statements of every kind: each row is judged by what the statement changes of it.
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
CREATE TABLE docs (id int PRIMARY KEY, project_id text REFERENCES projects, title text, body text, version int DEFAULT 1);
CREATE INDEX ON docs (project_id);
INSERT INTO docs VALUES (1, 'p1', 't1', 'b1'), (2, 'p1', 't2', 'b2'), (3, 'p2', 't3', 'b3'), (4, 'p3', 't4', 'b4');
INSERT INTO project_memberships VALUES ('m1', 'U', 'p1', 'editor'), ('m2', 'U', 'p2', 'author'), ('m3', 'V', 'p1', 'author');
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED;
	ELECTRIC GRANT INSERT (id, project_id, title), UPDATE (title), DELETE ON docs TO 'projects:editor';
	ELECTRIC GRANT INSERT (id, project_id, body), UPDATE (body, version) ON docs TO 'projects:author' CHECK (old.version IS NULL OR new.version = old.version + 1);
$$;
CREATE TABLE wishes (id int, title text, body text);
INSERT INTO wishes VALUES (1, 'w1', 'b1'), (2, 'w2', 'w2'), (3, 'w3', 'w3'), (4, 'w4', 'w4');
GRANT SELECT ON wishes TO regress_electric_client;
SET ROLE regress_electric_client;

-- UPDATE .. FROM: the value that a row had already is not changed, whatever gives it; rows of no role are passed over.
BEGIN;
CALL become('U');
UPDATE docs SET title = w.title FROM wishes w WHERE w.id = docs.id AND project_id <> 'p2';
UPDATE docs SET title = w.title || '!' FROM wishes w WHERE w.id = docs.id;
UPDATE docs SET title = 'same body', body = w.body FROM wishes w WHERE w.id = docs.id AND w.id = 1;
UPDATE docs SET title = 'new body', body = w.body FROM wishes w WHERE w.id = docs.id AND w.id = 2;
UPDATE docs SET body = w.body, version = version + 1 FROM wishes w WHERE w.id = docs.id AND w.id IN (3, 4);
UPDATE docs SET title = other.body FROM docs other WHERE other.id = 4 AND docs.id = 2 RETURNING docs.title;
UPDATE docs SET (title, body) = (SELECT w.title, docs.body FROM wishes w WHERE w.id = docs.id) WHERE id = 1;
CALL become('V');
UPDATE docs SET body = 'by V', version = version + 1 FROM wishes w WHERE w.id = docs.id;
UPDATE docs SET title = w.title || '!' FROM wishes w WHERE w.id = docs.id;
CALL become('W');
UPDATE docs SET title = w.title FROM wishes w WHERE w.id = docs.id;
CALL become(NULL);
UPDATE docs SET title = w.title FROM wishes w;
CALL become('W');
SELECT * FROM docs ORDER BY id;
ROLLBACK;

-- INSERT .. SELECT names columns once for all its rows; WITH may change one row and insert another.
BEGIN;
CALL become('U');
INSERT INTO docs (id, project_id, title) SELECT id + 10, 'p1', title FROM docs WHERE project_id <> 'p1';
INSERT INTO docs (id, project_id, title) SELECT id + 20, project_id, title FROM docs;
INSERT INTO docs (id, project_id, body) SELECT id + 20, 'p2', title FROM wishes WHERE id = 1 RETURNING *;
INSERT INTO docs (id, project_id, body, title) SELECT id + 30, 'p1', body, title FROM wishes;
INSERT INTO docs (id, project_id) SELECT id + 30, project_id FROM docs WHERE id < 4;
WITH u AS (UPDATE docs SET title = 'x' WHERE id = 1 RETURNING id) INSERT INTO docs (id, project_id, title) SELECT id + 40, 'p1', 'copy' FROM u;
WITH u AS (UPDATE docs SET body = 'x' WHERE id = 1 RETURNING id) INSERT INTO docs (id, project_id, title) SELECT id + 50, 'p1', 'copy' FROM u;
WITH i AS (INSERT INTO docs (id, project_id, title) VALUES (60, 'p2', 'x') RETURNING id) UPDATE docs SET title = 'x' FROM i;
WITH d AS (DELETE FROM docs WHERE id = 2 RETURNING title) UPDATE docs SET title = d.title FROM d WHERE docs.id = 1 RETURNING docs.title;
CALL become('V');
INSERT INTO docs (id, project_id, title) SELECT 70, 'p1', 'x';
INSERT INTO docs (id, project_id, body) SELECT 70, 'p1', 'x';
CALL become(NULL);
INSERT INTO docs (id, project_id) SELECT 71, 'p1';
ROLLBACK;

-- ON CONFLICT: the proposed row needs its INSERT, whatever becomes of it; the row that is there is judged as by UPDATE.
BEGIN;
CALL become('U');
INSERT INTO docs (id, project_id, title) VALUES (1, 'p1', 'x'), (8, 'p1', 'x') ON CONFLICT DO NOTHING;
INSERT INTO docs (id, project_id, title, body) VALUES (1, 'p1', 'x', 'x') ON CONFLICT DO NOTHING;
INSERT INTO docs (id, project_id, title) VALUES (1, 'p2', 'x') ON CONFLICT (id) DO NOTHING;
INSERT INTO docs (id, project_id, title) VALUES (1, 'p1', 'x') ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = docs.body RETURNING title;
INSERT INTO docs (id, project_id, title) VALUES (1, 'p1', 'x') ON CONFLICT (id) DO UPDATE SET body = excluded.title;
INSERT INTO docs (id, project_id, title) VALUES (1, 'p1', 'x') ON CONFLICT (id) DO UPDATE SET project_id = 'p2';
INSERT INTO docs (id, project_id, title) VALUES (1, 'p1', 'x') ON CONFLICT (id) DO UPDATE SET body = 'x' WHERE false;
INSERT INTO docs (id, project_id, title) VALUES (3, 'p1', 'x') ON CONFLICT (id) DO UPDATE SET title = excluded.title;
INSERT INTO docs (id, project_id, title) VALUES (3, 'p1', 'x') ON CONFLICT (id) DO UPDATE SET body = excluded.title, version = docs.version + 1 RETURNING body;
INSERT INTO docs (id, project_id, title) VALUES (4, 'p1', 'x') ON CONFLICT (id) DO UPDATE SET title = excluded.title;
CALL become('V');
INSERT INTO docs (id, project_id, body) VALUES (1, 'p1', 'x') ON CONFLICT (id) DO UPDATE SET title = excluded.body;
CALL become(NULL);
INSERT INTO docs (id, project_id) VALUES (1, 'p1') ON CONFLICT DO NOTHING;
ROLLBACK;

-- MERGE: what it may insert is all that any of its actions names; what it updates is judged row by row, and never passed over.
BEGIN;
CALL become('U');
MERGE INTO docs USING (SELECT id * 2 AS id, title FROM wishes WHERE id <> 2) w ON docs.id = w.id
	WHEN MATCHED THEN UPDATE SET title = w.title WHEN NOT MATCHED THEN INSERT (id, project_id, title) VALUES (w.id, 'p1', w.title);
MERGE INTO docs USING wishes w ON docs.id = w.id WHEN MATCHED AND project_id = 'p1' THEN UPDATE SET title = w.title WHEN MATCHED AND project_id = 'p2' THEN UPDATE SET body = w.body, version = version + 1;
MERGE INTO docs USING wishes w ON docs.id = w.id AND w.id < 4 WHEN MATCHED THEN UPDATE SET title = w.title || '!';
MERGE INTO docs USING wishes w ON docs.id = w.id WHEN MATCHED AND w.id = 4 THEN UPDATE SET title = w.title;
MERGE INTO docs USING (VALUES (10)) w (id) ON docs.id = w.id WHEN NOT MATCHED AND w.id > 10 THEN INSERT (id, project_id, body) VALUES (w.id, 'p2', 'x') WHEN NOT MATCHED THEN INSERT (id, project_id, title) VALUES (w.id, 'p1', 'x');
MERGE INTO docs USING (VALUES (10)) w (id) ON docs.id = w.id WHEN NOT MATCHED THEN INSERT (id, project_id, body) VALUES (w.id, 'p2', 'x');
MERGE INTO docs USING (VALUES (1)) w (id) ON docs.id = w.id WHEN MATCHED THEN DELETE;
CALL become('V');
MERGE INTO docs USING (VALUES (2)) w (id) ON docs.id = w.id WHEN MATCHED THEN UPDATE SET title = 'x';
MERGE INTO docs USING (VALUES (2)) w (id) ON docs.id = w.id WHEN MATCHED THEN UPDATE SET body = 'x', version = 2;
ROLLBACK;

-- DELETE .. USING and row locks know no columns: they reach what a grant of theirs can reach.
BEGIN;
CALL become('U');
SELECT id FROM docs ORDER BY id FOR UPDATE;
SELECT id FROM docs ORDER BY id FOR NO KEY UPDATE OF docs;
CALL become('V');
SELECT id FROM docs ORDER BY id FOR SHARE;
DELETE FROM docs USING wishes w WHERE w.id = docs.id;
CALL become('U');
DELETE FROM docs USING wishes w, docs other WHERE w.id = docs.id AND other.id = 4 AND w.id > 1 RETURNING docs.id, w.title, other.title;
CALL become(NULL);
SELECT id FROM docs FOR KEY SHARE;
DELETE FROM docs USING wishes w WHERE w.id = docs.id;
ROLLBACK;

-- Savepoints: the old row is the one that stands when the statement runs.
\set ON_ERROR_ROLLBACK off
BEGIN;
CALL become('V');
SAVEPOINT s;
UPDATE docs SET version = 2 WHERE id = 1;
UPDATE docs SET version = 3 WHERE id = 1;
UPDATE docs SET version = 3, body = 'x' WHERE id = 1;
ROLLBACK TO s;
UPDATE docs SET version = 3 WHERE id = 1;
ROLLBACK TO s;
UPDATE docs SET version = 2, body = 'x' WHERE id = 1 RETURNING body;
ROLLBACK;
\set QUIET on
\i :reset

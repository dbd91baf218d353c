--
-- The guard on partitioned tables: columns by name whatever their numbers, rows that move, partitions by themselves.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
SET ROLE regress_electric_owner;
CREATE TABLE docs (id int, gone int, kind int, project_id text REFERENCES projects, title text, body text, version int, PRIMARY KEY (kind, id)) PARTITION BY LIST (kind);
ALTER TABLE docs DROP COLUMN gone;
CREATE TABLE docs1 PARTITION OF docs FOR VALUES IN (1);
CREATE TABLE docs2 (body text, x int, title text, project_id text, version int, kind int NOT NULL, id int NOT NULL, PRIMARY KEY (kind, id));
ALTER TABLE docs2 DROP COLUMN x;
ALTER TABLE docs ATTACH PARTITION docs2 FOR VALUES IN (2);
CREATE TABLE docs3 PARTITION OF docs FOR VALUES IN (3, 4) PARTITION BY LIST (kind);
CREATE TABLE docs3a PARTITION OF docs3 FOR VALUES IN (3);
CREATE TABLE docs3b PARTITION OF docs3 DEFAULT;
INSERT INTO docs VALUES (1, 1, 'p1', 't1', 'b1', 1), (2, 2, 'p1', 't2', 'b2', 1), (3, 3, 'p1', 't3', 'b3', 1), (4, 2, 'p2', 't4', 'b4', 1);
INSERT INTO project_memberships VALUES ('m1', 'U', 'p1', 'editor'), ('m2', 'U', 'p1', 'author'), ('m3', 'U', 'p1', 'manager'), ('m4', 'U', 'p2', 'manager');
SET client_min_messages = warning;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs;
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE (title, kind) ON docs TO 'projects:editor';
	ELECTRIC GRANT UPDATE (body, kind) ON docs TO 'projects:author' CHECK (new.version = old.version);
	ELECTRIC GRANT UPDATE (project_id, kind) ON docs TO 'projects:manager' CHECK (old.kind <> new.kind);
	ELECTRIC GRANT INSERT (id, kind, project_id, title) ON docs TO 'projects:editor';
$$;
RESET client_min_messages;

-- The guard stands, and always fires, on the root and on each partition.
SELECT tgrelid::regclass, tgenabled FROM pg_trigger WHERE tgname = '!electric_touched' ORDER BY 1;

-- Columns are those of the root, whatever number they have in a partition.
SET ROLE regress_electric_client;
\set ON_ERROR_ROLLBACK on
BEGIN;
CALL become('U');
UPDATE docs SET title = 'x' WHERE id = 1;
UPDATE docs SET title = 'x' WHERE id = 2;
UPDATE docs SET title = 'x' WHERE id = 3;
UPDATE docs SET body = 'x';
UPDATE docs SET body = 'x' WHERE project_id = 'p1';
UPDATE docs SET title = 'z', body = 'y' WHERE id = 2;
UPDATE docs SET version = 2 WHERE id = 2;
ROLLBACK;

-- A row that moves between partitions is one change.
BEGIN;
CALL become('U');
UPDATE docs SET kind = 2 WHERE id = 1 RETURNING tableoid::regclass, id, kind, title;
UPDATE docs SET kind = 4, title = 'moved' WHERE id = 2 RETURNING tableoid::regclass, id, kind, title;
UPDATE docs SET kind = 1, body = 'moved' WHERE id = 3 RETURNING tableoid::regclass, id, kind, body;
UPDATE docs SET kind = 3, body = 'moved', title = 'moved' WHERE id = 1;
UPDATE docs SET kind = 3, version = 9 WHERE id = 1;
UPDATE docs SET kind = 1, project_id = 'p1' WHERE id = 4 RETURNING tableoid::regclass, project_id;
UPDATE docs SET kind = 3, project_id = 'p3' WHERE id = 1;
UPDATE docs SET project_id = 'p2' WHERE id = 1;
MERGE INTO docs USING (VALUES (1, 4)) v (id, kind) ON docs.id = v.id WHEN MATCHED THEN UPDATE SET kind = v.kind, title = 'merged' WHEN NOT MATCHED THEN INSERT (id, kind) VALUES (v.id, v.kind);
MERGE INTO docs USING (VALUES (1, 1)) v (id, kind) ON docs.id = v.id WHEN MATCHED THEN UPDATE SET kind = v.kind, version = 3;
SELECT id, kind, project_id, title, tableoid::regclass FROM docs ORDER BY id;
ROLLBACK;

-- Columns of INSERT are those that the statement names, in any partition.
BEGIN;
CALL become('U');
INSERT INTO docs (id, kind, project_id) VALUES (10, 1, 'p1'), (11, 2, 'p1'), (12, 3, 'p1') RETURNING tableoid::regclass, id;
INSERT INTO docs (id, kind, project_id) VALUES (13, 1, 'p1'), (14, 2, 'p2');
INSERT INTO docs (id, kind, project_id, title) SELECT 20, 2, 'p1', 'selected' RETURNING title;
INSERT INTO docs (title, id, kind, project_id) VALUES ('x', 20, 2, 'p1') ON CONFLICT (kind, id) DO UPDATE SET title = excluded.title RETURNING title;
ROLLBACK;

-- A partition by itself gives clients nothing; where the guard of one of them is off nothing is changed through the root.
BEGIN;
CALL become('U');
UPDATE docs2 SET title = 'x' WHERE id = 2;
RESET ROLE;
GRANT SELECT, INSERT, UPDATE ON docs2 TO regress_electric_client;
SET ROLE regress_electric_client;
UPDATE docs2 SET title = 'x' WHERE id = 2;
INSERT INTO docs2 (id, kind, project_id) VALUES (30, 2, 'p1');
RESET ROLE;
ALTER TABLE docs2 DISABLE TRIGGER "!electric_touched";
SET ROLE regress_electric_client;
UPDATE docs SET title = 'x' WHERE id = 2;
UPDATE docs SET title = 'x' WHERE id = 1;
ROLLBACK;
SET ROLE regress_electric_owner;
ALTER TABLE docs2 DISABLE TRIGGER "!electric_touched";
DO LANGUAGE ddlx $$ ELECTRIC ENABLE docs $$;
SELECT tgrelid::regclass, tgenabled FROM pg_trigger WHERE tgname = '!electric_touched' AND tgenabled <> 'A';
RESET ROLE;
\i :reset

--
-- The guard: at each end of an UPDATE one grant covers the whole change; grants never add up.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
SET ROLE regress_electric_owner;
CREATE TABLE docs (id int PRIMARY KEY, dropped int, project_id text REFERENCES projects, status text, title text, body text,
	version int DEFAULT 1, doubled int GENERATED ALWAYS AS (version * 2) STORED);
ALTER TABLE docs DROP COLUMN dropped;
INSERT INTO docs (id, project_id, status, title, body) VALUES
	(1, 'p1', 'draft', 't1', repeat('long', 5000)), (2, 'p2', 'draft', 't2', 'b2'), (3, 'p1', 'published', 't3', 'b3'), (4, 'p3', 'draft', 't4', 'b4');
INSERT INTO project_memberships VALUES ('m1', 'U', 'p1', 'editor'), ('m2', 'U', 'p2', 'manager'), ('m3', 'V', 'p1', 'writer'), ('m4', 'V', 'p2', 'editor');
CREATE INDEX ON docs (project_id);
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE (title, project_id) ON docs TO 'projects:editor';
	ELECTRIC GRANT UPDATE (body) ON docs TO 'projects:editor' CHECK (new.version = old.version + 1 OR doubled < 4);
	ELECTRIC GRANT UPDATE (title, project_id, version) ON docs TO 'projects:manager';
	ELECTRIC GRANT UPDATE ON docs TO 'projects:writer' CHECK (status = 'draft');
$$;
SET ROLE regress_electric_client;
\set ON_ERROR_ROLLBACK on

-- Columns: each list covers a change within it, not one that needs two lists; a value that stays is not changed.
BEGIN;
CALL become('U');
UPDATE docs SET title = 'x' WHERE id = 1;
UPDATE docs SET body = 'x' WHERE id = 1;
UPDATE docs SET title = 'y', body = 'y' WHERE id = 1;
UPDATE docs SET title = 'y', body = body, status = status, version = version WHERE id = 1;
UPDATE docs SET status = 'z' WHERE id = 1;
UPDATE docs SET status = NULL WHERE id = 1;
UPDATE docs SET id = 100 WHERE id = 1;
UPDATE docs SET body = body || '', title = 'z' WHERE id = 3;
UPDATE docs SET title = DEFAULT, (project_id, version) = (SELECT 'p2', 1) WHERE id = 2;
ROLLBACK;

-- Moves: a grant for the whole change at each end, the same or another.
BEGIN;
CALL become('U');
UPDATE docs SET project_id = 'p2' WHERE id = 1;
UPDATE docs SET project_id = 'p1', title = 'back' WHERE id = 1;
UPDATE docs SET project_id = 'p2', version = 2 WHERE id = 1;
UPDATE docs SET project_id = 'p3' WHERE id = 1;
UPDATE docs SET project_id = NULL WHERE id = 1;
UPDATE docs SET version = 9 WHERE id = 2;
UPDATE docs SET version = 9 WHERE id = 4;
CALL become('V');
UPDATE docs SET project_id = 'p2' WHERE id = 1;
UPDATE docs SET project_id = 'p1' WHERE id = 2;
UPDATE docs SET project_id = 'p1', status = 'draft' WHERE id = 2;
ROLLBACK;

-- Conditions: on both rows; the generated columns are those of the row as it is stored.
BEGIN;
CALL become('V');
UPDATE docs SET body = 'v' WHERE id = 1;
UPDATE docs SET status = 'published' WHERE id = 1;
UPDATE docs SET status = 'draft' WHERE id = 3;
CALL become('U');
RESET ROLE;
UPDATE docs SET version = 2 WHERE id = 1;
SET ROLE regress_electric_client;
UPDATE docs SET body = 'x' WHERE id = 1;
UPDATE docs SET body = 'x' WHERE id = 3 RETURNING body;
ROLLBACK;

-- Two writers of one table in one statement are judged each for its own rows.
BEGIN;
CALL become('U');
WITH a AS (UPDATE docs SET title = 'a' WHERE id = 1 RETURNING id), b AS (UPDATE docs SET version = 7 WHERE id = 2 RETURNING id) SELECT * FROM a, b;
WITH a AS (UPDATE docs SET title = 'a' WHERE id = 1 RETURNING id) UPDATE docs SET title = 'b' FROM a WHERE docs.id = 3 RETURNING docs.id;
WITH a AS (UPDATE docs SET title = 'a' WHERE id = 1), b AS (UPDATE docs SET version = 7 WHERE id = 3) SELECT 1;
ROLLBACK;

-- ON CONFLICT DO UPDATE and MERGE change rows as UPDATE does; the statement that changes many is refused for one.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT ON docs TO AUTHENTICATED $$;
SET ROLE regress_electric_client;
BEGIN;
CALL become('U');
INSERT INTO docs (id, title) VALUES (1, 'conflict') ON CONFLICT (id) DO UPDATE SET title = excluded.title;
INSERT INTO docs (id, title) VALUES (1, 'conflict') ON CONFLICT (id) DO UPDATE SET status = excluded.title;
INSERT INTO docs (id, title) VALUES (4, 'conflict') ON CONFLICT (id) DO UPDATE SET title = excluded.title;
MERGE INTO docs USING (VALUES (1, 'merge'), (2, 'merge')) v (id, title) ON docs.id = v.id WHEN MATCHED THEN UPDATE SET title = v.title;
MERGE INTO docs USING (VALUES (1, 'merge')) v (id, title) ON docs.id = v.id WHEN MATCHED THEN UPDATE SET title = v.title, status = v.title;
MERGE INTO docs USING (VALUES (4, 'merge')) v (id, title) ON docs.id = v.id WHEN MATCHED THEN UPDATE SET title = v.title;
UPDATE docs SET version = 5;
SELECT id, title, status, version FROM docs ORDER BY id;
ROLLBACK;

-- What the owner's triggers set does not count as changed; conditions judge the row that they leave.
SET ROLE regress_electric_owner;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE users SET name = name WHERE id = 'U';
	UPDATE docs SET title = title WHERE docs.id = 4;
	NEW.version := 50;
	IF NEW.title = 'publish' THEN NEW.status := 'published'; END IF;
	IF NEW.title = 'skip' THEN RETURN NULL; END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a BEFORE UPDATE ON docs FOR EACH ROW WHEN (OLD.id <> 4) EXECUTE FUNCTION stamp();
ALTER FUNCTION stamp() SECURITY DEFINER;
SET ROLE regress_electric_client;
BEGIN;
CALL become('U');
UPDATE docs SET title = 'stamped' WHERE id = 1 RETURNING version;
CALL become('V');
UPDATE docs SET title = 'stamped' WHERE id = 1 RETURNING version;
UPDATE docs SET title = 'publish' WHERE id = 1;
UPDATE docs SET title = 'skip' WHERE id = 1;
ROLLBACK;
SET ROLE regress_electric_owner;
DROP TRIGGER a ON docs;
SET ROLE regress_electric_client;

-- Without the guard nothing is changed; with another session_replication_role it stands.
SET ROLE regress_electric_owner;
ALTER TABLE docs DISABLE TRIGGER "!electric_touched";
SET ROLE regress_electric_client;
BEGIN;
CALL become('U');
UPDATE docs SET title = 'unguarded' WHERE id = 1;
RESET ROLE;
ALTER TABLE docs ENABLE TRIGGER "!electric_touched";
SET ROLE regress_electric_client;
UPDATE docs SET title = 'not always' WHERE id = 1;
RESET ROLE;
ALTER TABLE docs ENABLE ALWAYS TRIGGER "!electric_touched";
SET LOCAL session_replication_role = replica;
SET ROLE regress_electric_client;
UPDATE docs SET status = 'replica' WHERE id = 1;
UPDATE docs SET title = 'replica' WHERE id = 1;
ROLLBACK;
RESET ROLE;
ALTER TABLE docs ENABLE ALWAYS TRIGGER "!electric_touched";

-- The functions of WITH CHECK answer nothing elsewhere, and the owner and superusers are not bound.
SET ROLE regress_electric_client;
BEGIN;
CALL become('U');
UPDATE docs SET title = 'x' WHERE id = 1 RETURNING electric.old_value(title), electric.old_value(docs.title) IS NULL,
	electric.guarded('update', 'docs'), electric.guarded('update/0123456789abcdef', 'docs', NULL);
SELECT electric.old_value(1), electric.guarded('insert', 'docs'), electric.guarded(NULL, NULL), electric.guarded('update', 'docs', 'docs_project_id_fkey') FROM docs LIMIT 1;
SELECT electric.touched();
SET ROLE regress_electric_owner;
UPDATE docs SET status = 'owner', version = 3, title = 'owner' WHERE id = 4;
ROLLBACK;
RESET ROLE;
\i :reset

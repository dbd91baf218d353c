--
-- Attacks on the guard by statements that write a table more than once: each row is judged for what becomes of it, whatever else goes on.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
SET client_min_messages = warning;
CREATE TABLE docs (id int PRIMARY KEY, project_id int REFERENCES projects, status text DEFAULT 'draft', title text, body text);
INSERT INTO docs SELECT i, 1 + i / 10, 'draft', 'title', 'body' FROM generate_series(1, 12) i;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs;
	ELECTRIC GRANT READ, DELETE ON docs TO 'projects:editor';
	ELECTRIC GRANT INSERT (id, project_id, title), UPDATE (title) ON docs TO 'projects:editor';
	ELECTRIC GRANT UPDATE (body) ON docs TO 'projects:editor' CHECK (new.title = old.title);
$$;
RESET ROLE;
GRANT SET ON PARAMETER session_replication_role TO regress_electric_client;
SET SESSION AUTHORIZATION regress_electric_client;
SET client_min_messages = warning;
-- Sets a column of a row, and says what came of it.
CREATE FUNCTION attacker.sets(name text, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
BEGIN
	EXECUTE format('UPDATE public.docs SET %I = ''set'' WHERE id = $1 RETURNING %I', name, name) INTO said USING row_id;
	RETURN coalesce(said, 'no row');
EXCEPTION
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END $$;
CREATE DOMAIN attacker.setting AS text CHECK (attacker.sets('title', 5) IN ('set', '09000'));

-- Several writers in one statement, each with a change that is granted, or one without.
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'WITH a AS (UPDATE docs SET title = ''a'' WHERE id = 1 RETURNING id), b AS (UPDATE docs SET body = ''b'' WHERE id = 2 RETURNING id) SELECT FROM a, b',
	'WITH a AS (UPDATE docs SET title = ''a'' WHERE id = 1 RETURNING id), b AS (UPDATE docs SET status = ''b'' WHERE id = 2 RETURNING id) SELECT FROM a, b',
	'WITH a AS (UPDATE docs SET title = ''a'' WHERE id = 1 RETURNING id) UPDATE docs SET status = (SELECT id FROM a) WHERE id = 2',
	'WITH a AS (UPDATE docs SET title = ''a'' WHERE id = 1 RETURNING id) UPDATE docs SET status = ''b'' WHERE id = (SELECT id FROM a)',
	'WITH a AS (UPDATE docs SET title = ''a'' WHERE id = 1 RETURNING id) INSERT INTO docs (id, project_id) VALUES (2, 1) ON CONFLICT (id) DO UPDATE SET status = (SELECT id FROM a)',
	'WITH a AS (UPDATE docs SET title = ''a'' WHERE id = 1 RETURNING id) INSERT INTO docs (id, project_id) VALUES (2, 1) ON CONFLICT (id) DO UPDATE SET body = (SELECT id FROM a)',
	'WITH a AS (INSERT INTO docs (id, project_id) VALUES (50, 1) RETURNING id) INSERT INTO docs (id, project_id) VALUES (2, 1) ON CONFLICT (id) DO UPDATE SET status = (SELECT id FROM a)',
	'UPDATE docs a SET title = b.body FROM docs b WHERE b.id = 2',
	'UPDATE docs a SET title = b.body, body = b.title FROM docs b WHERE b.id = 2',
	'UPDATE docs a SET (id, project_id, status, title, body) = (SELECT b.id, b.project_id, b.status, ''x'', b.body FROM docs b WHERE b.id = a.id)',
	'UPDATE docs a SET (id, project_id, status, title, body) = (SELECT b.id, b.project_id, b.status, ''x'', b.id FROM docs b WHERE b.id = a.id)']) WITH ORDINALITY a (q, n) ORDER BY n;

-- ON CONFLICT: the old row is the stored one, not the proposed one, and must be the user's.
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'INSERT INTO docs (id, project_id, title) VALUES (1, 1, ''x'') ON CONFLICT (id) DO UPDATE SET body = ''b''',
	'INSERT INTO docs (id, project_id, title) VALUES (1, 1, ''x'') ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = ''b''',
	'INSERT INTO docs (id, project_id, title) VALUES (10, 1, ''x'') ON CONFLICT (id) DO UPDATE SET title = excluded.title WHERE attacker.leak(docs.id)',
	'INSERT INTO docs (id, project_id, title) VALUES (10, 1, ''x'') ON CONFLICT DO NOTHING',
	'INSERT INTO docs (id, project_id, title) VALUES (50, 1, ''x''), (50, 1, ''y'') ON CONFLICT (id) DO UPDATE SET title = excluded.title']) WITH ORDINALITY a (q, n) ORDER BY n;

-- MERGE: each action's columns for the rows that meet it; those of INSERT together.
SELECT n, attacker.try('MERGE INTO docs d USING (VALUES (1), (2), (3), (10), (60)) v (id) ON d.id = v.id ' || q) FROM unnest(ARRAY[
	'WHEN MATCHED AND v.id = 1 THEN UPDATE SET title = ''m'' WHEN MATCHED AND v.id = 2 THEN UPDATE SET body = ''m'' WHEN MATCHED THEN DELETE',
	'WHEN MATCHED AND v.id = 1 THEN UPDATE SET title = ''m'' WHEN MATCHED AND v.id = 2 THEN UPDATE SET body = ''m'', title = ''m'' WHEN MATCHED THEN DO NOTHING',
	'WHEN MATCHED AND v.id = 1 THEN UPDATE SET title = ''m'' WHEN MATCHED AND v.id = 2 THEN UPDATE SET status = ''m''',
	'WHEN MATCHED AND v.id = 99 THEN UPDATE SET status = ''m'' WHEN MATCHED THEN UPDATE SET title = ''m''',
	'WHEN NOT MATCHED AND v.id = 60 THEN INSERT (id, project_id, title) VALUES (v.id, 1, ''m'') WHEN MATCHED AND v.id = 1 THEN UPDATE SET title = ''m''',
	'WHEN NOT MATCHED AND v.id = 60 THEN INSERT (id, project_id) VALUES (v.id, 1) WHEN NOT MATCHED AND v.id = 99 THEN INSERT (id, status) VALUES (v.id, ''m'')',
	'WHEN NOT MATCHED AND v.id = 10 THEN INSERT (id, project_id) VALUES (v.id, 1)']) WITH ORDINALITY a (q, n) ORDER BY n;

-- Functions of the statement that change other rows of the table, or this one.
BEGIN;
UPDATE docs SET title = attacker.sets('title', 3) || attacker.sets('status', 4) || attacker.sets('body', 5) WHERE id = 1 RETURNING title, attacker.sets('title', 2), attacker.sets('status', 2), attacker.sets('title', 10);
UPDATE docs SET title = 'x'::attacker.setting WHERE id = 6 RETURNING title::attacker.setting;
SELECT id, status, title, body FROM docs ORDER BY id;
ROLLBACK;
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'UPDATE docs SET status = attacker.sets(''title'', 3) WHERE id = 1',
	'UPDATE docs SET status = ''x''::attacker.setting WHERE id = 1',
	'UPDATE docs SET title = ''x'' WHERE id = 1 AND attacker.sets(''body'', 1) = ''set''']) WITH ORDINALITY a (q, n) ORDER BY n;

-- No session_replication_role silences the guard; after errors, savepoints and a cancel it goes on.
SET session_replication_role = replica;
SELECT attacker.sets('status', 1), attacker.sets('title', 1);
SET session_replication_role = local;
SELECT attacker.sets('status', 2), attacker.sets('title', 2);
RESET session_replication_role;
BEGIN;
DO $$ BEGIN FOR i IN 1..200 LOOP ASSERT attacker.sets('title', i % 9 + 1) = 'set' AND attacker.sets('status', i % 9 + 1) = '42501'; END LOOP; END $$;
SAVEPOINT s;
SET LOCAL statement_timeout = 30;
UPDATE docs SET title = pg_sleep(10)::text;
ROLLBACK TO s;
SELECT attacker.sets('status', 1), attacker.sets('title', 1);
DECLARE c CURSOR FOR SELECT FROM docs ORDER BY id FOR UPDATE;
FETCH c;
UPDATE docs SET body = 'current' WHERE CURRENT OF c RETURNING id, body;
UPDATE docs SET status = 'current' WHERE CURRENT OF c;
ROLLBACK;

-- Compiled and generic plans find the guard as well.
SET jit_above_cost = 0;
SET plan_cache_mode = force_generic_plan;
PREPARE retitle(text, text) AS UPDATE docs SET title = $1, status = $2 WHERE id = 1 RETURNING title;
EXECUTE retitle('x', 'draft');
EXECUTE retitle('x', 'final');
RESET SESSION AUTHORIZATION;
\i :reset

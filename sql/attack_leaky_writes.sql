--
-- Leaky functions in writes: wherever a statement that changes rows calls a function that tells what it
-- sees, it must see no row but those that its caller may read (10, 11, 30), and change none but 10 and 11.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
\set attack 'SELECT n, attacker.try(q) FROM unnest(ARRAY['
\set end ']) WITH ORDINALITY a (q, n) ORDER BY n;'

-- UPDATE: in WHERE, SET, FROM, a sub-select, RETURNING.
:attack
	'UPDATE issues SET secret = ''x'' || id WHERE attacker.leak(id)',
	'UPDATE issues SET secret = secret WHERE id IN (20, 40) AND attacker.leak(id)',
	'UPDATE issues SET secret = CASE WHEN attacker.leak(id) THEN ''x'' || id END',
	'UPDATE issues SET secret = attacker.leak(20)::text || id',
	'UPDATE issues SET (secret) = (SELECT min(secret) || issues.id FROM issues i WHERE attacker.leak(i.id))',
	'UPDATE issues SET secret = NULL FROM projects p WHERE attacker.leak(issues.id, p.id)',
	'UPDATE issues SET secret = NULL FROM issues o WHERE attacker.leak(o.id) AND o.id = 20 OR attacker.leak(issues.id) AND issues.id = 21',
	'UPDATE issues SET secret = NULL RETURNING attacker.leak(id)',
	'UPDATE issues SET project_id = 2 WHERE id = 10 RETURNING attacker.leak(id)',
	'UPDATE issues SET project_id = 1 WHERE id = 30 RETURNING attacker.leak(id)',
	'UPDATE issues SET id = 20 WHERE id = 10 AND attacker.leak(id)'
:end

-- DELETE: in WHERE, USING, RETURNING, a CTE.
:attack
	'DELETE FROM issues WHERE attacker.leak(id)',
	'DELETE FROM issues WHERE id IN (20, 40) AND attacker.leak(id)',
	'DELETE FROM issues USING issues o WHERE attacker.leak(issues.id) AND attacker.leak(o.id)',
	'DELETE FROM issues RETURNING attacker.leak(id)',
	'WITH d AS (DELETE FROM issues WHERE attacker.leak(id) RETURNING id) SELECT FROM d WHERE attacker.leak(id + 1)',
	'DELETE FROM projects WHERE attacker.leak(id)'
:end

-- INSERT: what the statement itself brings along may be seen; what is there, and in the way, may not.
:attack
	'INSERT INTO issues VALUES (50, 1, ''new'') RETURNING attacker.leak(id)',
	'INSERT INTO issues VALUES (50, 2, ''new'') RETURNING attacker.leak(id)',
	'INSERT INTO issues SELECT id + 100, 1, NULL FROM issues WHERE attacker.leak(id)',
	'INSERT INTO issues VALUES (11, 1) ON CONFLICT (id) DO UPDATE SET secret = NULL WHERE attacker.leak(issues.id)',
	'INSERT INTO issues VALUES (20, 1) ON CONFLICT (id) DO UPDATE SET secret = NULL WHERE attacker.leak(issues.id)',
	'INSERT INTO issues VALUES (20, 1) ON CONFLICT (id) DO UPDATE SET secret = NULL WHERE NOT attacker.leak(issues.id)',
	'INSERT INTO issues VALUES (20, 1) ON CONFLICT (id) DO UPDATE SET secret = NULL WHERE issues.secret::int > 0',
	'INSERT INTO issues VALUES (20, 1) ON CONFLICT (id) DO UPDATE SET secret = attacker.leak(issues.id)',
	'INSERT INTO issues VALUES (20, 1) ON CONFLICT (id) DO UPDATE SET project_id = 1 RETURNING attacker.leak(issues.id)',
	'INSERT INTO issues VALUES (30, 1) ON CONFLICT (id) DO UPDATE SET secret = NULL WHERE attacker.leak(issues.id)',
	'INSERT INTO issues VALUES (20, 1) ON CONFLICT DO NOTHING RETURNING attacker.leak(id)',
	'INSERT INTO issues VALUES (51, 1, ''twenty'') ON CONFLICT (secret) DO UPDATE SET id = issues.id WHERE attacker.leak(issues.id)',
	'INSERT INTO issues VALUES (51, 1, ''twenty'') ON CONFLICT ON CONSTRAINT issues_secret_key DO UPDATE SET id = 52 WHERE attacker.leak(issues.id)'
:end

-- MERGE: in ON, WHEN, the new row, the source.
:attack
	'MERGE INTO issues USING (VALUES (1)) v ON attacker.leak(id) WHEN MATCHED THEN DO NOTHING',
	'MERGE INTO issues USING (VALUES (10)) v ON id = column1 WHEN MATCHED AND attacker.leak(id) THEN UPDATE SET secret = NULL',
	'MERGE INTO issues USING (VALUES (20)) v ON id = column1 WHEN MATCHED AND attacker.leak(id) THEN UPDATE SET secret = NULL',
	'MERGE INTO issues USING (VALUES (20)) v ON id = column1 WHEN MATCHED THEN DELETE WHEN NOT MATCHED AND attacker.leak(column1 + 100) THEN DO NOTHING',
	'MERGE INTO issues USING (VALUES (30)) v ON id = column1 WHEN MATCHED AND attacker.leak(id) THEN DELETE',
	'MERGE INTO issues USING (VALUES (30)) v ON id = column1 WHEN MATCHED AND NOT attacker.leak(id) THEN DELETE',
	'MERGE INTO issues USING issues o ON attacker.leak(issues.id, o.id) AND issues.id = 20 WHEN MATCHED THEN UPDATE SET secret = o.secret',
	'MERGE INTO issues USING issues o ON false WHEN NOT MATCHED AND attacker.leak(o.id) THEN INSERT VALUES (o.id + 100, 1, NULL)'
:end

-- Her own tables may read along: triggers, defaults, checks, foreign keys, rules and generated values see what she sees.
CREATE TABLE attacker.own (id int CHECK (attacker.leak(id)), again int GENERATED ALWAYS AS (attacker.leak(id)::int) STORED);
CREATE FUNCTION attacker.on_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM attacker.leak(id) FROM issues;
	RETURN NEW;
END $$;
CREATE TRIGGER own AFTER INSERT ON attacker.own FOR EACH ROW EXECUTE FUNCTION attacker.on_own();
CREATE RULE own AS ON DELETE TO attacker.own DO INSTEAD UPDATE issues SET secret = NULL WHERE attacker.leak(id);
:attack
	'INSERT INTO attacker.own SELECT id FROM issues',
	'INSERT INTO attacker.own SELECT id FROM issues WHERE id = 20 UNION ALL SELECT 1',
	'INSERT INTO attacker.own VALUES (1)',
	'DELETE FROM attacker.own',
	'ALTER TABLE attacker.own ADD FOREIGN KEY (id) REFERENCES issues'
:end

-- Nothing has changed; as the owner, the same statement would have changed all.
RESET SESSION AUTHORIZATION;
SELECT * FROM issues ORDER BY id;
SET client_min_messages = warning;
GRANT regress_electric_owner TO regress_electric_client;
SET SESSION AUTHORIZATION regress_electric_client;
SELECT attacker.try('UPDATE issues SET secret = ''x'' || id WHERE attacker.leak(id)');
RESET SESSION AUTHORIZATION;
\i :reset

--
-- Savepoints by the hundred, more than a snapshot keeps apart by itself: a role that was given in one that is rolled
-- back was never held, one that was taken in it was never lost, and an open cursor notices neither.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
RESET SESSION AUTHORIZATION;
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
SELECT FROM electric.ddlx($$
	ELECTRIC GRANT READ, INSERT, DELETE ON members TO AUTHENTICATED;
	ELECTRIC GRANT INSERT ON projects TO AUTHENTICATED;
	ELECTRIC ASSIGN 'projects:owner' TO projects.name;
	ELECTRIC GRANT READ ON projects TO 'projects:owner';
$$);
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_client;

-- fail() runs a statement n times in subtransactions of their own that are rolled back; nest() runs one at the bottom of n of them.
CREATE FUNCTION attacker.fail(statement text, n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. n LOOP
		BEGIN
			EXECUTE statement;
			RAISE EXCEPTION SQLSTATE 'UNDO0';
		EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
		END;
	END LOOP;
END $$;
CREATE FUNCTION attacker.nest(statement text, n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	BEGIN
		IF n > 0 THEN
			RETURN attacker.nest(statement, n - 1);
		END IF;
		EXECUTE statement INTO result;
	EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
	END;
	RETURN result;
END $$;
\set look '$q$SELECT string_agg(id::text, '' '' ORDER BY id) FROM issues$q$'

-- Given and rolled back, 200 times; the statement at the bottom of 150 savepoints, and the one after them, see her own rows.
BEGIN;
SELECT FROM attacker.fail('INSERT INTO members VALUES (2, ''alice'', ''editor'')', 200);
SELECT attacker.nest(:look, 0);
SELECT attacker.nest(:look, 150);
SELECT FROM attacker.fail('SELECT electric.logout()', 200);
SELECT attacker.nest(:look, 150), electric.user_id();
COMMIT;
SELECT attacker.nest(:look, 0);

-- Given at the bottom of 150 savepoints that are released, it is held: by the next statement, and not by the one that gives it.
BEGIN;
SELECT attacker.nest('WITH m AS (INSERT INTO members VALUES (2, ''alice'', ''editor'') RETURNING 1) SELECT count(issues) FROM m LEFT JOIN issues ON true', 150);
SELECT attacker.nest(:look, 150);
SELECT FROM attacker.fail('DELETE FROM members WHERE user_id = ''alice''', 200);
SELECT attacker.nest(:look, 150);
SELECT attacker.nest('DELETE FROM members WHERE user_id = ''alice'' AND project_id = 2 RETURNING 1', 150);
SELECT attacker.nest(:look, 150);
ROLLBACK;
SELECT attacker.nest(:look, 0);

-- Savepoints within savepoints by hand: what stands between them, and a cursor over all of them.
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM issues ORDER BY id;
SAVEPOINT a;
INSERT INTO members VALUES (2, 'alice', 'editor');
SAVEPOINT b;
FETCH 1 FROM c;
SELECT attacker.nest(:look, 100);
DELETE FROM members WHERE user_id = 'alice';
SAVEPOINT c;
SELECT attacker.nest(:look, 100);
FETCH 1 FROM c;
ROLLBACK TO b;
SELECT attacker.nest(:look, 100);
RELEASE b;
UPDATE issues SET secret = 'mine' WHERE id = 20 RETURNING id;
ROLLBACK TO a;
UPDATE issues SET secret = 'mine' WHERE id = 20 RETURNING id;
SELECT attacker.nest(:look, 100);
FETCH ALL FROM c;
COMMIT;

-- A row that gives a role by itself, and is rolled back, gave none; nor does the key that it had.
BEGIN;
SELECT FROM attacker.fail('INSERT INTO projects VALUES (9, ''alice'')', 100);
SELECT id FROM projects ORDER BY id;
SELECT electric.allows('select', 'projects', '', 9);
INSERT INTO projects VALUES (9, 'bob');
SELECT id FROM projects ORDER BY id;
ROLLBACK;

-- In one snapshot for the whole transaction as well.
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT FROM attacker.fail('INSERT INTO members VALUES (2, ''alice'', ''editor'')', 200);
SELECT attacker.nest(:look, 150);
SELECT attacker.nest('INSERT INTO members VALUES (2, ''alice'', ''editor'') RETURNING 1', 150);
SELECT attacker.nest(:look, 150);
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT * FROM members ORDER BY 1, 2;
SELECT * FROM issues ORDER BY id;
\i :reset

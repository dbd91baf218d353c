--
-- Changed columns: those whose stored value becomes another one, byte by byte, whatever equality the type knows.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
CREATE EXTENSION IF NOT EXISTS citext;
SET ROLE regress_electric_owner;
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN short AS varchar(20);
CREATE TABLE t (id int PRIMARY KEY, note text, num numeric, f float8, c citext, arr int[], js json, jb jsonb, p pair, long text, s short, flag boolean, ch char(5), ts timestamptz);
INSERT INTO t VALUES (1, 'note', 1.0, 0, 'Case', '{1,2}', '{"a": 1}', '{"a": 1}', '(1,x)', repeat('long', 50000), 's', NULL, 'ch', '2026-01-01 00:00+00');
ALTER TABLE t ALTER long SET STORAGE EXTERNAL;
INSERT INTO t (id, long) VALUES (2, repeat('long', 50000));
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON t TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE (note) ON t TO AUTHENTICATED;
$$;
SET ROLE regress_electric_client;
BEGIN;
CALL become('U');

-- The same value, written out anew, is no change.
UPDATE t SET note = 'x', num = 1.0, f = 0, c = 'Case', arr = ARRAY[1, 2], js = '{"a": 1}', jb = '{"a":   1}', p = ROW(1, 'x'), s = 's', flag = NULL, ch = 'ch   ', ts = '2026-01-01 01:00+01' WHERE id = 1;
UPDATE t SET long = repeat('long', 50000) WHERE id = 1;
UPDATE t SET long = repeat('long', 50000), note = 'y' WHERE id = 2;
UPDATE t SET long = (SELECT long FROM t WHERE id = 1), note = 'z' WHERE id = 2;
UPDATE t SET num = num, f = f, c = c, arr = arr, p = p, long = long, id = id;
UPDATE t SET num = num + 0, f = f + 0, s = s || '' WHERE id = 1;

-- A value that is equal and not the same is one.
UPDATE t SET num = 1.00 WHERE id = 1;
UPDATE t SET f = '-0' WHERE id = 1;
UPDATE t SET c = 'case' WHERE id = 1;
UPDATE t SET js = '{"a":1}' WHERE id = 1;
UPDATE t SET p = ROW(1, 'y') WHERE id = 1;
UPDATE t SET arr[2] = 3 WHERE id = 1;
UPDATE t SET arr[2] = 2 WHERE id = 1;
UPDATE t SET p.b = 'z' WHERE id = 1;
UPDATE t SET p.b = 'x' WHERE id = 1;
UPDATE t SET jb = jb || '{"b": 2}' WHERE id = 1;
UPDATE t SET long = long || '.' WHERE id = 1;
UPDATE t SET long = left(long, -1) WHERE id = 2;

-- From NULL and to NULL is a change; an empty string is not NULL.
UPDATE t SET flag = false WHERE id = 1;
UPDATE t SET s = NULL WHERE id = 1;
UPDATE t SET s = '' WHERE id = 2;
UPDATE t SET s = NULL, flag = NULL WHERE id = 2;
UPDATE t SET p = NULL WHERE id = 1;
UPDATE t SET p = ROW(NULL, NULL) WHERE id = 2;

-- What changed in one row does not count for the next; one row that may not be changed refuses the statement.
UPDATE t SET s = CASE id WHEN 1 THEN 's' END, note = 'both';
UPDATE t SET s = 's';
UPDATE t SET s = 's' WHERE id = 1;
UPDATE t SET s = 's', note = 'n';
CALL become(NULL);
UPDATE t SET note = 'x';
CALL become('U');
SELECT id, note, num, f, c, arr, js, jb, p, length(long), s, flag FROM t ORDER BY id;
ROLLBACK;
\set QUIET on
\i :reset

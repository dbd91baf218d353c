--
-- Limits: no text, however long or deep, does more than raise a syntax error.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
\pset format unaligned
\pset tuples_only on

-- outcome returns the SQLSTATE of a text and the beginning of its error.
CREATE FUNCTION outcome(statements text) RETURNS text LANGUAGE plpgsql
SET client_min_messages = error AS $$
BEGIN
	PERFORM electric.ddlx(statements);
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || left(SQLERRM, 60);
END $$;

-- Statements of a megabyte are read to their end, in time that grows with their length.
SELECT outcome('ELECTRIC GRANT READ ON t TO ' || repeat('''a'', ', 200000));
SELECT outcome('ELECTRIC GRANT READ (' || repeat('abcd, ', 170000) || ') ON t TO ''x''');
SELECT outcome('ELECTRIC GRANT ' || repeat('READ, ', 170000));
SELECT outcome('ELECTRIC GRANT READ ON ' || repeat('s.t, ', 200000));
SELECT outcome('ELECTRIC GRANT READ ON t TO ''p:x'' USING a' || repeat('/a', 500000) || '/');
SELECT outcome('ELECTRIC ENABLE ' || repeat('a.', 500000) || 'a');
SELECT outcome(repeat(';', 1000000));

-- Nor do parentheses, however deep, exhaust the stack.
SELECT outcome('ELECTRIC GRANT READ ON t TO ''x'' CHECK (' || repeat('(', 1000000));
SELECT outcome('ELECTRIC GRANT READ ON t TO ''x'' CHECK ('
	|| repeat('(', 500000) || 'a' || repeat(')', 500000) || '');
SELECT outcome('ELECTRIC GRANT READ ON t TO ' || repeat('(', 1000000));

-- A single token may be a megabyte, too.
SELECT outcome('ELECTRIC ENABLE ' || repeat('x', 1000000) || ' y');
SELECT outcome('ELECTRIC ENABLE "' || repeat('""', 500000));
SELECT outcome('ELECTRIC GRANT READ ON t TO ''' || repeat('x', 1000000));
SELECT outcome('ELECTRIC GRANT READ ON t TO ''' || repeat('x.', 500000) || ':y''');
SELECT outcome('ELECTRIC GRANT READ ON t TO ''' || repeat(':', 1000000) || '''');
SELECT outcome('ELECTRIC ENABLE /*' || repeat('x', 1000000));

-- A role name has 255 bytes at most.
SELECT outcome('ELECTRIC GRANT READ ON t TO '''||repeat('x', 255)||'''');
SELECT outcome('ELECTRIC GRANT READ ON t TO '''||repeat('x', 256)||'''');
SELECT outcome('ELECTRIC GRANT READ ON t TO (p, '''||repeat('x', 256)||''')');

-- A statement cut off anywhere is a syntax error, except where a shorter statement ends.
SELECT string_agg(n::text, ' ' ORDER BY n)
FROM (
	SELECT n, outcome(left($$ELECTRIC GRANT READ, UPDATE (a) ON TABLE s.t TO (p, 'x'), 'p:y' USING a/s.b.c CHECK ((a))$$, n)) AS found
	FROM generate_series(1, 89) AS n
) AS cut
WHERE found NOT LIKE '42601 %';
DROP FUNCTION outcome;
\i :reset

--
-- Statements: every mistake in their build is found at its word, with what was expected there.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
\pset format unaligned
\pset tuples_only on

-- A text without a statement does nothing.
SELECT count(*) FROM electric.ddlx('');
SELECT count(*) FROM electric.ddlx(' ; -- nothing
 /* ; */ ;');

-- Only DDLX statements run here.
SELECT electric.ddlx('SELECT 1');
SELECT electric.ddlx('ELECTRIC');
SELECT electric.ddlx('ELECTRIC DROP t');
SELECT electric.ddlx('"electric" ENABLE t');

-- A statement ends at a semicolon or at the end of the text.
SELECT electric.ddlx('ELECTRIC ENABLE t ELECTRIC ENABLE t');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x'; ELECTRIC GRANT ; $$);

-- ALTER TABLE switches DDLX on and off for one table, and nothing else.
SELECT electric.ddlx('ALTER VIEW v ENABLE ELECTRIC');
SELECT electric.ddlx('ALTER TABLE t * ENABLE ELECTRIC');
SELECT electric.ddlx('ALTER TABLE t ENABLE ROW LEVEL SECURITY');
SELECT electric.ddlx('ALTER TABLE t ENABLE ELECTRIC, ADD COLUMN x int');
SELECT electric.ddlx('ELECTRIC DISABLE t, u');

-- IF EXISTS and ONLY are read as in SQL; without their context the words are names.
SELECT object FROM electric.ddlx('ALTER TABLE IF EXISTS ONLY public.missing ENABLE ELECTRIC');
SELECT object FROM electric.ddlx('ALTER TABLE IF EXISTS only DISABLE ELECTRIC');
SELECT object FROM electric.ddlx('ALTER TABLE IF EXISTS ONLY only DISABLE ELECTRIC');
SELECT electric.ddlx('ALTER TABLE if ENABLE ELECTRIC');

-- The valid privileges are listed.
SELECT electric.ddlx($$ELECTRIC GRANT TRUNCATE ON t TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT "select" ON t TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT SELECT, ON t TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC REVOKE (a) ON t FROM 'x'$$);

-- A column list is not empty, holds plain columns, and never belongs to DELETE.
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE () ON t TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE (a,) ON t TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE (t.a) ON t TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ, DELETE (a) ON t TO 'x'$$);

-- Tables are names of this database, TABLE before the list is noise.
SELECT electric.ddlx($$ELECTRIC GRANT READ TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON db.public.t TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON a.b.c.d TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON TABLE missing TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON TABLE to TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON table TO 'x'$$);

-- GRANT .. TO, REVOKE .. FROM, ASSIGN .. TO, UNASSIGN .. FROM.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t FROM 'x'$$);
SELECT electric.ddlx($$ELECTRIC REVOKE READ ON t TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'x' FROM t.a$$);
SELECT electric.ddlx($$ELECTRIC UNASSIGN 'x' TO t.a$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO$$);

-- ASSIGN needs the column that holds the user's id.
SELECT electric.ddlx($$ELECTRIC ASSIGN 'x' TO users$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'x' TO db.public.users.id$$);

-- SQLITE takes a string that says something.
SELECT electric.ddlx($$ELECTRIC SQLITE CREATE TABLE x$$);
SELECT electric.ddlx($$ELECTRIC SQLITE ' '$$);
\i :reset

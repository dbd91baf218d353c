--
-- Clauses: USING, CHECK, WHERE and IF, where they may stand and what they hold.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
\pset format unaligned
\pset tuples_only on

-- USING leads to a role's scope: with a role that has none it is an error.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x' USING a$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x', ANYONE USING a$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'x' TO t.a USING a$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN t.role TO t.a USING a$$);

-- A path is steps between slashes; a step is a name, or qualified by its table.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x' USING$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x' USING a/$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x' USING a//b$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x' USING a, b$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x' USING 'a/b'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x' USING a/db.public.t.fk$$);

-- An expression stands in parentheses and is not empty.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x' CHECK true$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x' WHERE ( /* nothing */ )$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'x' TO t.a IF ()$$);

-- Parentheses balance; those in strings, quoted names and comments do not count.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x' CHECK ((a)$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x' CHECK (a))$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x' CHECK (a; b)$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x' CHECK (a <> ')' AND ")" /* ) */ = $q$)$q$ -- )
) AND$$);

-- GRANT takes USING, then one CHECK or WHERE.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x' CHECK (true) USING a$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x' CHECK (true) WHERE (true)$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'p:x' USING a IF (true)$$);

-- ASSIGN takes USING, then one IF.
SELECT electric.ddlx($$ELECTRIC ASSIGN 'p:x' TO t.a IF (true) USING b$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'p:x' TO t.a IF (true) IF (true)$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'p:x' TO t.a CHECK (true)$$);

-- REVOKE and UNASSIGN take none of them.
SELECT electric.ddlx($$ELECTRIC REVOKE READ ON t FROM 'p:x' USING a$$);
SELECT electric.ddlx($$ELECTRIC REVOKE READ ON t FROM 'p:x' CHECK (true)$$);
SELECT electric.ddlx($$ELECTRIC UNASSIGN 'p:x' FROM t.a USING b$$);
SELECT electric.ddlx($$ELECTRIC UNASSIGN 'p:x' FROM t.a IF (true)$$);
\i :reset

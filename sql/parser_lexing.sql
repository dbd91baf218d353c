--
-- Lexing: words, names, strings and comments are PostgreSQL's own.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_encoding = 'UTF8';
CREATE EXTENSION electric_perm;
CREATE TABLE electric_t ("to" int PRIMARY KEY, "read" text);
CREATE TABLE "T ""1""" (id int PRIMARY KEY);
CREATE TABLE "grant" (id int PRIMARY KEY);
\pset format unaligned
\pset tuples_only on
DO LANGUAGE ddlx $$ ELECTRIC ENABLE electric_t; ELECTRIC ENABLE "T ""1"""; ELECTRIC ENABLE grant $$;
\set grants 'SELECT tbl, privilege, role FROM electric.grants ORDER BY tbl::text COLLATE "C", 2, role COLLATE "C"; DELETE FROM electric.grants;'

-- Unquoted words fold, quoted ones do not, and no word is reserved.
SELECT object FROM electric.ddlx($$electric Grant rEAD oN Electric_T, "T ""1""", grant tO 'Up'$$);
:grants

-- White space and nested comments may stand between any two tokens.
SELECT object FROM electric.ddlx($$
/* a /* b ' */ ; */ ELECTRIC -- GRANT ALL
	GRANT/**/READ ON public/* . */./* . */electric_t TO--
'x'$$);
:grants

-- A string is '..', E'..', dollar-quoted, or continues on the next line.
SELECT object FROM electric.ddlx($d$ELECTRIC GRANT READ ON electric_t TO 'it''s', E'\x41\u00e9\'', $$d"$$, $q$e$$$q$, 'f'
	'g'$d$);
:grants

-- Backslashes in '..' follow standard_conforming_strings.
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT object FROM electric.ddlx(E'ELECTRIC GRANT READ ON electric_t TO \'\\x41\'');
RESET standard_conforming_strings;
RESET escape_string_warning;
SELECT object FROM electric.ddlx(E'ELECTRIC GRANT READ ON electric_t TO \'\\x41\'');
:grants

-- Identifiers are truncated with a NOTICE, in a role's scope too.
SELECT electric.ddlx($$ELECTRIC ENABLE aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggggg$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON grant TO 'aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggggg:x'$$);

-- What does not end is found where it starts.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO "x$$);
SELECT electric.ddlx($d$ELECTRIC GRANT READ ON t TO $$x$d$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO 'x' /* /* */$$);

-- U& names and strings are refused by name; \u escapes do the same.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO U&'d\0061t'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON U&"d\0061t" TO 'x'$$);
\echo :LAST_ERROR_SQLSTATE

-- The caret counts characters, not bytes, also where the scanner itself finds the mistake.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON "größe €", "😀"
	TO 'ü:ä', admin$$);
SELECT electric.ddlx($$ELECTRIC ENABLE "😀"; ELECTRIC GRANT READ ON "größe" TO 'ü', E'\u00'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON "größe" TO 'ü', E'\xff'$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON "größe" TO '"ü":x', '"":x'$$);

-- Odd tokens where a word belongs are syntax errors.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO $1$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t TO p::'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t..u TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON 1.5 TO 'x'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON t <=> u TO 'x'$$);
\i :reset

--
-- A condition means what it meant where it was stated, whatever the settings of the session that makes the policies again.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE ROLE regress_electric_client;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT FROM electric.add_client_role('regress_electric_client');
SET client_min_messages = warning;
CREATE TABLE docs (id int PRIMARY KEY, code citext, path text, due date, score float8, span interval, tags text[]);
INSERT INTO docs VALUES (1, 'SECRET', 'a\b', '2026-01-15', 0.3, '-1 day -2:00', '{NULL}');
DO LANGUAGE ddlx $$ ELECTRIC ENABLE docs $$;
\pset format unaligned
\pset tuples_only on
\set grants 'SELECT check_sql FROM electric.grants WHERE role = ''ANYONE''; SELECT qual FROM pg_policies WHERE cmd = ''SELECT'';'
\set again 'SELECT FROM electric.ddlx(''ELECTRIC GRANT READ ON docs TO ''''x''''; ELECTRIC REVOKE READ ON docs FROM ''''x'''''');'

-- Dates and intervals are kept in ISO form: the first of February does not become the second of January.
SET DateStyle = 'SQL, DMY';
SET IntervalStyle = sql_standard;
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO ANYONE WHERE (due > '01/02/2026' AND span < '-1 2:00:00')$$);
SET DateStyle = 'SQL, MDY';
SET IntervalStyle = iso_8601;
:again
RESET DateStyle;
RESET IntervalStyle;
:grants

-- A number keeps all its digits.
SET extra_float_digits = -15;
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO ANYONE WHERE (score > '0.30000000000000004')$$);
:again
RESET extra_float_digits;
:grants

-- A backslash stays one backslash, and ends no string, under either setting of standard_conforming_strings.
SET escape_string_warning = off;
SET standard_conforming_strings = off;
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO ANYONE WHERE (path <> 'a\\b' AND path <> '\'' OR true = false --')
)$$);
RESET standard_conforming_strings;
:again
:grants
SET standard_conforming_strings = off;
SELECT FROM electric.ddlx(E'ELECTRIC REVOKE READ ON docs FROM ANYONE');
SELECT FROM electric.ddlx(E'ELECTRIC GRANT READ ON docs TO ANYONE WHERE (path <> E\'a\\\\\\\\b\' AND path <> E\'\\\\\\\\\')');
:again
RESET standard_conforming_strings;
:grants

-- NULL in an array stays NULL.
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO ANYONE WHERE (tags && '{NULL}' IS NOT TRUE AND tags <> '{NULL}')$$);
SET array_nulls = off;
:again
RESET array_nulls;
:grants

-- An operator that the text does not name could only be found in pg_catalog again, where citext compares as text: refused.
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO ANYONE WHERE (code IS DISTINCT FROM 'secret')$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO ANYONE WHERE (nullif(code, 'secret') IS NOT NULL)$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO ANYONE WHERE (CASE code WHEN 'secret' THEN false ELSE true END)$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO ANYONE WHERE ((id, code) < (1, 'secret'))$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO ANYONE WHERE (id IS DISTINCT FROM 1 AND CASE id WHEN 1 THEN false END AND (id, path) < (2, 'x') AND code <> ALL ('{secret}') AND code NOT IN ('secret', 'x'))$$);
:grants

-- None of these ever showed the row.
SET ROLE regress_electric_client;
SELECT count(*) FROM docs;
RESET ROLE;
\i :reset

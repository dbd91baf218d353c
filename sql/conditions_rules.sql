--
-- Conditions as rules: what is kept, replaced, dumped and refused.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE docs (id int PRIMARY KEY, owner_id text, status text, version int, "odd ""name" int, gone int);
CREATE FUNCTION open(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 = 'open' $$;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE docs $$;
\pset format unaligned
\pset tuples_only on
\set grants 'SELECT privilege, role, check_sql FROM electric.grants ORDER BY 1, 2;'

-- A condition is kept with every name qualified, so that no search_path changes what it means.
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'a' WHERE (open(status) AND "odd ""name" IS NULL AND old.version = new.version AND 'it''s \' <> row.status)$$);
:grants
SELECT cmd, qual FROM pg_policies WHERE cmd = 'SELECT';

-- GRANT again with the same key replaces the condition, with a NOTICE that shows the old one; the same again is silent.
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'a' WHERE (status = 'x')$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'a' CHECK (this.status = 'x')$$);
:grants
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'a'$$);
:grants
SELECT FROM electric.ddlx($$ELECTRIC REVOKE READ ON docs FROM 'a'$$);

-- One arm for each pair of path and condition, roles with equal conditions sharing it; INSERT knows no old row, DELETE no new one.
SELECT FROM electric.ddlx($$
	ELECTRIC GRANT READ, INSERT, DELETE ON docs TO 'a', 'b' CHECK (new.status = 'x' AND old.status = 'y');
	ELECTRIC GRANT READ ON docs TO 'c';
	ELECTRIC GRANT READ ON docs TO 'd' CHECK (status = 'z');
$$);
SELECT cmd, coalesce(qual, with_check) FROM pg_policies ORDER BY policyname;

-- dump() gives statements that make the same rules again.
CREATE TEMP TABLE rules AS SELECT * FROM electric.grants;
CREATE TEMP TABLE dumped AS SELECT dump FROM electric.dump() AS dump;
SELECT dump FROM dumped ORDER BY 1;
SELECT FROM electric.ddlx('ELECTRIC REVOKE ALL ON docs FROM ''a'', ''b'', ''c'', ''d''; ALTER TABLE docs DISABLE ELECTRIC');
SET search_path = pg_catalog;
SELECT FROM electric.ddlx((SELECT string_agg(dump, E'\n') FROM pg_temp.dumped));
RESET search_path;
(TABLE electric.grants EXCEPT TABLE rules) UNION ALL (TABLE rules EXCEPT TABLE electric.grants);

-- What a condition names cannot vanish without CASCADE; with it the grant goes, and the policies that have gone are made without it.
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'e' WHERE (gone = 1 OR open(status))$$);
ALTER TABLE docs DROP COLUMN gone;
DROP FUNCTION open(text);
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
ALTER TABLE docs DROP COLUMN gone CASCADE;
SELECT role, qual ~ 'gone' FROM electric.grants LEFT JOIN pg_policies ON cmd = 'SELECT' WHERE role = 'e' OR role = 'a' AND privilege = 'SELECT';
ROLLBACK;

-- Where that is not followed the table is closed, and the grant gives nothing until it is mended.
RESET ROLE;
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
SET ROLE regress_electric_owner;
SET client_min_messages = warning;
ALTER TABLE docs DROP COLUMN gone CASCADE;
SELECT count(*), (SELECT relrowsecurity FROM pg_class WHERE relname = 'docs') FROM pg_policies WHERE cmd = 'SELECT';
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'f'$$);
SELECT qual ~ 'gone', qual ~ 'open' FROM pg_policies WHERE cmd = 'SELECT';
SELECT FROM electric.ddlx($$ELECTRIC REVOKE READ ON docs FROM 'e'$$);
\set VERBOSITY default

-- Refused, each at its place, and nothing is stored.
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (statu = 'x')$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs
	TO 'größe' WHERE (status = 'ä' AND new.statu = 'x')$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (status)$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (EXISTS (SELECT 1))$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (count(*) > 1)$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (generate_series(1, 2) > 1)$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (version > random())$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (row_number() OVER () = 1)$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (this IS NOT NULL)$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (xmin = '1')$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (auth.claims.level = '1')$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (auth.name = '1')$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (auth.user_id = 1.5)$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (status = $1)$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (status = )$$);
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (status = 'a', status = 'b')$$);
CREATE FUNCTION pg_temp.mine(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON docs TO 'x' WHERE (version = 1 OR pg_temp.mine(status))$$);
SELECT count(*) FROM electric.grants WHERE role IN ('x', 'größe');
RESET ROLE;
\i :reset

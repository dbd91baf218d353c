--
-- Who changes the schema has the conditions of all rules read. What a condition's owner wrote into his types does
-- not run then: neither as the one who changes something, nor as himself, who could make him wait.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_ROLLBACK on

-- Mallory's domain says who reads it, and tries to leave something behind.
SET ROLE regress_electric_mallory;
CREATE TABLE later (id int);
CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'later, as %', current_user; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later();
CREATE FUNCTION trap(int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE 'read by %', current_user;
	BEGIN
		INSERT INTO public.later VALUES (1);
		RAISE NOTICE 'a trigger waits';
	EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', sqlerrm;
	END;
	BEGIN
		EXECUTE 'CREATE TEMP TABLE left_behind ()';
		RAISE NOTICE 'a table waits';
	EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', sqlerrm;
	END;
	RETURN true;
END $$;
CREATE DOMAIN trap AS int CHECK (public.trap(VALUE));
CREATE TYPE pair AS (a int, b trap);
CREATE TYPE span AS RANGE (subtype = trap);
CREATE FUNCTION is_fine(int[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE TABLE notes (id int PRIMARY KEY, n int, at timestamp);
CREATE TABLE helpers (user_id text, n int);
SET client_min_messages = notice;
\set VERBOSITY terse

-- A constant whose text calls checks as it is read cannot be stated; one that is cast from built-in types can, and
-- calls none of them before the condition is judged.
DO LANGUAGE ddlx $$ ELECTRIC ENABLE notes; ELECTRIC GRANT READ ON notes TO ANYONE WHERE (n = ANY ('{1}'::trap[])) $$;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE notes; ELECTRIC GRANT READ ON notes TO ANYONE WHERE (('(1,2)'::pair).a = n) $$;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE notes; ELECTRIC GRANT READ ON notes TO ANYONE WHERE ('[1,2]'::span @> n::trap) $$;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'helper' TO helpers.user_id IF (n = ANY ('{1}'::trap[])) $$;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE notes;
	ELECTRIC GRANT READ ON notes TO 'helper' WHERE (is_fine('{1}'::int[]::trap[]) AND (ROW(1, 2)::pair).a = n AND n <> '3'::trap AND n = ANY (NULL::trap[]));
	ELECTRIC GRANT INSERT ON notes TO 'helper' CHECK (is_fine('{4,5}') AND at <@ '[2000-01-01, 2100-01-01)'::tsrange);
	ELECTRIC ASSIGN 'helper' TO helpers.user_id IF (n <> ALL ('{1}'::int[]::trap[]));
$$;
SELECT dump FROM electric.dump() AS dump;
ALTER TABLE notes RENAME n TO number;
ALTER TABLE helpers ALTER n TYPE bigint;

-- Of a rule that stands all the same (an older version took it, or its row was loaded) nothing is called while others
-- drop and rename what is theirs, and while a superuser changes Mallory's table. Nor where the string has no type of
-- its own, or stands in a sub-select, which locks nothing.
RESET ROLE;
UPDATE electric.grants SET check_sql = 'public.is_fine((''{1}''::public.trap[])::integer[]) AND true' WHERE privilege = 'INSERT';
SET ROLE regress_electric_owner;
CREATE TABLE is_fine (id int);
ALTER TABLE is_fine RENAME id TO is_fine;
DROP TABLE is_fine CASCADE;
RESET ROLE;
ALTER TABLE notes RENAME TO jottings;
CREATE POLICY narrow ON jottings AS RESTRICTIVE USING (true);
ALTER FUNCTION is_fine(int[]) RENAME TO is_good;
SELECT count(*) FROM later;

-- Nor does he stop others, by an error that looks as if they had canceled their command, nor by a text that would be
-- printed otherwise: his rules and policies are no business of theirs.
SET ROLE regress_electric_mallory;
CREATE FUNCTION takes(trap[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OR REPLACE FUNCTION trap(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'nobody drops anything' USING errcode = 'query_canceled'; END $$;
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('jottings', 'UPDATE', 'a', $$public.takes('{1}')$$);
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('jottings', 'UPDATE', 'b', $$NULL::public.trap[] = '{1}'$$);
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('jottings', 'UPDATE', 'c', $$(SELECT public.takes('{1}'))$$);
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('jottings', 'UPDATE', 'd', $$CASE '{1}' WHEN NULL::public.trap[] THEN true END$$);
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('jottings', 'UPDATE', 'e', $$CAST('{1}' AS public.trap[]) IS NULL$$);
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('jottings', 'UPDATE', 'f', $$public.takes($2)$$);
INSERT INTO electric.grants (tbl, privilege, role, check_sql) VALUES ('jottings', 'UPDATE', 'g', $$public.takes(ARRAY['1', 2])$$);
SET ROLE regress_electric_owner;
CREATE TABLE mine (id int);
DROP TABLE mine CASCADE;
RESET ROLE;
SET client_min_messages = warning;
SELECT problem FROM electric.verify() WHERE object LIKE 'grant%';
SELECT * FROM electric.rebuild('jottings');
\set QUIET on
\i :reset

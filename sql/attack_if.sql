--
-- Attacks on and by IF conditions: they run as the owner of the table, and neither he nor the client can bend them for the other.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client, regress_electric_owner;
SELECT FROM electric.add_client_role('regress_electric_client');
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set client 'SET ROLE regress_electric_client;'
\set owner 'SET ROLE regress_electric_owner;'
\set seen 'SELECT count(*) FROM docs;'
:owner
CREATE TABLE docs (id int PRIMARY KEY, author text, note text);
CREATE TABLE staff (who text PRIMARY KEY, day text, note text);
CREATE TABLE log (line text);
INSERT INTO docs VALUES (1, 'a', 'x');
INSERT INTO staff VALUES ('u', '01/02/2020', 'x');
DO LANGUAGE ddlx $$ ELECTRIC ENABLE docs; ELECTRIC GRANT READ ON docs TO 'g', 'docs:author'; ELECTRIC GRANT INSERT ON docs TO AUTHENTICATED; $$;
PREPARE condition(text) AS SELECT FROM electric.ddlx('ELECTRIC ASSIGN ''g'' TO staff.who IF (' || $1 || ')');
CREATE FUNCTION run(command text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN EXECUTE command; RETURN true; END $$;
CREATE FUNCTION try(command text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN
	RAISE WARNING 'as % of %, path %, zone %', current_user, session_user = current_user, current_setting('search_path'), current_setting('TimeZone');
	PERFORM public.run(command);
	RETURN true;
EXCEPTION WHEN others THEN
	RAISE WARNING '%', sqlerrm;
	RETURN false;
END $$;
SET ROLE regress_electric_client;
SELECT FROM electric.set_user('u', is_local => false);

-- A condition's code is the owner's: it can become nobody else, and leaves nothing behind in the client's session.
\set asks ':client :seen'
:owner
PREPARE tries(text) AS SELECT FROM electric.ddlx(format('ELECTRIC ASSIGN ''g'' TO staff.who IF (try(%L))', $1));
:owner EXECUTE tries('SELECT'); :asks
:owner EXECUTE tries('SET ROLE regress_electric_client'); :asks
:owner EXECUTE tries('RESET SESSION AUTHORIZATION'); :asks
:owner EXECUTE tries('CREATE TEMP TABLE pg_class ()'); :asks
:owner EXECUTE tries('SELECT pg_read_file(''PG_VERSION'')'); :asks
:owner EXECUTE tries('ALTER ROLE regress_electric_owner SUPERUSER'); :asks
:owner EXECUTE tries('SELECT electric.set_user(''evil'', is_local => false)'); :asks
:owner EXECUTE tries('SET electric_perm.identity = evil'); :asks
:owner EXECUTE tries('SELECT electric.ddlx(''ELECTRIC GRANT ALL ON docs TO ANYONE'')'); :asks
:owner EXECUTE tries('SELECT electric.logout()'); :asks
:owner EXECUTE tries('SELECT set_config(''search_path'', ''evil'', false), set_config(''row_security'', ''off'', false), set_config(''TimeZone'', ''Asia/Tokyo'', true)'); :asks
SELECT electric.user_id(), current_setting('search_path'), current_setting('row_security'), current_setting('TimeZone') = 'Asia/Tokyo', current_user;

-- It can write what the owner may write, if it goes about it; in a read-only transaction it cannot.
:owner EXECUTE tries('INSERT INTO public.log VALUES (current_user)'); :asks
BEGIN READ ONLY;
:seen
ROLLBACK;
TABLE log;
:owner
TABLE log;

-- A condition that is written as SQL, and one that PostgreSQL evaluates while it plans, are no more the client's.
CREATE FUNCTION inlined(text) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT current_user = 'regress_electric_owner' AND $1 = 'x' $$;
CREATE FUNCTION folded() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE WARNING 'folded as %', current_user; RETURN true; END $$;
EXECUTE condition($$inlined(note) AND folded() AND current_user = 'regress_electric_owner'$$);
:client
:seen
:owner
CREATE OR REPLACE FUNCTION inlined(text) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT bool_or(electric.user_id() = 'u') $$;
:client
:seen
:owner
CREATE FUNCTION circular(text) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT electric.allows('select', 'public.docs') $$;
EXECUTE condition($$circular(note)$$);
:client
\set VERBOSITY sqlstate
:seen
\set VERBOSITY default

-- Nor can the client bend it: not by his settings, not by temporary objects, not by his privileges.
:owner
CREATE TABLE days (day date);
INSERT INTO days VALUES ('2020-01-02');
CREATE FUNCTION counted(date) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN $1 IN (SELECT day FROM public.days) AND now()::text ~ '^\d{4}-.*\+00$' AND E'\\x41'::bytea::text = '\x41'; END $$;
REVOKE EXECUTE ON FUNCTION counted(date) FROM PUBLIC;
EXECUTE condition($$counted(day::date)$$);
:client
:seen
CREATE TEMP TABLE days (day date);
CREATE FUNCTION pg_temp.counted(date) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE FUNCTION pg_temp.date(text) RETURNS date LANGUAGE sql AS 'SELECT NULL::date';
SET search_path = pg_temp, public;
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'Asia/Tokyo';
SET bytea_output = 'escape';
:seen
RESET ALL;
SELECT FROM electric.set_user('u', is_local => false);
TABLE public.days;

-- The owner must be allowed to call what he names, wherever it comes from; the client need not.
:owner
SET ROLE regress_electric_mallory;
CREATE FUNCTION theirs(text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE WARNING 'theirs as %', current_user; RETURN true; END $$;
REVOKE EXECUTE ON FUNCTION theirs(text) FROM PUBLIC;
:owner
EXECUTE condition($$theirs(note)$$);
SET ROLE regress_electric_mallory;
GRANT EXECUTE ON FUNCTION theirs(text) TO regress_electric_owner;
:owner
EXECUTE condition($$theirs(note)$$);
:client
:seen
SET ROLE regress_electric_mallory;
REVOKE EXECUTE ON FUNCTION theirs(text) FROM regress_electric_owner;
:client
:seen

-- Whoever assigns for an owner assigns as he would: a superuser's statement runs nothing as superuser.
RESET ROLE;
EXECUTE condition($$folded()$$);
:client
:seen

-- A row of somebody else's is never judged, so that nobody learns from a condition, or its errors, what stands there.
:owner
INSERT INTO staff VALUES ('v', '0', 'secret');
EXECUTE condition($$1 / note::int > 0 OR note = 'secret'$$);
DELETE FROM staff WHERE who = 'u';
:client
:seen
SELECT FROM electric.set_user('v', is_local => false);
:seen

-- Nor about values of his own making: the condition is for rows of the table, as its policy passes them.
:owner
SELECT FROM electric.ddlx($$ELECTRIC UNASSIGN 'g' FROM staff.who; ELECTRIC ASSIGN 'docs:author' TO docs.author IF (public.try(format('SELECT %L', note)))$$);
:client
SELECT v, electric.allows('select', 'docs', '', 7, 'v', v) FROM (VALUES ('made up'), (NULL)) AS made (v);
SELECT electric.allows('select', 'docs', '', id, author, 'made up') FROM docs;
INSERT INTO docs VALUES (7, 'v', 'mine') RETURNING id;
INSERT INTO docs VALUES (8, 'u', 'theirs') RETURNING id;
RESET ROLE;
\i :reset

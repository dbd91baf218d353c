--
-- Attacks on the session by an IF condition: what its code tries ends with it, also where it fails, is cancelled or is replaced.
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
\set VERBOSITY terse
\set client 'SET ROLE regress_electric_client;'
\set owner 'SET ROLE regress_electric_owner;'
\set seen 'SELECT count(*) FROM docs;'
\set session 'SELECT current_user, current_setting(\'role\'), current_setting(\'search_path\'), current_setting(\'row_security\'), current_setting(\'TimeZone\') = \'Asia/Tokyo\', electric.user_id();'
:owner
CREATE TABLE docs (id int PRIMARY KEY, author text, note text);
CREATE TABLE staff (who text PRIMARY KEY, note text);
CREATE TABLE log (line text);
CREATE FUNCTION deferred() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'deferred as %', current_user; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION deferred();
INSERT INTO docs VALUES (1, 'a', 'x');
INSERT INTO staff VALUES ('u', 'x');
DO LANGUAGE ddlx $$ ELECTRIC ENABLE docs; ELECTRIC GRANT READ ON docs TO 'g'; $$;
CREATE FUNCTION run(command text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN EXECUTE command; RETURN true; END $$;
CREATE FUNCTION try(command text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN
	PERFORM public.run(command);
	RETURN true;
EXCEPTION WHEN others THEN
	RAISE WARNING '%', sqlerrm;
	RETURN false;
END $$;
PREPARE tries(text) AS SELECT FROM electric.ddlx(format('ELECTRIC ASSIGN ''g'' TO staff.who IF (try(%L))', $1));
PREPARE condition(text) AS SELECT FROM electric.ddlx('ELECTRIC ASSIGN ''g'' TO staff.who IF (' || $1 || ')');
SET ROLE regress_electric_client;
SELECT FROM electric.set_user('u', is_local => false);

-- What is refused to it, each for itself; SELECT is not, as a control.
\set asks ':client :seen'
:owner EXECUTE tries('SELECT'); :asks
:owner EXECUTE tries('SELECT set_config(''role'', ''regress_electric_client'', true)'); :asks
:owner EXECUTE tries('SELECT set_config(''session_authorization'', ''postgres'', true)'); :asks
:owner EXECUTE tries('CREATE TEMP TABLE staff (who text)'); :asks
:owner EXECUTE tries('DECLARE c CURSOR WITH HOLD FOR SELECT 1'); :asks
:owner EXECUTE tries('PREPARE p AS SELECT 1'); :asks
:owner EXECUTE tries('LISTEN x'); :asks
:owner EXECUTE tries('DISCARD ALL'); :asks
:owner EXECUTE tries('INSERT INTO public.log VALUES (1)'); :asks
:owner EXECUTE tries('COMMIT'); :asks
:owner EXECUTE tries('DROP TABLE public.docs'); :asks
:owner EXECUTE tries('ALTER TABLE public.staff ADD x int'); :asks
:owner EXECUTE tries('SELECT electric.set_user(''v'', is_local => true)'); :asks
:owner EXECUTE tries('ELECTRIC GRANT READ ON public.docs TO ANYONE'); :asks
:owner
TABLE log;
:client

-- What it may do leaves the session as it was.
:session
\set asks ':client :seen :session'
:owner EXECUTE tries('SET LOCAL row_security = off'); :asks
:owner EXECUTE tries('SELECT electric.logout()'); :asks
:owner EXECUTE tries('SELECT set_config(''TimeZone'', ''Asia/Tokyo'', false), set_config(''search_path'', ''pg_temp'', false)'); :asks
:owner EXECUTE tries('DO $x$ BEGIN PERFORM set_config(''TimeZone'', ''Asia/Tokyo'', false); RAISE ''raised''; END $x$'); :asks

-- So does its end by an error or a cancel, in a savepoint and where the client catches it; afterwards the client is no more restricted than before.
:owner
CREATE FUNCTION fails(text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM set_config('TimeZone', 'Asia/Tokyo', false), set_config('search_path', 'pg_temp', false); RAISE 'raised by %', current_user; END $$;
CREATE FUNCTION waits(text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM set_config('TimeZone', 'Asia/Tokyo', false), pg_sleep(600); RETURN true; END $$;
EXECUTE condition('fails(note)');
:asks
BEGIN;
SAVEPOINT s;
:seen
ROLLBACK TO s;
:session
COMMIT;
DO $$ BEGIN PERFORM count(*) FROM docs; EXCEPTION WHEN others THEN RAISE WARNING 'caught as %', current_user; CREATE TEMP TABLE free (a int); END $$;
:session
SELECT count(*) FROM pg_temp.free;
:owner
EXECUTE condition('waits(note)');
:client
SET statement_timeout = 100;
:seen
DO $$ BEGIN PERFORM count(*) FROM docs; EXCEPTION WHEN query_canceled THEN RAISE WARNING 'caught as %', current_user; END $$;
RESET statement_timeout;
:session

-- One that reads the enabled table does so as the owner; where the table binds him it asks for itself, and ends.
:owner
CREATE FUNCTION reads(text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN EXISTS (SELECT FROM public.docs); END $$;
EXECUTE condition('reads(note)');
:client
PREPARE seen AS SELECT count(*) FROM docs;
EXECUTE seen;
:owner
ALTER TABLE docs FORCE ROW LEVEL SECURITY;
:client
\set VERBOSITY sqlstate
:seen
\set VERBOSITY terse
:session
:owner
ALTER TABLE docs NO FORCE ROW LEVEL SECURITY;

-- A plan made before follows the function that is replaced: another answer, one that lies to be IMMUTABLE, and VOLATILE, which gives nothing.
CREATE OR REPLACE FUNCTION reads(text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN false; END $$;
:client EXECUTE seen;
:owner
CREATE OR REPLACE FUNCTION reads(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE WARNING 'as %', current_user; RETURN true; END $$;
:client EXECUTE seen;
:owner
CREATE OR REPLACE FUNCTION reads(text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN RAISE WARNING 'as %', current_user; RETURN true; END $$;
:client EXECUTE seen;

-- It runs as whoever owns the table now, and gives nothing where that is not the owner of the enabled one.
:owner
CREATE OR REPLACE FUNCTION reads(text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE WARNING 'as %', current_user; RETURN true; END $$;
:client EXECUTE seen;
RESET ROLE;
ALTER TABLE staff OWNER TO regress_electric_mallory;
:client EXECUTE seen;
RESET ROLE;
ALTER TABLE docs OWNER TO regress_electric_mallory;
:client EXECUTE seen;
RESET ROLE;
\i :reset

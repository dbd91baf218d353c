--
-- Native syntax: ENABLE and DISABLE ELECTRIC in ALTER TABLE.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE INDEX ON projects (owner_id);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects);
CREATE INDEX ON issues (project_id);
\pset format unaligned
\pset tuples_only on
\set grants 'SELECT tbl, privilege, role, scope FROM electric.grants ORDER BY tbl::text, 2, 3;'
\set enabled 'SELECT tbl FROM electric.tables ORDER BY tbl::text;'

-- ALTER TABLE's own ways to name a table all work.
ALTER TABLE public.projects ENABLE ELECTRIC;
ALTER TABLE ONLY projects DISABLE ELECTRIC;
ALTER TABLE ONLY (public.projects) ENABLE ELECTRIC;
ALTER TABLE projects * DISABLE ELECTRIC;
ALTER TABLE IF EXISTS projects ENABLE ELECTRIC;
ALTER TABLE IF EXISTS ONLY nowhere ENABLE ELECTRIC;
CREATE TABLE if (id int PRIMARY KEY);
ALTER TABLE if ENABLE ELECTRIC;
ALTER TABLE IF EXISTS if DISABLE ELECTRIC;
CREATE TABLE enable (id int PRIMARY KEY);
ALTER TABLE enable ENABLE ELECTRIC;
CREATE TABLE electric (id int PRIMARY KEY);
ALTER TABLE electric ENABLE ELECTRIC;
CREATE TABLE format (id int PRIMARY KEY);
ALTER TABLE format ENABLE ELECTRIC;
:enabled

-- Other subcommands run before, between and behind it, in their order.
CREATE TABLE ordered (id int PRIMARY KEY);
ALTER TABLE ordered ADD a numeric(10, 2) DEFAULT 1, ENABLE ELECTRIC, ADD b text DEFAULT ', DISABLE ELECTRIC,',
	ADD CHECK (a IN (1, 2)), DISABLE ELECTRIC, DISABLE ROW LEVEL SECURITY, ADD c int[] DEFAULT ARRAY[1, 2], ENABLE ELECTRIC;
SELECT attname FROM pg_attribute WHERE attrelid = 'ordered'::regclass AND attnum > 0 ORDER BY attnum;
SELECT relrowsecurity FROM pg_class WHERE relname = 'ordered';
ALTER TABLE ordered DISABLE ROW LEVEL SECURITY, ENABLE ELECTRIC;
SELECT relrowsecurity FROM pg_class WHERE relname = 'ordered';

-- If one of them fails, none has happened.
ALTER TABLE ordered DISABLE ELECTRIC, DROP COLUMN c, DROP COLUMN nothing;
ALTER TABLE ordered DROP COLUMN c, ADD d electric_nothing, DISABLE ELECTRIC;
SELECT count(*) FROM pg_attribute WHERE attrelid = 'ordered'::regclass AND attname = 'c';
SELECT count(*) FROM electric.tables WHERE tbl = 'ordered'::regclass;

-- Only ALTER TABLE has it, and only where a subcommand starts.
ALTER TABLE projects ENABLE ELECTRIC RULE;
ALTER TABLE projects ADD x int ENABLE ELECTRIC;
ALTER TABLE ENABLE ELECTRIC;
ALTER TABLE projects DISABLE electric.projects;
ALTER INDEX projects_pkey ENABLE ELECTRIC;
CREATE VIEW v AS SELECT 1 AS a;
ALTER VIEW v ENABLE ELECTRIC;
ALTER TABLE v ENABLE ELECTRIC;
ALTER TABLE ALL IN TABLESPACE pg_default ENABLE ELECTRIC;
ALTER SCHEMA public ENABLE ELECTRIC;
CREATE SCHEMA s ALTER TABLE projects ENABLE ELECTRIC;

-- An event trigger sees what the statement does, as it sees every ALTER TABLE.
RESET ROLE;
CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS
	$$ BEGIN RAISE NOTICE '% %', tg_event, tg_tag; END $$;
CREATE EVENT TRIGGER regress_electric_seen ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION seen();
SET ROLE regress_electric_owner;
ALTER TABLE ordered ADD e int, ENABLE ELECTRIC, ADD f int;
RESET ROLE;
DROP EVENT TRIGGER regress_electric_seen;

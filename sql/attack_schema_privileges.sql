--
-- What a change of the schema gives clients: nothing on tables that it is not about, nothing that their owner has taken
-- away, and no ownership of rows that rules protect.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_mallory;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
SELECT FROM electric.add_client_role('regress_electric_client');
CREATE SCHEMA private;
CREATE SCHEMA app;
CREATE SCHEMA mallory AUTHORIZATION regress_electric_mallory;
GRANT USAGE, CREATE ON SCHEMA private, app TO regress_electric_owner, regress_electric_mallory;
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_ROLLBACK on
\set held 'SELECT (SELECT string_agg(p, '' '' ORDER BY p) FROM unnest(ARRAY[''SELECT'', ''INSERT'', ''UPDATE'', ''DELETE'', ''TRUNCATE'']) p WHERE has_table_privilege(''regress_electric_client'', ''notes'', p)) AS notes, has_schema_privilege(''regress_electric_client'', ''private'', ''USAGE'') AS private;'
SET ROLE regress_electric_owner;
CREATE TABLE notes (id int PRIMARY KEY, body text);
CREATE TABLE private.secrets (id int);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE notes; ELECTRIC GRANT ALL ON notes TO AUTHENTICATED;
	ELECTRIC ENABLE private.secrets; ELECTRIC GRANT READ ON private.secrets TO AUTHENTICATED;
$$;
-- The owner decides otherwise than his rules: the client may not UPDATE, and may TRUNCATE.
REVOKE UPDATE ON notes FROM regress_electric_client;
GRANT TRUNCATE ON notes TO regress_electric_client;
:held
SET client_min_messages = notice;

-- Whoever moves something of his own, or a superuser who does, leaves other tables and their schemas alone.
SET ROLE regress_electric_mallory;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE theirs (id int);
ALTER FUNCTION f() SET SCHEMA mallory;
ALTER TABLE theirs SET SCHEMA mallory;
RESET ROLE;
ALTER FUNCTION mallory.f() SET SCHEMA app;
ALTER TABLE mallory.theirs SET SCHEMA app;
:held

-- A moved table takes along what its rules call for in the new schema, and what its owner has decided.
CREATE TABLE app.reference AS SELECT relacl FROM pg_class WHERE oid = 'notes'::regclass;
ALTER TABLE notes SET SCHEMA app;
SELECT relacl = (SELECT relacl FROM app.reference), has_schema_privilege('regress_electric_client', 'app', 'USAGE') FROM pg_class WHERE oid = 'app.notes'::regclass;
ALTER TABLE app.notes SET SCHEMA public;

-- A new column gives clients its sequence, and nothing else.
SET ROLE regress_electric_owner;
ALTER TABLE notes ADD number serial, ADD other int GENERATED ALWAYS AS IDENTITY, ADD plain int;
:held
SELECT has_sequence_privilege('regress_electric_client', 'notes_number_seq', 'USAGE'), has_sequence_privilege('regress_electric_client', 'notes_other_seq', 'USAGE');

-- A table that is made on the way under the altered one's name does not take its place.
CREATE FUNCTION decoy() RETURNS int LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE IF NOT EXISTS notes (id int); RETURN 1; END $$;
INSERT INTO notes (id) VALUES (1);
CREATE TABLE parent (id int);
ALTER TABLE notes INHERIT parent, ADD decoy int DEFAULT decoy();
ALTER TABLE notes ADD decoy int DEFAULT decoy(), DISABLE ROW LEVEL SECURITY;
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;

-- A client role becomes owner of no partition, and who owns one becomes no client role.
SET client_min_messages = warning;
CREATE TABLE parts (id int, body text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
CREATE TABLE parts_11 PARTITION OF parts_1 FOR VALUES FROM (0) TO (5);
CREATE TABLE parts_2 (id int, body text);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE parts; ELECTRIC GRANT READ ON parts TO 'reader' $$;
RESET ROLE;
GRANT CREATE ON SCHEMA public TO regress_electric_client;
ALTER TABLE parts_1 OWNER TO regress_electric_client;
ALTER TABLE parts_11 OWNER TO regress_electric_client;
ALTER TABLE parts_2 OWNER TO regress_electric_client;
ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM (20) TO (30);
ALTER TABLE parts_2 OWNER TO regress_electric_mallory;
ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM (20) TO (30);
SELECT electric.add_client_role('regress_electric_mallory');

-- Nor is a table enabled, or granted on, that has such a partition.
SET ROLE regress_electric_owner;
CREATE TABLE shelves (id int) PARTITION BY RANGE (id);
CREATE TABLE shelves_1 PARTITION OF shelves FOR VALUES FROM (0) TO (10);
RESET ROLE;
ALTER TABLE shelves_1 OWNER TO regress_electric_client;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE shelves $$;
\set QUIET on
DROP SCHEMA app, mallory, private CASCADE;
\i :reset

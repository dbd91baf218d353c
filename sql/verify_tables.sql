--
-- verify(): row-level security, policies of others, PUBLIC, inheritance, partitions; and the repairs.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
-- what event triggers would refuse or put right is to be seen: they are off
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_monitor;
CREATE ROLE regress_electric_friend;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE docs (id int PRIMARY KEY, open boolean);
INSERT INTO docs VALUES (1, true), (2, false);
CREATE TABLE parts (id int, open boolean) PARTITION BY LIST (open);
CREATE TABLE parts_open PARTITION OF parts FOR VALUES IN (true);
CREATE TABLE parts_rest PARTITION OF parts DEFAULT PARTITION BY RANGE (id);
CREATE TABLE "parts rest 1" PARTITION OF parts_rest DEFAULT;
INSERT INTO parts VALUES (1, true), (2, false);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs; ELECTRIC ENABLE parts;
	ELECTRIC GRANT READ ON docs, parts TO ANYONE CHECK (open);
$$;
RESET ROLE;
\pset format unaligned
\pset tuples_only on
\pset null null
\set verify 'SELECT * FROM electric.verify();'
\set see 'SET ROLE regress_electric_client; SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM docs; SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM parts; RESET ROLE;'

-- Where all is as the rules say, there is nothing to list; only who was given EXECUTE may ask.
:verify
SET ROLE regress_electric_owner;
:verify
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;

-- Row-level security that is off shows everything. It is listed, and repaired.
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
:see
:verify
SELECT repair FROM electric.verify() \gexec
:verify
:see

-- So it is on each partition, whose own name is a way in for who was granted something there.
ALTER TABLE parts_rest DISABLE ROW LEVEL SECURITY;
ALTER TABLE "parts rest 1" DISABLE ROW LEVEL SECURITY;
GRANT SELECT ON "parts rest 1" TO regress_electric_friend;
SET ROLE regress_electric_friend;
SELECT id FROM "parts rest 1";
RESET ROLE;
:see
:verify
SELECT repair FROM electric.verify() \gexec
:verify
SET ROLE regress_electric_friend;
SELECT id FROM "parts rest 1";
RESET ROLE;

-- Permissive policies of others widen what is granted, on the table and on its partitions; restrictive ones do not.
CREATE POLICY "every ""one""" ON docs USING (true);
CREATE POLICY friends ON "parts rest 1" FOR SELECT TO regress_electric_friend USING (true);
CREATE POLICY electric_select ON parts_open USING (true);
CREATE POLICY narrow ON docs AS RESTRICTIVE USING (true);
:see
:verify
SELECT repair FROM electric.verify() \gexec
:verify
:see
DROP POLICY narrow ON docs;

-- What PUBLIC holds every client holds, TRUNCATE and columns included.
GRANT TRUNCATE, SELECT ON docs TO PUBLIC;
GRANT UPDATE (open) ON parts_open TO PUBLIC;
:verify
SELECT repair FROM electric.verify() \gexec
:verify

-- Who was given the grant option may have passed it on, and others after him.
SET ROLE regress_electric_owner;
GRANT SELECT, TRUNCATE ON docs TO regress_electric_friend WITH GRANT OPTION;
SET ROLE regress_electric_friend;
GRANT TRUNCATE ON docs TO regress_electric_monitor WITH GRANT OPTION;
SET ROLE regress_electric_monitor;
GRANT TRUNCATE ON docs TO PUBLIC;
RESET ROLE;
:verify
SELECT repair FROM electric.verify() \gexec
:verify

-- An enabled table that has become a child or a parent shows rows through another table's queries.
SET session_replication_role = replica;
CREATE TABLE above (id int, open boolean);
CREATE TABLE below () INHERITS (docs);
ALTER TABLE below ENABLE ROW LEVEL SECURITY;
ALTER TABLE docs INHERIT above;
RESET session_replication_role;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
DROP TABLE above, below;

-- The same for a partition, which no statement can name.
CREATE TABLE other (id int NOT NULL, open boolean) PARTITION BY RANGE (id);
SET session_replication_role = replica;
ALTER TABLE other ATTACH PARTITION docs DEFAULT;
RESET session_replication_role;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
DROP TABLE other;

-- The owner must reach the schemas that his policies name.
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
REVOKE USAGE ON SCHEMA electric FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO regress_electric_client;
SELECT DISTINCT ON (object) * FROM electric.verify() WHERE object LIKE 'schema%' ORDER BY object, problem;
SELECT repair FROM electric.verify() WHERE object LIKE 'schema%' \gexec
:verify

-- It looks at all tables for who was given EXECUTE, too; in a transaction that may only read; and locks nothing that others need.
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
GRANT EXECUTE ON FUNCTION electric.verify() TO regress_electric_monitor;
GRANT USAGE ON SCHEMA electric TO regress_electric_monitor;
SET ROLE regress_electric_monitor;
BEGIN READ ONLY;
:verify
SELECT DISTINCT mode FROM pg_locks WHERE locktype = 'relation' AND pid = pg_backend_pid();
SELECT pg_current_xact_id_if_assigned();
COMMIT;
RESET ROLE;
\i :reset

--
-- rebuild(): whose tables, when, and what it leaves alone.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
-- what event triggers would refuse or put right is to be seen: they are off
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_deputy IN ROLE regress_electric_owner;
CREATE ROLE regress_electric_other;
CREATE ROLE regress_electric_client;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_other;
SET ROLE regress_electric_other;
CREATE TABLE theirs (id int PRIMARY KEY);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE theirs $$;
SET ROLE regress_electric_owner;
CREATE TABLE docs (id serial PRIMARY KEY, status text);
CREATE TABLE admins (user_id text PRIMARY KEY, live boolean);
CREATE TABLE parts (id int) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts DEFAULT;
CREATE TABLE plain (id int);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs; ELECTRIC ENABLE parts;
	ELECTRIC GRANT READ, INSERT ON docs TO ANYONE CHECK (status <> 'hidden');
	ELECTRIC GRANT UPDATE (status) ON docs TO 'admin';
	ELECTRIC ASSIGN 'admin' TO admins.user_id IF (live);
$$;
RESET ROLE;
-- All that the rules have made: a rebuild that changes nothing leaves the very same rows.
CREATE VIEW made AS
	SELECT 'policy' AS kind, p.oid, p.xmin::text AS version, polname::text AS name, obj_description(p.oid, 'pg_policy') AS more FROM pg_policy p
	UNION ALL SELECT 'trigger', t.oid, t.xmin::text, tgname, tgenabled::text FROM pg_trigger t
	UNION ALL SELECT 'table', c.oid, c.xmin::text, relname, relacl::text FROM pg_class c WHERE relnamespace = 'public'::regnamespace
	UNION ALL SELECT 'column', attrelid, a.xmin::text, attname, attacl::text FROM pg_attribute a
		WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace);
\pset format unaligned
\pset tuples_only on
\pset null null

-- Where all is right it does nothing and says nothing: to one table and to all.
CREATE TEMP TABLE before AS SELECT * FROM made;
SET client_min_messages = notice;
SELECT electric.rebuild('docs');
SELECT electric.rebuild();
SET ROLE regress_electric_owner;
SELECT * FROM electric.rebuild();
RESET ROLE;
SELECT * FROM made EXCEPT SELECT * FROM before;
SELECT count(*) > 20 FROM before;

-- Everything that is ours, from scratch: again it finds nothing to do, and nothing of others is touched.
DROP POLICY electric_select ON docs;
DROP POLICY electric_insert ON docs;
DROP POLICY electric_update ON docs;
DROP POLICY electric_delete ON docs;
DROP TRIGGER "!electric_touched" ON docs;
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
ALTER TABLE parts_1 DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON docs, docs_id_seq FROM regress_electric_client;
SELECT 'DROP POLICY ' || polname || ' ON admins' FROM pg_policy WHERE polrelid = 'admins'::regclass \gexec
CREATE POLICY open ON docs FOR DELETE USING (true);
CREATE POLICY narrow ON parts AS RESTRICTIVE USING (true);
GRANT SELECT ON docs TO PUBLIC;
CREATE TRIGGER "! first" BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SELECT * FROM electric.rebuild();
SELECT * FROM electric.rebuild();
SELECT * FROM electric.verify();
SELECT polname FROM pg_policy WHERE polname IN ('open', 'narrow') ORDER BY 1;
DROP POLICY open ON docs;
DROP POLICY narrow ON parts;
DROP TRIGGER "! first" ON docs;
REVOKE SELECT ON docs FROM PUBLIC;

-- It deletes no rule, whatever is wrong with it.
BEGIN;
UPDATE electric.grants SET check_sql = 'this.gone' WHERE privilege = 'INSERT';
SELECT * FROM electric.rebuild('docs');
SELECT * FROM electric.rebuild('docs');
SELECT check_sql FROM electric.grants WHERE privilege = 'INSERT';
ROLLBACK;

-- The owner and who has his rights rebuild his tables, by name or all; nobody rebuilds those of others.
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
ALTER TABLE theirs DISABLE ROW LEVEL SECURITY;
SET ROLE regress_electric_client;
SELECT electric.rebuild('docs');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.rebuild();
SET ROLE regress_electric_other;
SELECT electric.rebuild('docs');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.rebuild();
SET ROLE regress_electric_deputy;
SELECT electric.rebuild('theirs');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.rebuild();
SELECT electric.rebuild('docs');
RESET ROLE;
SELECT * FROM electric.verify();

-- A superuser rebuilds all, each as its owner: what is made belongs to them.
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
ALTER TABLE theirs DISABLE ROW LEVEL SECURITY;
DROP TRIGGER "!electric_touched" ON docs;
SELECT electric.rebuild();

-- A table that no rule speaks of: it says what to type. So for a partition, a view, a table that is gone.
CREATE VIEW looks AS SELECT 1;
SELECT electric.rebuild('plain');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.rebuild('parts_1');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.rebuild('looks');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.rebuild('pg_class');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.rebuild(4294967295);
\echo :LAST_ERROR_SQLSTATE

-- The name of the guard may be taken: it says so, and does nothing.
BEGIN;
DROP TRIGGER "!electric_touched" ON docs;
CREATE TRIGGER "!electric_touched" BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SELECT electric.rebuild('docs');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- Not in a transaction that only reads, nor within a security-restricted operation.
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
BEGIN READ ONLY;
SELECT electric.rebuild();
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
CREATE MATERIALIZED VIEW later AS SELECT electric.rebuild();
\echo :LAST_ERROR_SQLSTATE

-- It is undone with its transaction, and locks what it rebuilds, in the order of the tables.
BEGIN;
SELECT electric.rebuild();
SELECT relation::regclass FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND pid = pg_backend_pid()
	AND relation IN (SELECT tbl FROM electric.tables UNION SELECT tbl FROM electric.assignments) ORDER BY relation;
ROLLBACK;
SELECT object FROM electric.verify();
SELECT electric.rebuild(tbl) FROM electric.tables ORDER BY tbl;
SELECT object FROM electric.verify();

-- A table that is enabled and a partition of another enabled one has the guard of that one: it is left alone.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE (id) ON parts TO ANYONE $$;
CREATE TABLE late (id int);
ALTER TABLE late OWNER TO regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE late $$;
SET LOCAL session_replication_role = replica;
ALTER TABLE parts ATTACH PARTITION late FOR VALUES FROM (0) TO (10);
SET LOCAL session_replication_role = origin;
SELECT electric.rebuild();
SELECT * FROM electric.verify();
ROLLBACK;
\i :reset

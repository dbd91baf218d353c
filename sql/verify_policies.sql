--
-- verify(): the policies made from rules, and the guard; and the repairs.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE docs (id int PRIMARY KEY, open boolean, status text);
INSERT INTO docs VALUES (1, true, 'draft'), (2, false, 'draft');
CREATE TABLE admins (user_id text PRIMARY KEY, live boolean, note text);
CREATE TABLE parts (id int, status text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs; ELECTRIC ENABLE parts;
	ELECTRIC GRANT READ ON docs, parts TO ANYONE CHECK (status <> 'hidden');
	ELECTRIC GRANT UPDATE (status) ON docs, parts TO ANYONE;
	ELECTRIC GRANT DELETE ON docs TO 'admin';
	ELECTRIC ASSIGN 'admin' TO admins.user_id IF (live);
	ELECTRIC ASSIGN 'reader' TO admins.user_id IF (live AND note IS NULL);
$$;
RESET ROLE;
\pset format unaligned
\pset tuples_only on
\pset null null
\set verify 'SELECT * FROM electric.verify();'
\set see 'SET ROLE regress_electric_client; SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM docs; RESET ROLE;'
\set change 'SET ROLE regress_electric_client; UPDATE docs SET status = status || $$!$$ WHERE id = 1 RETURNING status; UPDATE docs SET open = NOT open; RESET ROLE;'
:verify
:see

-- A policy that is missing allows nothing.
DROP POLICY electric_select ON docs;
DROP POLICY electric_delete ON parts;
:see
:verify
SELECT repair FROM electric.verify() \gexec
:verify
:see

-- One that was edited may allow anything: here all rows.
ALTER POLICY electric_select ON docs USING (true);
UPDATE docs SET status = 'hidden' WHERE id = 2;
:see
ALTER POLICY electric_delete ON docs TO regress_electric_client;
DROP POLICY electric_insert ON docs;
CREATE POLICY electric_insert ON docs AS RESTRICTIVE FOR INSERT WITH CHECK (true);
:verify
SELECT repair FROM electric.verify() \gexec
:verify
:see

-- A comment lists what a policy stands for.
COMMENT ON POLICY electric_select ON docs IS 'ELECTRIC GRANT everything';
COMMENT ON POLICY electric_update ON docs IS NULL;
:verify
SELECT repair FROM electric.verify() \gexec
:verify

-- Policies that keep an IF: without it, or with another condition, nobody has the role.
SELECT polname AS keeps_live FROM pg_policy WHERE polrelid = 'admins'::regclass AND pg_get_expr(polqual, polrelid) = '(true OR live)' \gset
SELECT polname AS keeps_both FROM pg_policy WHERE polrelid = 'admins'::regclass AND polname <> :'keeps_live' \gset
INSERT INTO admins VALUES ('alice', true, NULL);
SELECT role FROM electric.roles('alice');
DROP POLICY :keeps_live ON admins;
ALTER POLICY :keeps_both ON admins USING (live);
SELECT role FROM electric.roles('alice');
:verify
SELECT repair FROM electric.verify() \gexec
:verify
SELECT role FROM electric.roles('alice');
COMMENT ON POLICY :keeps_live ON admins IS NULL;
ALTER POLICY :keeps_both ON admins TO regress_electric_client;
:verify
SELECT repair FROM electric.verify() \gexec
:verify

-- One that keeps no assignment's IF; on an enabled table it may be permissive under our name. Elsewhere it is not ours.
CREATE POLICY electric_if_mine ON docs USING (true);
CREATE POLICY electric_if_theirs ON admins USING (true);
CREATE POLICY electric_if_old ON admins AS RESTRICTIVE FOR DELETE USING (true OR live);
COMMENT ON POLICY electric_if_old ON admins IS 'ELECTRIC ASSIGN ''old'' TO public.admins.user_id IF (this.live);';
:see
:verify
SELECT repair FROM electric.verify() \gexec
:verify
:see
SELECT polname FROM pg_policy WHERE polname = 'electric_if_theirs';
DROP POLICY electric_if_theirs ON admins;

-- What an IF names is renamed: the policy follows, and the role is still given. Its text is put right by stating the rule again.
UPDATE electric.assignments SET if_sql = 'this.gone' WHERE role = 'reader';
SELECT 'electric_if_' || left(md5('this.gone'), 16) AS keeps_gone \gset
ALTER POLICY :keeps_both ON admins RENAME TO :keeps_gone;
SELECT role FROM electric.roles('alice') ORDER BY role;
:verify
SELECT electric.rebuild('admins');
SELECT repair FROM electric.verify() \gexec
:verify
SELECT role FROM electric.roles('alice') ORDER BY role;

-- An IF that can neither be read nor is kept gives nobody the role, and can be unassigned.
UPDATE electric.assignments SET if_sql = 'this.gone' WHERE role = 'reader';
SELECT problem, repair FROM electric.verify() WHERE object LIKE 'assignment%';
SELECT repair FROM electric.verify() \gexec
:verify

-- A table that is not enabled has none of our policies and triggers, unless their names alone are ours.
SET ROLE regress_electric_owner;
CREATE TABLE plain (id int);
CREATE POLICY electric_select ON plain USING (true);
CREATE POLICY electric_insert ON plain FOR INSERT WITH CHECK (false);
COMMENT ON POLICY electric_insert ON plain IS 'No ELECTRIC GRANT INSERT.';
CREATE TRIGGER "!electric_touched" BEFORE UPDATE ON plain FOR EACH ROW EXECUTE FUNCTION electric.touched();
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
RESET ROLE;
:verify
SET client_min_messages = notice;
SELECT repair FROM electric.verify() \gexec
SET client_min_messages = warning;
:verify
SELECT polname FROM pg_policy WHERE polrelid = 'plain'::regclass;
DROP TABLE plain;

-- Without the guard no UPDATE is allowed that needs it.
:change
DROP TRIGGER "!electric_touched" ON docs;
:verify
:change
SELECT repair FROM electric.verify() \gexec
:verify
:change

-- ENABLE TRIGGER makes it fire where session_replication_role is origin alone; it can be disabled, on a partition as well.
ALTER TABLE docs ENABLE TRIGGER "!electric_touched";
ALTER TABLE parts_1 DISABLE TRIGGER "!electric_touched";
SET session_replication_role = replica;
:change
SET session_replication_role = origin;
:verify
SELECT repair FROM electric.verify() \gexec
:verify

-- It can be edited, renamed, and its name taken.
DROP TRIGGER "!electric_touched" ON parts;
CREATE TRIGGER "!electric_touched" BEFORE UPDATE OF status ON parts FOR EACH ROW EXECUTE FUNCTION electric.touched();
ALTER TABLE parts ENABLE ALWAYS TRIGGER "!electric_touched";
ALTER TRIGGER "!electric_touched" ON docs RENAME TO "later";
CREATE TRIGGER "!electric_touched" BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION nothing();
:verify
:change
SELECT repair FROM electric.verify() WHERE repair NOT LIKE '%rebuild(''public.docs'')%' \gexec
:verify
SELECT repair FROM electric.verify() \gexec
:verify
DROP TRIGGER another_name ON docs;
:change

-- What a trigger of others changes before it, in a column that the user assigns, counts as his change; after it, it does not.
\set assign 'SET ROLE regress_electric_client; UPDATE docs SET status = status || $$!$$, open = open WHERE id = 1 RETURNING open; RESET ROLE;'
:assign
CREATE FUNCTION opens() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.open := NOT old.open; RETURN new; END';
CREATE TRIGGER "! first" BEFORE INSERT OR UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION opens();
CREATE TRIGGER "! off" BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION opens();
ALTER TABLE docs DISABLE TRIGGER "! off";
CREATE TRIGGER "! inserts" BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "! after" AFTER UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "!1" BEFORE UPDATE ON parts FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "!2" BEFORE UPDATE ON parts_1 FOR EACH ROW EXECUTE FUNCTION nothing();
:verify
:assign
SELECT repair FROM electric.verify() \gexec
:verify
:assign

-- Where no rule needs the guard, it goes.
DO LANGUAGE ddlx $$ ELECTRIC REVOKE UPDATE (status) ON parts FROM ANYONE $$;
SET ROLE regress_electric_owner;
CREATE TRIGGER "!electric_touched" BEFORE UPDATE ON parts FOR EACH ROW EXECUTE FUNCTION electric.touched();
RESET ROLE;
:verify
SELECT repair FROM electric.verify() \gexec
:verify
\i :reset

--
-- Attack: a superuser verifies and rebuilds the tables of somebody hostile. What he types is what is meant, whatever things
-- are called, none of it runs as he what the owner has written, and no table keeps others from being repaired.
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
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
SET ROLE regress_electric_owner;
CREATE TABLE issues (id int PRIMARY KEY);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues; ELECTRIC GRANT READ ON issues TO 'admin' $$;
RESET ROLE;
CREATE SCHEMA regress_electric_mallory AUTHORIZATION regress_electric_mallory;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse

-- A table that cannot be rebuilt, since its owner may not use its schema, is left alone; the others are rebuilt. By its name it is an error.
SET ROLE regress_electric_mallory;
CREATE TABLE regress_electric_mallory.first (id int PRIMARY KEY);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE regress_electric_mallory.first $$;
DROP POLICY electric_select ON regress_electric_mallory.first;
REVOKE ALL ON SCHEMA regress_electric_mallory FROM regress_electric_mallory;
SET ROLE regress_electric_owner;
DROP POLICY electric_select ON issues;
RESET ROLE;
\set VERBOSITY default
SELECT * FROM electric.rebuild();
\set VERBOSITY terse
SELECT electric.rebuild('regress_electric_mallory.first');
SELECT object, repair FROM electric.verify();
SELECT policyname FROM pg_policies WHERE schemaname LIKE '%mallory' ORDER BY 1;
DROP SCHEMA regress_electric_mallory CASCADE;

-- Names that end a string, a comment or a statement, or that psql or a format would take for its own: in all that verify() may repair.
SET ROLE regress_electric_mallory;
\set evil 'x\'\'; DROP TABLE issues; --\n\\! id\n:USER %s %1$s $$ \\ "'
\pset format aligned
SELECT :'evil' AS evil;
\pset format unaligned
SELECT format('CREATE TABLE %I (id int PRIMARY KEY, %1$I int, user_id text)', :'evil') \gexec
SELECT format('ELECTRIC ENABLE %I; ELECTRIC GRANT UPDATE (%1$I) ON %1$I TO (NULL, %1$L); ELECTRIC ASSIGN (NULL, %1$L) TO %1$I.user_id IF (%1$I = 1)', :'evil') AS statements \gset
SELECT count(*) FROM electric.ddlx(:'statements');
CREATE FUNCTION says() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
SELECT format('CREATE POLICY %I ON %1$I USING (true)', :'evil') \gexec
SELECT format('CREATE POLICY %I ON %I USING (true)', 'electric_if_' || left(:'evil', 50), :'evil') \gexec
SELECT format('CREATE TRIGGER %I BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION says()', '! ' || :'evil', :'evil') \gexec
SELECT format('GRANT SELECT (%I) ON %1$I TO PUBLIC', :'evil') \gexec
SELECT format('DROP POLICY electric_update ON %I', :'evil') \gexec
SELECT format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', :'evil') \gexec
INSERT INTO electric.grants (tbl, privilege, role, column_name) SELECT tbl, 'INSERT', role, 'gone ' || left(:'evil', 50) FROM electric.grants WHERE column_name IS NOT NULL;
INSERT INTO electric.grants (tbl, privilege, role, scope, path) SELECT tbl, 'DELETE', role, tbl, '"gone '' %s $$ """' FROM electric.grants WHERE privilege = 'UPDATE';
INSERT INTO electric.assignments (tbl, user_column, role) SELECT tbl, 'gone ' || left(:'evil', 50), role FROM electric.assignments;
RESET ROLE;
SELECT count(*), count(DISTINCT split_part(object, ' ', 1)) FROM electric.verify();
\set ECHO none
SELECT repair FROM electric.verify() WHERE object NOT LIKE 'policy electric_update%' \gexec
SELECT repair FROM electric.verify() \gexec
\set ECHO all
SELECT * FROM electric.verify();
SELECT count(*) FROM electric.dump() WHERE dump LIKE '%GRANT UPDATE%' OR dump LIKE '%ASSIGN%';
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1;

-- What dump() prints of them makes the same again, and nothing else.
CREATE TEMPORARY TABLE dumped AS SELECT * FROM electric.dump() d;
SELECT format('DROP TABLE %I', :'evil'), format('CREATE TABLE %I (id int PRIMARY KEY, %1$I int, user_id text)', :'evil') \gexec
SELECT d AS statement FROM dumped WHERE d NOT LIKE '%issues ENABLE%' AND d NOT LIKE '% ON public.issues TO%' \gexec
(TABLE dumped EXCEPT SELECT * FROM electric.dump()) UNION ALL (SELECT * FROM electric.dump() EXCEPT TABLE dumped);
\i :reset

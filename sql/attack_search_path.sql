--
-- Names that others may take: whatever functions, operators, types and tables stand in front in the
-- search_path, and whatever settings a session has, rules and rows must not depend on them.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
SELECT electric.add_client_role('regress_electric_client');
\pset format unaligned
\pset tuples_only on

-- Mallory's objects, each of which tells who runs it.
SET ROLE regress_electric_mallory;
CREATE TABLE trap (who text, what text);
GRANT INSERT ON trap TO PUBLIC;
CREATE FUNCTION spring(what text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.trap VALUES (current_user, what);
	RETURN true;
END $$;
DO $$
DECLARE
	type text;
	operator text;
BEGIN
	FOREACH type IN ARRAY '{text,regclass,oid,name,integer,boolean,"text[]"}'::text[] LOOP
		EXECUTE format('CREATE FUNCTION public.same(%1$s, %1$s) RETURNS boolean LANGUAGE sql
			AS $f$ SELECT public.spring(%2$L) $f$', type, type || ' operator');
		FOREACH operator IN ARRAY '{=,<>,<,~,^@}'::text[] LOOP
			EXECUTE format('CREATE OPERATOR public.%2$s (LEFTARG = %1$s, RIGHTARG = %1$s,
				FUNCTION = public.same)', type, operator);
		END LOOP;
	END LOOP;
END $$;
CREATE FUNCTION allows(text, regclass) RETURNS boolean LANGUAGE sql AS $$ SELECT public.spring('allows') $$;
CREATE FUNCTION allows(text, regclass, text, VARIADIC "any") RETURNS boolean LANGUAGE internal AS 'pg_num_nonnulls';
CREATE FUNCTION allows(text, regclass, text, int) RETURNS boolean LANGUAGE sql AS $$ SELECT public.spring('allows') $$;
CREATE FUNCTION deny(text, regclass) RETURNS boolean LANGUAGE sql AS $$ SELECT public.spring('deny') $$;
CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT NULL::timestamptz FROM public.spring('now') $$;
CREATE DOMAIN regclass AS text CHECK (public.spring(VALUE));
CREATE DOMAIN text AS pg_catalog.text CHECK (public.spring(VALUE));
CREATE TABLE pg_policy (LIKE pg_catalog.pg_policy);
CREATE TABLE pg_class (LIKE pg_catalog.pg_class);
CREATE VIEW grants AS SELECT * FROM electric.grants WHERE public.spring('grants');
CREATE VIEW tables AS SELECT * FROM electric.tables WHERE public.spring('tables');
RESET ROLE;

-- The owner's session has them in front, temporary ones besides, and odd settings.
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id pg_catalog.text UNIQUE);
CREATE TABLE issues (id serial PRIMARY KEY, project_id int REFERENCES projects);
CREATE INDEX ON issues (project_id);
INSERT INTO projects VALUES (1, 'alice'), (2, 'bob');
INSERT INTO issues (project_id) VALUES (1), (2), (2);
SET search_path = public, pg_catalog, pg_temp;
SET quote_all_identifiers = on;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET transform_null_equals = on;
SET check_function_bodies = off;
SET row_security = off;
SET DateStyle = german;
CREATE DOMAIN pg_temp.regclass AS pg_catalog.text CHECK (VALUE = 'nothing');
SELECT electric.ddlx('ELECTRIC ENABLE projects; ELECTRIC ENABLE issues');
SELECT electric.ddlx('ELECTRIC ASSIGN ''projects:owner'' TO projects.owner_id');
SELECT electric.ddlx('ELECTRIC GRANT ALL ON projects, issues TO ''projects:owner'', ''admin''');
SELECT electric.ddlx('ELECTRIC GRANT ALL ON projects, issues TO ''projects:owner''');
SELECT electric.ddlx('ELECTRIC REVOKE ALL ON projects, issues FROM ''admin''');
SELECT electric.dump();
RESET ALL;

-- No policy calls anything of hers.
SELECT tablename, policyname FROM pg_catalog.pg_policies
	WHERE schemaname = 'public' AND concat(qual, with_check) ~ 'public|OPERATOR' ORDER BY 1, 2;

-- The client's session has them in front as well: his rows must be the same.
SELECT set_config('search_path', 'public, pg_catalog, pg_temp', false) FROM pg_catalog.now();
RESET ROLE;
SELECT FROM electric.set_user('alice', is_local => false);
SET ROLE regress_electric_client;
SET transform_null_equals = on;
TABLE projects;
TABLE issues;
INSERT INTO issues (project_id) VALUES (2);
INSERT INTO issues (project_id) VALUES (1);
UPDATE issues SET project_id = 2;
SELECT * FROM electric.roles();
DELETE FROM issues;
RESET ROLE;
SELECT electric.logout();

-- And a superuser's, who adds a client role and takes it away.
SELECT electric.drop_client_role('regress_electric_client');
SELECT electric.add_client_role('regress_electric_client');
SET ROLE regress_electric_owner;
SELECT electric.ddlx('ELECTRIC REVOKE ALL ON projects, issues FROM ''projects:owner'';
	ELECTRIC UNASSIGN ''projects:owner'' FROM projects.owner_id; ELECTRIC DISABLE projects; ELECTRIC DISABLE issues');
RESET ALL;
RESET ROLE;

-- No trap has sprung.
SELECT DISTINCT * FROM public.trap;
\i :reset

--
-- Ownership: a role's name means something among the tables of one owner.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
CREATE ROLE regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_mallory;
GRANT TEMPORARY ON DATABASE :DBNAME TO regress_electric_client;
SET ROLE regress_electric_owner;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN users.role TO users.id;
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT ALL ON regions TO 'admin';
	ELECTRIC GRANT ALL ON issues TO 'projects:editor';
$$;

-- An end user's own temporary table assigns nothing, and takes no rules.
SET ROLE regress_electric_client;
CALL become('U');
CREATE TEMP TABLE m (user_id text, project_id text);
INSERT INTO m VALUES ('U', 'p1');
\set VERBOSITY sqlstate
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'admin' TO m.user_id $$;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:editor' TO m.user_id $$;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE m $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON m TO ANYONE $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON regions TO ANYONE $$;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'admin' TO users.name $$;
\set VERBOSITY terse
SELECT count(*) FROM regions;
SELECT * FROM electric.roles() ORDER BY role COLLATE "C";

DROP TABLE m;
SELECT electric.logout() \g /dev/null

-- Another owner may assign 'admin' in a table of his own: it is not ours, and he is told so.
SET ROLE regress_electric_mallory;
CREATE TABLE m (user_id text PRIMARY KEY, project_id text);
INSERT INTO m VALUES ('U', 'p1');
CREATE TABLE regions_of_m (id text);
INSERT INTO regions_of_m VALUES ('mallory''s');
\set VERBOSITY default
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE m;
	ELECTRIC ENABLE regions_of_m;
	ELECTRIC GRANT READ ON regions_of_m TO 'admin';
	ELECTRIC ASSIGN 'admin' TO m.user_id;
$$;
\set VERBOSITY terse
SET ROLE regress_electric_client;
SELECT count(*) FROM regions;
INSERT INTO regions VALUES ('rg9');
DELETE FROM regions;
SELECT * FROM regions_of_m;
SET ROLE regress_electric_owner;
UPDATE users SET role = 'admin' WHERE id = 'V';
SET ROLE regress_electric_client;
CALL become('V');
SELECT count(*) FROM regions;
SELECT * FROM regions_of_m;
CALL become('U');

-- A scoped role takes the scope table's owner too, though the foreign key is allowed.
SET ROLE regress_electric_owner;
GRANT REFERENCES, SELECT ON projects TO regress_electric_mallory;
SET ROLE regress_electric_mallory;
ALTER TABLE m ADD FOREIGN KEY (project_id) REFERENCES projects;
\set VERBOSITY sqlstate
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:editor' TO m.user_id $$;
\set VERBOSITY terse

-- What a superuser writes into electric.* by hand confers nothing across owners.
RESET ROLE;
INSERT INTO electric.assignments (tbl, user_column, role, scope, path, path_keys)
	VALUES ('m', 'user_id', 'editor', 'projects', 'm_project_id_fkey',
	ARRAY['public.m(project_id) -> public.projects(id)', 'public.projects(id)']);
-- the ASSIGN of a superuser, who may, says what that is worth
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:editor' TO m.user_id $$;
SET ROLE regress_electric_client;
SELECT count(*) FROM issues;
INSERT INTO issues VALUES ('new', 'p1');
SELECT * FROM electric.roles() ORDER BY role COLLATE "C", scope_id;

-- Owners are compared as they are now: a table that changes hands takes its rules' meaning along.
SELECT electric.logout() \g /dev/null
RESET ROLE;
BEGIN;
ALTER TABLE users OWNER TO regress_electric_mallory;
SET ROLE regress_electric_client;
CALL become('V');
SELECT count(*) FROM regions;
SELECT * FROM regions_of_m;
ROLLBACK;
BEGIN;
ALTER TABLE m OWNER TO regress_electric_owner;
SET ROLE regress_electric_client;
CALL become('U');
SELECT count(*) FROM regions;
SELECT count(*) FROM regions_of_m;
ROLLBACK;
BEGIN;
ALTER TABLE regions OWNER TO regress_electric_mallory;
SET ROLE regress_electric_client;
CALL become('U');
SELECT count(*) FROM regions;
CALL become('V');
SELECT count(*) FROM regions;
ROLLBACK;
BEGIN;
ALTER TABLE projects OWNER TO regress_electric_mallory;
UPDATE users SET role = 'normie';
UPDATE project_memberships SET role = 'editor';
SET ROLE regress_electric_client;
CALL become('U');
SELECT count(*) FROM issues;
SELECT * FROM electric.roles() ORDER BY role COLLATE "C", scope_id;
ROLLBACK;
\set QUIET on
\i :reset

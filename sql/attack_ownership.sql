--
-- A table owner beside the owner: what Mallory may do with her own tables must not reach those of others,
-- neither their rows nor their rules nor their locks.
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
CREATE SCHEMA mallory AUTHORIZATION regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SELECT electric.add_client_role('regress_electric_client');
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, secret text UNIQUE);
CREATE TABLE members (project_id int CONSTRAINT membership REFERENCES projects, user_id text, role text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects);
INSERT INTO projects VALUES (1, 'one'), (2, 'two');
INSERT INTO members VALUES (1, 'alice', 'member'), (2, 'bob', 'member');
INSERT INTO issues VALUES (10, 1), (20, 2);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC GRANT READ ON projects, issues TO 'projects:member';
	ELECTRIC GRANT READ ON issues TO 'admin';
$$;
GRANT REFERENCES ON projects, issues TO regress_electric_mallory;
SET ROLE regress_electric_mallory;
CREATE TABLE mallory.mine (id int PRIMARY KEY, user_id text, role text);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE mallory.mine $$;
\pset format unaligned
\pset tuples_only on
\set alice 'SELECT FROM electric.set_user(''alice''); SET LOCAL ROLE regress_electric_client;'

-- Naming another's table as a scope must not lock it: a lock kept to the end would stop its owner's work.
\set locks 'SELECT relation::regclass, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = ''projects''::regclass;'
BEGIN;
SELECT electric.ddlx($$ELECTRIC REVOKE ALL ON mallory.mine FROM 'projects:member'$$);
SELECT electric.ddlx($$ELECTRIC UNASSIGN 'projects:member' FROM mallory.mine.user_id$$);
:locks
SAVEPOINT s;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON mallory.mine TO 'projects:member'$$);
ROLLBACK TO s;
SELECT electric.ddlx($$ELECTRIC ASSIGN 'projects:member' TO mallory.mine.user_id$$);
ROLLBACK TO s;
SELECT electric.ddlx($$ELECTRIC ENABLE projects$$);
ROLLBACK TO s;
:locks
ROLLBACK;

-- A key of hers that refers to the owner's table must not become a step of his paths, also under the name of his.
CREATE TABLE mallory.members (project_id int CONSTRAINT membership REFERENCES public.projects, id int REFERENCES public.issues);
SET ROLE regress_electric_owner;
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE ON projects TO 'issues:x' USING membership/id$$);
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE ON issues TO 'projects:member'$$);
SELECT path, path_keys FROM electric.grants WHERE tbl = 'issues'::regclass AND privilege = 'UPDATE';
SELECT electric.ddlx($$ELECTRIC REVOKE UPDATE ON issues FROM 'projects:member'$$);
RESET ROLE;
BEGIN;
:alice
TABLE projects;
TABLE issues;
ROLLBACK;

-- Roles of her tables count for her tables, whoever stands in them; the owner's count for his.
SET ROLE regress_electric_mallory;
INSERT INTO mallory.mine VALUES (1, 'alice', 'admin'), (2, 'alice', 'member');
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN mallory.mine.role TO mallory.mine.user_id;
	ELECTRIC ASSIGN 'mallory.mine:member' TO mallory.mine.user_id;
	ELECTRIC GRANT ALL ON mallory.mine TO 'admin';
$$;
RESET ROLE;
BEGIN;
:alice
TABLE issues;
SELECT id FROM mallory.mine;
ROLLBACK;

-- Her rules must not learn through the owner's tables what she may not read there.
SET ROLE regress_electric_mallory;
CREATE TABLE mallory.probe (secret text REFERENCES projects (secret), id int PRIMARY KEY REFERENCES projects);
CREATE TABLE mallory.row (id int PRIMARY KEY, project_id int REFERENCES projects);
SELECT electric.ddlx($$ELECTRIC ENABLE mallory.row; ELECTRIC GRANT READ ON mallory.row TO 'mallory.probe:x'
	USING project_id/mallory.probe.probe_id_fkey$$);
SELECT electric.ddlx($$ELECTRIC ENABLE mallory.row; ELECTRIC GRANT READ ON mallory.row TO 'projects:member'$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'projects:member' TO mallory.mine.user_id$$);

-- The primary key of a scope is read as well, whatever column leads there.
SET ROLE regress_electric_owner;
GRANT SELECT (secret) ON projects TO regress_electric_mallory;
SET ROLE regress_electric_mallory;
SELECT electric.ddlx($$ELECTRIC ENABLE mallory.probe; ELECTRIC GRANT READ ON mallory.probe TO 'projects:member' USING secret$$);

-- What runs as the table's owner ends as the caller, after an error as well.
RESET ROLE;
CREATE ROLE regress_electric_deputy IN ROLE regress_electric_owner;
SET ROLE regress_electric_deputy;
SELECT electric.ddlx($$ELECTRIC GRANT DELETE ON issues TO 'projects:member'$$), current_user;
SELECT current_user;
DO $$
BEGIN
	LOCK TABLE issues IN ACCESS EXCLUSIVE MODE;
	PERFORM electric.ddlx('ELECTRIC GRANT INSERT ON issues TO ''projects:member''; ELECTRIC GRANT READ ON mallory.mine TO ANYONE');
EXCEPTION WHEN OTHERS THEN
	RAISE WARNING '%: %', current_user, SQLERRM;
END $$;
SELECT current_user;
SELECT count(*) FROM electric.grants WHERE tbl = 'issues'::regclass AND privilege = 'INSERT';
\i :reset

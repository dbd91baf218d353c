--
-- Statements: what each of them stores, says and undoes.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE users (id text PRIMARY KEY, role text);
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE TABLE memberships (user_id text, project_id int REFERENCES projects, role text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects,
	old_project_id int REFERENCES projects);
\pset format unaligned
\pset tuples_only on
\set grants 'SELECT tbl, privilege, role, scope, path, path_keys FROM electric.grants ORDER BY tbl::text, 2, 3, 5;'
\set assignments 'SELECT tbl, user_column, role, role_column, scope, path, path_keys FROM electric.assignments ORDER BY tbl::text, 2, 3, 4;'

-- electric.ddlx() returns a row for each statement: the command and the tables it spoke of.
SELECT * FROM electric.ddlx($$
	ALTER TABLE projects ENABLE ELECTRIC;
	ALTER TABLE IF EXISTS missing ENABLE ELECTRIC;
	ELECTRIC ENABLE issues; ELECTRIC GRANT READ ON projects, issues TO AUTHENTICATED;
$$);
SELECT tbl, had_rls FROM electric.tables ORDER BY tbl::text;
:grants

-- ENABLE again is no error, and puts row-level security back on where the owner has switched it off.
ALTER TABLE projects DISABLE ROW LEVEL SECURITY;
SELECT electric.ddlx('ELECTRIC ENABLE projects');
SELECT relrowsecurity FROM pg_class WHERE relname = 'projects';

-- DO LANGUAGE ddlx does the same; lists mean tables x roles x privileges; missing indexes are named once.
DO LANGUAGE ddlx $$
	ELECTRIC GRANT INSERT, UPDATE ON projects, issues TO 'projects:editor', 'admin'
$$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT, UPDATE ON projects TO 'projects:editor', 'admin' $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT WRITE ON issues TO 'projects:editor', 'admin' USING project_id $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT WRITE ON issues TO 'projects:editor' USING project_id $$;
:grants

-- Another path adds a grant, with a NOTICE that names the older one; REVOKE removes both.
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE, DELETE ON issues TO 'projects:editor' USING old_project_id $$;
SELECT privilege, path FROM electric.grants WHERE tbl = 'issues'::regclass AND scope IS NOT NULL ORDER BY 1, 2;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE UPDATE, DELETE ON issues FROM 'projects:editor' $$;
SELECT privilege, path FROM electric.grants WHERE tbl = 'issues'::regclass AND scope IS NOT NULL ORDER BY 1, 2;

-- GRANT ALL followed by REVOKE DELETE leaves SELECT, INSERT and UPDATE.
DO LANGUAGE ddlx $$ ELECTRIC GRANT ALL ON projects TO 'projects:owner'; ELECTRIC REVOKE DELETE ON projects FROM 'projects:owner' $$;
SELECT privilege FROM electric.grants WHERE role = 'owner' ORDER BY 1;

-- Revoking and unassigning what is not there: NOTICE, no error. A global role is not the scoped one.
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE READ ON projects FROM 'owner'; ELECTRIC REVOKE ALL ON projects FROM ANYONE;
	ELECTRIC UNASSIGN 'projects:owner' FROM projects.owner_id;
$$;

-- ASSIGN: static and dynamic, global and scoped. A static and a dynamic one stand side by side.
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC ASSIGN (projects, memberships.role) TO memberships.user_id;
	ELECTRIC ASSIGN 'projects:member' TO memberships.user_id;
	ELECTRIC ASSIGN users.role TO users.id;
$$;
:assignments
DO LANGUAGE ddlx $$ ELECTRIC UNASSIGN 'projects:member' FROM memberships.user_id $$;
SELECT role, role_column FROM electric.assignments WHERE tbl = 'memberships'::regclass;

-- ASSIGN again replaces the path, with a NOTICE that shows what it was; without a change it is silent.
CREATE INDEX ON issues (project_id);
CREATE INDEX ON issues (old_project_id);
ALTER TABLE issues ADD assignee text UNIQUE;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:helper' TO issues.assignee USING project_id $$;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:helper' TO issues.assignee USING project_id $$;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:helper' TO issues.assignee USING old_project_id $$;

-- Through a path that begins backward no new row is in scope: GRANT INSERT says so.
CREATE TABLE tags (id int PRIMARY KEY);
CREATE TABLE issue_tags (issue_id int REFERENCES issues, tag_id int REFERENCES tags, PRIMARY KEY (issue_id, tag_id));
CREATE INDEX ON issue_tags (tag_id);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE tags; ELECTRIC GRANT ALL ON tags TO 'projects:editor' USING issue_tags_tag_id_fkey/issue_id/project_id $$;

-- SQLITE statements are kept in order of entry, for the clients.
RESET ROLE;
DO LANGUAGE ddlx $$ ELECTRIC SQLITE 'CREATE INDEX a'; ELECTRIC SQLITE E'it\'s' $$;
SELECT ord, sql FROM electric.client_sql ORDER BY ord;

-- Everything is transactional, with savepoints.
SET ROLE regress_electric_owner;
SELECT count(*) FROM electric.grants;
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON tags TO ANYONE $$;
SAVEPOINT here;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE ALL ON tags FROM 'projects:editor', ANYONE $$;
SELECT count(*) FROM electric.grants;
ROLLBACK TO here;
SELECT count(*) FROM electric.grants;
ROLLBACK;
SELECT count(*) FROM electric.grants;

-- DISABLE refuses while rules stand on the table or run through it, broken ones as well, and lists them.
ALTER TABLE issue_tags RENAME CONSTRAINT issue_tags_issue_id_fkey TO other_name;
SELECT electric.ddlx('ELECTRIC DISABLE issues');

-- So it is with a table that a path only goes through.
CREATE TABLE boards (id int PRIMARY KEY, project_id int REFERENCES projects);
CREATE TABLE cards (id int PRIMARY KEY, board_id int REFERENCES boards);
SELECT electric.ddlx('ELECTRIC ENABLE boards; ELECTRIC ENABLE cards; ELECTRIC GRANT READ ON cards TO ''projects:editor''');
SELECT electric.ddlx('ELECTRIC DISABLE boards');
SELECT electric.ddlx('ELECTRIC REVOKE READ ON cards FROM ''projects:editor''; ELECTRIC DISABLE boards');

-- REVOKE and UNASSIGN need no more of a scope and a column than the rule's own words.
SET client_min_messages = warning;
ALTER TABLE projects DROP CONSTRAINT projects_pkey CASCADE;
RESET client_min_messages;
ALTER TABLE issues RENAME assignee TO helper;
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE ALL ON projects FROM 'projects:editor';
	ELECTRIC UNASSIGN 'projects:helper' FROM issues.assignee;
$$;

-- Without them it removes our policies and row-level security; again: NOTICE.
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE ALL ON tags FROM 'projects:editor';
	ELECTRIC REVOKE ALL ON issues FROM 'projects:editor', 'admin', AUTHENTICATED;
	ALTER TABLE issues DISABLE ELECTRIC; ALTER TABLE issues DISABLE ELECTRIC;
$$;
SELECT relrowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) FROM pg_class c WHERE relname = 'issues';

-- Row-level security that was on before ENABLE stays on, and so it does beside a policy of others.
ALTER TABLE issues ENABLE ROW LEVEL SECURITY;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues; ELECTRIC DISABLE issues; ELECTRIC REVOKE ALL ON tags FROM ANYONE $$;
CREATE POLICY narrow ON tags AS RESTRICTIVE USING (id > 0);
DO LANGUAGE ddlx $$ ELECTRIC DISABLE tags $$;
SELECT relname, relrowsecurity FROM pg_class WHERE relname IN ('issues', 'tags') ORDER BY 1;
\i :reset

--
-- Policies: what rules compile to. Golden text: a change here changes every database.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text, "Rolle" text, deputy_id text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, owner_id text);
CREATE TABLE comments (id int PRIMARY KEY, issue_id int REFERENCES issues, author_id int);
CREATE TABLE users (id int PRIMARY KEY);
ALTER TABLE comments ADD CONSTRAINT comment_author_fkey FOREIGN KEY (author_id) REFERENCES users;
\pset format unaligned
\pset tuples_only on
\pset null ''
\pset recordsep '\n\n'
\pset fieldsep '\n    '
\set policies 'SELECT cmd, qual, with_check FROM pg_policies WHERE tablename = :table ORDER BY policyname;'
\set comments 'SELECT polname, obj_description(oid, $$pg_policy$$) FROM pg_policy WHERE polrelid = :table::regclass ORDER BY polname;'

-- From ENABLE on there is a policy for each command; without a grant all of them deny.
DO LANGUAGE ddlx $$ ELECTRIC ENABLE comments; ELECTRIC ENABLE projects; ELECTRIC ENABLE users; ELECTRIC ENABLE issues $$;
\set table '''comments'''
SELECT policyname, permissive, roles, cmd FROM pg_policies WHERE tablename = 'comments' ORDER BY 1;
:policies

-- Roles that need no row make one arm without a path.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ, INSERT ON comments TO AUTHENTICATED, 'admin' $$;
:policies

-- Each path is one arm, ordered by path, for whichever roles; UPDATE and DELETE reach only what may be read.
DO LANGUAGE ddlx $$
	ELECTRIC GRANT ALL ON comments TO 'projects:owner', 'projects:editor';
	ELECTRIC GRANT READ ON comments TO 'users:self';
$$;
:policies
:comments

-- A scope reached backward: the first columns are those that the other table refers to.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON users TO 'projects:owner' USING comment_author_fkey/issue_id/project_id $$;
\set table '''users'''
:policies

-- The table as its own scope: SELECT receives behind the key the columns that assign a granted role.
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ, UPDATE ON projects TO 'projects:owner';
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC ASSIGN 'projects:not granted' TO projects.deputy_id;
	ELECTRIC ASSIGN 'projects:owner' TO issues.owner_id;
$$;
\set table '''projects'''
:policies
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN (projects, projects."Rolle") TO projects.deputy_id $$;
SELECT cmd, qual FROM pg_policies WHERE tablename = 'projects' AND cmd = 'SELECT';
DO LANGUAGE ddlx $$ ELECTRIC UNASSIGN 'projects:owner' FROM projects.owner_id $$;
SELECT cmd, qual FROM pg_policies WHERE tablename = 'projects' AND cmd = 'SELECT';

-- Beside a permissive policy of others deny() is left out, for its commands alone; ENABLE warns of each.
RESET client_min_messages;
CREATE POLICY others ON projects FOR UPDATE USING (id = 1);
CREATE POLICY narrow ON projects AS RESTRICTIVE FOR INSERT WITH CHECK (id > 0);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE projects $$;
SELECT cmd, with_check FROM pg_policies WHERE tablename = 'projects' AND policyname ~ '^electric_[iu]' ORDER BY 1;
DROP POLICY others ON projects;
CREATE POLICY others ON projects USING (id = 1);
DO LANGUAGE ddlx $$ ELECTRIC REVOKE UPDATE ON projects FROM 'projects:owner' $$;
SELECT cmd, with_check FROM pg_policies WHERE tablename = 'projects' AND policyname ~ '^electric_[iu]' ORDER BY 1;

-- Only what differs is made anew; what was changed by hand is put right; policies of others stay.
CREATE TEMP TABLE before_oids AS SELECT oid, polname FROM pg_policy WHERE polrelid = 'comments'::regclass;
DO LANGUAGE ddlx $$ ELECTRIC GRANT DELETE ON comments TO ANYONE; ELECTRIC GRANT INSERT ON comments TO 'users:self' $$;
SELECT p.polname FROM pg_policy p JOIN before_oids b USING (oid) ORDER BY 1;
ALTER POLICY electric_select ON comments USING (true);
ALTER POLICY electric_delete ON comments TO regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE comments $$;
\set table '''comments'''
SELECT roles, cmd, qual FROM pg_policies WHERE tablename = 'comments' AND cmd IN ('SELECT', 'DELETE') ORDER BY policyname;
SELECT policyname FROM pg_policies WHERE tablename = 'projects' AND policyname !~ '^electric' ORDER BY 1;

-- A grant whose path no longer is as recorded (the change was not followed) makes no arm: the others stay.
RESET ROLE;
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
SET ROLE regress_electric_owner;
ALTER TABLE issues RENAME CONSTRAINT issues_project_id_fkey TO other_name;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE comments $$;
SELECT cmd, qual FROM pg_policies WHERE tablename = 'comments' AND cmd = 'SELECT';

-- Columns of SELECT, as only later versions write them, and of DELETE make no arm either, so that they are never ignored.
RESET ROLE;
INSERT INTO electric.grants (tbl, privilege, role, column_name) VALUES
	('users', 'SELECT', 'ANYONE', 'id'), ('users', 'DELETE', 'ANYONE', 'id');
DO LANGUAGE ddlx $$ ELECTRIC ENABLE users; ELECTRIC REVOKE READ ON users FROM 'projects:owner' $$;
\set table '''users'''
SELECT cmd, qual FROM pg_policies WHERE tablename = 'users' AND cmd IN ('SELECT', 'DELETE') ORDER BY 1;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON users TO ANYONE $$;
SELECT cmd, qual FROM pg_policies WHERE tablename = 'users' AND cmd = 'SELECT';

-- Names that need quotes, and arms by composite keys.
RESET ROLE;
CREATE SCHEMA "S p";
GRANT ALL ON SCHEMA "S p" TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE "S p"."Ä'\" (a int, "B" int, PRIMARY KEY ("B", a));
CREATE TABLE "S p".t (id int PRIMARY KEY, x int, "Y ""y" int, CONSTRAINT "k/'\" FOREIGN KEY ("Y ""y", x) REFERENCES "S p"."Ä'\");
CREATE INDEX ON "S p".t ("Y ""y", x);
SET search_path = '';
DO LANGUAGE ddlx $$ ELECTRIC ENABLE "S p".t; ELECTRIC GRANT ALL ON "S p".t TO ("S p"."Ä'\", 'r') $$;
RESET search_path;
\set table '''t'''
:policies
\set table '''"S p".t'''
:comments

-- Every partition has row-level security and no policy: clients go through the root. A foreign one has none.
RESET ROLE;
CREATE FOREIGN DATA WRAPPER regress_electric_fdw;
CREATE SERVER regress_electric_server FOREIGN DATA WRAPPER regress_electric_fdw;
CREATE TABLE parts (id int) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
CREATE TABLE parts_1_1 PARTITION OF parts_1 FOR VALUES FROM (0) TO (5);
CREATE FOREIGN TABLE parts_far PARTITION OF parts FOR VALUES FROM (10) TO (20) SERVER regress_electric_server;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE parts; ELECTRIC GRANT READ ON parts TO ANYONE $$;
\set state 'SELECT relname, relrowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) FROM pg_class c WHERE relname ^@ $$parts$$ ORDER BY 1;'
\pset recordsep '\n'
\pset fieldsep '|'
:state
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON parts FROM ANYONE; ELECTRIC DISABLE parts $$;
:state

-- DISABLE opens nothing that was closed: a partition with row-level security before ENABLE keeps it on for the tree.
ALTER TABLE parts_1_1 ENABLE ROW LEVEL SECURITY;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE parts; ELECTRIC DISABLE parts $$;
:state
SET client_min_messages = warning;
DROP SERVER regress_electric_server CASCADE;
DROP FOREIGN DATA WRAPPER regress_electric_fdw;

-- Dropping the extension leaves the tables closed, and they can be enabled again.
DROP EXTENSION electric_perm CASCADE;
SELECT policyname, qual FROM pg_policies WHERE tablename = 'users';
SELECT relname, relrowsecurity FROM pg_class WHERE relname IN ('users', 'comments') ORDER BY 1;
CREATE EXTENSION electric_perm;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE users; ELECTRIC ENABLE comments $$;
SELECT tablename, count(*) FROM pg_policies WHERE tablename IN ('users', 'comments') GROUP BY 1 ORDER BY 1;
\i :reset

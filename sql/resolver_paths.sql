--
-- Resolver: the way from a row to its scope, inferred or spelled out.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
\pset format unaligned
\pset tuples_only on
\pset null (null)
SET ROLE regress_electric_owner;
CREATE TABLE users (id text PRIMARY KEY);
CREATE TABLE projects (id text PRIMARY KEY, owner_id text REFERENCES users);
CREATE TABLE issues (id text PRIMARY KEY, project_id text REFERENCES projects);
CREATE TABLE comments (id text PRIMARY KEY, issue_id text REFERENCES issues, body text,
	author_id text CONSTRAINT comment_author_fkey REFERENCES users);
CREATE TABLE memberships (user_id text REFERENCES users, project_id text REFERENCES projects, role text);
CREATE TABLE notes (id text PRIMARY KEY);
SELECT electric.ddlx(format('ELECTRIC ENABLE %I', t))
	FROM unnest('{users,projects,issues,comments,notes}'::text[]) t \g /dev/null
\set rules 'SELECT tbl, role, scope, path, array_to_string(path_keys, \'; \') FROM electric.grants ORDER BY role COLLATE "C"'

-- A path or user column without an index gets a NOTICE with the statement that makes one.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON issues TO 'projects:reader'$$);
SELECT electric.ddlx($$ELECTRIC ASSIGN (projects, memberships.role) TO memberships.user_id$$);
CREATE INDEX ON issues (project_id);
CREATE INDEX ON comments (issue_id);
CREATE INDEX ON comments (author_id);
CREATE INDEX ON memberships (project_id);
CREATE INDEX ON memberships (user_id);
CREATE INDEX ON projects (owner_id);
SELECT electric.ddlx($$ELECTRIC REVOKE READ ON issues FROM 'projects:reader'$$);
SELECT electric.ddlx($$ELECTRIC UNASSIGN (projects, memberships.role) FROM memberships.user_id$$);

-- Without USING: the table itself if it is the scope, else the only forward path, of any length.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO 'projects:a0'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON issues TO 'projects:a1'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:a2'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'a3'$$);
:rules;

-- Several paths are ambiguous, listed as USING clauses that can be typed, the shortest first.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'users:self'$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'users:b1' USING author_id$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'users:b2' USING issue_id/project_id/owner_id$$);

-- No path is an error: inference goes forward only.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON notes TO 'projects:member'$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON users TO 'projects:member'$$);

-- Steps are columns, or foreign keys by name: the table's own forward, another table's backward.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON users TO 'projects:c1' USING comment_author_fkey/issue_id/project_id$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON users TO 'projects:c2' USING public.comments.comment_author_fkey/comments_issue_id_fkey/issues.project_id$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON users TO 'projects:c3' USING projects_owner_id_fkey$$);
:rules;

-- What is recorded can be typed again, and is the same grant.
SELECT electric.ddlx(format('ELECTRIC GRANT READ ON %s TO %L USING %s', tbl, 'projects:' || role, path))
	FROM electric.grants WHERE role IN ('c1', 'c3') ORDER BY role;
SELECT count(*) FROM electric.grants;

-- A foreign key that comes later does not change the path of a rule.
ALTER TABLE issues ADD project2_id text REFERENCES projects;
SELECT path FROM electric.grants WHERE role = 'a1';
SELECT electric.ddlx($$ELECTRIC GRANT READ ON issues TO 'projects:d1'$$);
ALTER TABLE issues DROP project2_id;

-- A wrong step: the error points at it and lists what would have been valid from there.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:e' USING issue_id/nonsense$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:e' USING body/project_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:e' USING comments_pkey$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:e' USING projects.owner_id$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON notes TO 'projects:e' USING id$$);

-- A path must end at the scope table, neither before nor behind it.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:e' USING author_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:e' USING issue_id$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:e' USING issue_id/project_id/owner_id$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects TO 'projects:e' USING owner_id$$);

-- No table twice.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:e' USING issue_id/comments_issue_id_fkey/issue_id/project_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:e' USING issue_id/project_id/issues_project_id_fkey/project_id$$);

-- A key to or from a partitioned table is one step, though each partition has a copy of it.
CREATE TABLE years (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE years_1 PARTITION OF years DEFAULT;
CREATE TABLE days (id int PRIMARY KEY, year_id int REFERENCES years);
CREATE TABLE hours (id int PRIMARY KEY, day_id int REFERENCES days) PARTITION BY LIST (id);
CREATE TABLE hours_1 PARTITION OF hours DEFAULT;
CREATE INDEX ON days (year_id);
CREATE INDEX ON hours (day_id);
SELECT electric.ddlx($$ELECTRIC ENABLE days; ELECTRIC GRANT READ ON days TO 'years:r' USING year_id;
	ELECTRIC GRANT READ ON days TO 'hours:r' USING hours_day_id_fkey$$);

-- The path of an assignment goes forward only.
SELECT electric.ddlx($$ELECTRIC ASSIGN 'projects:f' TO users.id USING comment_author_fkey/issue_id/project_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN 'projects:f' TO comments.author_id USING issue_id/project_id$$);
SELECT path, array_to_string(path_keys, '; ') FROM electric.assignments;

-- USING needs a scope.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'admin' USING issue_id$$);
\echo :LAST_ERROR_SQLSTATE

-- A dense schema with cycles: the answer comes at once, and an error lists no more than twenty paths.
DO $$ BEGIN
	CREATE TABLE top (id int PRIMARY KEY);
	FOR i IN 1 .. 15 LOOP EXECUTE format('CREATE TABLE k%s (id int PRIMARY KEY)', i); END LOOP;
	FOR i IN 1 .. 15 LOOP FOR j IN 1 .. 15 LOOP
		EXECUTE format('ALTER TABLE k%s ADD c%s int REFERENCES k%s', i, j, j);
	END LOOP; END LOOP;
	CREATE TABLE gate (id int PRIMARY KEY, k_id int REFERENCES k1, top_id int REFERENCES top);
	ALTER TABLE k15 ADD gate_id int REFERENCES gate;
	PERFORM electric.ddlx('ELECTRIC ENABLE gate; ELECTRIC ENABLE k1');
END $$;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON gate TO 'top:h'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON k1 TO 'top:h'$$);

-- The table's owner must be able to read what a path reads in tables that are not his.
RESET ROLE;
CREATE ROLE regress_electric_other;
ALTER TABLE issues OWNER TO regress_electric_other;
SET ROLE regress_electric_owner;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:g'$$);
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
GRANT SELECT (id) ON issues TO regress_electric_owner;
SET ROLE regress_electric_owner;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:g'$$);
RESET ROLE;
GRANT SELECT (project_id) ON issues TO regress_electric_owner;
SET ROLE regress_electric_owner;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON comments TO 'projects:g'$$);
\i :reset

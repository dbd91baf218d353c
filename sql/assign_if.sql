--
-- ASSIGN .. IF (expression): a row gives its role where the expression is true for it.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT FROM electric.add_client_role('regress_electric_client');
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
\pset format unaligned
\pset tuples_only on
\set asks 'SET ROLE regress_electric_client; SELECT FROM electric.set_user(:user, is_local => false);'
\set owner 'SET ROLE regress_electric_owner;'
\set roles 'SELECT role, scope_table, scope_id FROM electric.roles() WHERE lower(role) = role ORDER BY 1, 2, 3;'
\set seen 'SELECT coalesce(string_agg(id, '' '' ORDER BY id), ''nothing'') FROM issues;'
CREATE TABLE projects (id text PRIMARY KEY, owner_id text, status text);
CREATE TABLE issues (id text PRIMARY KEY, project_id text NOT NULL REFERENCES projects);
CREATE TABLE memberships (id text PRIMARY KEY, user_id text, project_id text REFERENCES projects, role text, valid boolean, expires timestamptz);
INSERT INTO projects VALUES ('p1', 'alice', 'open'), ('p2', 'alice', 'shut'), ('p3', 'bob', NULL);
INSERT INTO issues VALUES ('i1', 'p1'), ('i2', 'p2'), ('i3', 'p3');
INSERT INTO memberships VALUES ('m1', 'u', 'p1', 'editor', true, 'infinity'), ('m2', 'u', 'p2', 'editor', false, 'infinity'), ('m3', 'u', 'p3', 'editor', NULL, 'infinity');
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects;
	ELECTRIC ENABLE issues;
	ELECTRIC GRANT ALL ON issues TO 'projects:editor', 'site.admin';
$$;

-- A membership that is not valid, or of which that is not known, gives no role; the condition of a static role counts for it alone.
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, memberships.role) TO memberships.user_id IF (valid);
	ELECTRIC ASSIGN 'site.admin' TO memberships.user_id IF (role = 'site.admin');
$$;
\set user '''u'''
:asks
:roles
:seen
INSERT INTO issues VALUES ('i4', 'p1');
INSERT INTO issues VALUES ('i5', 'p2');
UPDATE issues SET project_id = 'p2' WHERE id = 'i4';
DELETE FROM issues RETURNING id;

-- Roles are live: each statement sees the rows as they are.
:owner
INSERT INTO issues VALUES ('i1', 'p1');
UPDATE memberships SET valid = NOT valid;
:asks
:seen
:owner
UPDATE memberships SET role = 'site.admin' WHERE id = 'm1';
:asks
:roles
:seen
:owner
TRUNCATE memberships;
:asks
:seen
:owner
INSERT INTO memberships VALUES ('m1', 'u', 'p1', 'editor', true, 'infinity'), ('m2', 'u', 'p2', 'editor', true, now() - interval '1 hour'), ('m3', 'v', 'p3', 'editor', true, now() + interval '1 hour');

-- A membership that expires, by the clock or by a change of the data; this. and row. are the row, and strings, comments and parentheses those of SQL.
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN (projects, memberships.role) TO memberships.user_id USING project_id
	IF (this.expires > now() /* ) */ AND (row.valid) AND role <> ')' -- )
)$$);
:asks
:seen
\set user '''v'''
:asks
:seen
:owner
UPDATE memberships SET expires = now() - interval '1 second' WHERE id = 'm3';
:asks
:seen

-- Time stands still within a transaction, as now() does.
:owner
BEGIN;
UPDATE memberships SET expires = clock_timestamp() WHERE id = 'm3';
:asks
SELECT FROM pg_sleep(0.01);
:seen
COMMIT;
:seen

-- A row that its table gives a role in itself can be read back by who creates it where the condition holds for the new row.
:owner
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id IF (status = 'open');
	ELECTRIC GRANT READ, UPDATE ON projects TO 'projects:owner';
	ELECTRIC GRANT INSERT ON projects TO AUTHENTICATED;
$$;
SELECT qual FROM pg_policies WHERE policyname = 'electric_select' AND tablename = 'projects';
\set user '''alice'''
:asks
SELECT id FROM projects ORDER BY 1;
INSERT INTO projects VALUES ('p4', 'alice', 'open') RETURNING id;
INSERT INTO projects VALUES ('p5', 'alice', 'shut') RETURNING id;
INSERT INTO projects VALUES ('p5', 'alice', NULL) RETURNING id;
INSERT INTO projects VALUES ('p5', 'bob', 'open') RETURNING id;
INSERT INTO projects VALUES ('p5', 'alice', 'shut');
UPDATE projects SET status = 'shut' WHERE id = 'p4' RETURNING id;
SELECT id FROM projects ORDER BY 1;

-- An error in a condition is an error of the queries of those users whose rows it meets.
:owner
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'projects:editor' TO memberships.user_id IF (1 / length(replace(role, 'bad', '')) > 0)$$);
UPDATE memberships SET role = 'bad' WHERE user_id = 'u';
\set user '''u'''
:asks
:seen
\set user '''v'''
:asks
:seen

-- UNASSIGN needs no condition to take the assignment back, and nothing of it stays behind.
:owner
DO LANGUAGE ddlx $$
	ELECTRIC UNASSIGN 'projects:editor' FROM memberships.user_id;
	ELECTRIC UNASSIGN (projects, memberships.role) FROM memberships.user_id;
	ELECTRIC UNASSIGN 'site.admin' FROM memberships.user_id;
	ELECTRIC UNASSIGN 'projects:owner' FROM projects.owner_id;
$$;
SELECT count(*) FROM electric.assignments;
SELECT count(*), count(*) FILTER (WHERE policyname ~ '^electric_if') FROM pg_policies;
SELECT qual FROM pg_policies WHERE policyname = 'electric_select' AND tablename = 'projects';
:asks
:seen
RESET ROLE;
\i :reset

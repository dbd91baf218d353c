--
-- Columns that change names: policies follow the column, rules record its name. Where they
-- come to mean different columns, since a change has not been followed, nothing is shown.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects);
INSERT INTO projects VALUES (1, 'alice'), (2, 'bob');
INSERT INTO issues VALUES (10, 1), (20, 2);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC GRANT ALL ON projects, issues TO 'projects:owner';
$$;
RESET ROLE;
SELECT electric.add_client_role('regress_electric_client');
\pset format unaligned
\pset tuples_only on
\set rows 'SELECT ''project '' || id FROM projects UNION ALL SELECT ''issue '' || id FROM issues ORDER BY 1;'
\set alice 'SELECT FROM electric.set_user(''alice''); SET LOCAL ROLE regress_electric_client;'

-- To begin with, alice sees project 1 and its issue.
BEGIN;
:alice
:rows
ROLLBACK;

-- A new column under the old name of a user column: the policy passes the old one, the rule reads the new one.
BEGIN;
ALTER TABLE projects RENAME owner_id TO former_owner_id;
ALTER TABLE projects ADD owner_id text;
UPDATE projects SET owner_id = 'nobody';
:alice
:rows
ROLLBACK;

-- The same in the other direction: who stands in the new column alone sees nothing either, since the policy does not pass it.
BEGIN;
ALTER TABLE projects RENAME owner_id TO former_owner_id;
ALTER TABLE projects ADD owner_id text;
UPDATE projects SET owner_id = 'alice';
:alice
SELECT 'project ' || id FROM projects ORDER BY 1;
ROLLBACK;

-- A new key column and foreign key under the old names: the arm that passes the old column gives no rows.
BEGIN;
ALTER TABLE issues RENAME project_id TO former_project_id;
ALTER TABLE issues RENAME CONSTRAINT issues_project_id_fkey TO former_fkey;
ALTER TABLE issues ADD project_id int CONSTRAINT issues_project_id_fkey REFERENCES projects;
UPDATE issues SET project_id = 2;
:alice
:rows
INSERT INTO issues (id, former_project_id, project_id) VALUES (30, 1, 1);
ROLLBACK;

-- A policy that somebody made to pass another column gives no rows through that arm.
BEGIN;
ALTER TABLE issues ADD other_id int DEFAULT 1;
ALTER POLICY electric_select ON issues USING (electric.allows('select', 'issues', 'issues_project_id_fkey', other_id));
:alice
:rows
ROLLBACK;

-- Stating the rule again makes policies and rules agree.
BEGIN;
ALTER TABLE projects RENAME owner_id TO former_owner_id;
ALTER TABLE projects ADD owner_id text;
UPDATE projects SET owner_id = 'alice';
SET client_min_messages = error;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id $$;
:alice
:rows
ROLLBACK;

\i :reset

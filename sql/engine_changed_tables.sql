--
-- A rule whose table, column or key no longer is as recorded gives no rows, and never an error to others:
-- where a change of the schema has not been followed.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC ASSIGN site_admins.role TO site_admins.user_id;
	ELECTRIC GRANT READ ON issues TO 'projects:member';
	ELECTRIC GRANT READ ON comments TO 'projects:member' USING issue_id/project_id;
	ELECTRIC GRANT READ ON reactions TO 'projects:member' USING comment_id/issue_id/project_id;
	ELECTRIC GRANT READ ON comments, issues, reactions TO 'admin';
$$;
INSERT INTO site_admins VALUES ('sa', 'V', 'admin');
\set visible 'SELECT (SELECT count(*) FROM issues) AS issues, (SELECT count(*) FROM comments) AS comments, (SELECT count(*) FROM reactions) AS reactions;'
\set both 'SET ROLE regress_electric_client; CALL become($$U$$); :visible CALL become($$V$$); :visible'

-- As long as all is as recorded: U sees what is in p1, V the admin everything.
BEGIN;
:both
ROLLBACK;

-- A constraint on the path gone, or under another name: no rows through it, the other paths stay.
BEGIN;
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey;
:both
ROLLBACK;
BEGIN;
ALTER TABLE comments RENAME CONSTRAINT comments_issue_id_fkey TO other;
:both
ROLLBACK;
BEGIN;
ALTER TABLE comments DROP CONSTRAINT comments_issue_id_fkey;
ALTER TABLE comments ADD CONSTRAINT comments_issue_id_fkey FOREIGN KEY (author_id) REFERENCES users;
:both
ROLLBACK;

-- The same constraint made again is as recorded; one that is not validated, or is not enforced for some rows, joins the same.
BEGIN;
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey;
ALTER TABLE issues ADD CONSTRAINT issues_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects NOT VALID;
:both
ROLLBACK;

-- Columns of the path or of the assignment renamed, dropped, or of another type.
BEGIN;
ALTER TABLE issues RENAME project_id TO project;
:both
ROLLBACK;
BEGIN;
ALTER TABLE project_memberships RENAME role TO rank;
:both
ROLLBACK;
BEGIN;
ALTER TABLE project_memberships DROP role;
:both
ROLLBACK;
BEGIN;
ALTER TABLE project_memberships DROP user_id;
:both
ROLLBACK;
BEGIN;
ALTER TABLE project_memberships DROP CONSTRAINT project_memberships_user_id_fkey, ALTER user_id TYPE text[] USING ARRAY[user_id];
:both
ROLLBACK;
BEGIN;
ALTER TABLE project_memberships DROP CONSTRAINT project_memberships_user_id_fkey, ALTER user_id TYPE varchar(9);
:both
ROLLBACK;
BEGIN;
ALTER TABLE project_memberships ALTER role TYPE int USING length(role);
:both
ROLLBACK;

-- Tables on the way renamed, moved, or dropped with what hangs on them.
BEGIN;
ALTER TABLE issues RENAME TO tickets;
\set visible 'SELECT 0 AS issues, (SELECT count(*) FROM comments) AS comments, (SELECT count(*) FROM reactions) AS reactions;'
:both
ROLLBACK;
\set visible 'SELECT (SELECT count(*) FROM issues) AS issues, (SELECT count(*) FROM comments) AS comments, (SELECT count(*) FROM reactions) AS reactions;'
BEGIN;
DROP TABLE project_memberships;
:both
ROLLBACK;
BEGIN;
DROP TABLE site_admins;
:both
ROLLBACK;
BEGIN;
DROP TABLE projects CASCADE;
:both
ROLLBACK;

-- The scope's primary key gone, or another one: roles in it mean nothing any more.
BEGIN;
ALTER TABLE projects ADD key serial;
ALTER TABLE projects DROP CONSTRAINT projects_pkey CASCADE;
ALTER TABLE projects ADD UNIQUE (id), ADD PRIMARY KEY (key);
ALTER TABLE issues ADD CONSTRAINT issues_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id);
ALTER TABLE project_memberships ADD CONSTRAINT project_memberships_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id);
:both
ROLLBACK;

-- A later foreign key does not change what was resolved.
BEGIN;
ALTER TABLE issues ADD other_project text DEFAULT 'p1' REFERENCES projects;
ALTER TABLE comments ADD project_id text DEFAULT 'p1' REFERENCES projects;
:both
ROLLBACK;

-- Rules of which the engine knows nothing: a condition or a column list confers nothing, on whatever it stands.
RESET ROLE;
BEGIN;
UPDATE electric.grants SET check_sql = 'true' WHERE role = 'admin';
UPDATE electric.assignments SET if_sql = 'true' WHERE scope IS NOT NULL;
ALTER TABLE issues ADD reload int;
:both
ROLLBACK;
BEGIN;
UPDATE electric.grants SET scope = 'regions' WHERE role = 'member';
ALTER TABLE issues ADD reload int;
:both
ROLLBACK;
BEGIN;
UPDATE electric.grants SET tbl = 999999 WHERE tbl = 'reactions'::regclass;
UPDATE electric.assignments SET tbl = 999999 WHERE scope IS NULL;
ALTER TABLE issues ADD reload int;
:both
ROLLBACK;

-- A column list confers nothing either, and no rule does on a table that is not enabled.
BEGIN;
UPDATE electric.grants SET column_name = 'id' WHERE role = 'member';
DELETE FROM electric.tables WHERE tbl = 'reactions'::regclass;
ALTER TABLE issues ADD reload int;
:both
ROLLBACK;
\set QUIET on
\i :reset

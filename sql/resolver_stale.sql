--
-- Resolver: a rule whose keys are no longer as recorded gives no rows, where a change of the
-- schema has not been followed.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET ROLE regress_electric_owner;
CALL enable_all();
SELECT electric.ddlx($$
	ELECTRIC GRANT READ ON issues, comments TO 'projects:member';
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
$$);

-- What the member sees: issues of his project and their comments.
CREATE VIEW seen WITH (security_invoker) AS
	SELECT (SELECT string_agg(id, ' ' ORDER BY id) FROM issues) AS issues,
		(SELECT string_agg(id, ' ' ORDER BY id) FROM comments) AS comments;
GRANT SELECT ON seen TO regress_electric_client;
\set look 'SET ROLE regress_electric_client; CALL become(\'U\'); SELECT * FROM seen; SET ROLE regress_electric_owner'
:look;

-- A constraint of the path under another name: nothing, until it has its name back.
ALTER TABLE issues RENAME CONSTRAINT issues_project_id_fkey TO other;
:look;
ALTER TABLE issues RENAME CONSTRAINT other TO issues_project_id_fkey;
:look;

-- A column of the path under another name.
ALTER TABLE comments RENAME issue_id TO thing_id;
:look;
ALTER TABLE comments RENAME thing_id TO issue_id;
:look;

-- A table of the path under another name.
ALTER TABLE issues RENAME TO things;
:look;
ALTER TABLE things RENAME TO issues;
:look;

-- Another key under the name of the recorded one.
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey;
:look;
ALTER TABLE issues ADD other_id text;
UPDATE issues SET other_id = 'p1';
ALTER TABLE issues ADD CONSTRAINT issues_project_id_fkey FOREIGN KEY (other_id) REFERENCES projects;
:look;
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey;
ALTER TABLE issues ADD FOREIGN KEY (project_id) REFERENCES projects;
:look;

-- Another primary key of the scope.
ALTER TABLE projects ADD code int GENERATED ALWAYS AS IDENTITY UNIQUE;
ALTER TABLE issues DROP CONSTRAINT issues_project_id_fkey;
ALTER TABLE project_memberships DROP CONSTRAINT project_memberships_project_id_fkey;
ALTER TABLE projects DROP CONSTRAINT projects_pkey;
ALTER TABLE projects ADD CONSTRAINT projects_id UNIQUE (id), ADD PRIMARY KEY (code);
ALTER TABLE issues ADD FOREIGN KEY (project_id) REFERENCES projects (id);
ALTER TABLE project_memberships ADD FOREIGN KEY (project_id) REFERENCES projects (id);
:look;
ALTER TABLE projects DROP CONSTRAINT projects_pkey;
ALTER TABLE projects ADD PRIMARY KEY (id);
:look;

-- A table on the way that its new owner does not let ours read.
RESET ROLE;
CREATE ROLE regress_electric_other;
ALTER TABLE issues OWNER TO regress_electric_other;
SET ROLE regress_electric_owner;
:look;
RESET ROLE;
GRANT SELECT ON issues TO regress_electric_owner;
SET ROLE regress_electric_owner;
:look;

-- So it is with the path of an assignment, whoever's rights or names have changed.
RESET ROLE;
CREATE SCHEMA camp AUTHORIZATION regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE camp.teams (id text PRIMARY KEY, project_id text REFERENCES projects);
CREATE TABLE team_members (team_id text REFERENCES camp.teams, user_id text);
CREATE INDEX ON camp.teams (project_id);
CREATE INDEX ON team_members (team_id);
CREATE INDEX ON team_members (user_id);
INSERT INTO camp.teams VALUES ('t1', 'p2');
INSERT INTO team_members VALUES ('t1', 'W');
SELECT electric.ddlx($$ELECTRIC ASSIGN 'projects:member' TO team_members.user_id USING team_id/project_id$$);
\set look_w 'SET ROLE regress_electric_client; CALL become(\'W\'); SELECT * FROM seen; RESET ROLE'
:look_w;
ALTER SCHEMA camp RENAME TO fort;
:look_w;
ALTER SCHEMA fort RENAME TO camp;
:look_w;
ALTER TABLE camp.teams OWNER TO regress_electric_other;
:look_w;
CREATE ROLE regress_electric_readers ROLE regress_electric_owner;
GRANT SELECT ON camp.teams TO regress_electric_readers;
:look_w;
REVOKE regress_electric_readers FROM regress_electric_owner;
:look_w;
ALTER ROLE regress_electric_owner SUPERUSER;
:look_w;
ALTER ROLE regress_electric_owner NOSUPERUSER;
:look_w;

-- A rule stays stale where another one is made by a new key of that name: its role means nothing in the other's scope.
SET ROLE regress_electric_owner;
CREATE TABLE boxes (id text PRIMARY KEY, place text CONSTRAINT place REFERENCES projects);
CREATE INDEX ON boxes (place);
CREATE TABLE region_members (region_id text REFERENCES regions, user_id text, role text);
CREATE INDEX ON region_members (region_id);
CREATE INDEX ON region_members (user_id);
INSERT INTO region_members VALUES ('rg1', 'U', 'member'), ('rg1', 'W', 'clerk');
SELECT electric.ddlx($$
	ELECTRIC ENABLE boxes;
	ELECTRIC ASSIGN (regions, region_members.role) TO region_members.user_id;
	ELECTRIC GRANT READ ON boxes TO 'projects:member';
$$);
ALTER TABLE boxes DROP CONSTRAINT place;
INSERT INTO boxes VALUES ('b1', 'rg1'), ('b2', 'rg2');
ALTER TABLE boxes ADD CONSTRAINT place FOREIGN KEY (place) REFERENCES regions;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON boxes TO 'regions:clerk'$$);
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM boxes;
CALL become('W');
SELECT id FROM boxes;

-- Nor does it mean its own where the new key joins another column, whichever of the two is read first.
SET ROLE regress_electric_owner;
ALTER TABLE boxes DROP CONSTRAINT place, ADD other text DEFAULT 'p1';
CREATE INDEX ON boxes (other);
ALTER TABLE boxes ADD CONSTRAINT place FOREIGN KEY (other) REFERENCES projects;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON boxes TO 'projects:a'$$);
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM boxes;
SET ROLE regress_electric_owner;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON boxes TO 'projects:member'$$);
SET ROLE regress_electric_client;
SELECT id FROM boxes;
\i :reset

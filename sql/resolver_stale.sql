--
-- Resolver: a rule whose keys are no longer as recorded gives no rows.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
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
\i :reset

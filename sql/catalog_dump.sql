--
-- dump(): statements that recreate the rules, for whoever owns the tables.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_deputy IN ROLE regress_electric_owner;
CREATE ROLE regress_electric_mallory;
CREATE SCHEMA "app.one";
GRANT ALL ON SCHEMA public, "app.one" TO regress_electric_owner, regress_electric_mallory;
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE TABLE memberships (user_id text, project_id int REFERENCES projects, role text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects,
	old_project_id int CONSTRAINT "old/p""k" REFERENCES projects);
CREATE TABLE "app.one"."Rä:um ""e'\" (a int, b int, PRIMARY KEY (b, a), "Wer ""?" text, "Als ""?" text);
CREATE TABLE "app.one".things (id int PRIMARY KEY, a int, b int,
	FOREIGN KEY (b, a) REFERENCES "app.one"."Rä:um ""e'\");
\pset format unaligned
\pset tuples_only on

-- Without rules there is nothing to dump.
SELECT * FROM electric.dump();

-- Statements are qualified and quoted, canonical, one for the privileges of one rule, ENABLE first.
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE issues; ELECTRIC ENABLE projects; ELECTRIC ENABLE "app.one".things;
	ELECTRIC ENABLE "app.one"."Rä:um ""e'\";
	ELECTRIC GRANT ALL ON projects, issues TO AUTHENTICATED;
	ELECTRIC REVOKE DELETE ON issues FROM AUTHENTICATED;
	ELECTRIC GRANT READ ON projects TO ANYONE, 'projects:owner', 'house.admin', (NULL, 'a:b "c');
	ELECTRIC GRANT READ ON issues TO 'projects:a:b' USING project_id;
	ELECTRIC GRANT READ ON issues TO 'projects:it''s\' USING old_project_id;
	ELECTRIC GRANT UPDATE ON issues TO 'projects:it''s\' USING project_id;
	ELECTRIC GRANT READ, INSERT ON "app.one".things TO ("app.one"."Rä:um ""e'\", 'Gast:1');
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC ASSIGN (projects, memberships.role) TO memberships.user_id;
	ELECTRIC ASSIGN memberships.role TO memberships.user_id;
	ELECTRIC ASSIGN ("app.one"."Rä:um ""e'\", 'Gast:1') TO "app.one"."Rä:um ""e'\"."Wer ""?";
	ELECTRIC ASSIGN "app.one"."Rä:um ""e'\"."Als ""?" TO "app.one"."Rä:um ""e'\"."Wer ""?";
$$;
RESET ROLE;
DO LANGUAGE ddlx $$ ELECTRIC SQLITE 'PRAGMA x; -- it''s\'; ELECTRIC SQLITE 'second' $$;
SELECT * FROM electric.dump();

-- Round trip: run against the same schema without rules, the dump gives the same rows.
CREATE TEMP TABLE before_grants AS SELECT * FROM electric.grants;
CREATE TEMP TABLE before_assignments AS SELECT * FROM electric.assignments;
CREATE TEMP TABLE before_tables AS SELECT * FROM electric.tables;
CREATE TEMP TABLE before_client_sql AS SELECT * FROM electric.client_sql;
CREATE TEMP TABLE before_policies AS SELECT * FROM pg_policies;
CREATE TEMP TABLE dumped AS SELECT string_agg(d, E'\n') AS statements FROM electric.dump() d;
DELETE FROM electric.client_sql;
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE ALL ON projects, issues FROM AUTHENTICATED;
	ELECTRIC REVOKE ALL ON projects FROM ANYONE, 'projects:owner', 'house.admin', (NULL, 'a:b "c');
	ELECTRIC REVOKE ALL ON issues FROM 'projects:a:b', 'projects:it''s\';
	ELECTRIC REVOKE ALL ON "app.one".things FROM ("app.one"."Rä:um ""e'\", 'Gast:1');
	ELECTRIC UNASSIGN 'projects:owner' FROM projects.owner_id;
	ELECTRIC UNASSIGN (projects, memberships.role) FROM memberships.user_id;
	ELECTRIC UNASSIGN memberships.role FROM memberships.user_id;
	ELECTRIC UNASSIGN ("app.one"."Rä:um ""e'\", 'Gast:1') FROM "app.one"."Rä:um ""e'\"."Wer ""?";
	ELECTRIC UNASSIGN "app.one"."Rä:um ""e'\"."Als ""?" FROM "app.one"."Rä:um ""e'\"."Wer ""?";
	ELECTRIC DISABLE issues; ELECTRIC DISABLE projects; ELECTRIC DISABLE "app.one".things;
	ELECTRIC DISABLE "app.one"."Rä:um ""e'\";
$$;
SELECT * FROM electric.dump();
SELECT count(*) FROM electric.ddlx((SELECT statements FROM dumped));
\set differs '(SELECT * FROM :before EXCEPT SELECT * FROM :after) UNION ALL (SELECT * FROM :after EXCEPT SELECT * FROM :before);'
\set before before_grants
\set after electric.grants
:differs
\set before before_assignments
\set after electric.assignments
:differs
\set before before_tables
\set after electric.tables
:differs
\set before before_client_sql
\set after electric.client_sql
:differs
\set before before_policies
\set after pg_policies
:differs
SELECT (SELECT count(*) FROM electric.grants), (SELECT count(*) FROM electric.assignments);

-- Also under a search_path that finds nothing.
DELETE FROM electric.client_sql;
SET search_path = '';
SELECT count(*) FROM electric.ddlx((SELECT statements FROM pg_temp.dumped));
RESET search_path;
\set before before_grants
\set after electric.grants
:differs

-- Each sees the rules on his own tables, members of the owner's role included; SQLITE is for the database's owner.
SET ROLE regress_electric_mallory;
CREATE TABLE mine (id int PRIMARY KEY);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE mine; ELECTRIC GRANT READ ON mine TO ANYONE $$;
SELECT * FROM electric.dump();
SET ROLE regress_electric_deputy;
SELECT count(*), count(*) FILTER (WHERE d ~ 'mine|SQLITE') FROM electric.dump() d;

-- A rule whose table or scope is gone is left out; unknown content is passed over.
RESET ROLE;
DROP TABLE mine;
DROP SCHEMA "app.one" CASCADE;
ALTER TABLE electric.grants DROP CONSTRAINT grants_privilege_check;
INSERT INTO electric.grants (tbl, privilege, role, scope, path) VALUES
	('projects', 'FLY', 'x', NULL, NULL), ('projects', 'SELECT', 'scope without path', 'projects', NULL),
	('projects', 'SELECT', 'path without scope', NULL, 'x'), ('projects', 'SELECT', 'ANYONE', 'projects', ''),
	(4294967295, 'SELECT', 'no table', NULL, NULL);
SELECT * FROM electric.dump();
\i :reset

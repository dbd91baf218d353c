--
-- An end user with SQL and a temporary schema: functions, operators, domains, views and tables of his own
-- must not see a row that he may not read, nor stand in for what the rules speak of.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SELECT electric.add_client_role('regress_electric_client');
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, name text);
CREATE TABLE members (project_id int REFERENCES projects, user_id text, role text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, title text);
CREATE INDEX ON issues (project_id);
INSERT INTO projects VALUES (1, 'mine'), (2, 'secret');
INSERT INTO members VALUES (1, 'alice', 'member'), (2, 'bob', 'member');
INSERT INTO issues VALUES (10, 1, 'mine'), (20, 2, 'secret'), (30, NULL, 'secret');
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC GRANT READ ON projects TO 'projects:member';
	ELECTRIC GRANT READ ON issues TO 'projects:member';
	ELECTRIC GRANT UPDATE, DELETE ON issues TO AUTHENTICATED;
$$;
RESET ROLE;
SELECT FROM electric.set_user('alice', is_local => false);
SET SESSION AUTHORIZATION regress_electric_client;
SET client_min_messages = notice;
\pset format unaligned
\pset tuples_only on

-- A function that costs nothing and tells what it sees must see his own rows alone, wherever it stands.
CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
	AS $$ BEGIN RAISE NOTICE 'sees %', $1; RETURN true; END $$;
CREATE FUNCTION pg_temp.tell(int, int) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
	AS $$ BEGIN RAISE NOTICE 'sees %', $1; RETURN true; END $$;
CREATE OPERATOR pg_temp.= (LEFTARG = int, RIGHTARG = int, FUNCTION = pg_temp.tell, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
SELECT id FROM issues WHERE pg_temp.tell(title);
SELECT i.id, p.id FROM issues i JOIN projects p ON pg_temp.tell(i.title || p.name);
SELECT id FROM issues WHERE project_id OPERATOR(pg_temp.=) id;
SELECT count(*) FROM issues i LEFT JOIN projects p ON pg_temp.tell(i.id, p.id) GROUP BY pg_temp.tell(title);
SELECT id FROM issues ORDER BY pg_temp.tell(title), max(id) OVER (PARTITION BY pg_temp.tell(title));
UPDATE issues SET title = title WHERE pg_temp.tell(title);
DELETE FROM issues WHERE NOT pg_temp.tell(title);
SELECT id FROM issues WHERE pg_temp.tell(title) FOR UPDATE;

-- The same through views of his, which are not asked for a column.
CREATE VIEW pg_temp.barrier WITH (security_barrier) AS SELECT * FROM issues WHERE pg_temp.tell(title);
CREATE VIEW pg_temp.invoker WITH (security_invoker) AS SELECT * FROM issues WHERE pg_temp.tell(title);
UPDATE pg_temp.barrier SET project_id = 1;
DELETE FROM pg_temp.invoker WHERE id = 20;
UPDATE pg_temp.invoker SET title = 'x' WHERE id > 10;
COPY (SELECT id FROM pg_temp.barrier) TO STDOUT;

-- A value that ends in an error must be one of his.
SELECT title::int FROM issues;
SELECT 1 / (id - 20) FROM issues;
UPDATE issues SET id = 20;

-- His tables and domains under the names of those of the rules change nothing.
CREATE TEMP TABLE members AS SELECT 2 AS project_id, 'alice' AS user_id, 'member' AS role;
CREATE TEMP TABLE projects (id int PRIMARY KEY, name text);
CREATE DOMAIN pg_temp.regclass AS text;
CREATE DOMAIN pg_temp.int4 AS int CHECK (VALUE < 0);
SET search_path = pg_temp, public;
SELECT id FROM issues;
SELECT role, scope_table, scope_id FROM electric.roles();
SELECT electric.ddlx($$ELECTRIC ASSIGN 'public.projects:member' TO members.user_id$$);
SELECT electric.ddlx($$ELECTRIC ENABLE projects$$);
DROP TABLE members, projects;
RESET search_path;

-- Constraints of his that ask the rules get the answer for him, in every kind of statement.
CREATE DOMAIN pg_temp.mine AS int CHECK (electric.allows('select', 'issues', 'issues_project_id_fkey', VALUE));
CREATE TEMP TABLE tries (id int CHECK (electric.allows('select', 'issues', 'issues_project_id_fkey', id)));
SELECT 1::pg_temp.mine;
SELECT 2::pg_temp.mine FROM issues;
INSERT INTO tries VALUES (1);
INSERT INTO tries SELECT project_id + 1 FROM issues;
COPY tries FROM STDIN;
2
\.
ALTER TABLE tries ADD CHECK (electric.allows('update', 'projects', '', id));
CREATE INDEX ON tries ((electric.allows('select', 'issues', 'issues_project_id_fkey', id)));

-- Statistics show nothing of the values.
RESET SESSION AUTHORIZATION;
ANALYZE issues;
SET SESSION AUTHORIZATION regress_electric_client;
SELECT count(*) FROM pg_stats WHERE tablename = 'issues';
RESET SESSION AUTHORIZATION;
SELECT electric.logout();
\i :reset

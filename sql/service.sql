--
-- Services: what a secret API key makes possible, in client roles for services.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset null ''
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_app;
CREATE ROLE regress_electric_server;
GRANT CREATE, USAGE ON SCHEMA public TO regress_electric_owner;
GRANT EXECUTE ON FUNCTION electric.set_user TO regress_electric_app, regress_electric_server;
SELECT electric.add_client_role('regress_electric_app');
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE TABLE issues (id serial PRIMARY KEY, project_id int REFERENCES projects, title text, state text DEFAULT 'open');
CREATE TABLE logs (id int PRIMARY KEY, project_id int REFERENCES projects, line text) ;
CREATE TABLE plain (id int PRIMARY KEY);
CREATE INDEX ON issues (project_id);
CREATE INDEX ON projects (owner_id);
INSERT INTO projects VALUES (1, 'alice'), (2, 'bob');
INSERT INTO issues (project_id, title) VALUES (1, 'one'), (1, 'two'), (2, 'three'), (NULL, 'nowhere');
INSERT INTO logs VALUES (1, 1, 'line');
INSERT INTO plain VALUES (1);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues; ELECTRIC ENABLE logs;
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC GRANT READ ON issues TO 'projects:owner' USING project_id WHERE (state = 'open');
	ELECTRIC GRANT UPDATE (title) ON issues TO 'projects:owner' USING project_id CHECK (new.title <> old.title);
	ELECTRIC GRANT INSERT (project_id, title) ON issues TO 'projects:owner' USING project_id;
$$;
RESET ROLE;

-- A client role for services holds the four privileges on every enabled table, whatever is granted, and nothing on others.
SELECT electric.add_client_role('regress_electric_server', service => true);
SELECT * FROM electric.client_roles ORDER BY 1;
SELECT relname, string_agg(privilege_type, ' ' ORDER BY privilege_type) FROM pg_class, aclexplode(relacl) WHERE grantee = 'regress_electric_server'::regrole GROUP BY 1 ORDER BY 1;
SELECT tablename, cmd, roles, qual, with_check FROM pg_policies WHERE policyname = 'electric_service' ORDER BY 1;

-- With a secret key it may do everything there: conditions, column lists and missing grants bind no service.
SELECT electric.create_api_key('server', 'secret', claims => '{"name": "server"}') AS key \gset
SET ROLE regress_electric_server;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
SELECT electric.user_id() IS NULL, electric.is_authenticated(), electric.claims();
SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM issues), (SELECT count(*) FROM logs);
INSERT INTO projects VALUES (3, 'carol') RETURNING *;
INSERT INTO issues (project_id, title, state) VALUES (3, 'four', 'done') RETURNING *;
UPDATE issues SET state = 'done', project_id = 3 WHERE id = 1 RETURNING *;
UPDATE issues SET title = title RETURNING id;
INSERT INTO issues VALUES (4, 2, 'again') ON CONFLICT (id) DO UPDATE SET title = excluded.title, project_id = excluded.project_id RETURNING *;
MERGE INTO logs USING (VALUES (1, 'new'), (2, 'added')) v (id, line) ON logs.id = v.id WHEN MATCHED THEN UPDATE SET line = v.line WHEN NOT MATCHED THEN INSERT VALUES (v.id, 2, v.line);
SELECT * FROM logs ORDER BY 1;
SELECT id FROM issues ORDER BY id FOR UPDATE;
DELETE FROM issues RETURNING id;
DELETE FROM logs;
ROLLBACK;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
SELECT count(*) FROM plain;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
TRUNCATE logs;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- roles(), can() and explain() say so.
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
SELECT * FROM electric.roles();
SELECT electric.can('read', 'logs', '1'), electric.can('update', 'logs', '1'), electric.can('delete', 'issues', '4'), electric.can('read', 'logs', '99');
SELECT * FROM electric.explain('update', 'logs', '1');
SELECT * FROM electric.explain('read', 'issues', '4');
SELECT * FROM electric.explain('delete', 'logs', '99');
ROLLBACK;

-- Without the key, and with an end user's identity, the rules bind this role like any client role: also where it holds a privilege that no rule calls for.
SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM issues), (SELECT count(*) FROM logs);
SELECT role FROM electric.roles();
BEGIN;
SELECT electric.set_user('alice');
SELECT id FROM issues ORDER BY 1;
UPDATE issues SET title = 'changed' RETURNING id;
UPDATE logs SET line = 'changed' RETURNING id;
DELETE FROM projects RETURNING id;
SELECT electric.can('delete', 'issues', '1'), electric.can('update', 'issues', '1');
INSERT INTO logs VALUES (9, 1, 'mine');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
SELECT electric.set_user('alice');
UPDATE issues SET state = 'done' WHERE id = 1;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
-- .. and a publishable key gives it what ANYONE has.
RESET ROLE;
SELECT electric.create_api_key('page') AS page \gset
SET ROLE regress_electric_server;
BEGIN;
SELECT electric.authenticate(:'page') IS NULL;
SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM issues), (SELECT count(*) FROM logs);
ROLLBACK;

-- An end user after the service in one transaction is an end user, and afterwards the service is nobody.
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
SELECT count(*) FROM issues;
SELECT electric.set_user('bob');
SELECT count(*) FROM issues;
COMMIT;
SELECT count(*) FROM issues;

-- For the session, until logout; a revoked key ends it at the next statement.
SELECT electric.authenticate(:'key', false) IS NULL;
SELECT count(*) FROM issues;
RESET ROLE;
SELECT electric.revoke_api_key(split_part(:'key', '_', 3));
SET ROLE regress_electric_server;
SELECT count(*) FROM issues;
SELECT electric.claims();
SELECT electric.logout();

-- Restrictive policies of others narrow what a service may do.
RESET ROLE;
SELECT electric.create_api_key('server', 'secret') AS key \gset
CREATE POLICY narrow ON issues AS RESTRICTIVE USING (id < 3);
SET ROLE regress_electric_server;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
SELECT id FROM issues ORDER BY 1;
DELETE FROM issues RETURNING id;
ROLLBACK;

-- Prepared statements are planned anew for each role, and each execution asks who it is for.
RESET ROLE;
DROP POLICY narrow ON issues;
SET plan_cache_mode = force_generic_plan;
PREPARE count_issues AS SELECT count(*) FROM issues;
SET ROLE regress_electric_server;
EXECUTE count_issues;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
EXECUTE count_issues;
ROLLBACK;
EXECUTE count_issues;
SET ROLE regress_electric_app;
EXECUTE count_issues;

-- Nor does a worker of a parallel plan answer for the leader: what is read as a service is read by the leader.
RESET ROLE;
ALTER TABLE logs SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM logs;
SET ROLE regress_electric_server;
EXPLAIN (COSTS OFF) SELECT count(*) FROM logs;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
SELECT count(*) FROM logs;
ROLLBACK;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;

-- The planner knows of services in their own roles alone: others' index conditions stay.
RESET ROLE;
INSERT INTO projects SELECT i, 'user ' || i FROM generate_series(10, 2000) i;
INSERT INTO issues (project_id, title) SELECT i, 'many' FROM generate_series(10, 2000) i, generate_series(1, 5);
ANALYZE projects, issues;
SET ROLE regress_electric_app;
EXPLAIN (COSTS OFF) SELECT * FROM issues;
SET ROLE regress_electric_server;
EXPLAIN (COSTS OFF) SELECT * FROM issues;
EXPLAIN (COSTS OFF) SELECT * FROM issues WHERE id = 7;
EXPLAIN (COSTS OFF) SELECT * FROM logs;
RESET ROLE;
\i :reset

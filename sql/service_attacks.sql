--
-- Attacks with and around the identity of a service.
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
SELECT electric.add_client_role('regress_electric_server', service => true);
CREATE ROLE regress_electric_heir IN ROLE regress_electric_server;
CREATE ROLE regress_electric_login NOINHERIT IN ROLE regress_electric_server, regress_electric_app;
SELECT electric.create_api_key('server', 'secret') AS key \gset
SELECT electric.create_api_key('page') AS page \gset

-- A secret key through any other role is refused: a client role, a member of the service's role, the owner, a superuser.
SET ROLE regress_electric_app;
SELECT electric.authenticate(:'key');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.authenticate(:'key', false);
\echo :LAST_ERROR_SQLSTATE
SET ROLE regress_electric_heir;
SELECT electric.authenticate(:'key');
\echo :LAST_ERROR_SQLSTATE
SET ROLE regress_electric_owner;
SELECT electric.authenticate(:'key');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
SELECT electric.authenticate(:'key');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.claims(), (SELECT count(*) FROM electric.roles());

-- .. also through a function with the rights of the service's role: what counts is the role in which the session goes on.
CREATE FUNCTION as_server(key text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN electric.authenticate(key, false); END $$;
ALTER FUNCTION as_server OWNER TO regress_electric_server;
SET ROLE regress_electric_app;
SELECT as_server(:'key');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;

-- SET ROLE carries the power nowhere: not into a client role, and not into a member of the service's role, to whom the policy applies.
SET SESSION AUTHORIZATION regress_electric_login;
SET ROLE regress_electric_server;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
SELECT count(*) FROM issues;
DECLARE opened CURSOR FOR SELECT id FROM issues;
FETCH 1 FROM opened;
SET ROLE regress_electric_app;
SELECT count(*) FROM issues;
UPDATE issues SET title = 'x' RETURNING id;
SELECT role FROM electric.roles();
SELECT electric.can('read', 'issues', '1');
-- nor do the rows of a cursor that was opened before
FETCH ALL FROM opened;
INSERT INTO issues (project_id, title) VALUES (1, 'x');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_server;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
RESET ROLE;
SET ROLE regress_electric_heir;
SELECT count(*) FROM issues;
SELECT electric.can('read', 'issues', '1'), electric.allows_service('issues');
DELETE FROM issues RETURNING id;
INSERT INTO projects VALUES (9, 'x');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- Nor do views and functions of others: a service reads through a view with the rights of its owner, and so what the rules give there.
RESET ROLE;
CREATE VIEW of_app AS SELECT * FROM issues;
ALTER VIEW of_app OWNER TO regress_electric_app;
GRANT SELECT ON of_app TO regress_electric_server;
CREATE VIEW of_server AS SELECT * FROM issues;
ALTER VIEW of_server OWNER TO regress_electric_server;
GRANT SELECT ON of_server TO regress_electric_app;
CREATE FUNCTION of_app_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM public.issues';
ALTER FUNCTION of_app_count OWNER TO regress_electric_app;
SET ROLE regress_electric_server;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
SELECT (SELECT count(*) FROM of_app), of_app_count(), (SELECT count(*) FROM of_server);
RESET ROLE;
SET ROLE regress_electric_app;
SELECT (SELECT count(*) FROM of_app), of_app_count(), (SELECT count(*) FROM of_server);
ROLLBACK;

-- Nor do writes through a view of the service's role, of somebody who is no service.
RESET ROLE;
GRANT ALL ON of_server TO regress_electric_app;
SET ROLE regress_electric_app;
BEGIN;
SELECT electric.set_user('alice');
DELETE FROM of_server RETURNING id;
SAVEPOINT s;
UPDATE of_server SET state = 'done' RETURNING id;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO s;
INSERT INTO of_server VALUES (9, 1, 'x', 'done');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- A role that inherits a client role and the service's holds the privileges of both, and is bound by the rules: by their columns, conditions and commands.
RESET ROLE;
CREATE ROLE regress_electric_both IN ROLE regress_electric_server, regress_electric_app;
SET ROLE regress_electric_both;
SELECT electric.authenticate(:'key');
\echo :LAST_ERROR_SQLSTATE
BEGIN;
SELECT electric.set_user('alice');
SELECT id FROM issues ORDER BY 1;
DELETE FROM issues RETURNING id;
UPDATE logs SET line = 'changed' RETURNING id;
INSERT INTO issues (project_id, title) VALUES (1, 'by the listed columns');
INSERT INTO issues (project_id, title, state) VALUES (1, 'by another one', 'open');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
SELECT electric.set_user('alice');
UPDATE issues SET state = 'done' WHERE id = 1;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- A session's service is one in the service's role alone, also where a function with SET role takes its caller there and back.
RESET ROLE;
CREATE FUNCTION there_and_back() RETURNS text LANGUAGE sql SET role = regress_electric_server AS $$ SELECT current_user || ' ' || count(*) FROM public.issues $$;
SET SESSION AUTHORIZATION regress_electric_app;
SELECT there_and_back();
\echo :LAST_ERROR_SQLSTATE
SET SESSION AUTHORIZATION regress_electric_both;
SET ROLE regress_electric_server;
SELECT electric.authenticate(:'key', false) IS NULL;
RESET ROLE;
SELECT there_and_back(), count(*) FROM issues;
SET ROLE regress_electric_app;
SELECT there_and_back(), count(*) FROM issues;
SELECT electric.logout();
SELECT there_and_back();
RESET SESSION AUTHORIZATION;

-- Without the policies and privileges that DROP OWNED takes from the service's role nothing is left, and verify() lists what was.
BEGIN;
SET LOCAL client_min_messages = warning;
SET ROLE regress_electric_server;
SELECT electric.authenticate(:'key') IS NULL;
RESET ROLE;
DROP OWNED BY regress_electric_server;
SELECT problem FROM electric.verify() WHERE object LIKE '%issues';
SET ROLE regress_electric_server;
SELECT count(*) FROM issues;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
SET ROLE regress_electric_app;

-- A publishable key and a trusted caller's claims make no service.
BEGIN;
SELECT electric.authenticate(:'page') IS NULL;
SELECT electric.allows_service('issues');
SELECT count(*) FROM issues;
ROLLBACK;
BEGIN;
SELECT electric.set_user('SERVICE', '{"service": true, "role": "SERVICE"}');
SELECT electric.allows_service('issues'), count(*) FROM issues;
ROLLBACK;

-- The function that the policy calls speaks of enabled tables alone, and of nothing else.
RESET ROLE;
CREATE FUNCTION pg_temp.asks() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN electric.allows_service('issues'); END $$;
CREATE PROCEDURE pg_temp.told(a boolean, b boolean) LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% %', a, b; END $$;
SET ROLE regress_electric_server;
BEGIN;
SELECT electric.authenticate(:'key') IS NULL;
SELECT electric.allows_service('issues'), electric.allows_service('plain'), electric.allows_service(NULL), electric.allows_service(0), electric.allows_service('pg_authid');
-- .. also where one call is asked about one after the other, and by CALL.
SELECT tbl, electric.allows_service(tbl) FROM (VALUES ('issues'::regclass), ('plain'), ('logs'), (NULL), ('pg_authid'), ('projects')) v (tbl), (SELECT FROM issues LIMIT 1) one;
CALL pg_temp.told(electric.allows_service('issues'), electric.allows_service('plain'));
-- .. and what an expression of PL/pgSQL was told in one statement does not hold in the next.
SELECT pg_temp.asks();
SELECT electric.set_user('alice');
SELECT pg_temp.asks();
ROLLBACK;
SELECT electric.allows_service('issues');

-- A role that is no client role for services any more, or has been renamed, gives nothing to who is a service already.
SELECT electric.authenticate(:'key', false) IS NULL;
SELECT count(*) FROM issues;
RESET ROLE;
ALTER ROLE regress_electric_server RENAME TO regress_electric_renamed;
SET ROLE regress_electric_renamed;
SELECT count(*) FROM issues;
SELECT role FROM electric.roles();
RESET ROLE;
ALTER ROLE regress_electric_renamed RENAME TO regress_electric_server;
SET ROLE regress_electric_server;
SELECT count(*) FROM issues;
RESET ROLE;
SELECT electric.add_client_role('regress_electric_server');
SET ROLE regress_electric_server;
SELECT count(*) FROM issues;
SELECT electric.logout();

-- Roles that no policy binds are no roles for services either.
RESET ROLE;
CREATE ROLE regress_electric_super SUPERUSER;
SELECT electric.add_client_role('regress_electric_super', true);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.add_client_role('regress_electric_owner', true);
\echo :LAST_ERROR_SQLSTATE
\i :reset

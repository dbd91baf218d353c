--
-- Conditions: CHECK and WHERE narrow a grant of SELECT, INSERT and DELETE to rows for which they are true.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT FROM electric.add_client_role('regress_electric_client');
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text, status text DEFAULT 'draft');
CREATE TABLE memberships (project_id int REFERENCES projects, user_id text, PRIMARY KEY (user_id, project_id));
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, author text, hidden boolean);
INSERT INTO projects VALUES (1, 'alice', 'draft'), (2, 'alice', 'done'), (3, 'bob', 'draft'), (4, 'alice', NULL);
INSERT INTO memberships VALUES (1, 'carol'), (3, 'carol');
INSERT INTO issues VALUES (10, 1, 'alice', false), (11, 1, 'carol', true), (12, 1, 'alice', true), (30, 3, 'bob', NULL);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC ASSIGN 'projects:member' TO memberships.user_id;
	ELECTRIC GRANT INSERT ON projects TO AUTHENTICATED CHECK (new.owner_id = auth.user_id);
	ELECTRIC GRANT READ, DELETE ON projects TO 'projects:owner' WHERE (status = 'draft' OR auth.data.level = 'admin');
	ELECTRIC GRANT READ ON issues TO 'projects:owner';
	ELECTRIC GRANT READ ON issues TO 'projects:member' WHERE (NOT hidden);
	ELECTRIC GRANT READ ON issues TO AUTHENTICATED WHERE (author = auth.user_id);
	ELECTRIC GRANT INSERT ON issues TO 'projects:member' CHECK (row.author = auth.user_id AND this.hidden IS NOT TRUE);
	ELECTRIC GRANT DELETE ON issues TO 'projects:member' CHECK (old.author = auth.user_id);
$$;
RESET ROLE;
SET ROLE regress_electric_client;
\pset format unaligned
\pset tuples_only on
\set user 'SELECT FROM electric.set_user(:''name'', is_local => false);'

-- READ: rows for which the condition is true; NULL is not true.
\set name alice
:user
SELECT id, status FROM projects ORDER BY id;
SELECT FROM electric.set_user('alice', '{"data": {"level": "admin"}}', false);
SELECT id, status FROM projects ORDER BY id;
SELECT FROM electric.set_user('alice', '{"data": {"level": {"admin": 1}}}', false);
SELECT id FROM projects ORDER BY id;

-- Grants are additive: each row by a grant whose condition holds. Carol is a member of 1 and 3.
SELECT FROM electric.logout();
\set name carol
:user
SELECT id, author, hidden FROM issues ORDER BY id;
\set name alice
:user
SELECT id FROM issues ORDER BY id;
SELECT FROM electric.logout();
SELECT count(*) FROM issues;

-- INSERT: new. and bare columns are the new row's; creation is granted by its owner column.
\set name dave
:user
INSERT INTO projects VALUES (5, 'dave') RETURNING id, status;
INSERT INTO projects VALUES (6, 'alice');
INSERT INTO projects VALUES (6, NULL);
INSERT INTO projects VALUES (6, 'dave'), (7, 'alice');
SELECT FROM electric.logout();
INSERT INTO projects VALUES (6, NULL);
\set name carol
:user
INSERT INTO issues VALUES (13, 1, 'carol', false), (14, 1, 'carol', NULL);
INSERT INTO issues VALUES (15, 1, 'carol', true);
INSERT INTO issues VALUES (15, 1, 'alice', false);
INSERT INTO issues VALUES (15, 2, 'carol', false);

-- DELETE: old. and bare columns are the old row's; what may not be deleted is skipped, also by a condition of READ.
DELETE FROM issues WHERE id IN (10, 11, 13) RETURNING id;
DELETE FROM issues WHERE id = 12;
SELECT FROM electric.logout();
\set name alice
:user
DELETE FROM projects WHERE id IN (2, 3, 4) RETURNING id;

-- The condition asks for the user of the statement's start, not of now.
BEGIN;
DECLARE mine CURSOR FOR SELECT id FROM issues WHERE author = 'alice' ORDER BY id;
SELECT FROM electric.logout();
FETCH ALL FROM mine;
COMMIT;

-- auth.user_id takes the type of its context by the strict readers; what does not fit is NULL, never an error.
RESET ROLE;
SET ROLE regress_electric_owner;
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN number AS int CHECK (value > 0);
CREATE DOMAIN feeling AS mood;
CREATE TABLE typed (id int PRIMARY KEY, u uuid, i int, b bigint, t text, v varchar(9), c citext, e mood, d number, f feeling);
INSERT INTO typed VALUES (1, '00000000-0000-0000-0000-00000000000a', 7, 7, '7', '7', 'Seven', 'glad', 7, 'sad');
SET client_min_messages = warning;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE typed;
	ELECTRIC GRANT READ ON typed TO ANYONE CHECK (u = auth.user_id OR auth.user_id = i OR b = auth.user_id OR c = auth.user_id
		OR e = auth.user_id OR d = auth.user_id OR this.f = auth.user_id OR (auth.user_id IS NULL AND auth.claims ? 'guest') OR t || '!' = auth.user_id);
$$;
RESET ROLE;
SET ROLE regress_electric_client;
\set seen 'SELECT FROM electric.set_user(:name, :claims, false); SELECT id FROM typed;'
\set claims '''{}'''
\set name '''00000000-0000-0000-0000-00000000000A'''
:seen
SELECT FROM electric.logout();
\set name '''seven'''
:seen
SELECT FROM electric.logout();
\set name '''7'''
:seen
SELECT FROM electric.logout();
\set name '''07'''
:seen
SELECT FROM electric.logout();
\set name '''glad'''
:seen
SELECT FROM electric.logout();
\set name '''sad'''
:seen
SELECT FROM electric.logout();
\set name '''7!'''
:seen
SELECT FROM electric.logout();
\set name NULL
:seen
\set claims '''{"guest": true}'''
:seen
SELECT FROM electric.logout();
RESET ROLE;
\i :reset

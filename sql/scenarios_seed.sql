--
-- Scenarios: the five grants and two assignments of the Permissions page, typed as they
-- stand, and what an owner, a member, a stranger and an anonymous visitor get.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE users (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE projects (id uuid PRIMARY KEY, name text NOT NULL, owner_id uuid REFERENCES users);
CREATE TABLE project_memberships (project_id uuid REFERENCES projects, user_id uuid REFERENCES users,
	PRIMARY KEY (project_id, user_id));
CREATE TABLE issues (id int PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects);
CREATE TABLE comments (id int PRIMARY KEY, issue_id int NOT NULL REFERENCES issues,
	author_id uuid CONSTRAINT comment_author_fkey REFERENCES users, body text);
CREATE INDEX ON projects (owner_id);
CREATE INDEX ON project_memberships (user_id);
CREATE INDEX ON issues (project_id);
CREATE INDEX ON comments (issue_id);
CREATE INDEX ON comments (author_id);
RESET client_min_messages;
\set olga '00000000-0000-0000-0000-00000000000a'
\set mel '00000000-0000-0000-0000-00000000000b'
\set stan '00000000-0000-0000-0000-00000000000c'
\set one '11111111-1111-1111-1111-111111111111'
\set two '22222222-2222-2222-2222-222222222222'
INSERT INTO users VALUES (:'olga', 'Olga'), (:'mel', 'Mel'), (:'stan', 'Stan');
INSERT INTO projects VALUES (:'one', 'One', :'olga'), (:'two', 'Two', :'stan');
INSERT INTO project_memberships VALUES (:'one', :'mel');
INSERT INTO issues VALUES (1, :'one'), (2, :'two');
INSERT INTO comments VALUES (1, 1, :'mel', 'by the member'), (2, 2, :'stan', 'elsewhere'), (3, 1, NULL, 'unsigned');
ALTER TABLE users ENABLE ELECTRIC;
ALTER TABLE projects ENABLE ELECTRIC;
ALTER TABLE project_memberships ENABLE ELECTRIC;
ALTER TABLE issues ENABLE ELECTRIC;
ALTER TABLE comments ENABLE ELECTRIC;

-- Typed as they stand.
ELECTRIC GRANT ALL
ON projects
TO 'projects:owner';

ELECTRIC GRANT SELECT
ON projects
TO 'projects:member';

ELECTRIC ASSIGN 'projects:owner'
TO projects.owner_id;

ELECTRIC ASSIGN 'projects:member'
TO project_memberships.user_id;

ELECTRIC GRANT ALL
ON issues
TO 'projects:owner';

ELECTRIC GRANT ALL
ON comments
TO 'projects:owner'
USING issue_id/project_id;

ELECTRIC GRANT READ
ON users
TO 'projects:owner'
USING comment_author_fkey/issue_id/project_id;

SET SESSION AUTHORIZATION regress_electric_client;
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on

-- The owner of a project has all of it, down to its comments, and reads their authors.
BEGIN;
SELECT electric.set_user(:'olga');
SELECT role, scope_table, scope_id = ARRAY[:'one'] FROM electric.roles();
SELECT name FROM projects ORDER BY 1;
SELECT id FROM issues ORDER BY 1;
SELECT id, body FROM comments ORDER BY 1;
SELECT name FROM users ORDER BY 1;
UPDATE projects SET name = 'Uno';
UPDATE projects SET name = 'mine' WHERE id = :'two';
INSERT INTO issues VALUES (3, :'one');
INSERT INTO comments VALUES (4, 3, :'stan', 'on the new issue');
SELECT name FROM users ORDER BY 1;
INSERT INTO issues VALUES (4, :'two');
INSERT INTO comments VALUES (5, 2);
UPDATE issues SET project_id = :'two' WHERE id = 1;
DELETE FROM comments;
SELECT name FROM users ORDER BY 1;
UPDATE users SET name = 'mine';
INSERT INTO users VALUES (gen_random_uuid(), 'New');
INSERT INTO projects VALUES (gen_random_uuid(), 'New', :'olga');
SELECT count(*) FROM project_memberships;
ROLLBACK;

-- A member reads the project, and neither writes it nor sees more.
BEGIN;
SELECT electric.set_user(:'mel');
SELECT role, scope_table, scope_id = ARRAY[:'one'] FROM electric.roles();
SELECT name FROM projects ORDER BY 1;
SELECT (SELECT count(*) FROM issues), (SELECT count(*) FROM comments), (SELECT count(*) FROM users);
SELECT count(*) FROM project_memberships;
UPDATE projects SET name = 'mine';
DELETE FROM projects;
INSERT INTO issues VALUES (3, :'one');
INSERT INTO comments VALUES (4, 1, :'mel');
INSERT INTO project_memberships VALUES (:'two', :'mel');
ROLLBACK;

-- A stranger, and a visitor without user id, see nothing and change nothing.
BEGIN;
SELECT electric.set_user('nobody we know');
SELECT * FROM electric.roles();
\set nothing 'SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM issues), (SELECT count(*) FROM comments), (SELECT count(*) FROM users);'
:nothing
UPDATE projects SET name = 'mine';
DELETE FROM comments;
INSERT INTO issues VALUES (3, :'one');
SELECT electric.set_user(NULL);
SELECT * FROM electric.roles();
:nothing
DELETE FROM issues;
INSERT INTO projects VALUES (gen_random_uuid(), 'New', NULL);
ROLLBACK;
\set QUIET on
\i :reset

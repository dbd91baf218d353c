--
-- Which locks on tables each statement holds until the end of its transaction.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_late;
CREATE SCHEMA locked AUTHORIZATION regress_electric_owner;
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
SET search_path = locked, public;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE TABLE memberships (user_id text, project_id int REFERENCES projects);
CREATE TABLE issues (id serial PRIMARY KEY, project_id int REFERENCES projects);
CREATE TABLE comments (id int, issue_id int REFERENCES issues, body text) PARTITION BY RANGE (id);
CREATE TABLE comments_1 PARTITION OF comments FOR VALUES FROM (0) TO (10);
CREATE TABLE comments_2 PARTITION OF comments FOR VALUES FROM (10) TO (20);
RESET ROLE;
SELECT electric.add_client_role('regress_electric_client');
CREATE VIEW locked.held AS
	SELECT DISTINCT ON (object) coalesce(relation::regclass::text, classid::regclass::text) AS object, mode
	FROM pg_locks LEFT JOIN pg_class c ON c.oid = relation
	WHERE pid = pg_backend_pid() AND locktype IN ('relation', 'object')
		AND (relkind IN ('r', 'p') AND relnamespace IN ('locked'::regnamespace, 'electric'::regnamespace)
			OR classid = 'pg_namespace'::regclass)
	ORDER BY object, array_position(ARRAY['AccessExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock',
		'ShareUpdateExclusiveLock', 'RowExclusiveLock', 'AccessShareLock'], mode);
GRANT SELECT ON locked.held TO PUBLIC;
SET ROLE regress_electric_owner;

-- ENABLE: readers are locked out of the table and of those partitions whose row-level security was off.
BEGIN;
ELECTRIC ENABLE issues;
SELECT * FROM held;
COMMIT;
BEGIN;
ELECTRIC ENABLE comments;
SELECT * FROM held;
COMMIT;
BEGIN;
ELECTRIC ENABLE comments;
SELECT * FROM held;
COMMIT;

-- GRANT: the table, and against changes alone the scope and the tables on the way; the schema if it gives USAGE on it.
BEGIN;
ELECTRIC GRANT READ ON comments TO 'projects:member';
SELECT * FROM held;
COMMIT;

-- REVOKE: no scope.
BEGIN;
ELECTRIC REVOKE READ ON comments FROM 'projects:member';
SELECT * FROM held;
COMMIT;

-- The guard's trigger stands on partitions too, so the first grant that needs it locks writers out of them ..
BEGIN;
ELECTRIC GRANT UPDATE (body) ON comments TO 'projects:member';
SELECT * FROM held;
COMMIT;

-- .. and when none needs it any more, readers as well.
BEGIN;
ELECTRIC REVOKE UPDATE ON comments FROM 'projects:member';
SELECT * FROM held;
COMMIT;

-- ASSIGN: readers and writers are locked out where a policy is made or dropped, and there alone.
BEGIN;
ELECTRIC ASSIGN 'projects:member' TO memberships.user_id;
SELECT * FROM held;
ELECTRIC UNASSIGN 'projects:member' FROM memberships.user_id;
SELECT * FROM held;
COMMIT;
BEGIN;
ELECTRIC ASSIGN 'projects:member' TO memberships.user_id IF (user_id <> '');
SELECT * FROM held;
COMMIT;
BEGIN;
ELECTRIC UNASSIGN 'projects:member' FROM memberships.user_id;
SELECT * FROM held;
COMMIT;
BEGIN;
ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
SELECT * FROM held;
COMMIT;

-- A statement that fails holds nothing, whatever it has locked before.
BEGIN;
SAVEPOINT s;
ELECTRIC GRANT READ ON issues, projects TO 'admin';
ROLLBACK TO s;
SELECT * FROM held;
COMMIT;

-- A new client role, and one that goes: all enabled tables, against changes of rules alone.
RESET ROLE;
BEGIN;
SELECT electric.add_client_role('regress_electric_late');
SELECT * FROM held;
COMMIT;
BEGIN;
SELECT electric.drop_client_role('regress_electric_late');
SELECT * FROM held;
COMMIT;

-- DISABLE: as ENABLE.
SET ROLE regress_electric_owner;
BEGIN;
ELECTRIC DISABLE comments;
SELECT * FROM held;
COMMIT;

-- Statements for clients follow each other.
RESET ROLE;
BEGIN;
ELECTRIC SQLITE 'SELECT 1';
SELECT * FROM held;
COMMIT;

RESET ROLE;
\i :reset

--
-- electric.can(): what it accepts, and whom it answers what.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CREATE TABLE counters (id int PRIMARY KEY, project_id text REFERENCES projects, n int);
CREATE INDEX ON counters (project_id);
CREATE TABLE notes (body text);
CREATE DOMAIN code AS text CHECK (VALUE ~ '^[a-z]$');
CREATE TABLE codes (id code PRIMARY KEY);
CREATE TABLE plain (id int PRIMARY KEY);
CREATE VIEW issue_titles AS SELECT id, title FROM issues;
CALL enable_all();
CREATE TABLE logs (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE logs_0 PARTITION OF logs DEFAULT;
ELECTRIC ENABLE logs;
ELECTRIC DISABLE plain;
INSERT INTO counters VALUES (1, 'p1', 0), (2, 'p2', 0);
INSERT INTO codes VALUES ('a');
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON counters, issues TO 'projects:member';
	ELECTRIC GRANT UPDATE (n) ON counters TO 'projects:member' CHECK (new.n = old.n + 1);
	ELECTRIC GRANT READ ON compound_level1, codes TO AUTHENTICATED;
$$;
SET ROLE regress_electric_client;
CALL become('U');

-- Privileges are words in any letter case, and READ is SELECT.
SELECT electric.can('SELECT', 'counters', '1'), electric.can('read', 'counters', '1'), electric.can('Delete', 'counters', '1');

-- INSERT speaks of no row that exists, and is no question; nor are other words, with the same answer whatever the row.
SELECT electric.can('insert', 'counters', '1');
SELECT electric.can('write', 'counters', '1');
SELECT electric.can('', 'counters', '2');
SELECT electric.can('select; DROP TABLE issues', 'counters', '1');

-- NULL is no answer to anything.
SELECT electric.can(NULL, 'counters', '1');
SELECT electric.can('read', NULL, '1');
SELECT electric.can('read', 'counters', NULL);
SELECT electric.can('read', 'counters', VARIADIC NULL);

-- A composite key has its values in the key's order: one for each column, whatever comes first in the table.
SELECT electric.can('read', 'compound_level1', 'l1', 'x'), electric.can('read', 'compound_level1', 'x', 'l1');
SELECT electric.can('read', 'compound_level1', VARIADIC ARRAY['l2', 'x']);
SELECT electric.can('read', 'compound_level1', 'l1');
SELECT electric.can('read', 'compound_level1', 'l1', 'x', 'y');
SELECT electric.can('read', 'compound_level1', VARIADIC '{}');
SELECT electric.can('read', 'compound_level1', VARIADIC '{{l1,x}}');

-- A text that is no value of the column is an error that names the key, also of a row that is not there; a domain refuses none.
SELECT electric.can('read', 'counters', 'one');
SELECT electric.can('read', 'counters', '99999999999');
SELECT electric.can('read', 'counters', ' 1 '), electric.can('read', 'codes', 'a'), electric.can('read', 'codes', 'no code');

-- Tables without a primary key, without rules, partitions, views and what is no table are errors of their own.
SELECT electric.can('read', 'notes', 'x');
SELECT electric.can('read', 'plain', '1');
SELECT electric.can('read', 'logs_0', '1');
SELECT electric.can('read', 'issue_titles', 'i1');
SELECT electric.can('read', 4000000000::regclass, '1');

-- UPDATE is asked as a change of some column that leaves all as they are, so that a condition that asks for a change is not met.
SELECT electric.can('update', 'counters', '1');
UPDATE counters SET n = n + 1 WHERE id = 1 RETURNING n;

-- Every call speaks of the end user of now; within a statement on the table, of the one with whom that began.
SELECT id, electric.can('read', 'counters', id::text) FROM counters ORDER BY id;
CALL become(NULL);
SELECT electric.can('read', 'counters', '1');
BEGIN;
CALL become('U');
DECLARE c CURSOR FOR SELECT electric.can('read', 'counters', id::text) FROM counters;
CALL become('V');
FETCH c;
ROLLBACK;

-- A role that may not select from the table may read none of its rows, whoever the end user is.
RESET ROLE;
CREATE ROLE regress_electric_other;
GRANT SELECT (id) ON counters TO regress_electric_other;
SET ROLE regress_electric_other;
CALL become('U');
SELECT electric.can('read', 'counters', '1'), electric.can('read', 'counters', '2'), electric.can('read', 'issues', 'i1');
RESET ROLE;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
SELECT 'counters'::regclass::oid AS counters \gset
SET ROLE regress_electric_other;
SELECT electric.can('read', :counters, '1');
RESET ROLE;
GRANT USAGE ON SCHEMA public TO PUBLIC;

-- Whom row-level security does not bind is told what the rules say of the end user.
SELECT electric.user_id(), electric.can('read', 'counters', '1'), electric.can('read', 'counters', '2'), electric.can('read', 'counters', '3');
SET ROLE regress_electric_owner;
SELECT electric.can('read', 'counters', '1'), electric.can('read', 'counters', '2');

-- It writes nothing and needs no setting: in a read-only transaction, and with row_security off.
SET ROLE regress_electric_client;
CALL become('U');
BEGIN READ ONLY;
SET LOCAL row_security = off;
SELECT electric.can('update', 'counters', '1'), electric.can('read', 'counters', '1'), electric.can('read', 'counters', '2');
SHOW row_security;
ROLLBACK;

-- Two users of one prepared statement get their own answers, made for the first of them.
PREPARE ask AS SELECT electric.can('read', 'counters', '1');
SET plan_cache_mode = force_generic_plan;
EXECUTE ask;
CALL become('V');
EXECUTE ask;
RESET plan_cache_mode;

-- Names that the caller puts before others are not looked at: tables, operators, temporary ones.
RESET ROLE;
CREATE SCHEMA trap AUTHORIZATION regress_electric_client;
SET ROLE regress_electric_client;
CREATE FUNCTION trap.yes(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.yes);
CREATE FUNCTION trap.allows(text, regclass) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE TEMP TABLE issues AS SELECT 'i3' AS id;
SELECT 'public.issues'::regclass AS real_issues \gset
SET search_path = trap, electric, pg_temp, pg_catalog, public;
CALL become('U');
SELECT electric.can('read', 'public.issues', 'i1'), electric.can('read', 'public.issues', 'i3'), electric.can('read', :'real_issues', 'i9');
\set VERBOSITY terse
SELECT electric.can('read', 'issues', 'i3');
\set VERBOSITY default
RESET search_path;
SET client_min_messages = warning;
DROP TABLE pg_temp.issues;
DROP SCHEMA trap CASCADE;
RESET client_min_messages;

-- A key that is deferred can for a while have two rows: then nobody is told of either.
RESET ROLE;
SET ROLE regress_electric_owner;
BEGIN;
ALTER TABLE counters DROP CONSTRAINT counters_pkey, ADD PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED;
INSERT INTO counters VALUES (2, 'p1', 0);
SET LOCAL ROLE regress_electric_client;
SELECT count(*) FROM counters WHERE id = 2;
SELECT electric.can('read', 'counters', '1'), electric.can('read', 'counters', '2');
ROLLBACK;

-- A table whose row-level security its owner switched off is not bound: the rules are asked all the same.
BEGIN;
ALTER TABLE counters DISABLE ROW LEVEL SECURITY;
SET LOCAL ROLE regress_electric_client;
SELECT electric.can('read', 'counters', '1'), electric.can('read', 'counters', '2');
ROLLBACK;
\i :reset

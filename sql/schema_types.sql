--
-- A living schema: the type of a column that policies name can change. They are off meanwhile,
-- with row-level security on, and compiled anew for the new type; a type that a rule cannot use is refused.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_tracker.sql'
\i :fixture
\set ON_ERROR_ROLLBACK on
\set missing 'SELECT tablename, count(*) FROM pg_policies WHERE policyname ~ ''^electric_(select|insert|update|delete)$'' GROUP BY 1 HAVING count(*) <> 4;'

-- A type that the condition, IF or the rule cannot use is refused, and nothing has changed.
ALTER TABLE issues ALTER state TYPE int USING 1;
ALTER TABLE members ALTER until TYPE text;
ALTER TABLE members ALTER user_id TYPE jsonb USING to_jsonb(user_id);
ALTER TABLE members ALTER role TYPE int USING 1;
ALTER TABLE projects ALTER owner_id TYPE int[] USING '{}';
:seen
:missing

-- Of conditions, of user and role columns, of IF, of a path's columns and of a scope's key.
ALTER TABLE issues ALTER state TYPE varchar(10), ALTER title TYPE varchar;
ALTER TABLE projects ALTER owner_id TYPE varchar(20);
ALTER TABLE members ALTER user_id TYPE varchar(20), ALTER role TYPE varchar, ALTER until TYPE smallint;
ALTER TABLE projects ALTER id TYPE bigint;
ALTER TABLE issues ALTER project_id TYPE bigint;
ALTER TABLE issues ALTER project_id TYPE smallint;
ALTER TABLE comments ALTER author TYPE varchar(20);
:seen
:missing
:rules
SELECT policyname, qual FROM pg_policies WHERE tablename IN ('issues', 'members') AND (cmd = 'SELECT' OR tablename = 'members') ORDER BY 1;

-- Together with a rename and another column, in one transaction.
BEGIN;
ALTER TABLE issues RENAME state TO status;
ALTER TABLE issues ALTER status TYPE text, ADD extra int;
:seen
:missing
ROLLBACK;

-- Who does not own the table is told so, as ever, and locks nothing.
SET ROLE regress_electric_other;
ALTER TABLE issues ALTER state TYPE text;
SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'issues'::regclass;
SET ROLE regress_electric_owner;

-- A policy of others that names the column hinders the change as ever; ours are there again.
CREATE POLICY mine ON issues AS RESTRICTIVE FOR SELECT USING (state <> 'x');
ALTER TABLE issues ALTER state TYPE text;
:missing
DROP POLICY mine ON issues;

-- Within a transaction whose change is undone everything is as before.
BEGIN;
SAVEPOINT s;
ALTER TABLE issues ALTER state TYPE text;
ROLLBACK TO s;
:seen
ALTER TABLE issues ALTER state TYPE text;
ROLLBACK;
:seen

-- The guard and its conditions follow: title can be changed, and nothing else.
SET ROLE regress_electric_client;
BEGIN;
SELECT FROM electric.set_user('alice');
UPDATE issues SET title = 'new' WHERE id = 10 RETURNING title;
UPDATE issues SET state = 'done' WHERE id = 10;
ROLLBACK;

-- While the owner's change is not committed, clients wait; a column that no policy names needs none of it.
SET ROLE regress_electric_owner;
CREATE TEMP TABLE before_oids AS SELECT oid FROM pg_policy;
ALTER TABLE comments ALTER n TYPE bigint;
SELECT count(*) FROM pg_policy WHERE oid NOT IN (SELECT oid FROM before_oids);
\set QUIET on
RESET ROLE;
\i :reset

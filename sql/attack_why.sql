--
-- Attack: asking why, to learn of rows that one may not read, to run code as somebody else, or to make others run it.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CALL enable_all();
CREATE FUNCTION tells(what text) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE 'asked about % as %, %', what, current_user, current_setting('search_path');
	RETURN true;
END $$;
CREATE FUNCTION fails(what text) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
	RAISE 'no %', what;
END $$;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON issues TO 'projects:member';
	ELECTRIC GRANT UPDATE ON issues TO AUTHENTICATED CHECK (tells(title));
	ELECTRIC GRANT DELETE ON issues TO AUTHENTICATED CHECK (fails(title));
$$;

-- The condition of a grant meets no row that the caller may not read, and runs as he for one that he may.
SET ROLE regress_electric_client;
CALL become('U');
SELECT electric.can('update', 'issues', 'i3'), electric.can('delete', 'issues', 'i3');
SELECT * FROM electric.explain('update', 'issues', 'i3');
SELECT * FROM electric.explain('delete', 'issues', 'i3');
SELECT electric.can('update', 'issues', 'i1');
SELECT verdict FROM electric.explain('update', 'issues', 'i1') ORDER BY step DESC LIMIT 1;

-- One that fails is an error for a row that he may read, as DELETE is.
SELECT electric.can('delete', 'issues', 'i1');
SELECT * FROM electric.explain('delete', 'issues', 'i1');
DELETE FROM issues WHERE id = 'i1';

-- Nor does it meet one whose grant is to a role that he does not hold.
CALL become(NULL);
SELECT electric.can('update', 'issues', 'i1');
RESET ROLE;
SELECT electric.can('update', 'issues', 'i1');

-- Whom row-level security does not bind runs no code of the owner's with his own rights, by asking: it runs as the owner.
CALL become('U');
SELECT electric.can('update', 'issues', 'i1');
SET ROLE regress_electric_owner;
CREATE OR REPLACE FUNCTION fails(what text) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('role', 'none', true);
	RETURN true;
END $$;
RESET ROLE;
SELECT electric.can('delete', 'issues', 'i1');
SELECT current_user = session_user;

-- After such an error the session is as it was.
BEGIN;
SAVEPOINT before;
SELECT electric.can('delete', 'issues', 'i1');
ROLLBACK TO before;
SHOW search_path;
SELECT current_user = session_user, electric.can('read', 'issues', 'i1'), electric.can('read', 'issues', 'i3');
ROLLBACK;

-- A policy of others that fails makes the question fail as it makes the SELECT.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
CREATE OR REPLACE FUNCTION fails(what text) RETURNS boolean STABLE LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
CREATE POLICY failing ON issues AS RESTRICTIVE FOR SELECT USING (fails(id));
SET LOCAL ROLE regress_electric_client;
CALL become('U');
SELECT id FROM issues WHERE id = 'i1';
SELECT electric.can('read', 'issues', 'i1');
SELECT electric.can('read', 'issues', 'i3'), electric.can('read', 'issues', 'i99');
ROLLBACK;

-- A function with its owner's rights asks with its owner's privileges, for the end user of now.
RESET ROLE;
SET ROLE regress_electric_backend;
CREATE FUNCTION ask(id text) RETURNS boolean SECURITY DEFINER LANGUAGE sql AS $$ SELECT electric.can('read', 'issues', id) $$;
SET ROLE regress_electric_client;
CALL become('U');
SELECT ask('i1'), electric.can('read', 'issues', 'i1');
RESET ROLE;
GRANT SELECT ON issues TO regress_electric_backend;
SET ROLE regress_electric_client;
SELECT ask('i1'), ask('i3'), ask('i99');

-- A caller can neither forge the identity that is asked about, nor have the answer for another table's key.
SET electric_perm.identity = 'V';
SELECT electric.can('read', 'issues', 'i1''; SELECT 1; --'), electric.can('read', 'issues', '$1'), electric.can('read', 'issues', '');

-- Asked in a policy, a trigger or a condition of another table it answers the same, and ends.
RESET ROLE;
SET ROLE regress_electric_owner;
CREATE POLICY asks ON comments FOR SELECT USING (electric.can('read', 'issues', issue_id));
GRANT SELECT ON comments TO regress_electric_client;
SET ROLE regress_electric_client;
SELECT id FROM comments ORDER BY id;
RESET ROLE;
SET ROLE regress_electric_owner;
CREATE POLICY asks_itself ON issues AS RESTRICTIVE FOR SELECT USING (electric.can('read', 'issues', id));
SET ROLE regress_electric_client;
\set VERBOSITY terse
SELECT id FROM issues ORDER BY id;
SELECT electric.can('read', 'issues', 'i1');
RESET ROLE;
\i :reset

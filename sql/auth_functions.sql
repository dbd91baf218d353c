--
-- auth.uid() and its kin, for policies that were written for Supabase or PostgREST: made where they are missing, and
-- what those policies say holds beside the rules.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset null (null)
\set VERBOSITY terse
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS auth CASCADE;
RESET client_min_messages;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_web;
CREATE ROLE regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
SELECT electric.add_client_role('regress_electric_web') \g /dev/null
GRANT EXECUTE ON FUNCTION electric.set_user TO regress_electric_web;

-- Nobody else may install them, and whoever may needs the right to make the schema.
SET ROLE regress_electric_mallory;
SELECT electric.install_auth_functions();
RESET ROLE;
GRANT EXECUTE ON FUNCTION electric.install_auth_functions TO regress_electric_mallory;
SET ROLE regress_electric_mallory;
SELECT electric.install_auth_functions();
SELECT to_regnamespace('auth');

-- It says what it made; they call what they mean, whatever stands in the search path; a second time there is nothing to do.
CREATE FUNCTION public.user_id() RETURNS text LANGUAGE sql AS $$ SELECT 'mallory' $$;
CREATE FUNCTION public.nullif_like(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR public.~ (FUNCTION = public.nullif_like, LEFTARG = text, RIGHTARG = text);
RESET ROLE;
SET search_path = public, electric, pg_catalog;
SELECT electric.install_auth_functions();
SELECT electric.install_auth_functions();
RESET search_path;
SELECT pg_get_functiondef('auth.uid()'::regprocedure);

-- Everybody may call them. Nobody is NULL, and so is his role; a user's is that of the claims, or else the SQL role.
\set auth 'SELECT auth.user_id(), auth.uid(), auth.role(), auth.jwt();'
SET SESSION AUTHORIZATION regress_electric_web;
:auth
BEGIN;
SELECT electric.set_user('11111111-1111-1111-1111-111111111111', '{"role": "authenticated"}') \g /dev/null
:auth
SELECT electric.set_user('AAAAAAAA-1111-1111-1111-11111111111a', '{"sub": "somebody else", "role": ""}') \g /dev/null
:auth
SELECT electric.set_user(NULL, '{"role": "anon", "n": 7}') \g /dev/null
:auth

-- Nobody is no user, whatever his claims or the SQL role are called: neither by the claims of a publishable key nor by an identity that has ended.
SELECT electric.set_user(NULL, '{"sub": "alice", "n": 7}') \g /dev/null
:auth
SELECT electric.set_user(NULL, '{"sub": "alice"}') \g /dev/null
:auth

-- An id that is no uuid is none, and no error.
SELECT id, electric.set_user(id) IS NULL AS set, auth.uid() FROM (VALUES ('alice'), ('1'),
	('{11111111-1111-1111-1111-111111111111}'), ('11111111111111111111111111111111'), (' 11111111-1111-1111-1111-111111111111'),
	('11111111-1111-1111-1111-11111111111g'), (e'11111111-1111-1111-1111-111111111111\n'),
	(e'x\n11111111-1111-1111-1111-111111111111')) ids (id);
COMMIT;

-- A table with a hand-written policy, one with rules, and one with both; by set_user() and by a request's claims.
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
CREATE TABLE profiles (id int PRIMARY KEY, owner uuid);
CREATE TABLE notes (id int PRIMARY KEY, owner uuid);
CREATE TABLE both_ways (id int PRIMARY KEY, owner uuid, public boolean);
CREATE INDEX ON profiles (owner);
CREATE INDEX ON notes (owner);
INSERT INTO profiles VALUES (1, '11111111-1111-1111-1111-111111111111'), (2, '22222222-2222-2222-2222-222222222222');
INSERT INTO notes SELECT id + 10, owner FROM profiles;
INSERT INTO both_ways SELECT id + 20, owner, false FROM profiles;
INSERT INTO both_ways VALUES (23, NULL, true);
ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON profiles TO regress_electric_web;
CREATE POLICY own ON profiles USING (owner = auth.uid()) WITH CHECK (owner = auth.uid() AND auth.role() = 'authenticated');
ALTER TABLE both_ways ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON both_ways FOR SELECT USING (owner = (SELECT auth.uid()));
SET client_min_messages = error;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE notes; ELECTRIC ENABLE both_ways;
	ELECTRIC GRANT READ, UPDATE ON notes TO AUTHENTICATED CHECK (owner = auth.user_id);
	ELECTRIC GRANT READ ON both_ways TO ANYONE CHECK (public);
$$;
RESET client_min_messages;
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_web;
\set look 'SELECT id FROM profiles UNION ALL SELECT id FROM notes UNION ALL SELECT id FROM both_ways ORDER BY 1;'
:look
BEGIN;
SELECT electric.set_user('11111111-1111-1111-1111-111111111111', '{"role": "authenticated"}') \g /dev/null
:look
INSERT INTO profiles VALUES (3, '11111111-1111-1111-1111-111111111111');
UPDATE profiles SET owner = '22222222-2222-2222-2222-222222222222' WHERE id = 1;
ROLLBACK;
RESET SESSION AUTHORIZATION;
SET electric_perm.trust_request_claims = on;
SET SESSION AUTHORIZATION regress_electric_web;
SET request.jwt.claims = '{"sub": "22222222-2222-2222-2222-222222222222", "role": "anon"}';
:look
UPDATE notes SET id = id + 100 RETURNING id;
INSERT INTO profiles VALUES (3, '22222222-2222-2222-2222-222222222222');
SET request.jwt.claims = '{"sub": "22222222-2222-2222-2222-222222222222", "exp": 1000000000}';
:look

-- Nor is he of the role after which his SQL role is called, where hand-written policies ask for that.
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_electric_authenticated;
CREATE POLICY signed_in ON profiles FOR SELECT USING (auth.role() = 'regress_electric_authenticated');
GRANT SELECT ON profiles TO regress_electric_authenticated;
SET SESSION AUTHORIZATION regress_electric_authenticated;
SELECT auth.role(), count(*) FROM profiles;
SET request.jwt.claims = '{"role": "anon"}';
SELECT auth.role(), count(*) FROM profiles;
SET request.jwt.claims = '{"sub": "alice", "exp": 1000000000, "role": "regress_electric_authenticated"}';
SELECT auth.role(), count(*) FROM profiles;
SET request.jwt.claims = '{"sub": "alice"}';
SELECT auth.role(), count(*) FROM profiles;
RESET SESSION AUTHORIZATION;
DROP POLICY signed_in ON profiles;
SET SESSION AUTHORIZATION regress_electric_web;
SET request.jwt.claims = '{"sub": "22222222-2222-2222-2222-222222222222", "exp": 1000000000}';

-- The condition of the policy is one for the index.
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT id FROM profiles;
RESET SESSION AUTHORIZATION;
RESET enable_seqscan;
RESET electric_perm.trust_request_claims;

-- Functions that exist stay as they are, whatever they return and whoever owns them; a schema that exists keeps its privileges.
DROP SCHEMA auth CASCADE;
CREATE SCHEMA auth AUTHORIZATION regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE FUNCTION auth.uid() RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$;
CREATE FUNCTION auth.role(text) RETURNS text LANGUAGE sql AS $$ SELECT 'with an argument' $$;
RESET ROLE;
SET ROLE regress_electric_mallory;
SELECT electric.install_auth_functions();
RESET ROLE;
SELECT electric.install_auth_functions();
SELECT auth.uid(), auth.role() IS NULL, auth.role('x'), has_schema_privilege('regress_electric_web', 'auth', 'USAGE');

-- They stand on the extension: it does not go without them.
DROP EXTENSION electric_perm;
\echo :LAST_ERROR_SQLSTATE
SET client_min_messages = warning;
DROP SCHEMA auth CASCADE;
\i :reset

--
-- The claims of a request, request.jwt.claims, as the identity: where a superuser says that they are trusted, where
-- nobody else is set, and where all of them are understood.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\pset null (null)
\set VERBOSITY terse
\set who 'SELECT electric.user_id(), electric.claims(), electric.is_authenticated();'
GRANT EXECUTE ON FUNCTION electric.set_user, electric.as_user TO regress_electric_client;
SET ROLE regress_electric_owner;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN 'projects:member' TO project_memberships.user_id;
	ELECTRIC GRANT READ, UPDATE ON issues TO 'projects:member';
	ELECTRIC GRANT READ ON comments TO AUTHENTICATED CHECK (author_id = auth.user_id OR auth.claims->>'role' = 'auditor');
$$;
INSERT INTO project_memberships (id, user_id, project_id) VALUES ('pm2', 'V', 'p2');
RESET ROLE;
CREATE FUNCTION as_u() RETURNS text LANGUAGE sql SET request.jwt.claims = '{"sub": "U"}'
	AS $$ SELECT string_agg(id, ' ' ORDER BY id) FROM issues $$;
SET SESSION AUTHORIZATION regress_electric_client;
\set issues 'SELECT ''sees '' || coalesce(string_agg(id, '' '' ORDER BY id), ''none'') FROM issues;'

-- By default nothing is read from it, and only a superuser may change that.
SET request.jwt.claims = '{"sub": "U", "role": "auditor"}';
:who
:issues
SET electric_perm.trust_request_claims = on;
SELECT set_config('electric_perm.trust_request_claims', 'on', false);
ALTER ROLE regress_electric_client SET electric_perm.trust_request_claims = on;
CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SET electric_perm.trust_request_claims = on AS 'SELECT 1';
SHOW electric_perm.trust_request_claims;
RESET SESSION AUTHORIZATION;
SET electric_perm.trust_request_claims = on;
SET SESSION AUTHORIZATION regress_electric_client;

-- Then "sub" is the user id and the whole object the claims, for accessors, rules and conditions.
:who
:issues
SELECT string_agg(id, ' ' ORDER BY id) FROM comments;
SELECT * FROM electric.roles();
SELECT electric.can('update', 'issues', 'i1'), electric.can('update', 'issues', 'i3');
UPDATE issues SET title = 'changed' RETURNING id;
RESET request.jwt.claims;
:who
:issues
UPDATE issues SET title = 'changed' RETURNING id;

-- They last as long as the setting: for the transaction as PostgREST sets them, and back to the savepoint.
BEGIN;
SELECT set_config('request.jwt.claims', '{"sub": "U"}', true);
:issues
SAVEPOINT s;
SELECT set_config('request.jwt.claims', '{"sub": "nobody in particular"}', true);
:issues
ROLLBACK TO s;
:issues
COMMIT;
:issues

-- Whoever is set wins, also an anonymous user; so as_user() is whom it says.
SET request.jwt.claims = '{"sub": "U", "role": "auditor"}';
BEGIN;
SELECT electric.set_user('V');
:who
:issues
SELECT electric.set_user(NULL, '{"kiosk": true}');
:who
SELECT electric.set_user(NULL);
:who
:issues
COMMIT;
:who
SELECT electric.as_user(NULL, 'SELECT electric.user_id(), count(*) FROM issues');
SELECT electric.as_user('V', 'SELECT electric.user_id(), electric.claims()');
:who
SELECT electric.set_user(NULL, is_local => false);
:who
BEGIN;
SELECT electric.set_user('V');
:who
ROLLBACK;
:who

-- logout() holds for the rest of the transaction, and forgets who was set before; the next request is another one.
BEGIN;
SELECT electric.logout();
:who
:issues
SAVEPOINT s;
SELECT electric.set_user('V');
ROLLBACK TO s;
:who
COMMIT;
:who

-- A user without "sub" is the older "user_id"; without both there are claims, and nobody. "sub" goes first.
CREATE TEMPORARY TABLE texts (n serial, text text);
INSERT INTO texts (text) VALUES
	('{"user_id": "U"}'), ('{"sub": "U", "user_id": 7}'), ('{"role": "anon"}'), ('{}'),
	('{"sub": "\u0055"}'), ('{"sub": "a\nb"}'), ('{"sub": "' || repeat('x', 1000) || '"}'), ('{"nested": {"sub": "U"}}'),
	('{"sub": "U", "n": 1e-300, "exp": 99999999999.5}'), ('{"sub": "U", "exp": 1e300}'), (e' \t\n{"sub": "U"}\n ');
CREATE FUNCTION pg_temp.identity(text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('request.jwt.claims', $1, true);
	RETURN format('%s %s %s', coalesce(left(electric.user_id(), 20), 'nobody'), left(electric.claims()::text, 60),
		(SELECT count(*) FROM issues));
END $$;
SELECT n, left(text, 60), pg_temp.identity(text) FROM texts ORDER BY n;

-- What is not understood is nobody, without claims, and never an error: no JSON, no object, wrong types, empty, a
-- name that stands twice, what jsonb would refuse, too deep, too large, expired.
TRUNCATE texts RESTART IDENTITY;
INSERT INTO texts (text) VALUES
	(''), ('U'), ('{'), ('"U"'), ('["sub", "U"]'), ('null'), ('7'), ('{"sub": "U"} x'), ('{"sub": "U",}'), ('{''sub'': "U"}'),
	('{"sub": ""}'), ('{"sub": null}'), ('{"sub": 7}'), ('{"sub": ["U"]}'), ('{"sub": {"sub": "U"}}'), ('{"sub": true}'),
	('{"sub": null, "user_id": "U"}'), ('{"sub": "", "user_id": "U"}'), ('{"user_id": ""}'), ('{"user_id": 7}'),
	('{"sub": "U", "sub": "V"}'), ('{"sub": "U", "\u0073ub": "V"}'), ('{"sub": "U", "a": {"b": 1, "b": 2}}'),
	('{"sub": "U\u0000"}'), ('{"sub": "\ud800"}'), ('{"sub": "\u00"}'), ('{"sub": "\x"}'), (e'{"sub": "a\nb"}'),
	('{"sub": "U", "n": 1e400000}'), ('{"sub": "U", "n": 1e-400000}'), ('{"sub": "U", "n": 1e99999999999}'),
	('{"sub": "U", "n": ' || repeat('9', 5000) || '}'), ('{"sub": "U", "n": 01}'), ('{"sub": "U", "n": NaN}'),
	('{"sub": "U", "a": ' || repeat('[', 40) || repeat(']', 40) || '}'), (repeat('[', 30000)), (repeat('{"a":', 10000)),
	('{"sub": "U", "a": "' || repeat('x', 66000) || '"}'), ('{"sub": "U", "a": [1' || repeat(',1e999', 100) || ']}'),
	('{"sub": "U", "exp": 1000000000}'), ('{"sub": "U", "exp": -1}'), ('{"sub": "U", "exp": 0}'), ('{"sub": "U", "exp": -1e300}'),
	('{"sub": "U", "exp": "99999999999"}'), ('{"sub": "U", "exp": null}'), ('{"sub": "U", "exp": [99999999999]}');
SELECT n, left(text, 60), pg_temp.identity(text) FROM texts ORDER BY n;
SELECT pg_temp.identity('{"sub": "U"}');

-- "exp" is judged at the start of each statement of the client.
SELECT set_config('request.jwt.claims', format('{"sub": "U", "exp": %s}', extract(epoch FROM statement_timestamp() + interval '3 s')), false) \g /dev/null
BEGIN;
SELECT electric.user_id();
:issues
DECLARE c CURSOR FOR SELECT id FROM issues ORDER BY id;
SELECT FROM pg_sleep(3.1) \g /dev/null
SELECT electric.user_id(), electric.claims();
:issues
-- A cursor is its opener's.
FETCH ALL FROM c;
COMMIT;

-- The user of a statement is that of its start: another one is the next statement's.
SET request.jwt.claims = '{"sub": "U"}';
SELECT id, set_config('request.jwt.claims', '{"sub": "V"}', false) FROM issues ORDER BY id;
:issues
SELECT id FROM issues, LATERAL (SELECT set_config('request.jwt.claims', '{"sub": "U"}', false)) s;
:issues

-- A prepared statement has a plan for all of them.
SET plan_cache_mode = force_generic_plan;
PREPARE own AS SELECT string_agg(id, ' ' ORDER BY id) FROM issues;
EXECUTE own;
SET request.jwt.claims = '{"sub": "V"}';
EXECUTE own;
SET request.jwt.claims = '{"sub": "U"}';
EXECUTE own;
SET request.jwt.claims = 'U';
EXECUTE own;
RESET plan_cache_mode;

-- A function's SET clause counts within the function.
SELECT as_u();
:who

-- DISCARD ALL ends them.
SET request.jwt.claims = '{"sub": "U"}';
:who
RESET SESSION AUTHORIZATION;
DISCARD ALL;
:who
\i :reset

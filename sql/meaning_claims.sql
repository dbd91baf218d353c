--
-- Conditions over claims: auth.claims is what was set, {} by default, auth.data.x.y a text or NULL, and no odd claim
-- an error by itself.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CALL enable_all();
CREATE TABLE rules (id int PRIMARY KEY);
INSERT INTO rules SELECT generate_series(1, 9);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE rules;
	ELECTRIC GRANT READ ON rules TO ANYONE WHERE (
		id = 1 AND auth.claims = '{}'
		OR id = 2 AND auth.data.level = 'a'
		OR id = 3 AND auth.data.level.deep IS NOT NULL
		OR id = 4 AND auth.data."Level" = 'A'
		OR id = 5 AND auth.data.level IS NULL
		OR id = 6 AND auth.claims ? 'other'
		OR id = 7 AND auth.data.list."1" = 'b'
		OR id = 8 AND auth.data.level = '7'
		OR id = 9 AND auth.user_id IS NULL AND auth.claims->>'kiosk' = 'true');
$$;
\set seen 'SELECT string_agg(id::text, $$ $$ ORDER BY id) FROM rules;'
SET ROLE regress_electric_client;

-- What stands under "data" in the claims, as text, whatever it is; the rest by auth.claims.
CALL become('U');
:seen
CALL become('U', '{"data": {"level": "a"}}');
:seen
CALL become('U', '{"data": {"level": {"deep": false}, "Level": "A"}}');
:seen
CALL become('U', '{"data": {"level": 7, "list": ["a", "b"]}}');
:seen
CALL become('U', '{"level": "a", "other": null}');
:seen
CALL become('U', '{"data": "level"}');
:seen
CALL become('U', '{"data": [{"level": "a"}]}');
:seen
CALL become('U', '{"data": {"level": null}}');
:seen

-- Claims without a user id are an anonymous user's, and give no role.
CALL become(NULL, '{"kiosk": true, "sub": "U", "data": {"level": "a"}}');
:seen
SELECT * FROM electric.roles();
CALL become(NULL);
:seen

-- A cast is the condition's own, with its errors; auth.claims.x says what to write.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON rules FROM ANYONE; ELECTRIC GRANT READ ON rules TO ANYONE WHERE (id <= auth.data.level::int) $$;
SET ROLE regress_electric_client;
CALL become('U', '{"data": {"level": 3}}');
:seen
CALL become('U', '{"data": {"level": "three"}}');
:seen
CALL become('U');
:seen
SET ROLE regress_electric_owner;
\set VERBOSITY default
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON rules TO ANYONE WHERE (auth.claims.level = 'a') $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON rules TO ANYONE WHERE (id = auth.data.level) $$;
\set VERBOSITY terse

-- What a condition asks of the user is asked when the statement starts: a cursor goes on by it.
SELECT electric.logout() \g /dev/null
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ, UPDATE ON rules TO ANYONE WHERE (auth.data.level = 'a' AND auth.user_id = 'U') $$;
SET ROLE regress_electric_client;
CALL become('U', '{"data": {"level": "a"}}');
DECLARE c CURSOR FOR SELECT id FROM rules WHERE id < 3 ORDER BY id;
CALL become('U', '{"data": {"level": "b"}}');
FETCH ALL c;
:seen
UPDATE rules SET id = id + 10 WHERE id = 1;
CALL become('U', '{"data": {"level": "a"}}');
UPDATE rules SET id = id + 10 WHERE id = 1 RETURNING id;
CALL become('V', '{"data": {"level": "a"}}');
:seen
ROLLBACK;
\set QUIET on
\i :reset

--
-- The end of an identity: it is judged at every statement, by the statement's time. Who has expired sees what ANYONE sees.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_client;
SELECT electric.add_client_role('regress_electric_client');
\pset format unaligned
\pset tuples_only on
\pset null (null)
CREATE TABLE notes (id int PRIMARY KEY, owner_id text);
CREATE TABLE numbers WITH (parallel_workers = 2) AS SELECT n FROM generate_series(1, 1000) n;
GRANT SELECT ON numbers TO regress_electric_client;
INSERT INTO notes VALUES (1, 'alice'), (2, 'bob'), (3, NULL);
CREATE FUNCTION is_public(int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 = 3;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE notes;
	ELECTRIC ASSIGN 'notes:owner' TO notes.owner_id;
	ELECTRIC GRANT ALL ON notes TO 'notes:owner';
	ELECTRIC GRANT READ ON notes TO ANYONE WHERE (is_public(id));
$$;
-- A token that is valid for the given time, and the time at which it was made.
CREATE FUNCTION base64url(bytea) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN translate(encode($1, 'base64'), E'+/=\n', '-_');
CREATE FUNCTION hmac(message bytea, secret bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	inside bytea := '';
	outside bytea := '';
	key bytea := secret || decode(repeat('00', 64 - length(secret)), 'hex');
BEGIN
	FOR i IN 0..63 LOOP
		inside := inside || set_byte('\x00', 0, get_byte(key, i) # 54);
		outside := outside || set_byte('\x00', 0, get_byte(key, i) # 92);
	END LOOP;
	RETURN sha256(outside || sha256(inside || message));
END $$;
CREATE FUNCTION token(seconds numeric) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT text || '.' || base64url(hmac(convert_to(text, 'UTF8'), 'a secret of thirty-two bytes ....'))
	FROM (SELECT base64url('{"alg": "HS256"}') || '.' || base64url(convert_to(format('{"sub": "alice", "exp": %s}', extract(epoch FROM statement_timestamp()) + seconds), 'UTF8'))) parts (text)
$$;
\set who 'SELECT electric.user_id(), electric.claims() ->> ''sub'', electric.is_authenticated(), (SELECT string_agg(id::text, '','' ORDER BY id) FROM notes), electric.can(''DELETE'', ''notes'', ''1''), (SELECT string_agg(role, '','' ORDER BY role) FROM electric.roles());'
SELECT electric.add_jwt_key(jsonb_build_object('kty', 'oct', 'k', base64url('a secret of thirty-two bytes ....')));
SET electric_perm.jwt_leeway = 0;
SET SESSION AUTHORIZATION regress_electric_client;

-- While the token is valid the user is that of the token.
SELECT electric.authenticate(token(3), is_local => false);
:who

-- A statement that began in time ends as it began.
BEGIN;
SELECT id, electric.user_id(), pg_sleep(1.6) IS NULL FROM notes ORDER BY id;

-- The next one does not: for the accessors, the engine, can() and roles(), in the middle of a transaction as well.
:who
INSERT INTO notes VALUES (4, 'alice');
ROLLBACK;
BEGIN;
UPDATE notes SET owner_id = 'bob' WHERE id = 1;
DELETE FROM notes;
:who
COMMIT;
SELECT array_agg(id) FROM notes;

-- A cursor that was opened in time goes on with the rows of its user.
SELECT electric.logout();
BEGIN;
SELECT electric.authenticate(token(2));
DECLARE kept CURSOR FOR SELECT id FROM notes ORDER BY id;
SELECT pg_sleep(2.1);
SELECT electric.user_id();
FETCH ALL FROM kept;
COMMIT;

-- Nor does a savepoint or the end of a transaction bring an expired user back.
SELECT electric.authenticate(token(0.5), is_local => false);
BEGIN;
SAVEPOINT s;
SELECT electric.logout();
SELECT pg_sleep(0.6);
ROLLBACK TO s;
:who
COMMIT;
:who

-- An expired identity is renewed by a new token; the old one is refused, though it was verified before.
SELECT token(2) AS token \gset
SELECT electric.authenticate(:'token', is_local => false);
SELECT pg_sleep(2.1);
SELECT electric.authenticate(:'token', is_local => false);
SELECT electric.authenticate(token(60), is_local => false);
:who

-- Parallel workers judge by the leader's time of the statement.
SET force_parallel_mode = on;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT electric.authenticate(token(2), is_local => false);
SELECT count(*), count(electric.user_id()) FROM numbers;
SELECT count(*), count(electric.user_id()), pg_sleep(2.1) IS NULL FROM numbers;
EXPLAIN (COSTS off) SELECT n FROM numbers WHERE electric.user_id() = 'alice';
SELECT count(*), count(electric.user_id()) FROM numbers;
RESET ALL;

-- The leeway counts for the identity as it does for the token.
RESET SESSION AUTHORIZATION;
SET electric_perm.jwt_leeway = 3;
SET SESSION AUTHORIZATION regress_electric_client;
SELECT electric.authenticate(token(-1), is_local => false);
:who
SELECT pg_sleep(2.1);
:who

RESET SESSION AUTHORIZATION;
\set ECHO none
\i :reset

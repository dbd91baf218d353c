--
-- electric.authenticate(): which tokens are accepted, whose user the caller becomes, and for how long.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
RESET client_min_messages;
CREATE ROLE regress_electric_client;
\pset format unaligned
\pset tuples_only on
\pset null (null)
\set who 'SELECT electric.user_id(), electric.claims(), electric.is_authenticated();'

-- Tokens, signed here with HMAC; what else signs them is in test/t/022_tokens.pl.
CREATE FUNCTION regress_electric_base64url(bytea) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN translate(encode($1, 'base64'), E'+/=\n', '-_');
CREATE FUNCTION regress_electric_hmac(message bytea, secret bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
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
CREATE FUNCTION regress_electric_signed(header bytea, payload bytea, secret bytea DEFAULT 'a secret of thirty-two bytes ....') RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT text || '.' || regress_electric_base64url(regress_electric_hmac(convert_to(text, 'UTF8'), secret))
	FROM (SELECT regress_electric_base64url(header) || '.' || regress_electric_base64url(payload)) parts (text)
$$;
CREATE FUNCTION regress_electric_token(payload text, header text DEFAULT '{"alg": "HS256", "kid": "k"}') RETURNS text LANGUAGE sql IMMUTABLE
	RETURN regress_electric_signed(convert_to(header, 'UTF8'), convert_to(payload, 'UTF8'));
-- What authenticate() says: a user id, or the error.
CREATE FUNCTION regress_electric_try(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN electric.authenticate(token);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION regress_electric_payload(payload text) RETURNS text LANGUAGE sql
	RETURN regress_electric_try(regress_electric_token(payload));
CREATE FUNCTION regress_electric_header(header text) RETURNS text LANGUAGE sql
	RETURN regress_electric_try(regress_electric_token('{"sub": "alice"}', header));
CREATE FUNCTION regress_electric_now(seconds int) RETURNS bigint LANGUAGE sql
	RETURN extract(epoch FROM statement_timestamp())::bigint + seconds;
SELECT electric.add_jwt_key(jsonb_build_object('kty', 'oct', 'k', regress_electric_base64url('a secret of thirty-two bytes ....')), 'k');
SET SESSION AUTHORIZATION regress_electric_client;

-- Anyone may authenticate: the user is that of the token, until the transaction ends. "Bearer" may stand in front, in any letter case.
BEGIN;
SELECT electric.authenticate(regress_electric_token('{"sub": "alice", "role": "editor"}'));
:who
SELECT electric.authenticate('Bearer ' || regress_electric_token('{"sub": "bob"}'));
SELECT electric.authenticate('bEARER   ' || regress_electric_token('{"sub": "carol"}'));
:who
COMMIT;
:who

-- Outside of a transaction block a local identity ends with the statement, and a WARNING says so.
SELECT electric.authenticate(regress_electric_token('{"sub": "alice"}'));
:who

-- A session's identity stays, and is not shed by a local one of somebody else.
SELECT electric.authenticate(regress_electric_token('{"sub": "alice"}'), is_local => false);
:who
BEGIN;
SELECT electric.authenticate(regress_electric_token('{"sub": "bob"}'));
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
:who
SELECT electric.logout();

-- A token that is refused changes nothing.
BEGIN;
SELECT electric.authenticate(regress_electric_token('{"sub": "alice"}'));
SAVEPOINT s;
SELECT electric.authenticate(regress_electric_token('{"sub": "bob"}') || 'x');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO s;
:who
COMMIT;

-- NULL is no token.
SELECT electric.authenticate(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.authenticate('', NULL);

-- What is no token is not accepted, and the message says no more.
SELECT regress_electric_try(token) FROM unnest(ARRAY['', ' ', '.', '..', 'Bearer', 'Bearer ', 'alice', 'ek_secret_x', 'Bearer ek_secret_x', 'Basic YWxpY2U6c2VjcmV0', '{"sub": "alice"}']) token;

-- The header names the algorithm of the key, and the key.
BEGIN;
SELECT header, regress_electric_header(header) FROM unnest(ARRAY['{"alg": "HS256", "kid": "k"}', '{"alg": "HS256", "kid": "k", "typ": "JWT"}', '{"alg": "HS256", "kid": "k", "typ": "application/at+JWT"}', '{"alg": "HS256", "kid": "k", "jwk": {"kty": "oct"}, "jku": "https://evil.example", "x5c": []}']) header;
SELECT header, regress_electric_header(header) FROM unnest(ARRAY['{"alg": "HS256"}', '{"alg": "HS256", "kid": "other"}', '{"alg": "HS256", "kid": ""}', '{"alg": "HS384", "kid": "k"}', '{"alg": "RS256", "kid": "k"}', '{"alg": "none", "kid": "k"}', '{"alg": "None", "kid": "k"}', '{"alg": "hs256", "kid": "k"}', '{"alg": "", "kid": "k"}', '{"kid": "k"}', '{}', '[]', '"HS256"', 'null', '', '{', '{"alg": "HS256", "kid": "k"} x']) header;

-- Members of a wrong type, named twice (however they are spelled), or which must be understood ("crit"), are refused.
SELECT header, regress_electric_header(header) FROM unnest(ARRAY['{"alg": ["HS256"], "kid": "k"}', '{"alg": 1, "kid": "k"}', '{"alg": null, "kid": "k"}', '{"alg": "HS256", "kid": 1}', '{"alg": "HS256", "kid": null}', '{"alg": "HS256", "kid": "k", "typ": 1}',
	'{"alg": "HS256", "alg": "HS256", "kid": "k"}', '{"alg": "none", "alg": "HS256", "kid": "k"}', '{"alg": "HS256", "kid": "k", "\u006bid": "k"}', '{"alg": "HS256", "kid": "k", "x": [{"y": 1, "y": 2}]}',
	'{"alg": "HS256", "kid": "k", "crit": ["exp"], "exp": 1}', '{"alg": "HS256", "kid": "k", "crit": []}', '{"alg": "HS256", "kid": "k", "crit": null}']) header;

-- A token for another purpose ("typ") is none of ours.
SELECT header, regress_electric_header(header) FROM unnest(ARRAY['{"alg": "HS256", "kid": "k", "typ": "logout+jwt"}', '{"alg": "HS256", "kid": "k", "typ": "dpop+jwt"}', '{"alg": "HS256", "kid": "k", "typ": "JWT+x"}', '{"alg": "HS256", "kid": "k", "typ": "at+jwt2"}', '{"alg": "HS256", "kid": "k", "typ": "application/"}', '{"alg": "HS256", "kid": "k", "typ": "application/application/JWT"}', '{"alg": "HS256", "kid": "k", "typ": ""}']) header;

-- The user is "sub", or the older "user_id"; a string that is not empty, and the same where both stand.
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{"sub": "alice"}', '{"user_id": "alice"}', '{"sub": "alice", "user_id": "alice"}', '{"sub": " "}', '{"sub": "a\nb"}', '{"sub": "\u00e9\ud83d\ude00"}']) payload;
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{}', '{"sub": ""}', '{"user_id": ""}', '{"sub": 1}', '{"sub": null}', '{"sub": ["alice"]}', '{"sub": {"sub": "alice"}}', '{"sub": true}', '{"sub": "alice", "user_id": "bob"}', '{"sub": "alice", "user_id": 1}', '{"sub": "", "user_id": "bob"}', '{"SUB": "alice"}', '{"x": {"sub": "alice"}}']) payload;

-- The payload is one JSON object in UTF-8 that names nothing twice, at any depth, and is not nested deeper than 32.
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{"sub": "alice", "sub": "alice"}', '{"sub": "alice", "s\u0075b": "bob"}', '{"sub": "alice", "a": {"b": [{"c": 1, "c": 1}]}}', '[{"sub": "alice"}]', '{"sub": "alice"}{}', '{"sub": "alice",}', '{sub: "alice"}', '{''sub'': "alice"}', '{"sub": "alice"', '{"sub": "alice}', '{"sub": "al\ice"}', '{"sub": "alice\u0000"}', '{"sub": "\ud83d"}', '{"sub": "alice", "n": 01}', '{"sub": "alice", "n": NaN}', '"', '{"', '\', '{"\', '{"a":', '-', ':', '{"sub": "alice", "n": 1e99999999}', E'{"sub": "ali\nce"}', '']) payload;
SELECT regress_electric_payload('{"sub": "alice", "a": ' || repeat('[', depth) || repeat(']', depth) || '}') FROM unnest('{31,32,1000}'::int[]) depth;
SELECT regress_electric_payload('{"sub": "alice", "n": ' || number || '}') FROM unnest(ARRAY[repeat('9', 100), repeat('9', 101), '1e999', '1e1000', '-1.5E-10']) number;
SELECT regress_electric_try(regress_electric_signed('{"alg": "HS256", "kid": "k"}', payload))
FROM unnest(ARRAY['\x7b22737562223a2261ff227d', '\x7b22737562223a22c080227d', '\x7b22737562223a2261eda080227d', '\x7b22737562223a226100227d', '\xefbbbf7b22737562223a2261227d', '\x00', '\xff']::bytea[]) payload;

-- The token is valid from "nbf" and "iat" on and until "exp", give or take electric_perm.jwt_leeway: 30 seconds.
SELECT payload, regress_electric_payload(replace(payload, 'now', regress_electric_now(seconds)::text)), seconds FROM
	unnest(ARRAY['{"sub": "alice", "exp": now}', '{"sub": "alice", "nbf": now}', '{"sub": "alice", "iat": now}']) payload, unnest('{-60,-40,-20,0,20,40,60}'::int[]) seconds;
SELECT nbf, iat, regress_electric_payload(format('{"sub": "alice", "nbf": %s, "iat": %s}', regress_electric_now(nbf), regress_electric_now(iat))) FROM (VALUES (-60, -60), (60, -60), (-60, 60)) v (nbf, iat);
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{"sub": "alice", "exp": 253402300799}', '{"sub": "alice", "exp": 4e9, "nbf": 1.5, "iat": 0}', '{"sub": "alice", "exp": 4000000000.999}']) payload;
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{"sub": "alice", "exp": "4000000000"}', '{"sub": "alice", "exp": null}', '{"sub": "alice", "exp": -1}', '{"sub": "alice", "exp": 1e300}', '{"sub": "alice", "exp": 4000000000000}', '{"sub": "alice", "exp": [4000000000]}', '{"sub": "alice", "nbf": "0"}', '{"sub": "alice", "iat": true}', '{"sub": "alice", "nbf": -1}', '{"sub": "alice", "exp": 0}']) payload;

-- "iss" and "aud" are strings, "aud" also a list of them; with nothing configured any will do.
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{"sub": "alice", "iss": "x", "aud": "y"}', '{"sub": "alice", "aud": []}', '{"sub": "alice", "aud": ["y", "z"]}', '{"sub": "alice", "iss": 1}', '{"sub": "alice", "aud": 1}', '{"sub": "alice", "aud": {"y": 1}}', '{"sub": "alice", "aud": ["y", 1]}', '{"sub": "alice", "aud": [["y"]]}']) payload;
COMMIT;

-- Who may set what a token has to say: superusers.
SET electric_perm.jwt_issuer = 'x';
\echo :LAST_ERROR_SQLSTATE
SET electric_perm.jwt_audience = 'x';
SET electric_perm.jwt_namespace = 'x';
SET electric_perm.jwt_leeway = 600;
SET electric_perm.max_token_size = '1MB';
\echo :LAST_ERROR_SQLSTATE

-- .. within bounds: a leeway of 10 minutes, and tokens of 1 kB to 1 MB.
RESET SESSION AUTHORIZATION;
SET electric_perm.jwt_leeway = 601;
SET electric_perm.jwt_leeway = -1;
SET electric_perm.max_token_size = 1023;
SET electric_perm.max_token_size = 1048577;

-- Without a leeway the token is valid from the very time on, and until right before the other; one that was accepted before, with a leeway, not any longer.
BEGIN;
SELECT regress_electric_token(format('{"sub": "alice", "exp": %s}', regress_electric_now(-20))) AS late, regress_electric_token(format('{"sub": "alice", "nbf": %s}', regress_electric_now(20))) AS early \gset
SELECT regress_electric_try(:'late'), regress_electric_try(:'early');
SET LOCAL electric_perm.jwt_leeway = 0;
SELECT regress_electric_try(:'late'), regress_electric_try(:'early');
-- (The half of a microsecond keeps the number from being rounded to the microsecond before.)
SELECT regress_electric_payload(format('{"sub": "alice", "exp": %s}', now)), regress_electric_payload(format('{"sub": "alice", "exp": %s}', now + 0.000001)), regress_electric_payload(format('{"sub": "alice", "nbf": %s}', now)), regress_electric_payload(format('{"sub": "alice", "iat": %s}', now + 0.000001))
FROM (SELECT extract(epoch FROM statement_timestamp()) + 0.0000005) s (now);
ROLLBACK;
SET SESSION AUTHORIZATION regress_electric_client;

-- Where issuer and audience are configured the token has to name them, exactly; one that was accepted before has to as well.
BEGIN;
SELECT regress_electric_payload('{"sub": "alice", "iss": "x", "aud": "y"}');
RESET SESSION AUTHORIZATION;
SET LOCAL electric_perm.jwt_issuer = 'https://issuer.example';
SET LOCAL electric_perm.jwt_audience = 'api';
SET LOCAL SESSION AUTHORIZATION regress_electric_client;
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{"sub": "alice", "iss": "x", "aud": "y"}', '{"sub": "alice", "iss": "https://issuer.example", "aud": "api"}', '{"sub": "alice", "iss": "https://issuer.example", "aud": ["web", "api"]}']) payload;
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{"sub": "alice"}', '{"sub": "alice", "iss": "https://issuer.example"}', '{"sub": "alice", "aud": "api"}', '{"sub": "alice", "iss": "https://issuer.example/", "aud": "api"}', '{"sub": "alice", "iss": "https://ISSUER.example", "aud": "api"}', '{"sub": "alice", "iss": "", "aud": "api"}', '{"sub": "alice", "iss": "https://issuer.example", "aud": "API"}', '{"sub": "alice", "iss": "https://issuer.example", "aud": []}', '{"sub": "alice", "iss": "https://issuer.example", "aud": "web api"}', '{"sub": "alice", "iss": ["https://issuer.example"], "aud": "api"}']) payload;
ROLLBACK;
BEGIN;
SELECT regress_electric_payload('{"sub": "alice", "iss": "x", "aud": "y"}');
COMMIT;

-- With electric_perm.jwt_namespace the user id of a token that has this claim stands there, and nowhere else; one without the claim has it at the top.
RESET SESSION AUTHORIZATION;
BEGIN;
SET LOCAL electric_perm.jwt_namespace = 'https://app.example/claims';
SET LOCAL SESSION AUTHORIZATION regress_electric_client;
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{"sub": "idp|1", "https://app.example/claims": {"user_id": "alice"}}', '{"https://app.example/claims": {"sub": "alice"}}', '{"sub": "alice"}', '{"sub": "idp|1", "other": {"sub": "bob"}}']) payload;
SELECT payload, regress_electric_payload(payload) FROM unnest(ARRAY['{"sub": "idp|1", "https://app.example/claims": {}}', '{"sub": "idp|1", "https://app.example/claims": {"sub": ""}}', '{"sub": "idp|1", "https://app.example/claims": "alice"}', '{"sub": "idp|1", "https://app.example/claims": null}', '{"sub": "idp|1", "https://app.example/claims": [{"sub": "alice"}]}']) payload;
SELECT electric.claims() FROM (SELECT electric.authenticate(regress_electric_token('{"sub": "idp|1", "https://app.example/claims": {"user_id": "alice"}}'))) a WHERE true;
COMMIT;

-- Longer tokens than electric_perm.max_token_size are refused, also such that are stored compressed; white space at the end is not passed over.
RESET SESSION AUTHORIZATION;
BEGIN;
CREATE TEMPORARY TABLE long (token text);
INSERT INTO long VALUES (repeat('a', 100000000));
GRANT SELECT ON long TO regress_electric_client;
SET LOCAL SESSION AUTHORIZATION regress_electric_client;
SELECT regress_electric_try(token) FROM long;
SELECT regress_electric_payload(jsonb_build_object('sub', 'alice', 'x', repeat('x', length))::text) FROM unnest('{12000,13000}'::int[]) length;
SELECT regress_electric_try(regress_electric_token('{"sub": "alice"}') || ' '), regress_electric_try(regress_electric_token('{"sub": "alice"}') || E'\n');
RESET SESSION AUTHORIZATION;
SET LOCAL electric_perm.max_token_size = 1024;
SELECT regress_electric_payload(jsonb_build_object('sub', 'alice', 'x', repeat('x', length))::text) FROM unnest('{600,800}'::int[]) length;
SELECT regress_electric_token(jsonb_build_object('sub', 'alice', 'x', repeat('x', 900))::text) AS token \gset
SELECT set_config('electric_perm.max_token_size', length(:'token')::text, true) IS NOT NULL, regress_electric_try(:'token');
SELECT set_config('electric_perm.max_token_size', (length(:'token') - 1)::text, true) IS NOT NULL, regress_electric_try(:'token');
-- A user id and claims that are too large for an identity (64 kB) are an error, whatever the token may have.
SET LOCAL electric_perm.max_token_size = '1MB';
SELECT regress_electric_payload(jsonb_build_object('sub', 'alice', 'x', repeat('x', 70000))::text);
ROLLBACK;

-- Not within a security-restricted operation: code that runs in one does not choose on whose behalf.
CREATE FUNCTION regress_electric_become() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT electric.authenticate('x') $$;
CREATE MATERIALIZED VIEW regress_electric_view AS SELECT regress_electric_become();

-- Its keys are gone with a rollback of the transaction that added them.
BEGIN;
SELECT electric.add_jwt_key(jsonb_build_object('kty', 'oct', 'k', regress_electric_base64url('another secret of 32 bytes .....')), 'k2');
SELECT electric.authenticate(regress_electric_signed('{"alg": "HS256", "kid": "k2"}', '{"sub": "alice"}', 'another secret of 32 bytes .....'));
ROLLBACK;
SELECT regress_electric_try(regress_electric_signed('{"alg": "HS256", "kid": "k2"}', '{"sub": "alice"}', 'another secret of 32 bytes .....'));
BEGIN;
SAVEPOINT s;
SELECT electric.drop_jwt_key('k');
SELECT regress_electric_payload('{"sub": "alice"}');
ROLLBACK TO s;
SELECT regress_electric_payload('{"sub": "alice"}');
COMMIT;

-- A key without a key id fits tokens that name another one, or none.
SELECT electric.drop_jwt_key('k');
SELECT regress_electric_payload('{"sub": "alice"}');
SELECT electric.add_jwt_key(jsonb_build_object('kty', 'oct', 'k', regress_electric_base64url('a secret of thirty-two bytes ....')));
BEGIN;
SELECT header, regress_electric_header(header) FROM unnest(ARRAY['{"alg": "HS256"}', '{"alg": "HS256", "kid": "whatever"}', '{"alg": "HS256", "kid": ""}', '{"alg": "HS512"}']) header;
COMMIT;

-- Two keys that fit, as nothing but a hand can write them, are as good as none; so are rows that make no key.
INSERT INTO electric.jwt_keys SELECT '', 'k', alg, jwk FROM electric.jwt_keys;
SELECT regress_electric_payload('{"sub": "alice"}');
UPDATE electric.jwt_keys SET jwk = '{"kty": "oct", "k": "AA"}' WHERE kid = '';
SELECT regress_electric_payload('{"sub": "alice"}');
TRUNCATE electric.jwt_keys;
SELECT regress_electric_payload('{"sub": "alice"}');

-- The triggers of the tables of keys, of tokens' and of API keys', fire always from the start.
BEGIN;
DROP EXTENSION electric_perm CASCADE;
CREATE EXTENSION electric_perm;
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgrelid IN ('electric.jwt_keys'::regclass, 'electric.api_key_store'::regclass) ORDER BY 1, 2;
ROLLBACK;

-- Changes are told of also where session_replication_role silences triggers, as logical replication and a restore have it. ENABLE TRIGGER ALL leaves the table's triggers such that fire always.
SELECT electric.add_jwt_key(jsonb_build_object('kty', 'oct', 'k', regress_electric_base64url('a secret of thirty-two bytes ....')), 'k');
ALTER TABLE electric.jwt_keys DISABLE TRIGGER ALL;
ALTER TABLE electric.jwt_keys ENABLE TRIGGER ALL;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'electric.jwt_keys'::regclass ORDER BY 1;
SELECT regress_electric_payload('{"sub": "alice"}');
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM electric.jwt_keys;
SELECT regress_electric_payload('{"sub": "alice"}');
ROLLBACK;

-- Where a trigger does not fire always, nothing is kept: each call reads the keys.
ALTER TABLE electric.jwt_keys ENABLE TRIGGER jwt_keys_changed;
SELECT regress_electric_payload('{"sub": "alice"}');
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM electric.jwt_keys;
SELECT regress_electric_payload('{"sub": "alice"}');
ROLLBACK;
ALTER TABLE electric.jwt_keys DISABLE TRIGGER jwt_keys_changed;
SELECT regress_electric_payload('{"sub": "alice"}');
DELETE FROM electric.jwt_keys;
SELECT regress_electric_payload('{"sub": "alice"}');
ALTER TABLE electric.jwt_keys ENABLE ALWAYS TRIGGER jwt_keys_changed;

DROP MATERIALIZED VIEW IF EXISTS regress_electric_view;
DROP FUNCTION regress_electric_become, regress_electric_now, regress_electric_header, regress_electric_payload, regress_electric_try, regress_electric_token, regress_electric_signed, regress_electric_hmac, regress_electric_base64url;
DROP OWNED BY regress_electric_client;
DROP ROLE regress_electric_client;

--
-- The keys by which tokens are verified: who may change them, which are taken, and that no two fit one token.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
RESET client_min_messages;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_keeper;
\pset format unaligned
\pset tuples_only on
\pset null (null)
\set keys 'SELECT set_name, kid, alg, jwk ->> ''kty'', jwk ->> ''crv'' FROM electric.jwt_keys ORDER BY set_name, kid, alg;'
\set ECHO none
\set rsa '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvrwtY/taltf144geAM+x\nRpmRqEe+PjAfW64bHb9b+bjXXuCAj4a2MFRt9KAvv6d0SHIVSYZd6PCQEU14kjGv\nnf/oenTBJBRUkbGUgJZthWwA2pRx4FzC86N4U36KXqpQhFuH7Zi/bUVtFPx+QuqA\n4CS9OOdD68Y4n4ls2PUEvi3GwaLFmqaxS8Dq3QPSM9B7IN7oUHkJaVp/2Y+R0NIK\nOIwa9l+DgOBw6dIQGPsT5gtCfr0GWkz5pJEgktCtm2XMv75HrIgXKWOF3fjqxpul\nq1JhTGbU83M3TMz+WrprK50EmnYSP69ev7+icmjjEq/qtdYMWSAeH+zKiZaTRiwo\nywIDAQAB\n-----END PUBLIC KEY-----'
\set rsa2 '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr2XcoGSW6mQt8EBFZzxc\nL7L77vZ6YlDTKFVoOK0m8yMvwLrX22WbiSwa6KsWRHYD6H9eR4Bnk853eIJT0vEx\nvWL1C/lzAxhJdMRw5+RqYFs83w1b2E3EjuGkQ+UIlO+tMSba2o85hMxQ3XNc4QcB\nkSBpm4pLwbV4MF2sLgDr6rEkxFYrUawDnJDZPweqtbEGVpWcvt0BAeLYGT/qMuZA\ne1ImqgRaKEtTu8XYLj93JwcdDk8nvdffhGUzceHQcVVd4zHZrCGrM+s8Zc/TxhAo\n5HTzmmzJHuUyfpLynngIXi2pcPGtd7CpNHRLQUjxp8zE7NYUjcHg7DeRx8eH1fYV\ntQIDAQAB\n-----END PUBLIC KEY-----'
\set weak '-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDtQkkOZiOdjw6nYR/vfOE7HJcB\nDIkhH0zK4rll7LFbsVWHIVuvuPk4oPLem4J7nJhGOtIVPOcji5kkUYm0rMwGHCR8\nox8EDHNtQE05LJhHou/BBybi4Iq+FGkypM6TXWU8T9eGQ3Qsn85H0jGjt3ko7YOT\nDiY41d0FJrGfozwQEwIDAQAB\n-----END PUBLIC KEY-----'
\set p256 '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbAboDKB777J5Lc/S86AdXGWEKFOe\nV4y7m1w8RYKO/XXIsQRRK4qBjwWzTn/t6J7HELdpdEvqOwjadcr10pBfYQ==\n-----END PUBLIC KEY-----'
\set p384 '-----BEGIN PUBLIC KEY-----\nMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEDPCMXXaMq4RcEqlpjI7TOnFfXHXz3GIb\nheESqojrJOivOvVdrSt3osKSLuHa7lxErhafKvV+ekZPkNGEXb8kfpVd9qMDeSvi\nnSU0fCOmBw4kiHTyWM+rB5nhWDitwWgh\n-----END PUBLIC KEY-----'
\set p521 '-----BEGIN PUBLIC KEY-----\nMIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBt3IurvMpC3uecBOJQEXXOnYuySio\neqHUAngepE4sG3HDK8M2T+fWVPrW5yAIXTd+ZVyr/ehaFlIcH+p44iq8BgIAhPXI\n0PVGlSItCDY5Yc05gwugpaDjqH2fH/66Ec3ujoBHgHwiZSEYaaLuTXIOAKaOTR9f\nFgplI5rqUcAs6MOTEwQ=\n-----END PUBLIC KEY-----'
\set k256 '-----BEGIN PUBLIC KEY-----\nMFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEJQJE8EFIhrTTRUhWfM+fH9TMqjNtpcXG\n8p9cY0dA2KIh1Zsz3B9FlUUtlRE4XMX8reGEhqzoiQf0ZobraaLjtg==\n-----END PUBLIC KEY-----'
\set ed25519 '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEATd8Nz6QV7W4X+gWujNRT3Nmyri1mQiJkpc925WCRuLk=\n-----END PUBLIC KEY-----'
\set x25519 '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEAo7WpN+tJ30HOMqmaeC6t5M62ASW/6KLEWvkaugqu3T8=\n-----END PUBLIC KEY-----'
\set ECHO all

-- The table is its owner's, who is a superuser: nobody else reads or writes it, or calls what changes it.
SET SESSION AUTHORIZATION regress_electric_client;
TABLE electric.jwt_keys;
\echo :LAST_ERROR_SQLSTATE
INSERT INTO electric.jwt_keys VALUES ('', 'mine', 'HS256', '{}');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.add_jwt_key('{"kty": "oct"}'::jsonb);
SELECT electric.add_jwt_key(:'rsa');
SELECT electric.add_jwks('{"keys": []}');
SELECT electric.drop_jwt_key('k');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.keys_changed();
RESET SESSION AUTHORIZATION;

-- So it is where default privileges would give new tables to everybody.
BEGIN;
DROP EXTENSION electric_perm CASCADE;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
CREATE EXTENSION electric_perm;
SELECT relname, has_table_privilege('regress_electric_client', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') FROM pg_class
	WHERE relname IN ('jwt_keys', 'api_key_store', 'api_key_use') ORDER BY 1;
ROLLBACK;

-- Nor does who may write all data: whoever writes keys is any user he likes.
SELECT electric.add_jwt_key(:'ed25519', 'ed');
CREATE ROLE regress_electric_writer IN ROLE pg_write_all_data;
SET SESSION AUTHORIZATION regress_electric_writer;
INSERT INTO electric.jwt_keys VALUES ('', 'mine', 'HS256', '{}');
\echo :LAST_ERROR_SQLSTATE
UPDATE electric.jwt_keys SET jwk = '{}';
\echo :LAST_ERROR_SQLSTATE
DELETE FROM electric.jwt_keys;
\echo :LAST_ERROR_SQLSTATE
RESET SESSION AUTHORIZATION;
DROP ROLE regress_electric_writer;
SELECT electric.drop_jwt_key('ed');

-- Who was granted EXECUTE changes the keys, and still does not read them.
GRANT EXECUTE ON FUNCTION electric.add_jwt_key(jsonb, text, text), electric.add_jwt_key(text, text, text),
	electric.add_jwks, electric.drop_jwt_key TO regress_electric_keeper;
SET SESSION AUTHORIZATION regress_electric_keeper;
SELECT electric.add_jwt_key(:'rsa', 'rsa');
SELECT electric.add_jwks('{"keys": []}');
TABLE electric.jwt_keys;
SELECT electric.drop_jwt_key('rsa');
RESET SESSION AUTHORIZATION;

-- A public key in PEM is for the algorithm that is said, or for the one that its type implies; an algorithm stands for one type of key.
SELECT electric.add_jwt_key(:'rsa', 'r');
SELECT electric.add_jwt_key(:'rsa', 'r', 'PS512');
SELECT electric.add_jwt_key(:'p256', 'e2');
SELECT electric.add_jwt_key(:'p384', 'e3');
SELECT electric.add_jwt_key(:'p521', kid => 'e5', alg => 'ES512');
SELECT electric.add_jwt_key(:'ed25519', 'ed');
:keys
SELECT electric.add_jwt_key(:'rsa', 'x', 'HS256');
SELECT electric.add_jwt_key(:'rsa', 'x', 'ES256');
SELECT electric.add_jwt_key(:'p256', 'x', 'ES384');
SELECT electric.add_jwt_key(:'p256', 'x', 'RS256');
SELECT electric.add_jwt_key(:'ed25519', 'x', 'HS512');
SELECT electric.add_jwt_key(:'rsa', 'x', 'none');
SELECT electric.add_jwt_key(:'rsa', 'x', 'rs256');
\echo :LAST_ERROR_SQLSTATE

-- What was made of the PEM text is the public key itself.
SELECT kid, jwk FROM electric.jwt_keys WHERE kid IN ('e2', 'ed') ORDER BY kid;
DELETE FROM electric.jwt_keys;

-- A JSON Web Key brings its key id and its algorithm along; arguments fill in what it lacks, and do not contradict it.
SELECT electric.add_jwt_key('{"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow", "kid": "a", "alg": "HS512"}'::jsonb);
SELECT electric.add_jwt_key('{"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}'::jsonb, 'b', 'HS384');
SELECT electric.add_jwt_key(jwk => '{"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}');
-- A literal is taken for text, which may be a JSON Web Key as well.
SELECT electric.add_jwt_key(' {"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow", "alg": "HS512"}', 'd');
SELECT electric.add_jwt_key('{"kty": "oct", "kid": "a", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}'::jsonb, 'c');
SELECT electric.add_jwt_key('{"kty": "oct", "alg": "HS256", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}'::jsonb, 'c', 'HS384');
:keys
DELETE FROM electric.jwt_keys;

-- Refused: what is no key, weak, for something else, or more than what verifies. The message says why, and nothing of the key.
\set VERBOSITY terse
SELECT electric.add_jwt_key(NULL::jsonb);
SELECT electric.add_jwt_key(NULL::text);
SELECT electric.add_jwt_key('');
SELECT electric.add_jwt_key('a secret');
SELECT electric.add_jwt_key('{"kty": "oct", "k": "secret"');
SELECT electric.add_jwt_key('{"kty": "oct", "kty": "RSA"}');
SELECT electric.add_jwt_key('["oct"]'::jsonb);
SELECT electric.add_jwt_key('{}'::jsonb);
SELECT electric.add_jwt_key('{"kty": "oct"}'::jsonb);
SELECT electric.add_jwt_key('{"kty": "oct", "kid": 1, "k": "c2VjcmV0"}'::jsonb);
SELECT electric.add_jwt_key('{"kty": "oct", "k": "c2VjcmV0", "kid": "short"}'::jsonb);
SELECT electric.add_jwt_key('{"kty": "oct", "k": "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg", "kid": "short for HS384"}'::jsonb, alg => 'HS384');
SELECT electric.add_jwt_key('{"kty": "oct", "k": "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg=", "kid": "padded"}'::jsonb);
SELECT electric.add_jwt_key('{"kty": "oct", "k": "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg", "use": "enc"}'::jsonb);
SELECT electric.add_jwt_key(jsonb_build_object('kty', 'oct', 'k', translate(encode(convert_to(:'rsa', 'UTF8'), 'base64'), E'+/=\n', '-_')));
SELECT electric.add_jwt_key(:'weak');
SELECT electric.add_jwt_key(:'k256');
SELECT electric.add_jwt_key(:'x25519');
SELECT electric.add_jwt_key(replace(:'rsa', 'PUBLIC', 'PRIVATE'));
SELECT electric.add_jwt_key(replace(:'rsa', 'A', 'B'));
SELECT electric.add_jwt_key(jsonb_build_object('kty', 'RSA', 'e', 'AQAB', 'n', repeat('_', 341) || 'w'), 'divided by 3');
SELECT electric.add_jwt_key('{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}'::jsonb, 'pair');
SELECT electric.add_jwt_key('{"kty": "OKP", "crv": "Ed25519", "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}'::jsonb, 'small order');
SELECT electric.add_jwt_key('{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'::jsonb, repeat('k', 257));
-- Their limits, exactly. A secret has at least as many bytes as the hash.
CREATE FUNCTION pg_temp.base64url(bytea) RETURNS text LANGUAGE sql IMMUTABLE RETURN translate(encode($1, 'base64'), E'+/=\n', '-_');
CREATE FUNCTION pg_temp.adding(jwk jsonb, alg text, kid text DEFAULT 'limits') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM electric.add_jwt_key(jwk, kid, alg);
	RAISE EXCEPTION 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END $$;
SELECT alg, bytes, pg_temp.adding(jsonb_build_object('kty', 'oct', 'k', pg_temp.base64url(decode(repeat('a5', bytes), 'hex'))), alg)
FROM (VALUES ('HS256', 32), ('HS384', 48), ('HS512', 64)) v (alg, hash), LATERAL (VALUES (hash - 1), (hash)) b (bytes);
-- .. and at most as many as the longest modulus, with an octet of zero in front.
SELECT bytes, pg_temp.adding(jsonb_build_object('kty', 'oct', 'k', pg_temp.base64url(decode(repeat('a5', bytes), 'hex'))), 'HS256') FROM unnest('{2049,2050}'::int[]) bytes;
SELECT right(pg_temp.adding(jsonb_build_object('kty', 'oct', 'k', repeat('A', 43), 'kid', repeat('k', 257)), 'HS256', NULL), 40);
-- An RSA modulus has 2048 to 16384 bits and is odd; the exponent is odd, not 1, and has at most 64 bits. (These moduli are divided by 3, of which OpenSSL is asked behind that.)
SELECT bits, pg_temp.adding(jsonb_build_object('kty', 'RSA', 'e', 'AQAB', 'n', pg_temp.base64url(decode(first || repeat('ff', (bits + 7) / 8 - 2) || last, 'hex'))), 'RS256')
FROM (VALUES (2047, '7f', 'ff'), (2048, 'ff', 'ff'), (2048, 'ff', 'fe'), (16384, 'ff', 'ff'), (16385, '01', 'ff')) v (bits, first, last);
SELECT e, pg_temp.adding(jsonb_build_object('kty', 'RSA', 'e', pg_temp.base64url(decode(e, 'hex')), 'n', repeat('_', 341) || 'w'), 'PS256')
FROM (VALUES ('03'), ('0003'), ('ffffffffffffffff'), ('00'), ('01'), ('000001'), ('010000'), ('010000000000000001')) v (e);
-- No point of Ed25519 whose order divides 8 is a key, with either sign, nor the same number with p added to it.
SELECT x, pg_temp.adding(jsonb_build_object('kty', 'OKP', 'crv', 'Ed25519', 'x', pg_temp.base64url(set_byte(point, 31, get_byte(point, 31) | sign))), 'EdDSA')
FROM (VALUES ('0', decode(repeat('00', 32), 'hex')), ('1', decode('01' || repeat('00', 31), 'hex')),
		('order 8', '\x26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'), ('order 8', '\xc7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
		('p - 1', decode('ec' || repeat('ff', 30) || '7f', 'hex')), ('p', decode('ed' || repeat('ff', 30) || '7f', 'hex')), ('p + 1', decode('ee' || repeat('ff', 30) || '7f', 'hex'))) v (x, point),
	unnest('{0,128}'::int[]) sign;
SELECT pg_temp.adding(jsonb_build_object('kty', 'OKP', 'crv', 'Ed25519', 'x', pg_temp.base64url(decode('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex'))), 'EdDSA');
\set VERBOSITY default
SELECT count(*) FROM electric.jwt_keys;

-- A transaction that may not write changes no keys, and is told by which function.
BEGIN READ ONLY;
SAVEPOINT s;
SELECT electric.add_jwt_key(:'rsa', 'r');
ROLLBACK TO s;
SELECT electric.add_jwks('{"keys": []}');
ROLLBACK TO s;
SELECT electric.drop_jwt_key('r');
ROLLBACK;

-- At most one key fits a token. A key fits those of its algorithm that name it; one without a key id fits all of its algorithm.
SELECT electric.add_jwt_key(:'rsa', 'r');
SELECT electric.add_jwt_key(:'rsa2', 'r2');
SELECT electric.add_jwt_key(:'rsa2', 'r');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.add_jwt_key(:'rsa2');
SELECT electric.add_jwt_key(:'rsa2', alg => 'PS256');
SELECT electric.add_jwt_key(:'rsa', 'r', 'PS256');
SELECT electric.add_jwt_key(:'rsa', 'other', 'PS256');
SELECT electric.add_jwt_key(:'rsa', alg => 'PS256');
SELECT electric.add_jwt_key(:'rsa', 'r', 'PS384');
:keys

-- A hand adds no second key of the same key id and algorithm either, whatever the set.
INSERT INTO electric.jwt_keys SELECT 'another', kid, alg, jwk FROM electric.jwt_keys WHERE kid = 'r2';
\echo :LAST_ERROR_SQLSTATE

-- Dropping a key id drops all keys that have it, and NULL those that have none.
SELECT electric.drop_jwt_key('r');
SELECT electric.drop_jwt_key(NULL);
:keys
SELECT electric.drop_jwt_key('r');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.drop_jwt_key(NULL);
DELETE FROM electric.jwt_keys;

-- A set is replaced as a whole, other sets and single keys stay.
\set one '{"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
\set two '{"kty": "EC", "crv": "P-256", "kid": "two", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}'
\set three '{"kty": "OKP", "crv": "Ed25519", "kid": "three", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
SELECT electric.add_jwt_key(:'rsa', 'single');
SELECT electric.add_jwks(jsonb_build_object('keys', jsonb_build_array(:'one'::jsonb, :'two'::jsonb)));
SELECT electric.add_jwks(jsonb_build_object('keys', jsonb_build_array(:'three'::jsonb)), 'other');
:keys
SELECT electric.add_jwks(jsonb_build_object('keys', jsonb_build_array(:'two'::jsonb)));
:keys

-- Keys for something else, or of unknown kinds, are left out with a NOTICE.
SELECT electric.add_jwks(jsonb_build_object('keys', jsonb_build_array(:'one'::jsonb, '{"kty": "RSA", "use": "enc", "kid": "for encryption"}'::jsonb,
	'{"kty": "OKP", "crv": "X25519", "kid": "unknown curve"}'::jsonb, '{"kty": "EC", "alg": "ES256K", "kid": "unknown algorithm"}'::jsonb, '1'::jsonb)));
:keys

-- A set with a key that is unfit, or that fits the tokens of another one, changes nothing.
SELECT electric.add_jwks(jsonb_build_object('keys', jsonb_build_array(:'two'::jsonb, :'one'::jsonb || '{"x": "AA"}')));
SELECT electric.add_jwks(jsonb_build_object('keys', jsonb_build_array(:'two'::jsonb, :'one'::jsonb || '{"d": "AA"}')));
SELECT electric.add_jwks(jsonb_build_object('keys', jsonb_build_array(:'two'::jsonb, :'three'::jsonb)));
SELECT electric.add_jwks(jsonb_build_object('keys', jsonb_build_array(:'two'::jsonb, :'two'::jsonb)));
SELECT electric.add_jwks(jsonb_build_object('keys', jsonb_build_array(:'two'::jsonb, :'one'::jsonb - 'kid')));
SELECT electric.add_jwks('{"keys": {}}');
SELECT electric.add_jwks('[]');
SELECT electric.add_jwks(NULL);
SELECT electric.add_jwks('{"keys": []}', NULL);
SELECT electric.add_jwks('{"keys": []}', '');
:keys

-- An empty set removes its keys; a key of a set can be dropped on its own.
SELECT electric.add_jwks('{"keys": []}', 'other');
SELECT electric.drop_jwt_key('one');
:keys
DELETE FROM electric.jwt_keys;

DROP OWNED BY regress_electric_client, regress_electric_keeper;
DROP ROLE regress_electric_client, regress_electric_keeper;

--
-- API keys: how they are made, what they make of who presents them, and how they end.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset null ''
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_app;
CREATE ROLE regress_electric_admin;
SELECT electric.add_client_role('regress_electric_app');
CREATE TABLE posts (id int PRIMARY KEY, body text);
INSERT INTO posts VALUES (1, 'for the site'), (2, 'for the shop');
ALTER TABLE posts ADD app text;
UPDATE posts SET app = CASE id WHEN 1 THEN 'site' ELSE 'shop' END;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE posts; ELECTRIC GRANT READ ON posts TO ANYONE WHERE (app = auth.claims ->> 'app'); $$;

-- A key is its kind, its id and 256 bits in base64url; two are never the same. Its digest alone is stored: SHA-256 of the whole text.
SELECT electric.create_api_key('site', claims => '{"app": "site"}') AS site \gset
SELECT electric.create_api_key('shop', 'publishable', claims => '{"app": "shop"}') AS shop \gset
SELECT electric.create_api_key('nightly job', 'secret') AS job \gset
SELECT :'site' ~ '^ek_publishable_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$', :'job' ~ '^ek_secret_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$', :'site' <> :'shop';
SELECT split_part(:'site', '_', 3) AS site_id, split_part(:'shop', '_', 3) AS shop_id, split_part(:'job', '_', 3) AS job_id \gset
SELECT name, digest = sha256(convert_to(CASE id WHEN :'site_id' THEN :'site' WHEN :'shop_id' THEN :'shop' ELSE :'job' END, 'UTF8')) FROM electric.api_key_store ORDER BY name;
CREATE TEMPORARY TABLE many AS SELECT electric.create_api_key('many') AS key FROM generate_series(1, 200);
SELECT count(DISTINCT key) FROM many;
-- .. nor alike anywhere: each of the 16 characters of the id takes most of its 16 values, each of the secret's 43 most of 64, but for the last one, which has four bits.
SELECT bits, count(*), min(n) > 0.6 * 2 ^ bits AS random FROM (SELECT CASE WHEN i < 32 OR i = 75 THEN 4 ELSE 6 END, count(DISTINCT substr(key, i, 1)) FROM many, generate_series(16, 75) i WHERE i <> 32 GROUP BY i) places (bits, n) GROUP BY 1 ORDER BY 1;
DO $$ BEGIN PERFORM electric.revoke_api_key(id) FROM electric.api_keys WHERE name = 'many'; END $$;

-- The view lists them, and never what would make a key.
\pset tuples_only off
SELECT name, kind, created > now() - interval '1 minute' AS made, expires, networks, claims, last_use, id IN (:'site_id', :'shop_id', :'job_id') AS known FROM electric.api_keys ORDER BY name;
SELECT * FROM electric.api_keys LIMIT 0;
\pset tuples_only on

-- A publishable key makes its bearer anonymous with the key's claims, for the transaction. The text of an Authorization header serves as well.
SET ROLE regress_electric_app;
BEGIN;
SELECT electric.authenticate(:'site') IS NULL;
SELECT electric.user_id() IS NULL, electric.is_authenticated(), electric.claims();
SELECT * FROM posts;
SELECT electric.authenticate('Bearer ' || :'shop') IS NULL;
SELECT * FROM posts;
SELECT electric.authenticate('bearer ' || :'shop') IS NULL;
COMMIT;
SELECT electric.claims();
SELECT count(*) FROM posts;

-- .. or for the session, until it ends; a local identity of somebody else over it is refused like over any session's.
SELECT electric.authenticate(:'site', false) IS NULL;
SELECT * FROM posts;
BEGIN;
SELECT electric.authenticate(:'shop');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
SELECT electric.logout();
SELECT count(*) FROM posts;

-- What follows in the same transaction replaces it, claims and all: nothing is merged.
RESET ROLE;
GRANT EXECUTE ON FUNCTION electric.set_user TO regress_electric_app;
SET ROLE regress_electric_app;
BEGIN;
SELECT electric.authenticate(:'site') IS NULL;
SELECT electric.set_user('alice', '{"level": 2}');
SELECT electric.user_id(), electric.claims();
SELECT count(*) FROM posts;
SELECT electric.authenticate(:'site') IS NULL;
SELECT electric.user_id() IS NULL, electric.claims();
COMMIT;

-- It rolls back like a setting.
BEGIN;
SELECT electric.authenticate(:'site') IS NULL;
SAVEPOINT s;
SELECT electric.authenticate(:'shop') IS NULL;
ROLLBACK TO s;
SELECT electric.claims();
ROLLBACK;

-- The use is noted by the first authenticate in an hour, where the transaction may write, and only if it commits.
RESET ROLE;
UPDATE electric.api_key_use SET last_use = NULL;
SET ROLE regress_electric_app;
BEGIN READ ONLY;
SELECT electric.authenticate(:'site') IS NULL;
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT electric.authenticate(:'site') IS NULL;
COMMIT;
BEGIN;
SELECT electric.authenticate(:'site') IS NULL;
ROLLBACK;
RESET ROLE;
SELECT name, last_use FROM electric.api_keys ORDER BY name;
SET ROLE regress_electric_app;
BEGIN;
SELECT electric.authenticate(:'site') IS NULL;
COMMIT;
RESET ROLE;
SELECT name, last_use > now() - interval '1 minute' FROM electric.api_keys ORDER BY name;
UPDATE electric.api_key_use SET last_use = now() - interval '59 minutes' WHERE id = :'site_id';
UPDATE electric.api_key_use SET last_use = now() - interval '61 minutes' WHERE id = :'shop_id';
SET ROLE regress_electric_app;
BEGIN;
SELECT electric.authenticate(:'site') IS NULL, electric.authenticate(:'shop') IS NULL;
COMMIT;
RESET ROLE;
SELECT name, last_use > now() - interval '1 minute' FROM electric.api_keys ORDER BY name;

-- An expired key is not accepted; one that expires meanwhile is nobody's from the next statement on.
SELECT electric.create_api_key('short', expires => now() + interval '1 day', claims => '{"app": "site"}') AS short \gset
SELECT split_part(:'short', '_', 3) AS short_id \gset
UPDATE electric.api_key_store SET expires = now() - interval '1 second' WHERE id = :'short_id';
SET ROLE regress_electric_app;
SELECT electric.authenticate(:'short');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
UPDATE electric.api_key_store SET expires = clock_timestamp() + interval '1 second' WHERE id = :'short_id';
SET ROLE regress_electric_app;
BEGIN;
SELECT electric.authenticate(:'short') IS NULL;
SELECT electric.claims(), (SELECT count(*) FROM posts);
SELECT pg_sleep(1.1);
SELECT electric.claims(), (SELECT count(*) FROM posts);
COMMIT;

-- A request's claims do not take the place of a key that is revoked: who came by it is nobody.
RESET ROLE;
SET electric_perm.trust_request_claims = on;
SELECT electric.create_api_key('gone', claims => '{"app": "site"}') AS gone \gset
BEGIN;
SELECT set_config('request.jwt.claims', '{"sub": "mallory"}', true) IS NOT NULL, electric.user_id();
SELECT electric.authenticate(:'gone') IS NULL;
SELECT electric.user_id(), electric.claims();
SELECT electric.revoke_api_key(split_part(:'gone', '_', 3));
SELECT electric.user_id(), electric.claims();
COMMIT;
RESET electric_perm.trust_request_claims;

-- A revoked key is not accepted, and who came by it is nobody from the next statement on; where the revocation is undone, he is again.
RESET ROLE;
SELECT electric.create_api_key('mine', claims => '{"app": "site"}') AS mine \gset
SELECT split_part(:'mine', '_', 3) AS mine_id \gset
SELECT electric.authenticate(:'mine', false) IS NULL;
SELECT electric.claims();
BEGIN;
SELECT electric.revoke_api_key(:'mine_id');
SELECT electric.claims();
ROLLBACK;
SELECT electric.claims();
SELECT electric.revoke_api_key(:'mine_id');
SELECT electric.claims();
SELECT electric.authenticate(:'mine');
\echo :LAST_ERROR_SQLSTATE
\set VERBOSITY sqlstate
SELECT electric.revoke_api_key(:'mine_id');
\set VERBOSITY default
SELECT electric.logout();

-- It counts until right before the time at which it expires (statements that are sent together have one time).
SELECT electric.create_api_key('to the moment', claims => '{"app": "site"}') AS moment \gset
UPDATE electric.api_key_store SET expires = statement_timestamp() WHERE name = 'to the moment' \; SELECT electric.authenticate(:'moment');
UPDATE electric.api_key_store SET expires = statement_timestamp() + interval '1 microsecond' WHERE name = 'to the moment' \; SELECT electric.authenticate(:'moment') IS NULL \; SELECT electric.claims();

-- So it is where a superuser deletes or changes rows of the store himself.
SELECT electric.create_api_key('by hand', claims => '{"app": "site"}') AS hand \gset
SELECT electric.authenticate(:'hand', false) IS NULL;
SELECT electric.claims();
BEGIN;
UPDATE electric.api_key_store SET expires = statement_timestamp() WHERE name = 'by hand';
SELECT electric.claims();
UPDATE electric.api_key_store SET expires = statement_timestamp() + interval '1 day' WHERE name = 'by hand';
SELECT electric.claims();
UPDATE electric.api_key_store SET kind = 'secret' WHERE name = 'by hand';
SELECT electric.claims();
UPDATE electric.api_key_store SET kind = 'publishable' WHERE name = 'by hand';
SELECT electric.claims();
DELETE FROM electric.api_key_store WHERE name = 'by hand';
SELECT electric.claims();
ROLLBACK;
SELECT electric.claims();
BEGIN;
TRUNCATE electric.api_key_store;
SELECT electric.claims();
ROLLBACK;
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM electric.api_key_store WHERE name = 'by hand';
SELECT electric.claims();
COMMIT;
SELECT electric.logout();
-- Claims that are no object are nobody's.
SELECT electric.create_api_key('list', claims => '{"app": "site"}') AS list \gset
UPDATE electric.api_key_store SET claims = '["app", "site"]' WHERE name = 'list';
SELECT electric.authenticate(:'list');
\echo :LAST_ERROR_SQLSTATE
-- Where a hand has silenced the triggers, our own functions tell of what they do all the same.
UPDATE electric.api_key_store SET claims = '{"app": "site"}' WHERE name = 'list';
ALTER TABLE electric.api_key_store DISABLE TRIGGER ALL;
SELECT electric.authenticate(:'list', false) IS NULL;
SELECT electric.claims();
SELECT electric.revoke_api_key(split_part(:'list', '_', 3));
SELECT electric.claims();
ALTER TABLE electric.api_key_store ENABLE TRIGGER ALL;
SELECT electric.logout();
-- The trigger's function is a trigger's alone.
SELECT electric.keys_changed();
\echo :LAST_ERROR_SQLSTATE

-- A row that no key could have is not written by hand: an id that is none, another kind, a digest of another length.
\set VERBOSITY sqlstate
INSERT INTO electric.api_key_store VALUES ('0123456789ABCDEF', 'odd', 'secret', sha256('x'), now(), NULL, NULL, '{}');
INSERT INTO electric.api_key_store VALUES ('0123456789abcde', 'odd', 'secret', sha256('x'), now(), NULL, NULL, '{}');
INSERT INTO electric.api_key_store VALUES ('0123456789abcdef', 'odd', 'Secret', sha256('x'), now(), NULL, NULL, '{}');
INSERT INTO electric.api_key_store VALUES ('0123456789abcdef', 'odd', 'secret', sha224('x'), now(), NULL, NULL, '{}');
\set VERBOSITY default

-- Parallel workers know it.
SET ROLE regress_electric_app;
BEGIN;
SELECT electric.authenticate(:'site') IS NULL;
SET LOCAL force_parallel_mode = on;
EXPLAIN (COSTS OFF, VERBOSE) SELECT electric.claims();
SELECT electric.claims();
ROLLBACK;
RESET ROLE;
-- .. and that it is revoked, or has expired.
SELECT electric.create_api_key('for workers', claims => '{"app": "site"}') AS shared \gset
SET force_parallel_mode = on;
SET ROLE regress_electric_app;
SELECT electric.authenticate(:'shared', false) IS NULL;
SELECT electric.claims();
RESET ROLE;
BEGIN;
UPDATE electric.api_key_store SET expires = statement_timestamp() WHERE name = 'for workers';
SELECT electric.claims();
ROLLBACK;
SELECT electric.claims();
SELECT electric.revoke_api_key(split_part(:'shared', '_', 3));
SELECT electric.claims();
SELECT electric.logout();
RESET force_parallel_mode;

-- Keys whose arguments make no sense are not made.
SELECT electric.create_api_key(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.create_api_key('');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.create_api_key('x', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.create_api_key('x', 'Secret');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.create_api_key('x', expires => now());
\echo :LAST_ERROR_SQLSTATE
SELECT electric.create_api_key('x', expires => '-infinity');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.create_api_key('x', networks => '{}');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.create_api_key('x', networks => '{10.0.0.0/8,NULL}');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.create_api_key('x', claims => '[]');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.create_api_key('x', claims => jsonb_build_object('a', repeat('x', 70000)));
\echo :LAST_ERROR_SQLSTATE
BEGIN READ ONLY;
SELECT electric.create_api_key('x');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN READ ONLY;
SELECT electric.revoke_api_key(:'site_id');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
SELECT electric.revoke_api_key(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.revoke_api_key('0123456789abcdef');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.authenticate(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.authenticate(:'site', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM electric.api_keys WHERE name = 'x';

-- Never is NULL or infinity.
SELECT electric.create_api_key('always', expires => 'infinity') IS NOT NULL;
SELECT expires FROM electric.api_keys WHERE name = 'always';

-- Who is given EXECUTE makes, sees and revokes keys, and is told of no digest.
GRANT EXECUTE ON FUNCTION electric.create_api_key, electric.revoke_api_key TO regress_electric_admin;
SET ROLE regress_electric_admin;
SELECT electric.create_api_key('by the admin') AS by_admin \gset
SELECT name FROM electric.api_keys ORDER BY name;
SELECT electric.revoke_api_key(split_part(:'by_admin', '_', 3));
SELECT count(*) FROM electric.api_keys WHERE name = 'by the admin';
SELECT digest FROM electric.api_key_store;
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
\i :reset

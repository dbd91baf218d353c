--
-- Attacks on API keys.
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
SELECT electric.add_client_role('regress_electric_app');
SELECT electric.create_api_key('site', claims => '{"app": "site"}') AS site \gset
SELECT electric.create_api_key('other') AS other \gset
SELECT electric.create_api_key('local', networks => '{127.0.0.0/8,::1/128,0.0.0.0/0,::/0}') AS near \gset
SELECT split_part(:'site', '_', 3) AS site_id, split_part(:'other', '_', 3) AS other_id \gset
SET ROLE regress_electric_app;

-- Ordinary roles make no keys, revoke none and see none, whatever they do to the view; nor may they read or write the tables.
SELECT electric.create_api_key('x', 'secret');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.revoke_api_key(:'site_id');
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM electric.api_keys;
CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;
SELECT count(*) FROM electric.api_keys WHERE pg_temp.leak(name);
TABLE electric.api_key_store;
\echo :LAST_ERROR_SQLSTATE
TABLE electric.api_key_use;
\echo :LAST_ERROR_SQLSTATE
INSERT INTO electric.api_key_store VALUES ('0000000000000000', 'x', 'secret', sha256('x'), now(), NULL, NULL, '{}');
\echo :LAST_ERROR_SQLSTATE
UPDATE electric.api_key_use SET last_use = NULL;
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM electric.api_keys FOR UPDATE;
\echo :LAST_ERROR_SQLSTATE

-- A key that differs from a true one in anything is refused, and all alike: kind, id, each character of the secret, length, letter case, blanks and what follows.
CREATE FUNCTION pg_temp.refused(key text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM electric.authenticate(key);
	RETURN 'ACCEPTED ' || key;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT pg_temp.refused(forged), count(*) FROM (
	SELECT overlay(:'site' PLACING CASE substr(:'site', i, 1) WHEN 'A' THEN 'B' ELSE 'A' END FROM i FOR 1) FROM generate_series(1, length(:'site')) i
	UNION ALL SELECT left(:'site', i) FROM generate_series(0, length(:'site') - 1) i
	UNION ALL SELECT unnest(ARRAY[:'site' || 'A', :'site' || '=', :'site' || ' ', ' ' || :'site', :'site' || chr(10), upper(:'site'),
		replace(:'site', 'publishable', 'secret'), replace(:'site', :'site_id', :'other_id'), replace(:'site', :'site_id', upper(:'site_id')),
		'ek_secret__', 'ek_publishable_' || :'site_id' || '_', 'Bearer', 'Bearer ', 'Bearer Bearer ' || :'site', 'Basic ' || :'site',
		repeat('ek_', 100000), 'ek_publishable_' || :'site_id' || '_' || repeat('é', 43), ''';DROP TABLE electric.api_key_store;--'])
	) AS forgeries (forged) GROUP BY 1 ORDER BY 1;
-- The true one is accepted, so that they were not refused for something else.
SELECT pg_temp.refused(:'site') = 'ACCEPTED ' || :'site';
-- The digest is no key.
RESET ROLE;
SELECT encode(digest, 'hex') AS hex FROM electric.api_key_store WHERE id = :'site_id' \gset
SET ROLE regress_electric_app;
SELECT pg_temp.refused('ek_publishable_' || :'site_id' || '_' || left(:'hex', 43));

-- Each byte of the digest counts, and so does the kind: a key that the owner of the store turns into one for a service by hand is neither.
RESET ROLE;
BEGIN;
CREATE TEMPORARY TABLE stored AS SELECT digest FROM electric.api_key_store WHERE id = :'site_id';
CREATE FUNCTION pg_temp.with_other_byte(key text, i int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE electric.api_key_store SET digest = (SELECT set_byte(digest, i, get_byte(digest, i) # 1) FROM stored) WHERE id = split_part(key, '_', 3);
	RETURN pg_temp.refused(key);
END $$;
SELECT pg_temp.with_other_byte(:'site', i), count(*) FROM generate_series(0, 31) i GROUP BY 1;
UPDATE electric.api_key_store SET digest = (SELECT digest FROM stored) WHERE id = :'site_id';
SELECT pg_temp.refused(:'site') = 'ACCEPTED ' || :'site';
UPDATE electric.api_key_store SET kind = 'secret' WHERE id = :'site_id';
SELECT pg_temp.refused(:'site');
ROLLBACK;
SET ROLE regress_electric_app;

-- A Unix socket has no address: a key for networks is not accepted there, whatever the networks.
SELECT pg_temp.refused(:'near');

-- .. nor one for networks that a hand has made of nothing.
RESET ROLE;
UPDATE electric.api_key_store SET networks = '{NULL}' WHERE name = 'local';
SET ROLE regress_electric_app;
SELECT pg_temp.refused(:'near');

-- Text that looks like SQL is text.
RESET ROLE;
SELECT electric.create_api_key($$x'); DROP TABLE electric.api_key_store; --$$, claims => $${"a": "'); DROP TABLE electric.api_key_use; --"}$$) AS odd \gset
BEGIN;
SELECT electric.authenticate(:'odd') IS NULL;
SELECT electric.claims();
COMMIT;
SELECT name FROM electric.api_keys ORDER BY name;
SELECT electric.revoke_api_key($$' OR true; --$$);
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM electric.api_keys;

-- Who revokes by the key itself, or by its id and what follows, is refused without its text.
SELECT electric.revoke_api_key(:'site');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.revoke_api_key(substr(:'site', 16));
\echo :LAST_ERROR_SQLSTATE

-- A local key sheds no session identity, and code that runs in somebody else's name sets none.
SELECT electric.set_user('alice', is_local => false);
BEGIN;
SELECT electric.authenticate(:'site');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
SELECT electric.user_id();
SELECT electric.logout();
CREATE TABLE t (id int);
INSERT INTO t VALUES (1);
CREATE FUNCTION become(key text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM electric.authenticate(key); RETURN 1; END $$;
SET ROLE regress_electric_app;
SELECT format('CREATE INDEX ON pg_temp.mine (public.become(%L))', :'site') AS make_index \gset
CREATE TEMPORARY TABLE mine AS SELECT 1 AS id;
:make_index;
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;

-- What the identity holds is set by nobody: a service is made by no setting and no claim.
SET electric_perm.identity = E'service 9223372036854775807 -\n{}';
\echo :LAST_ERROR_SQLSTATE
BEGIN;
SELECT electric.set_user(E'service 9223372036854775807 -\n{}', E'{"service": true}');
SELECT electric.user_id(), electric.claims();
SELECT role FROM electric.roles();
COMMIT;
BEGIN;
SELECT electric.set_user(NULL, '{"service 9223372036854775807 -\n": 1}');
SELECT electric.user_id(), electric.claims();
SELECT role FROM electric.roles();
COMMIT;

-- Who may write all data writes no keys, and changes none: a key with claims, or for a service, would be his.
CREATE ROLE regress_electric_writer IN ROLE pg_write_all_data;
SET ROLE regress_electric_writer;
INSERT INTO electric.api_key_store VALUES ('0000000000000000', 'x', 'secret', sha256('x'), now(), NULL, NULL, '{}');
\echo :LAST_ERROR_SQLSTATE
UPDATE electric.api_key_store SET claims = '{"app": "admin"}';
\echo :LAST_ERROR_SQLSTATE
DELETE FROM electric.api_key_store;
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
DROP ROLE regress_electric_writer;

-- A key that the owner deletes by hand is gone like one that is revoked: who came by it is nobody, also where triggers are silenced.
SELECT electric.authenticate(:'site', false) IS NULL;
SELECT electric.claims();
BEGIN;
DELETE FROM electric.api_key_store WHERE id = :'site_id';
SELECT electric.claims();
ROLLBACK;
SELECT electric.claims();
ALTER TABLE electric.api_key_store DISABLE TRIGGER ALL;
ALTER TABLE electric.api_key_store ENABLE TRIGGER ALL;
SELECT electric.claims();
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM electric.api_key_store WHERE id = :'site_id';
SELECT electric.claims();
COMMIT;

-- Without the extension's table nobody is anybody.
SELECT electric.authenticate(:'other', false) IS NULL;
DROP EXTENSION electric_perm CASCADE;
CREATE EXTENSION electric_perm;
SELECT electric.claims(), electric.user_id();
SELECT electric.authenticate(:'other');
\i :reset

\echo Use "ALTER EXTENSION electric_perm UPDATE" to load this file. \quit

--
-- Following the schema
--

CREATE FUNCTION electric.on_ddl_start() RETURNS event_trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_on_ddl_start';
CREATE FUNCTION electric.on_ddl_end() RETURNS event_trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_on_ddl_end';
COMMENT ON FUNCTION electric.on_ddl_start() IS
	'Event trigger: notes what the rules mean before a command renames, drops or alters something';
COMMENT ON FUNCTION electric.on_ddl_end() IS
	'Event trigger: keeps the rules and the policies true after a command, or refuses it';

-- ALWAYS: no session_replication_role silences them.
CREATE EVENT TRIGGER electric_ddl_start ON ddl_command_start
	EXECUTE FUNCTION electric.on_ddl_start();
ALTER EVENT TRIGGER electric_ddl_start ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER electric_ddl_start IS 'Notes what the rules mean';
CREATE EVENT TRIGGER electric_ddl_end ON ddl_command_end
	EXECUTE FUNCTION electric.on_ddl_end();
ALTER EVENT TRIGGER electric_ddl_end ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER electric_ddl_end IS 'Keeps the rules true';

--
-- Dump and restore
--

-- What is unknown here must not become another table's rule there.
SELECT pg_catalog.pg_extension_config_dump('electric.tables',
	'WHERE tbl::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT oid FROM pg_catalog.pg_class)');
SELECT pg_catalog.pg_extension_config_dump('electric.grants',
	'WHERE tbl::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT oid FROM pg_catalog.pg_class)
	AND (scope IS NULL OR scope::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT oid FROM pg_catalog.pg_class))');
SELECT pg_catalog.pg_extension_config_dump('electric.assignments',
	'WHERE tbl::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT oid FROM pg_catalog.pg_class)
	AND (scope IS NULL OR scope::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT oid FROM pg_catalog.pg_class))');

-- A database may be restored by its owner, who is no superuser: client roles are what he may not add.
CREATE FUNCTION electric.check_loaded_row() RETURNS trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_check_loaded_row';
COMMENT ON FUNCTION electric.check_loaded_row() IS
	'Trigger of the tables of electric: a row comes from a superuser or from the owner of its table (42501), on which rules can stand (42809), and says what a statement could have written (22023, 42601)';
CREATE TRIGGER check_loaded_row BEFORE INSERT ON electric.tables
	FOR EACH ROW EXECUTE FUNCTION electric.check_loaded_row();
CREATE TRIGGER check_loaded_row BEFORE INSERT ON electric.grants
	FOR EACH ROW EXECUTE FUNCTION electric.check_loaded_row();
CREATE TRIGGER check_loaded_row BEFORE INSERT ON electric.assignments
	FOR EACH ROW EXECUTE FUNCTION electric.check_loaded_row();
CREATE TRIGGER check_loaded_row BEFORE INSERT ON electric.client_sql
	FOR EACH ROW EXECUTE FUNCTION electric.check_loaded_row();
ALTER TABLE electric.tables ENABLE ALWAYS TRIGGER check_loaded_row;
ALTER TABLE electric.grants ENABLE ALWAYS TRIGGER check_loaded_row;
ALTER TABLE electric.assignments ENABLE ALWAYS TRIGGER check_loaded_row;
ALTER TABLE electric.client_sql ENABLE ALWAYS TRIGGER check_loaded_row;

-- Statements of DDLX write as the owner. Who may write all data shall not write what he may do with it.
CREATE FUNCTION electric.check_writer() RETURNS trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_check_writer';
COMMENT ON FUNCTION electric.check_writer() IS
	'Trigger of the tables of electric: who is neither their owner nor a superuser changes and removes no rows (42501), whatever privilege he holds';
CREATE TRIGGER check_writer BEFORE UPDATE OR DELETE OR TRUNCATE ON electric.tables
	FOR EACH STATEMENT EXECUTE FUNCTION electric.check_writer();
CREATE TRIGGER check_writer BEFORE UPDATE OR DELETE OR TRUNCATE ON electric.grants
	FOR EACH STATEMENT EXECUTE FUNCTION electric.check_writer();
CREATE TRIGGER check_writer BEFORE UPDATE OR DELETE OR TRUNCATE ON electric.assignments
	FOR EACH STATEMENT EXECUTE FUNCTION electric.check_writer();
CREATE TRIGGER check_writer BEFORE UPDATE OR DELETE OR TRUNCATE ON electric.client_sql
	FOR EACH STATEMENT EXECUTE FUNCTION electric.check_writer();
CREATE TRIGGER check_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON electric.client_roles
	FOR EACH STATEMENT EXECUTE FUNCTION electric.check_writer();
ALTER TABLE electric.tables ENABLE ALWAYS TRIGGER check_writer;
ALTER TABLE electric.grants ENABLE ALWAYS TRIGGER check_writer;
ALTER TABLE electric.assignments ENABLE ALWAYS TRIGGER check_writer;
ALTER TABLE electric.client_sql ENABLE ALWAYS TRIGGER check_writer;
ALTER TABLE electric.client_roles ENABLE ALWAYS TRIGGER check_writer;
-- Not on client_roles, which is a superuser's, and whose lock whoever may insert could hold.
GRANT INSERT ON electric.tables, electric.grants, electric.assignments, electric.client_sql TO PUBLIC;

--
-- Looking after the rules
--

CREATE FUNCTION electric.verify(OUT object text, OUT problem text, OUT repair text)
	RETURNS SETOF record
	LANGUAGE c STRICT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_verify';
REVOKE ALL ON FUNCTION electric.verify() FROM PUBLIC;
COMMENT ON FUNCTION electric.verify() IS
	'Where the database is not as the rules say, on all tables: the object, what is amiss and the statement that puts it right; no rows if all is right. Changes nothing, and works in read-only transactions and on standbys. For superusers and whom they grant EXECUTE';

CREATE FUNCTION electric.rebuild(tbl regclass DEFAULT NULL) RETURNS SETOF text
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_rebuild';
COMMENT ON FUNCTION electric.rebuild(regclass) IS
	'Make policies, triggers, row-level security and client roles'' privileges of the table (NULL: of all the caller''s own tables, superuser: all) what the rules say; returns what was repaired, nothing if all was right. Locks each table like ALTER TABLE; of all tables, one that cannot be rebuilt is left as it is, with a WARNING. Errors: 42501 on a table of others, 55000 on one that is neither enabled nor assigned from, 25006 in a read-only transaction';

--
-- Asking why
--

CREATE FUNCTION electric.can(privilege text, tbl regclass, VARIADIC key text[]) RETURNS boolean
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'electric_can';
COMMENT ON FUNCTION electric.can(text, regclass, text[]) IS
	'May the current end user do this to that row? privilege: SELECT (READ), UPDATE (of some column) or DELETE; tbl: an enabled table; key: the values of its primary key, in the key''s order. False as well for a row that does not exist or that the caller may not read. Errors: 22023 another privilege (INSERT: try it in a savepoint) or a wrong number of values, 22004 a NULL, 22P02 and others a text that is no value of its column, 42P16 no primary key, 0A000 one of a type whose values hold those of domains, 42809 no table, 55000 not enabled. For everybody';

CREATE FUNCTION electric.explain(privilege text, tbl regclass, VARIADIC key text[],
		OUT step integer, OUT verdict text, OUT detail text)
	RETURNS SETOF record
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'electric_explain';
COMMENT ON FUNCTION electric.explain(text, regclass, text[]) IS
	'Why electric.can() says what it says: for each grant of the privilege whether it allows this (verdict yes, and below it the path, the scope and the assignment) or where it stops (no), what else decides (note), and last the answer. One line for a row that does not exist or that the caller may not read. Arguments and errors as for electric.can(). For everybody; other rows'' ids are told to trusted callers and to those who could read them without any policy';

-- The call must be found in WITH CHECK (see target.c), which looks at functions called on NULL.
ALTER FUNCTION electric.deny(text, regclass) CALLED ON NULL INPUT;

--
-- Testing
--

CREATE FUNCTION electric.as_user(user_id text, query text, claims jsonb DEFAULT '{}') RETURNS SETOF jsonb
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_as_user';
REVOKE ALL ON FUNCTION electric.as_user(text, text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION electric.as_user(text, text, jsonb) IS
	'One query, run as that end user (NULL: anonymous) with the privileges of the caller, each row as jsonb; the identity and all settings are what they were afterwards. For tests, by trusted callers in a client role (55000 in a role that row-level security does not bind); 42601 unless the query is one statement';

-- Rows of rules have no key without NULLs, by which a publication FOR ALL TABLES would know those
-- that are changed or deleted: PostgreSQL would refuse REVOKE and UNASSIGN there.
ALTER TABLE electric.grants REPLICA IDENTITY FULL;
ALTER TABLE electric.assignments REPLICA IDENTITY FULL;

--
-- Passwords
--

-- Errors hide the statement, and the password in it, from the log. Parallel workers would tell it
-- all the same, also those that an error of their leader ends: UNSAFE.
CREATE FUNCTION electric.hash_password(password text) RETURNS text
	LANGUAGE c STRICT VOLATILE PARALLEL UNSAFE COST 1000000
	AS 'MODULE_PATHNAME', 'electric_hash_password';
REVOKE ALL ON FUNCTION electric.hash_password(text) FROM PUBLIC;
COMMENT ON FUNCTION electric.hash_password(text) IS
	'The Argon2id hash of the password with a new salt, as a PHC string, with the costs of electric_perm.argon2_memory, argon2_iterations and argon2_parallelism; NULL for NULL. Errors, none of which is logged with its statement: 22023 for an empty password or one of more than 4096 bytes of UTF-8, 22P05 for one that cannot be written in UTF-8, 55000 for settings that are too expensive together, 53200 without memory. For whom a superuser grants EXECUTE';

-- Not IMMUTABLE, so that no plan evaluates it beforehand; not STRICT, so that NULL does not slip
-- through IF NOT.
CREATE FUNCTION electric.verify_password(password text, hash text) RETURNS boolean
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL UNSAFE COST 1000000
	AS 'MODULE_PATHNAME', 'electric_verify_password';
REVOKE ALL ON FUNCTION electric.verify_password(text, text) FROM PUBLIC;
COMMENT ON FUNCTION electric.verify_password(text, text) IS
	'Is hash, a PHC string of Argon2id, a hash of the password? false, and no error, for NULL, for a password that hash_password refuses, and for a hash that is malformed, of another algorithm, or more expensive than 1 GB, 100 iterations, 255 lanes or 4 GB times iterations. Takes as long for any password, and cannot be cancelled meanwhile. Error: 53200 without memory. For whom a superuser grants EXECUTE';

CREATE FUNCTION electric.password_needs_rehash(hash text) RETURNS boolean
	LANGUAGE c STRICT STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'electric_password_needs_rehash';
REVOKE ALL ON FUNCTION electric.password_needs_rehash(text) FROM PUBLIC;
COMMENT ON FUNCTION electric.password_needs_rehash(text) IS
	'Is the hash weaker than one that hash_password would make now: less memory, iterations or parallelism, a shorter salt or hash, or none that verify_password can verify? NULL for NULL. For whom a superuser grants EXECUTE';

--
-- Habits
--

CREATE FUNCTION electric.install_auth_functions() RETURNS SETOF text
	LANGUAGE c STRICT VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'electric_install_auth_functions';
REVOKE ALL ON FUNCTION electric.install_auth_functions() FROM PUBLIC;
COMMENT ON FUNCTION electric.install_auth_functions() IS
	'Make auth.uid(), auth.jwt(), auth.role() and auth.user_id(), which policies written for Supabase and its like call, and schema auth, where they do not exist; returns what it made. What exists is left as it is, with a NOTICE if it is another role''s. They belong to the caller, who needs CREATE on the database, or on schema auth where that exists (42501). For superusers and whom they grant EXECUTE';

CREATE FUNCTION electric.apply_groups(tbl regclass, owner_column name,
		admin_may text[] DEFAULT '{all}', user_may text[] DEFAULT '{create,read,list}',
		guest_may text[] DEFAULT '{read,list}', self_may text[] DEFAULT '{update,delete}')
	RETURNS SETOF text
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'electric_apply_groups';
COMMENT ON FUNCTION electric.apply_groups(regclass, name, text[], text[], text[], text[]) IS
	'Grant what the groups may do on a table, by DDLX statements, which it returns: admin (the global role admin), user (AUTHENTICATED; creates rows of his own), guest (ANYONE) and self (AUTHENTICATED, on rows whose owner_column holds his id). Enables the table if it is not, and revokes whatever else these roles were granted there. Privileges: create, read, list, update, delete, all. Needs ownership of the table (42501). Errors: 42703 no such column, 0A000 a type that holds no user ids, 22023 another privilege, 22004 a NULL, 42809 no ordinary table, and those of the statements';

--
-- Tokens
--

CREATE FUNCTION electric.verify_jws(token text, jwk jsonb) RETURNS bytea
	LANGUAGE c STRICT IMMUTABLE PARALLEL RESTRICTED COST 10000
	AS 'MODULE_PATHNAME', 'electric_verify_jws';
REVOKE ALL ON FUNCTION electric.verify_jws(text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION electric.verify_jws(text, jsonb) IS
	'The payload of a JSON Web Signature in compact form if it was signed by that JSON Web Key, with the algorithm that the key is for; NULL for everything else, a key that is weak or none included. Looks at the signature alone: what the payload says (exp, aud ..) is the caller''s business. For superusers and whom they grant EXECUTE';

-- Secrets of HMAC are among them: readable by the owner alone. Natural keys; '' stands for none.
CREATE TABLE electric.jwt_keys (
	set_name text NOT NULL DEFAULT '',
	kid text NOT NULL DEFAULT '',
	alg text NOT NULL,
	jwk jsonb NOT NULL,
	PRIMARY KEY (kid, alg)
);
REVOKE ALL ON electric.jwt_keys FROM PUBLIC;
COMMENT ON TABLE electric.jwt_keys IS 'Keys by which electric.authenticate() verifies tokens; write with electric.add_jwt_key(), add_jwks() and drop_jwt_key()';
COMMENT ON COLUMN electric.jwt_keys.set_name IS 'The set that the key came with; empty: it came alone';
COMMENT ON COLUMN electric.jwt_keys.kid IS 'The key id that tokens name; empty: the key fits every token of its algorithm';
COMMENT ON COLUMN electric.jwt_keys.alg IS 'The one algorithm that the key is for';
COMMENT ON COLUMN electric.jwt_keys.jwk IS 'JSON Web Key: the public key, or the secret of HMAC';
SELECT pg_catalog.pg_extension_config_dump('electric.jwt_keys', '');

CREATE FUNCTION electric.keys_changed() RETURNS trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_keys_changed';
REVOKE ALL ON FUNCTION electric.keys_changed() FROM PUBLIC;
COMMENT ON FUNCTION electric.keys_changed() IS
	'Trigger of the tables of keys: lets every session forget what it has verified, and refuses rows that another role than the owner writes (42501)';
CREATE TRIGGER jwt_keys_changed AFTER INSERT OR UPDATE OR DELETE ON electric.jwt_keys
	FOR EACH ROW EXECUTE FUNCTION electric.keys_changed();
CREATE TRIGGER jwt_keys_truncated AFTER TRUNCATE ON electric.jwt_keys
	FOR EACH STATEMENT EXECUTE FUNCTION electric.keys_changed();
ALTER TABLE electric.jwt_keys ENABLE ALWAYS TRIGGER jwt_keys_changed;
ALTER TABLE electric.jwt_keys ENABLE ALWAYS TRIGGER jwt_keys_truncated;

CREATE FUNCTION electric.authenticate(token text, is_local boolean DEFAULT true) RETURNS text
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_authenticate';
COMMENT ON FUNCTION electric.authenticate(text, boolean) IS
	'Verify a token (JSON Web Token or API key, with or without "Bearer " in front) and become its user, or whom the key stands for, for the transaction, or the session, until it expires; returns the user id, NULL for API keys. Errors: 28000 token expired, not yet valid or not accepted (why, and which key, is in the server''s log), 42501 a secret API key in a role that is no client role for services, 22004 a NULL, 55000 a local identity while the session has another one. For everybody';

CREATE FUNCTION electric.add_jwt_key(jwk jsonb, kid text DEFAULT NULL, alg text DEFAULT NULL) RETURNS void
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_add_jwt_key';
CREATE FUNCTION electric.add_jwt_key(pem text, kid text DEFAULT NULL, alg text DEFAULT NULL) RETURNS void
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_add_jwt_key_pem';
CREATE FUNCTION electric.add_jwks(jwks jsonb, set_name text DEFAULT 'default') RETURNS integer
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_add_jwks';
CREATE FUNCTION electric.drop_jwt_key(kid text) RETURNS void
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_drop_jwt_key';
REVOKE ALL ON FUNCTION electric.add_jwt_key(jsonb, text, text), electric.add_jwt_key(text, text, text),
	electric.add_jwks(jsonb, text), electric.drop_jwt_key(text) FROM PUBLIC;
COMMENT ON FUNCTION electric.add_jwt_key(jsonb, text, text) IS
	'Add a key that verifies tokens: a JSON Web Key. kid: the key id that tokens name (default: its own; without any, the key fits all tokens of its algorithm); alg: its one algorithm (default: its own, or RS256, HS256, EdDSA, ES256 .. by its type). Errors: 22023 a key that is weak, private, contradicts the arguments or is none, 42710 if two keys would fit a token. For superusers and whom they grant EXECUTE: whoever may add keys may become any user';
COMMENT ON FUNCTION electric.add_jwt_key(text, text, text) IS
	'The same for a public key in PEM (BEGIN PUBLIC KEY), or a JSON Web Key as text';
COMMENT ON FUNCTION electric.add_jwks(jsonb, text) IS
	'Replace the keys of the named set by those of a JSON Web Key Set, all at once; returns how many there are. Keys for other purposes or of unknown types are left out with a NOTICE. Errors as for electric.add_jwt_key(); the set is then what it was. An empty set removes all its keys. For superusers and whom they grant EXECUTE';
COMMENT ON FUNCTION electric.drop_jwt_key(text) IS
	'Remove the keys with this key id (NULL: those without one), whatever set they belong to. Tokens that they signed are not accepted any more, in any session; 42704 if there is none. For superusers and whom they grant EXECUTE';

--
-- API keys
--

-- No secret is in here that a key could be made from. The owner of the database dumps it.
CREATE TABLE electric.api_key_store (
	id text COLLATE "C" PRIMARY KEY CHECK (id OPERATOR(pg_catalog.~) '^[0-9a-f]{16}$'),
	name text NOT NULL,
	kind text NOT NULL CHECK (kind IN ('publishable', 'secret')),
	digest bytea NOT NULL CHECK (pg_catalog.octet_length(digest) OPERATOR(pg_catalog.=) 32),
	created timestamptz NOT NULL,
	expires timestamptz,
	networks cidr[],
	claims jsonb NOT NULL
);
COMMENT ON TABLE electric.api_key_store IS 'API keys: read electric.api_keys';
COMMENT ON COLUMN electric.api_key_store.digest IS 'SHA-256 of the key''s text';
COMMENT ON COLUMN electric.api_key_store.expires IS 'NULL: never';
COMMENT ON COLUMN electric.api_key_store.networks IS 'Networks from which it is accepted; NULL: all, and Unix sockets';

-- Apart from the keys, so that nobody who uses one holds its row.
CREATE TABLE electric.api_key_use (
	id text COLLATE "C" PRIMARY KEY,
	last_use timestamptz
);
COMMENT ON TABLE electric.api_key_use IS 'When API keys were used: read electric.api_keys';
REVOKE ALL ON electric.api_key_store, electric.api_key_use FROM PUBLIC;

CREATE TRIGGER api_keys_changed AFTER INSERT OR UPDATE OR DELETE ON electric.api_key_store
	FOR EACH ROW EXECUTE FUNCTION electric.keys_changed();
CREATE TRIGGER api_keys_truncated AFTER TRUNCATE ON electric.api_key_store
	FOR EACH STATEMENT EXECUTE FUNCTION electric.keys_changed();
ALTER TABLE electric.api_key_store ENABLE ALWAYS TRIGGER api_keys_changed;
ALTER TABLE electric.api_key_store ENABLE ALWAYS TRIGGER api_keys_truncated;

SELECT pg_catalog.pg_extension_config_dump('electric.api_key_store', '');
SELECT pg_catalog.pg_extension_config_dump('electric.api_key_use', '');

CREATE FUNCTION electric.create_api_key(name text, kind text DEFAULT 'publishable',
		expires timestamptz DEFAULT NULL, networks cidr[] DEFAULT NULL, claims jsonb DEFAULT '{}')
	RETURNS text
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_create_api_key';
REVOKE ALL ON FUNCTION electric.create_api_key(text, text, timestamptz, cidr[], jsonb) FROM PUBLIC;
COMMENT ON FUNCTION electric.create_api_key(text, text, timestamptz, cidr[], jsonb) IS
	'Make an API key and return it, this once: only its digest is kept. name: what for; kind: publishable (the anonymous user with the claims) or secret (a service, which may do everything on enabled tables); expires: NULL for never; networks: those from which alone it is accepted, then over TCP alone, NULL for everywhere; claims: an object. Errors: 22004 and 22023 for arguments that make no sense, 54000 for claims that are too large, 25006 in a read-only transaction. For superusers and whom they grant EXECUTE, which is as much as a secret key gives';

CREATE FUNCTION electric.revoke_api_key(id text) RETURNS void
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_revoke_api_key';
REVOKE ALL ON FUNCTION electric.revoke_api_key(text) FROM PUBLIC;
COMMENT ON FUNCTION electric.revoke_api_key(text) IS
	'Delete the API key with this id (see electric.api_keys). Once committed, it is accepted nowhere, and who has come by it is anonymous from the next statement on, in every session. Errors: 42704 no such key, 22023 what is no id, 22004 NULL, 40001 where the transaction''s snapshot is older than the key, 25006 in a read-only transaction. For superusers and whom they grant EXECUTE';

CREATE VIEW electric.api_keys WITH (security_barrier) AS
	SELECT key.id, key.name, key.kind, key.created, key.expires, key.networks, key.claims, used.last_use
	FROM electric.api_key_store AS key
	LEFT JOIN electric.api_key_use AS used ON used.id OPERATOR(pg_catalog.=) key.id
	WHERE pg_catalog.has_function_privilege(
		'electric.create_api_key(text, text, timestamptz, cidr[], jsonb)'::pg_catalog.regprocedure, 'EXECUTE');
GRANT SELECT ON electric.api_keys TO PUBLIC;
COMMENT ON VIEW electric.api_keys IS
	'The API keys, for who may execute electric.create_api_key(); no rows for others. last_use is exact to the hour';

CREATE FUNCTION electric.allows_service(tbl regclass) RETURNS boolean
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL RESTRICTED COST 1
	SUPPORT electric.allows_support
	AS 'MODULE_PATHNAME', 'electric_allows_service';
COMMENT ON FUNCTION electric.allows_service(regclass) IS
	'In the policy electric_service: is the current identity a service''s, in a client role for services, and the table enabled?';
COMMENT ON FUNCTION electric.add_client_role(regrole, boolean) IS
	'Make an SQL role one through which end users'' queries arrive: it gets the privileges on enabled tables that the rules call for, and no others there. service: .. and secret API keys, by which everything on enabled tables is allowed: it gets SELECT, INSERT, UPDATE and DELETE on all of them';

--
-- Privileges, whatever default privileges say
--

-- What default privileges gave to single roles goes. So it does on tables that are older, where an
-- upgrade finds it; functions keep there what an administrator granted. Functions are for
-- everybody but for some, also where default privileges keep new ones from PUBLIC.
DO LANGUAGE plpgsql $$
DECLARE
	-- objects of this command have been written by the transaction that wrote this row
	made CONSTANT xid := (SELECT xmin FROM pg_catalog.pg_extension WHERE extname = 'electric_perm');
	not_for_everybody CONSTANT name[] := ARRAY['add_client_role', 'add_jwks', 'add_jwt_key', 'as_user',
		'create_api_key', 'drop_client_role', 'drop_jwt_key', 'hash_password', 'install_auth_functions',
		'keys_changed', 'password_needs_rehash', 'revoke_api_key', 'set_user', 'verify', 'verify_jws',
		'verify_password'];
	statement text;
BEGIN
	FOR statement IN
		SELECT pg_catalog.format('REVOKE ALL ON %s FROM %s CASCADE', object, grantee::pg_catalog.regrole)
		FROM (
			SELECT 'SCHEMA electric', nspowner, nspacl FROM pg_catalog.pg_namespace WHERE nspname = 'electric'
			UNION ALL
			SELECT 'TABLE ' || oid::pg_catalog.regclass, relowner, relacl FROM pg_catalog.pg_class
			WHERE relnamespace = 'electric'::pg_catalog.regnamespace AND relkind IN ('r', 'v')
			UNION ALL
			SELECT 'FUNCTION ' || oid::pg_catalog.regprocedure, proowner, proacl FROM pg_catalog.pg_proc
			WHERE pronamespace = 'electric'::pg_catalog.regnamespace AND xmin = made
		) AS objects (object, owner, acl), pg_catalog.aclexplode(acl)
		WHERE grantee <> 0 AND grantee <> owner
		UNION
		SELECT pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', oid::pg_catalog.regprocedure)
		FROM pg_catalog.pg_proc
		WHERE pronamespace = 'electric'::pg_catalog.regnamespace AND xmin = made AND
			proname <> ALL (not_for_everybody) AND proacl IS NOT NULL AND
			NOT EXISTS (SELECT FROM pg_catalog.aclexplode(proacl) WHERE grantee = 0)
	LOOP
		EXECUTE statement;
	END LOOP;
END $$;
REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON electric.tables, electric.grants,
	electric.assignments, electric.client_sql FROM PUBLIC;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON electric.client_roles,
	electric.api_keys FROM PUBLIC;
REVOKE CREATE ON SCHEMA electric FROM PUBLIC;
GRANT SELECT ON electric.api_key_store, electric.api_key_use TO pg_database_owner;

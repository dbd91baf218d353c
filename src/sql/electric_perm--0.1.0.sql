\echo Use "CREATE EXTENSION electric_perm" to load this file. \quit

-- The schema is made here, so that installation fails on a squatted one.
CREATE SCHEMA electric;
GRANT USAGE ON SCHEMA electric TO PUBLIC;
COMMENT ON SCHEMA electric IS 'electric_perm: DDLX rules and the functions that enforce them';

--
-- The rules. These rows are the truth; policies are made from them.
-- Everybody may read them (pg_policy publishes the same, and pg_dump by an
-- ordinary owner needs it); only DDLX statements write them.
--

CREATE TABLE electric.tables (
	tbl regclass PRIMARY KEY,
	had_rls boolean NOT NULL
);
COMMENT ON TABLE electric.tables IS 'Tables with ENABLE ELECTRIC';
COMMENT ON COLUMN electric.tables.had_rls IS 'Row-level security was on before ENABLE, so DISABLE leaves it on';

CREATE TABLE electric.grants (
	tbl regclass NOT NULL,
	privilege text NOT NULL CHECK (privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')),
	role text NOT NULL,
	scope regclass,
	path text,
	path_keys text[],
	column_name text,
	check_sql text
);
CREATE UNIQUE INDEX grants_key ON electric.grants
	(tbl, privilege, role, scope, path, column_name) NULLS NOT DISTINCT;
COMMENT ON TABLE electric.grants IS 'Grants: privilege on a table to a role';
COMMENT ON COLUMN electric.grants.role IS 'ANYONE, AUTHENTICATED or the role''s name';
COMMENT ON COLUMN electric.grants.scope IS 'The scope table of a scoped role; NULL: a global or built-in role';
COMMENT ON COLUMN electric.grants.path IS 'Foreign keys from the table to its scope; empty: the table is its own scope';
COMMENT ON COLUMN electric.grants.path_keys IS 'The columns that the path joined when the rule was made; a rule whose path no longer does gives no rows';
COMMENT ON COLUMN electric.grants.column_name IS 'NULL: the whole table';
COMMENT ON COLUMN electric.grants.check_sql IS 'CHECK condition; NULL: none';

CREATE TABLE electric.assignments (
	tbl regclass NOT NULL,
	user_column text NOT NULL,
	role text,
	role_column text,
	scope regclass,
	path text,
	path_keys text[],
	if_sql text,
	CHECK ((role IS NULL) <> (role_column IS NULL))
);
CREATE UNIQUE INDEX assignments_key ON electric.assignments
	(tbl, user_column, role, role_column, scope) NULLS NOT DISTINCT;
COMMENT ON TABLE electric.assignments IS 'Assignments: each row of the table gives the user in user_column a role';
COMMENT ON COLUMN electric.assignments.role IS 'A static role''s name; NULL: the name is read from role_column';
COMMENT ON COLUMN electric.assignments.scope IS 'The scope table of a scoped role; NULL: a global role';
COMMENT ON COLUMN electric.assignments.path IS 'Foreign keys from the table to the scope; empty: the table is the scope';
COMMENT ON COLUMN electric.assignments.path_keys IS 'The columns that the path joined when the rule was made; a rule whose path no longer does gives no role';
COMMENT ON COLUMN electric.assignments.if_sql IS 'IF condition; NULL: none. A policy of the table keeps it analysed; without that it gives no role';

CREATE TABLE electric.client_roles (
	role text PRIMARY KEY,
	service boolean NOT NULL
);
COMMENT ON TABLE electric.client_roles IS 'SQL roles through which end users'' queries arrive';

CREATE TABLE electric.client_sql (
	ord bigint PRIMARY KEY,
	sql text NOT NULL
);
COMMENT ON TABLE electric.client_sql IS 'Statements of ELECTRIC SQLITE, in order of entry, for clients to run';

GRANT SELECT ON electric.tables, electric.grants, electric.assignments,
	electric.client_roles, electric.client_sql TO PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('electric.tables', '');
SELECT pg_catalog.pg_extension_config_dump('electric.grants', '');
SELECT pg_catalog.pg_extension_config_dump('electric.assignments', '');
SELECT pg_catalog.pg_extension_config_dump('electric.client_roles', '');
SELECT pg_catalog.pg_extension_config_dump('electric.client_sql', '');

--
-- Stating rules
--

CREATE FUNCTION electric.ddlx(statements text, OUT command text, OUT object text)
	RETURNS SETOF record
	LANGUAGE c STRICT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_ddlx';
COMMENT ON FUNCTION electric.ddlx(text) IS
	'Carry out DDLX statements, all or none; one row for each. Needs ownership of the tables spoken of.';

CREATE FUNCTION electric.ddlx_call_handler() RETURNS language_handler
	LANGUAGE c AS 'MODULE_PATHNAME', 'electric_ddlx_call_handler';
CREATE FUNCTION electric.ddlx_inline_handler(internal) RETURNS void
	LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'electric_ddlx_inline_handler';
CREATE FUNCTION electric.ddlx_validator(oid) RETURNS void
	LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'electric_ddlx_validator';
CREATE TRUSTED LANGUAGE ddlx
	HANDLER electric.ddlx_call_handler
	INLINE electric.ddlx_inline_handler
	VALIDATOR electric.ddlx_validator;
COMMENT ON LANGUAGE ddlx IS 'DDLX statements: DO LANGUAGE ddlx $$ ELECTRIC GRANT ..; $$';

CREATE FUNCTION electric.dump() RETURNS SETOF text
	LANGUAGE c STRICT STABLE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_dump';
COMMENT ON FUNCTION electric.dump() IS
	'The rules on the caller''s own tables (superuser: all) as DDLX statements that recreate them';

CREATE FUNCTION electric.add_client_role(role regrole, service boolean DEFAULT false) RETURNS void
	LANGUAGE c STRICT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_add_client_role';
CREATE FUNCTION electric.drop_client_role(role regrole) RETURNS void
	LANGUAGE c STRICT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_drop_client_role';
REVOKE ALL ON FUNCTION electric.add_client_role(regrole, boolean),
	electric.drop_client_role(regrole) FROM PUBLIC;
COMMENT ON FUNCTION electric.add_client_role(regrole, boolean) IS
	'Make an SQL role one through which end users'' queries arrive: it gets the privileges on enabled tables that the rules call for, and no others there';
COMMENT ON FUNCTION electric.drop_client_role(regrole) IS
	'Take an SQL role''s privileges on enabled tables away and forget it';

--
-- Who is asking
--

CREATE FUNCTION electric.set_user(user_id text, claims jsonb DEFAULT '{}', is_local boolean DEFAULT true) RETURNS void
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_set_user';
REVOKE ALL ON FUNCTION electric.set_user(text, jsonb, boolean) FROM PUBLIC;
COMMENT ON FUNCTION electric.set_user(text, jsonb, boolean) IS
	'Become an end user for the transaction, or the session. For trusted callers: whoever may execute this chooses his own identity';

CREATE FUNCTION electric.logout() RETURNS void
	LANGUAGE c STRICT VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_logout';
COMMENT ON FUNCTION electric.logout() IS 'Become anonymous, for the rest of the session';

CREATE FUNCTION electric.user_id() RETURNS text
	LANGUAGE c STRICT STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'electric_user_id';
COMMENT ON FUNCTION electric.user_id() IS 'The current end user, NULL if anonymous';

CREATE FUNCTION electric.claims() RETURNS jsonb
	LANGUAGE c STRICT STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'electric_claims';
COMMENT ON FUNCTION electric.claims() IS 'The claims of the current identity, {} if there are none';

CREATE FUNCTION electric.is_authenticated() RETURNS boolean
	LANGUAGE c STRICT STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'electric_is_authenticated';
COMMENT ON FUNCTION electric.is_authenticated() IS 'Has the current identity a user id?';

CREATE FUNCTION electric.roles(user_id text DEFAULT electric.user_id(),
		OUT role text, OUT scope_table regclass, OUT scope_id text[])
	RETURNS SETOF record
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_roles';
COMMENT ON FUNCTION electric.roles(text) IS
	'The roles held now, read live; another user''s only for trusted callers (42501)';

--
-- Called by policies. Their signatures are frozen: policies depend on them.
--

CREATE FUNCTION electric.allows_support(internal) RETURNS internal
	LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'electric_allows_support';

CREATE FUNCTION electric.allows(privilege text, tbl regclass) RETURNS boolean
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL RESTRICTED COST 8
	SUPPORT electric.allows_support
	AS 'MODULE_PATHNAME', 'electric_allows';
COMMENT ON FUNCTION electric.allows(text, regclass) IS
	'Has the current identity a role that needs no row and is granted the privilege on the table?';

CREATE FUNCTION electric.allows(privilege text, tbl regclass, path text, VARIADIC key "any") RETURNS boolean
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL RESTRICTED COST 8
	SUPPORT electric.allows_support
	AS 'MODULE_PATHNAME', 'electric_allows';
COMMENT ON FUNCTION electric.allows(text, regclass, text, "any") IS
	'Has the current identity a role that is granted the privilege on the table, or a role granted through the path, held in the scope that the key leads to?';

CREATE FUNCTION electric.auth_user_id(type anyelement) RETURNS anyelement
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'electric_auth_user_id';
COMMENT ON FUNCTION electric.auth_user_id(anyelement) IS
	'auth.user_id of a condition: the statement''s user as a value of the argument''s type, NULL where the id does not fit';

CREATE FUNCTION electric.auth_claims() RETURNS jsonb
	LANGUAGE c STRICT STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'electric_auth_claims';
COMMENT ON FUNCTION electric.auth_claims() IS
	'auth.claims of a condition: the claims of the statement''s identity';

CREATE FUNCTION electric.guarded(privilege text, tbl regclass) RETURNS boolean
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'electric_guarded';
COMMENT ON FUNCTION electric.guarded(text, regclass) IS
	'In WITH CHECK: do the grant''s columns cover those that the INSERT names, or whose value the UPDATE changes?';

CREATE FUNCTION electric.guarded(privilege text, tbl regclass, path text) RETURNS boolean
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'electric_guarded';
COMMENT ON FUNCTION electric.guarded(text, regclass, text) IS
	'In WITH CHECK of UPDATE: do the grant''s columns cover those whose value changes, and holds the current identity, for the old row, a role granted through the path or one that needs no row?';

CREATE FUNCTION electric.old_value(column_value anyelement) RETURNS anyelement
	LANGUAGE c CALLED ON NULL INPUT STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'electric_old_value';
COMMENT ON FUNCTION electric.old_value(anyelement) IS
	'In WITH CHECK of UPDATE: what the column held before; NULL elsewhere';

CREATE FUNCTION electric.touched() RETURNS trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'electric_touched';
COMMENT ON FUNCTION electric.touched() IS
	'Trigger "!electric_touched": tells the policy electric_update the old row and the changed columns';

CREATE FUNCTION electric.scope_keys(privilege text, tbl regclass, path text, key_column integer, key anyelement) RETURNS anyarray
	LANGUAGE c CALLED ON NULL INPUT VOLATILE PARALLEL RESTRICTED COST 100
	AS 'MODULE_PATHNAME', 'electric_scope_keys';
COMMENT ON FUNCTION electric.scope_keys(text, regclass, text, integer, anyelement) IS
	'Key values that lead to scopes in which the current identity holds a role granted through the path; made by the planner for an index condition';

CREATE FUNCTION electric.deny(privilege text, tbl regclass) RETURNS boolean
	LANGUAGE c STRICT VOLATILE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'electric_deny';
COMMENT ON FUNCTION electric.deny(text, regclass) IS
	'Raise 42501 for a new row that no grant allows';

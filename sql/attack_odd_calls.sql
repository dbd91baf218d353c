--
-- Odd calls: every function in schema electric may be called with anything, or built into objects of the user's
-- own. None tells of another user or of rows that are not his, none writes, and none brings the server down.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture

-- What sets an identity or a client role is nobody's to call.
SELECT p.oid::regprocedure::text COLLATE "C" FROM pg_proc p WHERE pronamespace = 'electric'::regnamespace AND NOT has_function_privilege(p.oid, 'EXECUTE') ORDER BY 1;
SELECT electric.set_user('bob');
SELECT electric.add_client_role('regress_electric_owner');
SELECT electric.drop_client_role('regress_electric_client');

-- auth_user_id: the caller's own id in each type that an id may have, and NULL in all others; its argument is not looked at.
SELECT electric.auth_user_id(NULL::text), electric.auth_user_id('bob'::text), electric.auth_user_id('bob'::varchar(2)), electric.auth_user_id('bob'::name);
SELECT electric.auth_user_id(1), electric.auth_user_id(1::bigint), electric.auth_user_id(1::smallint), electric.auth_user_id(NULL::uuid);
CREATE TYPE attacker.pair AS (a text, b text);
CREATE TYPE attacker.mood AS ENUM ('alice', 'bob');
CREATE TYPE attacker.gloom AS ENUM ('bob');
CREATE DOMAIN attacker.id AS text CHECK (VALUE = 'bob');
CREATE DOMAIN attacker.filled AS text NOT NULL;
CREATE TYPE attacker.span AS RANGE (subtype = text);
SELECT electric.auth_user_id(ROW('bob', 'bob')::attacker.pair), electric.auth_user_id(ARRAY['bob']), electric.auth_user_id('bob'::attacker.id),
	electric.auth_user_id('x'::attacker.filled), electric.auth_user_id('["a","b"]'::attacker.span), electric.auth_user_id('bob'::attacker.mood), electric.auth_user_id('bob'::attacker.gloom);
SELECT electric.auth_user_id(1.5), electric.auth_user_id('{"a": 1}'::jsonb), electric.auth_user_id('bob'::char(3)), electric.auth_user_id('x'::"char"),
	electric.auth_user_id('<a/>'::xml), electric.auth_user_id('issues'::regclass), electric.auth_user_id('bob'::bytea), electric.auth_user_id(now()) IS NULL;
SELECT electric.auth_user_id(i) FROM issues i;
SELECT electric.auth_user_id(NULL);
SELECT electric.auth_user_id('bob');
SELECT electric.auth_claims(), electric.claims(), electric.auth_claims() || '{"user_id": "bob"}', electric.auth_claims();

-- Types of her own as keys: a domain, an enum, an array, a row are no key's type, and give nothing.
CREATE DOMAIN attacker.key AS int;
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', 1), electric.allows('select', 'issues', 'issues_project_id_fkey', 2),
	electric.allows('select', 'issues', 'issues_project_id_fkey', 1::attacker.key), electric.allows('select', 'issues', 'issues_project_id_fkey', 'alice'::attacker.mood),
	electric.allows('select', 'issues', 'issues_project_id_fkey', 1, '1'::xid), electric.allows('select', 'issues', 'issues_project_id_fkey', 2, '1'::xid),
	electric.allows('select', 'issues', 'issues_project_id_fkey', '1'::xid), electric.allows('update', 'issues', NULL, '1'::xid);
SELECT electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, NULL::int), electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, NULL::attacker.key),
	electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, NULL::attacker.mood), electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, NULL::attacker.pair),
	electric.scope_keys('delete', 'members', 'members_project_id_fkey', 0, NULL::int), electric.scope_keys('select/' || repeat('f', 16), 'issues', 'issues_project_id_fkey', 0, NULL::int);
SELECT electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, ARRAY[1]);
SELECT k, electric.scope_keys(p, t::regclass, 'issues_project_id_fkey', k, NULL::int) FROM (VALUES ('select', 'issues', 0), ('select', 'issues', 1), ('insert', 'issues', 0), ('select', 'projects', 0)) v (p, t, k);

-- In objects of her own: operators, aggregates, casts, constraints, rules, policies and defaults ask for whoever runs the statement.
CREATE OPERATOR attacker.?? (FUNCTION = electric.deny, LEFTARG = text, RIGHTARG = regclass);
CREATE AGGREGATE attacker.last_user(*) (SFUNC = electric.auth_user_id, STYPE = text, INITCOND = 'bob');
CREATE FUNCTION attacker.allows_sql(int) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', $1) $$;
CREATE FUNCTION attacker.allows_definer(int) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = attacker, pg_temp AS $$ SELECT electric.allows('select', 'public.issues', 'issues_project_id_fkey', $1) $$;
CREATE TABLE attacker.own (id int CHECK (electric.allows('select', 'issues', 'issues_project_id_fkey', id)), who text DEFAULT electric.auth_user_id('bob'::text), at int);
CREATE VIEW attacker.asks AS SELECT n, electric.allows('select', 'issues', 'issues_project_id_fkey', n) AS allowed, electric.user_id() FROM generate_series(1, 3) n;
ALTER TABLE attacker.own ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON attacker.own USING (electric.allows('select', 'issues', 'issues_project_id_fkey', at)) WITH CHECK (true);
SELECT 'insert' OPERATOR(attacker.??) 'members';
SELECT attacker.last_user(*) FROM issues;
SELECT n, attacker.allows_sql(n), attacker.allows_definer(n), allowed, user_id FROM attacker.asks;
INSERT INTO attacker.own VALUES (1, DEFAULT, 1), (3, DEFAULT, 2);
INSERT INTO attacker.own VALUES (2, DEFAULT, 1);
SELECT * FROM attacker.own;
SELECT id, electric.allows('select', 'issues', 'issues_project_id_fkey', project_id) FROM issues ORDER BY electric.allows('update', 'issues', 'issues_project_id_fkey', project_id), id;
CREATE INDEX ON attacker.own (electric.allows('select', 'issues', 'issues_project_id_fkey', id));
CREATE TABLE attacker.kept (id int, a boolean GENERATED ALWAYS AS (electric.allows('select', 'issues', 'issues_project_id_fkey', id)) STORED);
CREATE TRIGGER own BEFORE INSERT ON attacker.own EXECUTE FUNCTION electric.allows();
CREATE FUNCTION attacker.c() RETURNS boolean LANGUAGE c AS '$libdir/electric_perm', 'electric_allows';
CREATE LANGUAGE mine HANDLER electric.ddlx_call_handler INLINE electric.ddlx_inline_handler;
CREATE FUNCTION attacker.d() RETURNS int LANGUAGE ddlx AS 'ELECTRIC GRANT ALL ON issues TO ANYONE';
SELECT electric.ddlx_validator('attacker.allows_sql(int)'::regprocedure), electric.ddlx_validator(0);
SELECT electric.ddlx_call_handler();
SELECT electric.allows_support(NULL);

-- ddlx and dump speak of one's own tables; roles of oneself.
SELECT electric.ddlx(q) FROM unnest(ARRAY['', ';;', NULL]) q;
SELECT electric.ddlx('ELECTRIC GRANT ALL ON issues TO ANYONE; ELECTRIC ENABLE attacker.own');
SELECT count(*) FROM electric.dump();
SELECT role, scope_table, scope_id FROM electric.roles() ORDER BY 1, 3;
SELECT electric.roles('bob');
RESET SESSION AUTHORIZATION;
\i :reset

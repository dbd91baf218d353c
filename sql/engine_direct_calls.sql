--
-- Hostile calls: the functions that policies name may be called by anyone, with anything.
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
CREATE TABLE numbers (id int PRIMARY KEY, next bigint, project_id text REFERENCES projects);
INSERT INTO numbers VALUES (1, 2, 'p1'), (2, 1, 'p2');
CREATE TABLE papers (id int PRIMARY KEY, owner_id text);
CREATE INDEX ON papers (owner_id);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE numbers;
	ELECTRIC ENABLE papers;
	ELECTRIC ASSIGN 'papers:owner' TO papers.owner_id;
	ELECTRIC GRANT READ ON papers TO 'papers:owner';
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC ASSIGN 'numbers:self' TO numbers.id;
	ELECTRIC GRANT READ ON issues TO 'projects:member';
	ELECTRIC GRANT READ ON numbers TO 'numbers:self';
	ELECTRIC GRANT READ ON compound_level1 TO 'compound_root:member';
	ELECTRIC ASSIGN 'compound_root:member' TO compound_memberships.user_id;
$$;
INSERT INTO compound_memberships VALUES ('cm1', 'a', 'b', 'U');
SET ROLE regress_electric_client;
CALL become('U');

-- Asked as policies ask, they speak of the current user alone.
SELECT id, electric.allows('select', 'issues', 'issues_project_id_fkey', p.id) FROM unnest(ARRAY['p1', 'p2', 'p3', NULL]) p (id);
SELECT electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, NULL::text);
SELECT electric.allows('select', 'compound_level1', 'compound_level1_root_id1_root_id2_fkey', 'a'::text, b) FROM unnest(ARRAY['b', 'c', NULL]) b;

-- What does not fit is no error and no permission: privileges, tables, paths, columns.
SELECT p, electric.allows(p, 'issues', 'issues_project_id_fkey', 'p1'::text) FROM unnest(ARRAY['select', 'SELECT', 'Select', ' select', '',
	'insert', 'all', 'truncate', NULL, repeat('x', 100000)]) WITH ORDINALITY x (p, n) WHERE length(p) < 100 OR p IS NULL ORDER BY n;
SELECT t, electric.allows('select', t, 'issues_project_id_fkey', 'p1'::text) FROM
	unnest(ARRAY['comments', 'pg_class', 'electric.grants', 'issues_pkey', '0', '4294967295', NULL]::regclass[]) t;
SELECT p, electric.allows('select', 'issues', p, 'p1'::text) FROM
	unnest(ARRAY['', '/', 'project_id', 'issues_project_id_fkey/', 'issues_project_id_fkey/projects_workspace_id_fkey', NULL]) p;

-- Key values of another type, too few, too many, or of no type.
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', 'p1'::varchar);
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', 'p1'::name);
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', 'p1');
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', 1), electric.allows('select', 'issues', 'issues_project_id_fkey', 1::bigint);
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', 'p1'::text, 'p1'::text);
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', NULL), electric.allows('select', 'issues', 'issues_project_id_fkey', NULL::text);
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', ROW('p1'), ARRAY['p1'], '{"a": 1}'::jsonb);
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', VARIADIC ARRAY['p1']);
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', VARIADIC NULL::text[]);
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey', VARIADIC '{}'::text[]);
SELECT electric.allows('select', 'issues', 'issues_project_id_fkey');
SELECT electric.allows('select', 'compound_level1', 'compound_level1_root_id1_root_id2_fkey', 'a'::text);
SELECT electric.allows('select', 'compound_level1', 'compound_level1_root_id1_root_id2_fkey', 1, 2);
SELECT electric.allows('select', 'compound_level1', 'compound_level1_root_id1_root_id2_fkey', VARIADIC ARRAY['a', 'b']);
SELECT electric.allows('select', 'issues'), electric.allows(NULL, NULL), electric.allows('select', NULL, NULL, NULL);

-- Whoever makes up the columns by which a row gives its own role learns nothing.
SELECT electric.allows('select', 'numbers', '', 1, 1), electric.allows('select', 'numbers', '', 1), electric.allows('select', 'numbers', '', 1, 'U'::text);
SELECT o, electric.allows('select', 'papers', '', 1, o) FROM unnest(ARRAY['U', 'V', NULL]) o;
SELECT electric.allows('select', 'papers', '', 1, 'U'::name), electric.allows('select', 'papers', '', 1, 'U'::varchar), electric.allows('select', 'papers', '', 1, 1);

-- Arguments that are no constants, and change from row to row.
SELECT p, t, k, electric.allows(p, t::regclass, f, k) FROM
	(VALUES ('issues', 'issues_project_id_fkey'), ('issues', ''), ('comments', 'comments_issue_id_fkey')) t (t, f),
	(VALUES ('select'), ('update')) p (p), (VALUES ('p1'::text), ('p2')) k (k) ORDER BY 2, 1, 3, 4;
SELECT electric.allows((ARRAY['select', 'insert'])[i], 'issues', 'issues_project_id_fkey', (ARRAY['p1', 'p2'])[j]) FROM generate_series(1, 2) i, generate_series(1, 2) j;
SELECT id FROM issues WHERE electric.allows('select', 'issues', id, project_id) OR true ORDER BY id;
SELECT electric.allows(VARIADIC privilege => 'select');

-- scope_keys: columns and types that are not the key's give an empty array or NULL.
SELECT electric.scope_keys('select', 'issues', 'issues_project_id_fkey', c, NULL::text) FROM unnest(ARRAY[-1, 1, 2147483647, -2147483648, NULL]) c;
SELECT electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, NULL::int), electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, NULL::varchar),
	electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, 'p2'::text), electric.scope_keys('update', 'issues', 'issues_project_id_fkey', 0, NULL::text);
SELECT electric.scope_keys(NULL, NULL, NULL, NULL, NULL::text), electric.scope_keys('select', 'numbers', '', 0, NULL::bigint), electric.scope_keys('select', '0', '', 0, NULL::int);
SELECT electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, NULL);

-- Keys are not all that counts where a role without scope is granted as well: a plan by keys alone ends in an error.
BEGIN;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues TO 'admin' $$;
SET ROLE regress_electric_client;
SELECT electric.scope_keys('select', 'issues', 'issues_project_id_fkey', 0, NULL::text);
ROLLBACK;

-- deny raises for a privilege and a table, and is false for what is neither; a table's name is all it tells.
SELECT electric.deny('insert', 'issues');
SELECT electric.deny('select', 'electric.grants');
SELECT electric.deny('truncate', 'issues'), electric.deny('insert', '0'), electric.deny(NULL, 'issues'), electric.deny('insert', NULL);

-- electric.roles(): one's own; another user's only for trusted callers; NULL is the anonymous user's.
SELECT * FROM electric.roles() ORDER BY role COLLATE "C", scope_id;
SELECT * FROM electric.roles('U') ORDER BY role COLLATE "C", scope_id;
SELECT * FROM electric.roles('V');
SELECT * FROM electric.roles(NULL);
SELECT count(*) FROM unnest(ARRAY['U', 'V']) u, electric.roles(u);
CALL become(NULL);
SELECT * FROM electric.roles();
SELECT * FROM electric.roles('U');
SET ROLE regress_electric_backend;
SELECT * FROM electric.roles('U') ORDER BY role COLLATE "C", scope_id;
SELECT u, array_agg(role ORDER BY role COLLATE "C") FROM unnest(ARRAY['U', 'V', '1', NULL]) u, electric.roles(u) GROUP BY 1 ORDER BY 1;
SELECT * FROM electric.roles('');
-- asking does not change who one is
SELECT electric.user_id() IS NULL, count(*) FROM electric.roles('U');

-- The functions that only the server calls cannot be called.
SELECT electric.allows_support(NULL);
SELECT electric.ddlx_inline_handler(NULL);
\set QUIET on
\i :reset

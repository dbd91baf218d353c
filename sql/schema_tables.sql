--
-- A living schema: owners, schemas, sequences, row-level security and policies of others change
-- without opening anything silently.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_tracker.sql'
\i :fixture
\set ON_ERROR_ROLLBACK on

-- A client role, or one whose rights it has, becomes no owner of an enabled table.
RESET ROLE;
GRANT CREATE ON SCHEMA public TO regress_electric_client;
ALTER TABLE issues OWNER TO regress_electric_client;
GRANT regress_electric_other TO regress_electric_client;
ALTER TABLE issues OWNER TO regress_electric_other;
REVOKE regress_electric_other FROM regress_electric_client;
REVOKE CREATE ON SCHEMA public FROM regress_electric_client;
:seen

-- A table of another owner takes its rules along; a role counts on tables of the owner who assigns it.
RESET ROLE;
BEGIN;
ALTER TABLE users OWNER TO regress_electric_other;
:seen
RESET ROLE;
ALTER TABLE projects OWNER TO regress_electric_other;
ALTER TABLE issues OWNER TO regress_electric_other;
ALTER TABLE comments OWNER TO regress_electric_other;
ALTER TABLE members OWNER TO regress_electric_other;
:seen
ROLLBACK;
BEGIN;
REASSIGN OWNED BY regress_electric_owner TO regress_electric_other;
:seen
ROLLBACK;
SET ROLE regress_electric_owner;

-- Columns that bring sequences: who may insert may draw numbers, after the change as before.
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT ON users TO AUTHENTICATED $$;
ALTER TABLE users ADD number serial, ADD other int GENERATED ALWAYS AS IDENTITY;
SET ROLE regress_electric_client;
BEGIN;
SELECT FROM electric.set_user('dave');
INSERT INTO users VALUES ('dave');
ROLLBACK;
SET ROLE regress_electric_owner;

-- Who switches row-level security off is told what that means.
BEGIN;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
SET ROLE regress_electric_client;
SELECT count(*) FROM users;
ROLLBACK;
CREATE TABLE free (id int);
ALTER TABLE free ENABLE ROW LEVEL SECURITY;
ALTER TABLE free DISABLE ROW LEVEL SECURITY;

-- A permissive policy of others is named, counts at once, and what it allows is allowed: deny() makes way, and comes back.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON comments TO ANYONE $$;
\set checks 'SELECT cmd, with_check LIKE ''%deny%'' AS denies FROM pg_policies WHERE tablename = ''comments'' AND policyname IN (''electric_insert'', ''electric_update'') ORDER BY 1;'
CREATE POLICY visitors ON comments FOR INSERT WITH CHECK (author = 'carol');
:checks
SET ROLE regress_electric_client;
BEGIN;
INSERT INTO comments (id, issue_id, author) VALUES (300, 20, 'carol');
ROLLBACK;
BEGIN;
RESET ROLE;
GRANT INSERT ON comments TO regress_electric_client;
SET ROLE regress_electric_client;
INSERT INTO comments (id, issue_id, author) VALUES (300, 20, 'carol');
INSERT INTO comments (id, issue_id, author) VALUES (301, 20, 'bob');
ROLLBACK;
SET ROLE regress_electric_owner;
ALTER POLICY visitors ON comments WITH CHECK (author = 'bob');
ALTER POLICY visitors ON comments RENAME TO guests;
:checks
DROP POLICY guests ON comments;
:checks

-- One of ours that somebody alters by hand is no longer what the rules say, and he is told. ENABLE puts it right.
ALTER POLICY electric_select ON comments USING (true);
ALTER POLICY electric_delete ON comments RENAME TO goodbye;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE comments $$;
SELECT policyname, cmd, qual FROM pg_policies WHERE tablename = 'comments' AND cmd IN ('DELETE', 'SELECT') ORDER BY 1;
DROP POLICY goodbye ON comments;

-- A restrictive one narrows, as it is; nothing is said of policies on tables that are not enabled.
CREATE POLICY narrow ON comments AS RESTRICTIVE USING (n > 0);
:checks
DROP POLICY narrow ON comments;
CREATE POLICY any_row ON free USING (true);

-- Who owns nothing here changes nothing: events ask for no right, and give none.
SET ROLE regress_electric_other;
ALTER TABLE comments RENAME TO mine;
ALTER TABLE comments ALTER author TYPE varchar;
ALTER TABLE comments DROP CONSTRAINT comment_author CASCADE;
CREATE POLICY mine ON comments USING (true);
SELECT electric.on_ddl_start();
SELECT electric.on_ddl_end();
SET ROLE regress_electric_owner;
:seen
\set QUIET on
RESET ROLE;
\i :reset

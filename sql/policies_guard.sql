--
-- Policies of UPDATE and INSERT with conditions and columns: what USING and WITH CHECK say, and when the guard is asked.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY);
CREATE TABLE docs (id int PRIMARY KEY, project_id int REFERENCES projects, owner_id text, status text, version int);
CREATE INDEX ON docs (project_id);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE docs; ELECTRIC GRANT READ ON docs TO ANYONE $$;
\pset format unaligned
\pset tuples_only on
\set update 'SELECT qual, E\'\\n\', with_check FROM pg_policies WHERE cmd = \'UPDATE\';'

-- One condition, which compares nothing: bare columns in both, new in WITH CHECK, old in USING.
SELECT FROM electric.ddlx($$ELECTRIC GRANT UPDATE ON docs TO 'a', 'projects:b' CHECK (version > 1 AND new.owner_id = auth.user_id AND old.status = 'x' AND auth.claims ? 'k')$$);
:update

-- A comparison of versions: USING judges what the old row says by itself, WITH CHECK everything.
SELECT FROM electric.ddlx($$ELECTRIC GRANT UPDATE ON docs TO 'a', 'projects:b' CHECK (new.version = old.version + 1 AND status = 'x' AND old.owner_id = auth.user_id)$$);
:update
SELECT FROM electric.ddlx($$ELECTRIC GRANT UPDATE ON docs TO 'a', 'projects:b' CHECK (new.version > version OR status = old.status)$$);
:update

-- Two conditions: at each end one grant covers the whole change.
SELECT FROM electric.ddlx($$ELECTRIC GRANT UPDATE ON docs TO 'a' CHECK (status = 'draft'); ELECTRIC GRANT UPDATE ON docs TO 'projects:b'$$);
:update

-- Column lists of INSERT are asked for in WITH CHECK; equal lists and conditions share an arm.
SELECT FROM electric.ddlx($$ELECTRIC GRANT INSERT (id, status) ON docs TO 'a' CHECK (status = 'draft'); ELECTRIC GRANT INSERT (status, id) ON docs TO 'b' CHECK (status = 'draft'); ELECTRIC GRANT INSERT (id) ON docs TO 'c'$$);
SELECT with_check FROM pg_policies WHERE cmd = 'INSERT';
RESET ROLE;
\i :reset

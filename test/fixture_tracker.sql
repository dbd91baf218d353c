\set fixture_echo :ECHO
\set ECHO none
--
-- Fixture: a small tracker with a rule of each kind, for tests of changes of the schema.
--
--   \getenv abs_srcdir PG_ABS_SRCDIR
--   \set fixture :abs_srcdir '/test/fixture_tracker.sql'
--   \i :fixture
--   :seen          what alice and bob see and may do, as one line each
--   \i :reset      when done
--
-- Run as a superuser; leaves the session as regress_electric_owner. alice is a member of
-- project 1, bob owns project 2, carol is nobody. Their view is taken by look(), a procedure of
-- the client role that asks each table by its OID, so that it works under any name.
--
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set ECHO none
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_other;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_other;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT EXECUTE ON FUNCTION electric.set_user TO regress_electric_client;

SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE TABLE members (user_id text, project_id int REFERENCES projects, role text, until int);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, title text, state text);
CREATE TABLE comments (id int PRIMARY KEY, issue_id int REFERENCES issues, author text, n int);
CREATE TABLE users (id text PRIMARY KEY);
ALTER TABLE comments ADD CONSTRAINT comment_author FOREIGN KEY (author) REFERENCES users;
CREATE FUNCTION is_open(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 = 'open' $$;
CREATE FUNCTION is_valid(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 > 0 $$;
INSERT INTO users VALUES ('alice'), ('bob'), ('carol');
INSERT INTO projects VALUES (1, 'carol'), (2, 'bob');
INSERT INTO members VALUES ('alice', 1, 'member', 9), ('carol', 1, 'member', 0);
INSERT INTO issues VALUES (10, 1, 'a', 'open'), (11, 1, 'b', 'done'), (20, 2, 'c', 'open');
INSERT INTO comments VALUES (100, 10, 'alice', 1), (101, 10, 'carol', 1), (200, 20, 'bob', 1);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues; ELECTRIC ENABLE comments; ELECTRIC ENABLE users;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id IF (is_valid(until));
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC GRANT READ ON projects, issues TO 'projects:owner';
	ELECTRIC GRANT READ ON projects TO 'projects:member';
	ELECTRIC GRANT READ ON issues TO 'projects:member' WHERE (is_open(state));
	ELECTRIC GRANT UPDATE (title) ON issues TO 'projects:member' CHECK (old.title <> new.title);
	ELECTRIC GRANT READ ON comments TO 'projects:member' USING issue_id/project_id WHERE (author = auth.user_id);
	ELECTRIC GRANT INSERT (id, issue_id) ON comments TO 'projects:member' USING issue_id/project_id;
	ELECTRIC GRANT READ ON users TO 'projects:member' USING comment_author/issue_id/project_id;
$$;
RESET ROLE;

-- What the client sees as this user, as text; the relations by OID, as they were.
CREATE TABLE watched AS SELECT relname::text AS was, oid::regclass AS tbl, row_number() OVER (ORDER BY array_position('{projects,issues,comments,users}', relname::text)) AS n
	FROM pg_class WHERE relname IN ('projects', 'issues', 'comments', 'users') AND relnamespace = 'public'::regnamespace;
GRANT SELECT ON watched TO PUBLIC;
CREATE FUNCTION look(who text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE seen text := ''; w record; rows text;
BEGIN
	PERFORM electric.set_user(who, is_local => false);
	FOR w IN SELECT * FROM public.watched ORDER BY n LOOP
		rows := 'gone';
		IF EXISTS (SELECT FROM pg_class WHERE oid = w.tbl) THEN
			BEGIN
				EXECUTE format('SELECT coalesce(string_agg((t.*)::text, '' '' ORDER BY (t.*)::text), ''-'') FROM %s t', w.tbl) INTO rows;
			EXCEPTION WHEN insufficient_privilege THEN rows := 'denied';
			END;
		END IF;
		seen := seen || w.was || ' ' || rows || '; ';
	END LOOP;
	PERFORM electric.set_user(NULL, is_local => false);
	RETURN who || ': ' || seen;
END $$;
SET client_min_messages = notice;
\pset format unaligned
\pset tuples_only on
\set seen 'SET ROLE regress_electric_client; SELECT look(who) FROM unnest(''{alice,bob,carol}''::text[]) AS who; SET ROLE regress_electric_owner;'
\set rules 'SELECT dump FROM electric.dump() AS dump WHERE dump NOT LIKE ''ALTER%'' ORDER BY dump;'
SET ROLE regress_electric_owner;
\set VERBOSITY default
\set ECHO :fixture_echo

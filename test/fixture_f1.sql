\set fixture_echo :ECHO
\set ECHO none
--
-- Fixture F1: the tables and rows that the scenario tests share.
--
--   \getenv abs_srcdir PG_ABS_SRCDIR
--   \set fixture :abs_srcdir '/test/fixture_f1.sql'
--   \i :fixture
--   SET ROLE regress_electric_owner;        -- states rules, owns the tables
--   ELECTRIC GRANT ..
--   SET ROLE regress_electric_client;       -- an end user's connection
--   CALL become('U');                       -- NULL: anonymous
--   ..
--   \i :reset                               -- test/reset.sql, when done
--
-- Run as a superuser. Starts from an empty schema public, whatever a test before it
-- left, and enables no table: `CALL enable_all()` does, as the owner.
--
-- Shape (-> foreign key; p1 has issues i1, i2 and so on):
--   w1 { p1 { i1 { c1 { r1 r2 r3 }, c2 { r4 } }, i2 { c5 } },
--        p2 { i3 { c3 { r5 r6 r7 }, c4 { r8 } }, i4 },
--        p3 { i5 { c6 } }, p4 { i6 } }
-- U is a member of p1. c1 is by U; c2 and c3 are by V; c4 and c6 by W; c5 by nobody.
--
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set ECHO none
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;

CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_backend;	-- a trusted caller: nothing but become() is his
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_backend;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_backend;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null

-- Be this end user until further notice. What stands between a test and set_user()
-- is what an application has there: a role that may call it and owns nothing.
SET ROLE regress_electric_backend;
CREATE PROCEDURE become(user_id text, claims jsonb DEFAULT '{}') SECURITY DEFINER
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	AS $$ BEGIN PERFORM electric.set_user($1, $2, false); END $$;

SET ROLE regress_electric_owner;
CREATE TABLE users (id text PRIMARY KEY, name text, role text DEFAULT 'normie');
CREATE TABLE regions (id text PRIMARY KEY, name text);
CREATE TABLE offices (id text PRIMARY KEY, region_id text NOT NULL REFERENCES regions);
CREATE TABLE workspaces (id text PRIMARY KEY);
CREATE TABLE projects (id text PRIMARY KEY, workspace_id text NOT NULL REFERENCES workspaces);
CREATE TABLE issues (id text PRIMARY KEY, project_id text NOT NULL REFERENCES projects,
	title text, description text);
CREATE TABLE comments (id text PRIMARY KEY, issue_id text NOT NULL REFERENCES issues,
	comment text, owner text, author_id text REFERENCES users);
CREATE TABLE reactions (id text PRIMARY KEY, comment_id text NOT NULL REFERENCES comments,
	is_public boolean);
CREATE TABLE tags (id text PRIMARY KEY, tag text);
CREATE TABLE issue_tags (id text PRIMARY KEY, issue_id text NOT NULL REFERENCES issues,
	tag_id text NOT NULL REFERENCES tags);
CREATE TABLE addresses (id text PRIMARY KEY, user_id text NOT NULL REFERENCES users, address text);
CREATE TABLE project_memberships (id text PRIMARY KEY, user_id text REFERENCES users,
	project_id text REFERENCES projects, role text, valid boolean);
CREATE TABLE site_admins (id text PRIMARY KEY, user_id text REFERENCES users, role text);
CREATE TABLE compound_root (id1 text, id2 text, PRIMARY KEY (id1, id2));
CREATE TABLE compound_level1 (id1 text, id2 text, root_id1 text, root_id2 text,
	value1 text, value2 text, PRIMARY KEY (id1, id2),
	FOREIGN KEY (root_id1, root_id2) REFERENCES compound_root);
CREATE TABLE compound_memberships (id text PRIMARY KEY, root_id1 text, root_id2 text,
	user_id text REFERENCES users, role text,
	FOREIGN KEY (root_id1, root_id2) REFERENCES compound_root);

-- Every foreign key and user column has its index, so that no NOTICE asks for it.
CREATE INDEX ON offices (region_id);
CREATE INDEX ON projects (workspace_id);
CREATE INDEX ON issues (project_id);
CREATE INDEX ON comments (issue_id);
CREATE INDEX ON comments (author_id);
CREATE INDEX ON reactions (comment_id);
CREATE INDEX ON issue_tags (issue_id);
CREATE INDEX ON issue_tags (tag_id);
CREATE INDEX ON addresses (user_id);
CREATE INDEX ON project_memberships (user_id);
CREATE INDEX ON project_memberships (project_id);
CREATE INDEX ON site_admins (user_id);
CREATE INDEX ON compound_level1 (root_id1, root_id2);
CREATE INDEX ON compound_memberships (root_id1, root_id2);
CREATE INDEX ON compound_memberships (user_id);

INSERT INTO users (id, name) VALUES ('U', 'Ursula'), ('V', 'Victor'), ('W', 'Wanda');
INSERT INTO regions VALUES ('rg1', 'north'), ('rg2', 'south');
INSERT INTO offices VALUES ('o1', 'rg1'), ('o2', 'rg1'), ('o3', 'rg2'), ('o4', 'rg2');
INSERT INTO workspaces VALUES ('w1');
INSERT INTO projects VALUES ('p1', 'w1'), ('p2', 'w1'), ('p3', 'w1'), ('p4', 'w1');
INSERT INTO issues VALUES
	('i1', 'p1', 'issue i1', 'about i1'), ('i2', 'p1', 'issue i2', 'about i2'),
	('i3', 'p2', 'issue i3', 'about i3'), ('i4', 'p2', 'issue i4', 'about i4'),
	('i5', 'p3', 'issue i5', 'about i5'), ('i6', 'p4', 'issue i6', 'about i6');
INSERT INTO comments VALUES
	('c1', 'i1', 'comment c1', 'U', 'U'), ('c2', 'i1', 'comment c2', 'V', 'V'),
	('c3', 'i3', 'comment c3', 'V', 'V'), ('c4', 'i3', 'comment c4', 'W', 'W'),
	('c5', 'i2', 'comment c5', NULL, NULL), ('c6', 'i5', 'comment c6', 'W', 'W');
INSERT INTO reactions VALUES
	('r1', 'c1', true), ('r2', 'c1', true), ('r3', 'c1', false), ('r4', 'c2', true),
	('r5', 'c3', true), ('r6', 'c3', true), ('r7', 'c3', false), ('r8', 'c4', true);
INSERT INTO tags VALUES ('t1', 'urgent'), ('t2', 'later');
INSERT INTO issue_tags VALUES ('it1', 'i1', 't1'), ('it2', 'i5', 't1'), ('it3', 'i3', 't2');
INSERT INTO addresses VALUES ('aV', 'V', 'Victory Road 1');
INSERT INTO project_memberships VALUES ('pm1', 'U', 'p1', 'member', true);
INSERT INTO compound_root VALUES ('a', 'b'), ('a', 'c');
INSERT INTO compound_level1 VALUES ('l1', 'x', 'a', 'b', 'one', 'two'), ('l2', 'x', 'a', 'c', 'one', 'two');

-- ENABLE for every table of the fixture, in order of name.
CREATE PROCEDURE enable_all() LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT relname FROM pg_catalog.pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname COLLATE "C"
	LOOP
		PERFORM electric.ddlx(pg_catalog.format('ELECTRIC ENABLE %I', name));
	END LOOP;
END $$;

RESET ROLE;
ANALYZE;
RESET client_min_messages;
\set ECHO :fixture_echo

--
-- A living schema: partitions are born protected, and tables that would be read through
-- another one past the rules are refused.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_tracker.sql'
\i :fixture
\set ON_ERROR_ROLLBACK on
CREATE TABLE notes (id int, project_id int REFERENCES projects, body text) PARTITION BY RANGE (id);
CREATE TABLE notes_1 PARTITION OF notes FOR VALUES FROM (0) TO (100);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE notes;
	ELECTRIC GRANT READ ON notes TO 'projects:owner';
	ELECTRIC GRANT UPDATE (body) ON notes TO 'projects:owner';
$$;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_electric_client;
\set state 'SELECT relname, relrowsecurity, relacl FROM pg_class WHERE relname ~ ''^notes'' AND relkind IN (''r'', ''p'') ORDER BY 1;'

-- A new partition has row-level security and gives clients nothing, also where default privileges would.
CREATE TABLE notes_2 PARTITION OF notes FOR VALUES FROM (100) TO (200);
CREATE TABLE notes_3 PARTITION OF notes FOR VALUES FROM (200) TO (300) PARTITION BY RANGE (id);
CREATE TABLE notes_31 PARTITION OF notes_3 FOR VALUES FROM (200) TO (250);
CREATE TABLE notes_default PARTITION OF notes DEFAULT;
:state
INSERT INTO notes VALUES (1, 2, 'a'), (101, 2, 'b'), (201, 2, 'c'), (202, 1, 'd'), (901, 2, 'e');
SET ROLE regress_electric_client;
BEGIN;
SELECT FROM electric.set_user('bob');
SELECT tableoid::regclass, * FROM notes ORDER BY id;
SELECT * FROM notes_2;
SELECT * FROM notes_31;
UPDATE notes SET body = 'x' RETURNING id;
UPDATE notes SET project_id = 1 WHERE id = 101;
ROLLBACK;
SET ROLE regress_electric_owner;

-- One that is attached, with partitions of its own, and rows and privileges that it had.
CREATE TABLE notes_4 (id int, project_id int REFERENCES projects, body text) PARTITION BY RANGE (id);
CREATE TABLE notes_41 PARTITION OF notes_4 FOR VALUES FROM (400) TO (450);
INSERT INTO notes_4 VALUES (401, 2, 'f'), (402, 1, 'g');
ALTER TABLE notes ATTACH PARTITION notes_4 FOR VALUES FROM (400) TO (500);
:state
SET ROLE regress_electric_client;
BEGIN;
SELECT FROM electric.set_user('bob');
SELECT id FROM notes WHERE id > 400 ORDER BY id;
SELECT id FROM notes_41;
UPDATE notes SET body = 'x' WHERE id = 401 RETURNING id;
ROLLBACK;
SET ROLE regress_electric_owner;

-- One that is attached to a partition, or made within CREATE SCHEMA.
CREATE TABLE notes_32 (id int, project_id int REFERENCES projects, body text);
ALTER TABLE notes_3 ATTACH PARTITION notes_32 FOR VALUES FROM (250) TO (300);
RESET ROLE;
CREATE SCHEMA app CREATE TABLE notes_5 PARTITION OF public.notes FOR VALUES FROM (500) TO (600);
SELECT relname, relrowsecurity, relacl FROM pg_class WHERE relname IN ('notes_32', 'notes_5') ORDER BY 1;
SET ROLE regress_electric_owner;

-- A detached one stays closed; to be opened, or enabled with rules of its own.
ALTER TABLE notes DETACH PARTITION notes_4;
SET ROLE regress_electric_client;
SELECT * FROM notes_4;
SET ROLE regress_electric_owner;
SELECT relrowsecurity FROM pg_class WHERE relname = 'notes_4';
ALTER TABLE notes ATTACH PARTITION notes_4 FOR VALUES FROM (400) TO (500);

-- An enabled table becomes no partition: neither of an enabled table, nor of one that is not.
CREATE TABLE notes_6 (id int, project_id int REFERENCES projects, body text);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE notes_6 $$;
ALTER TABLE notes ATTACH PARTITION notes_6 FOR VALUES FROM (600) TO (700);
CREATE TABLE plain (id int, project_id int, body text) PARTITION BY RANGE (id);
ALTER TABLE plain ATTACH PARTITION notes_6 FOR VALUES FROM (600) TO (700);
ALTER TABLE plain ATTACH PARTITION notes DEFAULT;

-- Nor does it inherit, or have heirs, whichever comes first.
CREATE TABLE child () INHERITS (issues);
CREATE TABLE child (LIKE issues);
ALTER TABLE child INHERIT issues;
CREATE TABLE parent (LIKE issues);
ALTER TABLE issues INHERIT parent;
CREATE TABLE grandchild () INHERITS (child);
ALTER TABLE child INHERIT issues;
CREATE TEMP TABLE heir () INHERITS (issues);

-- A table that a path leads through, its scope or the assigned table included, becomes no partition: paths lead
-- through whole tables, and the rules would give nothing. One that roles are assigned by without a path does.
CREATE TABLE all_members (user_id text, project_id int, role text, until int) PARTITION BY RANGE (until);
ALTER TABLE all_members ATTACH PARTITION members DEFAULT;
ALTER TABLE all_members ADD FOREIGN KEY (project_id) REFERENCES projects;
ALTER TABLE all_members ATTACH PARTITION members DEFAULT;
CREATE TABLE teams (id int PRIMARY KEY, lead text);
CREATE TABLE tasks (id int PRIMARY KEY, team_id int REFERENCES teams);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE tasks; ELECTRIC GRANT READ ON tasks TO 'teams:lead', 'lead';
	ELECTRIC ASSIGN 'lead' TO teams.lead;
$$;
CREATE TABLE all_teams (id int PRIMARY KEY, lead text) PARTITION BY RANGE (id);
ALTER TABLE all_teams ATTACH PARTITION teams DEFAULT;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON tasks FROM 'teams:lead' $$;
ALTER TABLE all_teams ATTACH PARTITION teams DEFAULT;
INSERT INTO all_teams VALUES (1, 'alice');
INSERT INTO tasks VALUES (1, 1);
SET ROLE regress_electric_client;
BEGIN;
SELECT FROM electric.set_user('alice');
TABLE tasks;
ROLLBACK;
SET ROLE regress_electric_owner;
:seen

-- Tables that nobody has enabled inherit and are attached as ever.
ALTER TABLE child INHERIT parent;
CREATE TABLE plain_1 PARTITION OF plain FOR VALUES FROM (0) TO (100);
SELECT relrowsecurity FROM pg_class WHERE relname IN ('child', 'plain_1', 'grandchild');
\set QUIET on
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
\i :reset

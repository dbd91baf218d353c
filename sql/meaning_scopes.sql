--
-- A scoped role is one of its scope table: no role of that name in another table's row counts, nor one of another row.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
CREATE SCHEMA other AUTHORIZATION regress_electric_owner;
SET ROLE regress_electric_owner;
-- scopes of three tables, two of which have the same name, with the same keys
CREATE TABLE other.projects (id text PRIMARY KEY);
CREATE TABLE teams (id text PRIMARY KEY);
CREATE TABLE docs (id int PRIMARY KEY, project_id text REFERENCES projects, team_id text REFERENCES teams, other_id text REFERENCES other.projects, title text);
CREATE TABLE staff (user_id text, role text, project_id text REFERENCES projects, team_id text REFERENCES teams, other_id text REFERENCES other.projects);
CREATE INDEX ON docs (project_id);
CREATE INDEX ON docs (team_id);
CREATE INDEX ON docs (other_id);
CREATE INDEX ON staff (user_id);
INSERT INTO other.projects SELECT id FROM projects;
INSERT INTO teams SELECT id FROM projects;
INSERT INTO docs VALUES (1, 'p1', 'p2', 'p3', 't'), (2, 'p2', 'p3', 'p1', 't'), (3, 'p3', 'p1', 'p2', 't'), (4, NULL, NULL, NULL, 't');
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, staff.role) TO staff.user_id;
	ELECTRIC ASSIGN (teams, staff.role) TO staff.user_id;
	ELECTRIC ASSIGN (other.projects, staff.role) TO staff.user_id;
$$;
INSERT INTO staff VALUES ('U', 'editor', 'p1', NULL, NULL), ('V', 'editor', NULL, 'p1', NULL), ('W', 'editor', NULL, NULL, 'p1'), ('X', 'editor', 'p1', 'p1', 'p1');

-- One grant, by one scope table.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT ALL ON docs TO 'projects:editor' $$;
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM docs;
UPDATE docs SET title = 'by U';
INSERT INTO docs VALUES (5, 'p1');
INSERT INTO docs VALUES (6, 'p2', 'p1', 'p1');
CALL become('V');
SELECT count(*) FROM docs;
INSERT INTO docs VALUES (6, 'p1', 'p1', 'p1');
CALL become('W');
SELECT count(*) FROM docs;
DELETE FROM docs;
CALL become('X');
SELECT id FROM docs ORDER BY id;
ROLLBACK;

-- A privilege by each of them, of the same role's name.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON docs TO 'projects:editor', 'teams:editor', 'other.projects:editor';
	ELECTRIC GRANT UPDATE (title) ON docs TO 'teams:editor';
	ELECTRIC GRANT DELETE ON docs TO 'other.projects:editor';
	ELECTRIC GRANT INSERT (id, team_id) ON docs TO 'teams:editor';
	ELECTRIC GRANT INSERT (id, project_id) ON docs TO 'projects:editor';
$$;
SET ROLE regress_electric_client;
CALL become('X');
SELECT id FROM docs ORDER BY id;
UPDATE docs SET title = 'by X' RETURNING id;
INSERT INTO docs (id, team_id) VALUES (5, 'p1');
INSERT INTO docs (id, project_id) VALUES (6, 'p1');
INSERT INTO docs (id, project_id, team_id) VALUES (7, 'p1', 'p1');
DELETE FROM docs RETURNING id;
CALL become('U');
SELECT id FROM docs ORDER BY id;
UPDATE docs SET title = 'by U';
DELETE FROM docs;
INSERT INTO docs (id, team_id) VALUES (7, 'p1');
CALL become('V');
SELECT id FROM docs ORDER BY id;
UPDATE docs SET title = 'by V';
CALL become(NULL);
SELECT count(*) FROM docs;
ROLLBACK;

-- What one path takes out of a scope another may take in: each end by its own scope table.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE (project_id, team_id) ON docs TO 'projects:editor', 'teams:editor';
$$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE docs SET project_id = 'p2', team_id = 'p1' WHERE id = 1;
CALL become('X');
UPDATE docs SET project_id = 'p2', team_id = 'p1' WHERE id = 1;
UPDATE docs SET project_id = 'p1', team_id = NULL WHERE id = 3;
UPDATE docs SET project_id = NULL WHERE id = 3;
UPDATE docs SET team_id = 'p1' WHERE id = 2;
UPDATE docs SET team_id = 'p1' WHERE id = 4;
UPDATE docs SET title = 'x' WHERE id = 1;
ROLLBACK;
\set QUIET on
\i :reset

--
-- Foreign keys and deferred constraints of a guarded table: what PostgreSQL does for a key is bound by no rule.
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
CREATE TABLE boxes (code text PRIMARY KEY);
CREATE TABLE people (id text PRIMARY KEY);
CREATE TABLE docs (id int PRIMARY KEY, project_id text REFERENCES projects DEFERRABLE, title text, place int UNIQUE DEFERRABLE,
	box text DEFAULT 'lost' REFERENCES boxes ON UPDATE CASCADE ON DELETE SET DEFAULT,
	person text REFERENCES people ON UPDATE CASCADE ON DELETE SET NULL);
CREATE INDEX ON docs (project_id);
INSERT INTO boxes VALUES ('A'), ('B'), ('lost');
INSERT INTO people VALUES ('ann'), ('bob');
INSERT INTO docs VALUES (1, 'p1', 't1', 1, 'A', 'ann'), (2, 'p2', 't2', 2, 'A', 'bob'), (3, 'p1', 't3', 3, 'B', NULL);
INSERT INTO project_memberships VALUES ('m1', 'U', 'p1', 'editor'), ('m2', 'V', 'p2', 'mover');
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE (title, place), INSERT (id, project_id, person) ON docs TO 'projects:editor' CHECK (old.id IS NULL OR new.title <> old.title OR new.place <> old.place);
	ELECTRIC GRANT UPDATE (box, project_id) ON docs TO 'projects:mover';
	ELECTRIC GRANT ALL ON boxes, people TO AUTHENTICATED;
$$;

-- ON UPDATE CASCADE, ON DELETE SET NULL and SET DEFAULT reach rows and columns that the user may not change himself.
BEGIN;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE docs SET box = 'B' WHERE id = 1;
UPDATE boxes SET code = 'a' WHERE code = 'A';
UPDATE people SET id = 'anna' WHERE id = 'ann';
DELETE FROM people WHERE id = 'bob';
DELETE FROM boxes WHERE code = 'B';
UPDATE docs SET title = 'by U' WHERE id = 1;
UPDATE docs SET title = 'by U' WHERE id = 2;
SELECT id, title, box, person FROM docs ORDER BY id;
CALL become(NULL);
UPDATE boxes SET code = 'by N';
ROLLBACK;

-- So they do with FORCE ROW LEVEL SECURITY, by which the owner himself is bound.
BEGIN;
ALTER TABLE docs FORCE ROW LEVEL SECURITY;
UPDATE docs SET box = 'B' WHERE id = 1;
SET ROLE regress_electric_client;
CALL become('V');
UPDATE docs SET box = 'B' WHERE id = 1;
UPDATE boxes SET code = 'a' WHERE code = 'A';
DELETE FROM people;
SELECT id, box, person FROM docs ORDER BY id;
ROLLBACK;

-- A scope that is taken away by a key's action takes its rows along: they are in none.
BEGIN;
ALTER TABLE docs DROP CONSTRAINT docs_project_id_fkey, ADD CONSTRAINT docs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects ON UPDATE CASCADE ON DELETE SET NULL;
DELETE FROM issues WHERE project_id = 'p4';
UPDATE docs SET project_id = 'p4' WHERE id = 1;
INSERT INTO project_memberships VALUES ('m3', 'V', 'p3', 'mover');
SET ROLE regress_electric_client;
CALL become('V');
UPDATE docs SET project_id = 'p3' WHERE id = 2;
UPDATE docs SET project_id = 'p4' WHERE id = 2;
SET ROLE regress_electric_owner;
DELETE FROM projects WHERE id = 'p4';
SET ROLE regress_electric_client;
SELECT id, project_id FROM docs ORDER BY id;
UPDATE docs SET project_id = 'p3' WHERE id = 1;
ROLLBACK;

-- A constraint that is checked later: rows are judged at once, a scope that is not there yet is none.
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE docs SET place = CASE id WHEN 1 THEN 3 ELSE 1 END WHERE project_id = 'p1';
UPDATE docs SET place = 2 WHERE id = 1;
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE docs SET place = 4 WHERE id = 1;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO docs (id, project_id) VALUES (4, 'p100');
CALL become('V');
UPDATE docs SET project_id = 'p100' WHERE id = 2;
CALL become('U');
SELECT id, place FROM docs ORDER BY id;
ROLLBACK;

-- A deferred trigger that acts with the client's rights is judged by the user of the time when it runs.
CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE docs SET title = 'later' WHERE id = NEW.id AND title <> 'later'; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER later AFTER UPDATE ON docs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later();
SET ROLE regress_electric_client;
BEGIN;
CALL become('U');
UPDATE docs SET title = 'now' WHERE id = 1;
SET CONSTRAINTS later IMMEDIATE;
SELECT title FROM docs WHERE id = 1;
SET CONSTRAINTS later DEFERRED;
UPDATE docs SET title = 'now' WHERE id = 3;
CALL become('V');
SET CONSTRAINTS later IMMEDIATE;
SELECT title FROM docs WHERE id = 3;
SET CONSTRAINTS later DEFERRED;
UPDATE docs SET box = 'B' WHERE id = 2;
COMMIT;
CALL become('U');
SELECT id, title, box FROM docs ORDER BY id;
\set QUIET on
\i :reset

--
-- A guarded table under views: columns are those of the table, whatever the view calls them and in whatever order.
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
CREATE TABLE docs (id int PRIMARY KEY, project_id text REFERENCES projects, title text, body text, version int DEFAULT 1);
CREATE INDEX ON docs (project_id);
INSERT INTO docs VALUES (1, 'p1', 't1', 'b1'), (2, 'p1', 't2', 'b2'), (3, 'p2', 't3', 'b3'), (4, 'p3', 't4', 'b4');
INSERT INTO project_memberships VALUES ('m1', 'U', 'p1', 'editor'), ('m2', 'U', 'p2', 'author'), ('m3', 'V', 'p1', 'author');
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED;
	ELECTRIC GRANT INSERT (id, project_id, title), UPDATE (title), DELETE ON docs TO 'projects:editor';
	ELECTRIC GRANT INSERT (id, project_id, body), UPDATE (body, version) ON docs TO 'projects:author' CHECK (old.version IS NULL OR new.version = old.version + 1);
$$;
CREATE VIEW invokers WITH (security_invoker) AS SELECT version AS nr, body AS text, title AS name, project_id AS project, id AS key FROM docs;
CREATE VIEW owners AS SELECT version AS nr, body AS text, title AS name, project_id AS project, id AS key FROM docs;
CREATE VIEW checked WITH (security_invoker) AS SELECT name AS title, project, key, text AS name FROM invokers WHERE name <> 'refused' WITH CHECK OPTION;
CREATE VIEW acted AS SELECT id, title FROM docs;
CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE docs SET body = NEW.title WHERE id = OLD.id; RETURN NEW; END $$;
CREATE TRIGGER act INSTEAD OF UPDATE ON acted FOR EACH ROW EXECUTE FUNCTION act();
GRANT ALL ON invokers, owners, checked, acted TO regress_electric_client;
RESET ROLE;
GRANT TEMPORARY ON DATABASE :DBNAME TO regress_electric_client;
SET ROLE regress_electric_client;

-- A view with the invoker's rights: INSERT names columns of the table, UPDATE changes them.
BEGIN;
CALL become('U');
INSERT INTO invokers (name, key, project) VALUES ('x', 10, 'p1') RETURNING key, name;
INSERT INTO invokers (project, key) VALUES ('p1', 11);
INSERT INTO invokers (text, key, project) VALUES ('x', 12, 'p1');
INSERT INTO invokers (text, key, project) VALUES ('x', 12, 'p2') RETURNING *;
INSERT INTO invokers (name, text, key, project) VALUES ('x', 'x', 13, 'p1');
INSERT INTO invokers (nr, key, project) VALUES (1, 13, 'p1');
INSERT INTO invokers VALUES (1);
UPDATE invokers SET name = 'y' WHERE key = 1;
UPDATE invokers SET text = 'y' WHERE key = 1;
UPDATE invokers SET project = 'p2' WHERE key = 1;
UPDATE invokers SET name = 'y', text = text, nr = nr WHERE project = 'p1';
UPDATE invokers SET text = 'y', nr = nr + 1 WHERE project = 'p2';
UPDATE invokers SET name = 'y';
INSERT INTO invokers (key, project, name) VALUES (1, 'p1', 'z') ON CONFLICT (key) DO UPDATE SET name = excluded.name RETURNING name;
INSERT INTO invokers (key, project, name) VALUES (1, 'p1', 'z') ON CONFLICT (key) DO UPDATE SET text = excluded.name;
DELETE FROM invokers WHERE project <> 'p3' AND key > 1;
CALL become('V');
UPDATE invokers SET name = 'z!';
UPDATE invokers SET text = 'by V', nr = 2 RETURNING key;
CALL become(NULL);
SELECT count(*) FROM invokers;
UPDATE invokers SET name = 'by N';
INSERT INTO invokers (project, key) VALUES ('p1', 14);
ROLLBACK;

-- A view on a view, whose columns are called otherwise once more, and which checks its own option besides.
BEGIN;
CALL become('U');
INSERT INTO checked (title, project, key) VALUES ('x', 'p1', 10);
INSERT INTO checked VALUES ('x', 'p1', 11);
INSERT INTO checked VALUES ('x', 'p1', 12, 'x');
INSERT INTO checked VALUES ('refused', 'p1', 12);
UPDATE checked SET title = 'y' WHERE key IN (1, 10);
UPDATE checked SET title = 'refused' WHERE key = 1;
UPDATE checked SET name = 'y' WHERE key = 1;
ROLLBACK;

-- A view with its owner's rights gives what the owner may; so does not a trigger of it, which runs as who fires it.
BEGIN;
CALL become('V');
UPDATE owners SET text = 'by V', name = 'by V' WHERE key IN (1, 4);
INSERT INTO owners VALUES (7, 'x', 'x', 'p4', 10) RETURNING key;
UPDATE acted SET title = 'x' WHERE id = 1;
CALL become(NULL);
SELECT key, name FROM owners WHERE key > 3 ORDER BY key;
ROLLBACK;

-- The user's own views, under any name of the columns, and his own rules.
BEGIN;
CALL become('U');
CREATE TEMP VIEW mine AS SELECT title AS body, body AS title, id, project_id FROM docs WHERE id <> 2 WITH CHECK OPTION;
CREATE TEMP TABLE heap (id int, project_id text, text text);
CREATE RULE redirect AS ON INSERT TO heap DO INSTEAD INSERT INTO docs (id, project_id, body) SELECT NEW.*;
INSERT INTO mine (id, project_id, body) VALUES (10, 'p1', 'a title');
INSERT INTO mine (id, project_id, title) VALUES (11, 'p1', 'a body');
INSERT INTO mine VALUES ('a title', 'a body', 11, 'p1');
UPDATE mine SET body = 'a title' RETURNING id;
UPDATE mine SET body = 'a title' WHERE project_id = 'p1';
UPDATE mine SET title = 'a body' WHERE id = 1;
UPDATE mine SET id = 2 WHERE id = 1;
INSERT INTO heap VALUES (12, 'p1', 'a body');
INSERT INTO heap VALUES (12, 'p2', 'a body');
UPDATE mine SET title = 'x' WHERE electric.guarded('update', 'docs');
SELECT * FROM docs WHERE id NOT IN (3, 4) ORDER BY id;
CALL become(NULL);
SELECT count(*) FROM mine;
ROLLBACK;
\set QUIET on
\i :reset

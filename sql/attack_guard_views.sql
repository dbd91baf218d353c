--
-- Attacks on column lists through views of the user's own: whatever a view renames, reorders or fills in, the columns are the table's.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
SET client_min_messages = warning;
CREATE TABLE docs (id int PRIMARY KEY, gone int, project_id int REFERENCES projects, status text DEFAULT 'draft', title text, tags text[] DEFAULT '{}');
ALTER TABLE docs DROP gone;
INSERT INTO docs VALUES (1, 1, 'draft', 'one'), (2, 2, 'draft', 'two');
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs;
	ELECTRIC GRANT READ ON docs TO 'projects:editor';
	ELECTRIC GRANT INSERT (id, project_id, title), UPDATE (title) ON docs TO 'projects:editor';
$$;
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_client;
SET client_min_messages = warning;
CREATE VIEW attacker.renamed WITH (security_invoker) AS SELECT title AS status, id, status AS title, project_id AS id2, tags FROM docs;
CREATE VIEW attacker.filling AS SELECT project_id AS p, id, title AS t, status AS s FROM docs;
ALTER VIEW attacker.filling ALTER s SET DEFAULT 'published', ALTER p SET DEFAULT 1, ALTER id SET DEFAULT 50;
CREATE VIEW attacker.over_filling AS SELECT t, id, p FROM attacker.filling;
CREATE VIEW attacker.granted_only WITH (security_barrier) AS SELECT id, project_id, title, status FROM docs WITH CHECK OPTION;
ALTER VIEW attacker.granted_only ALTER title SET DEFAULT 'untitled', ALTER project_id SET DEFAULT 1;
CREATE VIEW attacker.unasked AS SELECT id, status FROM docs;
ALTER VIEW attacker.unasked ALTER status SET DEFAULT 'published';

-- INSERT: a default of the view is as good as a column that is named, in a view over it as well, for each way to say INSERT.
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'INSERT INTO attacker.filling (id, p, t) VALUES (10, 1, ''x'')',
	'INSERT INTO attacker.filling (id) VALUES (10)',
	'INSERT INTO attacker.filling DEFAULT VALUES',
	'INSERT INTO attacker.filling VALUES (1, 10, ''x''), (1, 11, DEFAULT)',
	'INSERT INTO attacker.filling (id, p, s) VALUES (10, 1, DEFAULT)',
	'INSERT INTO attacker.over_filling VALUES (''x'', 10, 1)',
	'INSERT INTO attacker.over_filling SELECT ''x'', 10, 1',
	'INSERT INTO attacker.over_filling VALUES (''x'', 10, 1) ON CONFLICT DO NOTHING',
	'INSERT INTO attacker.over_filling VALUES (''x'', 1, 1) ON CONFLICT (id) DO UPDATE SET t = excluded.t',
	'WITH i AS (INSERT INTO attacker.filling (id, p) VALUES (10, 1) RETURNING id) SELECT FROM i']) WITH ORDINALITY a (q, n) ORDER BY n;

-- Defaults of columns that are granted, and of views that are only read, keep nobody from an INSERT.
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'INSERT INTO attacker.granted_only (id) VALUES (10)',
	'INSERT INTO attacker.granted_only (id, title) VALUES (10, ''x''), (11, DEFAULT)',
	'INSERT INTO attacker.granted_only (id, status) VALUES (10, ''x'')',
	'INSERT INTO docs (id, project_id) SELECT id + 9, 1 FROM attacker.unasked',
	'INSERT INTO attacker.granted_only (id) SELECT id + 9 FROM attacker.filling']) WITH ORDINALITY a (q, n) ORDER BY n;

-- A prepared INSERT follows the view that changes meanwhile.
CREATE VIEW attacker.in_project AS SELECT id, project_id, status FROM docs;
PREPARE add_in_project AS INSERT INTO attacker.in_project (id, project_id) VALUES (10, 1);
BEGIN;
EXECUTE add_in_project;
ROLLBACK;
ALTER VIEW attacker.in_project ALTER status SET DEFAULT 'published';
BEGIN;
EXECUTE add_in_project;
ROLLBACK;

-- UPDATE: the column that a view calls by a granted name is still another.
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'UPDATE attacker.renamed SET title = ''x'' WHERE id = 1',
	'UPDATE attacker.renamed SET status = ''x'' WHERE id = 1',
	'UPDATE attacker.renamed SET status = ''x'', title = title, tags = tags WHERE id = 1',
	'UPDATE attacker.renamed SET tags[1] = ''x'' WHERE id = 1',
	'UPDATE attacker.filling SET s = DEFAULT WHERE id = 1',
	'UPDATE attacker.filling SET p = DEFAULT, id = id, t = DEFAULT WHERE id = 1',
	'UPDATE attacker.over_filling SET p = 2 WHERE id = 1',
	'UPDATE attacker.over_filling SET p = 1 WHERE id = 2',
	'UPDATE attacker.over_filling SET t = ''x''',
	'INSERT INTO attacker.granted_only AS g (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET status = g.title',
	'INSERT INTO attacker.granted_only AS g (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET title = g.status']) WITH ORDINALITY a (q, n) ORDER BY n;

-- Rules of a view say themselves which columns they change.
CREATE VIEW attacker.ruled AS SELECT id, title FROM docs;
CREATE RULE ruled_insert AS ON INSERT TO attacker.ruled DO INSTEAD INSERT INTO docs (id, project_id, status) VALUES (NEW.id, 1, NEW.title);
CREATE RULE ruled_update AS ON UPDATE TO attacker.ruled DO INSTEAD UPDATE docs SET status = NEW.title WHERE id = OLD.id;
CREATE VIEW attacker.ruled_well AS SELECT id, title FROM docs;
CREATE RULE ruled_insert AS ON INSERT TO attacker.ruled_well DO INSTEAD INSERT INTO docs (id, project_id, title) VALUES (NEW.id, 1, NEW.title);
CREATE RULE ruled_update AS ON UPDATE TO attacker.ruled_well DO INSTEAD UPDATE docs SET title = NEW.title WHERE id = OLD.id;
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'INSERT INTO attacker.ruled VALUES (10, ''published'')',
	'UPDATE attacker.ruled SET title = ''published''',
	'INSERT INTO attacker.ruled_well VALUES (10, ''x'')',
	'UPDATE attacker.ruled_well SET title = ''x''']) WITH ORDINALITY a (q, n) ORDER BY n;
RESET SESSION AUTHORIZATION;
\i :reset

--
-- Views: with the invoker's rights they bind whoever asks, with the owner's they show and do what the owner may.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
GRANT TEMPORARY ON DATABASE :DBNAME TO regress_electric_client;
SET ROLE regress_electric_owner;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON issues TO 'projects:reader';
	ELECTRIC GRANT ALL ON issues TO 'projects:editor';
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'U', 'p2', 'editor'), ('pm4', 'V', 'p1', 'editor');
CREATE VIEW invokers WITH (security_invoker) AS SELECT title AS name, id AS key, project_id AS project FROM issues;
CREATE VIEW local_check WITH (security_invoker) AS SELECT * FROM invokers WHERE name <> 'no' WITH LOCAL CHECK OPTION;
CREATE VIEW cascaded WITH (security_invoker) AS SELECT * FROM local_check WHERE key <> 'i1' WITH CASCADED CHECK OPTION;
CREATE VIEW counted WITH (security_invoker) AS SELECT project, count(*) FROM invokers GROUP BY 1;
CREATE VIEW owners AS SELECT id, project_id, title FROM issues WHERE project_id <> 'p4';
CREATE VIEW over_invokers AS SELECT * FROM invokers;
CREATE VIEW over_owners WITH (security_invoker) AS SELECT * FROM owners;
CREATE MATERIALIZED VIEW stored AS SELECT id FROM issues;
GRANT ALL ON invokers, local_check, cascaded, counted, owners, over_invokers, over_owners, stored TO regress_electric_client;
SET ROLE regress_electric_client;

-- The invoker's rights, through one view and several: read and written by each user as the table itself.
BEGIN;
CALL become('U');
SELECT key FROM invokers ORDER BY key;
SELECT key FROM cascaded ORDER BY key;
SELECT * FROM counted ORDER BY 1;
INSERT INTO invokers VALUES ('new', 'n1', 'p2') RETURNING key;
INSERT INTO invokers VALUES ('new', 'n2', 'p1');
INSERT INTO invokers VALUES ('new', 'i3', 'p2') ON CONFLICT (key) DO UPDATE SET name = excluded.name RETURNING *;
INSERT INTO invokers VALUES ('new', 'i5', 'p2') ON CONFLICT (key) DO NOTHING;
UPDATE invokers SET name = 'by U' RETURNING key;
UPDATE invokers SET project = 'p1' WHERE key = 'i3';
DELETE FROM invokers WHERE project = 'p1' OR key = 'n1' RETURNING key;
SELECT key FROM invokers ORDER BY key FOR UPDATE;
CALL become('V');
SELECT key FROM cascaded ORDER BY key;
UPDATE cascaded SET name = 'by V' RETURNING key;
CALL become(NULL);
SELECT count(*) FROM invokers;
SELECT count(*) FROM counted;
UPDATE cascaded SET name = 'by N';
DELETE FROM invokers;
INSERT INTO local_check VALUES ('new', 'n2', 'p1');
ROLLBACK;

-- A view's own CHECK OPTION stands beside the rules.
BEGIN;
CALL become('U');
INSERT INTO local_check VALUES ('no', 'n1', 'p2');
INSERT INTO local_check VALUES ('yes', 'n1', 'p1');
INSERT INTO cascaded VALUES ('no', 'n1', 'p2');
INSERT INTO cascaded VALUES ('yes', 'n1', 'p2') RETURNING key;
UPDATE cascaded SET key = 'i1', project = 'p1' WHERE key = 'n1';
UPDATE cascaded SET project = 'p1' WHERE key = 'n1';
UPDATE cascaded SET name = 'no' WHERE key = 'n1';
ROLLBACK;

-- The owner's rights: everybody sees and does what the owner may, within the view.
BEGIN;
CALL become('W');
SELECT string_agg(id, ' ' ORDER BY id) FROM owners;
SELECT string_agg(id, ' ' ORDER BY id) FROM over_owners;
SELECT count(*) FROM stored;
UPDATE owners SET title = 'by W' WHERE project_id = 'p3' RETURNING id;
INSERT INTO over_owners VALUES ('n1', 'p3', 'by W') RETURNING id;
DELETE FROM over_owners WHERE id = 'n1' RETURNING id;
CALL become(NULL);
SELECT count(*) FROM owners;
SELECT count(*) FROM issues;
ROLLBACK;

-- A view of the first kind within one of the second is bound by who asks.
BEGIN;
CALL become('U');
SELECT key FROM over_invokers ORDER BY key;
UPDATE over_invokers SET name = 'by U' RETURNING key;
INSERT INTO over_invokers VALUES ('new', 'n1', 'p1');
CALL become(NULL);
SELECT count(*) FROM over_invokers;
UPDATE over_invokers SET name = 'by N';
ROLLBACK;

-- A user's own view is no way round, as what is read, what is written and what is locked.
BEGIN;
CALL become('U');
CREATE TEMP VIEW mine AS SELECT * FROM issues;
CREATE TEMP VIEW my_barrier WITH (security_barrier) AS SELECT * FROM mine WHERE title <> '';
CREATE TEMP VIEW my_join AS SELECT i.id, o.id AS other FROM mine i JOIN owners o ON o.id = i.id;
SELECT id FROM mine ORDER BY id;
SELECT id FROM mine ORDER BY id FOR SHARE;
SELECT * FROM my_join ORDER BY 1;
INSERT INTO mine VALUES ('n1', 'p2', 'new') RETURNING id;
INSERT INTO my_barrier VALUES ('n2', 'p1', 'new');
INSERT INTO mine VALUES ('i1', 'p2') ON CONFLICT (id) DO UPDATE SET title = 'met';
UPDATE my_barrier SET title = 'by U' RETURNING id;
UPDATE my_barrier SET project_id = 'p1' WHERE id = 'n1';
DELETE FROM mine WHERE id IN ('i1', 'i5', 'n1') RETURNING id;
CALL become('V');
SELECT id FROM mine ORDER BY id;
UPDATE my_barrier SET title = 'by V' RETURNING id;
CALL become(NULL);
SELECT count(*) FROM my_barrier;
DELETE FROM my_barrier;
INSERT INTO mine VALUES ('n2', 'p1');
ROLLBACK;
\set QUIET on
\i :reset

--
-- Defaults of a view are values that the statement does not name: what they fill in counts as named.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
GRANT TEMPORARY ON DATABASE :DBNAME TO regress_electric_client;
SET ROLE regress_electric_owner;
CREATE TABLE docs (id int PRIMARY KEY, project_id text REFERENCES projects, title text, body text, version int DEFAULT 1);
CREATE INDEX ON docs (project_id);
INSERT INTO project_memberships VALUES ('m1', 'U', 'p1', 'editor'), ('m2', 'V', 'p1', 'chief');
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs; ELECTRIC ENABLE project_memberships;
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ, UPDATE (title) ON docs TO AUTHENTICATED;
	ELECTRIC GRANT INSERT (id, project_id, title) ON docs TO 'projects:editor';
	ELECTRIC GRANT INSERT ON docs TO 'projects:chief';
$$;
CREATE VIEW invokers WITH (security_invoker) AS SELECT id, project_id, title AS name, body FROM docs;
ALTER VIEW invokers ALTER body SET DEFAULT 'from the view';
GRANT ALL ON invokers TO regress_electric_client;
SET ROLE regress_electric_client;
\set ON_ERROR_ROLLBACK on

-- A view of the user's own that gives columns a default that he may not write, plain, below another one, or in an upsert; what is listed may have one.
BEGIN;
CALL become('U');
CREATE TEMP VIEW mine AS SELECT * FROM docs;
INSERT INTO mine (id, project_id, title) VALUES (1, 'p1', 't') RETURNING id, body, version;
ALTER VIEW mine ALTER body SET DEFAULT 'sneaked';
INSERT INTO mine (id, project_id, title) VALUES (2, 'p1', 't');
CREATE TEMP VIEW outer_view AS SELECT id, project_id, title FROM mine;
INSERT INTO outer_view VALUES (2, 'p1', 't');
INSERT INTO mine (id, project_id, title) VALUES (1, 'p1', 't') ON CONFLICT (id) DO UPDATE SET title = excluded.body;
WITH w AS (INSERT INTO mine (id, project_id, title) VALUES (2, 'p1', 't') RETURNING id) SELECT * FROM w;
ALTER VIEW mine ALTER body DROP DEFAULT, ALTER version SET DEFAULT 99;
INSERT INTO mine (id, project_id, title) VALUES (2, 'p1', 't');
INSERT INTO mine (id, project_id, title, version) VALUES (2, 'p1', 't', 99);
ALTER VIEW mine ALTER version DROP DEFAULT, ALTER title SET DEFAULT 'listed, but not named';
INSERT INTO mine (id, project_id) VALUES (2, 'p1') RETURNING title, body, version;
INSERT INTO mine (id, project_id, title) VALUES (4, 'p1', 'named') RETURNING title, body, version;
CREATE TEMP VIEW elsewhere AS SELECT 1 AS x;
INSERT INTO docs (id, project_id) SELECT 3, 'p1' FROM mine, elsewhere WHERE mine.id = 1 RETURNING id;
ROLLBACK;

-- The owner's view with a default: who is granted the whole table may use it.
BEGIN;
CALL become('U');
INSERT INTO invokers (id, project_id, name) VALUES (10, 'p1', 't');
CALL become('V');
INSERT INTO invokers (id, project_id, name) VALUES (10, 'p1', 't') RETURNING body;
ROLLBACK;
RESET ROLE;
\i :reset

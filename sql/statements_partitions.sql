--
-- A partitioned table in statements of every kind: the rules are the root's, by its name alone one gets in.
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
CREATE TABLE docs (id int, year int, project_id text REFERENCES projects, title text, PRIMARY KEY (id, year)) PARTITION BY RANGE (year);
CREATE TABLE docs_old (title text, gone int, project_id text, year int NOT NULL, id int NOT NULL);
ALTER TABLE docs_old DROP gone;
ALTER TABLE docs ATTACH PARTITION docs_old FOR VALUES FROM (2000) TO (2010);
CREATE TABLE docs_new PARTITION OF docs FOR VALUES FROM (2010) TO (2030) PARTITION BY LIST (year);
CREATE TABLE docs_2020 PARTITION OF docs_new FOR VALUES IN (2020);
CREATE TABLE docs_rest PARTITION OF docs_new DEFAULT;
CREATE INDEX ON docs (project_id);
INSERT INTO docs SELECT i, 2000 + 10 * (i % 3), 'p' || 1 + i % 4, 'title ' || i FROM generate_series(1, 12) i;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs;
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON docs TO 'projects:reader';
	ELECTRIC GRANT ALL ON docs TO 'projects:editor';
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'U', 'p2', 'editor'), ('pm4', 'V', 'p1', 'editor'), ('pm5', 'V', 'p3', 'editor');
SET ROLE regress_electric_client;
\set seen 'SELECT tableoid::regclass, id, year, project_id FROM docs ORDER BY id, year;'

-- Read, locked, updated and deleted in whatever partition the rows are: U reads p1 and edits p2.
BEGIN;
CALL become('U');
:seen
SELECT id FROM docs WHERE year = 2020 ORDER BY id;
SELECT id FROM docs ORDER BY id FOR UPDATE;
UPDATE docs SET title = 'by U' RETURNING id, tableoid::regclass;
DELETE FROM docs WHERE year > 2000 RETURNING id;
CALL become('V');
:seen
UPDATE docs SET title = 'by V' WHERE year = 2010 RETURNING id;
CALL become('W');
SELECT count(*) FROM docs;
UPDATE docs SET title = 'by W';
CALL become(NULL);
DELETE FROM docs;
SELECT count(*) FROM docs;
ROLLBACK;

-- Rows that move: to another partition, to another scope, to both at once; judged at each end.
BEGIN;
CALL become('V');
UPDATE docs SET year = 2020 WHERE id = 4 RETURNING tableoid::regclass, id, year, project_id;
UPDATE docs SET project_id = 'p3' WHERE id = 4 RETURNING tableoid::regclass, id, year, project_id;
UPDATE docs SET year = 2005, project_id = 'p1' WHERE id = 4 RETURNING tableoid::regclass, id, year, project_id;
UPDATE docs SET year = 2025, project_id = 'p2' WHERE id = 4;
UPDATE docs SET year = 2025, project_id = NULL WHERE id = 4;
UPDATE docs SET year = 2025 WHERE id IN (1, 4);
CALL become('U');
UPDATE docs SET year = year + 5 RETURNING id, year, tableoid::regclass;
UPDATE docs SET year = 2001, project_id = 'p1' WHERE id = 5;
UPDATE docs SET year = 2001 WHERE id = 4;
CALL become(NULL);
UPDATE docs SET year = 2001;
ROLLBACK;

-- INSERT, ON CONFLICT and MERGE by the root.
BEGIN;
CALL become('U');
INSERT INTO docs VALUES (21, 2001, 'p2'), (22, 2020, 'p2'), (23, 2021, 'p2') RETURNING id, tableoid::regclass;
INSERT INTO docs VALUES (24, 2001, 'p2'), (25, 2020, 'p1');
INSERT INTO docs SELECT id + 100, 2020, 'p2' FROM docs WHERE project_id = 'p1' RETURNING id;
INSERT INTO docs VALUES (21, 2001, 'p2') ON CONFLICT (id, year) DO UPDATE SET title = 'met' RETURNING id, title;
INSERT INTO docs VALUES (21, 2001, 'p2') ON CONFLICT (id, year) DO UPDATE SET project_id = 'p1';
INSERT INTO docs VALUES (2, 2020, 'p2') ON CONFLICT (id, year) DO UPDATE SET title = 'hidden';
MERGE INTO docs USING (VALUES (21, 2001), (30, 2009)) v (id, year) ON docs.id = v.id AND docs.year = v.year
	WHEN MATCHED THEN UPDATE SET year = 2020 WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.year, 'p2');
MERGE INTO docs USING (VALUES (21, 2020)) v (id, year) ON docs.id = v.id WHEN MATCHED THEN UPDATE SET year = 2001, project_id = 'p1';
MERGE INTO docs USING (VALUES (4)) v (id) ON docs.id = v.id WHEN MATCHED THEN DELETE;
SELECT id, year FROM docs WHERE id > 20 ORDER BY id;
CALL become(NULL);
INSERT INTO docs VALUES (40, 2001, 'p2');
ROLLBACK;

-- A prepared statement prunes partitions by its parameter and shows each user his own rows there.
PREPARE of_year(int) AS SELECT string_agg(id::text, ' ' ORDER BY id) FROM docs WHERE year = $1;
SET plan_cache_mode = force_generic_plan;
BEGIN;
CALL become('U');
EXECUTE of_year(2000);
EXECUTE of_year(2020);
CALL become('V');
EXECUTE of_year(2000);
EXECUTE of_year(2020);
CALL become(NULL);
EXECUTE of_year(2000);
ROLLBACK;

-- By its own name no partition of any level is open, neither to read nor to write, not even with a privilege on it.
BEGIN;
CALL become('U');
SELECT count(*) FROM docs_old;
SELECT count(*) FROM docs_new;
UPDATE docs_2020 SET title = 'x';
INSERT INTO docs_rest VALUES (50, 2011, 'p2');
TRUNCATE docs_old;
SET ROLE regress_electric_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON docs_old, docs_new, docs_2020, docs_rest TO regress_electric_client;
SET ROLE regress_electric_client;
SELECT (SELECT count(*) FROM docs_old), (SELECT count(*) FROM docs_new), (SELECT count(*) FROM docs_2020);
UPDATE docs_2020 SET title = 'x';
DELETE FROM docs_new;
INSERT INTO docs_new VALUES (50, 2011, 'p2');
INSERT INTO docs_rest VALUES (50, 2011, 'p2');
SELECT id FROM docs_old FOR UPDATE;
ROLLBACK;
\set QUIET on
\i :reset

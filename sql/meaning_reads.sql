--
-- PostgreSQL's own rules beside a guard: what is changed must be read, before and, where the statement reads, afterwards.
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
CREATE TABLE docs (id int PRIMARY KEY, owner_id text, hidden boolean, title text, body text);
INSERT INTO docs VALUES (1, 'U', false, 't1', 'b1'), (2, 'V', false, 't2', 'b2'), (3, 'V', true, 't3', 'secret'), (4, 'U', true, 't4', 'b4');
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED WHERE (NOT hidden);
	ELECTRIC GRANT INSERT (id, hidden, title) ON docs TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE (hidden, title) ON docs TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE (body) ON docs TO AUTHENTICATED CHECK (owner_id = auth.user_id);
	ELECTRIC GRANT DELETE ON docs TO AUTHENTICATED;
$$;
SET ROLE regress_electric_client;

-- A row that may not be read is not changed, locked or deleted, also by a statement that reads nothing, or through a view.
BEGIN;
CALL become('U');
CREATE TEMP VIEW mine AS SELECT * FROM docs;
UPDATE docs SET title = 'x';
UPDATE docs SET title = 'x' WHERE id = 3;
UPDATE mine SET title = 'y' WHERE body = 'secret';
SELECT id FROM docs ORDER BY id FOR UPDATE;
DELETE FROM docs WHERE hidden;
MERGE INTO docs USING (VALUES (3)) v (id) ON docs.id = v.id WHEN MATCHED THEN UPDATE SET title = 'x';
INSERT INTO docs (id, title) VALUES (3, 'x') ON CONFLICT (id) DO UPDATE SET title = 'x';
INSERT INTO docs (id, hidden, title) VALUES (3, false, 'x') ON CONFLICT (id) DO UPDATE SET title = 'x';
INSERT INTO docs (id, hidden, title) VALUES (3, false, 'x') ON CONFLICT (id) DO NOTHING;
DELETE FROM docs;
ROLLBACK;

-- Who hides a row by a statement that reads must be able to read it afterwards; by one that does not read, he hides it.
BEGIN;
CALL become('U');
UPDATE docs SET hidden = true WHERE id = 1;
\echo :LAST_ERROR_SQLSTATE
UPDATE docs SET hidden = true RETURNING id;
UPDATE docs SET hidden = NOT hidden;
UPDATE docs SET hidden = true, body = 'x';
INSERT INTO docs (id, hidden) VALUES (5, true);
INSERT INTO docs (id, hidden) VALUES (6, true) RETURNING id;
INSERT INTO docs (id, hidden) VALUES (6, false) RETURNING id;
UPDATE docs SET hidden = true;
SELECT count(*) FROM docs;
UPDATE docs SET hidden = false;
ROLLBACK;

-- Without READ at all nothing is changed, whatever else is granted.
BEGIN;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON docs FROM AUTHENTICATED $$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE docs SET title = 'x';
UPDATE docs SET title = 'x' WHERE id = 1;
DELETE FROM docs;
INSERT INTO docs (id, title) VALUES (5, 'x');
INSERT INTO docs (id, title) VALUES (1, 'x') ON CONFLICT DO NOTHING;
INSERT INTO docs (id, title) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET title = 'x';
ROLLBACK;

-- Refused for whoever is bound: TRUNCATE and COPY FROM; COPY TO shows what may be read.
BEGIN;
CALL become('V');
COPY docs (id, title) FROM STDIN;
\.
TRUNCATE docs;
COPY (SELECT id FROM docs ORDER BY id) TO STDOUT;
COPY (UPDATE docs SET title = 'x' WHERE id = 2 RETURNING id) TO STDOUT;
COPY (UPDATE docs SET owner_id = 'V' RETURNING id) TO STDOUT;
ROLLBACK;
\set QUIET on
\i :reset

--
-- New rows: a role is never conferred by the row that is being written, only read back by it.
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
CREATE TABLE folders (id int PRIMARY KEY);
CREATE TABLE docs (id int PRIMARY KEY, owner_id text, deputy_id text, role text, title text,
	folder_id int DEFAULT 1 REFERENCES folders);
CREATE TABLE pages (id int PRIMARY KEY, doc_id int REFERENCES docs);
CREATE INDEX ON docs (owner_id);
CREATE INDEX ON docs (deputy_id);
CREATE INDEX ON docs (folder_id);
CREATE INDEX ON pages (doc_id);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs;
	ELECTRIC ENABLE pages;
	ELECTRIC ASSIGN 'docs:owner' TO docs.owner_id;
	ELECTRIC ASSIGN (docs, docs.role) TO docs.deputy_id;
	ELECTRIC GRANT ALL ON docs, pages TO 'docs:owner';
	ELECTRIC GRANT READ ON docs TO 'docs:reader';
$$;
-- two roles of deputies that do not count here: one is granted nothing, one is of another scope
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN 'docs:deputy' TO docs.deputy_id;
	ELECTRIC ASSIGN 'folders:owner' TO docs.deputy_id;
$$;
INSERT INTO folders VALUES (1);
INSERT INTO docs VALUES (1, 'U'), (2, 'V');

-- A scoped role cannot insert its own scope root, nor a row beneath one that is not there yet.
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO docs VALUES (3, 'U');
INSERT INTO docs VALUES (3, 'U') RETURNING id;
INSERT INTO docs VALUES (1, 'U') ON CONFLICT (id) DO UPDATE SET title = 'mine';
WITH d AS (INSERT INTO docs VALUES (3, 'U') RETURNING id) INSERT INTO pages SELECT 1, id FROM d;
INSERT INTO pages VALUES (1, 1);
INSERT INTO pages VALUES (2, 2);

-- Creation is a grant of its own. The creator then reads his row back, by RETURNING or by a query.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT ON docs TO AUTHENTICATED $$;
SET ROLE regress_electric_client;
INSERT INTO docs VALUES (3, 'U', NULL, NULL, 'by U') RETURNING id, title;
INSERT INTO docs VALUES (4, 'V', 'U', 'reader', 'V''s, with me as deputy') RETURNING id, title;
INSERT INTO docs VALUES (5, NULL, 'U', 'owner') RETURNING id, deputy_id;
INSERT INTO docs VALUES (6, 'V');
-- PostgreSQL: RETURNING needs READ of the new row
INSERT INTO docs VALUES (7, 'V') RETURNING id;
INSERT INTO docs VALUES (7, NULL) RETURNING id;
INSERT INTO docs VALUES (7, 'u') RETURNING id;
INSERT INTO docs VALUES (7, 'V', 'U', 'visitor') RETURNING id;
INSERT INTO docs VALUES (7, 'V', 'U', 'docs:owner') RETURNING id;
INSERT INTO docs VALUES (7, 'V', 'U', NULL) RETURNING id;
INSERT INTO docs VALUES (7, 'V', 'W', 'reader') RETURNING id;
SELECT id, owner_id, deputy_id, role FROM docs ORDER BY id;

-- Several rows in one statement: all or none.
INSERT INTO docs VALUES (8, 'U'), (9, 'V') RETURNING id;
INSERT INTO docs VALUES (8, 'U'), (9, 'U') RETURNING id;

-- ON CONFLICT: proposed row and row met are both judged.
INSERT INTO docs VALUES (8, 'U') ON CONFLICT (id) DO NOTHING;
INSERT INTO docs VALUES (8, 'U') ON CONFLICT (id) DO UPDATE SET title = 'again' RETURNING id, title;
INSERT INTO docs VALUES (2, 'U') ON CONFLICT (id) DO UPDATE SET title = 'mine';
INSERT INTO docs VALUES (2, 'U') ON CONFLICT (id) DO NOTHING RETURNING id;
INSERT INTO docs VALUES (4, 'U') ON CONFLICT (id) DO UPDATE SET title = 'a deputy only reads';
INSERT INTO docs VALUES (10, 'V') ON CONFLICT DO NOTHING;
INSERT INTO docs VALUES (11, 'V') ON CONFLICT (id) DO NOTHING;

-- The row's own columns confer READ alone: a new owner column does not let one update or delete what one does not own yet.
UPDATE docs SET owner_id = 'U' WHERE id IN (2, 4);
DELETE FROM docs WHERE id IN (2, 4, 6);

-- An owner may give his row away, since he is owner when the statement starts; then it is gone for him.
UPDATE docs SET owner_id = 'V' WHERE id = 8 RETURNING id;
UPDATE docs SET owner_id = 'V' WHERE id = 8;
UPDATE docs SET owner_id = NULL WHERE id = 9;
UPDATE docs SET owner_id = 'U' WHERE id IN (8, 9);
SELECT id FROM docs WHERE id IN (8, 9);
CALL become('V');
SELECT id, owner_id FROM docs WHERE id IN (8, 9);

-- A new key of the scope's own row is a scope in which nobody holds a role yet; who may write it otherwise reads it back.
CALL become('U');
UPDATE docs SET id = 30 WHERE id = 3;
UPDATE docs SET id = 30;
SELECT id, title FROM docs WHERE id IN (3, 30) ORDER BY id;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE ON docs TO AUTHENTICATED $$;
SET ROLE regress_electric_client;
UPDATE docs SET id = 31 WHERE id = 3;
SELECT id, title FROM docs WHERE id IN (3, 31) ORDER BY id;

-- An anonymous creator confers nothing on himself.
CALL become(NULL);
INSERT INTO docs VALUES (12, NULL);
SELECT count(*) FROM docs;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT ON docs TO ANYONE $$;
SET ROLE regress_electric_client;
INSERT INTO docs VALUES (12, NULL);
INSERT INTO docs VALUES (13, NULL) RETURNING id;
SELECT count(*) FROM docs;
\set QUIET on
\i :reset

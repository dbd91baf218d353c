--
-- A row that is its own scope, in grants with columns and conditions: who owns it, gives it away, and gives it another key.
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
CREATE TABLE docs (id int PRIMARY KEY, owner_id text, deputy_id text, title text, version int DEFAULT 1);
CREATE INDEX ON docs (owner_id);
CREATE INDEX ON docs (deputy_id);
INSERT INTO docs VALUES (1, 'U', 'V', 't1'), (2, 'V', 'U', 't2'), (3, 'V', NULL, 't3');
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN 'docs:owner' TO docs.owner_id;
	ELECTRIC ASSIGN 'docs:deputy' TO docs.deputy_id;
	ELECTRIC GRANT READ ON docs TO 'docs:owner', 'docs:deputy';
	ELECTRIC GRANT INSERT (id, owner_id, title) ON docs TO AUTHENTICATED CHECK (new.owner_id = auth.user_id);
	ELECTRIC GRANT UPDATE (owner_id, deputy_id, id) ON docs TO 'docs:owner';
	ELECTRIC GRANT UPDATE (title, version) ON docs TO 'docs:deputy' CHECK (new.version = old.version + 1);
	ELECTRIC GRANT DELETE ON docs TO 'docs:owner';
$$;
SET ROLE regress_electric_client;

-- Each role changes its own columns of its own rows, and neither inserts beyond the creation that is granted.
BEGIN;
CALL become('U');
UPDATE docs SET deputy_id = 'W' WHERE id = 1;
UPDATE docs SET title = 'x', version = 2 WHERE id = 1;
UPDATE docs SET title = 'x', version = 2 WHERE id = 2;
UPDATE docs SET title = 'x' WHERE id = 2;
UPDATE docs SET owner_id = 'U' WHERE id = 2;
UPDATE docs SET owner_id = 'U' WHERE id = 3;
INSERT INTO docs (id, owner_id, title) VALUES (4, 'U', 'mine') RETURNING id, version;
INSERT INTO docs (id, owner_id, deputy_id) VALUES (5, 'U', 'V');
INSERT INTO docs (id, owner_id) VALUES (5, 'V');
DELETE FROM docs WHERE id IN (2, 4);
CALL become(NULL);
INSERT INTO docs (id, owner_id) VALUES (5, NULL);
UPDATE docs SET owner_id = NULL;
ROLLBACK;

-- An owner gives his row away: the role is held when the statement starts. Then it is gone for him.
BEGIN;
CALL become('U');
UPDATE docs SET owner_id = 'W' WHERE id = 1 RETURNING id;
UPDATE docs SET owner_id = 'U' WHERE id = 1;
SELECT id FROM docs ORDER BY id;
CALL become('V');
UPDATE docs SET owner_id = NULL, deputy_id = 'U' WHERE id = 3;
SELECT id FROM docs ORDER BY id;
CALL become('U');
UPDATE docs SET title = 'by deputy', version = 2 WHERE id = 3;
ROLLBACK;

-- A deputy does not make himself owner by the row that he writes, nor anyone by two columns at once.
BEGIN;
CALL become('V');
UPDATE docs SET owner_id = 'V' WHERE id = 1;
UPDATE docs SET owner_id = 'V', title = 'x', version = 2 WHERE id = 1;
INSERT INTO docs (id, owner_id, title) VALUES (1, 'V', 'x') ON CONFLICT (id) DO UPDATE SET owner_id = 'V';
INSERT INTO docs (id, owner_id, title) VALUES (1, 'V', 'x') ON CONFLICT (id) DO UPDATE SET title = 'x', version = 2 RETURNING title;
CALL become('U');
UPDATE docs SET deputy_id = 'U', title = 'x', version = version + 1 WHERE id = 1;
ROLLBACK;

-- Another key is another scope, in which nobody holds a role yet, though the column is listed.
BEGIN;
CALL become('U');
UPDATE docs SET id = 10 WHERE id = 1;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE (id) ON docs TO AUTHENTICATED CHECK (owner_id = auth.user_id) $$;
SET ROLE regress_electric_client;
UPDATE docs SET id = 10 WHERE id = 1 RETURNING id;
UPDATE docs SET id = 11, owner_id = 'W' WHERE id = 10;
UPDATE docs SET id = 12 WHERE id = 2;
UPDATE docs SET owner_id = 'W' WHERE id = 10;
SELECT id FROM docs ORDER BY id;
ROLLBACK;
\set QUIET on
\i :reset

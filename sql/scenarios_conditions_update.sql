--
-- Scenarios: conditions of UPDATE, on the new row, on both, and on what changes between them.
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
CREATE TABLE t (id int PRIMARY KEY, user_id text, valid boolean, version int DEFAULT 1);
INSERT INTO t VALUES (1, 'U', false, 3), (2, 'U', true, 3), (3, 'V', true, 3), (4, 'U', NULL, NULL);
CREATE TABLE docs (id int PRIMARY KEY, status text, title text);
INSERT INTO docs VALUES (1, 'draft', 'd'), (2, 'published', 'p'), (3, 'archived', 'a'), (4, NULL, 'n');
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN site_admins.role TO site_admins.user_id;
	ELECTRIC GRANT READ ON t, docs TO ANYONE;
$$;
INSERT INTO site_admins VALUES (1, 'U', 'editor'), (2, 'U', 'publisher'), (3, 'V', 'editor');

-- A condition on new alone asks nothing of the old row: one may take, and not give away.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE ON t TO AUTHENTICATED CHECK (new.user_id = auth.user_id) $$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE t SET user_id = 'U' WHERE id = 3;
UPDATE t SET user_id = 'V' WHERE id = 1;
UPDATE t SET user_id = NULL WHERE id = 1;
UPDATE t SET valid = true WHERE id = 1;
CALL become('V');
UPDATE t SET valid = true WHERE id = 1;
UPDATE t SET valid = true;
CALL become(NULL);
UPDATE t SET user_id = 'U';
UPDATE t SET user_id = NULL WHERE id = 1;
SELECT * FROM t ORDER BY id;
ROLLBACK;

-- A condition on bare columns is asked of both rows. NULL is not true.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE ON t TO AUTHENTICATED CHECK (user_id = auth.user_id AND valid) $$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE t SET valid = true WHERE id = 1;
UPDATE t SET valid = true WHERE id = 4;
UPDATE t SET version = 9 WHERE id = 2;
UPDATE t SET valid = false WHERE id = 2;
UPDATE t SET valid = NULL WHERE id = 2;
UPDATE t SET user_id = 'V' WHERE id = 2;
UPDATE t SET user_id = 'U' WHERE id = 3;
CALL become('V');
UPDATE t SET version = 10;
CALL become(NULL);
UPDATE t SET version = 11;
SELECT id, version FROM t WHERE version > 3 ORDER BY id;
ROLLBACK;

-- A condition may compare the two.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE ON t TO AUTHENTICATED CHECK (new.version = old.version + 1) $$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE t SET version = 4 WHERE id = 1;
UPDATE t SET version = 5 WHERE id = 2;
\echo :LAST_ERROR_SQLSTATE
UPDATE t SET version = version + 1, user_id = 'W' WHERE id IN (2, 3);
UPDATE t SET version = CASE id WHEN 1 THEN 5 ELSE 6 END WHERE id <> 4;
UPDATE t SET user_id = 'U' WHERE id = 1;
UPDATE t SET version = 1 WHERE id = 4;
CALL become(NULL);
UPDATE t SET version = version + 1;
SELECT id, version FROM t ORDER BY id;
ROLLBACK;

-- Two grants never add up: neither of them turns a draft into a published document.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT UPDATE ON docs TO 'editor' CHECK (row.status = 'draft');
	ELECTRIC GRANT UPDATE ON docs TO 'publisher' CHECK (row.status = 'published');
$$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE docs SET status = 'published' WHERE id = 1;
\echo :LAST_ERROR_SQLSTATE
UPDATE docs SET status = 'draft' WHERE id = 2;
UPDATE docs SET status = 'archived' WHERE id = 1;
UPDATE docs SET status = NULL WHERE id = 1;
UPDATE docs SET title = 'by U';
UPDATE docs SET status = 'draft' WHERE id IN (3, 4);
CALL become('V');
UPDATE docs SET title = 'by V';
UPDATE docs SET status = 'published' WHERE id = 1;
UPDATE docs SET status = 'draft' WHERE id = 2;
CALL become('W');
UPDATE docs SET title = 'by W';
CALL become(NULL);
UPDATE docs SET title = 'by N';
SELECT * FROM docs ORDER BY id;
ROLLBACK;
\set QUIET on
\i :reset

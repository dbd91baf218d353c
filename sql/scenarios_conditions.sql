--
-- Scenarios: conditions on each privilege: one's own rows, drafts only.
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

-- All privileges with one condition: one's own rows are read, written and deleted, those of others are not there.
BEGIN;
TRUNCATE reactions;
DO LANGUAGE ddlx $$ ELECTRIC GRANT ALL ON comments TO AUTHENTICATED CHECK (row.author_id = auth.user_id) $$;
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO comments VALUES ('c7', 'i1', 'of V', NULL, 'V');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO comments VALUES ('c7', 'i1', 'nobody''s');
INSERT INTO comments VALUES ('c7', 'i1', 'of U', NULL, 'U') RETURNING id;
SELECT id FROM comments ORDER BY id;
UPDATE comments SET comment = 'changed' WHERE id = 'c1';
UPDATE comments SET comment = 'changed' WHERE id = 'c2';
UPDATE comments SET author_id = 'V' WHERE id = 'c1';
UPDATE comments SET author_id = NULL;
CALL become('V');
UPDATE comments SET comment = 'by V';
DELETE FROM comments WHERE id IN ('c1', 'c2', 'c5') RETURNING id;
SELECT id, comment FROM comments;
CALL become(NULL);
SELECT count(*) FROM comments;
INSERT INTO comments VALUES ('c8', 'i1', 'of N');
UPDATE comments SET comment = 'by N';
DELETE FROM comments;
ROLLBACK;

-- A deleted row has no new version, so a condition on new deletes nothing.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT WRITE ON t TO AUTHENTICATED CHECK (new.user_id = auth.user_id) $$;
SET ROLE regress_electric_client;
CALL become('U');
DELETE FROM t WHERE id = 1;
DELETE FROM t;
INSERT INTO t VALUES (5, 'U');
INSERT INTO t VALUES (6, 'V');
INSERT INTO t VALUES (6);
UPDATE t SET user_id = 'U' WHERE id = 3;
UPDATE t SET user_id = 'V' WHERE id = 3;
CALL become(NULL);
DELETE FROM t;
INSERT INTO t VALUES (6, NULL);
SELECT id, user_id FROM t ORDER BY id;
ROLLBACK;

-- One privilege taken back leaves the others, each with its condition.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE READ ON docs FROM ANYONE;
	ELECTRIC GRANT ALL ON docs TO AUTHENTICATED CHECK (status = 'draft');
	ELECTRIC GRANT DELETE ON docs TO 'publisher';
	ELECTRIC REVOKE DELETE ON docs FROM AUTHENTICATED;
$$;
SET ROLE regress_electric_client;
CALL become('V');
DELETE FROM docs;
SELECT id FROM docs;
INSERT INTO docs VALUES (5, 'draft', 'by V');
INSERT INTO docs VALUES (6, 'published', 'by V');
UPDATE docs SET title = 'by V';
UPDATE docs SET status = 'published' WHERE id = 1;
CALL become(NULL);
SELECT count(*) FROM docs;
INSERT INTO docs VALUES (6, 'draft', 'by N');
CALL become('U');
DELETE FROM docs;
ROLLBACK;

-- Granted again with a condition it is one grant, which has it.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT ON docs TO AUTHENTICATED $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT ON docs TO AUTHENTICATED CHECK (status = 'draft') $$;
SET ROLE regress_electric_client;
SELECT check_sql FROM electric.grants WHERE tbl = 'docs'::regclass AND privilege = 'INSERT';
CALL become('U');
INSERT INTO docs VALUES (5, 'draft');
INSERT INTO docs VALUES (6, 'published');
INSERT INTO docs VALUES (6);
CALL become(NULL);
INSERT INTO docs VALUES (6, 'draft');
ROLLBACK;
\set QUIET on
\i :reset

--
-- One grant must allow the whole of it: table, privilege, role, scope, columns and condition; grants never add up.
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
CREATE TABLE docs (id int PRIMARY KEY, project_id text REFERENCES projects, status text, title text, body text);
CREATE INDEX ON docs (project_id);
INSERT INTO docs VALUES (1, 'p1', 'draft', 't1', 'b1'), (2, 'p1', 'done', 't2', 'b2'), (3, 'p2', 'draft', 't3', 'b3'), (4, 'p2', 'done', 't4', 'b4');
INSERT INTO project_memberships VALUES ('m1', 'U', 'p1', 'editor'), ('m2', 'U', 'p2', 'author'), ('m3', 'V', 'p1', 'editor'), ('m4', 'V', 'p1', 'author');
CALL enable_all();
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id $$;

-- A condition belongs to its grant: the role of one and the condition of another show, insert and delete nothing.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ, INSERT, DELETE ON docs TO 'projects:editor' CHECK (status = 'draft');
	ELECTRIC GRANT READ, INSERT, DELETE ON docs TO 'projects:author' CHECK (status = 'done');
$$;
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM docs ORDER BY id;
INSERT INTO docs VALUES (5, 'p1', 'draft'), (6, 'p2', 'done');
INSERT INTO docs VALUES (7, 'p1', 'done');
INSERT INTO docs VALUES (7, 'p2', 'draft');
DELETE FROM docs WHERE id < 5;
CALL become('V');
SELECT id FROM docs ORDER BY id;
INSERT INTO docs VALUES (7, 'p1', 'done'), (8, 'p1', 'draft') RETURNING id;
INSERT INTO docs VALUES (9, 'p2', 'done');
CALL become(NULL);
SELECT count(*) FROM docs;
ROLLBACK;

-- A privilege does not bring another along: who may read and insert by one, and delete by another, may not update.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ, INSERT ON docs TO 'projects:editor';
	ELECTRIC GRANT DELETE ON docs TO 'projects:author';
	ELECTRIC GRANT UPDATE ON docs TO 'projects:nobody';
$$;
SET ROLE regress_electric_client;
CALL become('V');
UPDATE docs SET title = 'x' WHERE id = 1;
INSERT INTO docs VALUES (1, 'p1') ON CONFLICT (id) DO UPDATE SET title = 'x';
DELETE FROM docs WHERE id = 1;
CALL become('U');
DELETE FROM docs;
ROLLBACK;

-- Columns that are listed at different times, with equal conditions, are one grant: they may be changed together.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE (title) ON docs TO 'projects:editor';
	ELECTRIC GRANT INSERT (id, project_id) ON docs TO 'projects:editor';
$$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE docs SET title = 'x', body = 'x' WHERE id = 1;
INSERT INTO docs (id, project_id, title) VALUES (5, 'p1', 'x');
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT UPDATE (body) ON docs TO 'projects:editor';
	ELECTRIC GRANT INSERT (title) ON docs TO 'projects:editor' USING project_id;
$$;
SET ROLE regress_electric_client;
UPDATE docs SET title = 'x', body = 'x' WHERE id = 1;
INSERT INTO docs (id, project_id, title) VALUES (5, 'p1', 'x');

-- With another condition a column leaves that grant, and with the same one it comes back.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE (body) ON docs TO 'projects:editor' CHECK (status = 'draft') $$;
SET ROLE regress_electric_client;
UPDATE docs SET title = 'y', body = 'y' WHERE id = 1;
UPDATE docs SET body = 'y' WHERE id = 1;
UPDATE docs SET title = 'y' WHERE id = 1;
UPDATE docs SET body = 'y' WHERE id = 2;
UPDATE docs SET title = 'y' WHERE id = 2;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE (title) ON docs TO 'projects:editor' CHECK ((status) = 'draft') $$;
SET ROLE regress_electric_client;
UPDATE docs SET title = 'z', body = 'z' WHERE id = 1;
UPDATE docs SET title = 'z' WHERE id = 2;
ROLLBACK;

-- Columns of one role are not those of another, nor those of another path; the whole table stands beside them.
BEGIN;
ALTER TABLE docs ADD origin_id text REFERENCES projects;
CREATE INDEX ON docs (origin_id);
UPDATE docs SET origin_id = 'p1';
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED;
	ELECTRIC GRANT UPDATE (title) ON docs TO 'projects:editor' USING project_id;
	ELECTRIC GRANT UPDATE (body) ON docs TO 'projects:editor' USING origin_id;
	ELECTRIC GRANT UPDATE (status) ON docs TO 'projects:author' USING project_id;
	ELECTRIC GRANT UPDATE ON docs TO 'projects:author' USING origin_id CHECK (status = 'done');
$$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE docs SET title = 'x', body = 'x' WHERE id = 1;
UPDATE docs SET title = 'x' WHERE id = 1;
UPDATE docs SET body = 'x';
UPDATE docs SET title = 'x' WHERE id = 3;
UPDATE docs SET status = 'x', body = 'y' WHERE id = 3;
UPDATE docs SET status = 'x' WHERE id = 3;
CALL become('V');
UPDATE docs SET title = 'x', status = 'draft' WHERE id = 2;
UPDATE docs SET title = 'v', body = 'v', project_id = 'p4' WHERE id = 2;
UPDATE docs SET title = 'v', body = 'v' WHERE id = 1;
ROLLBACK;
\set QUIET on
\i :reset

--
-- A guarded table through prepared statements, cursors and functions, by one user after another.
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
CREATE TABLE docs (id int PRIMARY KEY, project_id text REFERENCES projects, title text, body text, version int DEFAULT 1);
CREATE INDEX ON docs (project_id);
INSERT INTO docs VALUES (1, 'p1', 't1', 'b1'), (2, 'p1', 't2', 'b2'), (3, 'p2', 't3', 'b3'), (4, 'p3', 't4', 'b4');
INSERT INTO project_memberships VALUES ('m1', 'U', 'p1', 'editor'), ('m2', 'U', 'p2', 'author'), ('m3', 'V', 'p1', 'author');
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON docs TO AUTHENTICATED;
	ELECTRIC GRANT INSERT (id, project_id, title), UPDATE (title), DELETE ON docs TO 'projects:editor';
	ELECTRIC GRANT INSERT (id, project_id, body), UPDATE (body, version) ON docs TO 'projects:author' CHECK (old.version IS NULL OR new.version = old.version + 1);
$$;
SET ROLE regress_electric_client;

-- A generic plan judges each user and each row anew.
PREPARE retitle(int, text) AS UPDATE docs SET title = $2 WHERE id = $1;
PREPARE rewrite(int, int) AS UPDATE docs SET body = body || '!', version = version + $2 WHERE id = $1 RETURNING body;
PREPARE whole(int, text, text) AS UPDATE docs SET title = $2, body = $3 WHERE id = $1;
PREPARE add(int, text) AS INSERT INTO docs (id, project_id, title) VALUES ($1, $2, 'new');
SET plan_cache_mode = force_generic_plan;
BEGIN;
CALL become('U');
EXECUTE retitle(1, 'by U');
EXECUTE rewrite(1, 1);
EXECUTE rewrite(3, 1);
EXECUTE rewrite(3, 2);
EXECUTE whole(1, 'by U', 'b1');
EXECUTE whole(1, 'by U', 'by U');
EXECUTE add(10, 'p1');
EXECUTE add(11, 'p2');
CALL become('V');
EXECUTE retitle(1, 'by V');
EXECUTE retitle(1, 'by U');
EXECUTE rewrite(1, 1);
EXECUTE rewrite(3, 1);
EXECUTE add(11, 'p1');
CALL become(NULL);
EXECUTE retitle(1, 'by N');
EXECUTE add(11, 'p1');
CALL become('U');
EXECUTE retitle(1, 'by U again');
ROLLBACK;

-- It is made anew where a change of the rules gives the table a guard, or takes it.
BEGIN;
PREPARE move AS UPDATE issues SET project_id = 'p2' WHERE id = 'i1';
PREPARE name(text) AS UPDATE issues SET title = $1 WHERE id = 'i1';
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ, UPDATE ON issues TO AUTHENTICATED $$;
SET ROLE regress_electric_client;
CALL become('U');
EXECUTE move;
EXECUTE name('by U');
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE UPDATE ON issues FROM AUTHENTICATED; ELECTRIC GRANT UPDATE (title) ON issues TO AUTHENTICATED $$;
UPDATE issues SET project_id = 'p1' WHERE id = 'i1';
SET ROLE regress_electric_client;
EXECUTE move;
EXECUTE name('by U again');
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE (project_id) ON issues TO AUTHENTICATED; ELECTRIC REVOKE UPDATE (title) ON issues FROM AUTHENTICATED $$;
SET ROLE regress_electric_client;
EXECUTE name('by U once more');
EXECUTE name('by U again');
EXECUTE move;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE ON issues TO ANYONE; ELECTRIC REVOKE UPDATE ON issues FROM AUTHENTICATED $$;
SET ROLE regress_electric_client;
EXECUTE name('by U at last');
ROLLBACK;
RESET plan_cache_mode;

-- WHERE CURRENT OF is a statement of its own: of who is the user then, and with its own change.
BEGIN;
CALL become('U');
DECLARE c CURSOR FOR SELECT * FROM docs WHERE project_id = 'p1';
FETCH c;
UPDATE docs SET title = 'by U' WHERE CURRENT OF c;
UPDATE docs SET body = 'by U', version = 2 WHERE CURRENT OF c;
CALL become('V');
UPDATE docs SET title = 'by V' WHERE CURRENT OF c;
UPDATE docs SET body = 'by V', version = 2 WHERE CURRENT OF c RETURNING *;
FETCH c;
CALL become(NULL);
UPDATE docs SET title = 'by N' WHERE CURRENT OF c;
DELETE FROM docs WHERE CURRENT OF c;
CALL become('U');
DELETE FROM docs WHERE CURRENT OF c;
ROLLBACK;
\set QUIET on
\i :reset

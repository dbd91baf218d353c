--
-- Grants are additive, but one of them must allow the whole: role, scope, path and condition are never put together
-- from several.
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
CREATE TABLE docs (id int PRIMARY KEY, home text REFERENCES projects, guest text REFERENCES projects, status text, author text);
CREATE INDEX ON docs (home);
CREATE INDEX ON docs (guest);
INSERT INTO docs VALUES (1, 'p1', 'p2', 'draft', 'U'), (2, 'p1', 'p2', 'done', 'V'), (3, 'p2', 'p1', 'draft', 'V'), (4, 'p2', 'p1', 'done', 'U'),
	(5, 'p3', NULL, 'draft', 'U'), (6, NULL, 'p3', 'done', 'V');
CALL enable_all();
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id; ELECTRIC ASSIGN users.role TO users.id $$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'drafter'), ('pm3', 'U', 'p2', 'finisher'), ('pm4', 'V', 'p1', 'finisher');
\set seen 'SELECT string_agg(id::text, $$ $$ ORDER BY id) FROM docs;'

-- Without a grant nothing; each grant adds its rows.
BEGIN;
SET ROLE regress_electric_client;
CALL become('U');
:seen
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON docs TO 'projects:drafter' USING home CHECK (status = 'draft') $$;
SET ROLE regress_electric_client;
:seen
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON docs TO 'projects:finisher' USING home CHECK (status = 'done') $$;
SET ROLE regress_electric_client;
:seen
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON docs TO AUTHENTICATED CHECK (author = auth.user_id AND home IS NOT NULL) $$;
SET ROLE regress_electric_client;
:seen
CALL become('V');
:seen
CALL become(NULL);
:seen
ROLLBACK;

-- SELECT: the role of one grant, the condition or the path of another give nothing. U is drafter of p1 and finisher of p2.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON docs TO 'projects:drafter' USING guest CHECK (status = 'draft');
	ELECTRIC GRANT READ ON docs TO 'projects:finisher' USING home CHECK (status = 'done');
$$;
SET ROLE regress_electric_client;
CALL become('U');
:seen
CALL become('V');
:seen
ROLLBACK;

-- INSERT and DELETE: the same, by scoped and by global roles.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON docs TO ANYONE;
	ELECTRIC GRANT INSERT, DELETE ON docs TO 'projects:drafter' USING home CHECK (status = 'draft');
	ELECTRIC GRANT INSERT, DELETE ON docs TO 'projects:finisher' USING guest CHECK (status = 'done');
	ELECTRIC GRANT INSERT, DELETE ON docs TO 'clerk' CHECK (author = 'V' AND home IS NULL);
$$;
UPDATE users SET role = 'clerk' WHERE id IN ('U', 'W');
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO docs VALUES (10, 'p1', NULL, 'draft');
INSERT INTO docs VALUES (11, NULL, 'p2', 'done');
INSERT INTO docs VALUES (12, 'p1', 'p2', 'done'), (13, 'p1', 'p2', 'draft');
INSERT INTO docs VALUES (14, 'p1', NULL, 'done');
INSERT INTO docs VALUES (14, NULL, 'p2', 'draft');
INSERT INTO docs VALUES (14, 'p2', 'p1', 'draft');
INSERT INTO docs VALUES (14, NULL, NULL, 'draft', 'U');
INSERT INTO docs VALUES (14, NULL, NULL, 'draft', 'V');
DELETE FROM docs WHERE id < 10 RETURNING id;
DELETE FROM docs RETURNING id;
CALL become('W');
INSERT INTO docs VALUES (15, NULL, 'p1', 'done', 'V');
INSERT INTO docs VALUES (16, 'p1', 'p1', 'done', 'V');
DELETE FROM docs RETURNING id;
CALL become(NULL);
INSERT INTO docs VALUES (16, NULL, NULL, 'draft', 'V');
DELETE FROM docs;
ROLLBACK;

-- UPDATE: each end by one grant for the whole change, which may be another one there. Reading the row by a third does not help.
BEGIN;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON docs TO ANYONE;
	ELECTRIC GRANT UPDATE ON docs TO 'projects:drafter' USING home CHECK (status = 'draft');
	ELECTRIC GRANT UPDATE ON docs TO 'projects:finisher' USING home CHECK (author = 'U' OR author IS NULL);
	ELECTRIC GRANT UPDATE ON docs TO 'projects:finisher' USING guest CHECK (status = 'done');
$$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE docs SET author = author;
UPDATE docs SET author = 'U' WHERE home = 'p1' RETURNING id;
UPDATE docs SET status = 'done' WHERE id = 1;
UPDATE docs SET status = 'done', guest = 'p2' WHERE id = 1;
UPDATE docs SET home = 'p2', author = NULL WHERE id = 1 RETURNING id;
UPDATE docs SET home = 'p2', status = 'done' WHERE id = 1 RETURNING id;
UPDATE docs SET home = 'p1' WHERE id = 4;
UPDATE docs SET home = 'p3' WHERE id IN (1, 4);
CALL become('V');
UPDATE docs SET status = 'draft' WHERE id = 4;
UPDATE docs SET author = NULL WHERE id IN (3, 4) RETURNING id;
CALL become(NULL);
UPDATE docs SET status = 'draft';
ROLLBACK;
\set QUIET on
\i :reset

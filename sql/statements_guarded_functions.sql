--
-- A guarded table in functions and triggers: each statement in them is judged by itself.
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
RESET ROLE;
CREATE FUNCTION in_sql(int, text) RETURNS int LANGUAGE sql AS $$ UPDATE docs SET title = $2 WHERE id = $1 RETURNING id $$;
CREATE FUNCTION in_stable(int, text) RETURNS int LANGUAGE sql STABLE AS $$ UPDATE docs SET title = $2 WHERE id = $1 RETURNING id $$;
CREATE FUNCTION in_atomic(int, text) RETURNS int BEGIN ATOMIC UPDATE docs SET body = $2, version = version + 1 WHERE id = $1 RETURNING id; END;
CREATE FUNCTION in_definer(int, text) RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ UPDATE docs SET body = $2 WHERE id = $1 RETURNING id $$;
ALTER FUNCTION in_definer OWNER TO regress_electric_owner;
CREATE FUNCTION set_title(int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN UPDATE docs SET title = 'aside' WHERE id = $1; RETURN 'of ' || $1; END $$;
CREATE FUNCTION set_body(int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN UPDATE docs SET body = 'aside' WHERE id = $1; RETURN 'of ' || $1; END $$;
CREATE FUNCTION try_body(int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN set_body($1);
EXCEPTION WHEN insufficient_privilege THEN
	RETURN SQLSTATE;
END $$;
SET ROLE regress_electric_client;

-- Functions with the caller's rights write what he may write; with the owner's, what the owner may.
BEGIN;
CALL become('U');
SELECT in_sql(1, 'x'), in_sql(4, 'x') IS NULL;
SELECT in_sql(3, 'x');
SELECT in_stable(1, 'x');
SELECT in_atomic(3, 'x');
SELECT in_atomic(1, 'x');
SELECT in_definer(4, 'x');
CALL become('V');
SELECT in_sql(1, 'by V');
SELECT in_atomic(1, 'by V');
CALL become(NULL);
SELECT in_sql(1, 'by N'), in_atomic(1, 'by N');
SELECT id, title, body FROM docs;
CALL become('U');
SELECT id, title, body FROM docs ORDER BY id;
ROLLBACK;

-- A statement whose functions change other rows of the table meanwhile: its own change is what is judged.
BEGIN;
CALL become('U');
UPDATE docs SET title = set_title(2) WHERE id = 1;
UPDATE docs SET title = set_body(2) WHERE id = 1;
UPDATE docs SET title = try_body(2) WHERE id = 1 RETURNING title;
UPDATE docs SET body = set_title(2) WHERE id = 1;
UPDATE docs SET body = set_title(1), version = version + 1 WHERE id = 3 RETURNING body;
UPDATE docs SET title = 'x' WHERE id = 1 AND set_title(2) = 'of 2' RETURNING title, try_body(1), set_title(2);
INSERT INTO docs (id, project_id, title) VALUES (10, 'p1', set_title(1)) RETURNING title;
INSERT INTO docs (id, project_id, title) VALUES (11, 'p1', set_body(1));
SELECT id, title, body FROM docs ORDER BY id;
ROLLBACK;

-- Who becomes another in the middle of a statement changes what starts then, not what has started.
CREATE FUNCTION pg_temp.as_v(int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	CALL become('V');
	UPDATE docs SET body = 'by V', version = version + 1 WHERE id = $1;
	RETURN 'by U';
END $$;
BEGIN;
CALL become('U');
UPDATE docs SET title = pg_temp.as_v(2) WHERE id = 1;
UPDATE docs SET title = 'x' WHERE id = 1;
SELECT id, title, body FROM docs WHERE id < 3 ORDER BY id;
ROLLBACK;

-- PL/pgSQL: loops over cursors, dynamic statements, errors that are caught.
BEGIN;
CALL become('U');
DO $$
DECLARE
	d record;
	c CURSOR FOR SELECT * FROM docs FOR UPDATE;
	column_name text;
BEGIN
	FOR d IN c LOOP
		FOREACH column_name IN ARRAY '{title,body,project_id}'::text[] LOOP
			BEGIN
				EXECUTE format('UPDATE docs SET %I = $1 WHERE id = $2', column_name) USING 'p1', d.id;
				RAISE NOTICE '% of % is changed', column_name, d.id;
			EXCEPTION WHEN insufficient_privilege THEN
				RAISE NOTICE '% of % is not', column_name, d.id;
			END;
		END LOOP;
		IF d.id = 3 THEN UPDATE docs SET body = d.body || '!', version = d.version + 1 WHERE CURRENT OF c; END IF;
	END LOOP;
END $$;
SELECT id, title, body FROM docs ORDER BY id;
ROLLBACK;

-- Triggers that act with the caller's rights are judged as he is, before and after the row that fires them.
SET ROLE regress_electric_owner;
CREATE FUNCTION beside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('UPDATE docs SET %I = %L WHERE id = 2', TG_ARGV[0], TG_WHEN);
	RETURN NEW;
END $$;
CREATE TRIGGER a BEFORE UPDATE ON docs FOR EACH ROW WHEN (NEW.id = 1 AND pg_trigger_depth() = 0) EXECUTE FUNCTION beside('title');
CREATE TRIGGER z AFTER UPDATE ON docs FOR EACH ROW WHEN (NEW.title = 'touch') EXECUTE FUNCTION beside('body');
SET ROLE regress_electric_client;
BEGIN;
CALL become('U');
UPDATE docs SET title = 'x' WHERE id = 1;
UPDATE docs SET body = 'x' WHERE id = 1;
UPDATE docs SET title = 'touch' WHERE id = 1;
CALL become('V');
UPDATE docs SET body = 'x', version = 2 WHERE id = 1;
CALL become('U');
SELECT id, title, body FROM docs WHERE id < 3 ORDER BY id;
ROLLBACK;
\set QUIET on
\i :reset

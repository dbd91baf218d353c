--
-- Triggers of the owner: rows are judged as the triggers before them leave them, and what a trigger does
-- is bound as whoever it runs as.
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
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON issues TO 'projects:reader';
	ELECTRIC GRANT ALL ON issues TO 'projects:editor';
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'U', 'p2', 'editor'), ('pm4', 'V', 'p1', 'editor');
CREATE TABLE journal (n int GENERATED ALWAYS AS IDENTITY, entry text);
ALTER TABLE journal ENABLE ELECTRIC;

-- BEFORE ROW: the row that comes out is judged, not the one that was proposed; none is no row.
BEGIN;
CREATE FUNCTION before_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.title ~ '^to ' THEN NEW.project_id := split_part(NEW.title, ' ', 2); END IF;
	RETURN CASE WHEN NEW.title = 'skip' THEN NULL ELSE NEW END;
END $$;
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE ON issues FOR EACH ROW EXECUTE FUNCTION before_row();
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO issues VALUES ('n1', 'p1', 'to p2') RETURNING project_id;
INSERT INTO issues VALUES ('n2', 'p2', 'to p1');
INSERT INTO issues VALUES ('n2', 'p1', 'skip');
INSERT INTO issues VALUES ('n1', 'p1', 'to p2') ON CONFLICT (id) DO UPDATE SET title = 'to p2' RETURNING id;
INSERT INTO issues VALUES ('n1', 'p2', 'to p2') ON CONFLICT (id) DO UPDATE SET title = 'to p1';
UPDATE issues SET title = 'to p1' WHERE id = 'i3';
UPDATE issues SET title = 'to p2', project_id = 'p1' WHERE id = 'i3' RETURNING project_id;
UPDATE issues SET title = 'to p2' WHERE id = 'i1';
UPDATE issues SET title = 'skip' WHERE project_id = 'p2';
MERGE INTO issues USING (VALUES ('i4', 'to p1')) v (id, t) ON issues.id = v.id WHEN MATCHED THEN UPDATE SET title = v.t;
CALL become('V');
UPDATE issues SET title = 'to p2' WHERE id = 'i1';
CALL become(NULL);
INSERT INTO issues VALUES ('n2', 'p2', 'to p1');
ROLLBACK;

-- AFTER ROW and AFTER STATEMENT with the caller's rights: their statements read and write what he may.
BEGIN;
CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO journal (entry) VALUES (format('%s %s by %s, who sees %s', TG_OP, TG_LEVEL, electric.user_id(), (SELECT count(*) FROM issues)));
	RETURN NULL;
END $$;
CREATE TRIGGER log_row AFTER INSERT OR UPDATE OR DELETE ON issues FOR EACH ROW EXECUTE FUNCTION log();
SET ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET title = 'by U' WHERE id = 'i3';
UPDATE issues SET title = 'by U' WHERE id = 'i1';
SET ROLE regress_electric_owner;
CREATE TRIGGER log_statement AFTER INSERT OR UPDATE OR DELETE ON issues FOR EACH STATEMENT EXECUTE FUNCTION log();
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT ON journal TO AUTHENTICATED $$;
SET ROLE regress_electric_client;
INSERT INTO issues VALUES ('n1', 'p2');
UPDATE issues SET title = 'by U' WHERE id IN ('i1', 'i3', 'i5');
DELETE FROM issues WHERE id IN ('n1', 'i5');
CALL become('V');
UPDATE issues SET title = 'by V' WHERE id = 'i3';
CALL become(NULL);
UPDATE issues SET title = 'by N';
SET ROLE regress_electric_owner;
SELECT entry FROM journal ORDER BY n;
ROLLBACK;

-- With the owner's rights they are bound by nothing, whoever fires them; the user is still known to them.
BEGIN;
CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	INSERT INTO journal (entry) VALUES (format('%s by %s of %s', TG_OP, electric.user_id(), (SELECT count(*) FROM issues)));
	UPDATE issues SET description = 'touched' WHERE id = 'i6';
	RETURN NULL;
END $$;
CREATE TRIGGER log_row AFTER INSERT OR DELETE ON issues FOR EACH ROW EXECUTE FUNCTION log();
SET ROLE regress_electric_client;
CALL become('U');
INSERT INTO issues VALUES ('n1', 'p2');
INSERT INTO issues VALUES ('n2', 'p1');
DELETE FROM issues WHERE id IN ('n1', 'i1', 'i5');
SELECT count(*) FROM issues WHERE id = 'i6';
SET ROLE regress_electric_owner;
SELECT entry FROM journal ORDER BY n;
SELECT id, description FROM issues WHERE id = 'i6';
ROLLBACK;

-- Transition tables hold the rows that the statement has changed, and no others.
BEGIN;
CREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE 'from % to %', (SELECT string_agg(id || project_id, ' ' ORDER BY id) FROM before), (SELECT string_agg(id || project_id, ' ' ORDER BY id) FROM after); RETURN NULL; END $$;
CREATE TRIGGER changed AFTER UPDATE ON issues REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION changed();
SET ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET title = 'by U';
CALL become('W');
UPDATE issues SET title = 'by W';
ROLLBACK;
\set QUIET on
\i :reset

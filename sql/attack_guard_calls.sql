--
-- Attacks on the guard by direct calls: its functions answer in WITH CHECK of the enabled table alone, and its trigger notes nothing for another.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
SET client_min_messages = warning;
CREATE TABLE docs (id int PRIMARY KEY, gone int, project_id int REFERENCES projects, status text, title text);
ALTER TABLE docs DROP gone;
INSERT INTO docs VALUES (1, 1, 'draft', 'one'), (2, 2, 'draft', 'two'), (3, 1, 'final', 'three');
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE docs;
	ELECTRIC GRANT READ ON docs TO 'projects:editor';
	ELECTRIC GRANT UPDATE (title) ON docs TO 'projects:editor' CHECK (old.status = 'draft');
$$;
SELECT substring(with_check FROM 'update/[0-9a-f]+') AS privilege FROM pg_policies WHERE tablename = 'docs' AND cmd = 'UPDATE' \gset
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_client;
SET client_min_messages = warning;
CREATE FUNCTION attacker.tell(what text, value anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE WARNING '%: %', what, value; RETURN true; END $$;
CREATE FUNCTION attacker.asks(privilege text) RETURNS text LANGUAGE sql AS $$
	SELECT format('attacker.tell(''covers'', electric.guarded(%1$L, ''docs'')) AND attacker.tell(''held before'', electric.guarded(%1$L, ''docs'', ''docs_project_id_fkey''))
		AND attacker.tell(''needs no row'', electric.guarded(%1$L, ''docs'', NULL)) AND attacker.tell(''old'', electric.old_value(title))', privilege) $$;
SELECT attacker.asks(:'privilege') AS asks \gset

-- The change that the policy of the table covers, and one that it does not: the tool works.
SELECT n, attacker.try(q) FROM unnest(ARRAY['UPDATE docs SET title = ''x'' WHERE id = 1', 'UPDATE docs SET title = ''x'' WHERE id = 3',
	'UPDATE docs SET status = ''x'' WHERE id = 1']) WITH ORDINALITY a (q, n) ORDER BY n;

-- In the statement, and in CHECK OPTION of a view on the table, nobody is told anything.
BEGIN;
UPDATE docs SET title = coalesce(electric.old_value(title), 'nothing') WHERE id = 1 AND :asks RETURNING title, electric.old_value(title), electric.guarded(:'privilege', 'docs'), electric.guarded(:'privilege', 'docs', 'docs_project_id_fkey');
CREATE VIEW attacker.checked AS SELECT * FROM docs WHERE :asks WITH CHECK OPTION;
UPDATE attacker.checked SET title = 'checked' WHERE id = 1;
ROLLBACK;
SELECT electric.old_value(docs) IS NULL, electric.old_value(xmin), electric.old_value(ctid), electric.old_value(tableoid), electric.old_value(NULL::text), electric.old_value(title || ''), electric.old_value('{1}'::int[]) FROM docs WHERE id = 1;
SELECT electric.guarded(p, t), electric.guarded(p, t, 'docs_project_id_fkey') FROM (VALUES (:'privilege', 'docs'::regclass), (:'privilege', 0), (:'privilege', 4294967295::oid), (NULL, 'docs'), ('insert', 'pg_class'), ('', 'docs'), (repeat('x', 100000), 'docs')) v (p, t);

-- Nor in CHECK, DEFAULT, domains, policies and triggers of a table of the user's own, with the columns of the enabled one.
CREATE TABLE attacker.own (id int PRIMARY KEY, gone int, project_id int, status text, title text, CHECK (electric.guarded('update', 'docs') IS NOT TRUE), made text DEFAULT electric.old_value('x'::text));
ALTER TABLE attacker.own DROP gone;
INSERT INTO attacker.own VALUES (1, 1, 'draft', 'mine') RETURNING made;
ALTER TABLE attacker.own ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON attacker.own USING (true) WITH CHECK (:asks);
UPDATE attacker.own SET title = 'x';
CREATE TRIGGER "!electric_touched" BEFORE UPDATE ON attacker.own FOR EACH ROW EXECUTE FUNCTION electric.touched();
CREATE TRIGGER again BEFORE UPDATE OF title ON attacker.own FOR EACH ROW WHEN (OLD.id > 0) EXECUTE FUNCTION electric.touched('docs');
UPDATE attacker.own SET title = 'y';

-- A change that is noted for the one table covers none of the other in the same statement.
ALTER POLICY own ON attacker.own WITH CHECK (true);
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'WITH a AS (UPDATE attacker.own SET title = ''w'' RETURNING id), b AS (UPDATE docs SET status = ''w'' WHERE id = 1 RETURNING id) SELECT FROM a, b',
	'WITH a AS (UPDATE attacker.own SET title = ''w'' RETURNING id) UPDATE docs SET status = ''w'' FROM a WHERE docs.id = a.id',
	'WITH a AS (UPDATE attacker.own SET status = ''w'' RETURNING id) UPDATE docs SET title = ''w'' FROM a WHERE docs.id = a.id',
	'WITH a AS (UPDATE docs SET title = ''w'' WHERE id = 1 RETURNING id) UPDATE attacker.own o SET status = ''w'' FROM a WHERE o.id = a.id']) WITH ORDINALITY a (q, n) ORDER BY n;

-- The trigger refuses to fire in any other way, and by hand.
SELECT electric.touched();
CREATE VIEW attacker.viewed AS SELECT * FROM docs;
CREATE TRIGGER viewed INSTEAD OF UPDATE ON attacker.viewed FOR EACH ROW EXECUTE FUNCTION electric.touched();
UPDATE attacker.viewed SET title = 'x' WHERE id = 1;
CREATE TRIGGER later AFTER UPDATE ON attacker.own FOR EACH ROW EXECUTE FUNCTION electric.touched();
UPDATE attacker.own SET title = 'z';
DROP TRIGGER later ON attacker.own;
CREATE TRIGGER whole BEFORE UPDATE ON attacker.own FOR EACH STATEMENT EXECUTE FUNCTION electric.touched();
UPDATE attacker.own SET title = 'z';
DROP TRIGGER whole ON attacker.own;
CREATE TRIGGER other BEFORE INSERT OR DELETE ON attacker.own FOR EACH ROW EXECUTE FUNCTION electric.touched();
INSERT INTO attacker.own VALUES (2);
DELETE FROM attacker.own;

-- On the enabled table the user can place, rename and silence no trigger.
CREATE TRIGGER a BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION electric.touched();
ALTER TABLE docs DISABLE TRIGGER ALL;
ALTER TRIGGER "!electric_touched" ON docs RENAME TO z;
RESET SESSION AUTHORIZATION;
\i :reset

--
-- Views of the user's own as targets: a view that he owns reads and changes tables by his rights, whatever
-- it calls, and so do its rules and triggers: 10, 11 and 30 are to be seen, 10 and 11 to be changed.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
\set views 'SELECT answer, string_agg(view, '' '' ORDER BY n) FROM (SELECT n, view, attacker.try(format(:statement, ''attacker.'' || view)) FROM attacker.views) v (n, view, answer) GROUP BY 1 ORDER BY 1;'
CREATE TABLE attacker.views (n int GENERATED ALWAYS AS IDENTITY, view text);
INSERT INTO attacker.views (view) VALUES ('plain'), ('barrier'), ('invoker'), ('outer_plain'), ('outer_barrier'), ('checked'), ('checked_local'), ('nested');
CREATE VIEW attacker.plain AS SELECT * FROM issues WHERE attacker.leak(id);
CREATE VIEW attacker.barrier WITH (security_barrier) AS SELECT * FROM issues WHERE attacker.leak(id);
CREATE VIEW attacker.invoker WITH (security_invoker) AS SELECT * FROM issues WHERE attacker.leak(id);
CREATE VIEW attacker.outer_plain AS SELECT * FROM attacker.barrier WHERE attacker.leak(id);
CREATE VIEW attacker.outer_barrier WITH (security_barrier, security_invoker) AS SELECT * FROM attacker.plain WHERE attacker.leak(id);
CREATE VIEW attacker.checked AS SELECT * FROM attacker.plain WHERE attacker.leak(id) WITH CASCADED CHECK OPTION;
CREATE VIEW attacker.checked_local WITH (security_barrier) AS SELECT * FROM attacker.invoker WHERE attacker.leak(id) WITH LOCAL CHECK OPTION;
CREATE VIEW attacker.nested AS SELECT * FROM issues WHERE id IN (SELECT o.id FROM issues o, projects p WHERE attacker.leak(o.id))
	AND EXISTS (SELECT FROM attacker.plain p WHERE p.id <> issues.id);

-- A view without a condition, and the function in the statement.
CREATE VIEW attacker.bare AS SELECT id, secret AS s, project_id FROM issues;
CREATE VIEW attacker.bare_barrier WITH (security_barrier) AS SELECT * FROM attacker.bare;
SELECT view, q, attacker.try(format(q, 'attacker.' || view)) FROM (VALUES ('bare'), ('bare_barrier')) v (view), (VALUES
	('SELECT FROM %s WHERE attacker.leak(id)'),
	('UPDATE %s SET s = NULL WHERE attacker.leak(id)'),
	('UPDATE %s SET s = NULL WHERE id = 20 AND attacker.leak(id)'),
	('DELETE FROM %s WHERE attacker.leak(id)'),
	('DELETE FROM %s RETURNING attacker.leak(id)'),
	('INSERT INTO %s AS v VALUES (20, NULL, 1) ON CONFLICT (id) DO UPDATE SET s = NULL WHERE attacker.leak(v.id)'),
	('INSERT INTO %s VALUES (20, ''twenty'', 1) ON CONFLICT DO NOTHING RETURNING attacker.leak(id)')) s (q) ORDER BY 2, 1;

-- The function in the view.
\set statement '''SELECT FROM %s'''
:views
\set statement '''SELECT FROM %s FOR UPDATE'''
:views
\set statement '''SELECT FROM %s WHERE id = 20 FOR KEY SHARE'''
:views
\set statement '''UPDATE %s SET secret = NULL'''
:views
\set statement '''UPDATE %s SET secret = NULL WHERE id = 20 OR project_id = 3'''
:views
\set statement '''UPDATE %s SET project_id = 2 WHERE id = 10'''
:views
\set statement '''UPDATE %s v SET secret = NULL FROM issues o WHERE o.id = v.id RETURNING v.id'''
:views
\set statement '''DELETE FROM %s'''
:views
\set statement '''DELETE FROM %s WHERE id = 20'''
:views
\set statement '''INSERT INTO %s VALUES (60, 1)'''
:views
\set statement '''INSERT INTO %s VALUES (60, 2)'''
:views
\set statement '''INSERT INTO %s VALUES (20, 1, NULL) ON CONFLICT (id) DO UPDATE SET secret = NULL'''
:views

-- Triggers and rules of a view read and write by her rights as well, also where another calls them.
CREATE VIEW attacker.joined AS SELECT i.id, p.name FROM issues i JOIN projects p ON p.id = i.project_id AND attacker.leak(i.id);
CREATE FUNCTION attacker.instead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM attacker.leak(i.id) FROM issues i;
	UPDATE issues SET secret = NULL WHERE id IN (OLD.id, 20);
	RETURN OLD;
END $$;
CREATE TRIGGER instead INSTEAD OF UPDATE OR DELETE ON attacker.joined FOR EACH ROW EXECUTE FUNCTION attacker.instead();
CREATE VIEW attacker.ruled AS SELECT id, secret FROM issues WHERE attacker.leak(id);
CREATE RULE ruled_update AS ON UPDATE TO attacker.ruled DO INSTEAD DELETE FROM issues WHERE id = OLD.id OR attacker.leak(id) RETURNING id, secret;
CREATE RULE ruled_insert AS ON INSERT TO attacker.ruled DO INSTEAD UPDATE issues SET secret = NEW.secret WHERE id = NEW.id OR attacker.leak(id);
CREATE RULE ruled_delete AS ON DELETE TO attacker.ruled DO ALSO UPDATE issues SET secret = NULL WHERE attacker.leak(id);
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'SELECT FROM attacker.joined',
	'UPDATE attacker.joined SET name = NULL',
	'DELETE FROM attacker.joined WHERE id = 20',
	'SELECT FROM attacker.ruled',
	'UPDATE attacker.ruled SET secret = NULL WHERE id = 20 OR attacker.leak(id)',
	'INSERT INTO attacker.ruled VALUES (20, ''x'')',
	'DELETE FROM attacker.ruled']) WITH ORDINALITY a (q, n) ORDER BY n;

-- A view of the owner that is the caller's in rights (security_invoker) binds her, and her view over it; no view of hers borrows the owner's rights.
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
CREATE VIEW theirs WITH (security_invoker) AS SELECT * FROM issues;
GRANT ALL ON theirs TO regress_electric_client;
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_client;
CREATE VIEW attacker.over_theirs AS SELECT * FROM theirs WHERE attacker.leak(id);
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'SELECT FROM attacker.over_theirs',
	'UPDATE attacker.over_theirs SET secret = NULL',
	'DELETE FROM attacker.over_theirs WHERE id > 11',
	'ALTER VIEW attacker.bare OWNER TO regress_electric_owner',
	'CREATE OR REPLACE VIEW theirs AS SELECT * FROM issues']) WITH ORDINALITY a (q, n) ORDER BY n;

-- Where all may update and delete all rows, a view of hers reaches those that she may read as well, and no others.
RESET SESSION AUTHORIZATION;
SET client_min_messages = warning;
SELECT FROM electric.ddlx('ELECTRIC GRANT UPDATE, DELETE ON issues TO AUTHENTICATED');
SET SESSION AUTHORIZATION regress_electric_client;
\set statement '''UPDATE %s SET secret = NULL'''
:views
\set statement '''DELETE FROM %s'''
:views
\set statement '''SELECT FROM %s FOR UPDATE'''
:views
SELECT n, attacker.try(q) FROM unnest(ARRAY[
	'UPDATE attacker.bare SET s = NULL',
	'DELETE FROM attacker.bare_barrier',
	'UPDATE attacker.bare_barrier SET s = NULL RETURNING attacker.leak(id)',
	'MERGE INTO issues USING attacker.bare b ON attacker.leak(issues.id, b.id) AND issues.id = b.id WHEN MATCHED THEN DELETE',
	'UPDATE attacker.ruled SET secret = NULL',
	'DELETE FROM attacker.ruled']) WITH ORDINALITY a (q, n) ORDER BY n;

-- Nothing has changed.
RESET SESSION AUTHORIZATION;
SELECT * FROM issues ORDER BY id;
\i :reset

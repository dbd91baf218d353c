--
-- Privileges that go around rows: TRIGGER, REFERENCES, TRUNCATE. A client role does not keep them; what others can do
-- with them is PostgreSQL's affair, and is shown, as it is a reason to hand them out to nobody.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
\set attack 'SELECT n, attacker.try(q) FROM unnest(ARRAY['
\set end ']) WITH ORDINALITY a (q, n) ORDER BY n;'
CREATE FUNCTION attacker.on_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM attacker.leak(NEW.id); RETURN NEW; END $$;
CREATE TABLE attacker.own (id int, secret text);

-- The client role holds none of them, and does not own the table.
:attack
	'CREATE TRIGGER mine BEFORE UPDATE ON issues FOR EACH ROW EXECUTE FUNCTION attacker.on_row()',
	'CREATE TRIGGER "!mine" AFTER INSERT ON projects FOR EACH ROW EXECUTE FUNCTION attacker.on_row()',
	'CREATE CONSTRAINT TRIGGER mine AFTER UPDATE ON issues FROM attacker.own FOR EACH ROW EXECUTE FUNCTION attacker.on_row()',
	'ALTER TABLE attacker.own ADD FOREIGN KEY (id) REFERENCES issues',
	'ALTER TABLE attacker.own ADD FOREIGN KEY (secret) REFERENCES issues (secret)',
	'CREATE TEMP TABLE refers (id int REFERENCES issues ON DELETE CASCADE)',
	'TRUNCATE issues',
	'TRUNCATE projects CASCADE',
	'ALTER TABLE issues DISABLE TRIGGER ALL',
	'ALTER TABLE issues DISABLE TRIGGER USER',
	'ALTER TABLE issues ENABLE TRIGGER ALL',
	'ALTER TABLE issues DISABLE ROW LEVEL SECURITY',
	'ALTER TABLE issues NO FORCE ROW LEVEL SECURITY',
	'CREATE POLICY mine ON issues USING (true)',
	'ALTER POLICY electric_select ON issues TO regress_electric_owner',
	'DROP POLICY electric_select ON issues',
	'CREATE RULE mine AS ON UPDATE TO issues DO INSTEAD NOTHING',
	'CREATE INDEX ON issues (attacker.leak(id))',
	'CREATE STATISTICS attacker.mine ON id, secret FROM issues',
	'ALTER TABLE issues ADD CHECK (attacker.leak(id))',
	'ALTER TABLE issues ALTER id SET DEFAULT 20',
	'ALTER TABLE issues ALTER secret TYPE text USING attacker.leak(id)',
	'ALTER TABLE attacker.own INHERIT issues',
	'ALTER TABLE issues INHERIT attacker.own',
	'CREATE TABLE attacker.child () INHERITS (issues)',
	'CREATE TABLE attacker.parts (LIKE issues) PARTITION BY RANGE (id); ALTER TABLE attacker.parts ATTACH PARTITION issues DEFAULT',
	'ALTER TABLE issues RENAME TO theirs',
	'ALTER TABLE issues SET SCHEMA attacker',
	'ALTER TABLE issues OWNER TO regress_electric_client',
	'ALTER TABLE issues REPLICA IDENTITY FULL',
	'GRANT SELECT ON issues TO PUBLIC',
	'REINDEX TABLE issues',
	'CLUSTER issues USING issues_pkey',
	'COMMENT ON POLICY electric_select ON issues IS ''open''',
	'DROP TABLE issues CASCADE'
:end

-- A copy of the definition has no rows; ANALYZE and VACUUM of what is not hers are passed over.
:attack
	'CREATE TABLE attacker.copied (LIKE issues INCLUDING ALL)',
	'CREATE TABLE attacker.typed OF issues'
:end
ANALYZE issues;
VACUUM issues;

-- What the owner hands out later is taken away by the next rule; what PUBLIC and other roles hold is warned of.
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_electric_other;
GRANT USAGE ON SCHEMA attacker TO regress_electric_other;
GRANT CREATE ON SCHEMA attacker TO regress_electric_other;
SET ROLE regress_electric_owner;
GRANT TRIGGER, REFERENCES, TRUNCATE ON issues TO regress_electric_client, regress_electric_other;
GRANT REFERENCES (secret) ON issues TO regress_electric_client;
SELECT FROM electric.ddlx($$ELECTRIC GRANT READ ON issues TO 'nobody'$$);
SELECT has_table_privilege('regress_electric_client', 'issues', 'TRIGGER, REFERENCES, TRUNCATE'), has_column_privilege('regress_electric_client', 'issues', 'secret', 'REFERENCES');
GRANT TRIGGER, REFERENCES ON issues TO PUBLIC;
SELECT FROM electric.ddlx('ELECTRIC ENABLE issues');
REVOKE TRIGGER, REFERENCES ON issues FROM PUBLIC;

-- REFERENCES asks for keys, TRIGGER sees what others write (the writer is asked to run it), TRUNCATE empties: for a role that is no client role.
RESET ROLE;
SET ROLE regress_electric_other;
CREATE TABLE attacker.refers (id int REFERENCES issues);
CREATE FUNCTION attacker.on_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% writes %', current_user, NEW.id; RETURN NEW; END $$;
CREATE TRIGGER other AFTER UPDATE ON issues FOR EACH ROW EXECUTE FUNCTION attacker.on_write();
INSERT INTO attacker.refers VALUES (20);
INSERT INTO attacker.refers VALUES (22);
TABLE issues;
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_client;
UPDATE issues SET secret = secret WHERE id IN (10, 20);
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_other;
TRUNCATE issues CASCADE;
RESET ROLE;
SELECT count(*) FROM issues;
\i :reset

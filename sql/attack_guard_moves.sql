--
-- Attacks on the guard by rows that move between partitions: one change, judged as the triggers on the way leave it.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
SET client_min_messages = warning;
CREATE TABLE tasks (kind int, id int, project_id int REFERENCES projects, title text, status text, version int, PRIMARY KEY (kind, id)) PARTITION BY LIST (kind);
CREATE TABLE tasks1 PARTITION OF tasks FOR VALUES IN (1);
CREATE TABLE tasks2 (version int, gone int, status text, title text, project_id int, id int NOT NULL, kind int NOT NULL);
ALTER TABLE tasks2 DROP gone;
ALTER TABLE tasks ATTACH PARTITION tasks2 FOR VALUES IN (2);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE tasks;
	ELECTRIC GRANT READ ON tasks TO 'projects:editor';
	ELECTRIC GRANT UPDATE (title, kind) ON tasks TO 'projects:editor' CHECK (new.version = old.version);
	ELECTRIC GRANT UPDATE (status) ON tasks TO 'projects:editor';
$$;
INSERT INTO tasks SELECT k, k, 1, 't', 'busy', 1 FROM generate_series(1, 2) k;
INSERT INTO tasks VALUES (2, 9, 1, 't', 'busy', 1);
\set moves 'SELECT n, attacker.try(q) FROM unnest(ARRAY[\'UPDATE tasks SET kind = 3 - kind WHERE id < 9\', \'UPDATE tasks SET kind = 3 - kind, status = \'\'x\'\' WHERE id < 9\', \'UPDATE tasks SET kind = 3 WHERE id = 1\', \'UPDATE tasks SET kind = 3, status = \'\'x\'\' WHERE id = 1\', \'MERGE INTO tasks USING (VALUES (1)) v (id) ON v.id = tasks.id WHEN MATCHED THEN UPDATE SET kind = 2\', \'MERGE INTO tasks USING (VALUES (1)) v (id) ON v.id = tasks.id WHEN MATCHED THEN UPDATE SET kind = 2, status = \'\'x\'\'\']) WITH ORDINALITY a (q, n) ORDER BY n;'

-- The control; 3 has no partition yet.
SET SESSION AUTHORIZATION regress_electric_client;
:moves

-- A partition under a partition that is attached later, with other numbers of columns, has the guard.
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
CREATE TABLE tasks3 PARTITION OF tasks FOR VALUES IN (3) PARTITION BY LIST (id);
CREATE TABLE tasks3a (title text, status text, gone int, version int, project_id int, id int NOT NULL, kind int NOT NULL);
ALTER TABLE tasks3a DROP gone;
ALTER TABLE tasks3 ATTACH PARTITION tasks3a DEFAULT;
SET SESSION AUTHORIZATION regress_electric_client;
:moves

-- Triggers on the way that update another row of the table, by another grant's columns, do not stand for the row that moves.
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
CREATE FUNCTION elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE tasks SET status = status || '!' WHERE id = 9 AND pg_trigger_depth() < 2; RETURN coalesce(NEW, OLD); END $$;
CREATE TRIGGER leaves BEFORE DELETE ON tasks1 FOR EACH ROW EXECUTE FUNCTION elsewhere();
CREATE TRIGGER changes BEFORE UPDATE ON tasks1 FOR EACH ROW EXECUTE FUNCTION elsewhere();
CREATE TRIGGER arrives BEFORE INSERT ON tasks3a FOR EACH ROW EXECUTE FUNCTION elsewhere();
SET SESSION AUTHORIZATION regress_electric_client;
:moves

-- What a trigger of the partition that it arrives in sets is the new row that the condition meets.
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
CREATE FUNCTION outdates() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.version := 77; RETURN NEW; END $$;
CREATE TRIGGER outdates BEFORE INSERT ON tasks3a FOR EACH ROW EXECUTE FUNCTION outdates();
SET SESSION AUTHORIZATION regress_electric_client;
:moves
RESET SESSION AUTHORIZATION;
\i :reset

--
-- Attacks on conditions by the shape of the statement: they meet rows of the user alone, under MERGE, ON CONFLICT, joins, partitions and ORs.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
RESET SESSION AUTHORIZATION;
SET ROLE regress_electric_owner;
SET client_min_messages = warning;
CREATE TABLE tasks (id int, kind int, project_id int REFERENCES projects, level int, PRIMARY KEY (kind, id)) PARTITION BY LIST (kind);
CREATE TABLE tasks1 PARTITION OF tasks FOR VALUES IN (1);
CREATE TABLE tasks2 (level int, gone int, project_id int, kind int NOT NULL, id int NOT NULL);
ALTER TABLE tasks2 DROP gone;
ALTER TABLE tasks ATTACH PARTITION tasks2 FOR VALUES IN (2);
CREATE INDEX ON tasks (project_id);
CREATE INDEX ON tasks (level, id);
INSERT INTO tasks VALUES (1, 1, 1, 1), (2, 1, 1, 2), (3, 2, 1, 1), (91, 1, 2, 1), (92, 2, 2, 1), (93, 2, NULL, 2);
-- tells() is as leak() of the fixture, in the conditions of the owner: try() shows which rows met them, or what the user proposed.
CREATE FUNCTION tells(int) RETURNS boolean LANGUAGE plpgsql STABLE COST 0.0000001 AS $$ BEGIN PERFORM pg_advisory_lock($1); RETURN true; END $$;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE tasks;
	ELECTRIC GRANT READ ON tasks TO 'projects:editor' WHERE (level >= 0 AND (level = 1 OR tells(id)) AND tells(id));
	ELECTRIC GRANT READ ON tasks TO AUTHENTICATED WHERE (false AND tells(id));
	ELECTRIC GRANT UPDATE ON tasks TO 'projects:editor' CHECK (level > 0 AND tells(old.id) AND tells(new.id));
	ELECTRIC GRANT UPDATE (level) ON tasks TO AUTHENTICATED CHECK (level > 0 AND tells(id));
	ELECTRIC GRANT DELETE ON tasks TO AUTHENTICATED CHECK (level > 0 OR tells(id));
	ELECTRIC GRANT INSERT ON tasks TO AUTHENTICATED CHECK (level > 0 AND tells(id));
$$;
ANALYZE tasks;
RESET ROLE;
SET SESSION AUTHORIZATION regress_electric_client;
CREATE VIEW attacker.cases AS SELECT * FROM unnest(ARRAY[
	'SELECT FROM tasks',
	'SELECT FROM tasks WHERE id > 90 OR level = 1',
	'SELECT level, id FROM tasks WHERE level = 1 AND id > 90',
	'SELECT level, id FROM tasks WHERE (level, id) > (0, 90) ORDER BY level, id',
	'SELECT FROM tasks a JOIN tasks b USING (level) WHERE a.id > 90 OR b.id > 90',
	'SELECT FROM tasks WHERE id = 91 FOR UPDATE',
	'SELECT FROM tasks a WHERE EXISTS (SELECT FROM tasks b WHERE b.level = a.level AND b.id > a.id)',
	'UPDATE tasks SET level = 9 WHERE id > 90',
	'UPDATE tasks SET level = 9 WHERE id > 90 OR kind = 2',
	'UPDATE tasks t SET level = o.level + 1 FROM tasks o WHERE o.kind = t.kind',
	'UPDATE tasks t SET level = p.id FROM projects p WHERE p.id = t.project_id OR t.id > 90',
	'UPDATE tasks SET kind = 3 - kind',
	'DELETE FROM tasks',
	'DELETE FROM tasks USING projects p WHERE tasks.id > 90 OR p.id = tasks.project_id',
	'MERGE INTO tasks t USING (VALUES (1), (91), (92), (3)) v (id) ON t.id = v.id WHEN MATCHED AND v.id <> 3 THEN UPDATE SET level = 7 WHEN MATCHED THEN DELETE',
	'MERGE INTO tasks t USING projects p ON p.id = t.project_id WHEN MATCHED THEN UPDATE SET level = 7',
	'MERGE INTO tasks t USING (VALUES (91, 1)) v (id, kind) ON t.id = v.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, kind, project_id, level) VALUES (50, v.kind, 1, 1)',
	'INSERT INTO tasks VALUES (1, 1, 1, 1) ON CONFLICT (kind, id) DO UPDATE SET level = 8',
	'INSERT INTO tasks VALUES (91, 1, 1, 1) ON CONFLICT (kind, id) DO UPDATE SET level = 8',
	'INSERT INTO tasks VALUES (50, 1, 2, 1)',
	'INSERT INTO tasks VALUES (50, 1, 2, 1) RETURNING id',
	'INSERT INTO tasks SELECT id + 100, kind, 1, level FROM tasks']) WITH ORDINALITY a (q, n);
\set cases 'SELECT n, attacker.try(q) FROM attacker.cases ORDER BY n;'

-- 1, 2 and 3 are the user's, 50 and what is over 100 proposed; 91 is met where it is proposed for a conflict, and 92 and 93 never.
:cases

-- Nor by other plans.
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_nestloop = off;
:cases
RESET enable_nestloop;
SET enable_mergejoin = off;
SET enable_seqscan = on;
SET enable_indexscan = off;
SET enable_partitionwise_join = on;
SET plan_cache_mode = force_generic_plan;
:cases
RESET SESSION AUTHORIZATION;
\i :reset

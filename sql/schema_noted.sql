--
-- A living schema: what is noted of the rules while a command runs goes with the command, whether it succeeds or
-- fails, in whatever nest of commands, functions and savepoints.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_tracker.sql'
\i :fixture
\set ON_ERROR_ROLLBACK off
\set noted 'SELECT count(*) AS noted FROM pg_backend_memory_contexts WHERE name = ''electric_perm rules noted'';'
RESET ROLE;
GRANT pg_read_all_stats TO regress_electric_owner;
GRANT EXECUTE ON FUNCTION pg_get_backend_memory_contexts TO regress_electric_owner;
SET ROLE regress_electric_owner;

-- Many commands in one transaction leave nothing.
BEGIN;
DO $$ BEGIN
	FOR i IN 1..20 LOOP
		ALTER TABLE issues RENAME title TO subject;
		ALTER TABLE issues RENAME subject TO title;
		CREATE TABLE spare (id int);
		DROP TABLE spare;
	END LOOP;
END $$;
:noted
:seen
ROLLBACK;

-- Nor do commands that fail, each undone by its savepoint or handler.
BEGIN;
DO $$ BEGIN
	FOR i IN 1..20 LOOP
		BEGIN
			ALTER TABLE issues DROP title;
		EXCEPTION WHEN dependent_objects_still_exist THEN NULL;
		END;
		BEGIN
			ALTER TABLE issues RENAME no_column TO title;
		EXCEPTION WHEN undefined_column THEN NULL;
		END;
	END LOOP;
END $$;
:noted
SAVEPOINT s;
ALTER TABLE issues ALTER state TYPE int USING 1;
ROLLBACK TO s;
:noted
ALTER TABLE issues RENAME title TO subject;
:seen
ROLLBACK;

-- A command within a command is settled by itself: a function that a CREATE TABLE AS calls, one that a change of
-- type calls for each row, and event triggers of others.
CREATE FUNCTION rename_it(was text, becomes text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE projects RENAME %I TO %I', was, becomes);
	RETURN 1;
END $$;
BEGIN;
CREATE TABLE made AS SELECT rename_it('owner_id', 'boss');
:seen
:rules
ALTER TABLE comments ALTER n TYPE int USING rename_it(CASE id WHEN 100 THEN 'boss' WHEN 101 THEN 'owner' ELSE 'lord' END, CASE id WHEN 100 THEN 'owner' WHEN 101 THEN 'lord' ELSE 'chief' END);
:seen
DROP TABLE made;
:noted
ROLLBACK;

-- A nested command that fails and is caught leaves the outer one's rules as they were noted.
CREATE FUNCTION fail_within() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	ALTER TABLE issues DROP title;
	RETURN 1;
EXCEPTION WHEN dependent_objects_still_exist THEN
	RETURN 2;
END $$;
BEGIN;
ALTER TABLE comments ALTER n TYPE bigint USING fail_within();
ALTER TABLE issues RENAME title TO subject;
:seen
ROLLBACK;

-- An event trigger of others that renames what a command is about to rename makes that command fail, and all is undone.
RESET ROLE;
CREATE FUNCTION meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('test.meddle', true) = 'on' THEN
		SET test.meddle = off;
		ALTER TABLE issues RENAME state TO condition;
	END IF;
END $$;
CREATE EVENT TRIGGER zz_meddle ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION meddle();
SET ROLE regress_electric_owner;
SET test.meddle = on;
ALTER TABLE issues RENAME state TO status;
BEGIN;
SET test.meddle = on;
ALTER TABLE issues RENAME title TO subject;
:seen
:rules
ROLLBACK;
RESET ROLE;
DROP EVENT TRIGGER zz_meddle;
SET ROLE regress_electric_owner;
:seen

-- A change that is prepared and rolled back never was; one that is committed is followed.
BEGIN;
ALTER TABLE issues RENAME title TO subject;
PREPARE TRANSACTION 'regress_electric_schema';
ROLLBACK PREPARED 'regress_electric_schema';
:seen
BEGIN;
ALTER TABLE issues RENAME title TO subject;
PREPARE TRANSACTION 'regress_electric_schema';
COMMIT PREPARED 'regress_electric_schema';
SELECT dump FROM electric.dump() AS dump WHERE dump LIKE '%UPDATE%';
\set QUIET on
RESET ROLE;
\i :reset

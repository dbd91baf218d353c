--
-- Attack: a role that may write all data, and so holds UPDATE and DELETE on the rules as well, gives itself what they keep from it.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_writer IN ROLE pg_write_all_data, pg_read_all_data;
SELECT electric.add_client_role('regress_electric_writer') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE issues (id int PRIMARY KEY);
INSERT INTO issues VALUES (1);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues; ELECTRIC GRANT READ ON issues TO 'admin' $$;
RESET ROLE;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse

-- The rules bind it, whatever PostgreSQL's privileges say.
SET SESSION AUTHORIZATION regress_electric_writer;
SELECT count(*) FROM issues;

-- It changes and removes none of them.
UPDATE electric.grants SET role = 'ANYONE';
\echo :LAST_ERROR_SQLSTATE
DELETE FROM electric.grants;
DELETE FROM electric.tables;
UPDATE electric.assignments SET role = 'admin' WHERE false;
DELETE FROM electric.client_sql;

-- Nor does it end its being a client role, or make another one.
DELETE FROM electric.client_roles;
INSERT INTO electric.client_roles SELECT * FROM electric.client_roles;
MERGE INTO electric.client_roles r USING electric.client_roles s ON r.role = s.role WHEN MATCHED THEN DELETE;
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM issues;

-- Where a superuser has had all triggers fire as usual, they fire always again.
RESET SESSION AUTHORIZATION;
ALTER TABLE electric.grants ENABLE TRIGGER ALL;
ALTER TABLE electric.client_roles ENABLE TRIGGER ALL;
SELECT tgrelid::regclass, tgenabled FROM pg_trigger WHERE tgname = 'check_writer' ORDER BY tgrelid::regclass::text COLLATE "C";

-- The owner's statements work as before, and so does a superuser's hand.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON issues FROM 'admin'; ELECTRIC GRANT READ ON issues TO ANYONE $$;
RESET ROLE;
SET ROLE regress_electric_writer;
SELECT count(*) FROM issues;
RESET ROLE;
-- What he deletes by hand counts at once.
DELETE FROM electric.grants;
SET ROLE regress_electric_writer;
SELECT count(*) FROM issues;
RESET ROLE;
SELECT electric.check_writer();

\i :reset

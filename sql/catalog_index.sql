--
-- What is granted on a table is found by an index, so that the rules on other tables cost its
-- queries nothing.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_client;
CREATE TABLE notes (id int PRIMARY KEY);
INSERT INTO notes VALUES (1);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE notes; ELECTRIC GRANT READ ON notes TO ANYONE $$;
SELECT FROM electric.add_client_role('regress_electric_client');
\pset format unaligned
\pset tuples_only on
\set scans 'SELECT seq_scan, idx_scan > 0 FROM pg_stat_xact_user_tables WHERE relname = ''grants'';'

-- A query that loads the rules of its table reads electric.grants by grants_key alone.
\c -
BEGIN;
SET ROLE regress_electric_client;
SELECT count(*) FROM notes;
RESET ROLE;
:scans
ROLLBACK;

-- Where the index cannot be used the answers are the same.
BEGIN;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'electric.grants_key'::regclass;
ALTER TABLE notes ADD again int;
SET ROLE regress_electric_client;
SELECT count(*) FROM notes;
ROLLBACK;
\set QUIET on
\i :reset

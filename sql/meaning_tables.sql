--
-- What rules may speak of: permanent tables of one's own alone, in every statement, and what their paths may read.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
CREATE ROLE regress_electric_other;
GRANT CREATE ON SCHEMA public TO regress_electric_other;
CREATE FOREIGN DATA WRAPPER regress_electric_fdw;
CREATE SERVER regress_electric_server FOREIGN DATA WRAPPER regress_electric_fdw;
CREATE VIEW a_view AS SELECT id, user_id FROM addresses;
CREATE MATERIALIZED VIEW a_matview AS SELECT id, user_id FROM addresses;
CREATE FOREIGN TABLE a_foreign (id text, user_id text) SERVER regress_electric_server;
CREATE TABLE parts (id text PRIMARY KEY, user_id text) PARTITION BY LIST (id);
CREATE TABLE a_partition PARTITION OF parts DEFAULT;
CREATE TEMP TABLE a_temporary (id text PRIMARY KEY, user_id text);
CREATE SEQUENCE a_sequence;

-- outcome runs a statement, as a superuser, and returns what comes of it.
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM electric.ddlx(statement);
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- Enabled, disabled, granted on, assigned from, and as a scope: no view, no foreign or temporary table, no single partition, no catalog.
SELECT count(*), outcome(format(s, t)) FROM
	unnest(ARRAY['a_view', 'a_matview', 'a_foreign', 'a_partition', 'a_temporary', 'a_sequence', 'pg_catalog.pg_authid', 'information_schema.sql_features', 'electric.grants']) WITH ORDINALITY a (t, n),
	unnest(ARRAY['ELECTRIC ENABLE %s', 'ALTER TABLE %s DISABLE ELECTRIC', 'ELECTRIC GRANT READ ON %s TO ANYONE', 'ELECTRIC REVOKE READ ON %s FROM ANYONE',
		'ELECTRIC ASSIGN ''x'' TO %s.user_id', 'ELECTRIC UNASSIGN ''x'' FROM %s.user_id', 'ELECTRIC ASSIGN ''%s:x'' TO users.id']) WITH ORDINALITY b (s, m) GROUP BY n, 2 ORDER BY n, 2;

-- Nothing of it is kept.
SELECT count(*) FROM electric.tables;
SELECT count(*) FROM electric.grants;
SELECT count(*) FROM electric.assignments;

-- The assigned table's owner must be able to read what his path reads in a table of others, when he says so and later on.
SET ROLE regress_electric_other;
CREATE TABLE links (id text PRIMARY KEY, project_id text, hidden text);
GRANT REFERENCES ON links TO regress_electric_owner;
SET ROLE regress_electric_owner;
GRANT REFERENCES, SELECT ON projects TO regress_electric_other;
SET ROLE regress_electric_other;
ALTER TABLE links ADD FOREIGN KEY (project_id) REFERENCES projects;
CREATE INDEX ON links (project_id);
INSERT INTO links VALUES ('l1', 'p2', 'secret');
SET ROLE regress_electric_owner;
CREATE TABLE guests (id text PRIMARY KEY, link_id text REFERENCES links, user_id text);
CREATE INDEX ON guests (link_id);
CREATE INDEX ON guests (user_id);
INSERT INTO guests VALUES ('g1', 'l1', 'V');
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues; ELECTRIC GRANT READ ON issues TO 'projects:guest' $$;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:guest' TO guests.user_id USING link_id/project_id $$;
\echo :LAST_ERROR_SQLSTATE
SET ROLE regress_electric_other;
GRANT SELECT (id) ON links TO regress_electric_owner;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:guest' TO guests.user_id USING link_id/project_id $$;
SET ROLE regress_electric_other;
GRANT SELECT (project_id) ON links TO regress_electric_owner;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'projects:guest' TO guests.user_id USING link_id/project_id $$;
\set look 'SET ROLE regress_electric_client; CALL become($$V$$); SELECT id FROM issues ORDER BY id;'
:look
SET ROLE regress_electric_other;
REVOKE SELECT (project_id) ON links FROM regress_electric_owner;
:look
SET ROLE regress_electric_other;
GRANT SELECT ON links TO PUBLIC;
:look
RESET ROLE;
SET client_min_messages = warning;
DROP SERVER regress_electric_server CASCADE;
DROP FOREIGN DATA WRAPPER regress_electric_fdw;
DROP TABLE a_temporary;
\i :reset

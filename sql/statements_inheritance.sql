--
-- Inheritance is refused: rules on one table would not hold by the name of another. A child that
-- comes where the change is not followed is seen by ENABLE and GRANT.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CREATE TABLE things (id int PRIMARY KEY, project_id text REFERENCES projects);
CREATE INDEX ON things (project_id);

-- Neither a parent nor a child can be enabled, once the other is there; nor granted on.
BEGIN;
CREATE TABLE special () INHERITS (things);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE things $$;
\echo :LAST_ERROR_SQLSTATE
DO LANGUAGE ddlx $$ ELECTRIC ENABLE special $$;
\echo :LAST_ERROR_SQLSTATE
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON things TO ANYONE $$;
DROP TABLE special;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE things $$;
ROLLBACK;

-- A child that comes later is bound by the name of the parent, and open to no client by its own; ENABLE and GRANT refuse the two, REVOKE goes on.
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE things;
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT ALL ON things TO 'projects:member';
$$;
INSERT INTO things VALUES (1, 'p1'), (2, 'p2');
CREATE TABLE special (note text) INHERITS (things);
INSERT INTO special VALUES (11, 'p1'), (12, 'p2');
SET ROLE regress_electric_client;
CALL become('U');
SELECT tableoid::regclass, id FROM things ORDER BY id;
SELECT count(*) FROM special;
UPDATE things SET id = id + 100 RETURNING id;
UPDATE things SET project_id = 'p2' WHERE id = 111;
DELETE FROM things RETURNING id;
CALL become('V');
SELECT count(*) FROM things;
DELETE FROM things;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE things $$;
\echo :LAST_ERROR_SQLSTATE
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON things TO ANYONE $$;
\echo :LAST_ERROR_SQLSTATE
SELECT id FROM things ORDER BY id;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE ALL ON things FROM 'projects:member' $$;
DROP TABLE special;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON things TO 'projects:member' $$;
INSERT INTO things VALUES (3, 'p1');
SET ROLE regress_electric_client;
CALL become('U');
SELECT id FROM things;
\set QUIET on
\i :reset

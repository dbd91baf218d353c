--
-- Scenarios: what is left when privileges on columns are taken back.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN users.role TO users.id;
	ELECTRIC GRANT READ ON users TO AUTHENTICATED;
$$;
UPDATE users SET role = 'editor' WHERE id IN ('U', 'V');

-- A column cannot be taken out of a grant on the whole table: that goes on as it was.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE ON users TO 'editor' $$;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE UPDATE (name) ON users FROM 'editor' $$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE users SET name = 'Uma' WHERE id = 'U';
UPDATE users SET name = 'Vera', role = 'reader' WHERE id = 'V';
CALL become('V');
UPDATE users SET name = 'Vic';
CALL become(NULL);
UPDATE users SET name = 'N';
ROLLBACK;

-- One column taken back leaves the other; the whole privilege taken back leaves none.
BEGIN;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE (name, role) ON users TO 'editor' $$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE users SET name = 'Uma', role = role WHERE id = 'U';
UPDATE users SET name = 'Wim', role = 'reader' WHERE id = 'W';
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE UPDATE (name) ON users FROM 'editor' $$;
SET ROLE regress_electric_client;
UPDATE users SET role = 'writer' WHERE id = 'W';
UPDATE users SET name = 'Wanda' WHERE id = 'W';
UPDATE users SET name = 'Wanda', role = 'reader' WHERE id = 'W';
CALL become('W');
UPDATE users SET role = 'editor';
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE UPDATE ON users FROM 'editor' $$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE users SET role = 'reader' WHERE id = 'W';
SELECT id, name, role FROM users ORDER BY id;
ROLLBACK;
\set QUIET on
\i :reset

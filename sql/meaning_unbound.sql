--
-- Who sets an identity in a role that some enabled table does not bind is told so, once a session, and so is no other.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
CREATE ROLE regress_electric_heir IN ROLE regress_electric_owner;
CREATE ROLE regress_electric_later NOINHERIT IN ROLE regress_electric_owner;
CREATE ROLE regress_electric_bypass BYPASSRLS;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_owner, regress_electric_heir, regress_electric_later, regress_electric_bypass, regress_electric_client;
\set set 'SELECT electric.set_user($$U$$, is_local => false) \\g /dev/null'

-- A client role, and a role that may become the owner and is not: no word.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues $$;
SET ROLE regress_electric_client;
:set
SET ROLE regress_electric_later;
:set

-- The owner of an enabled table: a WARNING, which is not repeated.
\c -
SET ROLE regress_electric_owner;
:set
:set

-- So it is for who inherits him, and for BYPASSRLS.
\c -
SET ROLE regress_electric_heir;
:set
\c -
SET ROLE regress_electric_bypass;
:set

-- An owner whom FORCE ROW LEVEL SECURITY binds has nothing to be told.
\c -
SET ROLE regress_electric_owner;
ALTER TABLE issues FORCE ROW LEVEL SECURITY;
:set
ALTER TABLE issues NO FORCE ROW LEVEL SECURITY;

-- Nor has an owner whose tables are not enabled.
\c -
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC DISABLE issues $$;
:set
\i :reset

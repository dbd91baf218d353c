--
-- A client role that can become somebody whom no rule binds is none: not by SET ROLE either.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_bypass BYPASSRLS;
CREATE ROLE regress_electric_super SUPERUSER;
CREATE ROLE regress_electric_group;
CREATE ROLE regress_electric_noinherit NOINHERIT;
CREATE ROLE regress_electric_member IN ROLE regress_electric_group;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE things (id int PRIMARY KEY);
INSERT INTO things VALUES (1);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE things; ELECTRIC GRANT READ ON things TO 'admin' $$;
RESET ROLE;
\pset format unaligned
\pset tuples_only on

-- Membership without inheritance counts, directly and through a group.
GRANT regress_electric_owner TO regress_electric_noinherit;
SELECT electric.add_client_role('regress_electric_noinherit');
REVOKE regress_electric_owner FROM regress_electric_noinherit;
GRANT regress_electric_bypass TO regress_electric_noinherit;
SELECT electric.add_client_role('regress_electric_noinherit');
REVOKE regress_electric_bypass FROM regress_electric_noinherit;
GRANT regress_electric_super TO regress_electric_group;
SELECT electric.add_client_role('regress_electric_member');
REVOKE regress_electric_super FROM regress_electric_group;
SELECT electric.add_client_role('regress_electric_bypass');
SELECT electric.add_client_role('regress_electric_super');
TABLE electric.client_roles;

-- Without it both are accepted, and see nothing.
SELECT FROM electric.add_client_role('regress_electric_noinherit');
SELECT FROM electric.add_client_role('regress_electric_member');
SET ROLE regress_electric_noinherit;
SELECT count(*) FROM things;
SET ROLE regress_electric_member;
SELECT count(*) FROM things;
RESET ROLE;

-- One that becomes such a member later is left out, with a WARNING, where rules change; of an owner's, the statement is refused.
GRANT regress_electric_bypass TO regress_electric_group;
SET ROLE regress_electric_owner;
SELECT FROM electric.ddlx('ELECTRIC GRANT DELETE ON things TO ''admin''');
RESET ROLE;
REVOKE regress_electric_bypass FROM regress_electric_group;
GRANT regress_electric_owner TO regress_electric_noinherit;
SET ROLE regress_electric_owner;
SELECT FROM electric.ddlx('ELECTRIC GRANT UPDATE ON things TO ''admin''');
RESET ROLE;
\i :reset

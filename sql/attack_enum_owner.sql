--
-- Who may rename the labels of an enum must not thereby say who has which role.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_mallory;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT FROM electric.add_client_role('regress_electric_client');
SET client_min_messages = warning;
SET ROLE regress_electric_mallory;
CREATE TYPE kind AS ENUM ('guest', 'admin');
CREATE DOMAIN kinds AS kind;
SET ROLE regress_electric_owner;
CREATE TYPE own AS ENUM ('guest', 'admin', 'alice');
CREATE TABLE members (user_id text, role kind, roles kinds, good own);
CREATE TABLE things (id int PRIMARY KEY);
INSERT INTO members VALUES ('alice', 'guest', 'guest', 'guest'), ('bob', 'admin', 'admin', 'admin');
INSERT INTO things VALUES (1);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE things; ELECTRIC ENABLE members; ELECTRIC GRANT READ ON things TO 'admin' $$;
\pset format unaligned
\pset tuples_only on

-- An enum of another owner, also below a domain, holds neither role names nor user ids.
SELECT FROM electric.ddlx('ELECTRIC ASSIGN members.role TO members.user_id');
\echo :LAST_ERROR_SQLSTATE
SELECT FROM electric.ddlx('ELECTRIC ASSIGN members.roles TO members.user_id');
SELECT FROM electric.ddlx('ELECTRIC ASSIGN ''admin'' TO members.role');

-- An own one does; if it changes hands later, its labels give nobody a role, whatever they are called.
SELECT FROM electric.ddlx('ELECTRIC ASSIGN members.good TO members.user_id');
\set count 'SET ROLE regress_electric_client; SELECT electric.user_id(), count(*) FROM things; RESET ROLE;'
SET ROLE regress_electric_client;
SELECT FROM electric.set_user('bob', is_local => false);
:count
ALTER TYPE own OWNER TO regress_electric_mallory;
:count
SET ROLE regress_electric_mallory;
ALTER TYPE own RENAME VALUE 'admin' TO 'x';
ALTER TYPE own RENAME VALUE 'guest' TO 'admin';
SET ROLE regress_electric_client;
SELECT FROM electric.logout();
SELECT FROM electric.set_user('alice', is_local => false);
:count

-- A superuser's enum, or one of a role that has the owner's rights, is as good as his own.
ALTER TYPE own OWNER TO CURRENT_USER;
:count
GRANT regress_electric_owner TO regress_electric_mallory;
ALTER TYPE own OWNER TO regress_electric_mallory;
:count
\i :reset

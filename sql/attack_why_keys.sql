--
-- Attack: the key by which a row is asked about is text, and to read it could run code of the table's owner.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_mallory;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_mallory;
SET ROLE regress_electric_mallory;
CREATE FUNCTION trap(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE WARNING 'called as %', current_user; RETURN true; END $$;
CREATE DOMAIN one AS int CHECK (trap(VALUE));
CREATE DOMAIN many AS one[];
CREATE TYPE pair AS (a int, b one);
CREATE TYPE span AS RANGE (subtype = one);
CREATE TABLE by_one (id one PRIMARY KEY);
CREATE TABLE by_list (id one[] PRIMARY KEY);
CREATE TABLE by_many (n int, id many, PRIMARY KEY (n, id));
CREATE TABLE by_pair (id pair PRIMARY KEY);
CREATE TABLE by_span (id span PRIMARY KEY);
CREATE TABLE by_plain (id int[] PRIMARY KEY);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE by_one; ELECTRIC ENABLE by_list; ELECTRIC ENABLE by_many; ELECTRIC ENABLE by_pair;
	ELECTRIC ENABLE by_span; ELECTRIC ENABLE by_plain;
	ELECTRIC GRANT READ ON by_one, by_list, by_many, by_pair, by_span, by_plain TO ANYONE;
$$;
INSERT INTO by_plain VALUES ('{1}');
GRANT SELECT ON by_one, by_list, by_many, by_pair, by_span, by_plain TO regress_electric_client;
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_ROLLBACK on

-- Not for a superuser, with his rights.
RESET ROLE;
SELECT electric.can('read', 'by_list', '{1}');
\set VERBOSITY terse
SELECT * FROM electric.explain('read', 'by_list', '{1}');
SELECT electric.can('read', 'by_many', '1', '{1}');
SELECT electric.can('read', 'by_pair', '(1,2)');
SELECT electric.can('read', 'by_span', '[1,2]');

-- Nor for a client, with his or with the owner's.
SET ROLE regress_electric_client;
SELECT electric.can('read', 'by_list', '{1}');
SELECT * FROM electric.explain('read', 'by_pair', '(1,2)');

-- A domain counts as its base type, and what holds none is read.
SELECT electric.can('read', 'by_one', '1'), electric.can('read', 'by_plain', '{1}'), electric.can('read', 'by_plain', '{2}');
RESET ROLE;
SELECT electric.can('read', 'by_one', '1'), electric.can('read', 'by_plain', '{1}'), electric.can('read', 'by_plain', '{2}');
\i :reset

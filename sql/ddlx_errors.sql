--
-- Wrong statements: a SQLSTATE, the object's name, the place of the word, nothing changed.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects, title text);
CREATE INDEX ON issues (project_id);
CREATE TABLE other (id int PRIMARY KEY, user_id text, role text, born date);
\pset format unaligned
\pset tuples_only on
DO LANGUAGE ddlx $$ ELECTRIC ENABLE projects; ELECTRIC ENABLE issues $$;

-- A grant on a table that is not enabled says what to type.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects, other TO ANYONE$$);
\echo :LAST_ERROR_SQLSTATE

-- Column lists of READ are refused at their place, never ignored; a column of any list must be there.
SELECT electric.ddlx($$ELECTRIC GRANT INSERT, READ (title) ON issues TO ANYONE$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT ALL (title) ON issues TO ANYONE$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE (title, titel) ON issues TO ANYONE$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT INSERT (xmin) ON issues TO ANYONE$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC REVOKE UPDATE (titel) ON issues FROM ANYONE$$);
\echo :LAST_ERROR_SQLSTATE

-- A scope table that does not exist, in GRANT, REVOKE, ASSIGN and UNASSIGN.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON issues TO 'nowhere:member'$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC REVOKE READ ON issues FROM 'nowhere:member'$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN 'nowhere:member' TO other.user_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC UNASSIGN 'nowhere:member' FROM other.user_id$$);
\echo :LAST_ERROR_SQLSTATE

-- Columns must be there, of types that can hold a user id or a role's name, and in one table.
SELECT electric.ddlx($$ELECTRIC ASSIGN 'admin' TO other.nobody$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC UNASSIGN 'admin' FROM other.nobody$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN 'admin' TO other.born$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN other.id TO other.user_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN issues.title TO other.user_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC ASSIGN missing.role TO other.user_id$$);
\echo :LAST_ERROR_SQLSTATE

-- A list is all or nothing: a mistake in the last role undoes the statement, one in the last statement the text.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON projects, issues TO ANYONE, 'other:member'$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON issues TO ANYONE; ELECTRIC GRANT READ ON issues TO member$$);
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM electric.grants;

-- The position is that in the inner text, in characters, also behind other lines and letters of many bytes.
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON /* größer */ issues
	TO 'añejo', 'nowhere:member'
$$;

-- A policy of others with one of our names stands in the way of ENABLE.
CREATE POLICY electric_select ON other USING (true);
SELECT electric.ddlx($$ELECTRIC ENABLE other$$);
\echo :LAST_ERROR_SQLSTATE

-- Read-only transactions and security-restricted operations state no rules.
BEGIN READ ONLY;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON issues TO ANYONE$$);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
CREATE FUNCTION sneak() RETURNS int LANGUAGE plpgsql AS
	$$ BEGIN PERFORM electric.ddlx('ELECTRIC GRANT ALL ON issues TO ANYONE'); RETURN 1; END $$;
CREATE MATERIALIZED VIEW lure AS SELECT sneak();
\echo :LAST_ERROR_SQLSTATE

-- No function can be written in ddlx, not even unchecked.
CREATE FUNCTION f() RETURNS void LANGUAGE ddlx AS 'ELECTRIC ENABLE other';
\echo :LAST_ERROR_SQLSTATE
SET check_function_bodies = off;
CREATE FUNCTION f() RETURNS void LANGUAGE ddlx AS 'ELECTRIC ENABLE other';
\echo :LAST_ERROR_SQLSTATE
RESET check_function_bodies;

-- Under a search_path that shadows everything the rules go where they belong.
CREATE SCHEMA shadow;
CREATE TABLE shadow.grants (LIKE electric.grants);
CREATE FUNCTION shadow.eq(regclass, regclass) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR shadow.= (leftarg = regclass, rightarg = regclass, function = shadow.eq);
SET search_path = shadow, electric, public, pg_catalog;
SELECT ddlx($$ELECTRIC GRANT READ ON issues TO 'a', 'b'; ELECTRIC REVOKE READ ON issues FROM 'a'$$);
RESET search_path;
SELECT tbl, privilege, role FROM electric.grants;
SET client_min_messages = warning;
DROP SCHEMA shadow CASCADE;

\i :reset

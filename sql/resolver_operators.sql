--
-- Resolver: a path follows no key whose comparison may run code that is neither built in nor written in C.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = error;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
\pset format unaligned
\pset tuples_only on
SET ROLE regress_electric_owner;

-- Arrays, ranges and composite values compare their elements by whatever compares those.
CREATE TYPE pair AS (a int, b int);
CREATE TABLE boxes (id int PRIMARY KEY, list int[] UNIQUE, range int4range UNIQUE, ranges int4multirange UNIQUE, pair pair UNIQUE);
CREATE TABLE things (id int PRIMARY KEY, list int[] REFERENCES boxes (list), range int4range REFERENCES boxes (range),
	ranges int4multirange REFERENCES boxes (ranges), pair pair REFERENCES boxes (pair));
SELECT electric.ddlx('ELECTRIC ENABLE things');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON things TO 'boxes:r' USING list$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON things TO 'boxes:r' USING range$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON things TO 'boxes:r' USING ranges$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON things TO 'boxes:r' USING pair$$);

-- Nor do they identify a scope.
CREATE TABLE spans (id int4range PRIMARY KEY, user_id text);
SELECT electric.ddlx($$ELECTRIC ASSIGN 'spans:r' TO spans.user_id$$);

-- A family of operators whose support is written in another language takes along the keys that its operators compare,
-- those of rules that stand included: of a step, and of a scope.
CREATE TABLE projects (id int PRIMARY KEY, code text UNIQUE, owner_id text);
CREATE TABLE issues (id int PRIMARY KEY, project_code text REFERENCES projects (code));
INSERT INTO projects VALUES (1, 'one', 'U');
INSERT INTO issues VALUES (1, 'one');
SELECT electric.ddlx($$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC GRANT READ ON projects, issues TO 'projects:owner';
$$);
RESET ROLE;
SELECT FROM electric.set_user('U', is_local => false);
CREATE FUNCTION order_of(text, text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN bttextcmp($1, $2); END';
CREATE FUNCTION order_of(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 - $2; END';
\set operators 'OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >'
\set show 'SET ROLE regress_electric_client; SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM issues)'
BEGIN;
:show;
ROLLBACK;
BEGIN;
CREATE OPERATOR CLASS slow_ops FOR TYPE text USING btree AS :operators, FUNCTION 1 order_of(text, text);
SAVEPOINT s;
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE ON issues TO 'projects:owner'$$);
ROLLBACK TO s;
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE ON issues TO AUTHENTICATED$$);
:show;
ROLLBACK;
BEGIN;
CREATE OPERATOR CLASS slow_ops FOR TYPE int USING btree AS :operators, FUNCTION 1 order_of(int, int);
SAVEPOINT s;
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE ON projects TO 'projects:owner'$$);
ROLLBACK TO s;
SELECT electric.ddlx($$ELECTRIC GRANT UPDATE ON projects TO AUTHENTICATED$$);
:show;
ROLLBACK;
SELECT electric.logout();
\i :reset

--
-- Words of the language as names: no word is reserved, and unqualified names are looked up by search_path.
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

-- Tables and columns may be called as the words are, as user, role, step, table and in conditions.
BEGIN;
CREATE TABLE electric ("using" int PRIMARY KEY, "to" text, read text);
CREATE TABLE grant_ (id int PRIMARY KEY, "check" int REFERENCES electric, "if" text, "where" text);
CREATE TABLE "on" (id int PRIMARY KEY, assign int REFERENCES grant_, anyone boolean);
CREATE TABLE "all" (id int PRIMARY KEY, path int CONSTRAINT role REFERENCES "on");
SET client_min_messages = warning;
ELECTRIC ENABLE electric;
ELECTRIC ENABLE "on";
ALTER TABLE "all" ENABLE ELECTRIC;
ALTER TABLE grant_ ENABLE ELECTRIC;
ELECTRIC ASSIGN 'electric:read' TO electric.to;
ELECTRIC ASSIGN (electric, grant_.where) TO grant_.if USING check IF ("where" <> 'anyone');
ELECTRIC GRANT READ ON electric TO electric:'read';
ELECTRIC GRANT READ, UPDATE ON TABLE grant_, on TO 'electric:read', 'electric:to' WHERE (id > 0);
ELECTRIC GRANT READ ON all TO 'electric:read' USING role/assign/check;
ELECTRIC GRANT UPDATE (anyone) ON on TO AUTHENTICATED CHECK (anyone IS NOT NULL);
INSERT INTO electric VALUES (1, 'U'), (2, 'V');
INSERT INTO grant_ VALUES (1, 1, NULL, NULL), (2, 2, 'U', 'to'), (3, 2, 'W', 'anyone');
INSERT INTO "on" VALUES (1, 1, true), (2, 2, true);
INSERT INTO "all" VALUES (1, 1), (2, 2);
RESET client_min_messages;
SET ROLE regress_electric_client;
CALL become('U');
SELECT (SELECT string_agg("using"::text, ' ') FROM electric), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM grant_),
	(SELECT string_agg(id::text, ' ' ORDER BY id) FROM "on"), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM "all");
UPDATE "on" SET anyone = false RETURNING id;
UPDATE "on" SET assign = 3 WHERE id = 2 RETURNING id;
CALL become('V');
SELECT (SELECT string_agg("using"::text, ' ') FROM electric), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM grant_),
	(SELECT string_agg(id::text, ' ' ORDER BY id) FROM "on"), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM "all");
UPDATE "on" SET assign = 1;
CALL become('W');
SELECT (SELECT count(*) FROM electric), (SELECT count(*) FROM grant_), (SELECT count(*) FROM "on");
SET ROLE regress_electric_owner;
SELECT dump FROM electric.dump() AS dump ORDER BY dump COLLATE "C";
ROLLBACK;

-- Tables, scopes and columns' tables without a schema are those that the search_path finds first.
BEGIN;
RESET ROLE;
CREATE SCHEMA one AUTHORIZATION regress_electric_owner;
CREATE SCHEMA two AUTHORIZATION regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE one.spaces (id int PRIMARY KEY, user_id text UNIQUE);
CREATE TABLE two.spaces (id int PRIMARY KEY, user_id text UNIQUE);
CREATE TABLE two.things (id int PRIMARY KEY, a int REFERENCES one.spaces, b int REFERENCES two.spaces);
CREATE INDEX ON two.things (a);
CREATE INDEX ON two.things (b);
ELECTRIC ENABLE two.things;
SET search_path = two, one;
ELECTRIC ASSIGN 'spaces:owner' TO spaces.user_id;
ELECTRIC GRANT READ ON things TO 'spaces:owner';
SET search_path = one, two;
ELECTRIC ASSIGN 'spaces:owner' TO spaces.user_id;
ELECTRIC GRANT READ ON things TO 'spaces:owner';
ELECTRIC GRANT UPDATE ON things TO 'two.spaces:owner';
ELECTRIC GRANT READ ON spaces TO 'spaces:owner';
SET search_path = pg_catalog;
ELECTRIC GRANT READ ON things TO 'one.spaces:owner';
SELECT tbl, privilege, role, scope, path FROM electric.grants ORDER BY privilege, scope::text;
SELECT tbl, user_column, role, scope FROM electric.assignments ORDER BY tbl::text;
ROLLBACK;
\set QUIET on
\i :reset

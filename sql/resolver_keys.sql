--
-- Resolver: which foreign keys a path can use, and what names them.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET ROLE regress_electric_owner;

-- State one rule after another, each on a table of its own, and show what is recorded.
CREATE PROCEDURE enable(name regclass) LANGUAGE plpgsql
	AS $$ BEGIN PERFORM electric.ddlx(format('ELECTRIC ENABLE %s', name)); END $$;
\set rule 'SELECT path, array_to_string(path_keys, \'; \') FROM electric.grants WHERE tbl = '

-- Composite keys: all columns together, in the key's own order; the scope's identity is its primary key.
CREATE TABLE root (a int, b int, PRIMARY KEY (b, a));
CREATE TABLE leaf (id int PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES root (a, b));
CALL enable('leaf');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON leaf TO 'root:r'$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON leaf TO 'root:r' USING x$$);
:rule 'leaf'::regclass;

-- Only the first column of a composite key names it.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON leaf TO 'root:r' USING y$$);
\echo :LAST_ERROR_SQLSTATE

-- A step may refer to any unique key; the scope is still known by its primary key.
CREATE TABLE teams (id int PRIMARY KEY, slug text UNIQUE);
CREATE TABLE players (id int PRIMARY KEY, team text REFERENCES teams (slug));
CALL enable('players');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON players TO 'teams:r'$$);
:rule 'players'::regclass;

-- A column that starts several keys is ambiguous; naming the constraint helps.
CREATE TABLE twins (id int PRIMARY KEY, x int, y int,
	CONSTRAINT one FOREIGN KEY (x, y) REFERENCES root (a, b), CONSTRAINT two FOREIGN KEY (x) REFERENCES teams);
CALL enable('twins');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON twins TO 'root:r' USING x$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON twins TO 'root:r' USING one$$);
:rule 'twins'::regclass;

-- A column wins over a constraint of its name; with the schema before it, the constraint is meant.
CREATE TABLE shadow (team_id int CONSTRAINT root_id REFERENCES teams, root_id text REFERENCES teams (slug));
CALL enable('shadow');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON shadow TO 'teams:r' USING root_id$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON shadow TO 'teams:s' USING public.shadow.root_id$$);
:rule 'shadow'::regclass ORDER BY role;

-- A constraint's name that several tables have is ambiguous, unless it is qualified.
CREATE TABLE hub (id int PRIMARY KEY);
CREATE TABLE spoke1 (id int PRIMARY KEY, h int CONSTRAINT spoke REFERENCES hub);
CREATE TABLE spoke2 (id int PRIMARY KEY, h int CONSTRAINT spoke REFERENCES hub);
CALL enable('hub');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON hub TO 'spoke1:r' USING spoke$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON hub TO 'spoke1:r' USING spoke1.spoke$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON hub TO 'spoke2:r' USING public.spoke2.spoke$$);
:rule 'hub'::regclass ORDER BY scope::text;

-- dump() types the recorded keys so that they are found again, whatever has taken their names since.
ALTER TABLE hub ADD team_id int CONSTRAINT spoke REFERENCES teams;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON hub TO 'teams:r'$$);
SELECT dump FROM electric.dump() WHERE dump ~ 'GRANT.*(hub|shadow)';
CREATE TABLE before AS SELECT dump FROM electric.dump();
SELECT electric.ddlx($$ELECTRIC REVOKE READ ON hub FROM 'spoke1:r', 'spoke2:r', 'teams:r';
	ELECTRIC REVOKE READ ON shadow FROM 'teams:r', 'teams:s'$$);
SELECT electric.ddlx(dump) FROM before WHERE dump ~ 'GRANT.*(hub|shadow)';
SELECT * FROM before EXCEPT SELECT * FROM electric.dump();

-- Backward goes by constraint, not by column.
SELECT electric.ddlx($$ELECTRIC GRANT READ ON hub TO 'spoke1:r' USING spoke1.h$$);

-- A key that refers to its own table is not followed; cycles are no way round.
CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree, hub_id int REFERENCES hub);
ALTER TABLE hub ADD tree_id int REFERENCES tree;
CALL enable('tree');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON tree TO 'hub:r' USING up/hub_id$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON tree TO 'hub:r'$$);
:rule 'tree'::regclass;

-- Names are quoted where necessary: dots, slashes, colons, quotes, unicode, 63 bytes, a DDLX word.
CREATE TABLE "a.b/c:d" ("the ""id""" int PRIMARY KEY);
CREATE TABLE "Ünïcode" (id int PRIMARY KEY, "check" int CONSTRAINT "fk.a/b:ü""c" REFERENCES "a.b/c:d");
CREATE TABLE long_names (id int PRIMARY KEY, gone int,
	column_of_sixty_three_bytes_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx int CONSTRAINT
	constraint_of_sixty_three_bytes_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx REFERENCES "Ünïcode");
ALTER TABLE long_names DROP COLUMN gone;
CALL enable('"Ünïcode"');
CALL enable('long_names');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON "Ünïcode" TO '"a.b/c:d":r' USING "check"$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON "Ünïcode" TO '"a.b/c:d":r' USING check$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON long_names TO '"a.b/c:d":r'$$);
:rule '"Ünïcode"'::regclass;
:rule 'long_names'::regclass;
SET quote_all_identifiers = on;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON "Ünïcode" TO '"a.b/c:d":r' USING "fk.a/b:ü""c"$$);
RESET quote_all_identifiers;
SELECT count(*) FROM electric.grants WHERE tbl = '"Ünïcode"'::regclass;

-- Partitioned tables count by the keys of their root, their partitions' clones do not.
CREATE TABLE years (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE years_1 PARTITION OF years DEFAULT;
CREATE TABLE days (id int PRIMARY KEY, year_id int REFERENCES years) PARTITION BY RANGE (id);
CREATE TABLE days_1 PARTITION OF days DEFAULT;
CREATE TABLE hours (id int PRIMARY KEY, day_id int REFERENCES days, part_id int REFERENCES years_1);
CALL enable('hours');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON hours TO 'years:r'$$);
:rule 'hours'::regclass;
SELECT electric.ddlx($$ELECTRIC GRANT READ ON hours TO 'years:r' USING part_id$$);

-- Keys that compare by a cast, by another collation, or cannot be hashed are refused, however they are found.
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE numbers (id numeric PRIMARY KEY, bits varbit UNIQUE, code text COLLATE nocase UNIQUE);
CREATE TABLE casts (id int PRIMARY KEY, n int REFERENCES numbers, b varbit REFERENCES numbers (bits),
	c text REFERENCES numbers (code));
CALL enable('casts');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON casts TO 'numbers:r'$$);
\echo :LAST_ERROR_SQLSTATE
SELECT electric.ddlx($$ELECTRIC GRANT READ ON casts TO 'numbers:r' USING n$$);
SELECT electric.ddlx($$ELECTRIC GRANT READ ON casts TO 'numbers:r' USING c$$);
CREATE TABLE wide (id bigint PRIMARY KEY);
CREATE TABLE narrow (id int PRIMARY KEY, w int REFERENCES wide);
CALL enable('narrow');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON narrow TO 'wide:r'$$);

-- So are keys whose operators are written in other languages than C: they would run inside the engine.
RESET ROLE;
CREATE FUNCTION same(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 = $2; END';
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, PROCEDURE = same, COMMUTATOR = ===, HASHES, MERGES);
CREATE OPERATOR CLASS odd_ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 ===,
	OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
CREATE OPERATOR CLASS odd_hash_ops FOR TYPE int USING hash AS OPERATOR 1 ===, FUNCTION 1 hashint4(int);
SET ROLE regress_electric_owner;
CREATE TABLE odd (id int PRIMARY KEY, code int);
CREATE UNIQUE INDEX ON odd (code odd_ops);
CREATE TABLE odd_child (id int PRIMARY KEY, code int REFERENCES odd (code));
CALL enable('odd_child');
SELECT electric.ddlx($$ELECTRIC GRANT READ ON odd_child TO 'odd:r' USING code$$);
\echo :LAST_ERROR_SQLSTATE
\i :reset

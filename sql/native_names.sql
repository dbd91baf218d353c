--
-- Native syntax: electric, enable and disable stay ordinary names, and what carries an
-- ELECTRIC statement through the parser cannot be forged.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY, owner_id text);
CREATE INDEX ON projects (owner_id);
CREATE TABLE issues (id int PRIMARY KEY, project_id int REFERENCES projects);
CREATE INDEX ON issues (project_id);
\pset format unaligned
\pset tuples_only on
\set grants 'SELECT tbl, privilege, role, scope FROM electric.grants ORDER BY tbl::text, 2, 3;'
\set enabled 'SELECT tbl FROM electric.tables ORDER BY tbl::text;'
ALTER TABLE projects ENABLE ELECTRIC;

-- Tables, columns, aliases, types, functions, labels and parameters may have these names.
CREATE TABLE enable (enable int, disable int, electric int);
CREATE TABLE electric (electric text DEFAULT 'enable electric', "grant" int);
CREATE TYPE disable AS ENUM ('electric');
INSERT INTO enable VALUES (1, 2, 3) RETURNING enable, disable, electric;
INSERT INTO electric VALUES ('enable', 1);
SELECT electric electric, electric enable, electric AS disable, electric.electric FROM electric;
SELECT electric enable FROM electric WHERE electric.electric = 'enable' AND electric."grant" = 1;
SELECT enable.enable, electric.disable, enable.electric FROM enable electric(enable, disable, electric), enable;
SELECT 'electric'::disable, 1 electric, 2 AS enable;
WITH electric AS (SELECT 1 enable) SELECT enable electric FROM electric;
UPDATE electric SET electric = 'x' WHERE electric.electric <> '' RETURNING electric enable;
ALTER TABLE enable ADD COLUMN electrics int, ALTER COLUMN electric SET DEFAULT 1;
ALTER TABLE enable ADD enabled disable;
ALTER TABLE electric RENAME TO disable_electric;
ALTER TABLE disable_electric RENAME COLUMN electric TO enable;
ALTER TABLE disable_electric RENAME enable TO electric;
SELECT * FROM disable_electric;
CREATE FUNCTION enable(electric int) RETURNS int LANGUAGE sql AS 'SELECT electric';
SELECT enable(4) electric;
SELECT quote_ident('electric'), quote_ident('enable'), quote_ident('disable'), format('%I', 'electric');

-- A type called electric: the column is added; the words are not ENABLE ELECTRIC.
CREATE DOMAIN electric AS int;
ALTER TABLE enable ADD COLUMN a electric, ADD b electric, ALTER disable TYPE electric;
CREATE TABLE typed (disable electric);
ALTER TABLE typed ADD COLUMN enable electric;
ALTER TABLE typed DROP COLUMN enable, ADD enable electric;
SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = 'typed'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1;

-- PL/pgSQL: variables, records and labels; a field called enable is no statement.
DO $$
<<electric>>
DECLARE
	enable int := 1;
	disable record;
BEGIN
	IF electric.enable = 1 THEN RAISE NOTICE 'enable is %', electric.enable; END IF;
	SELECT 1 AS electric, 2 AS grant INTO disable;
	enable := disable.electric + electric.enable;
	RAISE NOTICE '% %', enable, disable.electric;
END $$;
DO $$
DECLARE
	electric record;
BEGIN
	SELECT 1 AS enable, true AS disable INTO electric;
	IF electric.disable THEN RAISE NOTICE 'disable'; END IF;
	FOR electric IN SELECT 1 AS enable LOOP RAISE NOTICE '%', electric.enable; END LOOP;
	IF electric
		. enable = 2 OR electric/**/.disable THEN RAISE NOTICE 'not reached'; END IF;
EXCEPTION WHEN undefined_column THEN RAISE NOTICE 'the record has no such field now';
END $$;

-- Rules, triggers and row-level security are enabled as ever.
CREATE RULE electric AS ON DELETE TO enable DO ALSO NOTIFY a;
ALTER TABLE enable DISABLE RULE electric, ENABLE RULE electric, ENABLE ROW LEVEL SECURITY, DISABLE TRIGGER ALL;
CREATE RULE _e_ AS ON DELETE TO enable DO ALSO NOTIFY b;
ALTER TABLE enable DISABLE RULE _e_;
SELECT rulename, ev_enabled FROM pg_rewrite WHERE ev_class = 'enable'::regclass ORDER BY rulename COLLATE "C";
ALTER TABLE projects ENABLE RULE _e_;

-- One statement may hold both the rule and ELECTRIC; each is what it says.
CREATE TABLE both_words (id int PRIMARY KEY);
CREATE RULE _e_ AS ON DELETE TO both_words DO ALSO NOTIFY b;
ALTER TABLE both_words DISABLE RULE _e_, ENABLE ELECTRIC, ADD note text DEFAULT ', ENABLE ELECTRIC';
SELECT rulename, ev_enabled FROM pg_rewrite WHERE ev_class = 'both_words'::regclass;
ALTER TABLE both_words ENABLE RULE _e_;
ALTER TABLE both_words ENABLE RULE _e_, DISABLE ELECTRIC;
:enabled

-- UNLISTEN is the server's, whatever its name looks like.
\set QUIET off
LISTEN _e_0123456789abcdef;
UNLISTEN _e_0123456789abcdef;
UNLISTEN "_e_" ;
UNLISTEN _b_;
/* ELECTRIC GRANT READ ON projects TO 'x' */ UNLISTEN _e_0;
SELECT 1 \; UNLISTEN _e_1;
LISTEN electric;
UNLISTEN electric;
UNLISTEN *;
\set QUIET on
:grants
SELECT * FROM pg_listening_channels();

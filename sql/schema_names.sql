--
-- A living schema: names of any kind are followed: quoted, of full length, with dots, colons, slashes, quotes,
-- backslashes and percent signs, and names that occur within others.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE "regress_electric_o%s ""w" SUPERUSER;
CREATE ROLE regress_electric_client;
SELECT FROM electric.add_client_role('regress_electric_client');
GRANT EXECUTE ON FUNCTION electric.set_user TO regress_electric_client;
\pset format unaligned
\pset tuples_only on
SET ROLE "regress_electric_o%s ""w";
CREATE SCHEMA "s%d'c";
SET search_path = "s%d'c";
CREATE TABLE "p%sr""o" ("i%d" int PRIMARY KEY, "ow\ner" text, "st'ate" text);
CREATE TABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" (id int, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" int,
	CONSTRAINT "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz" FOREIGN KEY ("yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy") REFERENCES "p%sr""o");
INSERT INTO "p%sr""o" VALUES (1, 'alice', '%s%n'), (2, 'bob', '%s%n');
INSERT INTO "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" VALUES (10, 1), (20, 2);
DO LANGUAGE ddlx $d$
	ELECTRIC ENABLE "p%sr""o"; ELECTRIC ENABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	ELECTRIC ASSIGN '"p%sr""o":o' TO "p%sr""o"."ow\ner" IF ("st'ate" <> 'a\b''%');
	ELECTRIC GRANT READ ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" TO '"p%sr""o":o';
	ELECTRIC GRANT READ ON "p%sr""o" TO '"p%sr""o":o' WHERE ("st'ate" = '%s%n');
$d$;
CREATE PROCEDURE pg_temp.seen() LANGUAGE plpgsql AS $$
DECLARE t regclass; n int;
BEGIN
	FOR t IN SELECT tbl FROM electric.tables ORDER BY (SELECT relnatts FROM pg_class WHERE oid = tbl) LOOP
		SET LOCAL ROLE regress_electric_client;
		PERFORM electric.set_user('alice');
		EXECUTE format('SELECT count(*) FROM %s', t) INTO n;
		RESET ROLE;
		SET LOCAL ROLE "regress_electric_o%s ""w";
		RAISE NOTICE 'alice sees %', n;
	END LOOP;
END $$;
\set rules 'SELECT dump FROM electric.dump() AS dump WHERE dump NOT LIKE ''ALTER%'';'
SET client_min_messages = notice;
\set seen 'BEGIN; CALL pg_temp.seen(); COMMIT;'
:rules
:seen

-- Each is renamed to another that is no easier.
ALTER TABLE "p%sr""o" RENAME "ow\ner" TO "o'w""%n";
ALTER TABLE "p%sr""o" RENAME "st'ate" TO "s\%s";
ALTER TABLE "p%sr""o" RENAME "i%d" TO "%";
ALTER TABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" RENAME "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" TO "of.p/r:o";
ALTER TABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" RENAME CONSTRAINT "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz" TO "a/b.c%s";
ALTER TABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" RENAME TO "t%s";
ALTER TABLE "p%sr""o" RENAME TO "pr.o:j";
ALTER SCHEMA "s%d'c" RENAME TO "s%s";
SET search_path = "s%s";
:rules
:seen

-- Short names, which stand within others, and are names all the same.
ALTER TABLE "t%s" RENAME TO t;
ALTER TABLE t RENAME CONSTRAINT "a/b.c%s" TO c;
ALTER TABLE t RENAME "of.p/r:o" TO o;
ALTER TABLE "pr.o:j" RENAME TO p;
ALTER TABLE p RENAME "%" TO i;
ALTER TABLE p RENAME "o'w""%n" TO u;
ALTER TABLE p RENAME "s\%s" TO s;
ALTER SCHEMA "s%s" RENAME TO e;
SET search_path = e;
ALTER TABLE t RENAME CONSTRAINT c TO f;
ALTER TABLE t RENAME o TO r;
ALTER TABLE p RENAME i TO d;
ALTER TABLE p RENAME u TO w;
ALTER TABLE p RENAME s TO x;
ALTER TABLE t RENAME TO k;
ALTER TABLE p RENAME TO q;
:rules
:seen

-- What a rule stands on is found by such names as well.
\set ON_ERROR_ROLLBACK on
ALTER TABLE k DROP CONSTRAINT f;
ALTER TABLE q DROP w;
ALTER TABLE q DROP x;
ALTER TABLE q ALTER x TYPE varchar;
DROP TABLE k;
:rules
\set QUIET on
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA e CASCADE;
\i :reset

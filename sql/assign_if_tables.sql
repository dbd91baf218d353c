--
-- IF conditions over tables of every kind, and on what is no longer there: read as what it is, or no role.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT FROM electric.add_client_role('regress_electric_client');
SET client_min_messages = warning;
SET ROLE regress_electric_owner;
\pset format unaligned
\pset tuples_only on
\set as 'SET ROLE regress_electric_client; SELECT FROM electric.logout(); SELECT FROM electric.set_user'
\set owner 'SET ROLE regress_electric_owner;'
\set roles 'SELECT coalesce(string_agg(role || coalesce('' '' || scope_id::text, ''''), '', '' ORDER BY role, scope_id), ''none'') FROM electric.roles() WHERE lower(role) = role;'
\set seen 'SELECT coalesce(string_agg(id::text, '' '' ORDER BY id), ''nothing'') FROM docs;'
CREATE TABLE docs (id int PRIMARY KEY);
INSERT INTO docs SELECT generate_series(1, 9);
DO LANGUAGE ddlx $$ ELECTRIC ENABLE docs; ELECTRIC GRANT READ ON docs TO 'docs:r', 'docs:s', 'g'; $$;

-- Partitions have their columns in other places, and dropped ones between; a condition reads its own, one row a partition.
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN short AS varchar(5);
CREATE TABLE members (gone int, doc int REFERENCES docs, who text, mood mood, name short, twice int GENERATED ALWAYS AS (doc * 2) STORED) PARTITION BY LIST (doc);
CREATE TABLE members_1 PARTITION OF members FOR VALUES IN (1);
ALTER TABLE members DROP COLUMN gone;
CREATE TABLE members_2 (name short, x text, mood mood, y text, who text, doc int, twice int GENERATED ALWAYS AS (doc * 2) STORED);
ALTER TABLE members_2 DROP COLUMN x, DROP COLUMN y;
ALTER TABLE members ATTACH PARTITION members_2 FOR VALUES IN (2);
CREATE TABLE members_3 PARTITION OF members DEFAULT;
INSERT INTO members (doc, who, mood, name) VALUES (1, 'u', 'glad', 'x'), (2, 'u', 'glad', 'x'), (3, 'u', 'glad', 'x'), (1, 'v', 'sad', 'x'), (2, 'v', 'glad', NULL), (3, 'v', 'glad', 'y'), (4, 'w', 'glad', 'x');
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'docs:r' TO members.who IF (mood = 'glad' AND name IN ('x', 'z') AND twice < 8)$$);
:as('u', is_local => false);
:seen
:roles
:as('v', is_local => false);
:seen
:as('w', is_local => false);
:seen
:owner
ALTER TABLE members DETACH PARTITION members_2;
UPDATE members SET mood = 'glad' WHERE who = 'v';
:as('u', is_local => false);
:seen
:as('v', is_local => false);
:seen
:owner
DROP TABLE members CASCADE;
DROP TABLE members_2;

-- So does one for a row that gives a role in itself, whichever partition it comes to stand in.
CREATE TABLE trees (id int PRIMARY KEY, planter text, alive boolean) PARTITION BY RANGE (id);
CREATE TABLE trees_1 (x int, alive boolean, planter text, id int NOT NULL);
ALTER TABLE trees_1 DROP COLUMN x;
ALTER TABLE trees ATTACH PARTITION trees_1 FOR VALUES FROM (0) TO (10);
CREATE TABLE trees_2 PARTITION OF trees DEFAULT;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE trees;
	ELECTRIC GRANT READ ON trees TO 'trees:planter';
	ELECTRIC GRANT INSERT, UPDATE ON trees TO ANYONE;
	ELECTRIC ASSIGN 'trees:planter' TO trees.planter IF (alive);
$$;
:as('u', is_local => false);
INSERT INTO trees VALUES (1, 'u', true), (11, 'u', true) RETURNING id;
INSERT INTO trees VALUES (2, 'u', false) RETURNING id;
INSERT INTO trees VALUES (12, 'u', false) RETURNING id;
INSERT INTO trees VALUES (1, 'u', true) ON CONFLICT (id) DO UPDATE SET alive = true RETURNING id;
UPDATE trees SET id = id - 9 WHERE id = 11 RETURNING id;
:owner
TABLE trees ORDER BY id;

-- A global role, a dynamic role, several conditions on one table, and a plan made for another user.
CREATE TABLE staff (who text PRIMARY KEY, post text, since date, until timestamptz);
INSERT INTO staff VALUES ('u', 'g', '2020-01-01', NULL), ('v', 'g', '2020-01-01', '2020-01-02'), ('w', 'x', '2020-01-01', NULL);
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (NULL, staff.post) TO staff.who IF (coalesce(until > now(), true) AND since < now());
	ELECTRIC ASSIGN (NULL, 'g') TO staff.who IF (post = 'x' AND CASE WHEN since IS NULL THEN false ELSE since >= ALL (ARRAY['2019-12-31'::date, '2020-01-01']) END);
$$;
SET ROLE regress_electric_client;
SET plan_cache_mode = force_generic_plan;
PREPARE counted AS SELECT count(*) FROM docs;
:as('u', is_local => false);
EXECUTE counted;
:roles
:as('v', is_local => false);
EXECUTE counted;
:as('w', is_local => false);
EXECUTE counted;
:roles
RESET plan_cache_mode;

-- A cursor goes by the rows of when it was opened; where the rule is another by the time that it is read, it gives nothing.
BEGIN;
DECLARE opened CURSOR FOR SELECT count(*) FROM docs;
DECLARE replaced CURSOR FOR SELECT count(*) FROM docs;
:owner
DELETE FROM staff;
SET ROLE regress_electric_client;
FETCH opened;
:owner
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'g' TO staff.who IF (true); ELECTRIC UNASSIGN (NULL, staff.post) FROM staff.who$$);
SET ROLE regress_electric_client;
FETCH replaced;
ROLLBACK;

-- A condition that is no longer kept gives nobody a role, and breaks no query: dropped with CASCADE, by hand, or edited.
:owner
CREATE FUNCTION fits(text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN $1 = 'x'; END $$;
DO LANGUAGE ddlx $$
	ELECTRIC UNASSIGN (NULL, staff.post) FROM staff.who;
	ELECTRIC ASSIGN (NULL, 'g') TO staff.who IF (fits(post));
	ELECTRIC ASSIGN (NULL, 'other') TO staff.who IF (since IS NOT NULL);
$$;
:as('w', is_local => false);
:roles
:owner
ALTER FUNCTION fits(text) VOLATILE;
SET ROLE regress_electric_client;
:roles
EXECUTE counted;
:owner
ALTER FUNCTION fits(text) STABLE;
SET ROLE regress_electric_client;
EXECUTE counted;
:owner
DROP FUNCTION fits(text) CASCADE;
ALTER TABLE staff DROP COLUMN since CASCADE;
SET ROLE regress_electric_client;
:roles
EXECUTE counted;
:owner
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN (NULL, 'g') TO staff.who IF (post = 'x')$$);
SET ROLE regress_electric_client;
EXECUTE counted;
RESET ROLE;
UPDATE electric.assignments SET if_sql = 'true); DROP TABLE docs; SELECT (true' WHERE role = 'g';
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'x' TO staff.who$$);
SET ROLE regress_electric_client;
:roles
EXECUTE counted;
RESET ROLE;
\i :reset

--
-- ASSIGN .. IF as a rule: what is kept, replaced, dumped and refused, and what it holds on to.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TABLE teams (id int PRIMARY KEY, lead text, kind text, gone int);
CREATE TABLE members (team int REFERENCES teams, spare int REFERENCES teams, who text, kind text, new text, "odd ""name" int, gone int);
CREATE INDEX ON members (team);
CREATE INDEX ON members (spare);
CREATE INDEX ON members (who);
CREATE INDEX ON teams (lead);
CREATE FUNCTION open(text) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT $1 = 'open' $$;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE teams; ELECTRIC ENABLE members; $$;
\pset format unaligned
\pset tuples_only on
\set rules 'SELECT tbl, user_column, coalesce(role, role_column) AS role, if_sql FROM electric.assignments ORDER BY 1, 2, 3;'
\set kept 'SELECT tablename, permissive, cmd, qual FROM pg_policies WHERE policyname ~ ''^electric_if_[0-9a-f]{16}$'' ORDER BY 1, 4;'

-- A condition is kept with every name qualified, and stands in a policy that judges nothing, on tables that are not enabled as well.
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'teams:a' TO members.who USING team IF (open(kind) AND row."odd ""name" IS NULL AND this.new = new AND 'it''s \' <> kind)$$);
:rules
:kept
SELECT obj_description(p.oid) FROM pg_policy p WHERE polname ~ '^electric_if';

-- Equal conditions share the policy.
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'b' TO members.who IF (kind = 'x')$$);
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'c' TO members.who IF (this.kind='x')$$);
SELECT obj_description(p.oid) FROM pg_policy p WHERE pg_get_expr(polqual, polrelid) ~ 'kind = ''x''';
SELECT FROM electric.ddlx($$ELECTRIC UNASSIGN 'b' FROM members.who$$);
SELECT obj_description(p.oid) FROM pg_policy p WHERE pg_get_expr(polqual, polrelid) ~ 'kind = ''x''';

-- ASSIGN again with the same key replaces condition and path, with a NOTICE that shows the old statement; the same again is silent.
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'c' TO members.who IF ("kind" = 'x')$$);
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'teams:a' TO members.who USING spare IF (kind = 'x')$$);
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'c' TO members.who IF (kind <> 'x')$$);
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'c' TO members.who$$);
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'c' TO members.who IF (kind = 'y')$$);
:rules
:kept

-- dump() gives statements that make the same rules again.
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN (teams, teams.kind) TO teams.lead IF (kind IN ('x', 'y') AND now() > '2020-02-03 04:05'::timestamptz)$$);
CREATE TEMP TABLE rules AS SELECT * FROM electric.assignments;
CREATE TEMP TABLE dumped AS SELECT dump FROM electric.dump() AS dump;
SELECT dump FROM dumped ORDER BY 1;
SELECT FROM electric.ddlx('ELECTRIC UNASSIGN ''teams:a'' FROM members.who; ELECTRIC UNASSIGN ''c'' FROM members.who; ELECTRIC UNASSIGN (teams, teams.kind) FROM teams.lead');
:kept
SET search_path = pg_catalog;
SET TimeZone = 'Asia/Tokyo';
SET client_min_messages = warning;
SELECT FROM electric.ddlx((SELECT string_agg(dump, E'\n') FROM pg_temp.dumped));
RESET ALL;
(TABLE electric.assignments EXCEPT TABLE rules) UNION ALL (TABLE rules EXCEPT TABLE electric.assignments);

-- Assignments and their conditions keep a table enabled, and DISABLE lists them.
SELECT FROM electric.ddlx($$ELECTRIC DISABLE members$$);

-- What a condition names cannot vanish without CASCADE, and a column takes no type that the condition does not.
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'd' TO members.who IF (gone = 1)$$);
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'e' TO members.who IF (open(kind))$$);
ALTER TABLE members DROP COLUMN gone;
ALTER TABLE members ALTER COLUMN gone TYPE text;
DROP FUNCTION open(text);

-- After a rename it goes on. Stated again by the old name, it means what has that name now.
ALTER TABLE members RENAME COLUMN gone TO was_gone;
:kept
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'd' TO members.who IF (gone = 1)$$);
ALTER TABLE members ADD COLUMN gone int;
SELECT FROM electric.ddlx($$ELECTRIC ASSIGN 'd' TO members.who IF (gone = 1)$$);
ALTER TABLE members DROP COLUMN was_gone;
:kept

-- Refused, each at its place, and nothing is stored.
PREPARE refused(text) AS SELECT FROM electric.ddlx('ELECTRIC ASSIGN ''größe'' TO members.who IF (' || $1 || ')');
EXECUTE refused($$kin = 'x'$$);
EXECUTE refused($$kind = 'ä' AND row.kin = 'x'$$);
EXECUTE refused($$kind$$);
EXECUTE refused($$members.kind = 'x'$$);
EXECUTE refused($$who = auth.user_id$$);
EXECUTE refused($$auth.data.level = '1'$$);
EXECUTE refused($$kind = 'x' OR new.kind = 'x'$$);
EXECUTE refused($$old.kind = 'x'$$);
EXECUTE refused($$who = electric.user_id()$$);
EXECUTE refused($$electric.claims() ? 'x'$$);
EXECUTE refused($$EXISTS (SELECT 1)$$);
EXECUTE refused($$count(*) > 1$$);
EXECUTE refused($$generate_series(1, 2) > 1$$);
EXECUTE refused($$random() > 0.5$$);
EXECUTE refused($$clock_timestamp() < 'infinity'$$);
EXECUTE refused($$row_number() OVER () = 1$$);
EXECUTE refused($$this IS NOT NULL$$);
EXECUTE refused($$xmin = '1'$$);
EXECUTE refused($$kind = $1$$);
EXECUTE refused($$kind = $$);
EXECUTE refused($$true, true$$);
SELECT count(*) FROM electric.assignments WHERE role = 'größe';
RESET ROLE;
\i :reset

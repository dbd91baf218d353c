--
-- Conditions are read again when the schema changes. What they call stays what was meant: who may create in the same
-- schema cannot put a function of his own in its place that fits better.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_mallory;
CREATE SCHEMA own AUTHORIZATION regress_electric_owner;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
SET ROLE regress_electric_owner;
CREATE TABLE notes (id int PRIMARY KEY, n int, s varchar);
CREATE FUNCTION below(int, int DEFAULT 5) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < $2';
CREATE FUNCTION never(anyelement) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE FUNCTION none_of(VARIADIC int[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE FUNCTION is_x(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 = 'x' $$;
CREATE FUNCTION pair_of(a int, b int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE FUNCTION never2(anyelement, anyelement) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE FUNCTION is_two(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR ### (FUNCTION = never2, LEFTARG = anyelement, RIGHTARG = anyelement);
CREATE OPERATOR #### (FUNCTION = is_two, LEFTARG = int, RIGHTARG = int);
CREATE FUNCTION own.never(anyelement) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
DO LANGUAGE ddlx $$ ELECTRIC ENABLE notes $$;

-- A call whose text could come to mean another function is refused where others may create.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON notes TO ANYONE WHERE (below(n)) $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON notes TO ANYONE WHERE (never(s)) $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON notes TO ANYONE WHERE (pair_of(b => n, a => 1)) $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON notes TO ANYONE WHERE (n ### id) $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON notes TO ANYONE WHERE (n ### ANY ('{1,2}')) $$;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'x' TO notes.s IF (below(n)) $$;

-- One that takes its declared types is not, nor one of a schema that is the owner's alone.
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON notes TO 'a' WHERE (below(n, 5) AND is_x(s));
	ELECTRIC GRANT READ ON notes TO 'b' WHERE (none_of(n, id) AND pair_of(n, 1) AND n #### id);
	ELECTRIC GRANT READ ON notes TO 'c' WHERE (own.never(s) AND coalesce(n, 1) = 1 AND concat(s) = auth.user_id);
$$;

-- Whatever Mallory adds: the rules, their policies and what they call stay what they were.
\set calls 'SELECT DISTINCT proowner::regrole, refobjid::regprocedure::text FROM pg_depend JOIN pg_policy p ON p.oid = objid JOIN pg_proc f ON f.oid = refobjid WHERE classid = ''pg_policy''::regclass AND refclassid = ''pg_proc''::regclass AND pronamespace <> ''electric''::regnamespace ORDER BY 2;'
:calls
SET ROLE regress_electric_mallory;
CREATE FUNCTION below(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION below(int, bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION is_x(varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION none_of(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION never(varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION yes(bigint, bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR #### (FUNCTION = yes, LEFTARG = bigint, RIGHTARG = bigint);
SET ROLE regress_electric_owner;
ALTER TABLE notes RENAME n TO number;
ALTER TABLE notes RENAME s TO string;
ALTER TABLE notes ALTER number TYPE int4;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE notes $$;
:calls
SELECT dump FROM electric.dump() AS dump;

-- The schema becomes one in which others may create: what could change its meaning gives nothing when it is read again.
GRANT CREATE ON SCHEMA own TO regress_electric_mallory;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE notes $$;
\set QUIET on
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA own CASCADE;
\i :reset

--
-- Native syntax: ELECTRIC statements typed as they stand.
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
\set QUIET off

-- Every statement may be typed; the command tag is the nearest one that PostgreSQL has.
ALTER TABLE projects ENABLE ELECTRIC;
ELECTRIC ENABLE issues;
ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
ELECTRIC GRANT ALL ON projects TO 'projects:owner';
ELECTRIC GRANT READ ON issues TO 'projects:owner' USING project_id;
ELECTRIC REVOKE DELETE, INSERT, UPDATE ON projects FROM 'projects:owner';
:grants
ELECTRIC REVOKE ALL ON issues, projects FROM 'projects:owner';
ELECTRIC UNASSIGN 'projects:owner' FROM projects.owner_id;
ALTER TABLE projects DISABLE ELECTRIC;
ELECTRIC DISABLE issues;
:enabled

-- Letter case, line breaks and comments between any two tokens are PostgreSQL's own.
electric enable projects;
Electric
	Grant read
	On -- projects; ELECTRIC GRANT
	projects To 'admin';
/* a /* nested; */ comment */ELECTRIC/**/GRANT/**/INSERT/**/ON/**/projects/**/TO/**/'admin'/**/;
eLECTRIC--
GRANT UPDATE--;
ON"projects"TO'admin'-- the end
;
ELECTRIC GRANT READ ON public . projects TO $role$editor$role$;
ELECTRIC GRANT READ ON projects TO E'vi\x65wer';
ALTER/**/TABLE issues ENABLE--
/**/electric/**/;
:grants
:enabled

-- A string may hold several, among others, and needs no semicolon at its end.
\set QUIET on
SELECT 'before' \; ELECTRIC REVOKE ALL ON projects FROM 'admin' \; SELECT 'after' \; ; ELECTRIC REVOKE ALL ON projects FROM 'editor', 'viewer'\g
:grants

-- ELECTRIC in a literal, a comment, a name in quotes, or a body in dollars, is none.
SELECT 'ELECTRIC GRANT ALL ON projects TO ''x''', $$; ELECTRIC GRANT ALL ON projects TO 'x'$$, /* ; ELECTRIC ENABLE projects; */ 1;
SELECT 'x -- ', '; ' AS "ELECTRIC GRANT", E'\'; ELECTRIC ENABLE projects; --';
-- ; ELECTRIC GRANT ALL ON projects TO 'x'
"ELECTRIC" GRANT ALL ON projects TO 'x';
ALTER TABLE projects ENABLE "ELECTRIC";
:grants

-- Where ELECTRIC starts no statement, it is what it always was: a name, or a syntax error.
PREPARE p AS ELECTRIC GRANT ALL ON projects TO 'x';
EXPLAIN ELECTRIC GRANT ALL ON projects TO 'x';
CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC
	SELECT CASE WHEN true THEN 1 END;
	ELECTRIC GRANT ALL ON projects TO 'x';
END;
CREATE RULE r AS ON INSERT TO projects DO ALSO (NOTIFY a; ELECTRIC GRANT ALL ON projects TO 'x');
ELECTRIC.GRANT ALL ON projects TO 'x';
ELECTRIC - x
GRANT ALL ON projects TO 'x';
ELECTRIC "GRANT" ALL ON projects TO 'x';
ELECTRIC;
ELECTRIC\g

-- Behind a routine with a body of its own, a statement starts again.
CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END \; ELECTRIC GRANT READ ON projects TO 'after';
:grants

-- How string literals are read is decided when the string arrives, not when the statement runs.
SET escape_string_warning = off;
SET standard_conforming_strings = off;
ELECTRIC GRANT READ ON projects TO 'a\'; SELECT 1 --';
SET standard_conforming_strings = on \; ELECTRIC GRANT READ ON projects TO 'b\'; SELECT 2 --';
RESET standard_conforming_strings;
ELECTRIC GRANT READ ON projects TO 'c\';
SELECT role FROM electric.grants ORDER BY role COLLATE "C";

-- The switch: off, every text is parsed as without the extension; the other ways in still work.
SET electric_perm.native_syntax = off;
ELECTRIC GRANT READ ON projects TO 'x';
ALTER TABLE projects ENABLE ELECTRIC;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON projects FROM 'after' $$;
SELECT electric.ddlx('ELECTRIC ENABLE projects');
RESET electric_perm.native_syntax;
ELECTRIC REVOKE READ ON projects FROM E'a\'; SELECT 1 --';

-- Without the extension in the database, the statement says what to do; nothing else changes.
RESET ROLE;
SET client_min_messages = warning;
DROP EXTENSION electric_perm CASCADE;
RESET client_min_messages;
ELECTRIC GRANT READ ON projects TO 'x';
ALTER TABLE projects ADD note text, ENABLE ELECTRIC;
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM pg_attribute WHERE attrelid = 'projects'::regclass AND attname = 'note';

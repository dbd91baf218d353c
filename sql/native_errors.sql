--
-- Native syntax: errors come with the position of the word in the text that was sent, and
-- leave those of the neighbours where they are.
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

-- Mistakes in an ELECTRIC statement: first word, middle, at the semicolon, at the end.
ELECTRIC GRANT PAINT ON projects TO 'x';
ELECTRIC GRANT READ ON projects TO x;
ELECTRIC GRANT READ ON projects TO ;
ELECTRIC GRANT READ ON projects TO\g
ELECTRIC ENABLE;
ELECTRIC GRANT READ ON projects TO 'unterminated;
'
;
ELECTRIC GRANT READ ON nowhere TO 'x';
ELECTRIC ASSIGN 'projects:owner' TO projects.nobody;
ALTER TABLE nowhere ENABLE ELECTRIC;

-- On the line where the word stands, with characters of several bytes before it.
SELECT 'é€𝄞' \;
	ELECTRIC GRANT READ ON projects
	/* é€𝄞 */ TO wrong;
ELECTRIC GRANT READ ON "é€𝄞" TO 'x';
SELECT 'é€𝄞' \; ELECTRIC GRANT READ ON projects TO 'é€𝄞' \; ELECTRIC GRANT READ ON é€𝄞 TO 'x';

-- The neighbours of a statement: before it, behind it, in the same string.
SELECT nothing \; ELECTRIC GRANT READ ON projects TO 'x';
SELEC 1 \; ELECTRIC GRANT READ ON projects TO 'x';
ELECTRIC GRANT READ ON projects TO 'x' \; SELEC 1;
ELECTRIC GRANT READ ON projects TO 'x' \; SELECT nothing;
ELECTRIC GRANT READ ON projects TO 'é€𝄞' \; SELECT nothing;
ELECTRIC GRANT READ ON projects TO 'é€𝄞' /* é */ \; SELECT 'é€𝄞', nothing;
ELECTRIC ENABLE é \; SELECT nothing;
ELECTRIC ENABLE "é" \; SELEC nothing;
ELECTRIC ENABLE é.é\; SELEC nothing;
ELECTRIC ENABLE é\; ELECTRIC ENABLE é\; SELEC nothing;
ELECTRIC REVOKE READ ON projects FROM 'é', 'é€𝄞''', 'é€𝄞é€𝄞é€𝄞é€𝄞é€𝄞é€𝄞é€𝄞é€𝄞'\; SELEC nothing;
ELECTRIC DISABLE public.ééééééééééééééééééééééééééééé\; SELEC nothing;
ELECTRIC GRANT READ ON projects TO 'x' USING é\; SELEC nothing;
ALTER TABLE projects ENABLE ELECTRIC, ADD é int \; SELEC nothing;
ALTER TABLE projects ENABLE ELECTRIC é;
ALTER TABLE projects ENABLE ELECTRIC, ;

-- The first mistake of a string is the one reported, and none of its statements has run.
ELECTRIC GRANT PAINT ON projects TO 'x' \; SELEC 1;
SELEC 1 \; ELECTRIC GRANT PAINT ON projects TO 'x';
:grants

-- In a function's body the position is the body's.
DO $$ BEGIN
	ELECTRIC GRANT READ ON projects TO x;
END $$;
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$
	SELECT 'é';
	ELECTRIC GRANT READ ON projects TO x;
$$;
DO $$ BEGIN
	ELECTRIC GRANT READ ON nowhere TO 'x';
END $$;
DO $$ BEGIN
	EXECUTE 'SELECT 1; ELECTRIC GRANT READ ON nowhere TO ''x''';
END $$;

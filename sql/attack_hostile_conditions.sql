--
-- Hostile functions, operators, domains and enums in rules: code that another role owns and that a rule's table uses
-- runs as whoever asks, not as the table's owner or the extension's, and what it does there gives nobody a role.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_mallory;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
CREATE SCHEMA mallory AUTHORIZATION regress_electric_mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
SELECT FROM electric.add_client_role('regress_electric_client');
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SELECT FROM electric.set_user('alice', is_local => false);
SET client_min_messages = warning;
\set alice 'RESET ROLE; SELECT FROM electric.logout(); SELECT FROM electric.set_user(''alice'', is_local => false); SET ROLE regress_electric_client;'

-- Mallory's code says who runs it, and tries what he can as that role.
SET ROLE regress_electric_mallory;
CREATE TABLE mallory.runs (who text, where_from text);
GRANT INSERT ON mallory.runs TO PUBLIC;
CREATE FUNCTION mallory.note(place text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO mallory.runs VALUES (current_user, place);
	RETURN true;
END $$;
CREATE FUNCTION mallory.check(place text) RETURNS boolean LANGUAGE plpgsql STABLE COST 0.0000001 AS $$ BEGIN RETURN mallory.note(place); END $$;
CREATE FUNCTION mallory.same(text, text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN mallory.note('operator') AND $1 = $2; END $$;
CREATE OPERATOR mallory.=== (FUNCTION = mallory.same, LEFTARG = text, RIGHTARG = text);
CREATE DOMAIN mallory.number AS int CHECK (mallory.check('domain'));
CREATE DOMAIN mallory.word AS text CHECK (mallory.check('domain'));
SET ROLE regress_electric_owner;
CREATE TABLE projects (id mallory.number PRIMARY KEY, owner_id mallory.word);
CREATE TABLE members (project_id mallory.number REFERENCES projects, user_id mallory.word, role mallory.word);
CREATE TABLE issues (id int PRIMARY KEY, project_id mallory.number REFERENCES projects, status text);
CREATE INDEX ON issues (project_id);
CREATE INDEX ON members (user_id);
INSERT INTO projects VALUES (1, 'alice'), (2, 'bob');
INSERT INTO members VALUES (1, 'alice', 'member'), (2, 'bob', 'member');
INSERT INTO issues VALUES (10, 1, 'open'), (20, 2, 'open'), (30, NULL, 'open');
RESET ROLE;
TRUNCATE mallory.runs;

-- Stating rules runs none of it: not for the owner, not for a superuser.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues;
	ELECTRIC ASSIGN (projects, members.role) TO members.user_id;
	ELECTRIC ASSIGN 'projects:owner' TO projects.owner_id;
	ELECTRIC GRANT READ, DELETE ON issues TO 'projects:member' WHERE (mallory.check('condition') AND status OPERATOR(mallory.===) 'open' AND project_id::mallory.number > 0);
	ELECTRIC GRANT INSERT ON issues TO 'projects:member' CHECK (mallory.check('condition'));
	ELECTRIC GRANT READ ON projects TO 'projects:owner', 'projects:member';
$$;
RESET ROLE;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues TO 'x'; ELECTRIC REVOKE READ ON issues FROM 'x' $$;
SELECT count(*) FROM electric.dump();
SELECT count(*) FROM electric.roles('alice');
SELECT DISTINCT * FROM mallory.runs;

-- Reading roles, scopes and keys runs none of it, by whatever plan; a condition runs as who asks.
:alice
SELECT role, scope_id FROM electric.roles() ORDER BY 1, 2;
SELECT id FROM projects ORDER BY id;
SET enable_seqscan = off;
SELECT id FROM projects ORDER BY id;
RESET enable_seqscan;
RESET ROLE;
SELECT DISTINCT * FROM mallory.runs ORDER BY 2;
TRUNCATE mallory.runs;
:alice
SELECT id FROM issues;
INSERT INTO issues VALUES (11, 1, 'open');
INSERT INTO issues VALUES (21, 2, 'open');
DELETE FROM issues WHERE id = 20;
RESET ROLE;
SELECT DISTINCT * FROM mallory.runs ORDER BY 2;

-- What he changes it to gives nobody more than the condition narrows: true is no role.
SET ROLE regress_electric_mallory;
CREATE OR REPLACE FUNCTION mallory.same(text, text) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true';
\set mallory 'RESET ROLE; SET ROLE regress_electric_mallory; CREATE OR REPLACE FUNCTION mallory.note(place text) RETURNS boolean LANGUAGE plpgsql AS'
\set look 'SELECT id FROM issues ORDER BY id; DELETE FROM issues WHERE id IN (20, 30); INSERT INTO issues VALUES (22, 2, ''open'');'
:alice
:look
:mallory $$ BEGIN PERFORM electric.logout(); RETURN true; END $$;
:alice
:look
:mallory $$ BEGIN PERFORM electric.set_user('bob', is_local => false); RETURN true; END $$;
:alice
:look
:mallory $$ BEGIN SET LOCAL row_security = off; RETURN (SELECT count(*) FROM public.issues) > 0; END $$;
:alice
:look
:mallory $$ BEGIN INSERT INTO public.members VALUES (2, 'alice', 'member'); RETURN true; END $$;
:alice
:look
:mallory $$ BEGIN SET search_path = mallory; SET transform_null_equals = on; RETURN NULL; END $$;
:alice
:look
RESET search_path;
RESET transform_null_equals;
:mallory $$ BEGIN PERFORM FROM public.issues WHERE mallory.note('again'); RETURN true; END $$;
:alice
\set VERBOSITY sqlstate
:look
:mallory $$ BEGIN RAISE EXCEPTION 'no more'; END $$;
:alice
:look
\set VERBOSITY default
RESET ROLE;
SELECT * FROM issues ORDER BY id;
SELECT * FROM members ORDER BY 1;
\i :reset

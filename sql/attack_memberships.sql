--
-- Self-promotion: the rows that give roles are rows like others. Whoever may write none of them gives himself no
-- role; whoever may write some gives roles where his grant reaches, and nowhere else.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
\set owner 'RESET SESSION AUTHORIZATION; SET client_min_messages = warning; SET ROLE regress_electric_owner;'
\set client 'RESET ROLE; RESET client_min_messages; SET SESSION AUTHORIZATION regress_electric_client;'
\set attack 'SELECT n, attacker.try(q) FROM unnest(ARRAY['
\set end ']) WITH ORDINALITY a (q, n) ORDER BY n;'

-- Nothing is granted on members: no statement reaches them, by any way.
:attack
	'INSERT INTO members VALUES (2, ''alice'', ''editor'')',
	'UPDATE members SET role = ''editor''',
	'DELETE FROM members WHERE user_id = ''bob''',
	'SELECT FROM members',
	'TRUNCATE members',
	'ALTER TABLE members DISABLE ROW LEVEL SECURITY',
	$$SELECT electric.ddlx('ELECTRIC GRANT ALL ON members TO ANYONE')$$,
	$$SELECT electric.ddlx('ELECTRIC ASSIGN ''projects:editor'' TO members.role')$$
:end

-- Editors may write the memberships of their projects: alice gives roles in project 1, and none in 2 and 3.
:owner
SELECT FROM electric.ddlx($$
	ELECTRIC GRANT WRITE ON members TO 'projects:editor';
	ELECTRIC GRANT READ ON members TO 'projects:editor', 'projects:reader';
$$);
:client
:attack
	'INSERT INTO members VALUES (1, ''carol'', ''editor'')',
	'UPDATE members SET role = ''owner'' WHERE project_id = 1',
	'INSERT INTO members VALUES (2, ''alice'', ''editor'')',
	'INSERT INTO members VALUES (1, ''carol'', ''editor''), (2, ''alice'', ''editor'')',
	'INSERT INTO members VALUES (NULL, ''alice'', ''editor'')',
	'INSERT INTO members VALUES (4, ''alice'', ''editor'')',
	'INSERT INTO members SELECT 2, user_id, role FROM members',
	'INSERT INTO members VALUES (3, ''alice'', ''editor'') ON CONFLICT (project_id, user_id) DO UPDATE SET role = ''editor''',
	'INSERT INTO members VALUES (1, ''alice'', ''x'') ON CONFLICT (project_id, user_id) DO UPDATE SET project_id = 2',
	'INSERT INTO members VALUES (1, ''alice'', ''x'') ON CONFLICT (project_id, user_id) DO UPDATE SET role = ''reader''',
	'UPDATE members SET role = ''editor'' WHERE project_id = 3',
	'UPDATE members SET user_id = ''alice'' WHERE project_id = 2',
	'UPDATE members SET project_id = 2 WHERE project_id = 1',
	'UPDATE members SET project_id = 1 WHERE project_id = 3',
	'MERGE INTO members m USING (VALUES (3, ''alice'')) v ON m.project_id = column1 AND user_id = column2 WHEN MATCHED THEN UPDATE SET role = ''editor''',
	'MERGE INTO members m USING (VALUES (2, ''alice'')) v ON m.project_id = column1 WHEN NOT MATCHED THEN INSERT VALUES (2, ''alice'', ''editor'')',
	'MERGE INTO members m USING (VALUES (1)) v ON m.project_id = column1 WHEN MATCHED THEN UPDATE SET project_id = 2',
	'DELETE FROM members WHERE user_id = ''bob''',
	'WITH m AS (INSERT INTO members VALUES (2, ''alice'', ''editor'') RETURNING 1) SELECT FROM issues, m',
	'WITH m AS (UPDATE members SET project_id = 1, user_id = ''bob'' WHERE project_id = 1 RETURNING 1) UPDATE issues SET secret = NULL FROM m'
:end

-- So it is through views, functions, triggers and rules of her own.
CREATE VIEW attacker.mine AS SELECT * FROM members;
CREATE FUNCTION attacker.enlist(project int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN INSERT INTO public.members VALUES (project, 'alice', 'owner') ON CONFLICT (project_id, user_id) DO UPDATE SET role = 'owner'; END $$;
CREATE TABLE attacker.joins (project int);
CREATE RULE joins AS ON INSERT TO attacker.joins DO ALSO INSERT INTO members VALUES (NEW.project, 'carol', 'editor');
CREATE FUNCTION attacker.is_enlisted(project int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM attacker.enlist($1); RETURN true; END $$;
CREATE DOMAIN attacker.joined AS int CHECK (attacker.is_enlisted(VALUE));
:attack
	'UPDATE attacker.mine SET role = ''owner''',
	'UPDATE attacker.mine SET role = ''owner'' WHERE project_id = 1',
	'INSERT INTO attacker.mine VALUES (2, ''alice'', ''editor'')',
	'SELECT attacker.enlist(1)',
	'SELECT attacker.enlist(2)',
	'SELECT attacker.enlist(3)',
	'INSERT INTO attacker.joins VALUES (1)',
	'INSERT INTO attacker.joins VALUES (2)',
	'SELECT 2::attacker.joined',
	'SELECT FROM issues WHERE attacker.is_enlisted(project_id)'
:end

-- A role that she gives in the middle of a statement counts from the next statement on, and goes with what is rolled back.
:owner
SELECT FROM electric.ddlx($$ ELECTRIC GRANT INSERT ON members TO 'projects:reader' CHECK (new.role = 'guest');
	ELECTRIC GRANT UPDATE, DELETE ON issues TO 'projects:guest'; $$);
INSERT INTO members VALUES (3, 'dave', 'editor');
:client
CREATE FUNCTION attacker.invite(id int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0000001 AS $$ BEGIN PERFORM attacker.invite_alice(); RETURN true; END $$;
CREATE FUNCTION attacker.invite_alice() RETURNS void LANGUAGE sql VOLATILE AS $$ DELETE FROM members WHERE user_id = 'alice' AND project_id = 1;
	INSERT INTO members VALUES (3, 'carol', 'guest') ON CONFLICT DO NOTHING $$;
CREATE FUNCTION attacker.undone() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		DELETE FROM members WHERE user_id = 'alice' AND project_id = 1;
		RAISE EXCEPTION '% issues after it', (SELECT count(*) FROM issues);
	EXCEPTION WHEN raise_exception THEN
		RETURN SQLERRM || ', ' || (SELECT count(*) FROM issues);
	END;
END $$;
:attack
	'INSERT INTO members VALUES (3, ''carol'', ''guest'')',
	'INSERT INTO members VALUES (3, ''carol'', ''editor'')',
	'INSERT INTO members VALUES (3, ''alice'', ''guest'') ON CONFLICT (project_id, user_id) DO UPDATE SET role = ''guest''',
	'UPDATE issues SET secret = NULL WHERE attacker.invite(id) RETURNING attacker.leak(id)',
	'SELECT FROM issues WHERE attacker.invite(id) AND attacker.leak(id)'
:end
SELECT attacker.undone();
SELECT project_id, user_id, role FROM members ORDER BY 1, 2;
RESET SESSION AUTHORIZATION;
SELECT * FROM members ORDER BY 1, 2;
\i :reset

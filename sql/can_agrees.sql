--
-- electric.can() and electric.explain() say what really happens, for every row, user and privilege.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
SET ROLE regress_electric_owner;
CALL enable_all();
INSERT INTO project_memberships VALUES ('pm2', 'V', 'p2', 'manager', true), ('pm3', 'V', 'p1', 'member', true),
	('pm4', 'W', 'p3', 'manager', false), ('pm5', 'W', 'p2', 'member', true), ('pm6', NULL, 'p4', 'member', true);
INSERT INTO site_admins VALUES ('sa1', 'W', 'admin');
INSERT INTO compound_memberships VALUES ('cm1', 'a', 'b', 'U', 'reader'), ('cm2', 'a', 'b', 'V', 'writer'), ('cm3', 'a', 'c', 'V', 'reader');
INSERT INTO compound_level1 VALUES ('l3', 'x', NULL, 'b', 'one', 'two'), ('l4', 'x', 'a', 'b', 'two', 'two');
UPDATE users SET role = 'editor' WHERE id = 'U';
CREATE TABLE events (id int, day date, project_id text REFERENCES projects, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE events_2025 (project_id text, day date NOT NULL, id int NOT NULL);
ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_other PARTITION OF events DEFAULT;
CREATE INDEX ON events (project_id);
INSERT INTO events VALUES (1, '2025-05-01', 'p1'), (2, '2025-05-01', 'p2'), (1, '2024-05-01', 'p1'), (2, '2024-05-01', NULL);
ELECTRIC ENABLE events;
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id IF (valid);
	ELECTRIC ASSIGN users.role TO users.id;
	ELECTRIC ASSIGN 'users:self' TO users.id;
	ELECTRIC ASSIGN 'admin' TO site_admins.user_id;
	ELECTRIC ASSIGN (compound_root, compound_memberships.role) TO compound_memberships.user_id;
	ELECTRIC GRANT READ ON projects, issues, comments, events TO 'projects:member', 'projects:manager';
	ELECTRIC GRANT READ ON reactions TO 'projects:member' WHERE (is_public);
	ELECTRIC GRANT UPDATE (title) ON issues TO 'projects:member';
	ELECTRIC GRANT UPDATE, DELETE ON issues, reactions, events TO 'projects:manager';
	ELECTRIC GRANT UPDATE (comment), DELETE ON comments TO 'projects:member' CHECK (author_id = auth.user_id);
	ELECTRIC GRANT UPDATE ON comments TO 'editor' CHECK (new.comment = old.comment AND owner IS NOT NULL);
	ELECTRIC GRANT READ ON users TO 'projects:member' USING comments_author_id_fkey/issue_id/project_id;
	ELECTRIC GRANT READ, UPDATE ON users TO 'users:self';
	ELECTRIC GRANT DELETE ON users TO 'admin';
	ELECTRIC GRANT READ ON compound_level1 TO 'compound_root:reader', 'compound_root:writer';
	ELECTRIC GRANT UPDATE (value2), DELETE ON compound_level1 TO 'compound_root:writer' CHECK (value1 = 'one');
	ELECTRIC GRANT READ ON tags TO ANYONE;
	ELECTRIC GRANT UPDATE ON tags TO AUTHENTICATED;
	ELECTRIC GRANT DELETE ON tags, issue_tags TO 'admin';
	ELECTRIC GRANT READ ON issue_tags TO AUTHENTICATED WHERE (auth.claims->>'org' = 'acme');
	ELECTRIC GRANT ALL ON addresses TO 'projects:nobody' USING user_id/comments_author_id_fkey/issue_id/project_id;
$$;

-- All rows there are, known by their keys, which the client knows as well as some that are none.
CREATE TABLE every_row (tbl regclass, key text[]);
GRANT SELECT ON every_row TO regress_electric_client;
INSERT INTO every_row SELECT 'users', ARRAY[id] FROM users UNION ALL SELECT 'projects', ARRAY[id] FROM projects
	UNION ALL SELECT 'issues', ARRAY[id] FROM issues UNION ALL SELECT 'comments', ARRAY[id] FROM comments
	UNION ALL SELECT 'reactions', ARRAY[id] FROM reactions UNION ALL SELECT 'tags', ARRAY[id] FROM tags
	UNION ALL SELECT 'issue_tags', ARRAY[id] FROM issue_tags UNION ALL SELECT 'addresses', ARRAY[id] FROM addresses
	UNION ALL SELECT 'compound_level1', ARRAY[id1, id2] FROM compound_level1
	UNION ALL SELECT 'events', ARRAY[day::text, id::text] FROM events
	UNION ALL VALUES ('users', ARRAY['X']), ('compound_level1', ARRAY['l1', 'y']), ('events', ARRAY['2025-05-01', '9']);

-- What comes of it when the user does it; all is undone.
CREATE FUNCTION really(privilege text, tbl regclass, key text[]) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	names text[] := ARRAY(SELECT attname::text FROM pg_index, unnest(indkey) WITH ORDINALITY AS k (n, ord), pg_attribute
		WHERE indrelid = tbl AND indisprimary AND attrelid = tbl AND attnum = n ORDER BY ord);
	found text := (SELECT string_agg(format('%I = %L', name, key[n]), ' AND ') FROM unnest(names) WITH ORDINALITY AS u (name, n));
	done bigint;
BEGIN
	EXECUTE CASE privilege
		WHEN 'select' THEN format('SELECT FROM %s WHERE %s', tbl, found)
		WHEN 'update' THEN format('UPDATE %s SET %I = %2$I WHERE %s', tbl, names[1], found)
		WHEN 'delete' THEN format('DELETE FROM %s WHERE %s', tbl, found) END;
	GET DIAGNOSTICS done = ROW_COUNT;
	RAISE 'undone' USING ERRCODE = 'UNDO1';
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN done > 0;
	WHEN foreign_key_violation THEN RETURN true;	-- it came as far as that
	WHEN insufficient_privilege THEN RETURN false;
END $$;

-- For each user and privilege: how many of the rows he may, and where the two differ from what happens.
CREATE PROCEDURE compare(who text, claims jsonb DEFAULT '{}') LANGUAGE plpgsql AS $$
DECLARE
	what text;
	result record;
BEGIN
	CALL become(who, claims);
	FOREACH what IN ARRAY ARRAY['select', 'update', 'delete'] LOOP
		SELECT count(*) FILTER (WHERE r) AS n, count(*) AS total,
			string_agg(tbl || ' ' || key::text, ', ') FILTER (WHERE c <> r OR (e = 'yes') <> r) AS wrong INTO result
		FROM (SELECT tbl, key, electric.can(what, tbl, VARIADIC key) AS c, really(what, tbl, key) AS r,
			(SELECT verdict FROM electric.explain(what, tbl, VARIADIC key) ORDER BY step DESC LIMIT 1) AS e
			FROM every_row) AS every;
		RAISE INFO '% may % % of % rows%', coalesce(who, 'nobody'), what, result.n, result.total, coalesce(', and they differ on ' || result.wrong, '');
	END LOOP;
END $$;

-- As each user, and as nobody.
SET ROLE regress_electric_client;
CALL compare('U');
CALL compare('U', '{"org": "acme"}');
CALL compare('V');
CALL compare('W');
CALL compare('X');
CALL compare(NULL);

-- After a change of the data, in the same transaction, they agree on what is now.
RESET ROLE;
BEGIN;
UPDATE project_memberships SET role = 'manager' WHERE user_id = 'U';
DELETE FROM project_memberships WHERE user_id = 'V';
UPDATE issues SET project_id = 'p3' WHERE id = 'i1';
SET LOCAL ROLE regress_electric_client;
CALL compare('U');
CALL compare('V');
ROLLBACK;

-- Policies of others narrow and widen what can be read, and so the answers.
BEGIN;
CREATE POLICY narrow ON issues AS RESTRICTIVE FOR SELECT USING (id <> 'i1');
SET client_min_messages = warning;
CREATE POLICY widen ON comments FOR SELECT USING (id = 'c6');
RESET client_min_messages;
SET LOCAL ROLE regress_electric_client;
CALL compare('U');
CALL compare('V');
ROLLBACK;
\i :reset

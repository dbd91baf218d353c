--
-- The error of a write that no grant allows: which grant came closest, what it lacks, and how to ask on.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CALL enable_all();
ALTER TABLE issues ALTER project_id DROP NOT NULL;
CREATE TABLE events (id int, day date, project_id text REFERENCES projects, title text, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE events_2025 (title text, project_id text, day date NOT NULL, id int NOT NULL);
ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_other PARTITION OF events DEFAULT;
CREATE INDEX ON events (project_id);
ELECTRIC ENABLE events;
INSERT INTO events VALUES (1, '2025-05-01', 'p1'), (1, '2024-05-01', 'p1');
INSERT INTO project_memberships VALUES ('pm2', 'V', 'p2', 'manager', true), ('pm3', 'U', 'p4', 'editor', true);
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC ASSIGN 'admin' TO site_admins.user_id;
	ELECTRIC GRANT READ ON projects, issues, comments, tags, users, addresses, events TO AUTHENTICATED;
	ELECTRIC GRANT READ ON tags TO ANYONE;
$$;

-- Nothing is granted: that is all there is to say. (A client role lacks the privilege as well; this one was given it.)
BEGIN;
GRANT INSERT ON tags TO regress_electric_client;
SET LOCAL ROLE regress_electric_client;
CALL become('U');
INSERT INTO tags VALUES ('t3', 'new');

ROLLBACK;

-- A role that is not held at all: global, scoped, or because nobody is set, whose hint says so.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
ELECTRIC GRANT INSERT ON tags TO 'admin';
ELECTRIC GRANT INSERT ON issues TO 'projects:owner';
ELECTRIC GRANT INSERT ON users TO AUTHENTICATED;
SET LOCAL ROLE regress_electric_client;
CALL become('U');
INSERT INTO tags VALUES ('t3', 'new');
INSERT INTO issues VALUES ('i9', 'p1');
CALL become(NULL);
INSERT INTO users VALUES ('X');
ROLLBACK;

-- A role that is held in another scope; a key of the new row that is NULL leads to none.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
ELECTRIC GRANT INSERT ON issues TO 'projects:member', 'projects:owner';
SET LOCAL ROLE regress_electric_client;
CALL become('U');
INSERT INTO issues VALUES ('i9', 'p2');
INSERT INTO issues VALUES ('i9', 'p99');
INSERT INTO issues VALUES ('i9', NULL);
INSERT INTO issues VALUES ('i9', 'p1');
ROLLBACK;

-- Role and scope are right, and the condition or the columns are not. The closest is named, whatever others stand before it.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT INSERT ON issues TO 'admin';
	ELECTRIC GRANT INSERT ON issues TO 'projects:editor';
	ELECTRIC GRANT INSERT ON issues TO 'projects:member' CHECK (title IS NOT NULL);
	ELECTRIC GRANT INSERT (id, project_id, title) ON issues TO 'projects:manager';
	ELECTRIC GRANT INSERT (id) ON tags TO AUTHENTICATED;
	ELECTRIC GRANT INSERT ON tags TO 'admin';
$$;
SET LOCAL ROLE regress_electric_client;
CALL become('U');
INSERT INTO issues VALUES ('i9', 'p1');
INSERT INTO tags VALUES ('t3', 'new');
CALL become('V');
INSERT INTO issues (id, project_id, description) VALUES ('i9', 'p2', 'x');
CALL become('W');
INSERT INTO issues VALUES ('i9', 'p1', 'title');
ROLLBACK;

-- Where rows between decide on the scope it is not told whether they lead there: no row (a foreign key says that), NULL,
-- another scope, and the user's own with a condition that is not true read the same.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
INSERT INTO issues VALUES ('i7', NULL);
ELECTRIC REVOKE READ ON issues FROM AUTHENTICATED;
ELECTRIC GRANT INSERT ON comments TO 'projects:member' CHECK (new.comment = 'no comment');
SET LOCAL ROLE regress_electric_client;
CALL become('U');
INSERT INTO comments VALUES ('c9', 'i1', 'x');
INSERT INTO comments VALUES ('c9', 'i3', 'x');
INSERT INTO comments VALUES ('c9', 'i3', 'no comment');
INSERT INTO comments VALUES ('c9', 'i7', 'x');
INSERT INTO comments VALUES ('c9', 'i99', 'x');
INSERT INTO comments VALUES ('c9', 'i1', 'no comment');
ROLLBACK;
BEGIN;
SET LOCAL ROLE regress_electric_owner;
ELECTRIC GRANT INSERT (id, issue_id) ON comments TO 'projects:member';
ELECTRIC GRANT INSERT ON comments TO 'admin';
SET LOCAL ROLE regress_electric_client;
CALL become('U');
INSERT INTO comments VALUES ('c9', 'i1', 'x');
INSERT INTO comments VALUES ('c9', 'i3', 'x');
INSERT INTO comments (id, issue_id) VALUES ('c9', 'i3');
CALL become('W');
INSERT INTO comments (id, issue_id) VALUES ('c9', 'i3');
ROLLBACK;

-- UPDATE: the columns, the condition, the scope at either end. The hint asks about the row as it was.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT UPDATE (title, project_id) ON issues TO 'projects:member';
	ELECTRIC GRANT UPDATE (id, title, project_id) ON issues TO 'projects:editor' CHECK (new.title <> 'bad');
	ELECTRIC GRANT UPDATE ON comments TO 'projects:member' CHECK (new.comment <> old.comment);
$$;
SET LOCAL ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET title = 'x', description = 'x' WHERE id = 'i1';
UPDATE issues SET id = 'i9' WHERE id = 'i1';
UPDATE issues SET project_id = 'p3' WHERE id = 'i1';
UPDATE issues SET project_id = NULL WHERE id = 'i1';
UPDATE issues SET project_id = 'p1' WHERE id = 'i6';
UPDATE issues SET project_id = 'p4', id = 'i9' WHERE id = 'i1';
UPDATE issues SET title = 'bad' WHERE id = 'i6';
UPDATE issues SET title = 'it''s' WHERE id = 'i1' RETURNING title;
UPDATE comments SET comment = comment WHERE id = 'c1';
UPDATE comments SET issue_id = 'i3', comment = 'x' WHERE id = 'c1';
SELECT verdict, detail FROM electric.explain('update', 'public.issues', 'i1') ORDER BY step DESC LIMIT 1;
ROLLBACK;

-- An UPDATE that reads no column reaches rows that a policy of others hides from SELECT: of these it tells nothing.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
ELECTRIC GRANT UPDATE (title) ON issues TO 'projects:member';
CREATE POLICY hides ON issues AS RESTRICTIVE FOR SELECT USING (id <> 'i1');
SET LOCAL ROLE regress_electric_client;
CALL become('U');
SELECT id FROM issues WHERE project_id = 'p1';
UPDATE issues SET description = 'x';
UPDATE issues SET description = 'x' WHERE id = 'i2';
ROLLBACK;

-- Without a guard the old row is not known: the hint names the key as it stays, and none where the statement changes it.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
ELECTRIC GRANT UPDATE ON issues TO 'projects:member';
SET LOCAL ROLE regress_electric_client;
CALL become('U');
UPDATE issues SET project_id = 'p3' WHERE id = 'i1';
UPDATE issues SET project_id = 'p3', id = 'i9' WHERE id = 'i1';
ROLLBACK;

-- A composite key, and a partition that has its columns in another order; also where the row moves to another partition.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
ELECTRIC GRANT INSERT (id, day, project_id), UPDATE (title, day) ON events TO 'projects:member';
ELECTRIC GRANT INSERT ON events TO 'admin';
SET LOCAL ROLE regress_electric_client;
CALL become('U');
UPDATE events SET project_id = 'p2' WHERE day = '2025-05-01';
UPDATE events SET project_id = 'p2' WHERE day = '2024-05-01';
UPDATE events SET project_id = 'p2', day = '2024-06-01' WHERE day = '2025-05-01';
INSERT INTO events VALUES (3, '2025-06-01', 'p1', 'title');
INSERT INTO events (id, day, project_id) VALUES (3, '2025-06-01', 'p2');
INSERT INTO events (id, day, project_id) VALUES (3, '2023-06-01', NULL);
ROLLBACK;

-- An upsert and a MERGE say the same.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
ELECTRIC GRANT INSERT, UPDATE (title) ON issues TO 'projects:member';
SET LOCAL ROLE regress_electric_client;
CALL become('U');
INSERT INTO issues VALUES ('i1', 'p1') ON CONFLICT (id) DO UPDATE SET description = 'x';
INSERT INTO issues VALUES ('i1', 'p3') ON CONFLICT (id) DO UPDATE SET title = 'x';
MERGE INTO issues USING (VALUES ('i1')) AS v (id) ON v.id = issues.id WHEN MATCHED THEN UPDATE SET description = 'x';
MERGE INTO issues USING (VALUES ('i9')) AS v (id) ON v.id = issues.id WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'p3');
ROLLBACK;

-- Through a view of the user's own it speaks to him; through one with its owner's rights it says no more than that it is denied.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
ELECTRIC GRANT UPDATE (title) ON issues TO AUTHENTICATED;
RESET ROLE;
CREATE ROLE regress_electric_editor;
SELECT electric.add_client_role('regress_electric_editor') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_editor;
SET LOCAL ROLE regress_electric_editor;
CREATE VIEW titles AS SELECT title, description FROM issues;
CREATE VIEW my_titles WITH (security_invoker) AS SELECT title, description FROM issues;
GRANT SELECT, UPDATE ON titles, my_titles TO regress_electric_client;
SET LOCAL ROLE regress_electric_client;
CALL become('U');
UPDATE titles SET description = 'x' WHERE title = 'issue i1';
UPDATE my_titles SET description = 'x' WHERE title = 'issue i1';
ROLLBACK;

-- An IF that fails where the roles are looked through once more changes nothing: the write is denied, with the words that are always right.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
CREATE FUNCTION fails_elsewhere(project text) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
	IF project <> 'p1' THEN
		RAISE 'failed for %', project;
	END IF;
	RETURN true;
END $$;
ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id IF (fails_elsewhere(project_id));
ELECTRIC GRANT INSERT ON issues TO 'projects:editor';
SET LOCAL ROLE regress_electric_client;
CALL become('U');
INSERT INTO issues VALUES ('i9', 'p3');
ROLLBACK;

-- Looking for it ends where it would take long: a user with very many roles is told what is always right.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
INSERT INTO project_memberships SELECT 'many' || n, 'W', 'p2', 'other', true FROM generate_series(1, 10001) AS n;
ELECTRIC GRANT INSERT ON issues TO 'projects:editor';
SET LOCAL ROLE regress_electric_client;
CALL become('W');
INSERT INTO issues VALUES ('i9', 'p3');
CALL become('V');
INSERT INTO issues VALUES ('i9', 'p3');
ROLLBACK;

-- Called by anybody else it says what it always said.
SET ROLE regress_electric_client;
CALL become('U');
SELECT electric.deny('update', 'issues');
SELECT electric.deny('insert', 'issues') FROM issues;
SELECT electric.deny('wave', 'issues'), electric.deny(NULL, 'issues') IS NULL, electric.deny('insert', NULL) IS NULL;
RESET ROLE;
\i :reset

--
-- electric.explain(): which grant and which assignment say yes, or where each grant stops.
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
INSERT INTO issues VALUES ('i7', NULL);
INSERT INTO comments VALUES ('c7', 'i7', 'comment c7', 'U', 'U');
INSERT INTO site_admins VALUES ('sa1', 'W', 'admin');
INSERT INTO compound_memberships VALUES ('cm1', 'a', 'b', 'U', 'reader');
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id IF (valid);
	ELECTRIC ASSIGN 'admin' TO site_admins.user_id;
	ELECTRIC ASSIGN users.role TO users.id;
	ELECTRIC ASSIGN 'users:self' TO users.id;
	ELECTRIC ASSIGN (compound_root, compound_memberships.role) TO compound_memberships.user_id;
	ELECTRIC GRANT READ ON comments, users, tags TO AUTHENTICATED;
	ELECTRIC GRANT READ ON tags TO ANYONE, 'admin', 'normie';
	ELECTRIC GRANT UPDATE ON comments TO 'projects:member', 'projects:manager';
	ELECTRIC GRANT UPDATE (comment, owner) ON comments TO 'users:self' USING author_id;
	ELECTRIC GRANT DELETE ON comments TO AUTHENTICATED CHECK (author_id = auth.user_id);
	ELECTRIC GRANT UPDATE ON users TO 'projects:member' USING comments_author_id_fkey/issue_id/project_id;
	ELECTRIC GRANT READ ON compound_level1 TO 'compound_root:reader';
	ELECTRIC GRANT READ ON issues TO 'projects:member';
$$;

-- Each role that is held: built in, global, its name in a column.
SET ROLE regress_electric_client;
CALL become('W');
SELECT * FROM electric.explain('read', 'tags', 't1');
CALL become(NULL);
SELECT * FROM electric.explain('read', 'tags', 't1');

-- A path: each step, the scope, the assignment. The user sees the values of the row and of his scope; of rows between only the way.
CALL become('U');
SELECT * FROM electric.explain('update', 'comments', 'c1');

-- A step through several rows, backward, shows the way that leads to a scope of the user's.
SELECT * FROM electric.explain('update', 'users', 'V');

-- Composite keys show all columns; own values of a scope are in the row.
SELECT * FROM electric.explain('read', 'compound_level1', 'l1', 'x');

-- A condition, and a role of another scope: where each grant stops.
SELECT * FROM electric.explain('delete', 'comments', 'c2');
SELECT * FROM electric.explain('update', 'comments', 'c4');

-- NULL in the row itself is told; NULL further up reads like a role that is not held.
SELECT * FROM electric.explain('update', 'comments', 'c5');
SELECT * FROM electric.explain('update', 'comments', 'c7');

-- A row that is hidden and one that does not exist read the same, for every privilege.
SELECT * FROM electric.explain('read', 'issues', 'i3');
SELECT count(DISTINCT e::text) FROM (VALUES ('i3'), ('i7'), ('i99')) AS v (id), (VALUES ('read'), ('update'), ('delete')) AS p (what),
	LATERAL (SELECT array_agg(x.* ORDER BY step) FROM electric.explain(what, 'issues', id) AS x) AS e (e);
SELECT * FROM electric.explain('read', 'compound_level1', 'l2', 'x');
SELECT * FROM electric.explain('update', 'addresses', 'aV');

-- The row that gives the role is none that the user may read, even where it stands in the table that he asks about.
BEGIN;
SET LOCAL ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE READ ON users FROM AUTHENTICATED;
	ELECTRIC GRANT READ ON users TO 'normie' CHECK (id = 'V');
$$;
SET LOCAL ROLE regress_electric_client;
SELECT id FROM users;
SELECT * FROM electric.explain('read', 'users', 'V');
ROLLBACK;

-- A trusted caller is told the ids of the other rows, and which row gives the role.
RESET ROLE;
GRANT SELECT ON comments, users TO regress_electric_backend;
SET ROLE regress_electric_backend;
SELECT * FROM electric.explain('update', 'comments', 'c1');
SELECT * FROM electric.explain('update', 'comments', 'c4');
SELECT * FROM electric.explain('update', 'comments', 'c7');
SELECT * FROM electric.explain('read', 'issues', 'i3');

-- So is whom row-level security does not bind, who also learns why a row is not the end user's to read.
SET ROLE regress_electric_owner;
SELECT * FROM electric.explain('read', 'issues', 'i1');
SELECT * FROM electric.explain('read', 'issues', 'i3');
SELECT * FROM electric.explain('read', 'issues', 'i7');
SELECT * FROM electric.explain('read', 'issues', 'i99');

-- An IF that is not true is a role that is not held.
BEGIN;
UPDATE project_memberships SET valid = false;
SELECT * FROM electric.explain('read', 'issues', 'i1');
ROLLBACK;

-- A rule whose table changed, which nobody followed, gives nothing, and says so.
RESET ROLE;
\set unfollowed :abs_srcdir '/test/unfollowed.sql'
\i :unfollowed
SET ROLE regress_electric_owner;
BEGIN;
ALTER TABLE issues RENAME CONSTRAINT issues_project_id_fkey TO issues_project;
SELECT * FROM electric.explain('read', 'issues', 'i1');
ROLLBACK;
BEGIN;
ALTER TABLE comments RENAME author_id TO writer_id;
SELECT * FROM electric.explain('delete', 'comments', 'c1');
ROLLBACK;

-- What decides besides is named, not asked: policies of others that stand for the caller, and SQL privileges for writing.
BEGIN;
CREATE POLICY quiet ON comments AS RESTRICTIVE FOR UPDATE USING (id <> 'c1');
CREATE POLICY "All" ON comments AS RESTRICTIVE USING (true);
CREATE POLICY reads ON comments AS RESTRICTIVE FOR SELECT USING (true);
CREATE POLICY theirs ON comments AS RESTRICTIVE FOR UPDATE TO regress_electric_backend USING (false);
CREATE POLICY more ON comments FOR DELETE USING (id = 'c2');
REVOKE DELETE ON comments FROM regress_electric_client;
SET LOCAL ROLE regress_electric_client;
SELECT detail FROM electric.explain('update', 'comments', 'c1') WHERE verdict = 'note';
SELECT detail FROM electric.explain('delete', 'comments', 'c1') WHERE verdict = 'note';
ROLLBACK;

-- Without a grant of READ that lets the user read the row, a policy of others shows it, and nothing is written to it.
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE POLICY more ON issues FOR SELECT USING (id = 'i3');
ELECTRIC GRANT UPDATE ON issues TO AUTHENTICATED;
SET LOCAL ROLE regress_electric_client;
SELECT * FROM electric.explain('read', 'issues', 'i3');
SELECT * FROM electric.explain('update', 'issues', 'i3');
SELECT electric.can('read', 'issues', 'i3'), electric.can('update', 'issues', 'i3');
ROLLBACK;

-- Values in columns that the caller may not select are not shown.
RESET ROLE;
CREATE ROLE regress_electric_other;
GRANT SELECT (id) ON comments TO regress_electric_other;
SET ROLE regress_electric_other;
SELECT detail FROM electric.explain('update', 'comments', 'c1');
SELECT detail FROM electric.explain('update', 'comments', 'c5');

-- A question that is none is an error, as for electric.can().
SELECT * FROM electric.explain('insert', 'comments', 'c1');
SELECT * FROM electric.explain('read', 'comments', NULL);
SELECT * FROM electric.explain('read', 'comments', 'c1', 'c2');
RESET ROLE;
\i :reset

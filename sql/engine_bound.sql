--
-- Who is bound: everyone but owners, superusers and BYPASSRLS; and policies of others beside ours.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
CREATE ROLE regress_electric_bypass BYPASSRLS;
CREATE ROLE regress_electric_heir IN ROLE regress_electric_owner;
CREATE ROLE regress_electric_other;
SET ROLE regress_electric_owner;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ, UPDATE, INSERT ON issues TO 'projects:member';
$$;
GRANT ALL ON issues TO regress_electric_bypass, regress_electric_other;

-- An SQL role that is no client role is bound all the same, if somebody gave it privileges.
SET ROLE regress_electric_other;
CALL become('U');
SELECT id FROM issues ORDER BY id;
INSERT INTO issues VALUES ('new', 'p2');
DELETE FROM issues;
CALL become(NULL);
SELECT id FROM issues ORDER BY id;

-- Owners, who inherit them, BYPASSRLS and superusers are not; the user id has no effect there.
CALL become('U');
SET ROLE regress_electric_owner;
SELECT count(*) FROM issues;
SET ROLE regress_electric_heir;
SELECT count(*) FROM issues;
SET ROLE regress_electric_bypass;
SELECT count(*) FROM issues;
RESET ROLE;
SELECT count(*) FROM issues;

-- FORCE ROW LEVEL SECURITY binds the owner and who inherits him, still not the others.
SET ROLE regress_electric_owner;
ALTER TABLE issues FORCE ROW LEVEL SECURITY;
SELECT id FROM issues ORDER BY id;
UPDATE issues SET title = 'changed';
UPDATE issues SET project_id = 'p2';
DELETE FROM issues;
SET ROLE regress_electric_heir;
SELECT count(*) FROM issues;
SET ROLE regress_electric_bypass;
SELECT count(*) FROM issues;
SET ROLE regress_electric_owner;
ALTER TABLE issues NO FORCE ROW LEVEL SECURITY;

-- What the engine reads is not bound by FORCE: roles are found though nobody may read them.
ALTER TABLE project_memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE projects FORCE ROW LEVEL SECURITY;
SELECT count(*) FROM project_memberships;
SET ROLE regress_electric_client;
SELECT id FROM issues ORDER BY id;

-- Foreign keys are checked as ever, and their actions reach every row.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT ALL ON comments, tags, issue_tags TO AUTHENTICATED $$;
ALTER TABLE issue_tags DROP CONSTRAINT issue_tags_tag_id_fkey, ADD FOREIGN KEY (tag_id) REFERENCES tags ON DELETE CASCADE;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE ALL ON issue_tags FROM AUTHENTICATED; ELECTRIC GRANT DELETE ON issue_tags TO 'nobody' $$;
SET ROLE regress_electric_client;
INSERT INTO comments VALUES ('c100', 'i6');
INSERT INTO comments VALUES ('c101', 'no such issue');
DELETE FROM tags WHERE id = 't1';
SET ROLE regress_electric_owner;
SELECT id FROM issue_tags ORDER BY id;

-- A restrictive policy of the owner narrows.
CREATE POLICY narrow ON issues AS RESTRICTIVE USING (id <> 'i1');
SET ROLE regress_electric_client;
SELECT id FROM issues ORDER BY id;
UPDATE issues SET title = 'narrowed' RETURNING id;
INSERT INTO issues VALUES ('i1', 'p1');
SET ROLE regress_electric_owner;
DROP POLICY narrow ON issues;

-- A permissive one widens, for its command: PostgreSQL joins them by OR, and ENABLE warns of it.
CREATE POLICY wide ON issues FOR SELECT USING (id = 'i5');
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues $$;
SET ROLE regress_electric_client;
SELECT id FROM issues ORDER BY id;
UPDATE issues SET title = 'widened' RETURNING id;
CALL become(NULL);
SELECT id FROM issues ORDER BY id;
CALL become('U');
SET ROLE regress_electric_owner;
DROP POLICY wide ON issues;
CREATE POLICY wide ON issues FOR INSERT WITH CHECK (id = 'i100');
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues $$;
SET ROLE regress_electric_client;
INSERT INTO issues VALUES ('i100', 'p2');
INSERT INTO issues VALUES ('i101', 'p1');
INSERT INTO issues VALUES ('i102', 'p2');
SET ROLE regress_electric_owner;
DROP POLICY wide ON issues;
DO LANGUAGE ddlx $$ ELECTRIC ENABLE issues $$;
SET ROLE regress_electric_client;
INSERT INTO issues VALUES ('i102', 'p2');

-- The privileges of a client role are what the rules call for: GRANT ALL, then REVOKE DELETE leaves the rest.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT ALL ON regions TO AUTHENTICATED; ELECTRIC REVOKE DELETE ON regions FROM AUTHENTICATED $$;
SET ROLE regress_electric_client;
INSERT INTO regions VALUES ('rg3', 'new');
UPDATE regions SET name = 'changed' WHERE id = 'rg3';
SELECT * FROM regions WHERE id = 'rg3';
DELETE FROM regions WHERE id = 'rg3';
-- nor could the rows be deleted with the privilege
RESET ROLE;
GRANT DELETE ON regions TO regress_electric_client;
SET ROLE regress_electric_client;
DELETE FROM regions WHERE id = 'rg3';
\set QUIET on
\i :reset

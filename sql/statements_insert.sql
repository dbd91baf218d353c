--
-- INSERT in its forms: each proposed row is judged, whatever it comes from and whatever becomes of it.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CALL enable_all();
DO LANGUAGE ddlx $$
	ELECTRIC ASSIGN (projects, project_memberships.role) TO project_memberships.user_id;
	ELECTRIC GRANT READ ON issues, comments TO 'projects:reader';
	ELECTRIC GRANT ALL ON issues, comments TO 'projects:editor';
	ELECTRIC GRANT INSERT ON tags TO AUTHENTICATED;
	ELECTRIC GRANT READ ON tags TO 'projects:reader' USING issue_tags_tag_id_fkey/issue_id/project_id;
$$;
INSERT INTO project_memberships VALUES ('pm2', 'U', 'p1', 'reader'), ('pm3', 'U', 'p2', 'editor'), ('pm4', 'V', 'p1', 'editor');
CREATE UNIQUE INDEX open_title ON issues (title) WHERE description IS NULL;
ALTER TABLE tags ALTER id SET DEFAULT 'td';
SET ROLE regress_electric_client;

-- INSERT .. SELECT copies what the user may read to where he may write; one row elsewhere refuses all of them.
BEGIN;
CALL become('U');
INSERT INTO issues SELECT 'copy of ' || id, 'p2', title, description FROM issues RETURNING id;
INSERT INTO issues SELECT 'again ' || id, project_id, title, description FROM issues WHERE id ~ '^i';
INSERT INTO issues SELECT 'again ' || id, project_id, title, description FROM issues WHERE project_id = 'p2' AND id ~ '^i';
INSERT INTO comments (id, issue_id) SELECT 'c of ' || id, id FROM issues WHERE id ~ '^again';
CALL become('V');
INSERT INTO issues SELECT 'V''s ' || id, 'p1', title, description FROM issues RETURNING id;
INSERT INTO issues SELECT 'V''s ' || id, 'p2', title, description FROM issues;
CALL become('W');
INSERT INTO issues SELECT 'W''s ' || id, 'p1', title, description FROM issues;
INSERT INTO issues SELECT 'W''s', 'p1';
CALL become(NULL);
INSERT INTO issues SELECT 'N''s', 'p1';
ROLLBACK;

-- VALUES of several rows, DEFAULT VALUES, and TABLE as a source.
BEGIN;
CALL become('U');
INSERT INTO issues VALUES ('n1', 'p2'), ('n2', 'p2');
INSERT INTO issues VALUES ('n3', 'p2'), ('n4', 'p1');
INSERT INTO issues TABLE issues;
INSERT INTO issues DEFAULT VALUES;
INSERT INTO tags DEFAULT VALUES;
CALL become(NULL);
INSERT INTO tags DEFAULT VALUES;
INSERT INTO tags VALUES ('by N');
ROLLBACK;

-- RETURNING reads the new row, so it needs READ; without it the row may be written blind.
BEGIN;
CALL become('W');
INSERT INTO tags VALUES ('t3', 'blind');
INSERT INTO tags VALUES ('t4', 'seen') RETURNING 'nothing of it';
INSERT INTO tags VALUES ('t4', 'seen') RETURNING tag;
SELECT count(*) FROM tags;
CALL become('U');
INSERT INTO issues VALUES ('n1', 'p2', 'new') RETURNING *, (SELECT count(*) FROM issues);
INSERT INTO issues VALUES ('n2', 'p1') RETURNING id;
ROLLBACK;

-- ON CONFLICT DO NOTHING: the proposed row needs INSERT; a hidden row that is in the way is passed over, and not told.
BEGIN;
CALL become('U');
INSERT INTO issues VALUES ('i3', 'p2') ON CONFLICT DO NOTHING;
INSERT INTO issues VALUES ('i5', 'p2') ON CONFLICT (id) DO NOTHING RETURNING id;
INSERT INTO issues VALUES ('i3', 'p3') ON CONFLICT (id) DO NOTHING;
INSERT INTO issues VALUES ('n1', 'p2') ON CONFLICT ON CONSTRAINT issues_pkey DO NOTHING RETURNING id;
INSERT INTO issues SELECT id, 'p2' FROM unnest(ARRAY['i3', 'i5', 'n2']) id ON CONFLICT DO NOTHING RETURNING id;
CALL become('W');
INSERT INTO issues VALUES ('i3', 'p2') ON CONFLICT DO NOTHING;
CALL become(NULL);
INSERT INTO issues VALUES ('i3', 'p2') ON CONFLICT DO NOTHING;
ROLLBACK;

-- ON CONFLICT DO UPDATE: the row in the way needs READ and UPDATE, an error if it has not; by any kind of arbiter.
BEGIN;
CALL become('U');
INSERT INTO issues VALUES ('i3', 'p2') ON CONFLICT ON CONSTRAINT issues_pkey DO UPDATE SET title = 'upserted' WHERE issues.title <> 'upserted' RETURNING id, title;
INSERT INTO issues VALUES ('i3', 'p2') ON CONFLICT ON CONSTRAINT issues_pkey DO UPDATE SET title = 'upserted' WHERE issues.title <> 'upserted' RETURNING id, title;
INSERT INTO issues VALUES ('i1', 'p2') ON CONFLICT (id) DO UPDATE SET title = 'readable only';
INSERT INTO issues VALUES ('i5', 'p2') ON CONFLICT (id) DO UPDATE SET title = 'hidden';
INSERT INTO issues VALUES ('i5', 'p2') ON CONFLICT (id) DO UPDATE SET title = 'hidden' WHERE false;
INSERT INTO issues VALUES ('i3', 'p2') ON CONFLICT (id) DO UPDATE SET project_id = 'p1';
INSERT INTO issues VALUES ('i3', 'p2', 'x') ON CONFLICT (id) DO UPDATE SET (title, description) = (excluded.title, issues.title) RETURNING *;
INSERT INTO issues VALUES ('n1', 'p2', 'open') ON CONFLICT (title) WHERE description IS NULL DO UPDATE SET title = 'met';
INSERT INTO issues VALUES ('n2', 'p2', 'open') ON CONFLICT (title) WHERE description IS NULL DO UPDATE SET title = 'met' RETURNING id, title;
INSERT INTO issues SELECT id, 'p2', 'several' FROM unnest(ARRAY['i3', 'i4', 'n3']) id ON CONFLICT (id) DO UPDATE SET title = excluded.title RETURNING id;
INSERT INTO issues SELECT id, 'p2', 'several' FROM unnest(ARRAY['i4', 'i1']) id ON CONFLICT (id) DO UPDATE SET title = excluded.title RETURNING id;
CALL become('V');
INSERT INTO issues VALUES ('i1', 'p1') ON CONFLICT (id) DO UPDATE SET title = 'by V' RETURNING id, title;
INSERT INTO issues VALUES ('i3', 'p1') ON CONFLICT (id) DO UPDATE SET title = 'by V';
CALL become(NULL);
INSERT INTO issues VALUES ('i1', 'p1') ON CONFLICT (id) DO UPDATE SET title = 'by N';
SET ROLE regress_electric_owner;
SELECT id, project_id, title, description FROM issues ORDER BY id;
ROLLBACK;
\set QUIET on
\i :reset

\set QUIET on
\echo
\echo '== 2. The rules, typed as they stand =='
\echo
\echo 'From ENABLE on, clients see nothing that is not granted.'
\echo

ALTER TABLE users ENABLE ELECTRIC;
ALTER TABLE projects ENABLE ELECTRIC;
ALTER TABLE project_memberships ENABLE ELECTRIC;
ALTER TABLE issues ENABLE ELECTRIC;
ALTER TABLE comments ENABLE ELECTRIC;

\echo
\echo 'Who may do what, in which scope:'
\echo

ELECTRIC GRANT ALL
ON projects
TO 'projects:owner';

ELECTRIC GRANT SELECT
ON projects
TO 'projects:member';

\echo
\echo 'Who has these roles is read from the application''s own rows, always live:'
\echo

ELECTRIC ASSIGN 'projects:owner'
TO projects.owner_id;

ELECTRIC ASSIGN 'projects:member'
TO project_memberships.user_id;

\echo
\echo 'Roles reach down along foreign keys, to issues, comments and their authors:'
\echo

ELECTRIC GRANT ALL
ON issues
TO 'projects:owner';

ELECTRIC GRANT ALL
ON comments
TO 'projects:owner'
USING issue_id/project_id;

ELECTRIC GRANT READ
ON users
TO 'projects:owner'
USING comment_author_fkey/issue_id/project_id;

\echo
\echo 'PostgreSQL itself enforces them, as row-level security that anyone can read:'
\echo '\\d comments'
\d comments

\echo
\echo '== 4. Bob, member of Apollo =='
\echo
\echo 'Members were granted SELECT on projects, and nothing else.'
\echo

\o /dev/null
SELECT electric.set_user('bob', is_local => false);
\o
SELECT * FROM electric.roles();
SELECT * FROM projects;
SELECT * FROM issues;

\echo 'A write that no grant allows is refused:'
\echo

\set ON_ERROR_STOP 0
INSERT INTO issues VALUES (12, 1, 'Paint the rocket blue');
\set ON_ERROR_STOP 1
\set ECHO none
-- no row, and with it the end of the story, if anything else happened
SELECT 'permission denied' AS refused WHERE :'LAST_ERROR_SQLSTATE' = '42501' \gset
\set ECHO queries

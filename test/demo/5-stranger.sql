\echo
\echo '== 5. Carol, a stranger =='
\echo
\echo 'She is known to the application, and has no role anywhere.'
\echo

\o /dev/null
SELECT electric.set_user('carol', is_local => false);
\o
SELECT * FROM electric.roles();
SELECT * FROM projects;
DELETE FROM comments;

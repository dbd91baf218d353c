\echo
\echo 'his next statement knows.'
\echo

\o /dev/null
SELECT electric.set_user('bob', is_local => false);
\o
SELECT * FROM issues;
SELECT * FROM projects;

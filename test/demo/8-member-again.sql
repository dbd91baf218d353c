\echo
\echo 'and Bob does:'
\echo

\o /dev/null
SELECT electric.set_user('bob', is_local => false);
\o
SELECT * FROM issues ORDER BY id;

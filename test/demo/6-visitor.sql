\echo
\echo '== 6. An anonymous visitor =='
\echo
\echo 'Nobody said who is asking. A forgotten set_user() shows nothing, never everything.'
\echo

SELECT electric.user_id();
SELECT count(*) FROM projects;
SELECT count(*) FROM users;

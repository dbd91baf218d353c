\echo
\echo '== 7. One more rule =='
\echo
\echo 'Members shall read the issues of their projects:'
\echo

ELECTRIC GRANT READ ON issues TO 'projects:member';

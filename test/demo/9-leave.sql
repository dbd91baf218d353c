\echo
\echo '== 8. Roles are read live =='
\echo
\echo 'Bob leaves the project. No permission is revoked, no cache is told:'
\echo

DELETE FROM project_memberships WHERE user_id = 'bob';

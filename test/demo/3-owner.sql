\echo
\echo '== 3. Alice, owner of Apollo =='
\echo
\echo 'Every query from here on is sent by the role "app", for one end user after another.'
\echo

\o /dev/null
SELECT electric.set_user('alice', is_local => false);
\o
SELECT * FROM electric.roles();
SELECT * FROM projects;
SELECT * FROM issues ORDER BY id;
SELECT c.id, c.body, u.name AS author FROM comments c JOIN users u ON u.id = c.author_id ORDER BY c.id;

\echo 'She may change what is hers. Gemini is not: her update does not even find it.'
\echo

UPDATE issues SET title = 'Land on the moon, softly' WHERE id = 10;
UPDATE issues SET title = 'Stay on the ground' WHERE id = 20;
INSERT INTO comments VALUES (102, 10, 'alice', 'Softly, please.');

--
-- Error messages: of a row that may not be read none shows a value, and none is raised by its values. What
-- PostgreSQL's own constraints tell of hidden rows, that a key is taken, is shown; the README lists it.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_attacks.sql'
\i :fixture
\set owner 'RESET SESSION AUTHORIZATION; SET client_min_messages = warning; SET ROLE regress_electric_owner;'
\set client 'RESET ROLE; RESET client_min_messages; SET SESSION AUTHORIZATION regress_electric_client;'
:owner
ALTER TABLE issues ADD CHECK (secret <> 'forbidden' OR project_id IS NULL), ADD CONSTRAINT apart EXCLUDE (secret WITH =) WHERE (id > 0);
CREATE TABLE notes (issue_id int REFERENCES issues ON DELETE RESTRICT, word varchar(5) NOT NULL, n int GENERATED ALWAYS AS (10 / length(word)) STORED);
INSERT INTO notes VALUES (10, 'ten'), (20, 'twent');
CREATE UNIQUE INDEX ON notes (lower(word));
SELECT FROM electric.ddlx($$
	ELECTRIC ENABLE notes;
	ELECTRIC GRANT ALL ON notes TO 'projects:editor' USING issue_id/project_id;
$$);
:client

-- Casts, divisions and regular expressions fail for her own rows alone: each message shows a value of hers.
SELECT secret::int FROM issues;
SELECT secret::int FROM issues WHERE id = 20;
SELECT id FROM issues WHERE secret::int > 0;
SELECT id FROM issues WHERE id = 20 AND secret::int > 0;
SELECT 1 / (id - 20), 1 / (id - 40) FROM issues;
SELECT 1 / (id - 10) FROM issues;
SELECT id FROM issues WHERE 'x' ~ (secret || '(') AND id >= 20;
SELECT id FROM issues WHERE id IN (20, 21) AND secret::int = 1 OR (SELECT count(*) FROM issues WHERE secret::uuid IS NULL AND project_id = 2) > 0;
SELECT xmlparse(DOCUMENT secret) FROM issues WHERE id > 11;
UPDATE issues SET secret = secret::int WHERE id = 20;
UPDATE issues SET id = secret::int WHERE project_id = 2;
DELETE FROM issues WHERE secret::int > 0 AND id = 20;
DELETE FROM issues USING (SELECT secret FROM issues) o WHERE o.secret = 'twenty' AND o.secret::int > 0;
INSERT INTO issues SELECT 90, secret::int FROM issues WHERE id = 20;
MERGE INTO issues USING (VALUES (20)) v ON id = column1 WHEN MATCHED AND secret::int > 0 THEN DELETE;
SELECT (SELECT id FROM issues WHERE project_id = 2 OR secret = 'twenty'), (SELECT id FROM issues WHERE project_id = 1);

-- A unique key, a primary key, an exclusion constraint and an expression's index tell that a value is taken, and not by which row; no DETAIL, not for her own rows either.
INSERT INTO issues VALUES (20, 1, 'new');
INSERT INTO issues VALUES (99, 1, 'twenty');
INSERT INTO issues VALUES (99, 1, 'free');
UPDATE issues SET id = 40 WHERE id = 10;
UPDATE issues SET secret = 'forty' WHERE id = 10;
UPDATE issues SET secret = 'eleven' WHERE id = 10;
INSERT INTO notes VALUES (10, 'TWENT');
:owner
ALTER TABLE issues DROP CONSTRAINT issues_secret_key;
:client
UPDATE issues SET secret = 'forty' WHERE id = 10;
INSERT INTO issues VALUES (98, 2, 'twenty');

-- A new row that is refused is refused before any constraint is asked about it: 42501, whatever is there.
INSERT INTO issues VALUES (20, 2, 'twenty');
INSERT INTO issues VALUES (97, 2, 'free');
INSERT INTO issues VALUES (20, NULL, 'twenty');
UPDATE issues SET id = 20, project_id = 2 WHERE id = 10;
INSERT INTO notes VALUES (20, 'twent');
INSERT INTO notes VALUES (22, 'x');

-- CHECK, NOT NULL, length and generated values speak of the new row alone, without showing it.
INSERT INTO issues VALUES (96, 1, 'forbidden');
INSERT INTO notes VALUES (10, NULL);
INSERT INTO notes VALUES (10, 'too long');
INSERT INTO notes VALUES (10, '');
UPDATE notes SET word = NULL;

-- A foreign key tells whether a hidden row is there, and by RESTRICT that a hidden row refers to one's own.
DELETE FROM issues WHERE id = 10;
:owner
CREATE TABLE hidden (issue_id int REFERENCES issues);
INSERT INTO hidden VALUES (11);
SELECT FROM electric.ddlx('ELECTRIC ENABLE hidden');
:client
DELETE FROM issues WHERE id = 11;
UPDATE issues SET id = 12 WHERE id = 11;

-- The owner, who may read the rows, is told all.
:owner
INSERT INTO issues VALUES (20, 1, 'new');
INSERT INTO issues VALUES (96, 1, 'forbidden');
DELETE FROM issues WHERE id = 11;
SELECT secret::int FROM issues WHERE id = 20;
RESET ROLE;
\i :reset

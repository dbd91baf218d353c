--
-- Keys: whatever unique key a foreign key refers to, of whatever types, the path follows it.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE EXTENSION citext;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO regress_electric_client;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on

-- A foreign key to a unique key that is not the primary key: the scope is still the row, in every direction.
BEGIN;
CREATE TABLE projects (id int PRIMARY KEY, slug text UNIQUE, code varchar(8) UNIQUE);
CREATE TABLE members (user_id text, project_slug text REFERENCES projects (slug));
CREATE TABLE issues (id int PRIMARY KEY, project_code varchar(8) REFERENCES projects (code));
CREATE TABLE notes (id int PRIMARY KEY, project_id int REFERENCES projects);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE projects; ELECTRIC ENABLE issues; ELECTRIC ENABLE notes;
	ELECTRIC ASSIGN 'projects:member' TO members.user_id;
	ELECTRIC GRANT READ, INSERT, UPDATE ON projects, issues, notes TO 'projects:member';
$$;
INSERT INTO projects VALUES (1, 'one', 'A'), (2, 'two', 'B'), (3, NULL, NULL);
INSERT INTO members VALUES ('U', 'one'), ('U', NULL), ('V', 'two');
INSERT INTO issues VALUES (1, 'A'), (2, 'B'), (3, NULL);
INSERT INTO notes VALUES (1, 1), (2, 2), (3, 3), (4, NULL);
SET ROLE regress_electric_client;
SELECT electric.set_user('U');
SELECT * FROM electric.roles() WHERE scope_table IS NOT NULL;
SELECT (SELECT array_agg(id ORDER BY id) FROM projects), (SELECT array_agg(id ORDER BY id) FROM issues), (SELECT array_agg(id ORDER BY id) FROM notes);
INSERT INTO issues VALUES (4, 'A');
INSERT INTO issues VALUES (5, 'B');
INSERT INTO notes VALUES (5, 1);
INSERT INTO notes VALUES (6, 3);
UPDATE issues SET project_code = 'B';
SELECT electric.set_user('V');
SELECT (SELECT array_agg(id ORDER BY id) FROM projects), (SELECT array_agg(id ORDER BY id) FROM issues), (SELECT array_agg(id ORDER BY id) FROM notes);
ROLLBACK;

-- Key columns of different types: the foreign key's own operators compare them.
BEGIN;
CREATE TABLE roots (id bigint PRIMARY KEY);
CREATE TABLE members (user_id bigint, root_id int REFERENCES roots);
CREATE TABLE mids (id int PRIMARY KEY, root_id smallint REFERENCES roots);
CREATE TABLE leaves (id int PRIMARY KEY, mid_id bigint REFERENCES mids);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE roots; ELECTRIC ENABLE mids; ELECTRIC ENABLE leaves;
	ELECTRIC ASSIGN 'roots:member' TO members.user_id;
	ELECTRIC GRANT ALL ON roots, mids, leaves TO 'roots:member';
$$;
INSERT INTO roots VALUES (1), (-2), (65537), (4294967297);
INSERT INTO members VALUES (1, 1), (1, -2), (2, 65537);
INSERT INTO mids VALUES (10, 1), (20, -2), (-10, NULL);
INSERT INTO leaves VALUES (100, 10), (200, 20), (300, -10);
SET ROLE regress_electric_client;
SELECT electric.set_user('1');
SELECT (SELECT array_agg(id ORDER BY id) FROM roots), (SELECT array_agg(id ORDER BY id) FROM mids), (SELECT array_agg(id ORDER BY id) FROM leaves);
INSERT INTO leaves VALUES (400, 20);
INSERT INTO leaves VALUES (500, -10);
SET enable_seqscan = off;
SELECT (SELECT array_agg(id ORDER BY id) FROM roots), (SELECT array_agg(id ORDER BY id) FROM mids), (SELECT array_agg(id ORDER BY id) FROM leaves);
RESET ROLE;
CREATE INDEX ON mids (root_id);
CREATE INDEX ON leaves (mid_id);
SET ROLE regress_electric_client;
SELECT (SELECT array_agg(id ORDER BY id) FROM roots), (SELECT array_agg(id ORDER BY id) FROM mids), (SELECT array_agg(id ORDER BY id) FROM leaves);
SELECT electric.set_user('2');
SELECT (SELECT array_agg(id ORDER BY id) FROM roots), (SELECT array_agg(id ORDER BY id) FROM mids), (SELECT array_agg(id ORDER BY id) FROM leaves);
ROLLBACK;

-- All columns of a key together, of many types and in any order.
BEGIN;
CREATE DOMAIN part AS bigint;
CREATE TABLE roots (a uuid, b date, c boolean, d part, e bytea, f text, PRIMARY KEY (f, b, c, d, a, e));
CREATE TABLE members (user_id text, e bytea, d int, c boolean, b date, a uuid, f text,
	FOREIGN KEY (a, b, c, d, e, f) REFERENCES roots (a, b, c, d, e, f));
CREATE TABLE leaves (id int PRIMARY KEY, c boolean, f text, b date, a uuid, e bytea, d part,
	FOREIGN KEY (f, e, d, c, b, a) REFERENCES roots (f, e, d, c, b, a));
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE roots; ELECTRIC ENABLE leaves;
	ELECTRIC ASSIGN 'roots:member' TO members.user_id;
	ELECTRIC GRANT ALL ON roots, leaves TO 'roots:member';
$$;
INSERT INTO roots SELECT a::uuid, '2020-01-01', c, d, e, f FROM
	(VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true, 1, '\x00'::bytea, 'Ä'), ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true, 1, '\x00', 'ä'),
	('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', false, 1, '\x00', 'Ä')) v (a, c, d, e, f);
INSERT INTO leaves (id, a, b, c, d, e, f) SELECT row_number() OVER (ORDER BY f COLLATE "C", c), * FROM roots;
INSERT INTO leaves (id, a, b, c, d, e, f) SELECT 10, a, b, NULL, d, e, f FROM roots LIMIT 1;
INSERT INTO members (user_id, a, b, c, d, e, f) SELECT 'U', * FROM roots WHERE c AND f = 'Ä';
SET ROLE regress_electric_client;
SELECT electric.set_user('U');
SELECT * FROM roots;
SELECT id, c, f FROM leaves ORDER BY id;
UPDATE leaves SET c = false;
UPDATE leaves SET c = NULL;
UPDATE leaves SET id = 2 WHERE id = 2;
INSERT INTO leaves (id, a, b, c, d, e, f) SELECT 11, * FROM roots;
INSERT INTO leaves (id, a, b, c, d, e, f) SELECT 12, a, b, c, d, e, 'ä' FROM roots;
ROLLBACK;

-- Values that are equal without being alike are one scope.
BEGIN;
CREATE TABLE roots (d numeric, f citext, g char(6), h float8, PRIMARY KEY (d, f, g, h));
CREATE TABLE members (user_id text, d numeric, f citext, g char(6), h float8, FOREIGN KEY (d, f, g, h) REFERENCES roots);
CREATE TABLE leaves (id int PRIMARY KEY, d numeric, f citext, g char(6), h float8, FOREIGN KEY (d, f, g, h) REFERENCES roots);
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE roots; ELECTRIC ENABLE leaves;
	ELECTRIC ASSIGN 'roots:member' TO members.user_id;
	ELECTRIC GRANT ALL ON roots, leaves TO 'roots:member';
$$;
INSERT INTO roots VALUES (1.50, 'Root', 'a', 0), (1.51, 'Root', 'a', 0), (1.50, 'Root', 'b', 0);
INSERT INTO members VALUES ('U', 1.5, 'ROOT', 'a', '-0');
INSERT INTO leaves VALUES (1, 1.500, 'root', 'a ', 0), (2, 1.5, 'rOOt', 'a', '-0'), (3, 1.51, 'root', 'a', 0), (4, 1.50, 'root', 'b', 0);
SET ROLE regress_electric_client;
SELECT electric.set_user('U');
SELECT * FROM electric.roles() WHERE scope_table IS NOT NULL;
SELECT * FROM roots;
SELECT id FROM leaves ORDER BY id;
INSERT INTO leaves VALUES (5, 1.50000, 'rooT', 'a', '-0');
INSERT INTO leaves VALUES (6, 1.51, 'rooT', 'a', '-0');
SET enable_seqscan = off;
SELECT id FROM leaves ORDER BY id;
RESET ROLE;
CREATE INDEX ON leaves (d, f, g, h);
CREATE INDEX ON leaves USING hash (f);
SET ROLE regress_electric_client;
SELECT id FROM leaves ORDER BY id;
ROLLBACK;
\set QUIET on
\i :reset

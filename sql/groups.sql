--
-- electric.apply_groups(): the groups admin, user, guest and self as grants. What each may do, and may not.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset null (null)
\set VERBOSITY terse
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
CREATE ROLE regress_electric_other;
GRANT CREATE ON SCHEMA public TO regress_electric_owner, regress_electric_other;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT EXECUTE ON FUNCTION electric.as_user TO regress_electric_client;
SET ROLE regress_electric_owner;
CREATE TABLE staff (user_id text PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, created_by text, title text);
INSERT INTO staff VALUES ('ada');
INSERT INTO posts VALUES (1, 'alice', 'One'), (2, 'bob', 'Two'), (3, NULL, 'Nobody''s');
SET client_min_messages = error;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'admin' TO staff.user_id $$;
RESET client_min_messages;

-- The groups with what they usually may: the statements that it ran, and dump() has them.
SELECT * FROM electric.apply_groups('posts', 'created_by');
SELECT electric.dump();

-- Each user tries everything: what he sees, what he creates (for himself, for others, for nobody), changes and deletes.
CREATE FUNCTION attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ids text;
BEGIN
	EXECUTE format('WITH s AS (%s) SELECT coalesce(string_agg(id::text, '' '' ORDER BY id), ''none'') FROM s', statement) INTO ids;
	RAISE EXCEPTION 'undone' USING DETAIL = ids;
EXCEPTION
	WHEN insufficient_privilege THEN RETURN 'denied';
	WHEN raise_exception THEN GET STACKED DIAGNOSTICS ids = PG_EXCEPTION_DETAIL; RETURN ids;
END $$;
CREATE FUNCTION attempts(who text) RETURNS TABLE (what text, outcome text) LANGUAGE sql AS $$
	SELECT what, attempt(statement) FROM (VALUES
		(1, 'sees', 'SELECT id FROM posts'),
		(2, 'creates his own', format('INSERT INTO posts VALUES (10, %L) RETURNING id', coalesce(who, 'anonymous'))),
		(3, 'creates for others', 'INSERT INTO posts VALUES (11, ''carol'') RETURNING id'),
		(4, 'creates for nobody', 'INSERT INTO posts VALUES (12) RETURNING id'),
		(5, 'updates', 'UPDATE posts SET title = ''changed'' RETURNING id'),
		(6, 'gives away', 'UPDATE posts SET created_by = ''carol'' RETURNING id'),
		(7, 'takes', format('UPDATE posts SET created_by = %L RETURNING id', coalesce(who, 'anonymous'))),
		(8, 'deletes', 'DELETE FROM posts RETURNING id')) s (n, what, statement) ORDER BY n
$$;
\set attempts 'SELECT who, what, outcome FROM (VALUES (1, \'ada\'), (2, \'alice\'), (3, \'dave\'), (4, NULL)) users (n, who), LATERAL (SELECT row ->> \'what\' AS what, row ->> \'outcome\' AS outcome FROM electric.as_user(who, format(\'SELECT * FROM attempts(%L)\', who)) row) s ORDER BY n;'
SET ROLE regress_electric_client;
:attempts

-- Again: nothing is left of grants to these roles that were made by hand, on columns, under conditions or of other privileges.
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT UPDATE (title) ON posts TO AUTHENTICATED;
	ELECTRIC GRANT DELETE ON posts TO ANYONE CHECK (id > 2);
	ELECTRIC GRANT DELETE ON posts TO AUTHENTICATED CHECK (true);
	ELECTRIC GRANT READ ON posts TO 'editor';
$$;
SELECT * FROM electric.apply_groups('posts', 'created_by');
SELECT electric.dump();
SELECT count(*) FROM electric.apply_groups('posts', 'created_by');

-- A role of some scope that is also called admin is another one, and keeps what it has.
SET client_min_messages = error;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'posts:admin' TO posts.created_by; ELECTRIC GRANT DELETE ON posts TO 'posts:admin'; $$;
RESET client_min_messages;
SELECT count(*) FROM electric.apply_groups('posts', 'created_by', admin_may => '{read}');
SELECT * FROM electric.apply_groups('posts', 'created_by', admin_may => '{read}') s WHERE s LIKE '%admin%';
SELECT s FROM electric.dump() s WHERE s LIKE '%admin%';
DO LANGUAGE ddlx $$ ELECTRIC REVOKE DELETE ON posts FROM 'posts:admin'; ELECTRIC UNASSIGN 'posts:admin' FROM posts.created_by; $$;
SELECT count(*) FROM electric.apply_groups('posts', 'created_by');

-- Other privileges, in any letter case, in the words of an API and of SQL. Nobody reads but what is his: who may change his rows may read them.
SELECT * FROM electric.apply_groups('posts', 'created_by', admin_may => '{Read,LIST,update}', user_may => '{create}', guest_may => '{}');
SET ROLE regress_electric_client;
:attempts

-- Guests may create, for nobody; users may update every row, and delete their own.
SET ROLE regress_electric_owner;
SELECT * FROM electric.apply_groups('posts', 'created_by', '{write,select}', '{select,update}', '{insert,read}', '{delete,update}');
SET ROLE regress_electric_client;
:attempts

-- Nothing for nobody but himself; and nothing at all, twice.
SET ROLE regress_electric_owner;
SELECT * FROM electric.apply_groups('posts', 'created_by', '{}', '{}', '{}', '{all}');
SET ROLE regress_electric_client;
:attempts
SET ROLE regress_electric_owner;
SELECT * FROM electric.apply_groups('posts', 'created_by', '{}', '{}', '{}', '{}');
SELECT * FROM electric.apply_groups('posts', 'created_by', '{}', '{}', '{}', '{}');
SELECT electric.dump();

-- Whatever a table and its columns are called, and whatever stands in the search path.
RESET ROLE;
CREATE SCHEMA regress_electric_own AUTHORIZATION regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE FUNCTION regress_electric_own.same(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR regress_electric_own.= (FUNCTION = regress_electric_own.same, LEFTARG = text, RIGHTARG = text);
CREATE TABLE regress_electric_own."x; ELECTRIC GRANT ALL ON posts TO ANYONE; --" (id int PRIMARY KEY, "auth.user_id" text, "a"") OR (true" text, "new" text, "auth" text, "user" text, "old.é" text);
SET search_path = regress_electric_own, public, pg_catalog;
SET client_min_messages = warning;
CREATE FUNCTION each_column(tbl regclass, columns name[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	c name;
BEGIN
	FOREACH c IN ARRAY columns LOOP
		RETURN QUERY SELECT s FROM electric.apply_groups(tbl, c, guest_may => '{create}') s WHERE s LIKE '%CHECK%';
		RETURN QUERY SELECT s FROM electric.dump() s WHERE s LIKE '%CHECK%';
	END LOOP;
END $$;
SELECT regexp_replace(s, '^.*(?= TO )', '') FROM each_column('regress_electric_own."x; ELECTRIC GRANT ALL ON posts TO ANYONE; --"', '{auth.user_id,"a\") OR (true",new,auth,user,old.é}') s;
RESET search_path;
RESET client_min_messages;
SELECT electric.dump();
SET client_min_messages = warning;
DROP SCHEMA regress_electric_own CASCADE;
RESET client_min_messages;

-- Columns of all types that hold user ids, by the operator of their type.
RESET ROLE;
CREATE EXTENSION citext SCHEMA public;
SET ROLE regress_electric_owner;
CREATE TYPE person AS ENUM ('alice', 'bob');
CREATE DOMAIN who AS text;
CREATE DOMAIN someone AS person;
SET client_min_messages = warning;
CREATE TABLE typed (id int PRIMARY KEY, v varchar(20), n name, u uuid, s smallint, i int, b bigint, e person, d who, de someone, c citext);
SELECT c, s FROM unnest('{v,n,u,s,i,b,e,c,d,de}'::name[]) c, electric.apply_groups('typed', c, '{}', '{}', '{}') s WHERE s LIKE '%CHECK%';
RESET client_min_messages;
INSERT INTO typed (id, e, de) VALUES (1, 'alice', 'alice'), (2, 'bob', 'bob');
SET ROLE regress_electric_client;
SELECT electric.as_user('bob', 'SELECT id FROM typed');

-- Wrong types, columns that there are not, system columns.
SET ROLE regress_electric_owner;
ALTER TABLE typed ADD t timestamptz, ADD j jsonb, ADD a text[];
SELECT electric.apply_groups('typed', 't');
SELECT electric.apply_groups('typed', 'j');
SELECT electric.apply_groups('typed', 'a');
SELECT electric.apply_groups('typed', 'missing');
SELECT electric.apply_groups('typed', 'ctid');
SELECT electric.apply_groups('typed', '');

-- Wrong privileges; NULL.
SELECT electric.apply_groups('posts', 'created_by', '{read,browse}');
\echo :LAST_ERROR_SQLSTATE
SELECT electric.apply_groups('posts', 'created_by', self_may => '{"read, update"}');
SELECT electric.apply_groups('posts', 'created_by', guest_may => '{read) ON posts TO ANYONE; --}');
SELECT electric.apply_groups('posts', 'created_by', user_may => NULL);
SELECT electric.apply_groups('posts', 'created_by', guest_may => '{NULL}');
SELECT electric.apply_groups(NULL, 'created_by');
SELECT electric.apply_groups('posts', NULL);
SELECT count(*) FROM electric.grants WHERE tbl = 'posts'::regclass;

-- Only an own table, of the kinds that can be enabled, and where rules can be changed.
CREATE VIEW titles AS SELECT title, created_by FROM posts;
CREATE TABLE parted (id int, created_by text) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parted FOR VALUES FROM (1) TO (10);
CREATE TEMPORARY TABLE scratch (created_by text);
SELECT electric.apply_groups('titles', 'created_by');
SELECT electric.apply_groups('part', 'created_by');
SELECT electric.apply_groups('scratch', 'created_by');
SELECT electric.apply_groups('electric.grants', 'role');
SELECT electric.apply_groups('pg_class', 'relname');
SELECT electric.apply_groups(1, 'relname');
SELECT count(*) FROM electric.apply_groups('parted', 'created_by');
BEGIN READ ONLY;
SELECT electric.apply_groups('posts', 'created_by');
ROLLBACK;
SET ROLE regress_electric_other;
SELECT electric.apply_groups('posts', 'created_by');
\echo :LAST_ERROR_SQLSTATE
SET ROLE regress_electric_client;
SELECT electric.apply_groups('posts', 'created_by');
RESET ROLE;

-- It is undone with its transaction, and a role 'admin' that another owner assigns does not count.
SET ROLE regress_electric_owner;
BEGIN;
SELECT count(*) FROM electric.apply_groups('posts', 'created_by', '{all}', '{}', '{}', '{}');
ROLLBACK;
SELECT count(*) FROM electric.grants WHERE tbl = 'posts'::regclass;
SELECT count(*) FROM electric.apply_groups('posts', 'created_by', '{all}', '{}', '{}', '{}');
SET ROLE regress_electric_other;
CREATE TABLE my_staff (user_id text PRIMARY KEY);
INSERT INTO my_staff VALUES ('mallory');
SET client_min_messages = error;
DO LANGUAGE ddlx $$ ELECTRIC ASSIGN 'admin' TO my_staff.user_id $$;
RESET client_min_messages;
SET ROLE regress_electric_client;
SELECT electric.as_user('mallory', 'SELECT count(*) FROM posts'), electric.as_user('ada', 'SELECT count(*) FROM posts');
\i :reset

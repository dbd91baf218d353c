--
-- DDLX under a publication FOR ALL TABLES, as tools of replication make it: PostgreSQL refuses to change or delete
-- rows of a published table that has no key to know them by, and that must not strike the rules.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
CREATE ROLE regress_electric_client;
CREATE TABLE regress_electric_docs (id int PRIMARY KEY, author text UNIQUE, title text);
-- a WARNING says that the server's wal_level is too low to replicate, which is not asked here
SET client_min_messages = error;
CREATE PUBLICATION regress_electric_all FOR ALL TABLES;
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on

-- The tables of rules are among those that are published.
SELECT tablename FROM pg_publication_tables WHERE pubname = 'regress_electric_all' AND schemaname = 'electric' ORDER BY 1;

-- Every kind of statement makes, replaces and removes its rows.
DO LANGUAGE ddlx $$
	ELECTRIC ENABLE regress_electric_docs;
	ELECTRIC GRANT READ, UPDATE (title) ON regress_electric_docs TO 'author';
	ELECTRIC ASSIGN 'author' TO regress_electric_docs.author;
	ELECTRIC SQLITE 'SELECT 1';
$$;
SELECT electric.add_client_role('regress_electric_client');
SELECT * FROM electric.dump();
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON regress_electric_docs TO 'author' CHECK (id > 1);
	ELECTRIC ASSIGN 'author' TO regress_electric_docs.author IF (id > 2);
$$;
SELECT * FROM electric.dump();
DO LANGUAGE ddlx $$
	ELECTRIC REVOKE ALL ON regress_electric_docs FROM 'author';
	ELECTRIC UNASSIGN 'author' FROM regress_electric_docs.author;
	ELECTRIC DISABLE regress_electric_docs;
$$;
SELECT electric.drop_client_role('regress_electric_client');
SELECT * FROM electric.dump();

DROP PUBLICATION regress_electric_all;
DROP TABLE regress_electric_docs;
DROP EXTENSION electric_perm;
DROP ROLE regress_electric_client;

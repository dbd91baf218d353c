--
-- Passwords: what a hash may cost, and who may ask for one.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
RESET client_min_messages;
CREATE ROLE regress_electric_client;
-- The library defines its settings when it is loaded.
SELECT electric.password_needs_rehash('');

-- A hash that would cost more than 1 GB, 100 iterations, 255 lanes or 4 GB times iterations is not computed.
SET statement_timeout = '1s';
SELECT h, electric.verify_password('password', '$argon2id$v=19$' || h || '$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4')
FROM (VALUES ('m=1048577,t=1,p=1'), ('m=999999999,t=1,p=1'), ('m=256,t=101,p=1'), ('m=256,t=999999999,p=1'), ('m=65536,t=1,p=256'),
	('m=1048576,t=5,p=1'), ('m=41944,t=100,p=1')) v (h);
RESET statement_timeout;

--
-- Settings
--

-- The defaults are the least that can be set.
SHOW electric_perm.argon2_memory;
SHOW electric_perm.argon2_iterations;
SHOW electric_perm.argon2_parallelism;
SET electric_perm.argon2_memory = 19455;
SET electric_perm.argon2_memory = '2GB';
SET electric_perm.argon2_iterations = 1;
SET electric_perm.argon2_iterations = 101;
SET electric_perm.argon2_parallelism = 0;
SET electric_perm.argon2_parallelism = 256;

-- Only superusers set them.
SET ROLE regress_electric_client;
SET electric_perm.argon2_memory = '32MB';
SET electric_perm.argon2_iterations = 3;
SET electric_perm.argon2_parallelism = 2;
RESET ROLE;

-- New hashes cost what they say, and verify under whatever is set later.
CREATE TABLE made (id int, hash text);
INSERT INTO made VALUES (1, electric.hash_password('secret'));
SET electric_perm.argon2_memory = '32MB';
INSERT INTO made VALUES (2, electric.hash_password('secret'));
SET electric_perm.argon2_iterations = 3;
INSERT INTO made VALUES (3, electric.hash_password('secret'));
SET electric_perm.argon2_parallelism = 2;
INSERT INTO made VALUES (4, electric.hash_password('secret'));
SELECT id, split_part(hash, '$', 4) AS costs, electric.verify_password('secret', hash) AS right, electric.verify_password('Secret', hash) AS wrong
FROM made ORDER BY id;

-- A hash that is weaker in anything than a new one needs to be made anew; as strong or stronger, not.
SELECT id, electric.password_needs_rehash(hash) FROM made ORDER BY id;
RESET electric_perm.argon2_parallelism;
SELECT id, electric.password_needs_rehash(hash) FROM made ORDER BY id;
RESET electric_perm.argon2_iterations;
SELECT id, electric.password_needs_rehash(hash) FROM made ORDER BY id;
RESET electric_perm.argon2_memory;
SELECT id, electric.password_needs_rehash(hash) FROM made ORDER BY id;
SELECT what, electric.password_needs_rehash(h) FROM (VALUES
	('as new ones', '$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU'),
	('less memory, more iterations', '$argon2id$v=19$m=19455,t=9,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU'),
	('more memory, fewer iterations', '$argon2id$v=19$m=65536,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU'),
	('a shorter salt', '$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0O$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU'),
	('a shorter hash', '$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkA'),
	('a longer salt and hash', '$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODxAR$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIUAAA'),
	('more than can be verified', '$argon2id$v=19$m=1048577,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU')) v (what, h);

-- Settings that are allowed each, and together too expensive to be verified, make no hash.
SET electric_perm.argon2_memory = '1GB';
SET electric_perm.argon2_iterations = 5;
SELECT electric.hash_password('secret');
RESET electric_perm.argon2_memory;
RESET electric_perm.argon2_iterations;

--
-- Who may
--

-- None is for PUBLIC.
SET ROLE regress_electric_client;
SELECT electric.hash_password('secret');
SELECT electric.verify_password('secret', 'x');
SELECT electric.password_needs_rehash('x');
RESET ROLE;
GRANT EXECUTE ON FUNCTION electric.hash_password, electric.verify_password, electric.password_needs_rehash TO regress_electric_client;
SET ROLE regress_electric_client;
SELECT electric.verify_password('secret', h), electric.password_needs_rehash(h) FROM electric.hash_password('secret') h;
RESET ROLE;

-- Errors can be caught, and the next call is right.
DO $$ BEGIN PERFORM electric.hash_password(''); EXCEPTION WHEN invalid_parameter_value THEN RAISE NOTICE '% (%)', SQLERRM, SQLSTATE; END $$;
SELECT electric.verify_password('secret', electric.hash_password('secret'));

DROP TABLE made;
DROP EXTENSION electric_perm;
DROP ROLE regress_electric_client;

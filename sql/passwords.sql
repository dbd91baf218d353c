--
-- Passwords: hashes of Argon2id as PHC strings, made and verified.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
RESET client_min_messages;

-- A hash is a PHC string with OWASP's parameters, a salt of 16 bytes and a hash of 32.
SELECT electric.hash_password('secret') ~ '^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$' AS phc;

-- Each has a salt of its own, also within one statement.
SELECT count(DISTINCT split_part(h, '$', 5)) AS salts, count(DISTINCT h) AS hashes
FROM (SELECT electric.hash_password('secret') h FROM generate_series(1, 3) OFFSET 0) s;

-- .. and where a plan could keep what a function returned for the same argument.
SELECT provolatile FROM pg_proc WHERE oid = 'electric.hash_password(text)'::regprocedure;

-- A password verifies against its hash; any other, as much as it may look like it, does not.
SELECT what, electric.verify_password(tried, h)
FROM (SELECT electric.hash_password('Grüße, 世界 🔑') h OFFSET 0) s, (VALUES
	('the same', 'Grüße, 世界 🔑'),
	('another case', 'grüße, 世界 🔑'),
	('a blank behind', 'Grüße, 世界 🔑 '),
	('a blank in front', ' Grüße, 世界 🔑'),
	('the beginning', 'Grüße, 世界'),
	('without accents', 'Gruße, 世界 🔑'),
	('nothing', '')) t (what, tried);

-- Characters that look alike are different: é, and e with an accent.
SELECT electric.verify_password(U&'caf\00E9', h) AS same, electric.verify_password(U&'cafe\0301', h) AS decomposed,
	electric.verify_password(normalize(U&'cafe\0301', NFC), h) AS normalized
FROM electric.hash_password(U&'caf\00E9') h;

-- Whitespace and control characters are characters.
SELECT electric.verify_password(E' \t\n\x01', h) AS same, electric.verify_password(E' \t\n', h) AS shorter
FROM electric.hash_password(E' \t\n\x01') h;

-- All 4096 bytes count, stored out of line or compressed as well.
CREATE TABLE long_ones (plain text, compressed text, outside text);
ALTER TABLE long_ones ALTER plain SET STORAGE PLAIN, ALTER outside SET STORAGE EXTERNAL;
INSERT INTO long_ones SELECT p, p, p FROM repeat('ab', 2048) p;
SELECT electric.verify_password(plain, h) AS plain, electric.verify_password(compressed, h) AS compressed,
	electric.verify_password(outside, h) AS outside, electric.verify_password(left(plain, -1) || 'a', h) AS last_byte
FROM long_ones, electric.hash_password(repeat('ab', 2048)) h;
DROP TABLE long_ones;

-- Refused: an empty password, and one of more than 4096 bytes in UTF-8.
SELECT electric.hash_password('');
SELECT electric.hash_password(repeat('a', 4097));
SELECT electric.hash_password(repeat('ä', 2048) || 'a');
SELECT electric.hash_password(repeat('a', 10000000));

-- Verifying raises nothing about them: they have no hash. Not even one of no password at all,
-- as other programs may have made.
SELECT electric.verify_password('', '$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgc$gd2uIOqpQvhJ9auFq+kgog');
-- .. or of a byte that no text has, by which is computed what a refusal takes.
SELECT electric.verify_password(p, '$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgc$Z4UcRvuG+bzGwkNsnVrwOw') FROM (VALUES (''), (repeat('a', 4097)), (NULL)) v (p);
SELECT electric.verify_password(p, '$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgc$i3pQY5eQM3Gir8CuqlpjQQ')
FROM (VALUES (''), (repeat('a', 4097)), (repeat('a', 10000000))) v (p);

-- NULL is no password, and verifies against nothing: NOT of it is true.
SELECT electric.hash_password(NULL), electric.verify_password(NULL, 'x') AS no_password,
	electric.verify_password('x', NULL) AS no_hash, electric.password_needs_rehash(NULL);

-- A refusal takes as long as a wrong password, so that the time does not tell which users have a hash.
CREATE FUNCTION took(password text) RETURNS interval LANGUAGE plpgsql AS $$
DECLARE
	shortest interval := '1 day';
	began timestamptz;
BEGIN
	FOR i IN 1 .. 3 LOOP
		began := clock_timestamp();
		PERFORM electric.verify_password(password, '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc');
		shortest := least(shortest, clock_timestamp() - began);
	END LOOP;
	RETURN shortest;
END $$;
SELECT what, took(tried) > took('wrong') / 10 AS alike
FROM (VALUES ('right', 'password'), ('empty', ''), ('too long', repeat('a', 4097)), ('NULL', NULL)) v (what, tried);
DROP FUNCTION took;

--
-- Known answers
--

-- Those of the test suite of Argon2's reference implementation, and of OpenSSL 4.0.0.
CREATE TABLE known (id int, password text, hash text);
INSERT INTO known VALUES
	(1, 'password', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'),
	(2, 'password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	(3, 'password', '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc'),
	(4, 'password', '$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg'),
	(5, 'password', '$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$kCXUjmjvc5XMqQedpMTsOv+zyJEf5PhtGiUghW9jFyw'),
	(6, 'differentpassword', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94'),
	(7, 'password', '$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw'),
	(8, 'correct horse battery staple', '$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU'),
	(9, 'Grüße, 世界 🔑', '$argon2id$v=19$m=4096,t=3,p=1$8PHy8/T19vf4+fr7/P3+/w$P12Kg39B/TydgzlRY7ZK7KQ7pxfPY+pbyU0Gekjg3Ds'),
	(10, 'p', '$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgc$i3pQY5eQM3Gir8CuqlpjQQ'),
	(11, 'password', '$argon2id$v=19$m=1024,t=2,p=4$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw$Cbsd+WkAELRq7/Ubs3GrShFSkZH21aFGoEpBCjXYNnL8tax19aHjeuPUwivEfVhocnBK58hw3T+VCqiypLtuaQ'),
	(12, repeat('a', 4096), '$argon2id$v=19$m=64,t=1,p=8$/////////////////////w$8Xpu3MHEFgQdyaNBWkHnPId0r36biM9c3oZvbN+qt6k');
SELECT id, electric.verify_password(password, hash) AS right, electric.verify_password('X' || substr(password, 2), hash) AS wrong,
	electric.password_needs_rehash(hash) AS weak
FROM known ORDER BY id;

-- A hash has one spelling: whichever character is changed, left out or doubled, it is false.
WITH mutated AS MATERIALIZED (
	SELECT place, m FROM (VALUES ('$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgc$i3pQY5eQM3Gir8CuqlpjQQ')) v (h), generate_series(1, length(h)) place,
		LATERAL (SELECT overlay(h PLACING c FROM place FOR 1) FROM unnest(ARRAY['0', '1', '2', 'A', 'z', '/', '$', '=', ',', ' ', '-', 'ä', '']) c
			UNION ALL SELECT overlay(h PLACING substr(h, place, 1) || substr(h, place, 1) FROM place FOR 1)
			UNION ALL SELECT left(h, place - 1)) x (m)
	WHERE m <> h)
SELECT count(*) > 800 AS many, count(*) FILTER (WHERE electric.verify_password('p', m)) AS accepted FROM mutated;

-- .. nor is a digit too many passed over that says nothing, behind a salt or a hash that needs none.
SELECT electric.verify_password('p', h) FROM (VALUES ('$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ5$mt3E1Y3uWhdOB/vPaN1Cw+HM'), ('$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ5A$mt3E1Y3uWhdOB/vPaN1Cw+HM'), ('$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ5$mt3E1Y3uWhdOB/vPaN1Cw+HMA')) v (h);

-- Malformed and foreign hashes verify nothing and need to be made anew.
SELECT h, electric.verify_password('password', h), electric.password_needs_rehash(h) FROM (VALUES
	(''),
	('password'),
	('$argon2id$'),
	('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$'),
	('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ'),
	('$argon2id$v=19$m=256,t=2,p=1$$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4$'),
	('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4='),
	(' $argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/5'),
	('$argon2id$v=19$m=0256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=+256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=4294967552,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$t=2,m=256,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=2,p=1,data=AAAA$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=2,p=0$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=15,t=2,p=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4r'),
	('$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8'),
	('$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'),
	('SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy'),
	('md5319f4d26e3c536b5dd871bb2c52e3178')) v (h);
SELECT electric.verify_password('password', repeat('$argon2id$v=19$m=256,t=2,p=1$', 1000000)) AS megabytes;
-- .. nor does one whose salt or hash has a byte more than the 64 that there is room for.
SELECT salt, hash, electric.verify_password('password', h), electric.password_needs_rehash(h) FROM (VALUES (64, 64), (65, 64), (64, 65), (100, 16), (8, 150)) v (salt, hash),
	LATERAL (SELECT '$argon2id$v=19$m=19456,t=2,p=1$' || rtrim(translate(encode(decode(repeat('00', salt), 'hex'), 'base64'), E'\n', ''), '=') || '$' || rtrim(translate(encode(decode(repeat('00', hash), 'hex'), 'base64'), E'\n', ''), '=')) t (h);

DROP TABLE known;
DROP EXTENSION electric_perm;

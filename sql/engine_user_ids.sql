--
-- User ids in columns of every type: one spelling in each, and what does not fit is nobody.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE EXTENSION citext;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
SELECT electric.add_client_role('regress_electric_client') \g /dev/null
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SET ROLE regress_electric_owner;
CREATE TYPE color AS ENUM ('red', 'Red', '1', 'green');
CREATE DOMAIN email AS text CHECK (value <> 'refused');
CREATE DOMAIN account AS int CHECK (value < 100);
CREATE DOMAIN nested AS account;
CREATE DOMAIN shade AS color;
CREATE TYPE kind AS ENUM ('text', 'varchar', 'name', 'citext', 'uuid', 'smallint', 'int', 'bigint', 'enum',
	'email', 'account', 'nested', 'shade', 'ci_collation');
CREATE COLLATION case_insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- One table for each type, with rows that hold the ids of users, its scope being each row itself.
CREATE TABLE seen (type kind PRIMARY KEY);
INSERT INTO seen SELECT unnest(enum_range(NULL::kind));
ALTER TABLE seen ENABLE ELECTRIC;
CREATE TABLE ids (type kind REFERENCES seen, a_text text, a_varchar varchar(40), a_name name, a_citext citext,
	a_uuid uuid, a_smallint smallint, a_int int, a_bigint bigint, an_enum color,
	an_email email, an_account account, a_nested nested, a_shade shade, a_ci text COLLATE case_insensitive);
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON seen TO 'seen:reader';
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_text;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_varchar;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_name;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_citext;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_uuid;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_smallint;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_int;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_bigint;
	ELECTRIC ASSIGN 'seen:reader' TO ids.an_enum;
	ELECTRIC ASSIGN 'seen:reader' TO ids.an_email;
	ELECTRIC ASSIGN 'seen:reader' TO ids.an_account;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_nested;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_shade;
	ELECTRIC ASSIGN 'seen:reader' TO ids.a_ci;
$$;
INSERT INTO ids (type, a_text) VALUES ('text', 'Red'), ('text', ' 1'), ('text', '1'), ('text', 'ü'), ('text', NULL), ('text', '');
INSERT INTO ids (type, a_varchar) VALUES ('varchar', 'Red'), ('varchar', '1'), ('varchar', '01');
INSERT INTO ids (type, a_name) VALUES ('name', 'Red'), ('name', '1'), ('name', repeat('n', 63));
INSERT INTO ids (type, a_citext) VALUES ('citext', 'Red'), ('citext', '1');
INSERT INTO ids (type, a_uuid) VALUES ('uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11');
INSERT INTO ids (type, a_smallint) VALUES ('smallint', 1), ('smallint', 0), ('smallint', -32768), ('smallint', 32767);
INSERT INTO ids (type, a_int) VALUES ('int', 1), ('int', 0), ('int', -2147483648), ('int', 2147483647);
INSERT INTO ids (type, a_bigint) VALUES ('bigint', 1), ('bigint', 0), ('bigint', -9223372036854775808), ('bigint', 9223372036854775807);
INSERT INTO ids (type, an_enum) VALUES ('enum', 'Red'), ('enum', '1');
INSERT INTO ids (type, an_email) VALUES ('email', 'Red'), ('email', '1');
INSERT INTO ids (type, an_account) VALUES ('account', 1), ('account', 0);
INSERT INTO ids (type, a_nested) VALUES ('nested', 1), ('nested', 0);
INSERT INTO ids (type, a_shade) VALUES ('shade', 'Red'), ('shade', '1');
INSERT INTO ids (type, a_ci) VALUES ('ci_collation', 'Red');
RESET client_min_messages;

-- What an id sees: the types in which it is the id of a row.
RESET ROLE;
CREATE FUNCTION sees() RETURNS text LANGUAGE plpgsql SET role = regress_electric_client AS $$
BEGIN RETURN (SELECT coalesce(string_agg(type::text, ' ' ORDER BY type), '(nothing)') FROM public.seen); END $$;
CREATE FUNCTION as_user(id text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN PERFORM electric.set_user(id, is_local => false); RETURN sees(); END $$;
-- a superuser is told once that the identity has no effect for him
SET client_min_messages = error;
SELECT as_user('1') \g /dev/null
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on

-- An id that fits is the user in every type.
SELECT id, as_user(id) FROM unnest(ARRAY['1', '0', 'Red', 'ü']) id;

-- Upper and lower case are one only where the column's type or collation says so, and in the digits of a uuid.
SELECT id, as_user(id) FROM unnest(ARRAY['red', 'RED', 'Ü', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
	'A0eeBC99-9C0B-4EF8-BB6D-6BB9BD380A11']) id;

-- Integers are read to the ends of their types, and not beyond.
SELECT id, as_user(id) FROM unnest(ARRAY['32767', '32768', '-32768', '-32769', '2147483647', '2147483648',
	'-2147483648', '-2147483649', '9223372036854775807', '9223372036854775808', '-9223372036854775808',
	'-9223372036854775809', '18446744073709551617', '18446744073709551616', '99999999999999999999',
	'36893488147419103233']) id;
SELECT as_user(repeat('9', 60000)), as_user(repeat('0', 60000));

-- Blanks, '+', leading zeros, '-0', other notations and other digits make an id that is no integer.
SELECT '"' || id || '"', as_user(id) FROM unnest(ARRAY[' 1', '1 ', E'1\n', E'\t1', '+1', '01', '00', '-0', '-01', '--1', '-', '+',
	'1.0', '1e0', '0x1', '1_000', '0b1', '0o1', '１', '١', '1,', 'NaN', 'null', 'true', E'1\u00a0', '2', '-1', 'ids.a_int']) id;

-- A uuid is written 8-4-4-4-12: no braces, no other dashes, no blanks.
SELECT id, as_user(id) FROM unnest(ARRAY['{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', 'a0eebc999c0b4ef8bb6d6bb9bd380a11',
	'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11', ' a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
	'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 ', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g',
	'a0eebc99_9c0b_4ef8_bb6d_6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', 'not-a-uuid',
	'a0ee-bc99-9c0b-4ef8-bb6d6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d6bb9bd38-0a11', repeat('-', 36)]) id;

-- A name of 63 bytes is one; a longer id is not cut off to it.
SELECT length(id), as_user(id) FROM unnest(ARRAY[repeat('n', 63), repeat('n', 64), repeat('n', 62) || 'ü']) id;

-- An id that a domain refuses, or that is no label of the enum, is nobody there, and no error.
SELECT id, as_user(id) FROM unnest(ARRAY['refused', '100', 'green', 'blue', repeat('x', 63), '''; DROP TABLE ids; --', '%', '_', 'Re%', '\']) id;

-- The same through indexes as by reading the whole table.
SELECT id, as_user(id) FROM unnest(ARRAY['1', 'Red', 'red', '-0', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11']) id;
SELECT format('CREATE INDEX ON ids (%I)', attname) FROM pg_attribute
	WHERE attrelid = 'ids'::regclass AND attnum > 1 ORDER BY attnum \gexec
SELECT id, as_user(id) FROM unnest(ARRAY['1', 'Red', 'red', '-0', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11']) id;

-- An id that is no user id anywhere is still AUTHENTICATED; the anonymous user is not the NULL of a column.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON seen TO AUTHENTICATED $$;
SELECT as_user('not-a-uuid') = as_user('Red'), as_user(NULL);
\set QUIET on
\i :reset

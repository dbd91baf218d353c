--
-- Names as a weapon: whatever tables, columns, keys, schemas and roles are called, a statement does what it
-- says and nothing else, and what dump() prints does the same.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner SUPERUSER;
CREATE ROLE "regress_electric_c'l""ie\nt; DROP TABLE projects --";
SELECT electric.add_client_role($$"regress_electric_c'l""ie\nt; DROP TABLE projects --"$$);
SET ROLE regress_electric_owner;
CREATE TABLE projects (id int PRIMARY KEY);
\pset format unaligned
\pset tuples_only on

-- Quotes, backslashes, dollars, percent signs, blanks, line ends, dots, slashes, colons, comments and keywords.
CREATE FUNCTION wrap(schema text, tbl text, col text, key text, role text, fk text) RETURNS SETOF text
	LANGUAGE plpgsql AS $$
DECLARE
	scope text := format('%I.%I', schema, tbl);
	rules text;
BEGIN
	EXECUTE format('CREATE SCHEMA %I', schema);
	EXECUTE format('CREATE TABLE %s (%I int, %I text, CONSTRAINT %I PRIMARY KEY (%2$I))', scope, col, col || '2', key);
	EXECUTE format('CREATE TABLE %I.%I (%I int PRIMARY KEY, %I int CONSTRAINT %I REFERENCES %s)',
		schema, tbl || '2', col, col || '2', fk, scope);
	EXECUTE format('INSERT INTO %s VALUES (1, ''alice''), (2, ''bob'')', scope);
	EXECUTE format('INSERT INTO %I.%I VALUES (1, 1), (2, 2)', schema, tbl || '2');
	PERFORM electric.ddlx(format('ELECTRIC ENABLE %s; ELECTRIC ENABLE %I.%I', scope, schema, tbl || '2'));
	PERFORM electric.ddlx(format('ELECTRIC ASSIGN %L TO %s.%I', scope || ':' || role, scope, col || '2'));
	PERFORM electric.ddlx(format('ELECTRIC GRANT READ ON %s TO %L, (NULL, %L)', scope, scope || ':' || role, role));
	PERFORM electric.ddlx(format('ELECTRIC GRANT ALL ON %I.%I TO %L USING %I', schema, tbl || '2', scope || ':' || role, fk));
	rules := (SELECT string_agg(d, E'\n') FROM electric.dump() d);
	PERFORM electric.ddlx(format('ELECTRIC REVOKE ALL ON %s, %I.%I FROM %L', scope, schema, tbl || '2', scope || ':' || role));
	PERFORM electric.ddlx(format('ELECTRIC REVOKE ALL ON %s FROM (NULL, %L)', scope, role));
	PERFORM electric.ddlx(format('ELECTRIC UNASSIGN %L FROM %s.%I', scope || ':' || role, scope, col || '2'));
	PERFORM electric.ddlx(format('ELECTRIC DISABLE %s; ELECTRIC DISABLE %I.%I', scope, schema, tbl || '2'));
	RETURN QUERY SELECT 'left: ' || electric.dump();
	PERFORM electric.ddlx(rules);
	RETURN QUERY SELECT 'other: ' || d FROM electric.dump() d WHERE position(d IN rules) = 0;
	PERFORM electric.set_user('alice');
	SET LOCAL ROLE "regress_electric_c'l""ie\nt; DROP TABLE projects --";
	RETURN QUERY EXECUTE format('SELECT ''scope '' || %I FROM %s', col, scope);
	RETURN QUERY EXECUTE format('SELECT ''row '' || %I FROM %I.%I', col, schema, tbl || '2');
	RETURN QUERY SELECT r.role FROM electric.roles() r WHERE r.scope_id IS NOT NULL;
	RESET ROLE;
	EXECUTE format('DROP SCHEMA %I CASCADE', schema);
	DROP EXTENSION electric_perm CASCADE;
	CREATE EXTENSION electric_perm;
	PERFORM electric.add_client_role($r$"regress_electric_c'l""ie\nt; DROP TABLE projects --"$r$);
END $$;
SELECT wrap('a', 'b', 'c', 'd', 'e', 'f');
SELECT wrap('''', '"', '''', '""', '''', '"');
SELECT wrap('\', 'a\''b', '\"', '\\', 'r\''', E'\\\n''');
SELECT wrap('$$', '$1', '%s%n', '%', '%s%n$$', '%I');
SELECT wrap(' ', E'\t', E'\n', ' x', E'-- \n', '/*');
SELECT wrap('a.b', '.', 'c/d', '/', 'house.admin', 'f/g.h');
SELECT wrap('a:b', ':', '::', ':c', '"projects":x', 'x:');
SELECT wrap('select', 'electric', 'on', 'using', 'authenticated_', 'to');
SELECT wrap('); DROP TABLE projects; --', '''; DROP TABLE projects; --', '"; DROP TABLE projects; --',
	'k', '''; DROP TABLE projects; --', '*/ DROP TABLE projects; --');

-- Names of 63 bytes, of which two are alike but for the last.
SELECT wrap(repeat('s', 63), repeat('t', 62), repeat('c', 62), repeat('k', 63), repeat('r', 255), repeat('f', 63));

-- Nothing was dropped on the way, and the names of the built-in roles are no one else's.
TABLE projects;
SELECT electric.ddlx('ELECTRIC ENABLE projects; ELECTRIC GRANT READ ON projects TO (NULL, ''anyone'')');
SELECT electric.ddlx('ELECTRIC ENABLE projects; ELECTRIC GRANT READ ON projects TO ''projects:Authenticated''');
SELECT electric.ddlx('ELECTRIC ENABLE projects; ELECTRIC GRANT READ ON projects TO "ANYONE"');
\i :reset

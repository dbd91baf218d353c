--
-- Keys that are alike but not the same: whatever types and spellings a foreign key joins, the
-- rows that are shown must be those that it joins, by whichever index and in both directions.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set reset :abs_srcdir '/test/reset.sql'
\i :reset
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION electric_perm;
CREATE ROLE regress_electric_owner;
CREATE ROLE regress_electric_client;
GRANT CREATE ON SCHEMA public TO regress_electric_owner;
SELECT electric.add_client_role('regress_electric_client');
\pset format unaligned
\pset tuples_only on

-- compare() makes keys of two types, values and indexes, and says by how much each plan differs from the join itself.
CREATE FUNCTION compare(scope_type text, key_type text, scopes text, keys text, indexes text = '')
	RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text := '';
	wanted text;
	seen text;
BEGIN
	SET LOCAL ROLE regress_electric_owner;
	EXECUTE format('CREATE TABLE scopes (id %s PRIMARY KEY, user_id text);
		CREATE TABLE parts (id int PRIMARY KEY, scope_id %s REFERENCES scopes);
		CREATE TABLE items (id int PRIMARY KEY, part_id int REFERENCES parts)', scope_type, key_type);
	EXECUTE indexes;
	EXECUTE format('INSERT INTO scopes SELECT s::%s, CASE WHEN n %% 3 = 0 THEN ''alice'' END
		FROM (%s) AS t(n, s)', scope_type, scopes);
	EXECUTE format('INSERT INTO parts SELECT n, s::%s FROM (%s) AS t(n, s)', key_type, keys);
	INSERT INTO items SELECT id, id FROM parts;
	ANALYZE scopes, parts, items;
	PERFORM electric.ddlx('ELECTRIC ENABLE scopes; ELECTRIC ENABLE parts; ELECTRIC ENABLE items;
		ELECTRIC ASSIGN ''scopes:owner'' TO scopes.user_id;
		ELECTRIC GRANT READ ON parts, items TO ''scopes:owner''');
	SELECT string_agg(p.id::text, ' ' ORDER BY p.id) INTO wanted
		FROM parts p JOIN scopes s ON s.id = p.scope_id WHERE s.user_id = 'alice';
	RESET ROLE;
	PERFORM electric.set_user('alice');
	SET LOCAL ROLE regress_electric_client;
	FOR plan IN 0..2 LOOP
		PERFORM set_config('enable_seqscan', (plan = 0)::text, true);
		PERFORM set_config('enable_bitmapscan', (plan = 1)::text, true);
		FOR question IN 0..3 LOOP
			EXECUTE CASE question
				WHEN 0 THEN 'SELECT string_agg(id::text, '' '' ORDER BY id) FROM parts'
				WHEN 1 THEN 'SELECT string_agg(id::text, '' '' ORDER BY id) FROM items'
				WHEN 2 THEN 'SELECT string_agg(p.id::text, '' '' ORDER BY n) FROM generate_series(0, 200) n,
					LATERAL (SELECT id FROM parts WHERE id = n OFFSET 0) p'
				ELSE 'SELECT string_agg(p.id::text, '' '' ORDER BY n) FROM generate_series(0, 200) n,
					LATERAL (SELECT id FROM items WHERE id = n OFFSET 0) p' END INTO seen;
			IF seen IS DISTINCT FROM wanted THEN
				result := result || format(E'\nplan %s, query %s: %s', plan, question, seen);
			END IF;
		END LOOP;
	END LOOP;
	RESET ROLE;
	SET LOCAL enable_seqscan TO DEFAULT;
	SET LOCAL enable_bitmapscan TO DEFAULT;
	DROP TABLE items, parts, scopes;
	RETURN wanted || ' are to be seen' || result;
END $$;
\set names 'SELECT n, ''key number '' || n FROM generate_series(1, 20) n'

-- Types of one operator family: text and name, single and double precision, short and long integers.
SELECT compare('text', 'name', :'names', :'names');
SELECT compare('name', 'text', :'names', :'names', 'CREATE INDEX ON parts (scope_id)');
SELECT compare('name', 'text', :'names', :'names', 'CREATE INDEX ON parts USING hash (scope_id)');
\set numbers 'SELECT n, n * (n % 2 - 0.5) FROM generate_series(1, 20) n'
SELECT compare('float8', 'float4', :'numbers', :'numbers', 'CREATE INDEX ON parts (scope_id)');
SELECT compare('float4', 'float8', :'numbers', :'numbers', 'CREATE INDEX ON parts USING hash (scope_id)');
\set numbers 'SELECT n, (n % 2 * 2 - 1) * n FROM generate_series(1, 20) n'
SELECT compare('int2', 'int8', :'numbers', :'numbers', 'CREATE INDEX ON parts (scope_id)');
SELECT compare('int8', 'int2', :'numbers', :'numbers', 'CREATE INDEX ON parts USING hash (scope_id)');

-- One value in several spellings: zero and minus zero, scales of a numeric, blanks behind a char.
SELECT compare('float8', 'float8', $$VALUES (1, '1'), (2, 'NaN'), (3, '-0')$$,
	$$VALUES (1, '1'), (2, 'NaN'), (3, '0'), (4, '-0')$$, 'CREATE INDEX ON parts (scope_id)');
SELECT compare('numeric', 'numeric', $$VALUES (1, '1'), (2, '2'), (3, '3.50')$$,
	$$VALUES (1, '1.0'), (2, '3.5'), (3, '3.500'), (4, '2.0')$$, 'CREATE INDEX ON parts (scope_id)');
SELECT compare('char(9)', 'char(5)', $$VALUES (1, 'a'), (2, 'b'), (3, 'c')$$,
	$$VALUES (1, 'c'), (2, 'c '), (3, 'b'), (4, 'c    ')$$, 'CREATE INDEX ON parts (scope_id)');

-- Values of 100 kB, which are stored compressed.
SELECT compare('text', 'text', $$SELECT n, repeat(chr(64 + n), 100000) FROM generate_series(1, 9) n$$,
	$$SELECT n, repeat(chr(64 + n), 100000) FROM generate_series(1, 9) n$$, 'CREATE INDEX ON parts (scope_id)');

-- A key of two types that is followed backward.
SET ROLE regress_electric_owner;
CREATE TABLE hubs (id name PRIMARY KEY);
CREATE TABLE scopes (id int PRIMARY KEY, user_id text);
CREATE TABLE spokes (id int PRIMARY KEY, hub_id text CONSTRAINT spoke REFERENCES hubs, scope_id int REFERENCES scopes);
CREATE INDEX ON spokes (hub_id);
CREATE INDEX ON spokes (scope_id);
INSERT INTO hubs SELECT 'hub number ' || n FROM generate_series(1, 300) n;
INSERT INTO scopes VALUES (1, 'alice'), (2, 'bob');
INSERT INTO spokes SELECT n, 'hub number ' || n, 1 + n % 2 FROM generate_series(1, 300) n;
SELECT FROM electric.ddlx('ELECTRIC ENABLE hubs; ELECTRIC ASSIGN ''scopes:owner'' TO scopes.user_id;
	ELECTRIC GRANT READ ON hubs TO ''scopes:owner'' USING spoke/scope_id');
RESET ROLE;
SELECT FROM electric.set_user('alice', is_local => false);
SET ROLE regress_electric_client;
SET enable_seqscan = off;
SELECT count(*), count(*) FILTER (WHERE substr(id::text, 12)::int % 2 = 0) FROM hubs;
RESET enable_seqscan;
SET enable_indexonlyscan = off;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SELECT count(*), count(*) FILTER (WHERE substr(id::text, 12)::int % 2 = 0) FROM hubs;
RESET ROLE;
SELECT electric.logout();
\i :reset

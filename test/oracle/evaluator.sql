--
-- What DDLX means, a second time and slowly: who holds which role, in which scope a row
-- is, what may be read and written. Its truth are the rows of electric.grants and
-- electric.assignments, the foreign keys that the paths name, the identity and the data.
-- It calls nothing of the extension and runs as a superuser, whom no policy binds.
--
-- A row is a text, its composite value. Statements judged refer to versions of a row by
-- the aliases this (bare columns), new and old.
--
CREATE SCHEMA oracle;

-- The conditions of rules as their author meant them: the same said in plain SQL, with
-- the functions below instead of auth.*. What the extension stored is not believed; that
-- it stored a condition is.
CREATE TABLE oracle.meant (
	tbl oid, privilege text, role text, scope oid, path text, column_name text, stored text, own text
);

-- The rules, with what they say as SQL; see learn_rules.
CREATE TABLE oracle.assignments (
	tbl oid, owner oid, scope oid, path text, user_sql text, role_sql text, condition text
);
CREATE TABLE oracle.grants (
	tbl oid, owner oid, privilege text, role text, scope oid, path text, condition text,
	columns text[],		-- NULL: the whole table
	is_reached text,	-- is the role held where the row called this is?
	is_conferred text	-- do the columns of the row called this give the role in the row itself?
);

-- The roles that users hold by the data as they are, see learn_roles. owner is whose tables
-- say so: a role counts among the tables of one owner.
CREATE TABLE oracle.held (user_id text, role text, scope oid, key text[], owner oid);

--
-- Who asks
--

CREATE FUNCTION oracle.user_id() RETURNS text LANGUAGE sql STABLE AS $$
	SELECT nullif(current_setting('oracle.user_id', true), '')
$$;

CREATE FUNCTION oracle.claims() RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT coalesce(nullif(current_setting('oracle.claims', true), ''), '{}')::jsonb
$$;

CREATE FUNCTION oracle.base_type(type oid) RETURNS regtype LANGUAGE sql STABLE AS $$
	WITH RECURSIVE t AS (
		SELECT oid, typtype, typbasetype FROM pg_type WHERE oid = type
		UNION ALL SELECT b.oid, b.typtype, b.typbasetype FROM t JOIN pg_type b ON b.oid = t.typbasetype WHERE t.typtype = 'd')
	SELECT oid FROM t WHERE typtype <> 'd'
$$;

-- fits: can a user id be a value of the type? By strict readers, each value having one spelling.
CREATE FUNCTION oracle.fits(id text, type regtype) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
	most constant numeric := CASE type WHEN 'smallint'::regtype THEN 32767 WHEN 'integer'::regtype THEN 2147483647
		WHEN 'bigint'::regtype THEN 9223372036854775807 END;
BEGIN
	IF id IS NULL THEN
		RETURN false;
	ELSIF most IS NOT NULL THEN
		RETURN id ~ '\A(0|-?[1-9][0-9]*)\Z' AND length(id) < 30 AND id::numeric BETWEEN -most - 1 AND most;
	ELSIF type = 'uuid'::regtype THEN
		RETURN id ~ '\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z';
	ELSIF type = 'name'::regtype THEN
		RETURN octet_length(id) < 64;
	ELSIF (SELECT typtype FROM pg_type WHERE oid = type) = 'e' THEN
		RETURN EXISTS (SELECT FROM pg_enum WHERE enumtypid = type AND enumlabel = id);
	END IF;
	RETURN true;
END $$;

-- user_as: the user id as a value of the argument's type; NULL if it does not fit.
CREATE FUNCTION oracle.user_as(value anyelement) RETURNS anyelement LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF oracle.fits(oracle.user_id(), pg_typeof(value)) THEN
		EXECUTE format('SELECT %L::%s', oracle.user_id(), pg_typeof(value)) INTO value;
		RETURN value;
	END IF;
	RETURN NULL;
END $$;

--
-- Scopes
--

-- steps: the names in a path's text, one array for each step.
CREATE FUNCTION oracle.steps(path text) RETURNS SETOF text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	token text[];
	names text[] := '{}';
BEGIN
	FOR token IN SELECT regexp_matches(path, '("(?:[^"]|"")+"|[^"./]+)([./]|\Z)', 'g') LOOP
		names := names || CASE WHEN token[1] LIKE '"%' THEN replace(substr(token[1], 2, length(token[1]) - 2), '""', '"') ELSE token[1] END;
		IF token[2] <> '.' THEN
			RETURN NEXT names;
			names := '{}';
		END IF;
	END LOOP;
END $$;

-- key_of: the primary key of a row of the table, as SQL that gives a text[]
CREATE FUNCTION oracle.key_of(tbl oid, alias text) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT format('ARRAY[%s]', string_agg(format('%s.%I::text', alias, attname), ', ' ORDER BY ord))
	FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS k (num, ord), pg_attribute
	WHERE conrelid = tbl AND contype = 'p' AND attrelid = tbl AND attnum = num
$$;

-- way: the scopes that the row called this is in, as a query for their keys
CREATE FUNCTION oracle.way(tbl oid, path text, scope oid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
	here oid := tbl;
	alias text := 'this';
	tables text[] := '{}';
	joins text[] := '{}';
	step text[];
	joined record;
BEGIN
	FOR step IN SELECT oracle.steps(path) LOOP
		IF cardinality(step) = 1 THEN
			SELECT confrelid AS next, conkey AS ours, confkey AS theirs INTO STRICT joined
			FROM pg_constraint WHERE contype = 'f' AND conrelid = here AND conname = step[1];
		ELSE
			SELECT conrelid AS next, confkey AS ours, conkey AS theirs INTO STRICT joined
			FROM pg_constraint JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = relnamespace
			WHERE contype = 'f' AND confrelid = here AND conname = step[3] AND relname = step[2] AND nspname = step[1];
		END IF;
		tables := tables || format('%s AS w%s', joined.next::regclass, cardinality(tables) + 1);
		joins := joins || (SELECT array_agg(format('%s.%I = w%s.%I', alias, o.attname, cardinality(tables), t.attname))
			FROM unnest(joined.ours, joined.theirs) AS k (our, their)
			JOIN pg_attribute o ON o.attrelid = here AND o.attnum = our
			JOIN pg_attribute t ON t.attrelid = joined.next AND t.attnum = their);
		here := joined.next;
		alias := 'w' || cardinality(tables);
	END LOOP;
	IF here <> scope THEN
		RAISE 'path % of % does not lead to %', path, tbl::regclass, scope::regclass;
	END IF;
	RETURN format('SELECT %s', oracle.key_of(scope, alias))
		|| coalesce(' FROM ' || nullif(array_to_string(tables, ', '), '') || ' WHERE ' || array_to_string(joins, ' AND '), '');
END $$;

--
-- Rules
--

-- learn_rules: takes the rules as the extension keeps them, after each change of them. What
-- it writes names everything with its schema.
CREATE FUNCTION oracle.learn_rules() RETURNS void LANGUAGE sql SET search_path = pg_catalog AS $$
	DELETE FROM oracle.assignments;
	INSERT INTO oracle.assignments
	SELECT a.tbl, relowner, a.scope, a.path,
		format('this.%I::%s = (SELECT oracle.user_as(NULL::%2$s))', user_column, oracle.base_type(atttypid)),
		CASE WHEN a.role IS NULL THEN format('this.%I::text', role_column) ELSE quote_literal(a.role) END,
		CASE WHEN if_sql IS NULL THEN 'true' ELSE own END
	FROM electric.assignments a JOIN pg_class c ON c.oid = a.tbl
	JOIN pg_attribute ON attrelid = a.tbl AND attname = user_column
	LEFT JOIN LATERAL (SELECT own FROM oracle.meant m WHERE m.tbl = a.tbl AND m.privilege = 'IF' AND m.stored = a.if_sql
		AND m.column_name = user_column AND m.role = coalesce(a.role, a.role_column) AND m.scope IS NOT DISTINCT FROM a.scope
		LIMIT 1) AS m ON true;

	-- the listed columns of one (table, privilege, role, scope, path) with equal conditions are one grant
	DELETE FROM oracle.grants;
	INSERT INTO oracle.grants
	SELECT g.tbl, relowner, g.privilege, g.role, g.scope, g.path, CASE WHEN g.check_sql IS NULL THEN 'true' ELSE own END,
		array_agg(g.column_name) FILTER (WHERE g.column_name IS NOT NULL)
	FROM electric.grants g JOIN pg_class c ON c.oid = g.tbl
	LEFT JOIN LATERAL (SELECT own FROM oracle.meant m WHERE m.tbl = g.tbl AND m.privilege = g.privilege AND m.role = g.role
		AND m.scope IS NOT DISTINCT FROM g.scope AND m.path IS NOT DISTINCT FROM g.path
		AND m.column_name IS NOT DISTINCT FROM g.column_name AND m.stored = g.check_sql LIMIT 1) AS m ON true
	GROUP BY g.tbl, relowner, g.privilege, g.role, g.scope, g.path, g.check_sql, own, g.column_name IS NULL;

	UPDATE oracle.grants g SET
		is_reached = CASE
			WHEN scope IS NOT NULL THEN format('EXISTS (SELECT FROM (%s) AS s (key) JOIN oracle.held h ON h.key = s.key
				WHERE h.user_id = oracle.user_id() AND h.role = %L AND h.scope = %s AND h.owner = %s)', oracle.way(tbl, path, scope), role, scope, owner)
			WHEN role = 'ANYONE' THEN 'true'
			WHEN role = 'AUTHENTICATED' THEN 'oracle.user_id() IS NOT NULL'
			ELSE format('EXISTS (SELECT FROM oracle.held h WHERE h.user_id = oracle.user_id() AND h.role = %L AND h.scope IS NULL AND h.owner = %s)', role, owner) END,
		is_conferred = (SELECT coalesce(string_agg(format('(%s AND %s = %L AND (%s) IS TRUE)', user_sql, role_sql, g.role, a.condition), ' OR '), 'false')
			FROM oracle.assignments a WHERE g.path = '' AND a.tbl = g.tbl AND a.scope = g.tbl AND a.path = '');
$$;

-- learn_roles: which roles the user holds who asks
CREATE FUNCTION oracle.learn_roles() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	queries text;
BEGIN
	DELETE FROM oracle.held WHERE user_id = oracle.user_id();
	SELECT string_agg(format('SELECT %1$s, %2$L::oid, %3$s, %4$s::oid FROM %5$s AS this %6$s WHERE %7$s AND %1$s IS NOT NULL AND (%8$s) IS TRUE',
		role_sql, scope, CASE WHEN scope IS NULL THEN 'NULL::text[]' ELSE 's.key' END, owner, tbl::regclass,
		CASE WHEN scope IS NOT NULL THEN format('CROSS JOIN LATERAL (%s) AS s (key)', oracle.way(tbl, path, scope)) END,
		user_sql, condition), ' UNION ') INTO queries
	FROM oracle.assignments;
	IF queries IS NOT NULL AND oracle.user_id() IS NOT NULL THEN
		EXECUTE format('INSERT INTO oracle.held SELECT oracle.user_id(), * FROM (%s) AS r', queries);
	END IF;
END $$;

--
-- What may be done
--

-- reads: may the row called this, which is new and old as well, be read, as SQL
CREATE FUNCTION oracle.reads(tbl oid) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT coalesce(string_agg(format('((%s OR %s) AND (%s) IS TRUE)', is_reached, is_conferred, condition), ' OR '), 'false')
	FROM oracle.grants g WHERE g.tbl = $1 AND privilege = 'SELECT'
$$;

-- holds: is an expression true for these versions of a row? A version that is NULL has NULL columns.
CREATE FUNCTION oracle.holds(tbl oid, expression text, this text, new text, old text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
	result boolean;
BEGIN
	EXECUTE format('SELECT (%s) IS TRUE FROM (SELECT ($1::%s).*) AS this, (SELECT ($2::%2$s).*) AS new, (SELECT ($3::%2$s).*) AS old',
		expression, tbl::regclass) INTO result USING this, new, old;
	RETURN result;
END $$;

-- lists: are all touched columns the grant's?
CREATE FUNCTION oracle.lists(g oracle.grants, touched text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
	SELECT g.columns IS NULL OR touched <@ g.columns
$$;

CREATE FUNCTION oracle.may_read(tbl oid, this text) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT oracle.holds(tbl, oracle.reads(tbl), this, this, this)
$$;

-- may_insert: one grant is for all named columns, its role held in the new row's scope.
CREATE FUNCTION oracle.may_insert(tbl oid, new text, named text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT coalesce(bool_or(oracle.lists(g, named) AND oracle.holds(g.tbl, format('%s AND (%s)', g.is_reached, g.condition), new, new, NULL)), false)
	FROM oracle.grants g WHERE g.tbl = $1 AND g.privilege = 'INSERT'
$$;

CREATE FUNCTION oracle.may_delete(tbl oid, old text) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT coalesce(bool_or(oracle.holds(g.tbl, format('%s AND (%s)', g.is_reached, g.condition), old, NULL, old)), false)
	FROM oracle.grants g WHERE g.tbl = $1 AND g.privilege = 'DELETE'
$$;

-- covers: is the grant for the whole change? Its columns are those that change, and its
-- condition holds with bare columns read as the new row and with bare columns read as the old one.
CREATE FUNCTION oracle.covers(g oracle.grants, old text, new text, touched text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT oracle.lists(g, touched) AND oracle.holds(g.tbl, g.condition, new, new, old) AND oracle.holds(g.tbl, g.condition, old, new, old)
$$;

-- may_update: at each end, the old row's scope and the new one's, one grant covers the whole change.
CREATE FUNCTION oracle.may_update(tbl oid, old text, new text, touched text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
	WITH covering AS MATERIALIZED (
		SELECT is_reached FROM oracle.grants g WHERE g.tbl = $1 AND privilege = 'UPDATE' AND oracle.covers(g, old, new, touched))
	SELECT coalesce(bool_or(oracle.holds($1, is_reached, old, old, old)), false)
		AND coalesce(bool_or(oracle.holds($1, is_reached, new, new, new)), false)
	FROM covering
$$;

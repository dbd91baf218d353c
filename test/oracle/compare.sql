--
-- Statements of users, once as the rules bind them and once as the oracle foresees them.
--
-- Schema app has the tables with rules. Schema mirror has the same tables with the
-- same names, columns, defaults and unique keys, but without rules, foreign keys and rows: filled
-- for one statement, a mirror shows which versions of rows that statement would make
-- if nobody was bound. The evaluator judges those; the rest is comparing.
--
CREATE SCHEMA mirror;

CREATE TABLE oracle.people (n int PRIMARY KEY, user_id text, claims jsonb);

-- A scenario is some statements in a row, each seeing what those before it did; all is undone.
CREATE TABLE oracle.statements (
	scenario int, ord int,
	kind text,			-- insert update delete upsert merge, read lock, roles conditions can, change (by nobody who is bound)
	tbl text, person int, sql text,
	proposal text,		-- upsert: the same without ON CONFLICT
	matched text,		-- merge: condition of the rows that match, as this.column
	named text[],		-- the columns that INSERT names
	assigned text[],	-- the columns that UPDATE assigns
	reads boolean,		-- are columns of the table read?
	needs text[],		-- privileges without which the statement does not start
	PRIMARY KEY (scenario, ord)
);

-- What a statement did to a mirror
CREATE UNLOGGED TABLE oracle.noted (ord int GENERATED ALWAYS AS IDENTITY, op text, old text, new text);

-- What is foreseen: the versions of rows that go and come, how many rows are refused,
-- whether a refused row must raise, and the rows that the user does not see.
CREATE TYPE oracle.forecast AS (allowed int, old text[], new text[], refused int, must_fail boolean, hidden text[]);

CREATE TYPE oracle.outcome AS (verdict text, mismatch text);

CREATE TYPE oracle.answer AS (state text, message text, rows int, value text[]);

CREATE FUNCTION oracle.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO oracle.noted (op, old, new) VALUES (TG_OP, OLD::text, NEW::text);
	RETURN NULL;
END $$;

-- make_mirror: one for each table that has rules or could have them
CREATE FUNCTION oracle.make_mirror(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE mirror.%I (LIKE app.%1$I INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING INDEXES)', name);
	EXECUTE format('CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON mirror.%I FOR EACH ROW EXECUTE FUNCTION oracle.note()', name);
END $$;

-- state_rule: carries a DDLX statement out as its owner and remembers what its condition
-- means; returns why it was refused.
CREATE FUNCTION oracle.state_rule(owner text, statement text, own text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before text[];
BEGIN
	before := ARRAY(SELECT g::text FROM electric.grants g UNION ALL SELECT a::text FROM electric.assignments a);
	BEGIN
		PERFORM set_config('role', owner, true);
		PERFORM electric.ddlx(statement);
		PERFORM set_config('role', 'none', true);
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || SQLERRM;
	END;
	IF own IS NOT NULL THEN
		IF EXISTS (SELECT FROM electric.grants g WHERE check_sql IS NULL AND g::text <> ALL (before))
			OR EXISTS (SELECT FROM electric.assignments a WHERE if_sql IS NULL AND a::text <> ALL (before)) THEN
			RETURN 'XX000 the condition was lost';
		END IF;
		INSERT INTO oracle.meant SELECT tbl, privilege, role, scope, path, column_name, check_sql, own
			FROM electric.grants g WHERE check_sql IS NOT NULL AND g::text <> ALL (before);
		INSERT INTO oracle.meant SELECT tbl, 'IF', coalesce(role, role_column), scope, path, user_column, if_sql, own
			FROM electric.assignments a WHERE if_sql IS NOT NULL AND a::text <> ALL (before);
	END IF;
	RETURN NULL;
END $$;

-- content: the rows of a table, as a superuser sees them
CREATE FUNCTION oracle.content(tbl regclass) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	found text[];
BEGIN
	EXECUTE format('SELECT array_agg(this::text) FROM %s AS this', tbl) INTO found;
	RETURN oracle.sorted(found);
END $$;

CREATE FUNCTION oracle.sorted(list text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(array_agg(v ORDER BY v COLLATE "C"), '{}') FROM unnest(list) AS v
$$;

-- without: the list less each of the others once
CREATE FUNCTION oracle.without(list text[], others text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
	SELECT ARRAY(SELECT unnest(list) EXCEPT ALL SELECT unnest(others))
$$;

-- changes: what a statement does to a table where nobody is bound; NULL if a key or NOT NULL stops it.
CREATE FUNCTION oracle.changes(tbl text, sql text, filled boolean) RETURNS oracle.noted[] LANGUAGE plpgsql AS $$
DECLARE
	columns text;
	found oracle.noted[];
BEGIN
	SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
	WHERE attrelid = format('app.%I', tbl)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
	IF filled THEN
		EXECUTE format('INSERT INTO mirror.%I (%s) SELECT %2$s FROM app.%1$I', tbl, columns);
	END IF;
	DELETE FROM oracle.noted;
	PERFORM set_config('search_path', 'mirror, app', true);
	EXECUTE sql;
	found := ARRAY(SELECT n FROM oracle.noted n ORDER BY ord);
	RAISE 'undone' USING ERRCODE = 'UNDO1';
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN found;
	WHEN integrity_constraint_violation OR cardinality_violation THEN RETURN NULL;
END $$;

-- foresee: what the rules make of a statement that writes; NULL if it is none that could be run.
CREATE FUNCTION oracle.foresee(s oracle.statements) RETURNS oracle.forecast LANGUAGE plpgsql AS $$
DECLARE
	target constant regclass := format('app.%I', s.tbl)::regclass;
	raises constant boolean := s.kind IN ('upsert', 'merge');
	proposed oracle.noted[];
	changes oracle.noted[] := oracle.changes(s.tbl, s.sql, true);
	change oracle.noted;
	f oracle.forecast := (0, '{}', '{}', 0, false, '{}');
	touched text[];
	allowed boolean;
BEGIN
	IF s.kind = 'upsert' THEN
		proposed := oracle.changes(s.tbl, s.proposal, false);
		changes := CASE WHEN proposed IS NOT NULL THEN changes END;
	END IF;
	IF changes IS NULL THEN
		RETURN NULL;
	END IF;

	-- an upsert needs INSERT on every proposed row, also if it ends as an update
	FOREACH change IN ARRAY coalesce(proposed, '{}') LOOP
		IF NOT oracle.may_insert(target, change.new, s.named) OR s.reads AND NOT oracle.may_read(target, change.new) THEN
			f.must_fail := true;
		END IF;
	END LOOP;
	FOREACH change IN ARRAY changes LOOP
		IF change.op = 'INSERT' THEN
			allowed := oracle.may_insert(target, change.new, s.named)
				AND (NOT s.reads OR s.kind = 'merge' OR oracle.may_read(target, change.new));
			f.must_fail := f.must_fail OR NOT allowed;
		ELSIF NOT oracle.may_read(target, change.old) THEN
			f.hidden := f.hidden || change.old;
			f.must_fail := f.must_fail OR s.kind = 'upsert';
			CONTINUE;
		ELSIF change.op = 'DELETE' THEN
			allowed := oracle.may_delete(target, change.old);
			f.must_fail := f.must_fail OR raises AND NOT allowed;
		ELSE
			touched := oracle.touched(target, change.old, change.new, s.assigned);
			allowed := oracle.may_update(target, change.old, change.new, touched)
				AND (NOT s.reads OR oracle.may_read(target, change.new));
			f.must_fail := f.must_fail OR raises AND NOT allowed;
		END IF;
		IF allowed THEN
			f.allowed := f.allowed + 1;
			f.old := f.old || array_remove(ARRAY[change.old], NULL);
			f.new := f.new || array_remove(ARRAY[change.new], NULL);
		ELSE
			f.refused := f.refused + 1;
		END IF;
	END LOOP;
	RETURN f;
END $$;

-- touched: the assigned columns whose value differs between two versions of a row
CREATE FUNCTION oracle.touched(tbl regclass, old text, new text, assigned text[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	found text[];
BEGIN
	EXECUTE format('SELECT ARRAY(SELECT o.key FROM jsonb_each(to_jsonb($1::%s)) o JOIN jsonb_each(to_jsonb($2::%1$s)) n USING (key)
		WHERE key = ANY ($3) AND o.value <> n.value)', tbl) INTO found USING old, new, assigned;
	RETURN found;
END $$;

-- hidden_matches: the rows that a MERGE would match if the user saw them
CREATE FUNCTION oracle.hidden_matches(s oracle.statements) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	found text[];
BEGIN
	IF s.kind = 'merge' THEN
		EXECUTE format('SELECT array_agg(row) FROM (SELECT this::text AS row FROM app.%I AS this WHERE %s) AS m WHERE NOT oracle.may_read(%L::regclass, row)',
			s.tbl, s.matched, format('app.%I', s.tbl)) INTO found;
	END IF;
	RETURN coalesce(found, '{}');
END $$;

-- as_client: runs a statement as the user, through the client role
CREATE FUNCTION oracle.as_client(person int, sql text, returns boolean) RETURNS oracle.answer LANGUAGE plpgsql AS $$
DECLARE
	answer oracle.answer;
	who oracle.people;
BEGIN
	SELECT * INTO who FROM oracle.people WHERE n = person;
	PERFORM electric.set_user(who.user_id, who.claims);
	PERFORM set_config('search_path', 'app', true), set_config('role', 'client', true);
	IF returns THEN
		EXECUTE sql INTO answer.value;
	ELSE
		EXECUTE sql;
	END IF;
	GET DIAGNOSTICS answer.rows = ROW_COUNT;
	PERFORM set_config('role', 'none', true), set_config('search_path', 'pg_catalog', true);
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	answer.state := SQLSTATE;
	answer.message := SQLERRM;
	RETURN answer;
END $$;

-- client_holds: has the client role the privilege, which is that of all grants together? INSERT may
-- be on columns, and then on all that the statement names.
CREATE FUNCTION oracle.client_holds(target regclass, need text, named text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN count(*) = 0 THEN false
		WHEN need <> 'INSERT' OR bool_or(column_name IS NULL) THEN true
		ELSE cardinality(named) > 0 AND named <@ array_agg(column_name) END
	FROM electric.grants WHERE tbl = target AND privilege = need
$$;

-- compare_write: a statement may have no other effect than foreseen. Where a row is
-- refused it may be passed over or raise, as far as the contract leaves that open.
CREATE FUNCTION oracle.compare_write(s oracle.statements) RETURNS oracle.outcome LANGUAGE plpgsql AS $$
DECLARE
	target constant regclass := format('app.%I', s.tbl)::regclass;
	f constant oracle.forecast := oracle.foresee(s);
	before constant text[] := oracle.content(target);
	startable constant boolean := NOT EXISTS (
		SELECT FROM unnest(s.needs || CASE WHEN s.reads THEN 'SELECT' END) AS p (need)
		WHERE need IS NOT NULL AND NOT oracle.client_holds(target, need, s.named));
	unseen constant text[] := oracle.hidden_matches(s);
	blind constant boolean := unseen <> '{}';	-- a hidden row looks like none, so that any other row may be inserted or refused
	answer oracle.answer;
	after text[];
	wanted text[];
	wrong text;
	verdict text;
BEGIN
	IF f IS NULL THEN
		RETURN ROW('impossible', NULL)::oracle.outcome;
	END IF;
	answer := oracle.as_client(s.person, s.sql, false);
	after := oracle.content(target);
	wanted := CASE WHEN startable THEN oracle.sorted(oracle.without(before, f.old) || f.new) ELSE before END;
	verdict := CASE
		WHEN NOT startable THEN 'ungranted'
		WHEN f.must_fail THEN 'denied'
		WHEN f.allowed > 0 AND f.refused > 0 THEN 'mixed'
		WHEN f.allowed > 0 THEN 'allowed'
		WHEN f.refused > 0 THEN 'denied'
		WHEN f.hidden <> '{}' THEN 'hidden'
		ELSE 'empty' END;

	IF answer.state IS NULL AND blind THEN
		IF NOT unseen <@ after THEN
			wrong := 'a hidden row was changed';
		END IF;
	ELSIF answer.state IS NULL THEN
		wrong := CASE
			WHEN f.must_fail AND startable THEN 'it was carried out, and must be refused'
			WHEN after <> wanted THEN format('rows went: %s, and came: %s; to go: %s, to come: %s',
				oracle.without(before, after), oracle.without(after, before), oracle.without(before, wanted), oracle.without(wanted, before))
			WHEN startable AND answer.rows <> f.allowed THEN format('it counts %s rows, allowed are %s', answer.rows, f.allowed) END;
	ELSIF answer.state = '42501' THEN
		IF startable AND f.refused = 0 AND NOT f.must_fail AND NOT blind THEN
			wrong := format('it was refused, and must be carried out (%s rows)', f.allowed);
		END IF;
	ELSIF answer.state LIKE '23%' THEN
		IF NOT blind AND (f.must_fail OR f.allowed = 0) THEN
			wrong := 'it came as far as the keys, and no change is allowed';
		END IF;
	ELSE
		wrong := 'it failed';
	END IF;
	IF wrong IS NOT NULL THEN
		wrong := wrong || format('%sThe engine: %s', E'\n', coalesce(answer.state || ' ' || answer.message, answer.rows || ' rows'))
			|| format('%sThe oracle: %s, %s rows allowed, %s refused, %s hidden', E'\n', verdict, f.allowed, f.refused, cardinality(f.hidden));
	END IF;
	RETURN ROW(verdict, wrong)::oracle.outcome;
END $$;

-- compare_read: the rows visible, or those that FOR UPDATE locks
CREATE FUNCTION oracle.compare_read(s oracle.statements) RETURNS oracle.outcome LANGUAGE plpgsql AS $$
DECLARE
	target constant regclass := format('app.%I', s.tbl)::regclass;
	condition text := oracle.reads(target);
	prepared constant text := 'read ' || s.tbl;
	query text := format('SELECT array_agg(x) FROM (SELECT this::text AS x FROM %s AS this %s) AS s', target, CASE WHEN s.kind = 'lock' THEN 'FOR UPDATE' END);
	answer oracle.answer;
	wanted text[];
	got text[];
	total int;
BEGIN
	IF s.kind = 'lock' THEN
		-- which change follows is not known yet, so only grants that ask for nothing can be foreseen
		IF EXISTS (SELECT FROM oracle.grants g WHERE g.tbl = target AND privilege = 'UPDATE' AND (g.condition <> 'true' OR columns IS NOT NULL)) THEN
			RETURN ROW('impossible', NULL)::oracle.outcome;
		END IF;
		condition := format('(%s) AND (%s)', condition, (SELECT coalesce(string_agg(g.is_reached, ' OR '), 'false')
			FROM oracle.grants g WHERE g.tbl = target AND privilege = 'UPDATE'));
	ELSIF current_setting('oracle.prepared', true) = 'on' THEN
		-- one plan for all users
		IF NOT EXISTS (SELECT FROM pg_prepared_statements WHERE name = prepared) THEN
			EXECUTE format('PREPARE %I AS %s', prepared, query);
		END IF;
		query := format('EXECUTE %I', prepared);
	END IF;
	EXECUTE format('SELECT array_agg(this::text) FILTER (WHERE %s), count(*) FROM %s AS this, LATERAL (SELECT this.*) AS new, LATERAL (SELECT this.*) AS old',
		condition, target) INTO wanted, total;
	wanted := oracle.sorted(wanted);
	answer := oracle.as_client(s.person, query, true);
	got := oracle.sorted(answer.value);
	IF answer.state IS NOT NULL AND (answer.state <> '42501' OR wanted <> '{}') OR got <> wanted THEN
		RETURN ROW('', format('the oracle allows these rows: %s', wanted)
			|| format('%sThe engine: %s', E'\n', coalesce(answer.state || ' ' || answer.message, got::text)))::oracle.outcome;
	END IF;
	RETURN ROW(CASE cardinality(wanted) WHEN 0 THEN 'none' WHEN total THEN 'all' ELSE 'some' END, NULL)::oracle.outcome;
END $$;

-- compare_roles: electric.roles() lists what is held
CREATE FUNCTION oracle.compare_roles(s oracle.statements) RETURNS oracle.outcome LANGUAGE plpgsql AS $$
DECLARE
	answer oracle.answer;
	wanted text[];
BEGIN
	answer := oracle.as_client(s.person,
		'SELECT array_agg(DISTINCT (role, scope_table::oid, scope_id)::text) FROM electric.roles() WHERE role NOT IN (''ANYONE'', ''AUTHENTICATED'')', true);
	SELECT array_agg(DISTINCT (role, scope, key)::text) INTO wanted FROM oracle.held
	WHERE user_id = oracle.user_id() AND role NOT IN ('ANYONE', 'AUTHENTICATED');
	IF answer.state IS NOT NULL OR oracle.sorted(answer.value) <> oracle.sorted(wanted) THEN
		RETURN ROW('', format('the oracle knows these roles: %s%sThe engine: %s', oracle.sorted(wanted), E'\n',
			coalesce(answer.state || ' ' || answer.message, answer.value::text)))::oracle.outcome;
	END IF;
	RETURN ROW(CASE WHEN wanted IS NULL THEN 'none' ELSE 'some' END, NULL)::oracle.outcome;
END $$;

-- compare_can: electric.can() and the last line of electric.explain() say of some rows what may be done
CREATE FUNCTION oracle.compare_can(s oracle.statements) RETURNS oracle.outcome LANGUAGE plpgsql AS $$
DECLARE
	target constant regclass := format('app.%I', s.tbl)::regclass;
	key constant text := (SELECT string_agg(format('this.%I::text', attname), ', ' ORDER BY ord)
		FROM pg_index, unnest(indkey) WITH ORDINALITY AS k (n, ord), pg_attribute
		WHERE indrelid = target AND indisprimary AND attrelid = target AND attnum = n);
	asked record;
	answer oracle.answer;
	wanted boolean;
	found boolean := false;
BEGIN
	IF key IS NULL THEN
		RETURN ROW('impossible', NULL)::oracle.outcome;
	END IF;
	FOR asked IN EXECUTE format('SELECT this::text AS row, ARRAY[%s] AS key, what FROM (SELECT * FROM %s AS r ORDER BY md5(r::text) LIMIT 4) AS this,
			unnest(ARRAY[''SELECT'', ''UPDATE'', ''DELETE'']) AS what', key, target) LOOP
		wanted := oracle.may_read(target, asked.row) AND CASE asked.what
			WHEN 'SELECT' THEN true
			WHEN 'UPDATE' THEN oracle.may_update(target, asked.row, asked.row, '{}')
			ELSE oracle.may_delete(target, asked.row) END;
		answer := oracle.as_client(s.person, format('SELECT ARRAY[electric.can(%1$L, %2$L, VARIADIC %3$L)::text,
			(SELECT (verdict = ''yes'')::text FROM electric.explain(%1$L, %2$L, VARIADIC %3$L) ORDER BY step DESC LIMIT 1)]',
			asked.what, target, asked.key), true);
		IF answer.state IS NOT NULL OR answer.value <> ARRAY[wanted::text, wanted::text] THEN
			RETURN ROW('', format('the oracle says %s to %s of %s%sThe engine: %s', wanted, asked.what, asked.row, E'\n',
				coalesce(answer.state || ' ' || answer.message, answer.value::text)))::oracle.outcome;
		END IF;
		found := found OR wanted;
	END LOOP;
	RETURN ROW(CASE WHEN found THEN 'some' ELSE 'none' END, NULL)::oracle.outcome;
END $$;

-- compare_conditions: what is stored of each condition says the same as its author, of every row
CREATE FUNCTION oracle.compare_conditions(s oracle.statements) RETURNS oracle.outcome LANGUAGE plpgsql AS $$
DECLARE
	m oracle.meant;
	differ bigint;
BEGIN
	PERFORM electric.set_user(user_id, claims) FROM oracle.people WHERE n = s.person;
	FOR m IN SELECT * FROM oracle.meant LOOP
		EXECUTE format('SELECT count(*) FROM %s AS this, LATERAL (SELECT this.*) AS new, LATERAL (SELECT this.*) AS old WHERE ((%s) IS TRUE) <> ((%s) IS TRUE)',
			m.tbl::regclass, m.own, m.stored) INTO differ;
		IF differ > 0 THEN
			RETURN ROW('', format('condition %s is kept as %s, which differs for %s rows of %s', m.own, m.stored, differ, m.tbl::regclass))::oracle.outcome;
		END IF;
	END LOOP;
	RETURN ROW(CASE WHEN m IS NULL THEN 'none' ELSE 'some' END, NULL)::oracle.outcome;
END $$;

-- ask_as: from now on the evaluator is asked for this person.
CREATE FUNCTION oracle.ask_as(person int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('oracle.user_id', coalesce(user_id, ''), true), set_config('oracle.claims', claims::text, true)
	FROM oracle.people WHERE n = person;
END $$;

CREATE FUNCTION oracle.compare(s oracle.statements) RETURNS oracle.outcome LANGUAGE plpgsql AS $$
BEGIN
	IF s.kind = 'change' THEN
		BEGIN
			PERFORM set_config('search_path', 'app', true);
			EXECUTE s.sql;
		EXCEPTION WHEN integrity_constraint_violation THEN
			NULL;
		END;
		PERFORM set_config('search_path', 'pg_catalog', true);
		RETURN NULL;
	END IF;
	PERFORM oracle.ask_as(s.person);
	-- the roles by the data of the start are known
	IF s.ord > 0 THEN
		PERFORM oracle.learn_roles();
	END IF;
	RETURN CASE
		WHEN s.kind IN ('read', 'lock') THEN oracle.compare_read(s)
		WHEN s.kind = 'roles' THEN oracle.compare_roles(s)
		WHEN s.kind = 'conditions' THEN oracle.compare_conditions(s)
		WHEN s.kind = 'can' THEN oracle.compare_can(s)
		ELSE oracle.compare_write(s) END;
END $$;

-- compare_scenario: one line for each statement, "ord kind verdict", and its mismatch
CREATE FUNCTION oracle.compare_scenario(number int) RETURNS TABLE (ord int, kind text, verdict text, mismatch text) LANGUAGE plpgsql AS $$
DECLARE
	s oracle.statements;
	outcome oracle.outcome;
	found jsonb := '[]';
BEGIN
	BEGIN
		FOR s IN SELECT * FROM oracle.statements st WHERE scenario = number ORDER BY st.ord LOOP
			outcome := oracle.compare(s);
			found := found || jsonb_build_object('ord', s.ord, 'kind', s.kind, 'verdict', outcome.verdict, 'mismatch', outcome.mismatch);
			-- what follows a wrong answer says nothing
			EXIT WHEN outcome.mismatch IS NOT NULL;
		END LOOP;
		RAISE 'undone' USING ERRCODE = 'UNDO1';
	EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
		NULL;
	END;
	RETURN QUERY SELECT * FROM jsonb_to_recordset(found) AS f (ord int, kind text, verdict text, mismatch text);
END $$;

-- rules_seen: how many rules of which kind there are
CREATE FUNCTION oracle.rules_seen() RETURNS TABLE (what text, n bigint) LANGUAGE sql AS $$
	SELECT 'grant ' || kind, count(*) FROM electric.grants, LATERAL unnest(ARRAY[
		CASE WHEN path IS NULL THEN 'without scope' WHEN path = '' THEN 'in itself' WHEN path ~ '\.' THEN 'backward'
			WHEN path ~ '/' THEN 'far' ELSE 'near' END,
		CASE WHEN check_sql IS NOT NULL THEN 'conditional' END, CASE WHEN column_name IS NOT NULL THEN 'of a column' END,
		CASE WHEN path_keys[1] ~ ',' THEN 'composite' END]) AS kind
	WHERE kind IS NOT NULL GROUP BY 1
	UNION ALL SELECT 'assignment ' || kind, count(*) FROM electric.assignments, LATERAL unnest(ARRAY[
		CASE WHEN path IS NULL THEN 'without scope' WHEN path = '' THEN 'in itself' WHEN path ~ '/' THEN 'far' ELSE 'near' END,
		CASE WHEN role IS NULL THEN 'dynamic' ELSE 'static' END, CASE WHEN if_sql IS NOT NULL THEN 'conditional' END]) AS kind
	WHERE kind IS NOT NULL GROUP BY 1
$$;

-- compare_all: how often which kind of statement had which verdict, and the mismatches
CREATE FUNCTION oracle.compare_all() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	person int;
	tally jsonb;
	mismatches jsonb;
BEGIN
	PERFORM oracle.learn_rules();
	FOR person IN SELECT n FROM oracle.people LOOP
		PERFORM oracle.ask_as(person);
		PERFORM oracle.learn_roles();
	END LOOP;

	WITH outcomes AS MATERIALIZED (
		SELECT c.*, scenario FROM (SELECT DISTINCT scenario FROM oracle.statements ORDER BY scenario) AS s, oracle.compare_scenario(scenario) AS c),
	counts (what, n) AS (
		SELECT kind || ' ' || verdict, count(*) FROM outcomes WHERE verdict <> '' GROUP BY 1 UNION ALL SELECT * FROM oracle.rules_seen())
	SELECT (SELECT coalesce(jsonb_object_agg(what, n), '{}') FROM counts),
		(SELECT coalesce(jsonb_agg(jsonb_build_object('scenario', scenario, 'ord', ord, 'text', mismatch) ORDER BY scenario), '[]')
			FROM outcomes WHERE mismatch IS NOT NULL)
	INTO tally, mismatches;
	RETURN jsonb_build_object('tally', tally, 'mismatches', mismatches);
END $$;

GRANT USAGE ON SCHEMA oracle TO client;

/*
 * scope.c
 *		Does a key lead to a scope in which the user holds a granted role?
 *
 * Single keys are probed: upward along the path, each level's answers remembered.
 * When probing has cost as much as it may take to build them, the set of all keys that
 * lead to the user's scopes is built downward, within that budget, and answers
 * from then on. So neither one row nor a million of them pays for the other's way.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "access/engine.h"

#define FIRST_BUILD 100 /* work spent on probing before the first try */
#define FIRST_PROBE 500 /* work for one key before building is tried */

struct ScopeState
{
	Statement *statement;
	RuleArm *arm;
	const KeyPath *path;
	PathWalk *walk;
	Holdings *holdings;
	bool direct;	 /* is the key the scope's primary key, in some order? */
	KeyMemo **memos; /* by step, made when needed: answers for its from-side values */
	KeySet *keys;	 /* all first keys, once built */
	double spent;
	double next_build;
	List *conferring;	/* Conferring * */
	ArrayType **arrays; /* by key column */
};

/* An answer that needs no row */
typedef struct Unscoped
{
	RuleTable *table;
	bool answer;
} Unscoped;

static bool probe(ScopeState *scope, int step, const Datum *values);
static bool has_scope(ScopeState *scope, const Datum *values);
static int scope_id_position(ScopeState *scope, int column);
static KeyMemo *memo_of(ScopeState *scope, int step);
static bool probe_rows(ScopeState *scope, int step, const Datum *values);
static KeySet *build(ScopeState *scope);
static KeySet *build_last(ScopeState *scope, KeySet *scopes);
static KeySet *build_step(ScopeState *scope, int step, KeySet *next);
static KeySet *build_within(ScopeState *scope, double budget);

/* scope_get finds or makes the state of one arm; see engine.h. */
ScopeState *
scope_get(Statement *statement, RuleTable *table, RuleArm *arm)
{
	MemoryContext old;
	ScopeState *scope;
	ListCell *cell;

	foreach(cell, statement->scopes)
	{
		scope = lfirst(cell);
		if (scope->arm == arm)
			return scope;
	}
	if (!columns_hold(arm->columns))
		return NULL;
	old = MemoryContextSwitchTo(statement->context);
	scope = palloc0(sizeof(ScopeState));
	scope->statement = statement;
	scope->arm = arm;
	scope->path = arm->path;
	scope->walk = walk_create(statement, arm->path);
	scope->holdings = holdings_get(statement, arm->path->scope_relid, arm->roles, table);
	scope->direct = arm->path->nsteps == 0 ||
		(arm->path->nsteps == 1 && scope->walk->ends_in_key);
	scope->memos = palloc0(sizeof(KeyMemo *) * (arm->path->nsteps + 1));
	scope->next_build = FIRST_BUILD;
	scope->conferring = conferring_find(statement, table, arm);
	scope->arrays = palloc0(sizeof(ArrayType *) * arm->nkeys);
	statement->scopes = lappend(statement->scopes, scope);
	MemoryContextSwitchTo(old);
	return scope;
}

/* scope_has: does the key lead to a scope in which the user holds a granted role? */
bool
scope_has(ScopeState *scope, const Datum *key)
{
	Work *work = &scope->statement->work;
	double start = work->done;
	double budget;
	bool answer;

	if (!holdings_possible(scope->holdings))
		return false;
	if (scope->direct)
		return has_scope(scope, key);
	if (scope->keys)
		return keyset_contains(scope->keys, key);
	if (keymemo_get(memo_of(scope, 0), key, &answer))
		return answer;
	if (scope->spent > scope->next_build && !build_within(scope, scope->spent))
		scope->next_build = scope->spent * 2;
	for (budget = FIRST_PROBE; !scope->keys; budget *= 4)
	{
		double limit = work->limit;
		bool known;

		work->limit = Min(limit, work->done + budget);
		answer = probe(scope, 0, key);
		known = answer || !work_exceeded(work);
		work->limit = limit;
		if (known)
		{
			scope->spent += work->done - start;
			return answer;
		}
		build_within(scope, budget);
	}
	return keyset_contains(scope->keys, key);
}

/*
 * scope_confers: do the row's own columns, as the policy passes them, assign a
 * granted role to the user?
 */
bool
scope_confers(ScopeState *scope, const Datum *values, const bool *isnull)
{
	return conferring_gives(scope->conferring, scope->arm->roles, values, isnull);
}

/* scope_unscoped: does the user hold a granted role that needs no row? */
bool
scope_unscoped(Statement *statement, RuleTable *table)
{
	MemoryContext old;
	Unscoped *unscoped;
	ListCell *cell;

	foreach(cell, statement->globals)
	{
		unscoped = lfirst(cell);
		if (unscoped->table == table)
			return unscoped->answer;
	}
	old = MemoryContextSwitchTo(statement->context);
	unscoped = palloc0(sizeof(Unscoped));
	unscoped->table = table;
	unscoped->answer = table->anyone ||
		(table->authenticated && statement->identity->user_id != NULL) ||
		holdings_global(statement, table->global_roles, table);
	statement->globals = lappend(statement->globals, unscoped);
	MemoryContextSwitchTo(old);
	return unscoped->answer;
}

/* scope_key_array returns all values of one key column; see engine.h. */
ArrayType *
scope_key_array(ScopeState *scope, int column)
{
	MemoryContext old;
	KeySet *keys;
	Datum *values;
	Oid type = scope_element_type(scope->arm, column);
	int16 typlen;
	bool typbyval;
	char typalign;
	int column_of_key = column;
	uint32 count;
	uint32 i;

	if (scope->arrays[column])
		return scope->arrays[column];
	if (scope->direct)
	{
		keys = holdings_build(scope->holdings);
		column_of_key = scope_id_position(scope, column);
	}
	else
		keys = build(scope);
	count = keys ? keyset_count(keys) : 0;
	old = MemoryContextSwitchTo(scope->statement->context);
	values = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * Max(count, 1));
	for (i = 0; i < count; i++)
		values[i] = keyset_nth(keys, i)[column_of_key];
	get_typlenbyvalalign(type, &typlen, &typbyval, &typalign);
	scope->arrays[column] = construct_array(values, count, type, typlen, typbyval, typalign);
	pfree(values);
	MemoryContextSwitchTo(old);
	return scope->arrays[column];
}

/* scope_element_type: the base type of the values that one key column joins */
Oid
scope_element_type(const RuleArm *arm, int column)
{
	const KeyPath *path = arm->path;

	if (path->nsteps == 0)
		return getBaseType(get_atttype(path->scope_relid, path->scope_attnums[column]));
	return getBaseType(get_atttype(path->steps[0].to_relid, path->steps[0].to_attnums[column]));
}

/*
 * probe goes up from the from-side values of one step. Where the work's limit is
 * exceeded, false is no answer.
 */
static bool
probe(ScopeState *scope, int step, const Datum *values)
{
	KeyMemo *memo;
	bool answer;

	if (step == scope->path->nsteps - 1 && scope->walk->ends_in_key)
		return has_scope(scope, values);
	memo = memo_of(scope, step);
	if (keymemo_get(memo, values, &answer))
		return answer;
	answer = probe_rows(scope, step, values);
	if (answer || !work_exceeded(&scope->statement->work))
		keymemo_put(memo, values, answer);
	return answer;
}

/* Is a scope held whose primary key are these values of the path's last step, or of no step? */
static bool
has_scope(ScopeState *scope, const Datum *values)
{
	Datum scope_id[INDEX_MAX_KEYS];
	int i;

	if (scope->path->nsteps == 0)
		return holdings_has(scope->holdings, values);
	for (i = 0; i < scope->path->nscope_keys; i++)
		scope_id[i] = values[scope->walk->scope_key_order[i]];
	return holdings_has(scope->holdings, scope_id);
}

/* Where in the scope's primary key does a direct scope's key column stand? */
static int
scope_id_position(ScopeState *scope, int column)
{
	int i = 0;

	if (scope->path->nsteps == 0)
		return column;
	while (scope->walk->scope_key_order[i] != column)
		i++;
	return i;
}

static KeyMemo *
memo_of(ScopeState *scope, int step)
{
	const KeyStep *key = &scope->path->steps[step];
	MemoryContext old;

	if (!scope->memos[step])
	{
		old = MemoryContextSwitchTo(scope->statement->context);
		scope->memos[step] = keymemo_create(CurrentMemoryContext, key->nkeys,
											keycolumns_for_attributes(key->from_relid, key->nkeys,
																	  key->from_attnums));
		MemoryContextSwitchTo(old);
	}
	return scope->memos[step];
}

/* The rows that one step leads to: is one of them in, or on the way to, such a scope? */
static bool
probe_rows(ScopeState *scope, int step, const Datum *values)
{
	const KeyPath *path = scope->path;
	RowReader *rows = walk_up_reader(scope->walk, step);
	TupleTableSlot *slot;

	reader_begin(rows, values);
	while ((slot = reader_next(rows)) != NULL)
	{
		Datum next[INDEX_MAX_KEYS];

		if (step == path->nsteps - 1)
		{
			if (reader_get_keys(rows, slot, path->nscope_keys, path->scope_attnums, next) &&
				holdings_has(scope->holdings, next))
				return true;
		}
		else if (reader_get_keys(rows, slot, path->steps[step + 1].nkeys,
								 path->steps[step + 1].from_attnums, next) &&
				 probe(scope, step + 1, next))
			return true;
	}
	return false;
}

/*
 * build loads all first keys that lead to the user's scopes. NULL where the work's
 * limit was exceeded.
 */
static KeySet *
build(ScopeState *scope)
{
	KeySet *scopes;
	KeySet *keys;
	int step;

	if (scope->keys)
		return scope->keys;
	scopes = holdings_build(scope->holdings);
	if (!scopes && work_exceeded(&scope->statement->work))
		return NULL;
	keys = build_last(scope, scopes);
	for (step = scope->path->nsteps - 1; keys && step > 0; step--)
	{
		KeySet *next = keys;

		keys = build_step(scope, step, next);
		keyset_destroy(next);
	}
	scope->keys = keys;
	return keys;
}

/* The last step's to-side values of the scopes; scopes may be NULL, for none */
static KeySet *
build_last(ScopeState *scope, KeySet *scopes)
{
	const KeyPath *path = scope->path;
	const KeyStep *last = &path->steps[path->nsteps - 1];
	MemoryContext old = MemoryContextSwitchTo(scope->statement->context);
	KeySet *keys = keyset_create(scope->statement->context, last->nkeys, keycolumns_for_step(last));
	RowReader *rows = scope->walk->ends_in_key ? NULL : walk_scope_reader(scope->walk);
	uint32 count = scopes ? keyset_count(scopes) : 0;
	uint32 n;

	MemoryContextSwitchTo(old);
	for (n = 0; n < count; n++)
	{
		const Datum *scope_id = keyset_nth(scopes, n);
		Datum values[INDEX_MAX_KEYS];
		TupleTableSlot *slot;
		int i;

		if (!rows)
		{
			for (i = 0; i < path->nscope_keys; i++)
				values[scope->walk->scope_key_order[i]] = scope_id[i];
			keyset_add(keys, values);
			continue;
		}
		reader_begin(rows, scope_id);
		while ((slot = reader_next(rows)) != NULL)
			if (reader_get_keys(rows, slot, last->nkeys, last->to_attnums, values))
				keyset_add(keys, values);
	}
	if (!work_exceeded(&scope->statement->work))
		return keys;
	keyset_destroy(keys);
	return NULL;
}

/*
 * The to-side values of step - 1 in the rows whose from-side values of step are in
 * next: by the index for each of them, or by one reading of the whole table where that
 * is less.
 */
static KeySet *
build_step(ScopeState *scope, int step, KeySet *next)
{
	const KeyStep *upper = &scope->path->steps[step];
	const KeyStep *lower = &scope->path->steps[step - 1];
	Statement *statement = scope->statement;
	MemoryContext old = MemoryContextSwitchTo(statement->context);
	KeySet *keys = keyset_create(statement->context, lower->nkeys, keycolumns_for_step(lower));
	RowReader *rows = walk_down_reader(scope->walk, step);
	uint32 count = keyset_count(next);
	bool whole = count > 0 &&
		(reader_index_keys(rows) == 0 ||
		 count * (double) DESCENT_WORK > reader_table_rows(rows));
	uint32 n;

	if (whole)
		rows = walk_whole_reader(scope->walk, step);
	MemoryContextSwitchTo(old);
	for (n = 0; n < (whole ? 1 : count); n++)
	{
		TupleTableSlot *slot;
		Datum values[INDEX_MAX_KEYS];

		reader_begin(rows, whole ? NULL : keyset_nth(next, n));
		while ((slot = reader_next(rows)) != NULL)
		{
			if (whole &&
				(!reader_get_keys(rows, slot, upper->nkeys, upper->from_attnums, values) ||
				 !keyset_contains(next, values)))
				continue;
			if (reader_get_keys(rows, slot, lower->nkeys, lower->to_attnums, values))
				keyset_add(keys, values);
		}
	}
	if (!work_exceeded(&statement->work))
		return keys;
	keyset_destroy(keys);
	return NULL;
}

/* build within budget, and within the limit that is set already */
static KeySet *
build_within(ScopeState *scope, double budget)
{
	Work *work = &scope->statement->work;
	double limit = work->limit;
	KeySet *keys;

	work->limit = Min(limit, work->done + budget);
	keys = build(scope);
	work->limit = limit;
	return keys;
}

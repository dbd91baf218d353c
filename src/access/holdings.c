/*
 * holdings.c
 *		The scopes in which the user holds a role, read from the assigned tables.
 *
 * One scope is asked for by the best index (user and scope together, or the scope's
 * rows, or the user's), and all of them are loaded once asking has cost as much: no
 * user pays for another's size.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "access/engine.h"

#define FIRST_BUDGET 32 /* rows, before the other way is tried */

struct SourceReader
{
	Statement *statement;
	RoleSource *source;
	PathWalk *walk;		  /* NULL: a global role */
	Condition *condition; /* NULL: none */
	RowReader *by_user;	  /* rows of the user */
	RowReader *by_scope;  /* rows of the user in one scope */
	bool user_read;		  /* has the user id been read as a value? */
	bool user_fits;		  /* and does it fit the column's type? */
	Datum user_value;
};

struct Holdings
{
	Statement *statement;
	Oid scope_relid;
	Oid owner;
	List *roles;
	List *readers; /* SourceReader *: sources that can confer them */
	int nkeys;
	KeyColumn *columns; /* of the scope's primary key */
	KeySet *all;		/* every scope, once built */
	KeyMemo *memo;
	bool askable;	   /* can every source be asked for one scope? */
	double spent;	   /* work spent on asking for single scopes */
	double next_build; /* when to try to build */
};

static List *readers_for(Statement *statement, Oid scope_relid, List *roles,
						 const RuleTable *table);
static bool row_confers(SourceReader *reader, RowReader *rows, TupleTableSlot *slot, List *roles);
static bool row_meets_condition(SourceReader *reader, RowReader *rows, TupleTableSlot *slot);
static bool ask_sources(Holdings *holdings, const Datum *scope_id);
static bool ask_source(Holdings *holdings, SourceReader *reader, const Datum *scope_id);
static bool source_is_askable(const SourceReader *reader);
static RowReader *by_scope_reader(SourceReader *reader);
static bool source_user(SourceReader *reader);
static KeySet *build_within(Holdings *holdings, double budget);

/* holdings_get finds or makes the statement's holdings; see engine.h. */
Holdings *
holdings_get(Statement *statement, Oid scope_relid, List *roles, const RuleTable *table)
{
	MemoryContext old;
	Holdings *holdings;
	KeyPath *path = NULL;
	ListCell *cell;

	foreach(cell, statement->holdings)
	{
		holdings = lfirst(cell);
		if (holdings->scope_relid == scope_relid && holdings->owner == table->owner &&
			names_equal(holdings->roles, roles))
			return holdings;
	}
	old = MemoryContextSwitchTo(statement->context);
	holdings = palloc0(sizeof(Holdings));
	holdings->statement = statement;
	holdings->scope_relid = scope_relid;
	holdings->owner = table->owner;
	holdings->roles = roles;
	holdings->readers = readers_for(statement, scope_relid, roles, table);
	if (holdings->readers != NIL)
	{
		SourceReader *first = linitial(holdings->readers);

		path = first->source->path;
		holdings->nkeys = path->nscope_keys;
		holdings->columns = keycolumns_for_attributes(scope_relid, path->nscope_keys,
													  path->scope_attnums);
		holdings->memo = keymemo_create(statement->context, holdings->nkeys, holdings->columns);
	}
	holdings->askable = true;
	foreach(cell, holdings->readers)
		if (!source_is_askable(lfirst(cell)))
			holdings->askable = false;
	holdings->next_build = FIRST_BUDGET * 4;
	statement->holdings = lappend(statement->holdings, holdings);
	MemoryContextSwitchTo(old);
	return holdings;
}

/* holdings_has: does the user hold one of the roles in this scope? */
bool
holdings_has(Holdings *holdings, const Datum *scope_id)
{
	Work *work = &holdings->statement->work;
	double limit = work->limit;
	double start = work->done;
	double budget;
	bool answer = false;

	if (holdings->readers == NIL)
		return false;
	if (holdings->all)
		return keyset_contains(holdings->all, scope_id);
	if (keymemo_get(holdings->memo, scope_id, &answer))
		return answer;
	if (!holdings->askable && !holdings_build(holdings))
		return false;
	if (holdings->spent > holdings->next_build && !build_within(holdings, holdings->spent))
		holdings->next_build = holdings->spent * 2;
	for (budget = FIRST_BUDGET; !holdings->all; budget *= 4)
	{
		bool known;

		work->limit = Min(limit, work->done + budget);
		answer = ask_sources(holdings, scope_id);
		known = answer || !work_exceeded(work);
		work->limit = limit;
		if (known)
		{
			keymemo_put(holdings->memo, scope_id, answer);
			holdings->spent += work->done - start;
			return answer;
		}
		if (work_exceeded(work))
			return false;
		build_within(holdings, budget);
		if (work_exceeded(work))
			return false;
	}
	return keyset_contains(holdings->all, scope_id);
}

/* holdings_possible: is there a source from which the user may hold one of the roles? */
bool
holdings_possible(const Holdings *holdings)
{
	return holdings->readers != NIL;
}

/* holdings_build loads all scopes; NULL where the work's limit was exceeded. */
KeySet *
holdings_build(Holdings *holdings)
{
	Statement *statement = holdings->statement;
	KeySet *set;
	ListCell *cell;

	if (holdings->all || holdings->readers == NIL)
		return holdings->all;
	set = keyset_create(statement->context, holdings->nkeys, holdings->columns);
	foreach(cell, holdings->readers)
	{
		SourceReader *reader = lfirst(cell);
		TupleTableSlot *slot;

		for (slot = source_reader_first(reader);
			 slot != NULL; slot = source_reader_next(reader))
		{
			Datum scope_id[INDEX_MAX_KEYS];

			if (row_confers(reader, reader->by_user, slot, holdings->roles) &&
				source_reader_scope(reader, slot, scope_id))
				keyset_add(set, scope_id);
		}
		if (work_exceeded(&statement->work))
		{
			keyset_destroy(set);
			return NULL;
		}
	}
	holdings->all = set;
	return set;
}

/* holdings_global: does the user hold one of the roles globally? Reads until it is known. */
bool
holdings_global(Statement *statement, List *roles, const RuleTable *table)
{
	List *readers;
	ListCell *cell;

	if (roles == NIL)
		return false;
	readers = readers_for(statement, InvalidOid, roles, table);
	foreach(cell, readers)
	{
		SourceReader *reader = lfirst(cell);
		TupleTableSlot *slot;

		for (slot = source_reader_first(reader);
			 slot != NULL; slot = source_reader_next(reader))
			if (row_confers(reader, reader->by_user, slot, roles))
				return true;
	}
	return false;
}

/* source_reader_create makes a reader in the statement's memory. */
SourceReader *
source_reader_create(Statement *statement, RoleSource *source)
{
	SourceReader *reader = MemoryContextAllocZero(statement->context, sizeof(SourceReader));

	reader->statement = statement;
	reader->source = source;
	if (source->path)
		reader->walk = walk_create(statement, source->path);
	if (source->if_condition)
		reader->condition = condition_create(statement, source);
	return reader;
}

/*
 * source_reader_first returns the first row of the assigned table whose user
 * column holds user_id; NULL if there is none, or no such id in that type.
 */
TupleTableSlot *
source_reader_first(SourceReader *reader)
{
	RoleSource *source = reader->source;

	if (!source_user(reader))
		return NULL;
	if (!reader->by_user)
	{
		Oid opno = userid_operator(source->user_type);

		reader->by_user = statement_reader(reader->statement, source->relid, 1,
										   &source->user_attnum, &opno);
	}
	reader_begin(reader->by_user, &reader->user_value);
	return reader_next(reader->by_user);
}

TupleTableSlot *
source_reader_next(SourceReader *reader)
{
	return reader_next(reader->by_user);
}

/* source_reader_role returns the role's name that the row confers, NULL if none. */
char *
source_reader_role(SourceReader *reader, TupleTableSlot *slot)
{
	RoleSource *source = reader->source;
	Datum value;
	bool isnull;

	if (!row_meets_condition(reader, reader->by_user, slot))
		return NULL;
	if (source->role)
		return source->role;
	value = reader_get(reader->by_user, slot, source->role_attnum, &isnull);
	return isnull ? NULL : rolename_text(value, source->role_type);
}

/* source_reader_value returns a column of the row. */
Datum
source_reader_value(SourceReader *reader, TupleTableSlot *slot, AttrNumber attnum, bool *isnull)
{
	return reader_get(reader->by_user, slot, attnum, isnull);
}

/* source_reader_scope follows the path of the row to its scope's primary key. */
bool
source_reader_scope(SourceReader *reader, TupleTableSlot *slot, Datum *scope_id)
{
	const KeyPath *path = reader->source->path;
	RowReader *rows = reader->by_user;
	Datum values[INDEX_MAX_KEYS];
	int step;
	int i;

	for (step = 0; step < path->nsteps; step++)
	{
		if (!reader_get_keys(rows, slot, path->steps[step].nkeys,
							 path->steps[step].from_attnums, values))
			return false;
		if (step == path->nsteps - 1 && reader->walk->ends_in_key)
		{
			for (i = 0; i < path->nscope_keys; i++)
				scope_id[i] = values[reader->walk->scope_key_order[i]];
			return true;
		}
		rows = walk_up_reader(reader->walk, step);
		reader_begin(rows, values);
		slot = reader_next(rows);
		if (!slot)
			return false;
	}
	return reader_get_keys(rows, slot, path->nscope_keys, path->scope_attnums, scope_id);
}

/*
 * The readers of the sources that can confer one of roles in the scope table, or globally,
 * on this user: on nobody and on an id that does not fit the column's type none can.
 */
static List *
readers_for(Statement *statement, Oid scope_relid, List *roles, const RuleTable *table)
{
	MemoryContext old = MemoryContextSwitchTo(statement->context);
	List *readers = NIL;
	ListCell *cell;

	foreach(cell, table->sources)
	{
		RoleSource *source = lfirst(cell);

		if ((source->path ? source->path->scope_relid : InvalidOid) == scope_relid &&
			(!source->role || names_contain(roles, source->role)) &&
			columns_hold(source->columns))
		{
			SourceReader *reader = source_reader_create(statement, source);

			if (source_user(reader))
				readers = lappend(readers, reader);
		}
	}
	MemoryContextSwitchTo(old);
	return readers;
}

/* row_confers: does a row of the user's, met with rows, give him one of roles? */
static bool
row_confers(SourceReader *reader, RowReader *rows, TupleTableSlot *slot, List *roles)
{
	RoleSource *source = reader->source;

	if (!source->role)
	{
		bool isnull;
		Datum value = reader_get(rows, slot, source->role_attnum, &isnull);

		if (isnull || !rolename_in(value, source->role_type, roles))
			return false;
	}
	return row_meets_condition(reader, rows, slot);
}

static bool
row_meets_condition(SourceReader *reader, RowReader *rows, TupleTableSlot *slot)
{
	int i;

	if (!reader->condition)
		return true;
	for (i = 0; i < reader->source->nif_columns; i++)
	{
		bool isnull;
		Datum value = reader_get(rows, slot, reader->source->if_attnums[i], &isnull);

		condition_set(reader->condition, i, value, isnull);
	}
	return condition_holds(reader->condition);
}

/* One scope, asked of every source. No answer where the work's limit is exceeded. */
static bool
ask_sources(Holdings *holdings, const Datum *scope_id)
{
	ListCell *cell;

	foreach(cell, holdings->readers)
		if (ask_source(holdings, lfirst(cell), scope_id))
			return true;
	return false;
}

static bool
ask_source(Holdings *holdings, SourceReader *reader, const Datum *scope_id)
{
	RoleSource *source = reader->source;
	RowReader *rows;
	TupleTableSlot *slot;
	Datum values[INDEX_MAX_KEYS + 1];
	int nkeys = holdings->nkeys;
	int i;

	rows = by_scope_reader(reader);
	for (i = 0; i < nkeys; i++)
		values[source->path->nsteps > 0 ? reader->walk->scope_key_order[i] : i] = scope_id[i];
	values[nkeys] = reader->user_value;
	reader_begin(rows, values);
	while ((slot = reader_next(rows)) != NULL)
		if (row_confers(reader, rows, slot, holdings->roles))
			return true;
	return false;
}

/* A source can be asked for one scope where the scope's key stands in its own rows. */
static bool
source_is_askable(const SourceReader *reader)
{
	const KeyPath *path = reader->source->path;

	return path->nsteps == 0 || (path->nsteps == 1 && reader->walk->ends_in_key);
}

/*
 * The rows of the user in one scope: by the scope's key columns and the user's. The scope
 * comes first, since where no index has both, the user's rows are what the other
 * way, loading all scopes, reads.
 */
static RowReader *
by_scope_reader(SourceReader *reader)
{
	RoleSource *source = reader->source;
	const KeyPath *path = source->path;
	int nkeys = path->nscope_keys;
	AttrNumber attnums[INDEX_MAX_KEYS + 1];
	Oid operators[INDEX_MAX_KEYS + 1];
	int i;

	if (reader->by_scope)
		return reader->by_scope;
	for (i = 0; i < nkeys; i++)
	{
		if (path->nsteps > 0)
		{
			attnums[i] = path->steps[0].from_attnums[i];
			operators[i] = get_commutator(path->steps[0].operators[i]);
		}
		else
		{
			attnums[i] = path->scope_attnums[i];
			operators[i] = attribute_operator(path->scope_relid, path->scope_attnums[i]);
		}
	}
	attnums[nkeys] = source->user_attnum;
	operators[nkeys] = userid_operator(source->user_type);
	reader->by_scope = statement_reader(reader->statement, source->relid, nkeys + 1,
										attnums, operators);
	return reader->by_scope;
}

/* Has the statement a user whose id fits the user column's type? */
static bool
source_user(SourceReader *reader)
{
	if (!reader->user_read)
	{
		const char *user_id = reader->statement->identity->user_id;
		MemoryContext old = MemoryContextSwitchTo(reader->statement->context);

		reader->user_fits = user_id != NULL &&
			userid_read(user_id, reader->source->user_type, &reader->user_value);
		reader->user_read = true;
		MemoryContextSwitchTo(old);
	}
	return reader->user_fits;
}

/* holdings_build within budget, and within the limit that is set already */
static KeySet *
build_within(Holdings *holdings, double budget)
{
	Work *work = &holdings->statement->work;
	double limit = work->limit;
	KeySet *set;

	work->limit = Min(limit, work->done + budget);
	set = holdings_build(holdings);
	work->limit = limit;
	return set;
}

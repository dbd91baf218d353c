/*
 * path_walk.c
 *		How a path is read: upward from a row to its scope, downward from scopes
 *		to the keys that lead to them.
 *
 * Step i joins tables i and i + 1 of the path: table i's from_attnums equal table
 * i + 1's to_attnums.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "access/engine.h"

static void step_operators(const KeyStep *step, bool to_side, Oid *operators);
static bool step_ends_in_key(const KeyPath *path, int *order);

/* walk_create makes a walk in the statement's memory; readers come when needed. */
PathWalk *
walk_create(Statement *statement, const KeyPath *path)
{
	PathWalk *walk = MemoryContextAllocZero(statement->context, sizeof(PathWalk));

	walk->statement = statement;
	walk->path = path;
	walk->up = MemoryContextAllocZero(statement->context,
									  sizeof(RowReader *) * (path->nsteps * 3 + 1));
	walk->down = walk->up + path->nsteps;
	walk->whole = walk->down + path->nsteps;
	walk->ends_in_key = step_ends_in_key(path, walk->scope_key_order);
	return walk;
}

/* walk_up_reader: rows of table step + 1, by from-side values of the step. */
RowReader *
walk_up_reader(PathWalk *walk, int step)
{
	if (!walk->up[step])
	{
		const KeyStep *key = &walk->path->steps[step];
		Oid operators[INDEX_MAX_KEYS];

		step_operators(key, true, operators);
		walk->up[step] = statement_reader(walk->statement, key->to_relid, key->nkeys,
										  key->to_attnums, operators);
	}
	return walk->up[step];
}

/* walk_down_reader: rows of table step, by to-side values of the step. */
RowReader *
walk_down_reader(PathWalk *walk, int step)
{
	if (!walk->down[step])
	{
		const KeyStep *key = &walk->path->steps[step];
		Oid operators[INDEX_MAX_KEYS];

		step_operators(key, false, operators);
		walk->down[step] = statement_reader(walk->statement, key->from_relid, key->nkeys,
											key->from_attnums, operators);
	}
	return walk->down[step];
}

/* walk_whole_reader: all rows of table step. */
RowReader *
walk_whole_reader(PathWalk *walk, int step)
{
	if (!walk->whole[step])
		walk->whole[step] = statement_reader(walk->statement, walk->path->steps[step].from_relid,
											 0, NULL, NULL);
	return walk->whole[step];
}

/* walk_scope_reader: rows of the scope table, by primary key. */
RowReader *
walk_scope_reader(PathWalk *walk)
{
	const KeyPath *path = walk->path;
	Oid operators[INDEX_MAX_KEYS];
	int i;

	if (walk->scopes)
		return walk->scopes;
	for (i = 0; i < path->nscope_keys; i++)
		operators[i] = attribute_operator(path->scope_relid, path->scope_attnums[i]);
	walk->scopes = statement_reader(walk->statement, path->scope_relid, path->nscope_keys,
									path->scope_attnums, operators);
	return walk->scopes;
}

/* attribute_operator returns the equality operator of a column's type. */
Oid
attribute_operator(Oid relid, AttrNumber attnum)
{
	return lookup_type_cache(getBaseType(get_atttype(relid, attnum)), TYPECACHE_EQ_OPR)->eq_opr;
}

/*
 * The foreign key's operators are "referenced = referencing". They are wanted as
 * "column = value" where the column is of the step's to-side, or of its from-side.
 */
static void
step_operators(const KeyStep *step, bool to_side, Oid *operators)
{
	bool column_is_referenced = step->forward == to_side;
	int i;

	for (i = 0; i < step->nkeys; i++)
	{
		operators[i] = column_is_referenced ? step->operators[i] :
											  get_commutator(step->operators[i]);
		if (!OidIsValid(operators[i]))
			elog(ERROR, "could not find commutator of operator %u", step->operators[i]);
	}
}

/*
 * Are the values of the last step the scope's primary key, in some order and in the
 * same types? Then the scope's table need not be read, since the foreign key
 * vouches for the row.
 */
static bool
step_ends_in_key(const KeyPath *path, int *order)
{
	const KeyStep *last;
	int i;

	if (path->nsteps == 0)
		return false;
	last = &path->steps[path->nsteps - 1];
	if (!last->forward || last->nkeys != path->nscope_keys)
		return false;
	for (i = 0; i < path->nscope_keys; i++)
	{
		int j;
		Oid left;
		Oid right;

		for (j = 0; j < last->nkeys; j++)
			if (last->to_attnums[j] == path->scope_attnums[i])
				break;
		if (j == last->nkeys)
			return false;
		op_input_types(last->operators[j], &left, &right);
		if (left != right)
			return false;
		order[i] = j;
	}
	return true;
}

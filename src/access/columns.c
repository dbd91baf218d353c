/*
 * columns.c
 *		Are the columns that a rule reads still of the types they had?
 *
 * Between the start of a statement, which fixes its rules, and the first row that is
 * judged by them, others may change tables that the statement itself does not name
 * and so has not locked: for a cursor that is any time. Reading a column as what it
 * no longer is would follow numbers as if they were addresses.
 */
#include "postgres.h"

#include "storage/lmgr.h"
#include "utils/lsyscache.h"

#include "access/engine.h"

/* A column with its declared type when the rules were loaded */
typedef struct RuleColumn
{
	Oid relid;
	AttrNumber attnum;
	Oid type;
} RuleColumn;

/* columns_record appends columns to the list, in the current memory context. */
List *
columns_record(List *columns, Oid relid, int count, const AttrNumber *attnums)
{
	int i;

	for (i = 0; i < count; i++)
	{
		RuleColumn *column = palloc(sizeof(RuleColumn));

		column->relid = relid;
		column->attnum = attnums[i];
		column->type = get_atttype(relid, attnums[i]);
		columns = lappend(columns, column);
	}
	return columns;
}

/* columns_record_path appends all columns that a path joins; see engine.h. */
List *
columns_record_path(List *columns, const KeyPath *path)
{
	int i;

	for (i = 0; i < path->nsteps; i++)
	{
		const KeyStep *step = &path->steps[i];

		columns = columns_record(columns, step->from_relid, step->nkeys, step->from_attnums);
		columns = columns_record(columns, step->to_relid, step->nkeys, step->to_attnums);
	}
	return columns_record(columns, path->scope_relid, path->nscope_keys, path->scope_attnums);
}

/* columns_hold locks the tables and tells whether all columns are as recorded. */
bool
columns_hold(const List *columns)
{
	Oid locked = InvalidOid;
	const ListCell *cell;

	foreach(cell, columns)
	{
		const RuleColumn *column = lfirst(cell);

		if (column->relid != locked)
			LockRelationOid(column->relid, AccessShareLock);
		locked = column->relid;
		if (!OidIsValid(column->type) ||
			get_atttype(column->relid, column->attnum) != column->type)
			return false;
	}
	return true;
}

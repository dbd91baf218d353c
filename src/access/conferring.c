/*
 * conferring.c
 *		Roles that a row gives by its own columns.
 *
 * Where a table assigns roles in itself as scope, its SELECT policy passes the assigning
 * columns, so that who creates a row may read it back: the statement's snapshot does
 * not have it yet.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "access/engine.h"

/* A source of the table's own rows, for rows that confer a role themselves */
typedef struct Conferring
{
	int user; /* number of the user column among those passed */
	int role; /* of the role column; -1: the role is static */
	Oid role_type;
	Datum user_value;
	FmgrInfo equal;
	Oid collation;
	Condition *condition; /* NULL: none */
	int nif_columns;
	int *if_columns; /* numbers of those that it names */
} Conferring;

static Conferring *make_conferring(Statement *statement, const RoleSource *source,
								   const RuleArm *arm);
static int passed_column(const RuleArm *arm, AttrNumber attnum);
static bool meets_condition(const Conferring *one, const Datum *values, const bool *isnull);

/* conferring_find returns the sources that may give a role by columns that the arm is passed. */
List *
conferring_find(Statement *statement, const RuleTable *table, const RuleArm *arm)
{
	List *found = NIL;
	ListCell *cell;

	if (arm->nconferring == 0 || !statement->identity->user_id)
		return NIL;
	foreach(cell, table->sources)
	{
		RoleSource *source = lfirst(cell);
		Conferring *one;

		if (source->relid != table->relid || !source->path || source->path->nsteps > 0 ||
			(source->role && !names_contain(arm->roles, source->role)))
			continue;
		one = make_conferring(statement, source, arm);
		if (one)
			found = lappend(found, one);
	}
	return found;
}

/* conferring_gives: do the row's columns assign one of roles to the user? See engine.h. */
bool
conferring_gives(List *conferring, List *roles, const Datum *values, const bool *isnull)
{
	ListCell *cell;

	foreach(cell, conferring)
	{
		Conferring *one = lfirst(cell);

		if (isnull[one->user] || (one->role >= 0 && isnull[one->role]))
			continue;
		/* the condition last: it is for rows of the user alone */
		if (DatumGetBool(FunctionCall2Coll(&one->equal, one->collation,
										   values[one->user], one->user_value)) &&
			(one->role < 0 || rolename_in(values[one->role], one->role_type, roles)) &&
			meets_condition(one, values, isnull))
			return true;
	}
	return false;
}

/* make_conferring returns NULL where the arm lacks a column, or the user id does not fit. */
static Conferring *
make_conferring(Statement *statement, const RoleSource *source, const RuleArm *arm)
{
	Conferring *one = palloc0(sizeof(Conferring));
	int i;

	one->user = passed_column(arm, source->user_attnum);
	one->role = source->role ? -1 : passed_column(arm, source->role_attnum);
	if (one->user < 0 || (!source->role && one->role < 0) ||
		!userid_read(statement->identity->user_id, source->user_type, &one->user_value))
		return NULL;
	one->role_type = source->role_type;
	one->collation = source->user_collation;
	fmgr_info(get_opcode(userid_operator(source->user_type)), &one->equal);
	if (!source->if_condition)
		return one;
	if (!columns_hold(source->columns))
		return NULL;
	one->condition = condition_create(statement, source);
	one->nif_columns = source->nif_columns;
	one->if_columns = palloc(sizeof(int) * (source->nif_columns + 1));
	for (i = 0; i < source->nif_columns; i++)
	{
		one->if_columns[i] = passed_column(arm, source->if_attnums[i]);
		if (one->if_columns[i] < 0)
			return NULL;
	}
	return one;
}

/* passed_column returns the number of a column among those that the arm is passed, or -1. */
static int
passed_column(const RuleArm *arm, AttrNumber attnum)
{
	int i;

	for (i = 0; i < arm->nconferring; i++)
		if (arm->conferring_attnums[i] == attnum)
			return i;
	return -1;
}

static bool
meets_condition(const Conferring *one, const Datum *values, const bool *isnull)
{
	int i;

	if (!one->condition)
		return true;
	for (i = 0; i < one->nif_columns; i++)
		condition_set(one->condition, i, values[one->if_columns[i]], isnull[one->if_columns[i]]);
	return condition_holds(one->condition);
}

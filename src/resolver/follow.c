/*
 * follow.c
 *		Paths and conditions that were resolved before a command changed the schema,
 *		as they are after it: known by OID, under whatever names.
 */
#include "postgres.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "resolver/condition.h"
#include "resolver/key.h"
#include "resolver/resolver.h"

static KeyStep *step_now(const KeyStep *step);
static bool same_columns(int count, const AttrNumber *a, int other_count, const AttrNumber *b);
static bool is_lost(Node *node, void *context);
static bool is_lost_field(const FieldSelect *select);
static bool is_lost_function(Oid function, void *context);

/* path_now finds the path's foreign keys again, by OID; see resolver.h. */
KeyPath *
path_now(const KeyPath *path)
{
	List *steps = NIL;
	KeyPath *now;
	int i;

	for (i = 0; i < path->nsteps; i++)
	{
		KeyStep *step = step_now(&path->steps[i]);

		if (!step || key_step_obstacle(step) != NULL)
			return NULL;
		steps = lappend(steps, step);
	}
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(path->scope_relid)))
		return NULL;
	now = path_make(path->relid, path->scope_relid, steps);
	if (!now ||
		!same_columns(path->nscope_keys, path->scope_attnums, now->nscope_keys,
					  now->scope_attnums) ||
		key_scope_obstacle(now->scope_relid, now->nscope_keys, now->scope_attnums) != NULL)
		return NULL;
	return now;
}

/* path_lost names what path_now did not find again; see resolver.h. */
char *
path_lost(const KeyPath *path)
{
	int i;

	for (i = 0; i < path->nsteps; i++)
	{
		const KeyStep *step = &path->steps[i];
		char *table = get_rel_name(step->constraint_relid);
		KeyStep *now;

		if (!table)
			return psprintf("constraint \"%s\" with its table", step->constraint);
		now = step_now(step);
		if (!now || key_step_obstacle(now) != NULL)
			return psprintf("constraint \"%s\" on table \"%s\"", step->constraint, table);
	}
	return psprintf("the primary key of table \"%s\"", get_rel_name(path->scope_relid));
}

/* condition_is_whole: is everything still there that it names? See resolver.h. */
bool
condition_is_whole(Oid relid, Node *condition)
{
	return !is_lost(condition, &relid);
}

/* step_now returns the same foreign key by its present name, NULL if it is gone or another. */
static KeyStep *
step_now(const KeyStep *step)
{
	char *name = get_constraint_name(step->constraint_oid);
	KeyStep *now = name ? key_find_step(step->constraint_relid, name, step->from_relid) : NULL;

	if (!now || now->constraint_oid != step->constraint_oid || now->to_relid != step->to_relid ||
		!same_columns(step->nkeys, step->from_attnums, now->nkeys, now->from_attnums) ||
		!same_columns(step->nkeys, step->to_attnums, now->nkeys, now->to_attnums))
		return NULL;
	return now;
}

static bool
same_columns(int count, const AttrNumber *a, int other_count, const AttrNumber *b)
{
	return count == other_count && memcmp(a, b, sizeof(AttrNumber) * count) == 0;
}

/* is_lost looks for a column, type, operator or function that is gone; parts come first. */
static bool
is_lost(Node *node, void *context)
{
	Oid relid = *(Oid *) context;

	if (!node)
		return false;
	if (IsA(node, Var))
	{
		Var *column = (Var *) node;
		char *name = get_attname(relid, column->varattno, true);

		/* a dropped column still has a name, by which it is not found */
		return !name || get_attnum(relid, name) != column->varattno ||
			get_atttype(relid, column->varattno) != column->vartype;
	}
	if (expression_tree_walker(node, is_lost, context))
		return true;
	if (IsA(node, FieldSelect) && is_lost_field((FieldSelect *) node))
		return true;
	if (IsA(node, List) || IsA(node, CaseWhen))
		return false;
	if (!SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(exprType(node))))
		return true;
	if ((IsA(node, OpExpr) || IsA(node, DistinctExpr) || IsA(node, NullIfExpr)) &&
		!SearchSysCacheExists1(OPEROID, ObjectIdGetDatum(((OpExpr *) node)->opno)))
		return true;
	if (IsA(node, ScalarArrayOpExpr) &&
		!SearchSysCacheExists1(OPEROID, ObjectIdGetDatum(((ScalarArrayOpExpr *) node)->opno)))
		return true;
	return check_functions_in_node(node, is_lost_function, NULL);
}

/* is_lost_field: has the type no longer this field, by which one is taken of a composite value? */
static bool
is_lost_field(const FieldSelect *select)
{
	Oid relid = get_typ_typrelid(getBaseType(exprType((Node *) select->arg)));
	char *name = OidIsValid(relid) ? get_attname(relid, select->fieldnum, true) : NULL;

	return !name || get_attnum(relid, name) != select->fieldnum ||
		get_atttype(relid, select->fieldnum) != select->resulttype;
}

static bool
is_lost_function(Oid function, void *context)
{
	return !SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(function));
}

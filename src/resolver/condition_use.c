/*
 * condition_use.c
 *		Conditions as the SQL of policies, which see one version of the row or another.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

#include "resolver/condition.h"
#include "resolver/resolver.h"

/* Which versions of the row a part of a condition speaks of; bare is both in turn */
typedef struct Versions
{
	bool bare;
	bool new;
	bool old;
} Versions;

/* What becomes of the columns of each name */
typedef enum Becomes
{
	BECOMES_ROW,  /* a column of the policy's row */
	BECOMES_NULL, /* there is no such version */
	BECOMES_OLD	  /* electric.old_value(column) */
} Becomes;

typedef struct RowUse
{
	Becomes bare;
	Becomes new;
	Becomes old;
} RowUse;

static List *parts_of(Node *condition);
static Versions versions_of(Node *part);
static bool note_version(Node *node, void *context);
static List *used_parts(List *parts, ConditionUse use);
static List *chosen_parts(List *parts, ConditionParts which);
static List *use_parts(List *parts, RowUse use);
static Node *use_row(Node *node, void *context);
static Node *old_value(Var *column);

/* condition_sql returns a resolved condition as the SQL of a policy; see resolver.h. */
char *
condition_sql(Oid relid, const char *condition, ConditionUse use, ConditionParts which)
{
	int guc_level = NewGUCNestLevel();
	char *result = NULL;
	List *parts;

	plain_settings();
	parts = used_parts(parts_of(condition_read(relid, condition)), use);
	parts = chosen_parts(parts, which);
	if (parts != NIL)
		result = deparse_expression((Node *) make_ands_explicit(parts),
									deparse_context_for(get_rel_name(relid), relid), false, false);
	AtEOXact_GUC(true, guc_level);
	return result;
}

/* condition_expression returns a resolved condition for one version of the row; see resolver.h. */
Node *
condition_expression(Oid relid, const char *condition, ConditionUse use)
{
	int guc_level = NewGUCNestLevel();
	List *parts;

	plain_settings();
	parts = used_parts(parts_of(condition_read(relid, condition)), use);
	AtEOXact_GUC(true, guc_level);
	return (Node *) make_ands_explicit(parts);
}

/* condition_compares: does a part speak of two versions of the row? See resolver.h. */
bool
condition_compares(Oid relid, const char *condition)
{
	int guc_level = NewGUCNestLevel();
	bool compares = false;
	List *parts;
	ListCell *cell;

	plain_settings();
	parts = parts_of(condition_read(relid, condition));
	foreach(cell, parts)
	{
		Versions versions = versions_of(lfirst(cell));

		compares |= versions.bare + versions.new + versions.old > 1;
	}
	AtEOXact_GUC(true, guc_level);
	return compares;
}

/* parts_of returns the expressions that a condition joins by AND, at whatever depth. */
static List *
parts_of(Node *condition)
{
	List *parts = NIL;
	ListCell *cell;

	if (!is_andclause(condition))
		return list_make1(condition);
	foreach(cell, ((BoolExpr *) condition)->args)
		parts = list_concat(parts, parts_of(lfirst(cell)));
	return parts;
}

static Versions
versions_of(Node *part)
{
	Versions versions = {false, false, false};

	(void) note_version(part, &versions);
	return versions;
}

static bool
note_version(Node *node, void *context)
{
	Versions *versions = context;

	if (!node)
		return false;
	if (IsA(node, Var))
	{
		if (((Var *) node)->varno == ROW_NEW)
			versions->new = true;
		else if (((Var *) node)->varno == ROW_OLD)
			versions->old = true;
		else
			versions->bare = true;
	}
	return expression_tree_walker(node, note_version, context);
}

/* used_parts returns the parts that a use judges, with their columns as it sees them. */
static List *
used_parts(List *parts, ConditionUse use)
{
	List *alone = NIL;
	List *bare = NIL;
	ListCell *cell;

	foreach(cell, parts)
	{
		Versions versions = versions_of(lfirst(cell));

		if (!(use == CONDITION_BEFORE ? versions.new : versions.old))
			alone = lappend(alone, lfirst(cell));
		if (versions.bare)
			bare = lappend(bare, lfirst(cell));
	}
	switch (use)
	{
		case CONDITION_ROW:
			return use_parts(parts, (RowUse){BECOMES_ROW, BECOMES_ROW, BECOMES_ROW});
		case CONDITION_NEW_ROW:
			return use_parts(parts, (RowUse){BECOMES_ROW, BECOMES_ROW, BECOMES_NULL});
		case CONDITION_OLD_ROW:
			return use_parts(parts, (RowUse){BECOMES_ROW, BECOMES_NULL, BECOMES_ROW});
		case CONDITION_BEFORE:
		case CONDITION_AFTER:
			return use_parts(alone, (RowUse){BECOMES_ROW, BECOMES_ROW, BECOMES_ROW});
		case CONDITION_CHANGE:
			return list_concat(use_parts(parts, (RowUse){BECOMES_ROW, BECOMES_ROW, BECOMES_OLD}),
							   use_parts(bare, (RowUse){BECOMES_OLD, BECOMES_ROW, BECOMES_OLD}));
	}
	elog(ERROR, "unrecognized use of a condition: %d", (int) use);
	return NIL; /* not reached */
}

static List *
chosen_parts(List *parts, ConditionParts which)
{
	List *chosen = NIL;
	ListCell *cell;

	foreach(cell, parts)
	{
		if (which == CONDITION_ALL ||
			contain_leaked_vars(lfirst(cell)) == (which == CONDITION_LEAKY))
			chosen = lappend(chosen, lfirst(cell));
	}
	return chosen;
}

static List *
use_parts(List *parts, RowUse use)
{
	return (List *) use_row((Node *) parts, &use);
}

/* use_row makes of every column what its name becomes. */
static Node *
use_row(Node *node, void *context)
{
	const RowUse *use = context;

	if (node && IsA(node, Var))
	{
		Var *column = copyObject((Var *) node);
		Becomes becomes = column->varno == ROW_NEW ? use->new :
			column->varno == ROW_OLD			   ? use->old :
													 use->bare;

		column->varno = column->varnosyn = ROW_THIS;
		if (becomes == BECOMES_NULL)
			return (Node *) makeNullConst(column->vartype, column->vartypmod, column->varcollid);
		return becomes == BECOMES_OLD ? old_value(column) : (Node *) column;
	}
	return expression_tree_mutator(node, use_row, context);
}

/* electric.old_value(column) */
static Node *
old_value(Var *column)
{
	Oid argument_type = ANYELEMENTOID;
	Oid function = LookupFuncName(list_make2(makeString("electric"), makeString("old_value")),
								  1, &argument_type, false);

	return (Node *) makeFuncExpr(function, column->vartype, list_make1(column), column->varcollid,
								 column->varcollid, COERCE_EXPLICIT_CALL);
}

/*
 * target.c
 *		The table that a statement writes, where a call in its WITH CHECK stands.
 *
 * A call in a policy knows nothing of the statement around it. What the executor has
 * prepared for each table that it writes does: among it, the expressions of WITH CHECK,
 * and in one of them the very call. Found nowhere, a call stands somewhere else.
 */
#include "postgres.h"

#include "executor/execExpr.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"

#include "access/engine.h"

static bool checks_updates(List *relations, Oid relid);
static ResultRelInfo *find_in(List *relations, const FmgrInfo *call, WCOKind kind);
static bool contains_call(ExprState *expression, const FmgrInfo *call);

/* target_of finds the written table in whose WITH CHECK a call stands; see engine.h. */
ResultRelInfo *
target_of(const Statement *statement, const FmgrInfo *call, WCOKind kind)
{
	EState *estate = statement->query->estate;
	ResultRelInfo *found = find_in(estate->es_opened_result_relations, call, kind);

	return found ? found : find_in(estate->es_tuple_routing_result_relations, call, kind);
}

/* target_checks_updates: is there a WITH CHECK for new rows of updates of this table? */
bool
target_checks_updates(const Statement *statement, Oid relid)
{
	EState *estate = statement->query->estate;

	return checks_updates(estate->es_opened_result_relations, relid) ||
		checks_updates(estate->es_tuple_routing_result_relations, relid);
}

/* target_root: the table that the statement names, where the target may be its partition */
ResultRelInfo *
target_root(ResultRelInfo *target)
{
	return target->ri_RootResultRelInfo ? target->ri_RootResultRelInfo : target;
}

static bool
checks_updates(List *relations, Oid relid)
{
	ListCell *cell;
	ListCell *option;

	foreach(cell, relations)
	{
		ResultRelInfo *relation = lfirst(cell);

		if (RelationGetRelid(relation->ri_RelationDesc) != relid)
			continue;
		foreach(option, relation->ri_WithCheckOptions)
			if (lfirst_node(WithCheckOption, option)->kind == WCO_RLS_UPDATE_CHECK)
				return true;
	}
	return false;
}

static ResultRelInfo *
find_in(List *relations, const FmgrInfo *call, WCOKind kind)
{
	ListCell *cell;
	ListCell *option;
	ListCell *expression;

	foreach(cell, relations)
	{
		ResultRelInfo *relation = lfirst(cell);

		forboth(option, relation->ri_WithCheckOptions,
				expression, relation->ri_WithCheckOptionExprs)
			if (lfirst_node(WithCheckOption, option)->kind == kind &&
				contains_call(lfirst(expression), call))
				return relation;
	}
	return NULL;
}

/* Functions that are called on NULL have steps of these two kinds alone. */
static bool
contains_call(ExprState *expression, const FmgrInfo *call)
{
	int i;

	for (i = 0; expression && i < expression->steps_len; i++)
	{
		ExprEvalStep *step = &expression->steps[i];

		switch (ExecEvalStepOp(expression, step))
		{
			case EEOP_FUNCEXPR:
			case EEOP_FUNCEXPR_FUSAGE:
				if (step->d.func.finfo == call)
					return true;
				break;
			default:
				break;
		}
	}
	return false;
}

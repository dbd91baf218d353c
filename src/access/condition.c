/*
 * condition.c
 *		IF conditions of assignments, evaluated while roles are read.
 *
 * A condition is the code of whoever owns the assigned table, and runs as he: within a
 * security-restricted operation, under settings that neither the client nor the
 * condition can bend for the other, and outside the client's statement. One that only
 * PostgreSQL's own immutable functions take part in, and the time at which the transaction
 * or statement began, needs none of that: nothing in it can tell who runs it.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "access/engine.h"

struct Condition
{
	Statement *statement;
	const RoleSource *source;
	Datum *values; /* of its columns */
	bool *isnull;
	bool prepared;
	ExprState *state; /* NULL: no row gives a role */
	ExprContext *context;
	TupleTableSlot *slot; /* a row of the table, of which the condition's columns are set */
};

static void prepare(Condition *condition);
static bool is_as_loaded(const Condition *condition);
static bool as_owner(Condition *condition, bool (*action)(Condition *condition));
static bool compile(Condition *condition);
static bool evaluate(Condition *condition);
static bool is_not_plain(Node *node, void *context);
static bool calls_other(Oid function, void *context);
static bool is_plain_type(Oid type);

/* condition_create only notes what is to be evaluated; see engine.h. */
Condition *
condition_create(Statement *statement, const RoleSource *source)
{
	Condition *condition = MemoryContextAllocZero(statement->context, sizeof(Condition));

	condition->statement = statement;
	condition->source = source;
	condition->values = MemoryContextAllocZero(statement->context,
											   sizeof(Datum) * (source->nif_columns + 1));
	condition->isnull = MemoryContextAllocZero(statement->context,
											   sizeof(bool) * (source->nif_columns + 1));
	return condition;
}

/* condition_set sets the value of the n-th column. */
void
condition_set(Condition *condition, int n, Datum value, bool isnull)
{
	condition->values[n] = value;
	condition->isnull[n] = isnull;
}

/* condition_holds: is it true for the values of its columns? NULL is not true. */
bool
condition_holds(Condition *condition)
{
	const RoleSource *source = condition->source;
	TupleTableSlot *slot;
	int i;

	/* what it calls may ask for roles in its turn */
	check_stack_depth();
	if (!condition->prepared)
		prepare(condition);
	if (!condition->state)
		return false;
	slot = ExecClearTuple(condition->slot);
	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	for (i = 0; i < source->nif_columns; i++)
	{
		AttrNumber attnum = source->if_attnums[i];

		slot->tts_values[attnum - 1] = condition->values[i];
		slot->tts_isnull[attnum - 1] = condition->isnull[i];
	}
	ExecStoreVirtualTuple(slot);
	return source->if_is_plain ? evaluate(condition) : as_owner(condition, evaluate);
}

/* condition_is_plain: can nothing in it tell who runs it, and under which settings? */
bool
condition_is_plain(Node *expression)
{
	return !is_not_plain(expression, NULL);
}

/*
 * prepare sets the condition up. Where it is no longer as the rules have it, or one of its
 * functions has become VOLATILE, it is left without state.
 */
static void
prepare(Condition *condition)
{
	const RoleSource *source = condition->source;
	MemoryContext old = MemoryContextSwitchTo(condition->statement->context);

	condition->prepared = true;
	if (is_as_loaded(condition) && !contain_volatile_functions(source->if_condition))
	{
		Relation relation = table_open(source->relid, AccessShareLock);
		TupleDesc row = CreateTupleDescCopy(RelationGetDescr(relation));

		table_close(relation, NoLock);
		condition->slot = MakeSingleTupleTableSlot(row, &TTSOpsVirtual);
		condition->context = CreateStandaloneExprContext();
		condition->context->ecxt_scantuple = condition->slot;
		as_owner(condition, compile);
	}
	MemoryContextSwitchTo(old);
}

/*
 * is_as_loaded: is the condition still the one that the rules were loaded with? The table is
 * locked by now, so that nobody else can change it, nor what it names, until the end
 * of the transaction.
 */
static bool
is_as_loaded(const Condition *condition)
{
	const RoleSource *source = condition->source;

	return rules_are_current(condition->statement->rules) ||
		(source_table_owner(source->relid) == source->owner &&
		 equal(condition_stored(source->relid, source->if_policy), source->if_condition));
}

/*
 * as_owner does something as the owner of the table, and restores user, settings and
 * statement. After an error the transaction restores user and settings.
 */
static bool
as_owner(Condition *condition, bool (*action)(Condition *condition))
{
	MemoryContext old = MemoryContextSwitchTo(condition->context->ecxt_per_tuple_memory);
	volatile bool answer = false;
	Statement *running;
	Oid user;
	int sec_context;
	int guc_level;

	GetUserIdAndSecContext(&user, &sec_context);
	SetUserIdAndSecContext(condition->source->owner,
						   sec_context | SECURITY_LOCAL_USERID_CHANGE |
							   SECURITY_RESTRICTED_OPERATION);
	guc_level = NewGUCNestLevel();
	plain_settings();
	PushActiveSnapshot(condition->statement->snapshot);
	running = statement_pause();
	PG_TRY();
	{
		answer = action(condition);
	}
	PG_FINALLY();
	{
		statement_resume(running);
	}
	PG_END_TRY();
	PopActiveSnapshot();
	/* whatever it has set goes as well */
	AtEOXact_GUC(false, guc_level);
	SetUserIdAndSecContext(user, sec_context);
	MemoryContextSwitchTo(old);
	ResetExprContext(condition->context);
	return answer;
}

/* compile folds constants, which runs code, and asks who may call the functions. */
static bool
compile(Condition *condition)
{
	MemoryContext old = MemoryContextSwitchTo(condition->statement->context);
	Expr *expression = copyObject((Expr *) condition->source->if_condition);

	condition->state = ExecInitExpr(expression_planner(expression), NULL);
	MemoryContextSwitchTo(old);
	return true;
}

static bool
evaluate(Condition *condition)
{
	bool is_null;
	Datum value = ExecEvalExprSwitchContext(condition->state, condition->context, &is_null);

	ResetExprContext(condition->context);
	return !is_null && DatumGetBool(value);
}

/* is_not_plain looks for anything but a list of harmless kinds of expression. */
static bool
is_not_plain(Node *node, void *context)
{
	if (!node)
		return false;
	switch (nodeTag(node))
	{
		case T_List:
		case T_CaseWhen:
			break;
		case T_Var:
		case T_Const:
		case T_FuncExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_RelabelType:
		case T_CaseExpr:
		case T_CaseTestExpr:
		case T_CoalesceExpr:
		case T_ArrayExpr:
			if (!is_plain_type(exprType(node)))
				return true;
			break;
		default:
			return true;
	}
	if (check_functions_in_node(node, calls_other, NULL))
		return true;
	return expression_tree_walker(node, is_not_plain, context);
}

/* calls_other: any function but PostgreSQL's own immutable ones, and when it is */
static bool
calls_other(Oid function, void *context)
{
	if (function == F_NOW || function == F_TRANSACTION_TIMESTAMP ||
		function == F_STATEMENT_TIMESTAMP)
		return false;
	return function >= FirstUnpinnedObjectId || func_volatile(function) != PROVOLATILE_IMMUTABLE;
}

/* is_plain_type: one of PostgreSQL's own, with functions of its own, or an enum */
static bool
is_plain_type(Oid type)
{
	char typtype = get_typtype(type);

	return typtype == TYPTYPE_ENUM ||
		(typtype == TYPTYPE_BASE && type < FirstUnpinnedObjectId);
}

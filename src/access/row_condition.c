/*
 * row_condition.c
 *		The condition of a grant, evaluated for one row outside any policy.
 *
 * It is the code of the table's owner. Where row-level security binds the caller, it
 * runs as he, under his settings, as it does in the policies when he reads the row. Where it does
 * not, the policies would not run it either: then it runs as the owner himself, within
 * a security-restricted operation, so that nobody who has more rights than he lends
 * them to him by asking.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/guc.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "access/verdict.h"

/* Who somebody else is for a while, and what to restore */
typedef struct AsOwner
{
	Oid user;
	int sec_context;
	int guc_level;
} AsOwner;

static Node *analyse(const Asked *asked, const Grant *grant);
static Node *try_analyse(const Asked *asked, const Grant *grant);
static void become_owner(Oid relid, AsOwner *saved);
static void be_again(const AsOwner *saved);
static bool holds(const Asked *asked, Node *condition);
static bool evaluate(const Asked *asked, Node *condition);

/* row_condition_verdict: is the grant's condition true for the row? NULL is not true. */
Verdict
row_condition_verdict(Asked *asked, const Grant *grant)
{
	Node *condition = try_analyse(asked, grant);

	check_stack_depth();
	if (!condition)
		return VERDICT_UNUSABLE;
	return holds(asked, condition) ? VERDICT_YES : VERDICT_CONDITION;
}

/* try_analyse returns the condition's expression, NULL if what it names is gone. */
static Node *
try_analyse(const Asked *asked, const Grant *grant)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Node *volatile condition = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		condition = analyse(asked, grant);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		condition = NULL;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return condition;
}

/*
 * analyse runs as the owner, who could state the condition: names in it are looked up, which
 * the caller need not be able to.
 */
static Node *
analyse(const Asked *asked, const Grant *grant)
{
	ConditionUse use = grant->privilege == ACL_DELETE ? CONDITION_OLD_ROW : CONDITION_ROW;
	Node *condition;
	AsOwner saved;

	become_owner(asked->relid, &saved);
	condition = condition_expression(asked->relid, grant->condition, use);
	be_again(&saved);
	return condition;
}

/* An error restores user and settings with the transaction. */
static void
become_owner(Oid relid, AsOwner *saved)
{
	GetUserIdAndSecContext(&saved->user, &saved->sec_context);
	SetUserIdAndSecContext(catalog_owner(relid),
						   saved->sec_context | SECURITY_LOCAL_USERID_CHANGE |
							   SECURITY_RESTRICTED_OPERATION);
	saved->guc_level = NewGUCNestLevel();
	plain_settings();
}

static void
be_again(const AsOwner *saved)
{
	AtEOXact_GUC(false, saved->guc_level);
	SetUserIdAndSecContext(saved->user, saved->sec_context);
}

/* holds evaluates the condition as whom it shall, outside the caller's statement. */
static bool
holds(const Asked *asked, Node *condition)
{
	Statement *running = statement_pause();
	volatile bool answer = false;

	PushActiveSnapshot(asked->statement->snapshot);
	PG_TRY();
	{
		AsOwner saved;

		if (!asked->bound)
			become_owner(asked->relid, &saved);
		answer = evaluate(asked, condition);
		if (!asked->bound)
			be_again(&saved);
	}
	PG_FINALLY();
	{
		statement_resume(running);
	}
	PG_END_TRY();
	PopActiveSnapshot();
	return answer;
}

static bool
evaluate(const Asked *asked, Node *condition)
{
	Expr *expression = expression_planner((Expr *) condition);
	ExprContext *context = CreateStandaloneExprContext();
	ExprState *state = ExecInitExpr(expression, NULL);
	bool is_null;
	Datum value;

	context->ecxt_scantuple = asked->row;
	value = ExecEvalExprSwitchContext(state, context, &is_null);
	FreeExprContext(context, true);
	return !is_null && DatumGetBool(value);
}

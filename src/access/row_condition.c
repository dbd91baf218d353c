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

#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "access/verdict.h"
#include "catalog/attempt.h"

/* A condition, to be analysed */
typedef struct Analysis
{
	const Grant *grant;
	Node *condition;
} Analysis;

/* Who somebody else is for a while, and what to restore */
typedef struct AsOwner
{
	Oid user;
	int sec_context;
	int guc_level;
} AsOwner;

static void analyse(void *context);
static void become_owner(Oid relid, AsOwner *saved);
static void be_again(const AsOwner *saved);
static bool holds(const Asked *asked, Node *condition);
static bool evaluate(const Asked *asked, Node *condition);

/* row_condition_verdict: is the grant's condition true for the row? NULL is not true. */
Verdict
row_condition_verdict(Asked *asked, const Grant *grant)
{
	Analysis analysis = {grant, NULL};

	check_stack_depth();
	if (attempt(analyse, &analysis))
		return VERDICT_UNUSABLE;
	return holds(asked, analysis.condition) ? VERDICT_YES : VERDICT_CONDITION;
}

/*
 * analyse runs as the owner, who could state the condition: names in it are looked up, which
 * the caller need not be able to.
 */
static void
analyse(void *context)
{
	Analysis *analysis = context;
	const Grant *grant = analysis->grant;
	ConditionUse use = grant->privilege == ACL_DELETE ? CONDITION_OLD_ROW : CONDITION_ROW;
	AsOwner saved;

	become_owner(grant->relid, &saved);
	analysis->condition = condition_expression(grant->relid, grant->condition, use);
	be_again(&saved);
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

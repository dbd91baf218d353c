/*
 * support.c
 *		What the planner is told about electric.allows.
 *
 * Its selectivity, and an index condition on the key: fk = ANY(scope_keys(..)). The
 * condition is offered only where every role that is granted is scoped, because a
 * plan must be right for whoever runs it, and who holds a role without scope
 * needs no row of the set. scope_keys is VOLATILE so that it is not evaluated while
 * planning; it remembers its array for the statement.
 *
 * Of electric.allows_service, which is planned for services alone, that it is true.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "access/access.h"
#include "access/engine.h"

/* Of all rows of a table, those that one user may see */
#define ALLOWS_SELECTIVITY 0.1


PG_FUNCTION_INFO_V1(electric_allows_support);

static List *index_condition(SupportRequestIndexCondition *request);
static RuleArm *usable_arm(RuleSet *rules, FuncExpr *call, int column);
static bool comes_first(SupportRequestIndexCondition *request, RuleSet *rules);
static Expr *make_condition(SupportRequestIndexCondition *request, FuncExpr *call,
							RuleArm *arm, int column);
static Oid index_operator(SupportRequestIndexCondition *request, RuleArm *arm, int column);
static FuncExpr *make_scope_keys(FuncExpr *call, int column, Oid element_type, Oid array_type);
static bool joins_another(SupportRequestIndexCondition *request, Node *column);
static bool constant_argument(FuncExpr *call, int n, Datum *value);

/* electric.allows_support(internal) returns internal */
Datum
electric_allows_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	Node *answer = NULL;

	if (IsA(request, SupportRequestSelectivity))
	{
		SupportRequestSelectivity *selectivity = (SupportRequestSelectivity *) request;

		/* electric.allows_service has one argument */
		selectivity->selectivity = list_length(selectivity->args) == 1 ? 1.0 : ALLOWS_SELECTIVITY;
		answer = request;
	}
	else if (IsA(request, SupportRequestIndexCondition))
		answer = (Node *) index_condition((SupportRequestIndexCondition *) request);
	PG_RETURN_POINTER(answer);
}

/* index_condition returns the derived condition as a list, NIL where there is none. */
static List *
index_condition(SupportRequestIndexCondition *request)
{
	FuncExpr *call = (FuncExpr *) request->node;
	int column = request->indexarg - FIRST_KEY;
	RuleSet *rules;
	Expr *volatile condition = NULL;

	if (!IsA(call, FuncExpr) || request->index->relam != BTREE_AM_OID)
		return NIL;
	/* the newest rules, not those of a statement that this one is planned in */
	rules = rules_acquire();
	PG_TRY();
	{
		RuleArm *arm = usable_arm(rules, call, column);

		if (arm && comes_first(request, rules))
			condition = make_condition(request, call, arm, column);
	}
	PG_FINALLY();
	{
		rules_release(rules);
	}
	PG_END_TRY();
	if (!condition)
		return NIL;
	/* only the first key column, and probed again by allows() itself */
	request->lossy = true;
	return list_make1(condition);
}

/*
 * usable_arm returns the arm that a call names, if a condition on its key column may
 * stand for the call: every role is scoped, and the call passes what the arm means.
 */
static RuleArm *
usable_arm(RuleSet *rules, FuncExpr *call, int column)
{
	Datum privilege;
	Datum relid;
	Datum path;
	RuleTable *table;
	RuleArm *arm;

	if (call->funcvariadic || !constant_argument(call, 0, &privilege) ||
		!constant_argument(call, 1, &relid) || !constant_argument(call, 2, &path))
		return NULL;
	table = rules_table(rules, DatumGetObjectId(relid), TextDatumGetCString(privilege));
	arm = rules_arm(table, TextDatumGetCString(path));
	if (!arm || column < 0 || column >= arm->nkeys || !rules_need_row(table) ||
		!call_site_matches(arm, call))
		return NULL;
	return arm;
}

/*
 * comes_first: a write is bound by calls for its own privilege and for SELECT. A btree
 * would search each value of one array with each of the other, so only the first of
 * the calls on a column that all hold gives its condition.
 */
static bool
comes_first(SupportRequestIndexCondition *request, RuleSet *rules)
{
	FuncExpr *call = (FuncExpr *) request->node;
	Node *operand = list_nth(call->args, request->indexarg);
	ListCell *cell;

	foreach(cell, request->index->rel->baserestrictinfo)
	{
		FuncExpr *other = (FuncExpr *) ((RestrictInfo *) lfirst(cell))->clause;
		int column;

		if (other == call)
			return true;
		if (!IsA(other, FuncExpr) || other->funcid != call->funcid)
			continue;
		for (column = 0; column < list_length(other->args) - FIRST_KEY; column++)
			if (equal(list_nth(other->args, FIRST_KEY + column), operand) &&
				usable_arm(rules, other, column))
				return false;
	}
	return true;
}

/* column = ANY(electric.scope_keys(..)), or NULL where the index knows no such operator */
static Expr *
make_condition(SupportRequestIndexCondition *request, FuncExpr *call, RuleArm *arm, int column)
{
	Node *operand = list_nth(call->args, request->indexarg);
	Oid element_type = scope_element_type(arm, column);
	Oid array_type = get_array_type(element_type);
	Oid opno = index_operator(request, arm, column);
	Oid column_collation = exprCollation(operand);
	ScalarArrayOpExpr *condition;

	if (!OidIsValid(opno) || !OidIsValid(array_type) || joins_another(request, operand))
		return NULL;
	if (OidIsValid(request->indexcollation) && request->indexcollation != column_collation)
		return NULL;
	condition = makeNode(ScalarArrayOpExpr);
	condition->opno = opno;
	condition->opfuncid = get_opcode(opno);
	condition->useOr = true;
	condition->inputcollid = request->indexcollation;
	condition->args = list_make2(copyObject(operand),
								 make_scope_keys(call, column, element_type, array_type));
	condition->location = -1;
	return (Expr *) condition;
}

/* The operator "column = key value", which must be the index's own equality */
static Oid
index_operator(SupportRequestIndexCondition *request, RuleArm *arm, int column)
{
	const KeyPath *path = arm->path;
	Oid opno;

	if (path->nsteps == 0)
		opno = attribute_operator(path->scope_relid, path->scope_attnums[column]);
	else if (path->steps[0].forward)
		opno = get_commutator(path->steps[0].operators[column]);
	else
		opno = path->steps[0].operators[column];
	if (!OidIsValid(opno) ||
		get_op_opfamily_strategy(opno, request->opfamily) != BTEqualStrategyNumber)
		return InvalidOid;
	return opno;
}

/* electric.scope_keys(privilege, tbl, path, column, NULL::element_type) */
static FuncExpr *
make_scope_keys(FuncExpr *call, int column, Oid element_type, Oid array_type)
{
	Oid argument_types[5] = {TEXTOID, REGCLASSOID, TEXTOID, INT4OID, ANYELEMENTOID};
	List *name = list_make2(makeString("electric"), makeString("scope_keys"));
	Oid function = LookupFuncName(name, 5, argument_types, false);
	List *arguments = list_copy_head(call->args, 3);
	Oid collation = get_typcollation(element_type);

	arguments = lappend(copyObject(arguments),
						makeConst(INT4OID, -1, InvalidOid, sizeof(int32),
								  Int32GetDatum(column), false, true));
	arguments = lappend(arguments, makeNullConst(element_type, -1, collation));
	return makeFuncExpr(function, array_type, arguments, collation, InvalidOid,
						COERCE_EXPLICIT_CALL);
}

/*
 * Is the column joined with another relation's? Then the array would be searched
 * again for each row of the other, beside a join condition that finds them alone.
 */
static bool
joins_another(SupportRequestIndexCondition *request, Node *column)
{
	ListCell *cell;

	foreach(cell, request->root->eq_classes)
	{
		EquivalenceClass *class = lfirst(cell);
		ListCell *member;

		if (class->ec_merged || bms_membership(class->ec_relids) != BMS_MULTIPLE)
			continue;
		foreach(member, class->ec_members)
			if (equal(((EquivalenceMember *) lfirst(member))->em_expr, column))
				return true;
	}
	return false;
}

static bool
constant_argument(FuncExpr *call, int n, Datum *value)
{
	Const *argument = list_length(call->args) > n ? list_nth(call->args, n) : NULL;

	if (!argument || !IsA(argument, Const) || argument->constisnull)
		return false;
	*value = argument->constvalue;
	return true;
}

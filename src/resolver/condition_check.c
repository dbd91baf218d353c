/*
 * condition_check.c
 *		What a condition may not contain.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "resolver/condition.h"
#include "resolver/resolver.h"

static bool refuse_unusable(Node *node, void *context);
static List *unnamed_operators(Node *node);
static bool is_foreign_operator(Oid opno);
static bool is_temporary(Oid function, void *context);
static bool is_volatile(Oid function, void *context);

/* condition_refuse_unusable raises at what nothing can judge, or would judge otherwise. */
void
condition_refuse_unusable(ParseState *pstate, Node *condition)
{
	(void) refuse_unusable(condition, pstate);
}

void
condition_refuse_subselect(ParseState *pstate, Node *sublink)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("a condition cannot contain a sub-select"),
			 errhint("Follow foreign keys with USING, or call a STABLE function."),
			 parser_errposition(pstate, exprLocation(sublink))));
}

void
condition_refuse_checked_constant(ParseState *pstate, Oid type, int location)
{
	if (type_reads_by_checks(type))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a condition cannot contain a constant of type %s", format_type_be(type)),
				 errdetail("To read it is to call the checks of domains, and who changes the schema reads it."),
				 errhint("Write it in built-in types and cast it, as in '{1}'::int[]::domain[] or ROW(1)::type."),
				 parser_errposition(pstate, location)));
}

/* refuse_unusable raises for what a condition may not contain. context: ParseState */
static bool
refuse_unusable(Node *node, void *context)
{
	ParseState *pstate = context;
	ListCell *cell;

	if (!node)
		return false;
	if (IsA(node, SubLink))
		condition_refuse_subselect(pstate, node);
	if (IsA(node, Var) && ((Var *) node)->varattno <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a condition cannot use whole rows or system columns"),
				 errhint("Name the columns that it needs."),
				 parser_errposition(pstate, exprLocation(node))));
	if (IsA(node, Const) && !((Const *) node)->constisnull)
		condition_refuse_checked_constant(pstate, ((Const *) node)->consttype, exprLocation(node));
	foreach(cell, unnamed_operators(node))
	{
		if (is_foreign_operator(lfirst_oid(cell)))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("a condition cannot use operator %s without its name",
							format_operator(lfirst_oid(cell))),
					 errdetail("IS DISTINCT FROM, NULLIF, CASE value WHEN and comparisons of rows can only mean operators of schema pg_catalog."),
					 errhint("Write the comparisons with operators, as in CASE WHEN a = b, or cast to a built-in type."),
					 parser_errposition(pstate, exprLocation(node))));
	}
	if (check_functions_in_node(node, is_volatile, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg("functions in a condition must not be VOLATILE"),
				 errdetail("How often they are called is not defined."),
				 parser_errposition(pstate, exprLocation(node))));
	if (check_functions_in_node(node, is_temporary, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a condition cannot use temporary functions"),
				 errdetail("Each session has its own."),
				 parser_errposition(pstate, exprLocation(node))));
	condition_refuse_unsure_call(pstate, node);
	return expression_tree_walker(node, refuse_unusable, context);
}

/*
 * unnamed_operators returns those that a node uses and its text does not name, or names
 * one for all. Read again, they would be looked for in pg_catalog alone.
 */
static List *
unnamed_operators(Node *node)
{
	List *operators = NIL;
	ListCell *cell;

	if (IsA(node, DistinctExpr) || IsA(node, NullIfExpr))
		return list_make1_oid(((OpExpr *) node)->opno);
	if (IsA(node, RowCompareExpr))
		return ((RowCompareExpr *) node)->opnos;
	if (!IsA(node, CaseExpr) || !((CaseExpr *) node)->arg)
		return NIL;
	foreach(cell, ((CaseExpr *) node)->args)
	{
		Node *comparison = (Node *) ((CaseWhen *) lfirst(cell))->expr;

		if (IsA(comparison, OpExpr))
			operators = lappend_oid(operators, ((OpExpr *) comparison)->opno);
	}
	return operators;
}

/* is_foreign_operator: is it of another schema than pg_catalog? */
static bool
is_foreign_operator(Oid opno)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(opno));
	bool foreign;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", opno);
	foreign = ((Form_pg_operator) GETSTRUCT(tuple))->oprnamespace != PG_CATALOG_NAMESPACE;
	ReleaseSysCache(tuple);
	return foreign;
}

static bool
is_temporary(Oid function, void *context)
{
	return isAnyTempNamespace(get_func_namespace(function));
}

static bool
is_volatile(Oid function, void *context)
{
	return func_volatile(function) == PROVOLATILE_VOLATILE;
}

/*
 * condition.c
 *		Conditions of grants: analysed where they are stated, printed where they are used.
 *
 * A condition names columns of the row as bare, this. or row. columns, of its new and
 * old version as new. and old., and who is asking as auth.user_id, auth.claims and
 * auth.data.x.y. It is kept as text in which every name is qualified, so that it means
 * the same under any search_path, and becomes the SQL of a policy when it is compiled.
 *
 * auth.user_id has no type of its own: it takes the one that its context asks for.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_func.h"
#include "parser/parse_oper.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "resolver/resolver.h"

/* Range table numbers of the names for the row; this and row are one */
enum
{
	ROW_THIS = 1,
	ROW_ROW,
	ROW_NEW,
	ROW_OLD
};

static Node *analyse(const char *sql, Oid relid);
static Node *parse_single(const char *sql);
static void add_row_names(ParseState *pstate, Relation rel);
static char *placed_sql(const char *source, const char *text, int location);
static Node *resolve_auth(ParseState *pstate, ColumnRef *ref);
static Node *auth_data(ParseState *pstate, ColumnRef *ref);
static char *field_name(ColumnRef *ref, int n);
static Node *auth_function(const char *name, Oid argument_type, Oid result_type);
static Node *coerce_user_id(ParseState *pstate, Param *param, Oid type, int32 typmod, int location);
static Node *settle_user_id(Node *node, void *context);
static bool refuse_unusable(Node *node, void *context);
static List *unnamed_operators(Node *node);
static bool is_foreign_operator(Oid opno);
static bool is_temporary(Oid function, void *context);
static bool is_volatile(Oid function, void *context);
static Node *number_by_level(Node *node, void *context);
static Node *use_row(Node *node, void *context);

/* condition_resolve returns the condition's text with every name qualified; see resolver.h. */
char *
condition_resolve(const char *source, Oid relid, const char *text, int location)
{
	Node *condition = analyse(placed_sql(source, text, location), relid);
	List *names;
	char *result;
	int guc_level;

	/* one namespace a level: this.c is level 0, new.c level 1, old.c level 2 */
	names = list_concat(deparse_context_for("this", relid),
						list_concat(deparse_context_for("new", relid),
									deparse_context_for("old", relid)));
	guc_level = NewGUCNestLevel();
	plain_settings();
	result = deparse_expression(number_by_level(condition, NULL), names, true, false);
	AtEOXact_GUC(true, guc_level);
	return result;
}

/* condition_sql returns a resolved condition as the SQL of a policy; see resolver.h. */
char *
condition_sql(Oid relid, const char *condition, ConditionUse use)
{
	int guc_level = NewGUCNestLevel();
	Node *expression;
	char *result;

	plain_settings();
	expression = analyse(psprintf("SELECT (%s\n)", condition), relid);
	result = deparse_expression(use_row(expression, &use),
								deparse_context_for(get_rel_name(relid), relid), false, false);
	AtEOXact_GUC(true, guc_level);
	return result;
}

/*
 * placed_sql returns the condition as a SELECT in which it stands at the same character as
 * in the user's text, so that errors point at the right place by themselves.
 */
static char *
placed_sql(const char *source, const char *text, int location)
{
	int before = pg_mbstrlen_with_len(source, location) - (int) strlen("SELECT(");

	return psprintf("SELECT%*s(%s\n)", Max(before, 0), "", text);
}

/* analyse returns the boolean expression that "SELECT (condition)" holds. */
static Node *
analyse(const char *sql, Oid relid)
{
	Relation rel = table_open(relid, AccessShareLock);
	ParseState *pstate = make_parsestate(NULL);
	Node *expression;

	pstate->p_sourcetext = sql;
	pstate->p_pre_columnref_hook = resolve_auth;
	pstate->p_coerce_param_hook = coerce_user_id;
	add_row_names(pstate, rel);
	expression = transformExpr(pstate, parse_single(sql), EXPR_KIND_POLICY);
	expression = coerce_to_boolean(pstate, expression, "CHECK");
	expression = settle_user_id(expression, NULL);
	assign_expr_collations(pstate, expression);
	(void) refuse_unusable(expression, pstate);
	free_parsestate(pstate);
	table_close(rel, NoLock);
	return expression;
}

/* parse_single returns the one expression of SELECT (expression). */
static Node *
parse_single(const char *sql)
{
	List *statements = raw_parser(sql, RAW_PARSE_DEFAULT);
	SelectStmt *select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;

	if (list_length(statements) != 1 || !IsA(select, SelectStmt) ||
		list_length(select->targetList) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a condition is one expression")));
	return linitial_node(ResTarget, select->targetList)->val;
}

/* this: bare columns too; row, new, old: with the prefix alone */
static void
add_row_names(ParseState *pstate, Relation rel)
{
	static const char *const names[] = {"this", "row", "new", "old"};
	int i;

	for (i = 0; i < lengthof(names); i++)
	{
		ParseNamespaceItem *item = addRangeTableEntryForRelation(pstate, rel, AccessShareLock,
																 makeAlias(names[i], NIL),
																 false, false);

		addNSItemToQuery(pstate, item, false, true, i == 0);
	}
}

/* resolve_auth is asked first about each column reference: is it of auth? */
static Node *
resolve_auth(ParseState *pstate, ColumnRef *ref)
{
	char *first = field_name(ref, 0);
	char *second = field_name(ref, 1);

	if (!first || strcmp(first, "auth") != 0 || list_length(ref->fields) < 2)
		return NULL;
	if (second && strcmp(second, "user_id") == 0 && list_length(ref->fields) == 2)
	{
		Param *param = makeNode(Param);

		/* takes its type in coerce_user_id */
		param->paramkind = PARAM_EXTERN;
		param->paramid = 1;
		param->paramtype = UNKNOWNOID;
		param->paramtypmod = -1;
		param->location = ref->location;
		return (Node *) param;
	}
	if (second && strcmp(second, "claims") == 0 && list_length(ref->fields) == 2)
		return auth_function("auth_claims", InvalidOid, JSONBOID);
	if (second && strcmp(second, "data") == 0 && list_length(ref->fields) > 2)
		return auth_data(pstate, ref);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("\"%s\" is not known", NameListToString(ref->fields)),
			 second && strcmp(second, "claims") == 0 && field_name(ref, 2) ?
				 errhint("Write auth.claims->>%s.", quote_literal_cstr(field_name(ref, 2))) :
				 errhint("There are auth.user_id, auth.claims and auth.data.name."),
			 parser_errposition(pstate, ref->location)));
	return NULL; /* not reached */
}

/* auth.data.x.y: auth.claims #>> '{data,x,y}' */
static Node *
auth_data(ParseState *pstate, ColumnRef *ref)
{
	Datum *names = palloc(sizeof(Datum) * list_length(ref->fields));
	int count = 0;
	int i;
	ArrayType *path;
	List *arguments;

	for (i = 1; i < list_length(ref->fields); i++)
	{
		if (!field_name(ref, i))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("auth.data names a value, not all of them"),
					 parser_errposition(pstate, ref->location)));
		names[count++] = CStringGetTextDatum(field_name(ref, i));
	}
	path = construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT);
	arguments = list_make2(auth_function("auth_claims", InvalidOid, JSONBOID),
						   makeConst(TEXTARRAYOID, -1, DEFAULT_COLLATION_OID, -1,
									 PointerGetDatum(path), false, false));
	return (Node *) make_op(pstate, list_make2(makeString("pg_catalog"), makeString("#>>")),
							linitial(arguments), lsecond(arguments), NULL, ref->location);
}

/* field_name returns the n-th name of a reference, NULL if there is none or it is '*'. */
static char *
field_name(ColumnRef *ref, int n)
{
	Node *field = n < list_length(ref->fields) ? list_nth(ref->fields, n) : NULL;

	return field && IsA(field, String) ? strVal(field) : NULL;
}

/* electric.name(), or electric.name(NULL::argument_type) */
static Node *
auth_function(const char *name, Oid argument_type, Oid result_type)
{
	Oid anyelement = ANYELEMENTOID;
	int nargs = OidIsValid(argument_type) ? 1 : 0;
	Oid function = LookupFuncName(list_make2(makeString("electric"), makeString(pstrdup(name))),
								  nargs, &anyelement, false);
	List *arguments = NIL;
	Oid collation = get_typcollation(result_type);

	if (nargs > 0)
		arguments = list_make1(makeNullConst(argument_type, -1, collation));
	return (Node *) makeFuncExpr(function, result_type, arguments, collation, InvalidOid,
								 COERCE_EXPLICIT_CALL);
}

/* coerce_user_id is asked what auth.user_id is where a type is wanted. */
static Node *
coerce_user_id(ParseState *pstate, Param *param, Oid type, int32 typmod, int location)
{
	if (param->paramtype != UNKNOWNOID)
		return NULL;
	if (!is_user_column_type(type) || getBaseType(type) != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("auth.user_id cannot be read as type %s", format_type_be(type)),
				 errhint("Write auth.user_id::text and convert that."),
				 parser_errposition(pstate, param->location)));
	return auth_function("auth_user_id", type, type);
}

/* settle_user_id makes auth.user_id text where nothing asked for a type: IS NULL. */
static Node *
settle_user_id(Node *node, void *context)
{
	if (node && IsA(node, Param))
		return auth_function("auth_user_id", TEXTOID, TEXTOID);
	return expression_tree_mutator(node, settle_user_id, context);
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
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a condition cannot contain a sub-select"),
				 errhint("Follow foreign keys with USING, or call a STABLE function."),
				 parser_errposition(pstate, exprLocation(node))));
	if (IsA(node, Var) && ((Var *) node)->varattno <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a condition cannot use whole rows or system columns"),
				 errhint("Name the columns that it needs."),
				 parser_errposition(pstate, exprLocation(node))));
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

/* number_by_level turns the names of the row into levels, for printing each by its name. */
static Node *
number_by_level(Node *node, void *context)
{
	if (node && IsA(node, Var))
	{
		Var *column = copyObject((Var *) node);

		column->varlevelsup = column->varno == ROW_NEW ? 1 : column->varno == ROW_OLD ? 2 :
																						0;
		column->varno = column->varnosyn = ROW_THIS;
		return (Node *) column;
	}
	return expression_tree_mutator(node, number_by_level, context);
}

/* use_row makes every name the policy's row, or NULL where there is no such version. */
static Node *
use_row(Node *node, void *context)
{
	ConditionUse use = *(ConditionUse *) context;

	if (node && IsA(node, Var))
	{
		Var *column = copyObject((Var *) node);

		if ((use == CONDITION_NEW_ROW && column->varno == ROW_OLD) ||
			(use == CONDITION_OLD_ROW && column->varno == ROW_NEW))
			return (Node *) makeNullConst(column->vartype, column->vartypmod, column->varcollid);
		column->varno = column->varnosyn = ROW_THIS;
		return (Node *) column;
	}
	return expression_tree_mutator(node, use_row, context);
}

/*
 * condition_auth.c
 *		auth.user_id, auth.claims and auth.data.x.y in conditions.
 *
 * auth.user_id is a parameter without a type until its context asks for one.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_func.h"
#include "parser/parse_oper.h"
#include "parser/parse_relation.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "resolver/condition.h"
#include "resolver/resolver.h"

#define USER_ID_PARAM 1 /* others are strings, see condition_string.c */

static Node *resolve_auth(ParseState *pstate, ColumnRef *ref);
static Node *enum_of_domain(ParseState *pstate, ColumnRef *ref);
static Node *auth_data(ParseState *pstate, ColumnRef *ref);
static char *field_name(ColumnRef *ref, int n);
static Node *auth_function(const char *name, Oid argument_type, Oid result_type);
static Node *coerce_user_id(ParseState *pstate, Param *param, Oid type, int32 typmod, int location);
static Node *settle_user_id(Node *node, void *context);

/* condition_know_auth lets pstate know the names of auth. */
void
condition_know_auth(ParseState *pstate)
{
	pstate->p_pre_columnref_hook = resolve_auth;
	pstate->p_coerce_param_hook = coerce_user_id;
}

/* condition_settle_auth makes auth.user_id text where nothing asked for a type. */
Node *
condition_settle_auth(Node *condition)
{
	return settle_user_id(condition, NULL);
}

/* resolve_auth is asked first about each column reference: is it of auth? */
static Node *
resolve_auth(ParseState *pstate, ColumnRef *ref)
{
	char *first = field_name(ref, 0);
	char *second = field_name(ref, 1);

	if (!first || strcmp(first, "auth") != 0 || list_length(ref->fields) < 2)
		return enum_of_domain(pstate, ref);
	if (second && strcmp(second, "user_id") == 0 && list_length(ref->fields) == 2)
	{
		Param *param = makeNode(Param);

		/* takes its type in coerce_user_id */
		param->paramkind = PARAM_EXTERN;
		param->paramid = USER_ID_PARAM;
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

/*
 * enum_of_domain returns a column whose type is a domain over an enum as that enum, NULL for
 * all others: operators of enums take no domains, so that the context would ask
 * auth.user_id for no type.
 */
static Node *
enum_of_domain(ParseState *pstate, ColumnRef *ref)
{
	char *first = field_name(ref, 0);
	char *second = field_name(ref, 1);
	Node *column = NULL;
	Oid type;

	if (first && list_length(ref->fields) == 1)
		column = colNameToVar(pstate, first, false, ref->location);
	else if (first && second && list_length(ref->fields) == 2)
	{
		ParseNamespaceItem *item = refnameNamespaceItem(pstate, NULL, first, ref->location, NULL);

		column = item ? scanNSItemForColumn(pstate, item, 0, second, ref->location) : NULL;
	}
	if (!column || get_typtype(exprType(column)) != TYPTYPE_DOMAIN)
		return NULL;
	type = getBaseType(exprType(column));
	if (get_typtype(type) != TYPTYPE_ENUM)
		return NULL;
	return coerce_to_target_type(pstate, column, exprType(column), type, -1, COERCION_EXPLICIT,
								 COERCE_EXPLICIT_CAST, ref->location);
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

/* coerce_user_id is asked what auth.user_id is, or a string, where a type is wanted. */
static Node *
coerce_user_id(ParseState *pstate, Param *param, Oid type, int32 typmod, int location)
{
	if (param->paramid != USER_ID_PARAM)
		return condition_coerce_string(pstate, param, type, typmod, location);
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

/*
 * condition_string.c
 *		String constants in conditions: what type they take is asked before they are read.
 *
 * PostgreSQL reads a string as soon as it knows the type that its context asks for. To read
 * one that holds values of domains is to call their checks, which are code of others, while
 * somebody only looks at the condition. So until then each is a parameter without a type, as
 * auth.user_id is.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_coerce.h"
#include "utils/lsyscache.h"

#include "resolver/condition.h"

/* The strings of one condition, by the number of their parameter */
typedef struct Strings
{
	ParseState *pstate;
	List *texts; /* char * */
} Strings;

#define FIRST_STRING 2 /* 1 is auth.user_id */

static bool hide_strings(Node *node, void *context);
static Node *string_param(ParseState *pstate, ParamRef *ref);
static Node *settle_string(Node *node, void *context);
static Const *unknown_const(const Strings *strings, const Param *param);

/* condition_hide_strings: see condition.h. */
void
condition_hide_strings(ParseState *pstate, Node *raw)
{
	Strings *strings = palloc0(sizeof(Strings));

	strings->pstate = pstate;
	pstate->p_ref_hook_state = strings;
	pstate->p_paramref_hook = string_param;
	pstate->p_coerce_param_hook = condition_coerce_string;
	(void) hide_strings(raw, strings);
}

/* condition_coerce_string is asked what a string is where a type is wanted; NULL: no string. */
Node *
condition_coerce_string(ParseState *pstate, Param *param, Oid type, int32 typmod, int location)
{
	if (param->paramid < FIRST_STRING || param->paramtype != UNKNOWNOID)
		return NULL;
	condition_refuse_checked_constant(pstate, getBaseType(type), param->location);
	return coerce_type(pstate, (Node *) unknown_const(pstate->p_ref_hook_state, param), UNKNOWNOID,
					   type, typmod, COERCION_EXPLICIT, COERCE_EXPLICIT_CAST, location);
}

/* condition_settle_strings returns the condition with strings where nothing asked for a type. */
Node *
condition_settle_strings(ParseState *pstate, Node *condition)
{
	return settle_string(condition, pstate->p_ref_hook_state);
}

/* hide_strings makes parameters of the strings, in their places. context: Strings */
static bool
hide_strings(Node *node, void *context)
{
	Strings *strings = context;

	if (!node || IsA(node, TypeName))
		return false;
	if (IsA(node, SubLink))
		condition_refuse_subselect(strings->pstate, node);
	if (IsA(node, ParamRef))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_PARAMETER),
				 errmsg("there is no parameter $%d", ((ParamRef *) node)->number),
				 parser_errposition(strings->pstate, ((ParamRef *) node)->location)));
	if (IsA(node, A_Const))
	{
		A_Const *constant = (A_Const *) node;
		ParamRef ref = {.type = T_ParamRef, .location = constant->location};

		if (constant->isnull || !IsA(&constant->val, String))
			return false;
		ref.number = FIRST_STRING + list_length(strings->texts);
		strings->texts = lappend(strings->texts, constant->val.sval.sval);
		StaticAssertStmt(sizeof(ParamRef) <= sizeof(A_Const), "a ParamRef fits into an A_Const");
		memcpy(node, &ref, sizeof(ParamRef));
		return false;
	}
	return raw_expression_tree_walker(node, hide_strings, context);
}

static Node *
string_param(ParseState *pstate, ParamRef *ref)
{
	Param *param = makeNode(Param);

	param->paramkind = PARAM_EXTERN;
	param->paramid = ref->number;
	param->paramtype = UNKNOWNOID;
	param->paramtypmod = -1;
	param->location = ref->location;
	return (Node *) param;
}

static Node *
settle_string(Node *node, void *context)
{
	if (node && IsA(node, Param) && ((Param *) node)->paramid >= FIRST_STRING)
		return (Node *) unknown_const(context, (Param *) node);
	return expression_tree_mutator(node, settle_string, context);
}

/* unknown_const returns the string as PostgreSQL has one whose type is not known yet. */
static Const *
unknown_const(const Strings *strings, const Param *param)
{
	char *text = list_nth(strings->texts, param->paramid - FIRST_STRING);
	Const *constant =
		makeConst(UNKNOWNOID, -1, InvalidOid, -2, CStringGetDatum(text), false, false);

	constant->location = param->location;
	return constant;
}

/*
 * allows.c
 *		The SQL functions that policies call: electric.allows, electric.scope_keys,
 *		electric.deny.
 *
 * Anyone may call them, with anything: each argument is checked against the rules
 * before a value is looked at, and what does not fit gives no rows. They only ever
 * speak of the current identity.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "access/access.h"
#include "access/engine.h"

#define FIRST_KEY 3 /* number of the first key argument */

/* What one call site is about, kept in fn_extra for one statement */
typedef struct AllowsCall
{
	uint64 statement_id;
	bool unscoped;	   /* everything is allowed */
	ScopeState *scope; /* NULL: nothing through a path is allowed */
	int nkeys;
	int nconferring;
} AllowsCall;

PG_FUNCTION_INFO_V1(electric_allows);
PG_FUNCTION_INFO_V1(electric_scope_keys);
PG_FUNCTION_INFO_V1(electric_deny);

static AllowsCall *current_call(FunctionCallInfo fcinfo);
static void prepare_call(FunctionCallInfo fcinfo, Statement *statement, AllowsCall *call);
static bool decide(FunctionCallInfo fcinfo, AllowsCall *call);
static RuleArm *find_arm(FunctionCallInfo fcinfo, Statement *statement, RuleTable **table);
static bool arguments_are_constant(FunctionCallInfo fcinfo);

/*
 * electric.allows(privilege text, tbl regclass) returns boolean
 * electric.allows(privilege text, tbl regclass, path text, VARIADIC key "any")
 *
 * Policies call it for each row. It never raises for wrong arguments: they allow
 * nothing.
 */
Datum
electric_allows(PG_FUNCTION_ARGS)
{
	AllowsCall *call = current_call(fcinfo);
	AllowsCall loose = {0};
	Statement *statement;
	bool answer;

	if (call)
		PG_RETURN_BOOL(decide(fcinfo, call));
	statement = statement_current(fcinfo->flinfo);
	if (!statement)
		PG_RETURN_BOOL(false);
	if (statement->query && arguments_are_constant(fcinfo))
	{
		call = fcinfo->flinfo->fn_extra;
		if (!call)
			call = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(AllowsCall));
		memset(call, 0, sizeof(AllowsCall));
		prepare_call(fcinfo, statement, call);
		call->statement_id = statement->id;
		fcinfo->flinfo->fn_extra = call;
	}
	else
	{
		call = &loose;
		prepare_call(fcinfo, statement, call);
	}
	answer = decide(fcinfo, call);
	statement_leave(statement);
	PG_RETURN_BOOL(answer);
}

/*
 * electric.scope_keys(privilege text, tbl regclass, path text, key_column integer,
 *		key anyelement) returns anyarray
 *
 * The planner puts it into index conditions, of arms in which every role is
 * scoped: an identity that needed no row would miss rows, so a plan that was made
 * before a role without scope was granted is refused.
 */
Datum
electric_scope_keys(PG_FUNCTION_ARGS)
{
	Statement *statement = statement_current(fcinfo->flinfo);
	RuleTable *table;
	RuleArm *arm;
	int column = PG_ARGISNULL(3) ? -1 : PG_GETARG_INT32(3);
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, 4);
	ScopeState *scope;
	ArrayType *keys;

	if (!OidIsValid(type))
		PG_RETURN_NULL();
	arm = statement ? find_arm(fcinfo, statement, &table) : NULL;
	if (!arm || column < 0 || column >= arm->nkeys || scope_element_type(arm, column) != type)
	{
		if (statement)
			statement_leave(statement);
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(type));
	}
	if (!rules_need_row(table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the grants on table \"%s\" have changed since this statement was planned",
						get_rel_name(table->relid)),
				 errhint("Run the statement again.")));
	scope = scope_get(statement, table, arm);
	keys = scope ? scope_key_array(scope, column) : construct_empty_array(type);
	if (!statement->query)
		keys = DatumGetArrayTypePCopy(PointerGetDatum(keys));
	statement_leave(statement);
	PG_RETURN_ARRAYTYPE_P(keys);
}

/*
 * electric.deny(privilege text, tbl regclass) returns boolean
 *
 * The last arm of a policy's check: says which privilege is missing where, since
 * PostgreSQL's own error names only the table.
 */
Datum
electric_deny(PG_FUNCTION_ARGS)
{
	char *word = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid relid = PG_GETARG_OID(1);
	AclMode privilege = privilege_from_name(word);
	char *name = get_rel_name(relid);
	Statement *statement = statement_current(fcinfo->flinfo);
	bool anonymous = (statement ? statement->identity : identity_current())->user_id == NULL;

	if (statement)
		statement_leave(statement);
	if (!name || privilege == 0)
		PG_RETURN_BOOL(false);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("%s on table \"%s\" is not granted for this row", privilege_name(privilege), name),
			 anonymous ?
				 errhint("No end user is set. Identify with electric.set_user() first, or grant %s on the table to ANYONE.",
						 privilege_name(privilege)) :
				 errhint("The current user holds no role that is granted %s on the table in the scope of the new row. "
						 "The roles held: SELECT * FROM electric.roles().",
						 privilege_name(privilege))));
	PG_RETURN_BOOL(false); /* not reached */
}

/* current_call returns what fn_extra says about this call site in the running statement. */
static AllowsCall *
current_call(FunctionCallInfo fcinfo)
{
	AllowsCall *call = fcinfo->flinfo->fn_extra;
	uint64 id = statement_current_id();

	return call && id != 0 && call->statement_id == id ? call : NULL;
}

static void
prepare_call(FunctionCallInfo fcinfo, Statement *statement, AllowsCall *call)
{
	RuleTable *table = NULL;
	RuleArm *arm = find_arm(fcinfo, statement, &table);
	int i;

	if (!table)
		return;
	call->unscoped = scope_unscoped(statement, table);
	if (call->unscoped || !arm || get_fn_expr_variadic(fcinfo->flinfo))
		return;
	if (PG_NARGS() != FIRST_KEY + arm->nkeys + arm->nconferring)
		return;
	for (i = 0; i < arm->nkeys; i++)
		if (get_fn_expr_argtype(fcinfo->flinfo, FIRST_KEY + i) != arm->key_types[i])
			return;
	for (i = 0; i < arm->nconferring; i++)
		if (get_fn_expr_argtype(fcinfo->flinfo, FIRST_KEY + arm->nkeys + i) != arm->conferring_types[i])
			return;
	call->nkeys = arm->nkeys;
	call->nconferring = arm->nconferring;
	call->scope = scope_get(statement, table, arm);
}

static bool
decide(FunctionCallInfo fcinfo, AllowsCall *call)
{
	Datum key[FUNC_MAX_ARGS];
	bool isnull[FUNC_MAX_ARGS];
	bool complete = true;
	int i;

	if (call->unscoped)
		return true;
	if (!call->scope)
		return false;
	for (i = 0; i < call->nkeys + call->nconferring; i++)
	{
		key[i] = PG_GETARG_DATUM(FIRST_KEY + i);
		isnull[i] = PG_ARGISNULL(FIRST_KEY + i);
		if (i < call->nkeys && isnull[i])
			complete = false;
	}
	if (complete && scope_has(call->scope, key))
		return true;
	return call->nconferring > 0 &&
		scope_confers(call->scope, key + call->nkeys, isnull + call->nkeys);
}

/*
 * find_arm reads the arguments that name an arm. *table is NULL where even those are
 * not right; the result is NULL where no grant goes through the path.
 */
static RuleArm *
find_arm(FunctionCallInfo fcinfo, Statement *statement, RuleTable **table)
{
	AclMode privilege;

	*table = NULL;
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return NULL;
	privilege = privilege_from_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (privilege == 0)
		return NULL;
	*table = rules_table(statement_rules(statement), PG_GETARG_OID(1), privilege);
	if (PG_NARGS() <= FIRST_KEY || PG_ARGISNULL(2))
		return NULL;
	return rules_arm(*table, text_to_cstring(PG_GETARG_TEXT_PP(2)));
}

static bool
arguments_are_constant(FunctionCallInfo fcinfo)
{
	int i;

	for (i = 0; i < Min(PG_NARGS(), FIRST_KEY); i++)
		if (!get_fn_expr_arg_stable(fcinfo->flinfo, i))
			return false;
	return true;
}

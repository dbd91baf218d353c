/*
 * allows.c
 *		The SQL functions that policies call: electric.allows, electric.scope_keys.
 *
 * Anyone may call them, with anything: each argument is checked against the rules
 * before a value is looked at, and what does not fit gives no rows. They only ever
 * speak of the current identity.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "access/access.h"
#include "access/engine.h"


/* What one call site is about, kept in fn_extra for one statement */
typedef struct AllowsCall
{
	uint64 statement_id;
	bool unscoped;	   /* everything is allowed */
	ScopeState *scope; /* NULL: nothing through a path is allowed */
	int nkeys;
	int nconferring;
	int xmin; /* number of the argument that is the row's xmin, 0: none */
} AllowsCall;

PG_FUNCTION_INFO_V1(electric_allows);
PG_FUNCTION_INFO_V1(electric_scope_keys);

static AllowsCall *current_call(FunctionCallInfo fcinfo);
static void prepare_call(FunctionCallInfo fcinfo, Statement *statement, AllowsCall *call);
static bool passes_xmin(FunctionCallInfo fcinfo);
static bool judge(FunctionCallInfo fcinfo, Statement *statement, AllowsCall *call);
static bool row_is_newer(FunctionCallInfo fcinfo, Statement *statement, AllowsCall *call);
static bool judge_anew(FunctionCallInfo fcinfo, Statement *statement);
static bool decide(FunctionCallInfo fcinfo, AllowsCall *call);
static RuleArm *find_arm(FunctionCallInfo fcinfo, Statement *statement, RuleTable **table);
static bool arguments_are_constant(FunctionCallInfo fcinfo);

/*
 * electric.allows(privilege text, tbl regclass) returns boolean
 * electric.allows(privilege text, tbl regclass, path text, VARIADIC key "any")
 *
 * Policies call it for each row, those of UPDATE and DELETE with the row's xmin behind
 * the key (and path NULL for roles that need no row). It never raises for wrong
 * arguments: they allow nothing.
 */
Datum
electric_allows(PG_FUNCTION_ARGS)
{
	AllowsCall *call = current_call(fcinfo);
	AllowsCall loose = {0};
	Statement *statement;
	bool answer;

	if (call)
		PG_RETURN_BOOL(judge(fcinfo, statement_running(), call));
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
	answer = judge(fcinfo, statement, call);
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

/* current_call returns what fn_extra says about this call site in the running statement. */
static AllowsCall *
current_call(FunctionCallInfo fcinfo)
{
	AllowsCall *call = fcinfo->flinfo->fn_extra;
	Statement *statement = statement_running();

	return call && statement && call->statement_id == statement->id ? call : NULL;
}

static void
prepare_call(FunctionCallInfo fcinfo, Statement *statement, AllowsCall *call)
{
	RuleTable *table = NULL;
	RuleArm *arm = find_arm(fcinfo, statement, &table);
	int nargs = PG_NARGS();
	int i;

	if (!table)
		return;
	if (passes_xmin(fcinfo))
		call->xmin = --nargs;
	call->unscoped = scope_unscoped(statement, table);
	if (call->unscoped || !arm || get_fn_expr_variadic(fcinfo->flinfo))
		return;
	if (nargs != FIRST_KEY + arm->nkeys + arm->nconferring)
		return;
	for (i = 0; i < arm->nkeys; i++)
		if (get_fn_expr_argtype(fcinfo->flinfo, FIRST_KEY + i) != arm->key_types[i])
			return;
	for (i = 0; i < arm->nconferring; i++)
		if (get_fn_expr_argtype(fcinfo->flinfo, FIRST_KEY + arm->nkeys + i) !=
			arm->conferring_types[i])
			return;
	call->nkeys = arm->nkeys;
	if (call_passes_row(fcinfo->flinfo, arm))
		call->nconferring = arm->nconferring;
	call->scope = scope_get(statement, table, arm);
}

/* The policies of UPDATE and DELETE pass the row's xmin last; no key is of its type. */
static bool
passes_xmin(FunctionCallInfo fcinfo)
{
	int last = PG_NARGS() - 1;

	return last >= FIRST_KEY && get_fn_expr_argtype(fcinfo->flinfo, last) == XIDOID;
}

/*
 * judge decides one row. A row version that the statement's snapshot does not see has
 * been waited for: it is judged by what was and by what is, and both must allow it.
 * Whoever wrote it may have revoked the role in the same transaction.
 */
static bool
judge(FunctionCallInfo fcinfo, Statement *statement, AllowsCall *call)
{
	return decide(fcinfo, call) &&
		(call->xmin == 0 || !row_is_newer(fcinfo, statement, call) ||
		 judge_anew(fcinfo, statement));
}

static bool
row_is_newer(FunctionCallInfo fcinfo, Statement *statement, AllowsCall *call)
{
	return PG_ARGISNULL(call->xmin) ||
		statement_sees_newer(statement, DatumGetTransactionId(PG_GETARG_DATUM(call->xmin)));
}

/* judge_anew decides the row by the newest snapshot and rules, for the same identity. */
static bool
judge_anew(FunctionCallInfo fcinfo, Statement *statement)
{
	AllowsCall call = {0};
	Statement *latest;
	bool answer;

	PushActiveSnapshot(GetLatestSnapshot());
	latest = statement_latest(statement);
	prepare_call(fcinfo, latest, &call);
	answer = decide(fcinfo, &call);
	statement_leave(latest);
	PopActiveSnapshot();
	return answer;
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
	*table = NULL;
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return NULL;
	*table = rules_table(statement_rules(statement), PG_GETARG_OID(1),
						 text_to_cstring(PG_GETARG_TEXT_PP(0)));
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

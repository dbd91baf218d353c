/*
 * guard.c
 *		What WITH CHECK asks besides the new row: electric.guarded, electric.old_value.
 *
 * Both answer only where they stand in a policy's WITH CHECK that the executor
 * is judging: anywhere else nothing is covered, and no old value told. The columns of an
 * INSERT are the statement's (inserted.c); of an UPDATE the guard's trigger must have
 * noted the change.
 */
#include "postgres.h"

#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"

#include "access/engine.h"

/* What one call of electric.guarded is about, kept in fn_extra for one statement */
typedef struct GuardedCall
{
	uint64 statement_id;
	RuleTable *table; /* NULL: nothing is covered */
	RuleArm *arm;	  /* NULL: roles that need no row */
	bool inserts;	  /* the answer of an INSERT, for all its rows */
} GuardedCall;

/* What one call of electric.old_value is about */
typedef struct OldValueCall
{
	uint64 statement_id;
	Oid relid;		   /* InvalidOid: nothing is told */
	AttrNumber attnum; /* of the root */
} OldValueCall;

PG_FUNCTION_INFO_V1(electric_guarded);
PG_FUNCTION_INFO_V1(electric_old_value);

static GuardedCall *prepare_guarded(FunctionCallInfo fcinfo, Statement *statement);
static bool covers_insert(const Statement *statement, ResultRelInfo *target,
						  const RuleTable *table);
static bool guard_stands(Oid relid);
static bool has_guard(Oid relid, Oid function);
static bool old_row_is_held(FunctionCallInfo fcinfo, Statement *statement, const GuardedCall *call,
							const Change *change);
static bool is_held(Statement *statement, RuleTable *table, RuleArm *arm, const Change *change);
static bool is_held_now(FunctionCallInfo fcinfo, Statement *statement, const Change *change);
static OldValueCall *prepare_old_value(FunctionCallInfo fcinfo, Statement *statement);

/*
 * electric.guarded(privilege text, tbl regclass) returns boolean
 * electric.guarded(privilege text, tbl regclass, path text) returns boolean
 *
 * Never raises for wrong arguments: they cover nothing.
 */
Datum
electric_guarded(PG_FUNCTION_ARGS)
{
	Statement *statement = statement_own(fcinfo->flinfo);
	GuardedCall *call = fcinfo->flinfo->fn_extra;
	const Change *change;

	if (!statement)
		PG_RETURN_BOOL(false);
	if (!call || call->statement_id != statement->id)
		call = prepare_guarded(fcinfo, statement);
	if (!call->table)
		PG_RETURN_BOOL(false);
	if (call->table->privilege == ACL_INSERT)
		PG_RETURN_BOOL(call->inserts);
	change = change_of(statement, call->table->relid);
	if (!change || !(call->table->whole || bms_is_subset(change->touched, call->table->columns)))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(PG_NARGS() < 3 || old_row_is_held(fcinfo, statement, call, change));
}

/*
 * electric.old_value(column_value anyelement) returns anyelement
 *
 * The argument must be a column, and tells which.
 */
Datum
electric_old_value(PG_FUNCTION_ARGS)
{
	Statement *statement = statement_own(fcinfo->flinfo);
	OldValueCall *call = fcinfo->flinfo->fn_extra;
	const Change *change;

	if (!statement)
		PG_RETURN_NULL();
	if (!call || call->statement_id != statement->id)
		call = prepare_old_value(fcinfo, statement);
	change = OidIsValid(call->relid) ? change_of(statement, call->relid) : NULL;
	if (!change || call->attnum > change->natts || change->isnull[call->attnum - 1])
		PG_RETURN_NULL();
	PG_RETURN_DATUM(change->values[call->attnum - 1]);
}

static GuardedCall *
prepare_guarded(FunctionCallInfo fcinfo, Statement *statement)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	GuardedCall *call = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(GuardedCall));
	RuleTable *table;
	ResultRelInfo *target;

	call->statement_id = statement->id;
	flinfo->fn_extra = call;
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return call;
	table = rules_table(statement_rules(statement), PG_GETARG_OID(1),
						text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (table->privilege == ACL_INSERT && PG_NARGS() < 3)
	{
		target = target_of(statement, flinfo, WCO_RLS_INSERT_CHECK);
		call->inserts = target && covers_insert(statement, target, table);
	}
	else if (table->privilege == ACL_UPDATE)
	{
		target = target_of(statement, flinfo, WCO_RLS_UPDATE_CHECK);
		if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
			call->arm = rules_arm(table, text_to_cstring(PG_GETARG_TEXT_PP(2)));
		if (target && !guard_stands(table->relid))
			target = NULL;
	}
	else
		target = NULL;
	if (target && RelationGetRelid(target_root(target)->ri_RelationDesc) == table->relid)
		call->table = table;
	return call;
}

/* covers_insert: does the grant list all columns to which the statement gives values? */
static bool
covers_insert(const Statement *statement, ResultRelInfo *target, const RuleTable *table)
{
	return table->whole ||
		bms_is_subset(inserted_columns(statement, target_root(target)), table->columns);
}

/*
 * guard_stands: does the guard fire, whatever the session is set to, on the table and each of
 * its partitions? Otherwise the change that is noted may be another row's.
 */
static bool
guard_stands(Oid relid)
{
	Oid function = LookupFuncName(list_make2(makeString("electric"), makeString("touched")),
								  0, NULL, true);
	ListCell *cell;

	if (!OidIsValid(function))
		return false;
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
		if (!has_guard(lfirst_oid(cell), function))
			return false;
	return true;
}

static bool
has_guard(Oid relid, Oid function)
{
	Relation relation = RelationIdGetRelation(relid);
	bool found = false;
	int i;

	if (!RelationIsValid(relation))
		return false;
	for (i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &relation->trigdesc->triggers[i];

		found |= trigger->tgfoid == function && trigger->tgenabled == TRIGGER_FIRES_ALWAYS &&
			trigger->tgtype == (TRIGGER_TYPE_ROW | TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_UPDATE) &&
			trigger->tgnattr == 0 && !trigger->tgqual;
	}
	RelationClose(relation);
	return found;
}

/*
 * old_row_is_held: does the user hold a granted role for the old row? Of a row version
 * that the snapshot does not see, as allows() does: by what was and by what is.
 */
static bool
old_row_is_held(FunctionCallInfo fcinfo, Statement *statement, const GuardedCall *call,
				const Change *change)
{
	return is_held(statement, call->table, call->arm, change) &&
		(!statement_sees_newer(statement, change->xmin) ||
		 is_held_now(fcinfo, statement, change));
}

static bool
is_held(Statement *statement, RuleTable *table, RuleArm *arm, const Change *change)
{
	Datum key[INDEX_MAX_KEYS];
	ScopeState *scope;
	int i;

	if (scope_unscoped(statement, table))
		return true;
	scope = arm ? scope_get(statement, table, arm) : NULL;
	if (!scope)
		return false;
	for (i = 0; i < arm->nkeys; i++)
	{
		AttrNumber attnum = arm->key_attnums[i];

		if (attnum > change->natts || change->isnull[attnum - 1])
			return false;
		key[i] = change->values[attnum - 1];
	}
	return scope_has(scope, key);
}

/* is_held_now judges by the newest snapshot and rules, for the same identity. */
static bool
is_held_now(FunctionCallInfo fcinfo, Statement *statement, const Change *change)
{
	Statement *latest;
	RuleTable *table;
	RuleArm *arm;
	bool held;

	PushActiveSnapshot(GetLatestSnapshot());
	latest = statement_latest(statement);
	table = rules_table(statement_rules(latest), PG_GETARG_OID(1),
						text_to_cstring(PG_GETARG_TEXT_PP(0)));
	arm = PG_ARGISNULL(2) ? NULL : rules_arm(table, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	held = is_held(latest, table, arm, change);
	statement_leave(latest);
	PopActiveSnapshot();
	return held;
}

/* The argument is a column of the written table; a partition may number it otherwise. */
static OldValueCall *
prepare_old_value(FunctionCallInfo fcinfo, Statement *statement)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	OldValueCall *call = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(OldValueCall));
	ResultRelInfo *target = target_of(statement, flinfo, WCO_RLS_UPDATE_CHECK);
	Node *expression = flinfo->fn_expr;
	Var *column;
	Oid relid;
	char *name;

	call->statement_id = statement->id;
	flinfo->fn_extra = call;
	if (!target || !expression || !IsA(expression, FuncExpr))
		return call;
	column = linitial(((FuncExpr *) expression)->args);
	if (!IsA(column, Var) || column->varattno <= 0)
		return call;
	relid = RelationGetRelid(target_root(target)->ri_RelationDesc);
	name = get_attname(RelationGetRelid(target->ri_RelationDesc), column->varattno, true);
	call->attnum = name ? get_attnum(relid, name) : InvalidAttrNumber;
	if (call->attnum > 0 && get_atttype(relid, call->attnum) == column->vartype)
		call->relid = relid;
	return call;
}

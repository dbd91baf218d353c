/*
 * statement.c
 *		What lives as long as one statement: its identity, snapshot and sets.
 *
 * Executor hooks note identity and rules when a statement starts (a cursor: when it is
 * opened), find the statement again whenever it runs, and close its readers when it
 * ends. After an error nothing has to be done: relations and scans belong
 * to resource owners, and the rest to the statement's own memory.
 *
 * Only statements that name an enabled table are noted; to all others the hooks
 * cost a look at their range table. For what is not noted (an expression that
 * the planner or a procedural language evaluates) the engine works without memory,
 * by the current identity. The statement whose start loads the library, since its policies
 * call functions of ours, is noted when it runs.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "access/engine.h"
#include "compat.h"

static dlist_head statements = DLIST_STATIC_INIT(statements); /* all that live */
static Statement *running = NULL;							  /* the innermost that runs */
static uint64 last_id = 0;
static TimestampTz loading_transaction = 0; /* its start; 0: loaded outside one */
static Identity *loading_identity = NULL;	/* whose it was at that moment */

static ExecutorStart_hook_type next_ExecutorStart = NULL;
static ExecutorRun_hook_type next_ExecutorRun = NULL;
static ExecutorFinish_hook_type next_ExecutorFinish = NULL;
static ExecutorEnd_hook_type next_ExecutorEnd = NULL;

static bool is_own_call(const FmgrInfo *call);
static Statement *statement_create(MemoryContext parent, Snapshot snapshot,
								   const Identity *identity);
static void statement_forget(void *arg);
static Statement *statement_of(QueryDesc *query);
static void statement_close_readers(Statement *statement);
static bool names_enabled_table(const PlannedStmt *plan);
static void load_rules(Statement *statement, const PlannedStmt *plan);
static Statement *begin_statement(QueryDesc *query, const Identity *identity);
static void attach_statement(Statement *statement, QueryDesc *query);
static void note_late(QueryDesc *query);

/*
 * statement_current returns the statement being executed, or a loose one; see
 * engine.h.
 */
Statement *
statement_current(FmgrInfo *call)
{
	return is_own_call(call) ? running : statement_loose(call);
}

/* statement_loose makes a statement that ends with the call; see engine.h. */
Statement *
statement_loose(FmgrInfo *call)
{
	if (is_own_call(call))
		return statement_create(CurrentMemoryContext, running->snapshot, running->identity);
	if (!ActiveSnapshotSet())
		return NULL;
	return statement_create(CurrentMemoryContext, GetActiveSnapshot(), identity_current());
}

/* statement_own returns the statement being executed if the call stands in it, or NULL. */
Statement *
statement_own(const FmgrInfo *call)
{
	return is_own_call(call) && running->query ? running : NULL;
}

/* statement_leave ends a loose statement. */
void
statement_leave(Statement *statement)
{
	if (statement->query)
		return;
	statement_close_readers(statement);
	MemoryContextDelete(statement->context);
}

/* statement_running returns the statement that is being executed, if any. */
Statement *
statement_running(void)
{
	return running;
}

/* statement_pause leaves no statement being executed, and returns the one that was. */
Statement *
statement_pause(void)
{
	Statement *paused = running;

	running = NULL;
	return paused;
}

void
statement_resume(Statement *statement)
{
	running = statement;
}

/* statement_plan returns the plan that the call stands in; NULL if that is not running. */
const PlannedStmt *
statement_plan(const FmgrInfo *call)
{
	return is_own_call(call) ? running->query->plannedstmt : NULL;
}

/* statement_latest makes a loose statement of the same identity, under the active snapshot. */
Statement *
statement_latest(const Statement *statement)
{
	return statement_create(CurrentMemoryContext, GetActiveSnapshot(), statement->identity);
}

/* statement_sees_newer: is the row version newer than the snapshot, and not our own? */
bool
statement_sees_newer(const Statement *statement, TransactionId xmin)
{
	return !TransactionIdIsCurrentTransactionId(xmin) &&
		XidInMVCCSnapshot(xmin, statement->snapshot);
}

/* statement_rules returns the rules by which this statement is judged from start to end. */
RuleSet *
statement_rules(Statement *statement)
{
	if (!statement->rules)
		statement->rules = rules_acquire();
	return statement->rules;
}

/* statement_reader makes a reader that is closed when the statement ends. */
RowReader *
statement_reader(Statement *statement, Oid relid, int nkeys, const AttrNumber *attnums,
				 const Oid *operators)
{
	MemoryContext old = MemoryContextSwitchTo(statement->context);
	RowReader *reader = reader_create(statement->context, statement->snapshot, relid,
									  nkeys, attnums, operators, &statement->work);

	statement->readers = lappend(statement->readers, reader);
	MemoryContextSwitchTo(old);
	return reader;
}

/*
 * is_own_call: does the call stand in an expression of the running statement itself?
 * Its expressions are set up in its own memory. One in a function that it calls
 * may run in a subtransaction, whose end would close what the statement reads.
 */
static bool
is_own_call(const FmgrInfo *call)
{
	MemoryContext own;
	MemoryContext context;

	if (!running)
		return false;
	own = MemoryContextGetParent(running->context);
	for (context = call->fn_mcxt; context != NULL; context = MemoryContextGetParent(context))
		if (context == own)
			return true;
	return false;
}

static Statement *
statement_create(MemoryContext parent, Snapshot snapshot, const Identity *identity)
{
	MemoryContext context = AllocSetContextCreate(parent, "electric_perm statement",
												  ALLOCSET_SMALL_SIZES);
	Statement *statement = MemoryContextAllocZero(context, sizeof(Statement));
	MemoryContextCallback *callback = MemoryContextAlloc(context, sizeof(MemoryContextCallback));

	statement->id = ++last_id;
	statement->snapshot = snapshot;
	statement->identity = identity_copy(identity, context);
	statement->context = context;
	statement->work.limit = get_float8_infinity();
	dlist_push_head(&statements, &statement->node);
	callback->func = statement_forget;
	callback->arg = statement;
	MemoryContextRegisterResetCallback(context, callback);
	return statement;
}

/* statement_forget runs when the statement's memory goes, also after an error. */
static void
statement_forget(void *arg)
{
	Statement *statement = arg;

	dlist_delete(&statement->node);
	if (statement->rules)
		rules_release(statement->rules);
}

static Statement *
statement_of(QueryDesc *query)
{
	dlist_iter iter;

	dlist_foreach(iter, &statements)
	{
		Statement *statement = dlist_container(Statement, node, iter.cur);

		if (statement->query == query)
			return statement;
	}
	return NULL;
}

static void
statement_close_readers(Statement *statement)
{
	ListCell *cell;

	foreach(cell, statement->readers)
		reader_close(lfirst(cell));
	statement->readers = NIL;
}

/*
 * names_enabled_table: does the plan name a table to which rules may apply? A plan
 * that was made by rewriting policies does, in whatever sub-query.
 */
static bool
names_enabled_table(const PlannedStmt *plan)
{
	ListCell *cell;

	foreach(cell, plan->rtable)
	{
		const RangeTblEntry *entry = lfirst(cell);

		if (entry->rtekind == RTE_RELATION && rules_table_is_enabled(entry->relid))
			return true;
	}
	return false;
}

/*
 * load_rules reads the rules on the tables that the plan names, as they are now; once
 * more where they change meanwhile.
 */
static void
load_rules(Statement *statement, const PlannedStmt *plan)
{
	int tries;
	ListCell *cell;

	for (tries = 0; tries < MAX_LOADS; tries++)
	{
		if (statement->rules)
			rules_release(statement->rules);
		statement->rules = NULL;
		statement->rules = rules_acquire();
		foreach(cell, plan->rtable)
		{
			const RangeTblEntry *entry = lfirst(cell);

			if (entry->rtekind == RTE_RELATION)
				rules_load(statement->rules, entry->relid);
		}
		if (rules_are_current(statement->rules))
			break;
	}
}

/* begin_statement notes a statement that names an enabled table; NULL for others. */
static Statement *
begin_statement(QueryDesc *query, const Identity *identity)
{
	Statement *statement;

	if (!names_enabled_table(query->plannedstmt))
		return NULL;
	statement = statement_create(CurrentMemoryContext, query->snapshot, identity);
	load_rules(statement, query->plannedstmt);
	return statement;
}

/* attach_statement lets a statement live as long as its query. */
static void
attach_statement(Statement *statement, QueryDesc *query)
{
	statement->query = query;
	statement->snapshot = query->estate->es_snapshot;
	MemoryContextSetParent(statement->context, query->estate->es_query_cxt);
}

/*
 * note_late notes a statement whose start we have not seen, because it loaded the library. Nothing
 * of it had run by then: it is on behalf of whoever a request's claims named at the load.
 */
static void
note_late(QueryDesc *query)
{
	Statement *statement;

	if (GetCurrentTransactionStartTimestamp() != loading_transaction || statement_of(query))
		return;
	statement = begin_statement(query, loading_identity);
	if (statement)
		attach_statement(statement, query);
}

static void
on_executor_start(QueryDesc *query, int eflags)
{
	/* before anything of the statement can run and change what it is judged by */
	Statement *statement = begin_statement(query, identity_current());

	if (statement)
		audit_unprivileged(query->plannedstmt);
	if (next_ExecutorStart)
		next_ExecutorStart(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
	if (statement)
		attach_statement(statement, query);
}

static void
executor_run(EXECUTOR_RUN_ARGS)
{
	if (next_ExecutorRun)
		next_ExecutorRun(EXECUTOR_RUN_PASS);
	else
		standard_ExecutorRun(EXECUTOR_RUN_PASS);
}

static void
on_executor_run(EXECUTOR_RUN_ARGS)
{
	Statement *outer = running;

	note_late(query);
	/* inside another statement this one must not be taken for that */
	if (!outer && dlist_is_empty(&statements))
	{
		executor_run(EXECUTOR_RUN_PASS);
		return;
	}
	running = statement_of(query);
	PG_TRY();
	{
		executor_run(EXECUTOR_RUN_PASS);
	}
	PG_FINALLY();
	{
		running = outer;
	}
	PG_END_TRY();
}

static void
on_executor_finish(QueryDesc *query)
{
	Statement *outer = running;

	note_late(query);
	if (!outer && dlist_is_empty(&statements))
	{
		if (next_ExecutorFinish)
			next_ExecutorFinish(query);
		else
			standard_ExecutorFinish(query);
		return;
	}
	running = statement_of(query);
	PG_TRY();
	{
		if (next_ExecutorFinish)
			next_ExecutorFinish(query);
		else
			standard_ExecutorFinish(query);
	}
	PG_FINALLY();
	{
		running = outer;
	}
	PG_END_TRY();
}

static void
on_executor_end(QueryDesc *query)
{
	Statement *statement = statement_of(query);

	if (statement)
		statement_close_readers(statement);
	if (next_ExecutorEnd)
		next_ExecutorEnd(query);
	else
		standard_ExecutorEnd(query);
}

/* statement_init installs the executor hooks. */
void
statement_init(void)
{
	if (IsTransactionState())
	{
		loading_transaction = GetCurrentTransactionStartTimestamp();
		loading_identity = identity_copy(identity_current(), TopMemoryContext);
	}
	next_ExecutorStart = ExecutorStart_hook;
	ExecutorStart_hook = on_executor_start;
	next_ExecutorRun = ExecutorRun_hook;
	ExecutorRun_hook = on_executor_run;
	next_ExecutorFinish = ExecutorFinish_hook;
	ExecutorFinish_hook = on_executor_finish;
	next_ExecutorEnd = ExecutorEnd_hook;
	ExecutorEnd_hook = on_executor_end;
}

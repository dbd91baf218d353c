/*
 * execute.c
 *		Carrying out DDLX statements: checks and locks that all share, then by kind.
 *
 * Called by electric.ddlx(), DO LANGUAGE ddlx and native syntax. Orchestration only:
 * parser, resolver, catalog and policy do the work.
 */
#include "postgres.h"

#include "commands/extension.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "ddlx.h"
#include "ddlx/rule.h"

static void check_may_run(const char *command);
static DdlxResult *execute_one(DdlxStatement *statement);
static List *carry_out(DdlxStatement *statement);
static char *table_list(List *relids);

List *
ddlx_execute(List *statements)
{
	List *results = NIL;
	ListCell *cell;

	if (statements == NIL)
		return NIL;
	check_may_run(ddlx_kind_name(((DdlxStatement *) linitial(statements))->kind));
	ddlx_lock_tables(statements);
	foreach(cell, statements)
		results = lappend(results, execute_one(lfirst(cell)));
	return results;
}

/* check_may_run raises where no statement may change rules. */
static void
check_may_run(const char *command)
{
	PreventCommandIfReadOnly(command);
	PreventCommandIfParallelMode(command);
	PreventCommandDuringRecovery(command);
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot execute %s within security-restricted operation", command)));
	if (creating_extension)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot execute %s in an extension's script", command),
				 errhint("Run the statement when the extension stands.")));
	if (!OidIsValid(get_extension_oid("electric_perm", true)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"electric_perm\" is not installed in this database"),
				 errhint("Type CREATE EXTENSION electric_perm;")));
}

static DdlxResult *
execute_one(DdlxStatement *statement)
{
	DdlxResult *result = palloc(sizeof(DdlxResult));

	result->command = ddlx_kind_name(statement->kind);
	result->object = table_list(carry_out(statement));
	return result;
}

/* carry_out returns the tables that the statement spoke of. */
static List *
carry_out(DdlxStatement *statement)
{
	switch (statement->kind)
	{
		case DDLX_GRANT:
			return ddlx_grant(statement);
		case DDLX_REVOKE:
			return ddlx_revoke(statement);
		case DDLX_ASSIGN:
			return ddlx_assign(statement);
		case DDLX_UNASSIGN:
			return ddlx_unassign(statement);
		case DDLX_ENABLE:
			return ddlx_enable(statement);
		case DDLX_DISABLE:
			return ddlx_disable(statement);
		case DDLX_SQLITE:
			ddlx_sqlite(statement);
			return NIL;
	}
	elog(ERROR, "unrecognized statement kind: %d", (int) statement->kind);
	return NIL; /* not reached */
}

/* table_list returns qualified names joined by ", ", NULL for none. */
static char *
table_list(List *relids)
{
	StringInfoData list;
	ListCell *cell;

	if (relids == NIL)
		return NULL;
	initStringInfo(&list);
	foreach(cell, relids)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
						 catalog_name(lfirst_oid(cell)));
	return list.data;
}

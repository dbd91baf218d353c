/*
 * execute.c
 *		Carrying out DDLX statements: checks and locks that all share, then by kind.
 *
 * Called by electric.ddlx(), DO LANGUAGE ddlx and native syntax. Orchestration only:
 * parser, resolver, catalog and policy do the work.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "ddlx.h"
#include "ddlx/rule.h"
#include "policy/policy.h"

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
	check_may_change_rules(ddlx_kind_name(((DdlxStatement *) linitial(statements))->kind));
	ddlx_lock_tables(statements);
	foreach(cell, statements)
		results = lappend(results, execute_one(lfirst(cell)));
	return results;
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

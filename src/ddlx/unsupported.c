/*
 * unsupported.c
 *		Clauses that parse and that nothing enforces yet: refused, never ignored.
 */
#include "postgres.h"

#include "ddlx/rule.h"

void
refuse_condition(const DdlxStatement *statement)
{
	const char *clause = statement->kind == DDLX_ASSIGN ? "IF" : "CHECK";

	if (statement->condition)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s with a condition is not supported",
						ddlx_kind_name(statement->kind)),
				 errhint("Leave %s (%s) out, if the rule may hold without it.", clause,
						 statement->condition),
				 ddlx_errposition(statement->source, statement->clause_location)));
}

void
refuse_column_lists(const DdlxStatement *statement)
{
	ListCell *cell;

	foreach(cell, statement->privileges)
	{
		DdlxPrivilege *privilege = lfirst(cell);

		if (privilege->columns != NIL)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("%s with a column list is not supported",
							ddlx_kind_name(statement->kind)),
					 errhint("Write %s without columns, if the whole table is meant.",
							 privilege->word),
					 ddlx_errposition(statement->source, privilege->columns_location)));
	}
}

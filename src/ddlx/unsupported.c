/*
 * unsupported.c
 *		Clauses that parse and that nothing enforces yet: refused, never ignored.
 */
#include "postgres.h"

#include "ddlx/rule.h"

void
refuse_if(const DdlxStatement *statement)
{
	if (statement->condition)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s with a condition is not supported",
						ddlx_kind_name(statement->kind)),
				 errhint("Leave IF (%s) out, if the rule may hold without it.",
						 statement->condition),
				 ddlx_errposition(statement->source, statement->clause_location)));
}

/*
 * An UPDATE has two ends, and row-level security judges each by itself: by two grants
 * with different conditions it would allow what neither does.
 */
void
refuse_update_condition(const DdlxStatement *statement)
{
	ListCell *cell;

	if (!statement->condition)
		return;
	foreach(cell, statement->privileges)
	{
		DdlxPrivilege *privilege = lfirst(cell);

		if (privilege->mode & ACL_UPDATE)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("a condition on UPDATE is not supported"),
					 privilege->mode == ACL_UPDATE ? 0 : errdetail("%s includes UPDATE.", privilege->word),
					 errhint("Grant SELECT, INSERT and DELETE with the condition, and UPDATE without it if that may be."),
					 ddlx_errposition(statement->source, statement->clause_location)));
	}
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

/*
 * unsupported.c
 *		Clauses that parse and that nothing enforces yet: refused, never ignored.
 */
#include "postgres.h"

#include "ddlx/rule.h"

void
refuse_read_columns(const DdlxStatement *statement)
{
	ListCell *cell;

	foreach(cell, statement->privileges)
	{
		DdlxPrivilege *privilege = lfirst(cell);

		if (privilege->columns != NIL && (privilege->mode & ACL_SELECT))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("%s with a column list is not supported", privilege->word),
					 privilege->mode == ACL_SELECT ? 0 : errdetail("%s includes SELECT.", privilege->word),
					 privilege->mode == ACL_SELECT ?
						 errhint("Write %s without columns, if the whole table is meant.", privilege->word) :
						 errhint("List columns of INSERT and UPDATE, and grant SELECT without them."),
					 ddlx_errposition(statement->source, privilege->columns_location)));
	}
}

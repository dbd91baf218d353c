/*
 * privilege.c
 *		Privileges and roles of a statement, as those of grants.
 */
#include "postgres.h"

#include "ddlx/rule.h"

AclMode
ddlx_privileges(const DdlxStatement *statement)
{
	AclMode privileges = 0;
	ListCell *cell;

	foreach(cell, statement->privileges)
		privileges |= ((DdlxPrivilege *) lfirst(cell))->mode;
	return privileges;
}

bool
ddlx_is_same_role(const Grant *grant, const Grant *other)
{
	return grant->scope_relid == other->scope_relid && strcmp(grant->role, other->role) == 0;
}

/*
 * role.c
 *		Roles of a statement: name, scope table and the path to it.
 */
#include "postgres.h"

#include "catalog/namespace.h"

#include "ddlx/rule.h"

char *
ddlx_role_name(const DdlxRole *role)
{
	switch (role->kind)
	{
		case DDLX_ROLE_ANYONE:
			return ROLE_ANYONE;
		case DDLX_ROLE_AUTHENTICATED:
			return ROLE_AUTHENTICATED;
		case DDLX_ROLE_STATIC:
			return role->name;
		case DDLX_ROLE_DYNAMIC:
			return NULL;
	}
	elog(ERROR, "unrecognized role kind: %d", (int) role->kind);
	return NULL; /* not reached */
}

Oid
ddlx_existing_scope(const char *source, const DdlxRole *role)
{
	Oid relid;

	if (role->scope == NULL)
		return InvalidOid;
	relid = RangeVarGetRelid(role->scope, NoLock, true);
	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("scope table \"%s\" does not exist", role->scope->relname),
				 ddlx_errposition(source, role->scope->location)));
	return relid;
}

KeyPath *
ddlx_role_path(DdlxStatement *statement, Oid relid, const DdlxRole *role, Oid scope_relid,
			   bool forward_only)
{
	const char *source = statement->source;
	KeyPath *path;
	int location;

	if (!OidIsValid(scope_relid))
		return NULL;
	if (statement->path != NIL)
	{
		location = statement->path_location;
		path = path_resolve(source, relid, scope_relid, statement->path, location,
							forward_only);
	}
	else
	{
		location = role->location;
		path = path_infer(source, relid, scope_relid, location);
	}
	check_path_readable(source, path, location);
	return path;
}

/*
 * relation.c
 *		The tables of electric.*, names of relations and names of privileges.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "commands/extension.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "catalog/catalog.h"

/* The privileges in the order in which lists and policies show them */
static const struct
{
	AclMode privilege;
	const char *name;
} privileges[] =
	{
		{ACL_SELECT, "SELECT"},
		{ACL_INSERT, "INSERT"},
		{ACL_UPDATE, "UPDATE"},
		{ACL_DELETE, "DELETE"},
};

Oid
catalog_relation(const char *name)
{
	Oid extension = get_extension_oid("electric_perm", true);
	Oid schema = OidIsValid(extension) ? get_namespace_oid("electric", true) : InvalidOid;
	Oid relid = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;

	/* where the extension is not, anyone may have a schema and tables of these names */
	if (!OidIsValid(relid) ||
		getExtensionOfObject(RelationRelationId, relid) != extension)
		return InvalidOid;
	return relid;
}

void
catalog_forget(void)
{
	CacheInvalidateRelcacheByRelid(catalog_relation("grants"));
	CommandCounterIncrement();
}

Oid
catalog_owner(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

char *
catalog_name(Oid relid)
{
	char *name = get_rel_name(relid);
	char *schema = name ? get_namespace_name(get_rel_namespace(relid)) : NULL;

	return schema ? quote_qualified_identifier(schema, name) : NULL;
}

bool
catalog_is_database_owner(void)
{
	HeapTuple tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	bool is_owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for database %u", MyDatabaseId);
	is_owner = has_privs_of_role(GetUserId(), ((Form_pg_database) GETSTRUCT(tuple))->datdba);
	ReleaseSysCache(tuple);
	return is_owner;
}

const char *
privilege_name(AclMode privilege)
{
	for (int i = 0; i < lengthof(privileges); i++)
	{
		if (privileges[i].privilege == privilege)
			return privileges[i].name;
	}
	elog(ERROR, "unrecognized privilege: %u", (unsigned int) privilege);
	return NULL; /* not reached */
}

AclMode
privilege_from_name(const char *name)
{
	for (int i = 0; i < lengthof(privileges); i++)
	{
		if (pg_strcasecmp(privileges[i].name, name) == 0)
			return privileges[i].privilege;
	}
	return 0;
}

char *
privilege_list(AclMode mode)
{
	StringInfoData list;

	if (mode == (ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE))
		return pstrdup("ALL");

	initStringInfo(&list);
	for (int i = 0; i < lengthof(privileges); i++)
	{
		if (mode & privileges[i].privilege)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", privileges[i].name);
	}
	return list.data;
}

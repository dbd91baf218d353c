/*
 * readable.c
 *		May the owner of a table read what a path from it reads?
 *
 * The engine reads without privileges on behalf of the owner of the table whose rules
 * it applies; this keeps a rule from telling him more than SELECT would.
 * is_path_readable is also called when rules are loaded at query time.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "resolver/key.h"

static bool find_unreadable(const KeyPath *path, Oid owner, Oid *relid, AttrNumber *attnum);
static bool columns_readable(Oid relid, int nkeys, const AttrNumber *attnums,
							 Oid reader, AttrNumber *unreadable);

void
check_path_readable(const char *source, const KeyPath *path, int location)
{
	Oid owner = table_owner(path->relid);
	Oid relid;
	AttrNumber attnum;

	if (!find_unreadable(path, owner, &relid, &attnum))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for column \"%s\" of table \"%s\"",
					get_attname(relid, attnum, false), table_label(relid)),
			 errdetail("The path of a rule on table \"%s\" reads it, and the owner \"%s\" of \"%s\" may not.",
					   table_label(path->relid), GetUserNameFromId(owner, false),
					   table_label(path->relid)),
			 errhint("The owner of table \"%s\" can GRANT SELECT on it to \"%s\".",
					 table_label(relid), GetUserNameFromId(owner, false)),
			 ddlx_errposition(source, location)));
}

bool
is_path_readable(const KeyPath *path)
{
	Oid owner = table_owner(path->relid);
	Oid relid;
	AttrNumber attnum;

	return OidIsValid(owner) && !find_unreadable(path, owner, &relid, &attnum);
}

Oid
path_unreadable(const KeyPath *path)
{
	Oid owner = table_owner(path->relid);
	Oid relid;
	AttrNumber attnum;

	return OidIsValid(owner) && find_unreadable(path, owner, &relid, &attnum) ? relid : InvalidOid;
}

/* find_unreadable finds a column that the path reads and owner may not. */
static bool
find_unreadable(const KeyPath *path, Oid owner, Oid *relid, AttrNumber *attnum)
{
	int i;

	for (i = 0; i < path->nsteps; i++)
	{
		const KeyStep *step = &path->steps[i];

		*relid = step->from_relid;
		if (*relid != path->relid &&
			!columns_readable(*relid, step->nkeys, step->from_attnums, owner, attnum))
			return true;
		*relid = step->to_relid;
		if (!columns_readable(*relid, step->nkeys, step->to_attnums, owner, attnum))
			return true;
	}
	*relid = path->scope_relid;
	return *relid != path->relid &&
		!columns_readable(*relid, path->nscope_keys, path->scope_attnums, owner, attnum);
}

/* columns_readable tells whether reader owns a table or has SELECT on these columns. */
static bool
columns_readable(Oid relid, int nkeys, const AttrNumber *attnums, Oid reader,
				 AttrNumber *unreadable)
{
	bool is_missing = false;
	int i;

	*unreadable = attnums[0];
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		return false;
	if (object_ownercheck(RelationRelationId, relid, reader) ||
		pg_class_aclcheck_ext(relid, reader, ACL_SELECT, &is_missing) == ACLCHECK_OK)
		return true;
	for (i = 0; i < nkeys; i++)
	{
		*unreadable = attnums[i];
		if (pg_attribute_aclcheck_ext(relid, attnums[i], reader, ACL_SELECT,
									  &is_missing) != ACLCHECK_OK)
			return false;
	}
	return true;
}

/* table_owner returns a table's owner, InvalidOid if it is gone. */
Oid
table_owner(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

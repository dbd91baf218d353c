/*
 * source.c
 *		An assignment as a source of roles: its table, columns and path, resolved.
 *
 * What no longer is as recorded gives nobody a role.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "access/engine.h"

static bool resolve_condition(RoleSource *source, const Assignment *assignment);
static void record_columns(RoleSource *source);

/* source_resolve resolves an assignment; NULL if anything in it is not as recorded. */
RoleSource *
source_resolve(const Assignment *assignment)
{
	RoleSource *source;
	Oid owner = source_table_owner(assignment->relid);
	AttrNumber user_attnum;
	Oid type;
	int32 typmod;

	if (!OidIsValid(owner) ||
		get_rel_persistence(assignment->relid) == RELPERSISTENCE_TEMP)
		return NULL;
	user_attnum = get_attnum(assignment->relid, assignment->user_column);
	if (user_attnum <= 0)
		return NULL;
	source = palloc0(sizeof(RoleSource));
	source->relid = assignment->relid;
	source->owner = owner;
	source->user_attnum = user_attnum;
	get_atttypetypmodcoll(assignment->relid, user_attnum, &type, &typmod, &source->user_collation);
	source->user_type = getBaseType(type);
	if (!is_user_column_type(type) || !is_label_owner(type, owner))
		return NULL;
	if (assignment->role_column)
	{
		source->role_attnum = get_attnum(assignment->relid, assignment->role_column);
		if (source->role_attnum <= 0)
			return NULL;
		type = get_atttype(assignment->relid, source->role_attnum);
		if (!is_role_column_type(type) || !is_label_owner(type, owner))
			return NULL;
		source->role_type = getBaseType(type);
	}
	else if (assignment->role)
		source->role = pstrdup(assignment->role);
	else
		return NULL;
	if (OidIsValid(assignment->scope_relid))
	{
		/* the scope's owner must be the assigned table's: who assigns in it owns both */
		if (!assignment->path || source_table_owner(assignment->scope_relid) != owner)
			return NULL;
		source->path = path_from_text(assignment->relid, assignment->scope_relid,
									  assignment->path, assignment->path_keys);
		if (!source->path || !is_path_readable(source->path))
			return NULL;
	}
	else if (assignment->path)
		return NULL;
	if (assignment->condition && !resolve_condition(source, assignment))
		return NULL;
	record_columns(source);
	return source;
}

/* resolve_condition reads the IF condition where it is kept; false if it is not there. */
static bool
resolve_condition(RoleSource *source, const Assignment *assignment)
{
	source->if_condition = catalog_if_condition(assignment);
	if (!source->if_condition)
		return false;
	source->if_policy = catalog_if_policy(assignment->condition);
	source->if_is_plain = condition_is_plain(source->if_condition);
	source->nif_columns = condition_attnums(source->if_condition, &source->if_attnums);
	return true;
}

static void
record_columns(RoleSource *source)
{
	source->columns = columns_record(NIL, source->relid, 1, &source->user_attnum);
	if (!source->role)
		source->columns = columns_record(source->columns, source->relid, 1, &source->role_attnum);
	source->columns = columns_record(source->columns, source->relid, source->nif_columns,
									 source->if_attnums);
	if (source->path)
		source->columns = columns_record_path(source->columns, source->path);
}

/* source_table_owner returns the owner of a table on which rules can stand, or InvalidOid. */
Oid
source_table_owner(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		if (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_PARTITIONED_TABLE)
			owner = form->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

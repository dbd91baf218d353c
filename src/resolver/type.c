/*
 * type.c
 *		Types of the columns that hold user ids and role names.
 *
 * Also called when rules are loaded at query time.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "resolver/key.h"

static bool is_citext(Oid type);
static void check_labels(const char *source, Oid relid, AttrNumber attnum, int location);
static Oid enum_owner(Oid type);
static void check_stored(const char *source, Oid relid, AttrNumber attnum, int location);

bool
is_user_column_type(Oid type)
{
	Oid base = getBaseType(type);

	switch (base)
	{
		case TEXTOID:
		case VARCHAROID:
		case NAMEOID:
		case UUIDOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return true;
		default:
			return get_typtype(base) == TYPTYPE_ENUM || is_citext(base);
	}
}

bool
is_role_column_type(Oid type)
{
	Oid base = getBaseType(type);

	return base == TEXTOID || base == VARCHAROID || base == NAMEOID ||
		get_typtype(base) == TYPTYPE_ENUM;
}

/* A type of columns may get a part of a domain later. */
bool
type_reads_by_checks(Oid type)
{
	Oid part = get_element_type(type);

	if (!OidIsValid(part))
		part = get_range_subtype(type_is_multirange(type) ? get_multirange_range(type) : type);
	if (OidIsValid(part))
		return get_typtype(part) == TYPTYPE_DOMAIN || type_reads_by_checks(part);
	return type_is_rowtype(type);
}

void
check_user_column_type(const char *source, Oid relid, AttrNumber attnum, int location)
{
	Oid type = get_atttype(relid, attnum);

	check_stored(source, relid, attnum, location);
	if (!is_user_column_type(type))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of table \"%s\" has type %s, which cannot hold user ids",
						get_attname(relid, attnum, false), table_label(relid),
						format_type_be(type)),
				 errhint("User ids are read from columns of type text, varchar, name, citext, uuid, smallint, integer, bigint or an enum."),
				 ddlx_errposition(source, location)));
	check_labels(source, relid, attnum, location);
}

void
check_role_column_type(const char *source, Oid relid, AttrNumber attnum, int location)
{
	Oid type = get_atttype(relid, attnum);

	check_stored(source, relid, attnum, location);
	if (!is_role_column_type(type))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of table \"%s\" has type %s, which cannot hold role names",
						get_attname(relid, attnum, false), table_label(relid),
						format_type_be(type)),
				 errhint("Role names are read from columns of type text, varchar, name or an enum."),
				 ddlx_errposition(source, location)));
	check_labels(source, relid, attnum, location);
}

bool
is_label_owner(Oid type, Oid owner)
{
	Oid labels = enum_owner(getBaseType(type));

	return !OidIsValid(labels) || has_privs_of_role(labels, owner);
}

/*
 * check_labels raises for an enum of another owner than the table's: who may rename its
 * labels would say who has which role.
 */
static void
check_labels(const char *source, Oid relid, AttrNumber attnum, int location)
{
	Oid type = getBaseType(get_atttype(relid, attnum));
	Oid owner = table_owner(relid);

	if (!is_label_owner(type, owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("column \"%s\" of table \"%s\" has an enum type of another owner",
						get_attname(relid, attnum, false), table_label(relid)),
				 errdetail("Type %s belongs to \"%s\", who can rename its labels and so give roles.",
						   format_type_be(type), GetUserNameFromId(enum_owner(type), false)),
				 errhint("Type ALTER TYPE %s OWNER TO %s; or use a column of type text.",
						 format_type_be_qualified(type),
						 quote_identifier(GetUserNameFromId(owner, false))),
				 ddlx_errposition(source, location)));
}

/* enum_owner returns the owner of an enum, InvalidOid for other types. */
static Oid
enum_owner(Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Oid owner = InvalidOid;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	if (((Form_pg_type) GETSTRUCT(tuple))->typtype == TYPTYPE_ENUM)
		owner = ((Form_pg_type) GETSTRUCT(tuple))->typowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * is_citext tells the type of the extension citext from others of that name. Only
 * superusers make base types, so that nobody can slip in one of his own.
 */
static bool
is_citext(Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	bool named;
	Oid extension;
	char *extname;

	if (!HeapTupleIsValid(tuple))
		return false;
	named = ((Form_pg_type) GETSTRUCT(tuple))->typtype == TYPTYPE_BASE &&
		strcmp(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname), "citext") == 0;
	ReleaseSysCache(tuple);
	if (!named)
		return false;
	extension = getExtensionOfObject(TypeRelationId, type);
	extname = OidIsValid(extension) ? get_extension_name(extension) : NULL;
	return extname != NULL && strcmp(extname, "citext") == 0;
}

/* check_stored raises for a generated column whose values no row holds. */
static void
check_stored(const char *source, Oid relid, AttrNumber attnum, int location)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
	char generated;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for attribute %d of relation %u", attnum, relid);
	generated = ((Form_pg_attribute) GETSTRUCT(tuple))->attgenerated;
	ReleaseSysCache(tuple);
	if (generated != '\0' && generated != ATTRIBUTE_GENERATED_STORED)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of table \"%s\" is a virtual generated column",
						get_attname(relid, attnum, false), table_label(relid)),
				 errhint("Make it a stored generated column."),
				 ddlx_errposition(source, location)));
}

/*
 * table.c
 *		Tables and columns that a statement names.
 *
 * A name is looked up, and its kind, ownership and lock settled, in one step,
 * by RangeVarGetRelidExtended's callback.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "resolver/key.h"

/* What the lookup of one name needs to know while it goes on */
typedef struct TableLookup
{
	const char *source;
	RangeVar *name;
	bool must_own;
} TableLookup;

static Oid look_up_table(const char *source, RangeVar *name, LOCKMODE lockmode, bool must_own);
static Oid look_up(TableLookup *lookup, LOCKMODE lockmode, RangeVarGetRelidCallback check);
static void check_table_callback(const RangeVar *name, Oid relid, Oid old_relid, void *arg);
static void check_table_kind(const TableLookup *lookup, Oid relid, HeapTuple tuple);
static const char *kind_obstacle(Oid relid, HeapTuple tuple, const char **hint);
static void table_refused(const TableLookup *lookup, const char *reason,
						  const char *hint) pg_attribute_noreturn();
static void lookup_error_callback(void *arg);
static void table_missing(const char *source, RangeVar *name) pg_attribute_noreturn();

Oid
resolve_owned_table(const char *source, RangeVar *name, LOCKMODE lockmode, bool missing_ok)
{
	Oid relid = look_up_table(source, name, lockmode, true);

	if (!OidIsValid(relid))
	{
		if (!missing_ok)
			table_missing(source, name);
		ereport(NOTICE,
				(errmsg("table \"%s\" does not exist, skipping", name->relname)));
	}
	return relid;
}

Oid
resolve_scope_table(const char *source, RangeVar *name, bool must_own)
{
	Oid relid = look_up_table(source, name, AccessShareLock, must_own);
	int nkeys;
	AttrNumber *attnums;
	char *obstacle;

	if (!OidIsValid(relid))
		table_missing(source, name);
	if (!key_primary(relid, &nkeys, &attnums))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("scope table \"%s\" has no primary key", name->relname),
				 errdetail("A scope is known by the primary key of its row."),
				 errhint("Use ALTER TABLE %s ADD PRIMARY KEY (..).",
						 quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
													get_rel_name(relid))),
				 ddlx_errposition(source, name->location)));
	obstacle = key_scope_obstacle(relid, nkeys, attnums);
	if (obstacle != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("primary key of table \"%s\" cannot identify scopes", name->relname),
				 errdetail("%s", obstacle),
				 ddlx_errposition(source, name->location)));
	return relid;
}

Oid
resolve_lockable_table(const char *source, RangeVar *name, bool must_own)
{
	TableLookup lookup = {source, name, must_own};
	Oid relid = look_up(&lookup, NoLock, NULL);
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	const char *hint;
	bool lockable;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	lockable = kind_obstacle(relid, tuple, &hint) == NULL &&
		(!must_own || object_ownercheck(RelationRelationId, relid, GetUserId()));
	ReleaseSysCache(tuple);
	return lockable ? relid : InvalidOid;
}

const char *
table_obstacle(Oid relid, const char **hint)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	const char *obstacle;

	*hint = NULL;
	if (!HeapTupleIsValid(tuple))
		return NULL;
	obstacle = kind_obstacle(relid, tuple, hint);
	ReleaseSysCache(tuple);
	return obstacle;
}

void
check_enable_kind(const char *source, Oid relid, int location)
{
	bool child = has_superclass(relid);
	bool parent = get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE &&
		find_inheritance_children(relid, NoLock) != NIL;

	if (child || parent)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("table \"%s\" takes part in inheritance", table_label(relid)),
				 child ? errdetail("It inherits from another table, whose queries would show its rows without its rules.") :
						 errdetail("Other tables inherit from it, and its queries would show their rows by its rules."),
				 errhint("Use declarative partitioning, or ALTER TABLE .. NO INHERIT."),
				 ddlx_errposition(source, location)));
}

AttrNumber
resolve_column(const char *source, Oid relid, const char *column, int location)
{
	AttrNumber attnum = get_attnum(relid, column);

	if (attnum == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" does not exist",
						column, table_label(relid)),
				 ddlx_errposition(source, location)));
	if (attnum < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" is a system column",
						column, table_label(relid)),
				 errhint("Name a column of the table's own."),
				 ddlx_errposition(source, location)));
	return attnum;
}

/*
 * look_up_table returns the OID of the table called name, checked and locked;
 * InvalidOid if there is none. What the server itself raises on the way gets
 * the name's position.
 */
static Oid
look_up_table(const char *source, RangeVar *name, LOCKMODE lockmode, bool must_own)
{
	TableLookup lookup;

	lookup.source = source;
	lookup.name = name;
	lookup.must_own = must_own;
	return look_up(&lookup, lockmode, check_table_callback);
}

/* look_up looks one name up, and lets check see what it means before that is locked. */
static Oid
look_up(TableLookup *lookup, LOCKMODE lockmode, RangeVarGetRelidCallback check)
{
	ErrorContextCallback errcallback;
	Oid relid;

	errcallback.callback = lookup_error_callback;
	errcallback.arg = lookup;
	errcallback.previous = error_context_stack;
	error_context_stack = &errcallback;
	relid = RangeVarGetRelidExtended(lookup->name, lockmode, RVR_MISSING_OK, check, lookup);
	error_context_stack = errcallback.previous;
	return relid;
}

/* check_table_callback raises unless a statement may speak of the table. */
static void
check_table_callback(const RangeVar *name, Oid relid, Oid old_relid, void *arg)
{
	const TableLookup *lookup = arg;
	HeapTuple tuple;

	if (!OidIsValid(relid))
		return;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		return; /* dropped meanwhile: the name is looked up again */
	check_table_kind(lookup, relid, tuple);
	ReleaseSysCache(tuple);
	if (lookup->must_own && !object_ownercheck(RelationRelationId, relid, GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\"", name->relname),
				 ddlx_errposition(lookup->source, name->location)));
}

/* check_table_kind raises 42809 for relations on which no rule can stand. */
static void
check_table_kind(const TableLookup *lookup, Oid relid, HeapTuple tuple)
{
	const char *hint;
	const char *obstacle = kind_obstacle(relid, tuple, &hint);

	if (obstacle != NULL)
		table_refused(lookup, obstacle, hint);
}

/* kind_obstacle returns why no rule can stand on a relation, and what to do (or NULL). */
static const char *
kind_obstacle(Oid relid, HeapTuple tuple, const char **hint)
{
	Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

	*hint = NULL;
	if (form->relkind == RELKIND_VIEW || form->relkind == RELKIND_MATVIEW)
	{
		*hint = "Name the tables that the view reads.";
		return form->relkind == RELKIND_VIEW ? "is a view" : "is a materialized view";
	}
	if (form->relkind == RELKIND_FOREIGN_TABLE)
		return "is a foreign table";
	if (form->relkind != RELKIND_RELATION && form->relkind != RELKIND_PARTITIONED_TABLE)
		return "is not a table";
	if (form->relpersistence == RELPERSISTENCE_TEMP)
	{
		*hint = "Qualify the name with a schema to mean a permanent table.";
		return "is a temporary table";
	}
	if (relid < FirstNormalObjectId || form->relnamespace == PG_CATALOG_NAMESPACE)
		return "is a system catalog";
	if (form->relnamespace == get_namespace_oid("electric", true))
		return "belongs to the extension electric_perm";
	if (form->relispartition)
	{
		*hint = "Name the partitioned table at its root; its rules hold for every partition.";
		return "is a partition";
	}
	return NULL;
}

/* table_refused raises that no rule can stand on the table, and why. */
static void
table_refused(const TableLookup *lookup, const char *reason, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("\"%s\" %s", lookup->name->relname, reason),
			 errdetail("ELECTRIC statements speak of ordinary and partitioned tables that are permanent."),
			 hint != NULL ? errhint("%s", hint) : 0,
			 ddlx_errposition(lookup->source, lookup->name->location)));
}

/* lookup_error_callback gives the server's own errors the position of the name. */
static void
lookup_error_callback(void *arg)
{
	const TableLookup *lookup = arg;

	if (geterrcode() != ERRCODE_QUERY_CANCELED)
		ddlx_errposition(lookup->source, lookup->name->location);
}

static void
table_missing(const char *source, RangeVar *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 name->schemaname != NULL ?
				 errmsg("table \"%s.%s\" does not exist", name->schemaname, name->relname) :
				 errmsg("table \"%s\" does not exist", name->relname),
			 ddlx_errposition(source, name->location)));
}

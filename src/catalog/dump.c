/*
 * dump.c
 *		electric.dump(): all rules as DDLX statements that recreate them.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "catalog/catalog.h"
#include "resolver/resolver.h"

PG_FUNCTION_INFO_V1(electric_dump);

static List *dump_tables(void);
static List *dump_grants(Oid relid);
static List *dump_assignments(void);
static char *typed_path(Oid relid, Oid scope_relid, char *path, List *keys);
static List *dump_client_sql(void);
static bool is_mine(Oid relid);

/*
 * electric.dump() -> setof text: the rules on tables that the caller owns; the
 * SQLITE statements for the database's owner. Tables are enabled first; each
 * kind is in the order of its text.
 */
Datum
electric_dump(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	List *statements;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	statements = list_concat(dump_tables(), dump_assignments());
	statements = list_concat(statements, dump_client_sql());
	foreach(cell, statements)
	{
		Datum value = CStringGetTextDatum(psprintf("%s;", (char *) lfirst(cell)));
		bool is_null = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &is_null);
	}
	return (Datum) 0;
}

/* dump_tables returns the ENABLE statements, then the grants. */
static List *
dump_tables(void)
{
	List *enables = NIL;
	List *grants = NIL;
	ListCell *cell;

	foreach(cell, catalog_enabled_tables())
	{
		if (is_mine(lfirst_oid(cell)))
		{
			char *table = catalog_name(lfirst_oid(cell));

			enables = lappend(enables, psprintf("ALTER TABLE %s ENABLE ELECTRIC", table));
		}
	}
	foreach(cell, catalog_enabled_tables())
	{
		if (is_mine(lfirst_oid(cell)))
			grants = list_concat(grants, dump_grants(lfirst_oid(cell)));
	}
	list_sort(enables, names_compare);
	list_sort(grants, names_compare);
	return list_concat(enables, grants);
}

static List *
dump_grants(Oid relid)
{
	List *grants = catalog_grants(relid);
	ListCell *cell;

	foreach(cell, grants)
	{
		Grant *grant = lfirst(cell);

		grant->path = typed_path(relid, grant->scope_relid, grant->path, grant->path_keys);
	}
	return catalog_grants_text(grants);
}

static List *
dump_assignments(void)
{
	List *statements = NIL;
	ListCell *cell;

	foreach(cell, catalog_assignments())
	{
		Assignment *assignment = lfirst(cell);
		char *text;

		assignment->path = typed_path(assignment->relid, assignment->scope_relid,
									  assignment->path, assignment->path_keys);
		text = catalog_assignment_text(assignment);
		if (text && is_mine(assignment->relid))
			statements = lappend(statements, text);
	}
	list_sort(statements, names_compare);
	return statements;
}

/*
 * typed_path returns a recorded path as it has to be typed now: another key may have
 * taken a name of its steps. As it stands, if it leads to the scope no longer.
 */
static char *
typed_path(Oid relid, Oid scope_relid, char *path, List *keys)
{
	KeyPath *resolved = path ? path_from_text(relid, scope_relid, path, keys) : NULL;

	return resolved ? path_to_using(resolved) : path;
}

static List *
dump_client_sql(void)
{
	List *statements = NIL;
	ListCell *cell;

	if (!catalog_is_database_owner())
		return NIL;
	foreach(cell, catalog_client_sql())
	{
		char *sql = quote_literal_cstr(lfirst(cell));

		statements = lappend(statements, psprintf("ELECTRIC SQLITE %s", sql));
	}
	return statements;
}

/* is_mine: is relid there, and has the caller its owner's rights? */
static bool
is_mine(Oid relid)
{
	Oid owner = catalog_owner(relid);

	return OidIsValid(owner) && has_privs_of_role(GetUserId(), owner);
}

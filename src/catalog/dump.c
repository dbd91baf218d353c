/*
 * dump.c
 *		electric.dump(): all rules as DDLX statements that recreate them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_database.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "catalog/catalog.h"

PG_FUNCTION_INFO_V1(electric_dump);

static List *dump_tables(void);
static List *dump_table_grants(Oid relid);
static List *dump_assignments(void);
static List *dump_client_sql(void);
static bool is_same_rule(const Grant *a, const Grant *b);
static bool is_same_text(const char *a, const char *b);
static bool is_mine(Oid relid);
static bool is_database_mine(void);
static int compare_statements(const ListCell *a, const ListCell *b);

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
			grants = list_concat(grants, dump_table_grants(lfirst_oid(cell)));
	}
	list_sort(enables, compare_statements);
	list_sort(grants, compare_statements);
	return list_concat(enables, grants);
}

/*
 * dump_table_grants returns the grants on relid, one statement for those that differ
 * in the privilege alone.
 */
static List *
dump_table_grants(Oid relid)
{
	List *grants = catalog_grants(relid);
	List *statements = NIL;
	int count = list_length(grants);
	bool *done = palloc0(sizeof(bool) * (count + 1));

	for (int i = 0; i < count; i++)
	{
		Grant *grant = list_nth(grants, i);
		AclMode privileges = grant->privilege;
		char *text;

		if (done[i])
			continue;
		for (int j = i + 1; j < count; j++)
		{
			Grant *other = list_nth(grants, j);

			if (!done[j] && is_same_rule(grant, other))
			{
				privileges |= other->privilege;
				done[j] = true;
			}
		}
		text = catalog_grant_text(grant, privilege_list(privileges));
		if (text)
			statements = lappend(statements, text);
	}
	return statements;
}

static List *
dump_assignments(void)
{
	List *statements = NIL;
	ListCell *cell;

	foreach(cell, catalog_assignments())
	{
		Assignment *assignment = lfirst(cell);
		char *text = catalog_assignment_text(assignment);

		if (text && is_mine(assignment->relid))
			statements = lappend(statements, text);
	}
	list_sort(statements, compare_statements);
	return statements;
}

static List *
dump_client_sql(void)
{
	List *statements = NIL;
	ListCell *cell;

	if (!is_database_mine())
		return NIL;
	foreach(cell, catalog_client_sql())
	{
		char *sql = quote_literal_cstr(lfirst(cell));

		statements = lappend(statements, psprintf("ELECTRIC SQLITE %s", sql));
	}
	return statements;
}

/* is_same_rule: do two grants on one table differ in nothing but the privilege? */
static bool
is_same_rule(const Grant *a, const Grant *b)
{
	return a->column == NULL && b->column == NULL &&
		a->scope_relid == b->scope_relid &&
		is_same_text(a->role, b->role) &&
		is_same_text(a->path, b->path) &&
		is_same_text(a->condition, b->condition);
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* is_mine: is relid there, and has the caller its owner's rights? */
static bool
is_mine(Oid relid)
{
	Oid owner = catalog_owner(relid);

	return OidIsValid(owner) && has_privs_of_role(GetUserId(), owner);
}

static bool
is_database_mine(void)
{
	HeapTuple tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	bool mine;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for database %u", MyDatabaseId);
	mine = has_privs_of_role(GetUserId(), ((Form_pg_database) GETSTRUCT(tuple))->datdba);
	ReleaseSysCache(tuple);
	return mine;
}

static int
compare_statements(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

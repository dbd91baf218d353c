/*
 * tables.c
 *		electric.tables.
 */
#include "postgres.h"

#include "catalog/catalog.h"
#include "catalog/store.h"

/* Columns of electric.tables, as in the install script */
enum
{
	Anum_tbl = 1,
	Anum_had_rls,
	Natts = Anum_had_rls
};

/* A row of electric.tables */
typedef struct EnabledTable
{
	Oid relid;
	bool had_rls;
} EnabledTable;

static EnabledTable *find_table(Oid relid);
static void *decode_table(HeapTuple tuple, TupleDesc desc);

bool
catalog_table_is_enabled(Oid relid)
{
	return find_table(relid) != NULL;
}

List *
catalog_enabled_tables(void)
{
	List *relids = NIL;
	ListCell *cell;

	foreach(cell, store_scan("tables", Natts, NULL, InvalidOid, decode_table))
		relids = lappend_oid(relids, ((EnabledTable *) lfirst(cell))->relid);
	list_sort(relids, list_oid_cmp);
	return relids;
}

bool
catalog_table_had_rls(Oid relid)
{
	EnabledTable *table = find_table(relid);

	return table && table->had_rls;
}

void
catalog_table_store(Oid relid, bool had_rls)
{
	StoreParams params = {0};

	store_param_oid(&params, relid);
	store_param_bool(&params, had_rls);
	store_write("INSERT INTO electric.tables (tbl, had_rls) VALUES ($1, $2)", &params);
}

void
catalog_table_delete(Oid relid)
{
	StoreParams params = {0};

	store_param_oid(&params, relid);
	store_write("DELETE FROM electric.tables WHERE tbl OPERATOR(pg_catalog.=) $1", &params);
}

/* find_table returns the row of relid, or NULL. */
static EnabledTable *
find_table(Oid relid)
{
	List *rows = store_scan("tables", Natts, "tables_pkey", relid, decode_table);

	return rows == NIL ? NULL : linitial(rows);
}

static void *
decode_table(HeapTuple tuple, TupleDesc desc)
{
	EnabledTable *table = palloc(sizeof(EnabledTable));

	table->relid = store_oid(tuple, desc, Anum_tbl);
	table->had_rls = store_bool(tuple, desc, Anum_had_rls);
	return table;
}

/*
 * client_sql.c
 *		electric.client_sql.
 */
#include "postgres.h"

#include "storage/lmgr.h"

#include "catalog/catalog.h"
#include "catalog/store.h"

/* Columns of electric.client_sql, as in the install script */
enum
{
	Anum_ord = 1,
	Anum_sql,
	Natts = Anum_sql
};

/* A row of electric.client_sql */
typedef struct ClientSql
{
	int64 ord;
	char *sql;
} ClientSql;

static List *client_sql_rows(void);
static void *decode_client_sql(HeapTuple tuple, TupleDesc desc);
static int compare_client_sql(const ListCell *a, const ListCell *b);

/* catalog_client_sql_append adds a statement behind the others; locks the table. */
void
catalog_client_sql_append(const char *sql)
{
	StoreParams params = {0};
	List *rows;

	LockRelationOid(catalog_relation("client_sql"), ShareUpdateExclusiveLock);
	rows = client_sql_rows();
	store_param_int64(&params, rows == NIL ? 1 : ((ClientSql *) llast(rows))->ord + 1);
	store_param_text(&params, sql);
	store_write("INSERT INTO electric.client_sql (ord, sql) VALUES ($1, $2)", &params);
}

List *
catalog_client_sql(void)
{
	List *statements = NIL;
	ListCell *cell;

	foreach(cell, client_sql_rows())
		statements = lappend(statements, ((ClientSql *) lfirst(cell))->sql);
	return statements;
}

/* client_sql_rows returns the rows (ClientSql *) in order of entry. */
static List *
client_sql_rows(void)
{
	List *rows = store_scan("client_sql", Natts, NULL, InvalidOid, decode_client_sql);

	list_sort(rows, compare_client_sql);
	return rows;
}

static void *
decode_client_sql(HeapTuple tuple, TupleDesc desc)
{
	ClientSql *row = palloc(sizeof(ClientSql));
	bool is_null;

	row->ord = DatumGetInt64(heap_getattr(tuple, Anum_ord, desc, &is_null));
	row->sql = store_text(tuple, desc, Anum_sql);
	return row;
}

static int
compare_client_sql(const ListCell *a, const ListCell *b)
{
	const ClientSql *left = lfirst(a);
	const ClientSql *right = lfirst(b);

	if (left->ord == right->ord)
		return 0;
	return left->ord < right->ord ? -1 : 1;
}

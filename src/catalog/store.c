/*
 * store.c
 *		How the catalog's files reach the rows of electric.*: scan and write.
 *
 * Scans are direct, under the newest catalog snapshot: a rule counts as soon as
 * it is committed (or stands in this transaction), whatever snapshot a statement
 * has. Writes go through SPI, so that constraints hold.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog/catalog.h"
#include "catalog/run_as.h"
#include "catalog/store.h"

static Oid find_index(Relation rel, const char *name);

/* SELECT * FROM electric.<table> [WHERE tbl = relid] */
List *
store_scan(const char *table, int natts, const char *index, Oid relid, StoreDecode decode)
{
	Oid table_oid = catalog_relation(table);
	List *rows = NIL;
	Relation rel;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple tuple;

	if (!OidIsValid(table_oid))
		return NIL;

	rel = table_open(table_oid, AccessShareLock);
	if (RelationGetDescr(rel)->natts >= natts)
	{
		Oid index_oid = index ? find_index(rel, index) : InvalidOid;

		ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
		scan = systable_beginscan(rel, index_oid, OidIsValid(index_oid), NULL,
								  index ? 1 : 0, &key);
		while ((tuple = systable_getnext(scan)) != NULL)
		{
			void *row = decode(tuple, RelationGetDescr(rel));

			if (row)
				rows = lappend(rows, row);
		}
		systable_endscan(scan);
	}
	table_close(rel, AccessShareLock);
	return rows;
}

/* find_index returns a table's index by its name, InvalidOid if it has none that can be read. */
static Oid
find_index(Relation rel, const char *name)
{
	List *indexes = RelationGetIndexList(rel);
	ListCell *cell;

	foreach(cell, indexes)
	{
		char *index = get_rel_name(lfirst_oid(cell));

		if (index && strcmp(index, name) == 0 && get_index_isvalid(lfirst_oid(cell)))
			return lfirst_oid(cell);
	}
	return InvalidOid;
}

char *
store_text(HeapTuple tuple, TupleDesc desc, AttrNumber attnum)
{
	bool is_null;
	Datum value = heap_getattr(tuple, attnum, desc, &is_null);

	return is_null ? NULL : TextDatumGetCString(value);
}

Oid
store_oid(HeapTuple tuple, TupleDesc desc, AttrNumber attnum)
{
	bool is_null;
	Datum value = heap_getattr(tuple, attnum, desc, &is_null);

	return is_null ? InvalidOid : DatumGetObjectId(value);
}

bool
store_bool(HeapTuple tuple, TupleDesc desc, AttrNumber attnum)
{
	bool is_null;
	Datum value = heap_getattr(tuple, attnum, desc, &is_null);

	return !is_null && DatumGetBool(value);
}

Jsonb *
store_jsonb(HeapTuple tuple, TupleDesc desc, AttrNumber attnum)
{
	bool is_null;
	Datum value = heap_getattr(tuple, attnum, desc, &is_null);

	return is_null ? NULL : DatumGetJsonbPCopy(value);
}

/* store_text_list returns the elements of a text[] (char *); NULL elements as "". */
List *
store_text_list(HeapTuple tuple, TupleDesc desc, AttrNumber attnum)
{
	bool is_null;
	Datum value = heap_getattr(tuple, attnum, desc, &is_null);
	Datum *elements;
	bool *nulls;
	int count;
	List *list = NIL;

	if (is_null)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
		list = lappend(list, nulls[i] ? pstrdup("") : TextDatumGetCString(elements[i]));
	return list;
}

int
store_compare(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

void
store_param_value(StoreParams *params, Oid type, Datum value, bool is_null)
{
	int i = params->count++;

	Assert(i < STORE_MAX_PARAMS);
	params->types[i] = type;
	params->values[i] = value;
	params->nulls[i] = is_null ? 'n' : ' ';
}

void
store_param_oid(StoreParams *params, Oid value)
{
	store_param_value(params, REGCLASSOID, ObjectIdGetDatum(value), !OidIsValid(value));
}

void
store_param_text(StoreParams *params, const char *value)
{
	store_param_value(params, TEXTOID, value ? CStringGetTextDatum(value) : (Datum) 0,
					  value == NULL);
}

void
store_param_text_list(StoreParams *params, List *value)
{
	Datum *elements = palloc(sizeof(Datum) * (list_length(value) + 1));
	ArrayType *array;
	ListCell *cell;

	foreach(cell, value)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	array = construct_array(elements, list_length(value), TEXTOID, -1, false, TYPALIGN_INT);
	store_param_value(params, TEXTARRAYOID, PointerGetDatum(array), value == NIL);
}

void
store_param_jsonb(StoreParams *params, const Jsonb *value)
{
	store_param_value(params, JSONBOID, JsonbPGetDatum(value), value == NULL);
}

void
store_param_bool(StoreParams *params, bool value)
{
	store_param_value(params, BOOLOID, BoolGetDatum(value), false);
}

void
store_param_int64(StoreParams *params, int64 value)
{
	store_param_value(params, INT8OID, Int64GetDatum(value), false);
}

void
store_write(const char *sql, StoreParams *params)
{
	store_write_rows(sql, params, 1);
	catalog_forget();
}

void
store_write_rows(const char *sql, StoreParams *params, uint64 expected)
{
	if (store_run(sql, params) != expected)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not change the rules due to concurrent change"),
				 errdetail("The rule has changed since this transaction began."),
				 errhint("Run the transaction again.")));
}

uint64
store_run(const char *sql, StoreParams *params)
{
	RunAs saved;
	int result;
	uint64 rows;

	run_as_begin(catalog_owner(catalog_relation("grants")), &saved);
	SPI_connect();
	result = SPI_execute_with_args(sql, params->count, params->types, params->values,
								   params->nulls, false, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute_with_args returned %s for: %s",
			 SPI_result_code_string(result), sql);
	rows = SPI_processed;
	SPI_finish();
	run_as_end(&saved);
	CommandCounterIncrement();
	return rows;
}

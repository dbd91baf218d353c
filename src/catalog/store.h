/*
 * store.h
 *		How the catalog's files reach the rows of electric.*: scan and write.
 *
 * Inside src/catalog only. The attribute numbers stand beside the name of the
 * table in the file that reads it, and follow the install script.
 */
#ifndef ELECTRIC_STORE_H
#define ELECTRIC_STORE_H

#include "access/htup_details.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"

#include "catalog/catalog.h"

/* A decoder makes a struct of a row; NULL leaves the row out. */
typedef void *(*StoreDecode)(HeapTuple tuple, TupleDesc desc);

/*
 * store_scan returns what decode makes of the rows of electric.<table>, as the newest
 * catalog snapshot shows them; with an index (whose first column is tbl) only
 * those of relid. NIL if the table is not there or has fewer than natts columns.
 */
extern List *store_scan(const char *table, int natts, const char *index,
						Oid relid, StoreDecode decode);

/* One attribute of a row, copied; NULL or InvalidOid for NULL */
extern char *store_text(HeapTuple tuple, TupleDesc desc, AttrNumber attnum);
extern Oid store_oid(HeapTuple tuple, TupleDesc desc, AttrNumber attnum);
extern bool store_bool(HeapTuple tuple, TupleDesc desc, AttrNumber attnum);
extern Jsonb *store_jsonb(HeapTuple tuple, TupleDesc desc, AttrNumber attnum);
extern List *store_text_list(HeapTuple tuple, TupleDesc desc, AttrNumber attnum);

/* store_compare compares bytewise; NULL comes first. */
extern int store_compare(const char *a, const char *b);

/* Parameters of a write, in order */
#define STORE_MAX_PARAMS 8

typedef struct StoreParams
{
	int count;
	Oid types[STORE_MAX_PARAMS];
	Datum values[STORE_MAX_PARAMS];
	char nulls[STORE_MAX_PARAMS]; /* 'n' for NULL, else ' ' */
} StoreParams;

extern void store_param_oid(StoreParams *params, Oid value); /* a regclass */
extern void store_param_text(StoreParams *params, const char *value);
extern void store_param_text_list(StoreParams *params, List *value);
extern void store_param_jsonb(StoreParams *params, const Jsonb *value);
extern void store_param_bool(StoreParams *params, bool value);
extern void store_param_int64(StoreParams *params, int64 value);
extern void store_param_value(StoreParams *params, Oid type, Datum value, bool is_null);

/*
 * store_write runs one INSERT, UPDATE or DELETE on electric.* as its owner and
 * makes every session load the rules again. Unless it meets exactly one row it
 * raises 40001: the transaction's snapshot is older than the row.
 */
extern void store_write(const char *sql, StoreParams *params);

/* store_write_rows is that for what is no rule, and meets as many rows as expected. */
extern void store_write_rows(const char *sql, StoreParams *params, uint64 expected);

/*
 * A row as the rule that it is, whether that makes sense or not (grants.c, assignments.c), and
 * whether its texts are such as a statement writes: 22023, or 42601 (stated.c).
 */
extern Grant *grant_of_row(HeapTuple tuple, TupleDesc desc);
extern Assignment *assignment_of_row(HeapTuple tuple, TupleDesc desc);
extern void check_stated_grant(const Grant *grant);
extern void check_stated_assignment(const Assignment *assignment);

/* store_run is that for any number of rows: it returns how many the statement met. */
extern uint64 store_run(const char *sql, StoreParams *params);

#endif /* ELECTRIC_STORE_H */

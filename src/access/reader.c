/*
 * reader.c
 *		Rows of one table by equality on columns, through the best index.
 *
 * Reads by direct table and index scans under a given snapshot: no privileges, no
 * policies, no planner. A partitioned table is read partition by partition. Scans of
 * a serializable snapshot take their predicate locks by themselves.
 *
 * A reader is used by one reading at a time: reader_begin starts again.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "access/engine.h"
#include "compat.h"

/* One column that is compared, "column operator value" */
typedef struct RowKey
{
	AttrNumber attnum; /* of the relation, not of a partition */
	Oid opno;
	Oid collation;
	FmgrInfo equal;
} RowKey;

/* The relation itself, or one partition that holds rows */
typedef struct RowPart
{
	Relation relation;
	AttrMap *attrmap; /* relation's column -> partition's; NULL: same */
	Relation index;	  /* NULL: the table is read whole */
	bool unique;	  /* the index keys find one row at most */
	int nindexkeys;
	ScanKeyData index_keys[INDEX_MAX_KEYS];
	int index_key_numbers[INDEX_MAX_KEYS]; /* index key -> RowKey */
	TupleTableSlot *slot;
	IndexScanDesc index_scan;
	TableScanDesc table_scan;
} RowPart;

struct RowReader
{
	MemoryContext context;
	Snapshot snapshot;
	Oid relid;
	int nkeys;
	RowKey *keys;
	Work *work;
	bool opened;
	int nparts;
	RowPart *parts;
	int part; /* the one being read, -1 before the first */
	Datum values[INDEX_MAX_KEYS];
};

static void reader_open(RowReader *reader);
static void part_open(RowReader *reader, RowPart *part, Relation relation, Relation root);
static bool part_try_index(RowReader *reader, RowPart *part, Relation index);
static bool is_better(const RowPart *part, bool unique, int nkeys, int first);
static bool index_is_usable(Relation index);
static void part_start(RowReader *reader, RowPart *part);
static bool row_matches(RowReader *reader, RowPart *part);
static AttrNumber part_attnum(const RowPart *part, AttrNumber attnum);

/* reader_create only notes what is to be read; see engine.h. */
RowReader *
reader_create(MemoryContext context, Snapshot snapshot, Oid relid, int nkeys,
			  const AttrNumber *attnums, const Oid *operators, Work *work)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	RowReader *reader = palloc0(sizeof(RowReader));
	int i;

	reader->context = context;
	reader->snapshot = snapshot;
	reader->relid = relid;
	reader->nkeys = nkeys;
	reader->keys = palloc0(sizeof(RowKey) * Max(nkeys, 1));
	reader->work = work;
	for (i = 0; i < nkeys; i++)
	{
		RowKey *key = &reader->keys[i];
		Oid type;
		int32 typmod;

		key->attnum = attnums[i];
		key->opno = operators[i];
		get_atttypetypmodcoll(relid, attnums[i], &type, &typmod, &key->collation);
		fmgr_info(get_opcode(operators[i]), &key->equal);
	}
	MemoryContextSwitchTo(old);
	return reader;
}

/* reader_begin starts reading the rows whose keys equal values (copied). */
void
reader_begin(RowReader *reader, const Datum *values)
{
	if (!reader->opened)
		reader_open(reader);
	if (reader->nkeys > 0)
		memcpy(reader->values, values, sizeof(Datum) * reader->nkeys);
	reader->part = -1;
}

/*
 * reader_next returns the next row, NULL at the end or where the work's limit is
 * exceeded; the slot is the reader's and holds the row until the next call.
 */
TupleTableSlot *
reader_next(RowReader *reader)
{
	for (;;)
	{
		MemoryContext old;
		RowPart *part;
		bool found;

		CHECK_FOR_INTERRUPTS();
		if (work_exceeded(reader->work))
			return NULL;
		if (reader->part < 0 || reader->part >= reader->nparts)
		{
			if (reader->part >= reader->nparts || reader->nparts == 0)
				return NULL;
			reader->part = 0;
			part_start(reader, &reader->parts[0]);
		}
		part = &reader->parts[reader->part];
		/* what an index scan notes for itself must outlive the caller's row */
		old = MemoryContextSwitchTo(reader->context);
		found = part->index_scan ?
			index_getnext_slot(part->index_scan, ForwardScanDirection, part->slot) :
			table_scan_getnextslot(part->table_scan, ForwardScanDirection, part->slot);
		MemoryContextSwitchTo(old);
		if (found)
		{
			reader->work->done += 1;
			if (row_matches(reader, part))
				return part->slot;
		}
		else if (++reader->part < reader->nparts)
			part_start(reader, &reader->parts[reader->part]);
		else
			return NULL;
	}
}

/* reader_get reads a column of the relation from a row that reader_next returned. */
Datum
reader_get(RowReader *reader, TupleTableSlot *slot, AttrNumber attnum, bool *isnull)
{
	return slot_getattr(slot, part_attnum(&reader->parts[reader->part], attnum), isnull);
}

/* reader_get_keys reads several columns; false if one of them is NULL. */
bool
reader_get_keys(RowReader *reader, TupleTableSlot *slot, int nkeys,
				const AttrNumber *attnums, Datum *values)
{
	int i;

	for (i = 0; i < nkeys; i++)
	{
		bool isnull;

		values[i] = reader_get(reader, slot, attnums[i], &isnull);
		if (isnull)
			return false;
	}
	return true;
}

/*
 * reader_index_keys returns how many of the keys an index finds, the least over
 * all partitions; 0: a table has to be read whole.
 */
int
reader_index_keys(RowReader *reader)
{
	int least = reader->nkeys;
	int i;

	if (!reader->opened)
		reader_open(reader);
	for (i = 0; i < reader->nparts; i++)
		least = Min(least, reader->parts[i].index ? reader->parts[i].nindexkeys : 0);
	return least;
}

/* reader_table_rows estimates the rows of the whole table, from pg_class. */
double
reader_table_rows(RowReader *reader)
{
	double rows = 0;
	int i;

	if (!reader->opened)
		reader_open(reader);
	for (i = 0; i < reader->nparts; i++)
	{
		Relation relation = reader->parts[i].relation;

		/* never analysed: assume some 50 rows a page */
		rows += relation->rd_rel->reltuples >= 0 ? relation->rd_rel->reltuples :
												   50.0 * RelationGetNumberOfBlocks(relation);
	}
	return rows;
}

/* reader_close ends the scans and closes the relations, keeping their locks. */
void
reader_close(RowReader *reader)
{
	int i;

	if (!reader->opened)
		return;
	reader->opened = false;
	for (i = 0; i < reader->nparts; i++)
	{
		RowPart *part = &reader->parts[i];

		if (part->index_scan)
			index_endscan(part->index_scan);
		if (part->table_scan)
			table_endscan(part->table_scan);
		ExecDropSingleTupleTableSlot(part->slot);
		if (part->index)
			index_close(part->index, NoLock);
		table_close(part->relation, NoLock);
	}
	reader->nparts = 0;
}

static void
reader_open(RowReader *reader)
{
	MemoryContext old = MemoryContextSwitchTo(reader->context);
	Relation root = table_open(reader->relid, AccessShareLock);

	if (root->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
	{
		List *relids = find_all_inheritors(reader->relid, AccessShareLock, NULL);
		ListCell *cell;

		reader->parts = palloc0(sizeof(RowPart) * list_length(relids));
		reader->opened = true;
		foreach(cell, relids)
		{
			Relation relation;

			if (get_rel_relkind(lfirst_oid(cell)) != RELKIND_RELATION)
				continue;
			relation = table_open(lfirst_oid(cell), NoLock);
			part_open(reader, &reader->parts[reader->nparts++], relation, root);
		}
		table_close(root, NoLock);
	}
	else
	{
		reader->parts = palloc0(sizeof(RowPart));
		reader->opened = true;
		part_open(reader, &reader->parts[reader->nparts++], root, NULL);
	}
	MemoryContextSwitchTo(old);
}

/* part_open chooses the index that finds most of the keys, at best one row. */
static void
part_open(RowReader *reader, RowPart *part, Relation relation, Relation root)
{
	List *indexes;
	ListCell *cell;

	part->relation = relation;
	if (root)
		part->attrmap = build_attrmap_by_name_if_req_compat(RelationGetDescr(relation),
															RelationGetDescr(root));
	part->slot = table_slot_create(relation, NULL);
	indexes = reader->nkeys > 0 ? RelationGetIndexList(relation) : NIL;
	foreach(cell, indexes)
	{
		Relation index;
		Relation worse;

		if (part->unique)
			break;
		index = index_open(lfirst_oid(cell), AccessShareLock);
		worse = index;
		if (index_is_usable(index) && part_try_index(reader, part, index))
		{
			worse = part->index;
			part->index = index;
		}
		if (worse)
			index_close(worse, NoLock);
	}
	list_free(indexes);
}

/*
 * part_try_index makes the scan keys of the index if it is better than what
 * the part has, and says whether it is.
 */
static bool
part_try_index(RowReader *reader, RowPart *part, Relation index)
{
	bool is_btree = index->rd_rel->relam == BTREE_AM_OID;
	int natts = IndexRelationGetNumberOfKeyAttributes(index);
	ScanKeyData keys[INDEX_MAX_KEYS];
	int numbers[INDEX_MAX_KEYS];
	Oid column_type;
	Oid value_type;
	int n = 0;
	bool unique;

	if (!is_btree && (index->rd_rel->relam != HASH_AM_OID))
		return false;
	while (n < natts)
	{
		int i;

		for (i = 0; i < reader->nkeys; i++)
		{
			RowKey *key = &reader->keys[i];

			if (index->rd_index->indkey.values[n] == part_attnum(part, key->attnum) &&
				get_op_opfamily_strategy(key->opno, index->rd_opfamily[n]) ==
					(is_btree ? BTEqualStrategyNumber : HTEqualStrategyNumber) &&
				(!OidIsValid(index->rd_indcollation[n]) ||
				 index->rd_indcollation[n] == key->collation))
				break;
		}
		if (i == reader->nkeys)
			break;
		/* the index compares by the value's type, which may be another of its family */
		op_input_types(reader->keys[i].opno, &column_type, &value_type);
		ScanKeyEntryInitialize(&keys[n], 0, n + 1,
							   is_btree ? BTEqualStrategyNumber : HTEqualStrategyNumber,
							   value_type, index->rd_indcollation[n],
							   get_opcode(reader->keys[i].opno), (Datum) 0);
		numbers[n++] = i;
	}
	unique = index->rd_index->indisunique && n == natts;
	if (n == 0 || (part->index && !is_better(part, unique, n, numbers[0])))
		return false;
	memcpy(part->index_keys, keys, sizeof(ScanKeyData) * n);
	memcpy(part->index_key_numbers, numbers, sizeof(int) * n);
	part->nindexkeys = n;
	part->unique = unique;
	return true;
}

/*
 * is_better: is such an index better than the one that the part has? Where both find
 * as many keys, by the number of the key that they find first.
 */
static bool
is_better(const RowPart *part, bool unique, int nkeys, int first)
{
	if (unique)
		return true;
	if (nkeys != part->nindexkeys)
		return nkeys > part->nindexkeys;
	return first < part->index_key_numbers[0];
}

/* index_is_usable: may a scan under an old snapshot trust this index? As the planner asks. */
static bool
index_is_usable(Relation index)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisvalid || !form->indisready || !form->indislive)
		return false;
	if (!heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		return false;
	return !form->indcheckxmin ||
		TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
							  TransactionXmin);
}

static void
part_start(RowReader *reader, RowPart *part)
{
	MemoryContext old = MemoryContextSwitchTo(reader->context);

	reader->work->done += DESCENT_WORK;
	if (part->index)
	{
		int i;

		for (i = 0; i < part->nindexkeys; i++)
			part->index_keys[i].sk_argument = reader->values[part->index_key_numbers[i]];
		if (!part->index_scan)
			part->index_scan = index_beginscan_compat(part->relation, part->index,
													  reader->snapshot, part->nindexkeys);
		index_rescan(part->index_scan, part->index_keys, part->nindexkeys, NULL, 0);
	}
	else if (part->table_scan)
		table_rescan(part->table_scan, NULL);
	else
		part->table_scan = table_beginscan(part->relation, reader->snapshot, 0, NULL);
	MemoryContextSwitchTo(old);
}

/* row_matches compares the keys that the index did not. */
static bool
row_matches(RowReader *reader, RowPart *part)
{
	int i;

	for (i = 0; i < reader->nkeys; i++)
	{
		RowKey *key = &reader->keys[i];
		Datum value;
		bool isnull;
		int n;

		for (n = 0; n < part->nindexkeys; n++)
			if (part->index_key_numbers[n] == i)
				break;
		if (n < part->nindexkeys && !part->index_scan->xs_recheck)
			continue;
		value = slot_getattr(part->slot, part_attnum(part, key->attnum), &isnull);
		if (isnull ||
			!DatumGetBool(FunctionCall2Coll(&key->equal, key->collation, value, reader->values[i])))
			return false;
	}
	return true;
}

static AttrNumber
part_attnum(const RowPart *part, AttrNumber attnum)
{
	return part->attrmap ? part->attrmap->attnums[attnum - 1] : attnum;
}

/*
 * keyset.c
 *		Hash sets of keys, and memos of answers by key.
 *
 * A key is one value for each column. A set hashes and compares by the foreign
 * key's own operators, so that what it finds is what the key joins; stored and
 * probe values may be of different types of one operator family. A memo
 * goes by the exact image of its values: the same image has the same answer.
 *
 * Memory is the set's own context, freed as a whole.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "access/engine.h"

#define KEYSET_INITIAL_SLOTS 64
#define KEYMEMO_MAX_ENTRIES	 65536

/*
 * One open-addressing table serves both. by_image is a memo's way of hashing and
 * comparing; only a memo has answers.
 */
struct KeySet
{
	MemoryContext context;
	int nkeys;
	const KeyColumn *columns;
	bool by_image;
	uint32 count;
	uint32 capacity; /* entries that there is room for */
	Datum *values;	 /* nkeys an entry */
	uint32 *hashes;	 /* one an entry */
	bool *answers;	 /* one an entry, memos only */
	uint32 *slots;	 /* entry + 1, 0 is free */
	uint32 mask;	 /* number of slots - 1 */
};

static KeySet *table_create(MemoryContext context, int nkeys, const KeyColumn *columns,
							bool by_image);
static void table_init(KeySet *set);
static void table_grow(KeySet *set);
static void table_insert(KeySet *set, uint32 hash, const Datum *values, bool answer);
static uint32 key_hash(const KeySet *set, const Datum *values, bool stored);
static bool key_image_equal(const KeySet *set, const Datum *a, const Datum *b);
static bool key_equal(const KeySet *set, const Datum *stored, const Datum *probe);

/* keyset_create makes an empty set in a new child of context. */
KeySet *
keyset_create(MemoryContext context, int nkeys, const KeyColumn *columns)
{
	return table_create(context, nkeys, columns, false);
}

/* keyset_add stores a copy of the values, unless the same image is there. */
void
keyset_add(KeySet *set, const Datum *values)
{
	uint32 hash = key_hash(set, values, true);
	uint32 slot;

	for (slot = hash & set->mask; set->slots[slot] != 0; slot = (slot + 1) & set->mask)
	{
		uint32 entry = set->slots[slot] - 1;

		if (set->hashes[entry] == hash &&
			key_image_equal(set, keyset_nth(set, entry), values))
			return;
	}
	table_insert(set, hash, values, true);
}

/* keyset_contains looks probe values up, by the key's operators. */
bool
keyset_contains(KeySet *set, const Datum *values)
{
	uint32 hash;
	uint32 slot;

	if (set->count == 0)
		return false;
	hash = key_hash(set, values, false);
	for (slot = hash & set->mask; set->slots[slot] != 0; slot = (slot + 1) & set->mask)
	{
		uint32 entry = set->slots[slot] - 1;

		if (set->hashes[entry] == hash && key_equal(set, keyset_nth(set, entry), values))
			return true;
	}
	return false;
}

uint32
keyset_count(const KeySet *set)
{
	return set->count;
}

/* keyset_nth returns the values of one entry; they belong to the set. */
const Datum *
keyset_nth(const KeySet *set, uint32 n)
{
	Assert(n < set->count);
	return set->values + n * (Size) set->nkeys;
}

void
keyset_destroy(KeySet *set)
{
	MemoryContextDelete(set->context);
	pfree(set);
}

/* keymemo_create makes an empty memo in a new child of context. */
KeyMemo *
keymemo_create(MemoryContext context, int nkeys, const KeyColumn *columns)
{
	return table_create(context, nkeys, columns, true);
}

/* keymemo_get: was the answer for this image remembered? */
bool
keymemo_get(KeyMemo *memo, const Datum *values, bool *answer)
{
	uint32 hash = key_hash(memo, values, false);
	uint32 slot;

	for (slot = hash & memo->mask; memo->slots[slot] != 0; slot = (slot + 1) & memo->mask)
	{
		uint32 entry = memo->slots[slot] - 1;

		if (memo->hashes[entry] == hash && key_equal(memo, keyset_nth(memo, entry), values))
		{
			*answer = memo->answers[entry];
			return true;
		}
	}
	return false;
}

/* keymemo_put remembers an answer that keymemo_get did not find; a full memo starts again. */
void
keymemo_put(KeyMemo *memo, const Datum *values, bool answer)
{
	if (memo->count == KEYMEMO_MAX_ENTRIES)
	{
		MemoryContextReset(memo->context);
		table_init(memo);
	}
	table_insert(memo, key_hash(memo, values, true), values, answer);
}

/*
 * keycolumns_for_step returns how a set of values of the step's to-side is
 * built and probed with values of its from-side.
 */
KeyColumn *
keycolumns_for_step(const KeyStep *step)
{
	KeyColumn *columns = palloc0(sizeof(KeyColumn) * step->nkeys);
	int i;

	for (i = 0; i < step->nkeys; i++)
	{
		KeyColumn *column = &columns[i];
		Oid left_hash;
		Oid right_hash;
		Oid type = get_atttype(step->to_relid, step->to_attnums[i]);
		int32 typmod;

		if (!get_op_hash_functions(step->operators[i], &left_hash, &right_hash))
			elog(ERROR, "could not find hash functions for operator %u", step->operators[i]);
		get_typlenbyval(type, &column->typlen, &column->typbyval);
		column->stored_is_left = step->forward;
		fmgr_info(step->forward ? left_hash : right_hash, &column->hash_stored);
		fmgr_info(step->forward ? right_hash : left_hash, &column->hash_probe);
		fmgr_info(get_opcode(step->operators[i]), &column->equal);
		/* the resolver takes no key whose two ends are equal in different ways */
		get_atttypetypmodcoll(step->to_relid, step->to_attnums[i],
							  &type, &typmod, &column->collation);
	}
	return columns;
}

/* keycolumns_for_attributes: both sides are values of these columns. */
KeyColumn *
keycolumns_for_attributes(Oid relid, int nkeys, const AttrNumber *attnums)
{
	KeyColumn *columns = palloc0(sizeof(KeyColumn) * nkeys);
	int i;

	for (i = 0; i < nkeys; i++)
	{
		KeyColumn *column = &columns[i];
		Oid type;
		int32 typmod;
		TypeCacheEntry *entry;

		get_atttypetypmodcoll(relid, attnums[i], &type, &typmod, &column->collation);
		get_typlenbyval(type, &column->typlen, &column->typbyval);
		entry = lookup_type_cache(getBaseType(type), TYPECACHE_EQ_OPR | TYPECACHE_HASH_PROC);
		if (!OidIsValid(entry->eq_opr) || !OidIsValid(entry->hash_proc))
			elog(ERROR, "could not find equality and hash functions for type %u", type);
		column->stored_is_left = true;
		fmgr_info(entry->hash_proc, &column->hash_stored);
		fmgr_info(entry->hash_proc, &column->hash_probe);
		fmgr_info(get_opcode(entry->eq_opr), &column->equal);
	}
	return columns;
}

static KeySet *
table_create(MemoryContext context, int nkeys, const KeyColumn *columns, bool by_image)
{
	KeySet *set = MemoryContextAllocZero(context, sizeof(KeySet));

	set->context = AllocSetContextCreate(context, "electric_perm key set",
										 ALLOCSET_DEFAULT_SIZES);
	set->nkeys = nkeys;
	set->columns = columns;
	set->by_image = by_image;
	table_init(set);
	return set;
}

static void
table_init(KeySet *set)
{
	MemoryContext old = MemoryContextSwitchTo(set->context);

	set->count = 0;
	set->capacity = KEYSET_INITIAL_SLOTS / 2;
	set->values = palloc(sizeof(Datum) * set->nkeys * set->capacity);
	set->hashes = palloc(sizeof(uint32) * set->capacity);
	set->answers = set->by_image ? palloc(sizeof(bool) * set->capacity) : NULL;
	set->slots = palloc0(sizeof(uint32) * KEYSET_INITIAL_SLOTS);
	set->mask = KEYSET_INITIAL_SLOTS - 1;
	MemoryContextSwitchTo(old);
}

/* table_grow doubles the room; half of the slots stay free. */
static void
table_grow(KeySet *set)
{
	uint32 nslots;
	uint32 entry;

	if (set->capacity > PG_UINT32_MAX / 8)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many scope keys for one statement")));
	set->capacity *= 2;
	nslots = set->capacity * 2;
	set->values = repalloc_huge(set->values, sizeof(Datum) * set->nkeys * (Size) set->capacity);
	set->hashes = repalloc_huge(set->hashes, sizeof(uint32) * (Size) set->capacity);
	if (set->answers)
		set->answers = repalloc_huge(set->answers, sizeof(bool) * (Size) set->capacity);
	pfree(set->slots);
	set->slots = MemoryContextAllocExtended(set->context, sizeof(uint32) * (Size) nslots,
											MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	set->mask = nslots - 1;
	for (entry = 0; entry < set->count; entry++)
	{
		uint32 slot = set->hashes[entry] & set->mask;

		while (set->slots[slot] != 0)
			slot = (slot + 1) & set->mask;
		set->slots[slot] = entry + 1;
	}
}

static void
table_insert(KeySet *set, uint32 hash, const Datum *values, bool answer)
{
	MemoryContext old = MemoryContextSwitchTo(set->context);
	Datum *entry;
	uint32 slot;
	int i;

	if (set->count == set->capacity)
		table_grow(set);
	entry = set->values + set->count * (Size) set->nkeys;
	for (i = 0; i < set->nkeys; i++)
		entry[i] = set->columns[i].typlen == -1 ?
			PointerGetDatum(PG_DETOAST_DATUM_COPY(values[i])) :
			datumCopy(values[i], set->columns[i].typbyval, set->columns[i].typlen);
	for (slot = hash & set->mask; set->slots[slot] != 0;)
		slot = (slot + 1) & set->mask;
	set->hashes[set->count] = hash;
	if (set->answers)
		set->answers[set->count] = answer;
	set->slots[slot] = ++set->count;
	MemoryContextSwitchTo(old);
}

static uint32
key_hash(const KeySet *set, const Datum *values, bool stored)
{
	uint32 hash = 0;
	int i;

	for (i = 0; i < set->nkeys; i++)
	{
		const KeyColumn *column = &set->columns[i];
		const FmgrInfo *hash_function = stored ? &column->hash_stored : &column->hash_probe;
		FmgrInfo *function = unconstify(FmgrInfo *, hash_function);
		uint32 one = set->by_image ?
			datum_image_hash(values[i], column->typbyval, column->typlen) :
			DatumGetUInt32(FunctionCall1Coll(function, column->collation, values[i]));

		hash = i == 0 ? one : hash_combine(hash, one);
	}
	return hash;
}

static bool
key_image_equal(const KeySet *set, const Datum *a, const Datum *b)
{
	int i;

	for (i = 0; i < set->nkeys; i++)
		if (!datum_image_eq(a[i], b[i], set->columns[i].typbyval, set->columns[i].typlen))
			return false;
	return true;
}

static bool
key_equal(const KeySet *set, const Datum *stored, const Datum *probe)
{
	int i;

	if (set->by_image)
		return key_image_equal(set, stored, probe);
	for (i = 0; i < set->nkeys; i++)
	{
		const KeyColumn *column = &set->columns[i];
		Datum left = column->stored_is_left ? stored[i] : probe[i];
		Datum right = column->stored_is_left ? probe[i] : stored[i];

		if (!DatumGetBool(FunctionCall2Coll(unconstify(FmgrInfo *, &column->equal),
											column->collation, left, right)))
			return false;
	}
	return true;
}

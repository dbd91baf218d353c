/*
 * key_check.c
 *		Which foreign keys a path may use.
 *
 * The engine compares and hashes key values inside the server, for whoever runs a
 * query. So a path uses only keys whose columns compare without casts, by
 * operators that hash, and whose support functions are built in or written
 * in C: code in other languages would run inside the engine.
 */
#include "postgres.h"

#include "access/hash.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "resolver/key.h"

static char *column_obstacle(const KeyStep *step, int i);
static char *operator_obstacle(Oid opno, const char *column, const char *table);
static bool is_same_equality(Oid collation, Oid other);
static Oid get_attcollation(Oid relid, AttrNumber attnum);
static bool is_container_type(Oid type);
static bool is_native_operator(Oid opno);
static bool has_native_support(Oid opfamily, Oid left, Oid right, int16 procnum);
static bool is_native_function(Oid function);

char *
key_step_obstacle(const KeyStep *step)
{
	int i;

	if (step->from_relid == step->to_relid)
		return psprintf("It refers to its own table, and a path goes through no table twice.");
	if (get_rel_relispartition(step->from_relid) || get_rel_relispartition(step->to_relid))
		return psprintf("It joins a single partition; paths go through the whole partitioned table.");
	for (i = 0; i < step->nkeys; i++)
	{
		char *obstacle = column_obstacle(step, i);

		if (obstacle != NULL)
			return obstacle;
	}
	return NULL;
}

char *
key_scope_obstacle(Oid relid, int nkeys, const AttrNumber *attnums)
{
	int i;

	for (i = 0; i < nkeys; i++)
	{
		const char *column = get_attname(relid, attnums[i], true);
		const char *table = get_rel_name(relid);
		Oid type = get_atttype(relid, attnums[i]);
		TypeCacheEntry *entry;
		char *obstacle;

		if (column == NULL || table == NULL || !OidIsValid(type))
			return psprintf("One of its columns is missing.");
		if (is_container_type(type))
			return psprintf("Column \"%s\" of table \"%s\" is an array, a range or a composite value.",
							column, table);
		entry = lookup_type_cache(getBaseType(type), TYPECACHE_EQ_OPR | TYPECACHE_HASH_PROC);
		if (!OidIsValid(entry->hash_proc))
			return psprintf("The values of column \"%s\" of table \"%s\" cannot be hashed.",
							column, table);
		obstacle = operator_obstacle(entry->eq_opr, column, table);
		if (obstacle != NULL)
			return obstacle;
	}
	return NULL;
}

/* column_obstacle returns why the i-th column of a key cannot be compared, or NULL. */
static char *
column_obstacle(const KeyStep *step, int i)
{
	AttrNumber attnum = step->forward ? step->from_attnums[i] : step->to_attnums[i];
	AttrNumber ref_attnum = step->forward ? step->to_attnums[i] : step->from_attnums[i];
	Oid ref_relid = step->forward ? step->to_relid : step->from_relid;
	Oid type = get_atttype(step->constraint_relid, attnum);
	Oid ref_type = get_atttype(ref_relid, ref_attnum);
	const char *column = get_attname(step->constraint_relid, attnum, true);
	const char *table = get_rel_name(step->constraint_relid);
	Oid opno = step->operators[i];
	Oid left;
	Oid right;

	if (column == NULL || table == NULL || !OidIsValid(type) || !OidIsValid(ref_type))
		return psprintf("One of its columns is missing.");
	if (is_container_type(type) || is_container_type(ref_type))
		return psprintf("Column \"%s\" of table \"%s\" is an array, a range or a composite value.",
						column, table);
	op_input_types(opno, &left, &right);
	if (!IsBinaryCoercible(ref_type, left) || !IsBinaryCoercible(type, right))
		return psprintf("Comparing column \"%s\" of table \"%s\" with the column that it refers to takes a cast.",
						column, table);
	if (!is_same_equality(get_attcollation(step->constraint_relid, attnum),
						  get_attcollation(ref_relid, ref_attnum)))
		return psprintf("Column \"%s\" of table \"%s\" has another collation than the column that it refers to.",
						column, table);
	return operator_obstacle(opno, column, table);
}

/* operator_obstacle returns why the values of a column cannot be looked up, or NULL. */
static char *
operator_obstacle(Oid opno, const char *column, const char *table)
{
	Oid commutator = get_commutator(opno);
	Oid left = InvalidOid;
	Oid right = InvalidOid;

	if (OidIsValid(opno))
		op_input_types(opno, &left, &right);
	if (!OidIsValid(commutator) || !op_hashjoinable(opno, left))
		return psprintf("The values of column \"%s\" of table \"%s\" cannot be hashed.",
						column, table);
	if (!is_native_operator(opno) || !is_native_operator(commutator))
		return psprintf("Column \"%s\" of table \"%s\" is compared by functions that are neither built in nor written in C.",
						column, table);
	return NULL;
}

/* is_same_equality tells whether equal under one collation is equal under the other. */
static bool
is_same_equality(Oid collation, Oid other)
{
	if (collation == other)
		return true;
	return (!OidIsValid(collation) || get_collation_isdeterministic(collation)) &&
		(!OidIsValid(other) || get_collation_isdeterministic(other));
}

static Oid
get_attcollation(Oid relid, AttrNumber attnum)
{
	Oid type;
	int32 typmod;
	Oid collation;

	get_atttypetypmodcoll(relid, attnum, &type, &typmod, &collation);
	return collation;
}

/* is_container_type tells types whose comparison calls that of another type. */
static bool
is_container_type(Oid type)
{
	Oid base = getBaseType(type);

	switch (get_typtype(base))
	{
		case TYPTYPE_COMPOSITE:
		case TYPTYPE_RANGE:
		case TYPTYPE_MULTIRANGE:
			return true;
		default:
			return OidIsValid(get_element_type(base));
	}
}

/*
 * is_native_operator tells whether an equality operator, its hash functions and all
 * that an index of any of its operator families calls to look a value up
 * are built in or written in C.
 */
static bool
is_native_operator(Oid opno)
{
	RegProcedure left_hash;
	RegProcedure right_hash;
	CatCList *families;
	bool native = true;
	int i;

	if (!is_native_function(get_opcode(opno)) ||
		!get_op_hash_functions(opno, &left_hash, &right_hash) ||
		!is_native_function(left_hash) || !is_native_function(right_hash))
		return false;

	families = SearchSysCacheList1(AMOPOPID, ObjectIdGetDatum(opno));
	for (i = 0; native && i < families->n_members; i++)
	{
		Form_pg_amop amop = (Form_pg_amop) GETSTRUCT(&families->members[i]->tuple);

		if (amop->amopmethod == BTREE_AM_OID)
			native = has_native_support(amop->amopfamily, amop->amoplefttype,
										amop->amoprighttype, BTORDER_PROC);
		else if (amop->amopmethod == HASH_AM_OID)
			native = has_native_support(amop->amopfamily, amop->amoplefttype,
										amop->amoprighttype, HASHSTANDARD_PROC);
	}
	ReleaseSysCacheList(families);
	return native;
}

/*
 * has_native_support tells whether each support function procnum that an operator
 * family has for two types, in any pairing, is built in or written in C.
 */
static bool
has_native_support(Oid opfamily, Oid left, Oid right, int16 procnum)
{
	Oid types[2];
	int i;
	int j;

	types[0] = left;
	types[1] = right;
	for (i = 0; i < 2; i++)
	{
		for (j = 0; j < 2; j++)
		{
			Oid function = get_opfamily_proc(opfamily, types[i], types[j], procnum);

			if (OidIsValid(function) && !is_native_function(function))
				return false;
		}
	}
	return true;
}

static bool
is_native_function(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid language;

	if (!HeapTupleIsValid(tuple))
		return false;
	language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
	ReleaseSysCache(tuple);
	return language == INTERNALlanguageId || language == ClanguageId;
}

/*
 * index.c
 *		Indexes that a path or a user column lacks.
 *
 * Advice only: nothing depends on the answer but speed, so nothing waits for it. The
 * caller holds a lock on the table.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/typcache.h"

#include "resolver/key.h"

static bool is_usable_index(Relation index, Relation table, int nkeys, const AttrNumber *attnums);
static bool is_prefix(Form_pg_index form, int nkeys, const AttrNumber *attnums);
static bool compares_as_column(Relation index, Relation table, int nkeys);
static char *create_index(Relation table, int nkeys, const AttrNumber *attnums);

char *
missing_index(Oid relid, int nkeys, const AttrNumber *attnums)
{
	Relation table = table_open(relid, AccessShareLock);
	bool found = false;
	char *statement = NULL;
	ListCell *lc;

	foreach(lc, RelationGetIndexList(table))
	{
		Relation index;

		/* one that is being rebuilt may be the one */
		if (!ConditionalLockRelationOid(lfirst_oid(lc), AccessShareLock))
		{
			found = true;
			continue;
		}
		index = index_open(lfirst_oid(lc), NoLock);
		found |= is_usable_index(index, table, nkeys, attnums);
		index_close(index, AccessShareLock);
	}
	if (!found)
		statement = create_index(table, nkeys, attnums);
	table_close(table, NoLock);
	return statement;
}

/* is_usable_index tells whether an index finds rows by exactly these columns. */
static bool
is_usable_index(Relation index, Relation table, int nkeys, const AttrNumber *attnums)
{
	Form_pg_index form = index->rd_index;
	Oid method = index->rd_rel->relam;

	return form->indisvalid && form->indisready && form->indislive &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL) &&
		(method == BTREE_AM_OID || (method == HASH_AM_OID && nkeys == 1)) &&
		is_prefix(form, nkeys, attnums) &&
		compares_as_column(index, table, nkeys);
}

/* is_prefix tells whether an index starts with these columns, in any order. */
static bool
is_prefix(Form_pg_index form, int nkeys, const AttrNumber *attnums)
{
	int i;

	if (form->indnkeyatts < nkeys)
		return false;
	for (i = 0; i < nkeys; i++)
	{
		int j = 0;

		while (j < nkeys && form->indkey.values[j] != attnums[i])
			j++;
		if (j == nkeys)
			return false;
	}
	return true;
}

/*
 * compares_as_column tells whether the first columns of an index have the collation
 * of the table's columns and know their types' own equality.
 */
static bool
compares_as_column(Relation index, Relation table, int nkeys)
{
	int i;

	for (i = 0; i < nkeys; i++)
	{
		AttrNumber attnum = index->rd_index->indkey.values[i];
		Form_pg_attribute column = TupleDescAttr(RelationGetDescr(table), attnum - 1);
		TypeCacheEntry *type = lookup_type_cache(getBaseType(column->atttypid),
												 TYPECACHE_EQ_OPR);

		if (index->rd_indcollation[i] != column->attcollation ||
			!op_in_opfamily(type->eq_opr, index->rd_opfamily[i]))
			return false;
	}
	return true;
}

/* create_index returns the statement that makes the index. */
static char *
create_index(Relation table, int nkeys, const AttrNumber *attnums)
{
	StringInfoData buf;
	int i;

	initStringInfo(&buf);
	appendStringInfo(&buf, "CREATE INDEX ON %s (",
					 quote_qualified_identifier(get_namespace_name(RelationGetNamespace(table)),
												RelationGetRelationName(table)));
	for (i = 0; i < nkeys; i++)
		appendStringInfo(&buf, "%s%s", i > 0 ? ", " : "",
						 quote_identifier(get_attname(RelationGetRelid(table), attnums[i], false)));
	appendStringInfoChar(&buf, ')');
	return buf.data;
}

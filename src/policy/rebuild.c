/*
 * rebuild.c
 *		electric.rebuild(): what is made from the rules, made anew where it deviates.
 *
 * Each table is locked, looked at, put right and looked at again: what is amiss no more has
 * been repaired. Rules and what belongs to others stay as they are.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "catalog/attempt.h"
#include "catalog/run_as.h"
#include "compat.h"
#include "policy/existing.h"
#include "policy/guard.h"
#include "policy/policy.h"
#include "policy/verify.h"
#include "resolver/resolver.h"

/* One table of all, to be rebuilt */
typedef struct TriedTable
{
	Oid relid;
	List *repaired; /* Deviation * */
} TriedTable;

PG_FUNCTION_INFO_V1(electric_rebuild);

static List *own_tables(void);
static bool is_own_table(Oid relid);
static void check_named(Oid relid);
static void lock_named(Oid relid);
static char *root_name(Oid relid);
static void lock_all(List *relids);
static List *try_rebuild(Oid relid);
static void rebuild_tried(void *context);
static List *rebuild_table(Oid relid);
static void remove_left(Oid relid);
static List *no_more(List *before, List *after);

/* electric.rebuild(tbl regclass = NULL) -> setof text: what it repaired */
Datum
electric_rebuild(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid named = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0);
	List *repaired = NIL;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	check_may_change_rules("electric.rebuild()");
	if (PG_ARGISNULL(0))
	{
		List *relids = own_tables();

		lock_all(relids);
		foreach(cell, relids)
		{
			/* it may have been dropped or given away meanwhile */
			if (is_own_table(lfirst_oid(cell)))
				repaired = list_concat(repaired, try_rebuild(lfirst_oid(cell)));
		}
	}
	else
	{
		lock_named(named);
		repaired = rebuild_table(named);
	}
	foreach(cell, repaired)
	{
		const Deviation *deviation = lfirst(cell);
		char *text = psprintf("%s: %s", deviation->object, deviation->problem);
		Datum value = CStringGetTextDatum(text);
		bool is_null = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &is_null);
	}
	return (Datum) 0;
}

/* own_tables returns those of the caller's tables that have something of ours, by OID. */
static List *
own_tables(void)
{
	List *relids = policy_tables();
	ListCell *cell;

	foreach(cell, relids)
	{
		if (!is_own_table(lfirst_oid(cell)))
			relids = foreach_delete_current(relids, cell);
	}
	return relids;
}

/* is_own_table: is it there, and the caller's? */
static bool
is_own_table(Oid relid)
{
	return OidIsValid(catalog_owner(relid)) &&
		object_ownercheck(RelationRelationId, relid, GetUserId());
}

/* lock_named locks the table that the caller names; before and after it is his (42501). */
static void
lock_named(Oid relid)
{
	check_named(relid);
	LockRelationOid(relid, AccessExclusiveLock);
	check_named(relid);
}

static void
check_named(Oid relid)
{
	if (!OidIsValid(catalog_owner(relid)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	if (!is_own_table(relid))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\"", get_rel_name(relid))));
	if (list_member_oid(policy_tables(), relid))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" is not enabled", get_rel_name(relid)),
			 errdetail("Nor does a rule assign roles from it: there is nothing to rebuild."),
			 get_rel_relispartition(relid) ?
				 errhint("Name the partitioned table at its root: SELECT electric.rebuild(%s);",
						 quote_literal_cstr(root_name(relid))) :
				 errhint("Tables are enabled by ALTER TABLE .. ENABLE ELECTRIC;")));
}

/* root_name returns the name of the table whose partition relid is. */
static char *
root_name(Oid relid)
{
	return catalog_name(llast_oid(get_partition_ancestors(relid)));
}

/* lock_all locks tables, in the one order. */
static void
lock_all(List *relids)
{
	List *locks = NIL;
	ListCell *cell;

	foreach(cell, relids)
		locks = table_lock_add(locks, lfirst_oid(cell), AccessExclusiveLock);
	table_locks_take(locks);
}

/* try_rebuild: what is wrong with one table, by whosever doing, keeps no other from repair. */
static List *
try_rebuild(Oid relid)
{
	TriedTable tried = {relid, NIL};
	char *reason = attempt(rebuild_tried, &tried);

	if (!reason)
		return tried.repaired;
	ereport(WARNING,
			(errmsg("table \"%s\" could not be rebuilt", get_rel_name(relid)),
			 errdetail("%s", reason),
			 errhint("See what electric.verify() says of it, and type SELECT electric.rebuild(%s);",
					 quote_literal_cstr(catalog_name(relid)))));
	return NIL;
}

static void
rebuild_tried(void *context)
{
	TriedTable *tried = context;

	tried->repaired = rebuild_table(tried->relid);
}

/* rebuild_table returns what it repaired (Deviation *). The table is locked. */
static List *
rebuild_table(Oid relid)
{
	List *before = NIL;
	List *after = NIL;

	verify_table(&before, relid);
	remove_left(relid);
	policy_rebuild_ifs(relid);
	if (catalog_table_is_enabled(relid))
		policy_apply(relid);
	verify_table(&after, relid);
	return no_more(deviations_in_order(before), after);
}

/* remove_left removes what is ours and wanted by no rule. */
static void
remove_left(Oid relid)
{
	List *policies = left_policies(relid);
	ListCell *cell;

	foreach(cell, policies)
		run_as_sql(catalog_owner(relid),
				   psprintf("DROP POLICY %s ON %s", quote_identifier(lfirst(cell)),
							catalog_name(relid)));
	foreach(cell, left_triggers(relid))
		run_as_sql(catalog_owner(relid),
				   psprintf("DROP TRIGGER %s ON %s", quote_identifier(lfirst(cell)),
							catalog_name(relid)));
	if (policies != NIL && has_row_security(relid))
		ereport(NOTICE,
				(errmsg("row-level security stays on for table \"%s\"", get_rel_name(relid)),
				 errhint("Type ALTER TABLE %s DISABLE ROW LEVEL SECURITY; to open the table.",
						 catalog_name(relid))));
}

/* no_more returns what is amiss before and not after. */
static List *
no_more(List *before, List *after)
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, before)
	{
		foreach(other, after)
		{
			if (deviation_is_same(lfirst(cell), lfirst(other)))
				break;
		}
		if (other)
			before = foreach_delete_current(before, cell);
	}
	return before;
}

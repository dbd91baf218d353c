/*
 * left.c
 *		What of ours stands where no rule wants it.
 *
 * A policy is ours if it has one of our names and our comment, a trigger if it calls
 * electric.touched(). Clones of a trigger on partitions go with the trigger itself.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_trigger.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "catalog/catalog.h"
#include "policy/existing.h"
#include "policy/guard.h"
#include "policy/verify.h"

static List *tables_with_policies(List *relids);
static List *tables_with_triggers(List *relids);
static bool is_own_trigger(HeapTuple tuple, Oid function);

List *
policy_tables(void)
{
	List *relids = list_copy(catalog_enabled_tables());
	ListCell *cell;

	foreach(cell, catalog_assignments())
		relids = lappend_oid(relids, ((Assignment *) lfirst(cell))->relid);
	relids = tables_with_triggers(tables_with_policies(relids));
	list_sort(relids, list_oid_cmp);
	list_deduplicate_oid(relids);
	foreach(cell, relids)
	{
		if (rule_obstacle(lfirst_oid(cell)))
			relids = foreach_delete_current(relids, cell);
	}
	return relids;
}

List *
left_policies(Oid relid)
{
	List *names = NIL;
	ListCell *cell;

	if (catalog_table_is_enabled(relid))
		return NIL;
	foreach(cell, existing_policies(relid))
	{
		ExistingPolicy *policy = lfirst(cell);

		if (policy_is_ours(policy->name) && !policy_keeps_if(policy->name) &&
			policy_has_our_comment(policy))
			names = lappend(names, policy->name);
	}
	return names;
}

List *
left_triggers(Oid relid)
{
	Oid function = guard_function();
	bool enabled = catalog_table_is_enabled(relid);
	Relation rel = table_open(TriggerRelationId, AccessShareLock);
	List *names = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while ((tuple = systable_getnext(scan)) != NULL)
	{
		char *name = NameStr(((Form_pg_trigger) GETSTRUCT(tuple))->tgname);

		if (is_own_trigger(tuple, function) && !(enabled && strcmp(name, GUARD_NAME) == 0))
			names = lappend(names, pstrdup(name));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return names;
}

static List *
tables_with_policies(List *relids)
{
	Relation rel = table_open(PolicyRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while ((tuple = systable_getnext(scan)) != NULL)
	{
		Form_pg_policy form = (Form_pg_policy) GETSTRUCT(tuple);

		if (policy_is_ours(NameStr(form->polname)))
			relids = lappend_oid(relids, form->polrelid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return relids;
}

static List *
tables_with_triggers(List *relids)
{
	Oid function = guard_function();
	Relation rel = table_open(TriggerRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while ((tuple = systable_getnext(scan)) != NULL)
	{
		if (is_own_trigger(tuple, function))
			relids = lappend_oid(relids, ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return relids;
}

static bool
is_own_trigger(HeapTuple tuple, Oid function)
{
	Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);

	return form->tgfoid == function && !OidIsValid(form->tgparentid);
}

/*
 * verify_table.c
 *		Deviations of one table and its partitions.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog/attempt.h"
#include "policy/client.h"
#include "policy/existing.h"
#include "policy/guard.h"
#include "policy/policy.h"
#include "policy/verify.h"

/* One table to be looked at */
typedef struct TableCheck
{
	Oid relid;
	List *found;
} TableCheck;

static void check_table(void *context);
static void check_left(List **found, Oid relid);
static void check_owner(List **found, Oid relid, Oid schema);
static void check_inheritance(List **found, Oid relid);
static List *parents_of(Oid relid);
static void check_row_security(List **found, Oid relid, Oid member);
static void check_foreign_policies(List **found, Oid relid, Oid member);
static void check_public(List **found, Oid member);
static char *public_repair(Oid relid, const HeldPrivilege *held);

void
verify_table(List **found, Oid relid)
{
	TableCheck check = {relid, NIL};
	Relation rel = try_relation_open(relid, AccessShareLock);
	char *reason;

	if (!rel)
		return;
	reason = attempt(check_table, &check);
	*found = list_concat(*found, check.found);
	if (reason)
		deviation_add(found, psprintf("table %s", catalog_name(relid)),
					  psprintf("it cannot be judged: %s", reason), rebuild_statement(relid));
	relation_close(rel, AccessShareLock);
}

static void
check_table(void *context)
{
	TableCheck *check = context;
	Oid relid = check->relid;
	ListCell *cell;

	check_left(&check->found, relid);
	verify_ifs(&check->found, relid);
	if (!catalog_table_is_enabled(relid))
		return;
	check_owner(&check->found, relid, get_rel_namespace(relid));
	check_owner(&check->found, relid, get_namespace_oid("electric", false));
	check_inheritance(&check->found, relid);
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
	{
		Oid member = lfirst_oid(cell);

		check_row_security(&check->found, relid, member);
		check_foreign_policies(&check->found, relid, member);
		check_public(&check->found, member);
		client_verify(&check->found, relid, member);
	}
	verify_policies(&check->found, relid);
}

/* check_left: what of ours should not be there? */
static void
check_left(List **found, Oid relid)
{
	bool enabled = catalog_table_is_enabled(relid);
	ListCell *cell;

	foreach(cell, left_policies(relid))
		deviation_add(found, policy_label(relid, lfirst(cell)),
					  pstrdup("its table is not enabled"), rebuild_statement(relid));
	foreach(cell, left_triggers(relid))
		deviation_add(found, trigger_label(relid, lfirst(cell)),
					  enabled ? psprintf("it calls electric.touched() and is not %s", quote_identifier(GUARD_NAME)) :
								pstrdup("its table is not enabled"),
					  rebuild_statement(relid));
}

/* check_owner: policies are made and read as the table's owner, who must reach what they name. */
static void
check_owner(List **found, Oid relid, Oid schema)
{
	Oid owner = catalog_owner(relid);
	const char *schema_name = quote_identifier(get_namespace_name(schema));
	const char *owner_name = quote_identifier(GetUserNameFromId(owner, false));

	if (has_schema_usage(schema, owner))
		return;
	deviation_add(found, psprintf("schema %s", schema_name),
				  psprintf("%s, the owner of %s, lacks USAGE: nothing can be rebuilt there", owner_name,
						   catalog_name(relid)),
				  psprintf("GRANT USAGE ON SCHEMA %s TO %s;", schema_name, owner_name));
}

/* check_inheritance: queries of another table show rows by their own table's rules. */
static void
check_inheritance(List **found, Oid relid)
{
	char *table = catalog_name(relid);
	ListCell *cell;

	foreach(cell, parents_of(relid))
	{
		char *parent = catalog_name(lfirst_oid(cell));

		if (get_rel_relispartition(relid))
			deviation_add(found, psprintf("table %s", table),
						  psprintf("it has become a partition of %s, whose queries show its rows without its rules", parent),
						  psprintf("ALTER TABLE %s DETACH PARTITION %s;", parent, table));
		else
			deviation_add(found, psprintf("table %s", table),
						  psprintf("it inherits from %s, whose queries show its rows without its rules", parent),
						  psprintf("ALTER TABLE %s NO INHERIT %s;", table, parent));
	}
	if (get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE)
		return;
	foreach(cell, find_inheritance_children(relid, NoLock))
	{
		char *child = catalog_name(lfirst_oid(cell));

		deviation_add(found, psprintf("table %s", table),
					  psprintf("%s inherits from it, and its queries show those rows by its rules", child),
					  psprintf("ALTER TABLE %s NO INHERIT %s;", child, table));
	}
}

/* SELECT inhparent FROM pg_inherits WHERE inhrelid = relid */
static List *
parents_of(Oid relid)
{
	List *parents = NIL;
	Relation rel = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while ((tuple = systable_getnext(scan)) != NULL)
		parents = lappend_oid(parents, ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return parents;
}

static void
check_row_security(List **found, Oid relid, Oid member)
{
	if (has_row_security(member) || get_rel_relkind(member) == RELKIND_FOREIGN_TABLE)
		return;
	deviation_add(found, psprintf("table %s", catalog_name(member)),
				  member == relid ?
					  pstrdup("row-level security is off: the rules bind nobody") :
					  pstrdup("row-level security is off: the rules bind nobody who reads it by its own name"),
				  rebuild_statement(relid));
}

/* check_foreign_policies: on a partition, of whatever name that is not our own policy's. */
static void
check_foreign_policies(List **found, Oid relid, Oid member)
{
	ListCell *cell;

	foreach(cell, existing_policies(member))
	{
		ExistingPolicy *policy = lfirst(cell);

		if (!policy->permissive ||
			(policy_is_ours(policy->name) && (member == relid || policy_has_our_comment(policy))))
			continue;
		deviation_add(found, policy_label(member, policy->name),
					  pstrdup("it is permissive: it allows more than the grants"),
					  psprintf("DROP POLICY %s ON %s;", quote_identifier(policy->name),
							   catalog_name(member)));
	}
}

static void
check_public(List **found, Oid member)
{
	ListCell *cell;

	foreach(cell, held_privileges(member))
	{
		HeldPrivilege *held = lfirst(cell);

		if (held->grantee == ACL_ID_PUBLIC)
			deviation_add(found, psprintf("table %s", catalog_name(member)),
						  psprintf("PUBLIC holds %s", held_list(held->privileges, held->column)),
						  public_repair(member, held));
	}
}

/*
 * public_repair takes a privilege from PUBLIC. Where someone has passed it on, the owner's
 * REVOKE would not reach it: he takes the grant option, from the first in the row.
 */
static char *
public_repair(Oid relid, const HeldPrivilege *held)
{
	Oid owner = catalog_owner(relid);
	char *privileges = held_list(held->privileges, held->column);
	Oid giver = held->grantor;
	bool found = giver != owner;

	if (!found)
		return psprintf("REVOKE %s ON %s FROM PUBLIC;", privileges, catalog_name(relid));
	while (found)
	{
		ListCell *cell;

		found = false;
		foreach(cell, held_privileges(relid))
		{
			HeldPrivilege *option = lfirst(cell);

			if (option->grantee == giver && option->grantor != owner && option->grantor != giver &&
				(option->grant_options & held->privileges))
			{
				giver = option->grantor;
				found = true;
				break;
			}
		}
	}
	return psprintf("REVOKE GRANT OPTION FOR %s ON %s FROM %s CASCADE;", privileges,
					catalog_name(relid), quote_identifier(GetUserNameFromId(giver, false)));
}

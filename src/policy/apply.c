/*
 * apply.c
 *		The difference between the wanted policies and pg_policy, carried out.
 *
 * All as the owner of the table: what policies contain is analysed with his rights,
 * and nothing here gives him more than he has. Row-level security is on before
 * the first policy.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "catalog/catalog.h"
#include "catalog/run_as.h"
#include "policy/existing.h"
#include "policy/guard.h"
#include "policy/policy.h"

static void switch_rls(Oid relid, bool enable);
static void apply_policy(Oid relid, const WantedPolicy *wanted);
static bool is_as_wanted(Oid relid, const ExistingPolicy *policy, const WantedPolicy *wanted);
static void drop_policy(Oid relid, const char *name);
static void create_policy(Oid relid, const WantedPolicy *wanted);

void
policy_apply(Oid relid)
{
	ListCell *cell;

	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
		switch_rls(lfirst_oid(cell), true);
	policy_refresh(relid);
	/* this locks the client roles: a service that arrives now waits, and finds the table */
	client_privileges_apply(relid);
	policy_apply_service(relid);
}

void
policy_refresh(Oid relid)
{
	bool guard;
	List *wanted = policy_compile(relid, catalog_grants(relid), catalog_assignments(),
								  foreign_permissive_commands(relid), &guard);
	ListCell *cell;

	guard_apply(relid, guard);
	foreach(cell, wanted)
		apply_policy(relid, lfirst(cell));

	/* plans know which roles need no row, which the policies' text does not show */
	CacheInvalidateRelcacheByRelid(relid);
}

void
policy_close_partition(Oid relid)
{
	switch_rls(relid, true);
	client_privileges_remove(relid);
}

bool
policy_is_complete(Oid relid)
{
	return existing_policy(relid, "electric_select") && existing_policy(relid, "electric_insert") &&
		existing_policy(relid, "electric_update") && existing_policy(relid, "electric_delete");
}

void
policy_apply_service(Oid relid)
{
	WantedPolicy *wanted = policy_service(relid);

	if (wanted)
		apply_policy(relid, wanted);
	else if (existing_policy(relid, SERVICE_POLICY))
		drop_policy(relid, SERVICE_POLICY);
}

bool
policy_take_off(Oid relid, List *columns)
{
	bool taken = false;
	ListCell *cell;

	foreach(cell, existing_policies(relid))
	{
		ExistingPolicy *policy = lfirst(cell);

		if (policy_is_ours(policy->name) && policy_reads(relid, policy, columns))
		{
			drop_policy(relid, policy->name);
			taken = true;
		}
	}
	return taken;
}

bool
has_row_security(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	result = ((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity;
	ReleaseSysCache(tuple);
	return result;
}

void
policy_remove(Oid relid, bool had_rls)
{
	ListCell *cell;

	client_privileges_remove(relid);
	foreach(cell, existing_policies(relid))
	{
		ExistingPolicy *policy = lfirst(cell);

		if (policy_is_ours(policy->name))
			drop_policy(relid, policy->name);
	}
	guard_apply(relid, false);
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
	{
		Oid member = lfirst_oid(cell);

		if (!had_rls && foreign_policies(member, false) == NIL)
			switch_rls(member, false);
		else if (has_row_security(member))
			ereport(NOTICE,
					(errmsg("row-level security stays on for table \"%s\"", get_rel_name(member)),
					 errdetail("It was on before ENABLE, or policies of others stand."),
					 errhint("Type ALTER TABLE %s DISABLE ROW LEVEL SECURITY; to open the table.",
							 catalog_name(member))));
	}
}

/*
 * ALTER TABLE relid { ENABLE | DISABLE } ROW LEVEL SECURITY, if it is not so. A
 * foreign table, as a partition can be, has no such thing: clients hold no privilege on
 * it.
 */
static void
switch_rls(Oid relid, bool enable)
{
	const char *action = enable ? "ENABLE" : "DISABLE";

	if (has_row_security(relid) != enable && get_rel_relkind(relid) != RELKIND_FOREIGN_TABLE)
		run_as_sql(catalog_owner(relid),
				   psprintf("ALTER TABLE %s %s ROW LEVEL SECURITY", catalog_name(relid), action));
}

/* apply_policy makes one policy of relid, and its comment, what is wanted. */
static void
apply_policy(Oid relid, const WantedPolicy *wanted)
{
	ExistingPolicy *existing = existing_policy(relid, wanted->name);

	if (existing && !is_as_wanted(relid, existing, wanted))
	{
		drop_policy(relid, wanted->name);
		existing = NULL;
	}
	if (existing == NULL)
	{
		create_policy(relid, wanted);
		existing = existing_policy(relid, wanted->name);
	}
	if (!policy_has_comment(existing, wanted->comment))
		run_as_sql(catalog_owner(relid),
				   psprintf("COMMENT ON POLICY %s ON %s IS %s", wanted->name,
							catalog_name(relid), quote_literal_cstr(wanted->comment)));
}

/* is_as_wanted analyses the wanted policy as the table's owner and compares. */
static bool
is_as_wanted(Oid relid, const ExistingPolicy *policy, const WantedPolicy *wanted)
{
	Relation rel = table_open(relid, AccessShareLock);
	RunAs saved;
	bool result;

	run_as_begin(rel->rd_rel->relowner, &saved);
	result = policy_is_as_wanted(rel, policy, wanted);
	run_as_end(&saved);
	table_close(rel, AccessShareLock);
	return result;
}

static void
drop_policy(Oid relid, const char *name)
{
	run_as_sql(catalog_owner(relid),
			   psprintf("DROP POLICY %s ON %s", quote_identifier(name), catalog_name(relid)));
}

static void
create_policy(Oid relid, const WantedPolicy *wanted)
{
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE POLICY %s ON %s FOR %s TO ", wanted->name,
					 catalog_name(relid), wanted->command);
	if (wanted->roles == NIL)
		appendStringInfoString(&sql, "PUBLIC");
	foreach(cell, wanted->roles)
		appendStringInfo(&sql, "%s%s", cell != list_head(wanted->roles) ? ", " : "",
						 quote_identifier(GetUserNameFromId(lfirst_oid(cell), false)));
	if (wanted->using_sql)
		appendStringInfo(&sql, " USING (%s)", wanted->using_sql);
	if (wanted->check_sql)
		appendStringInfo(&sql, " WITH CHECK (%s)", wanted->check_sql);
	run_as_sql(catalog_owner(relid), sql.data);
}

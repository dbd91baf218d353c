/*
 * verify_policies.c
 *		Deviations of an enabled table's four policies.
 */
#include "postgres.h"

#include "access/table.h"
#include "utils/rel.h"

#include "catalog/attempt.h"
#include "catalog/run_as.h"
#include "policy/existing.h"
#include "policy/policy.h"
#include "policy/verify.h"

/* A policy to be compared */
typedef struct Comparison
{
	Oid relid;
	const ExistingPolicy *existing;
	const WantedPolicy *wanted;
	bool same;
} Comparison;

static void verify_policy(List **found, Oid relid, const WantedPolicy *wanted);
static void verify_service(List **found, Oid relid);
static void compare_as_owner(void *context);

void
verify_policies(List **found, Oid relid)
{
	List *unusable = NIL;
	bool guard;
	List *wanted = policy_compile_quietly(relid, catalog_grants(relid), catalog_assignments(),
										  foreign_permissive_commands(relid), &guard, &unusable);
	ListCell *cell;

	foreach(cell, unusable)
	{
		const UnusableGrant *one = lfirst(cell);

		deviation_add(found, psprintf("grant on %s", catalog_name(relid)),
					  psprintf("%s CHECK (%s): its condition can no longer be used, so it gives nothing: %s",
							   grant_label(one->grant), one->grant->condition, one->reason),
					  grant_repair(one->grant));
	}
	foreach(cell, wanted)
		verify_policy(found, relid, lfirst(cell));
	verify_service(found, relid);
	guard_verify(found, relid, guard);
}

static void
verify_policy(List **found, Oid relid, const WantedPolicy *wanted)
{
	Comparison comparison = {relid, existing_policy(relid, wanted->name), wanted, false};
	char *label = policy_label(relid, wanted->name);
	char *reason;

	if (!comparison.existing)
	{
		deviation_add(found, label,
					  wanted->roles ? pstrdup("it is missing: services may do nothing by it") :
									  psprintf("it is missing: no grant of %s has an effect", wanted->command),
					  rebuild_statement(relid));
		return;
	}
	reason = attempt(compare_as_owner, &comparison);
	if (reason)
		deviation_add(found, label, psprintf("it cannot be judged: %s", reason),
					  rebuild_statement(relid));
	else if (!comparison.same)
		deviation_add(found, label, pstrdup("it is not what the rules say"),
					  rebuild_statement(relid));
	else if (!policy_has_comment(comparison.existing, wanted->comment))
		deviation_add(found, label, pstrdup("its comment is not what the rules say"),
					  rebuild_statement(relid));
}

/* verify_service: the policy for services, where there are any, and only there */
static void
verify_service(List **found, Oid relid)
{
	WantedPolicy *wanted = policy_service(relid);

	if (wanted)
		verify_policy(found, relid, wanted);
	else if (existing_policy(relid, SERVICE_POLICY))
		deviation_add(found, policy_label(relid, SERVICE_POLICY),
					  pstrdup("there is no client role for services"), rebuild_statement(relid));
}

static void
compare_as_owner(void *context)
{
	Comparison *comparison = context;
	Relation rel = table_open(comparison->relid, AccessShareLock);
	RunAs saved;

	run_as_begin(rel->rd_rel->relowner, &saved);
	comparison->same = policy_is_as_wanted(rel, comparison->existing, comparison->wanted);
	run_as_end(&saved);
	table_close(rel, AccessShareLock);
}

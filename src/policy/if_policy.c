/*
 * if_policy.c
 *		The IF conditions of a table's assignments, kept by PostgreSQL as policies.
 *
 * Such a policy, electric_if_<id>, judges nothing: it is restrictive and reads "true OR
 * condition". It stands for the condition as it was analysed: PostgreSQL lets nothing
 * vanish that it names, follows what is renamed, and dumps and restores it. From it
 * the engine reads the condition. So it is also on tables that are not enabled.
 */
#include "postgres.h"

#include "access/table.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog/attempt.h"
#include "catalog/catalog.h"
#include "catalog/run_as.h"
#include "policy/existing.h"
#include "policy/policy.h"
#include "policy/verify.h"
#include "resolver/resolver.h"

/* A condition of a table, to be tried */
typedef struct TriedCondition
{
	Oid relid;
	const char *condition;
	const ExistingPolicy *policy; /* NULL: none */
	bool kept;					  /* does the policy keep what the text means? */
} TriedCondition;

static void apply_tried(void *context);
static void judge_tried(void *context);
static void verify_condition(List **found, const Assignment *assignment);
static void verify_unused(List **found, Oid relid, const ExistingPolicy *policy);
static char *restatement(const Assignment *assignment);
static void apply_condition(Oid relid, const char *condition);
static char *kept_sql(Oid relid, const char *condition);
static bool keeps(Oid relid, const ExistingPolicy *policy, const char *sql);
static char *assignments_comment(Oid relid, const char *policy);

void
policy_apply_ifs(Oid relid, const char *stated)
{
	ListCell *cell;

	if (stated)
		apply_condition(relid, stated);
	foreach(cell, existing_policies(relid))
	{
		ExistingPolicy *policy = lfirst(cell);
		char *comment;

		if (!policy_keeps_if(policy->name))
			continue;
		comment = assignments_comment(relid, policy->name);
		if (comment == NULL && !policy_has_our_comment(policy))
			continue;
		if (comment == NULL)
			run_as_sql(catalog_owner(relid),
					   psprintf("DROP POLICY %s ON %s", quote_identifier(policy->name),
								catalog_name(relid)));
		else if (!policy_has_comment(policy, comment))
			run_as_sql(catalog_owner(relid),
					   psprintf("COMMENT ON POLICY %s ON %s IS %s",
								quote_identifier(policy->name), catalog_name(relid),
								quote_literal_cstr(comment)));
	}
}

void
policy_rebuild_ifs(Oid relid)
{
	ListCell *cell;

	foreach(cell, catalog_assignments())
	{
		Assignment *assignment = lfirst(cell);
		TriedCondition tried = {relid, assignment->condition, NULL, false};
		char *reason;

		if (assignment->relid != relid || !assignment->condition)
			continue;
		reason = attempt(apply_tried, &tried);
		if (reason)
			ereport(WARNING,
					(errmsg("the IF condition of an assignment on table \"%s\" cannot be used",
							get_rel_name(relid)),
					 errdetail("%s", reason),
					 errhint("Unassign the role, or assign it again with another condition: %s",
							 assignment->condition)));
	}
	policy_apply_ifs(relid, NULL);
}

void
verify_ifs(List **found, Oid relid)
{
	ListCell *cell;

	foreach(cell, catalog_assignments())
	{
		Assignment *assignment = lfirst(cell);

		if (assignment->relid == relid && assignment->condition)
			verify_condition(found, assignment);
	}
	foreach(cell, existing_policies(relid))
	{
		ExistingPolicy *policy = lfirst(cell);

		if (policy_keeps_if(policy->name))
			verify_unused(found, relid, policy);
	}
}

static void
apply_tried(void *context)
{
	TriedCondition *tried = context;

	apply_condition(tried->relid, tried->condition);
}

static void
judge_tried(void *context)
{
	TriedCondition *tried = context;
	char *sql = kept_sql(tried->relid, tried->condition);

	tried->kept = tried->policy && keeps(tried->relid, tried->policy, sql);
}

/* verify_condition: does a policy keep the IF of an assignment as it is stated? */
static void
verify_condition(List **found, const Assignment *assignment)
{
	char *name = catalog_if_policy(assignment->condition);
	char *policy = policy_label(assignment->relid, name);
	char *rule = assignment_label(assignment);
	TriedCondition tried = {assignment->relid, assignment->condition,
							existing_policy(assignment->relid, name), false};
	char *reason = attempt(judge_tried, &tried);

	if (reason && catalog_if_condition(assignment))
		deviation_add(found, psprintf("assignment on %s", catalog_name(assignment->relid)),
					  psprintf("%s: the text of its IF can no longer be used (%s), only the policy that keeps it", rule, reason),
					  restatement(assignment));
	else if (reason)
		deviation_add(found, psprintf("assignment on %s", catalog_name(assignment->relid)),
					  psprintf("%s: its IF can no longer be used, so it gives no role: %s", rule, reason),
					  assignment_repair(assignment));
	else if (!tried.policy)
		deviation_add(found, policy,
					  psprintf("it is missing, so this gives no role: %s", rule),
					  rebuild_statement(assignment->relid));
	else if (!tried.kept)
		deviation_add(found, policy,
					  psprintf("it does not keep the IF of this: %s", rule),
					  rebuild_statement(assignment->relid));
	else if (!policy_has_comment(tried.policy, assignments_comment(assignment->relid, name)))
		deviation_add(found, policy, pstrdup("its comment is not what the rules say"),
					  rebuild_statement(assignment->relid));
}

/* verify_unused: does a policy with a name of ours keep any IF? */
static void
verify_unused(List **found, Oid relid, const ExistingPolicy *policy)
{
	bool ours = policy_has_our_comment(policy);
	char *problem = policy->permissive ?
		pstrdup("it keeps the IF of no assignment, and is permissive: it allows more than the grants") :
		pstrdup("it keeps the IF of no assignment");

	if (assignments_comment(relid, policy->name) || (!ours && !catalog_table_is_enabled(relid)))
		return;
	deviation_add(found, policy_label(relid, policy->name), problem,
				  ours ? rebuild_statement(relid) :
						 psprintf("DROP POLICY %s ON %s;", quote_identifier(policy->name),
								  catalog_name(relid)));
}

/*
 * restatement returns the assignment as it can be typed now, with the condition that is kept;
 * what takes it away, if its path leads nowhere any more.
 */
static char *
restatement(const Assignment *assignment)
{
	Assignment now = *assignment;
	KeyPath *path = now.path ? path_from_text(now.relid, now.scope_relid, now.path, now.path_keys) :
							   NULL;

	if (now.path && !path)
		return assignment_repair(assignment);
	now.condition = condition_if_text(now.relid, catalog_if_condition(assignment));
	if (path)
		now.path = path_to_using(path);
	return psprintf("%s;", catalog_assignment_text(&now));
}

/* apply_condition makes the policy that keeps a condition, unless it is there as meant. */
static void
apply_condition(Oid relid, const char *condition)
{
	char *name = catalog_if_policy(condition);
	char *sql = kept_sql(relid, condition);
	ExistingPolicy *existing = existing_policy(relid, name);

	if (existing && keeps(relid, existing, sql))
		return;
	if (existing)
		run_as_sql(catalog_owner(relid),
				   psprintf("DROP POLICY %s ON %s", name, catalog_name(relid)));
	run_as_sql(catalog_owner(relid),
			   psprintf("CREATE POLICY %s ON %s AS RESTRICTIVE FOR DELETE TO PUBLIC USING %s",
						name, catalog_name(relid), sql));
}

/* kept_sql returns what a policy says that keeps a condition, as the table's owner reads it. */
static char *
kept_sql(Oid relid, const char *condition)
{
	RunAs saved;
	char *sql;

	run_as_begin(catalog_owner(relid), &saved);
	sql = psprintf("(true OR (%s))", condition_sql(relid, condition, CONDITION_ROW, CONDITION_ALL));
	run_as_end(&saved);
	return sql;
}

/* keeps: does the policy keep what sql means now, and judge nothing? */
static bool
keeps(Oid relid, const ExistingPolicy *policy, const char *sql)
{
	Relation rel = table_open(relid, AccessShareLock);
	RunAs saved;
	bool result;

	run_as_begin(rel->rd_rel->relowner, &saved);
	result = !policy->permissive && policy_is_for(policy, NIL) && policy->command == 'd' &&
		equal(policy->using_expr, policy_expression(rel, sql));
	run_as_end(&saved);
	table_close(rel, AccessShareLock);
	return result;
}

/* assignments_comment returns the assignments whose IF a policy keeps, NULL for none. */
static char *
assignments_comment(Oid relid, const char *policy)
{
	StringInfoData comment;
	ListCell *cell;

	initStringInfo(&comment);
	foreach(cell, catalog_assignments())
	{
		Assignment *assignment = lfirst(cell);
		char *text;

		if (assignment->relid != relid || !assignment->condition ||
			strcmp(catalog_if_policy(assignment->condition), policy) != 0)
			continue;
		text = catalog_assignment_text(assignment);
		appendStringInfo(&comment, "%s%s;", comment.len > 0 ? "\n" : "",
						 text ? text : POLICY_IF_MARK);
	}
	return comment.len > 0 ? comment.data : NULL;
}

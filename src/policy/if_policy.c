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
#include "utils/rel.h"

#include "catalog/catalog.h"
#include "catalog/run_as.h"
#include "policy/existing.h"
#include "policy/policy.h"
#include "resolver/resolver.h"

static void apply_condition(Oid relid, const char *condition);
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

/* apply_condition makes the policy that keeps a condition, unless it is there as meant. */
static void
apply_condition(Oid relid, const char *condition)
{
	char *name = catalog_if_policy(condition);
	char *sql = psprintf("(true OR (%s))", condition_sql(relid, condition, CONDITION_ROW, CONDITION_ALL));
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

/* keeps: does the policy keep what sql means now, and judge nothing? */
static bool
keeps(Oid relid, const ExistingPolicy *policy, const char *sql)
{
	Relation rel = table_open(relid, AccessShareLock);
	RunAs saved;
	bool result;

	run_as_begin(rel->rd_rel->relowner, &saved);
	result = !policy->permissive && policy->for_public && policy->command == 'd' &&
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

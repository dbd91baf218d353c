/*
 * policies.c
 *		Policies of others on enabled tables: they stand beside ours.
 *
 * Where a permissive one stands for a command our policy must not end in electric.deny, which
 * would refuse what the other one allows.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/lsyscache.h"

#include "ddlx.h"
#include "events/events.h"
#include "policy/policy.h"

static void follow_policy(RangeVar *table, const char *name, bool is_made);
static void warn_changed(RangeVar *table, const char *name);

void
follow_policies(Node *command)
{
	ListCell *cell;

	if (IsA(command, CreatePolicyStmt))
		follow_policy(((CreatePolicyStmt *) command)->table,
					  ((CreatePolicyStmt *) command)->policy_name, true);
	else if (IsA(command, RenameStmt) && ((RenameStmt *) command)->renameType == OBJECT_POLICY)
	{
		warn_changed(((RenameStmt *) command)->relation, ((RenameStmt *) command)->subname);
		warn_changed(((RenameStmt *) command)->relation, ((RenameStmt *) command)->newname);
	}
	else if (IsA(command, AlterPolicyStmt))
	{
		warn_changed(((AlterPolicyStmt *) command)->table,
					 ((AlterPolicyStmt *) command)->policy_name);
		follow_policy(((AlterPolicyStmt *) command)->table,
					  ((AlterPolicyStmt *) command)->policy_name, true);
	}
	else if (IsA(command, DropStmt) && ((DropStmt *) command)->removeType == OBJECT_POLICY)
	{
		foreach(cell, ((DropStmt *) command)->objects)
		{
			List *names = lfirst(cell);
			List *table = list_truncate(list_copy(names), list_length(names) - 1);

			follow_policy(makeRangeVarFromNameList(table), strVal(llast(names)), false);
		}
	}
}

/*
 * follow_policy makes our policies anew where a policy of others on their table was made, altered
 * or dropped. Only if all four stand: they are missing while a dump is being restored.
 */
static void
follow_policy(RangeVar *table, const char *name, bool is_made)
{
	Oid relid = RangeVarGetRelid(table, NoLock, true);

	if (!OidIsValid(relid) || policy_is_ours(name) || !catalog_table_is_enabled(relid))
		return;
	if (is_made)
		ddlx_warn_foreign_policies(relid, name);
	if (policy_is_complete(relid))
		policy_refresh(relid);
}

/* warn_changed: one of ours says what the rules say, until somebody alters it by hand. */
static void
warn_changed(RangeVar *table, const char *name)
{
	Oid relid = RangeVarGetRelid(table, NoLock, true);

	if (OidIsValid(relid) && policy_is_ours(name) && catalog_table_is_enabled(relid))
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("policy \"%s\" on table \"%s\" is no longer what the rules say", name,
						get_rel_name(relid)),
				 errhint("Type ALTER TABLE %s ENABLE ELECTRIC; to put it right.",
						 catalog_name(relid))));
}

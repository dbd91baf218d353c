/*
 * standing.c
 *		The rules as they are before a command, resolved to what no command renames: OIDs and
 *		column numbers.
 *
 * Noted at the start of a command and taken at its end, both found by the parse tree, which
 * is the same. What a failed command leaves goes with the transaction.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "catalog/run_as.h"
#include "compat.h"
#include "events/events.h"
#include "policy/policy.h"

static List *noted = NIL; /* Standing *, of this transaction */

static MemoryContext noted_context(void);
static void forget_noted(void *arg);
static void note_in_force(List *rules);
static bool is_granted(const Assignment *assignment, List *rules);
static void note_retyped(Standing *standing);
static bool find_columns(StandingRule *rule, Oid relid, List *columns);
static bool find_path(StandingRule *rule, Oid relid, Oid scope_relid, const char *path, List *keys);
static Node *read_condition(Oid relid, const char *condition);

void
standing_note(Node *command)
{
	MemoryContext old = MemoryContextSwitchTo(noted_context());
	Standing *standing = palloc0(sizeof(Standing));
	ListCell *cell;

	/* one that failed may have left another at the same place */
	(void) standing_take(command);
	standing->command = command;
	foreach(cell, catalog_all_grants())
		standing->rules = lappend(standing->rules, rule_of_grant(lfirst(cell)));
	foreach(cell, catalog_assignments())
		standing->rules = lappend(standing->rules, rule_of_assignment(lfirst(cell)));
	note_in_force(standing->rules);
	note_retyped(standing);
	noted = lappend(noted, standing);
	MemoryContextSwitchTo(old);
}

Standing *
standing_take(Node *command)
{
	ListCell *cell;

	foreach(cell, noted)
	{
		Standing *standing = lfirst(cell);

		if (standing->command == command)
		{
			noted = foreach_delete_current(noted, cell);
			return standing;
		}
	}
	return NULL;
}

Oid
rule_relid(const StandingRule *rule)
{
	return rule->grant ? rule->grant->relid : rule->assignment->relid;
}

char *
rule_condition(const StandingRule *rule)
{
	return rule->grant ? rule->grant->condition : rule->assignment->condition;
}

/* noted_context returns the memory that lives as long as the transaction. */
static MemoryContext
noted_context(void)
{
	if (noted == NIL)
	{
		MemoryContextCallback *callback =
			MemoryContextAllocZero(TopTransactionContext, sizeof(MemoryContextCallback));

		callback->func = forget_noted;
		MemoryContextRegisterResetCallback(TopTransactionContext, callback);
	}
	return TopTransactionContext;
}

static void
forget_noted(void *arg)
{
	noted = NIL;
}

/*
 * note_in_force: a grant is in force while its table has all four policies, an assignment while
 * a grant in force is to its role. pg_restore --clean drops policies before keys, which
 * nobody shall miss then.
 */
static void
note_in_force(List *rules)
{
	ListCell *cell;

	foreach(cell, rules)
	{
		StandingRule *rule = lfirst(cell);

		if (rule->grant)
			rule->in_force = rule->stands && policy_is_complete(rule->grant->relid);
	}
	foreach(cell, rules)
	{
		StandingRule *rule = lfirst(cell);

		if (rule->assignment)
			rule->in_force = rule->stands && is_granted(rule->assignment, rules);
	}
}

static bool
is_granted(const Assignment *assignment, List *rules)
{
	ListCell *cell;

	foreach(cell, rules)
	{
		StandingRule *rule = lfirst(cell);

		if (rule->grant && rule->in_force && rule->grant->scope_relid == assignment->scope_relid &&
			(!assignment->role || strcmp(assignment->role, rule->grant->role) == 0))
			return true;
	}
	return false;
}

/*
 * note_retyped takes our policies off that read a column whose type the command changes:
 * PostgreSQL would refuse. Only where the command's own check of ownership will pass,
 * since it locks the table.
 */
static void
note_retyped(Standing *standing)
{
	RangeVar *relation;
	List *columns = command_retyped(standing->command, &relation);
	Oid relid;

	if (columns == NIL)
		return;
	relid = RangeVarGetRelid(relation, NoLock, true);
	if (!OidIsValid(relid) || !object_ownercheck(RelationRelationId, relid, GetUserId()))
		return;
	standing->altered = relid;
	standing->reads_altered = policy_take_off(relid, columns);
}

StandingRule *
rule_of_grant(Grant *grant)
{
	StandingRule *rule = palloc0(sizeof(StandingRule));

	rule->grant = grant;
	rule->text = catalog_grant_text(grant, privilege_name(grant->privilege));
	rule->stands = find_columns(rule, grant->relid, grant->columns) &&
		find_path(rule, grant->relid, grant->scope_relid, grant->path, grant->path_keys);
	if (rule->stands && grant->condition)
	{
		rule->condition = read_condition(grant->relid, grant->condition);
		rule->stands = rule->condition != NULL;
	}
	return rule;
}

StandingRule *
rule_of_assignment(Assignment *assignment)
{
	StandingRule *rule = palloc0(sizeof(StandingRule));
	List *columns = list_make1(assignment->user_column);

	if (assignment->role_column)
		columns = lappend(columns, assignment->role_column);
	rule->assignment = assignment;
	rule->text = catalog_assignment_text(assignment);
	rule->stands = find_columns(rule, assignment->relid, columns) &&
		find_path(rule, assignment->relid, assignment->scope_relid, assignment->path,
				  assignment->path_keys);
	if (rule->stands && assignment->condition)
	{
		rule->condition = catalog_if_condition(assignment);
		rule->stands = rule->condition != NULL;
	}
	return rule;
}

/* find_columns notes the numbers of these columns; false if a column or the table is gone. */
static bool
find_columns(StandingRule *rule, Oid relid, List *columns)
{
	ListCell *cell;

	if (!OidIsValid(catalog_owner(relid)))
		return false;
	foreach(cell, columns)
	{
		AttrNumber attnum = get_attnum(relid, lfirst(cell));

		if (attnum <= 0)
			return false;
		rule->attnums = lappend_int(rule->attnums, attnum);
	}
	return true;
}

/* find_path notes the path; false if it is not as recorded. */
static bool
find_path(StandingRule *rule, Oid relid, Oid scope_relid, const char *path, List *keys)
{
	if (!OidIsValid(scope_relid))
		return true;
	rule->path = path_from_text(relid, scope_relid, path, keys);
	return rule->path != NULL;
}

/*
 * read_condition analyses a condition, as the table's owner; NULL if what it names is gone.
 * That is no business of the command that is about to run.
 */
static Node *
read_condition(Oid relid, const char *condition)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Node *volatile expression = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		RunAs saved;

		run_as_begin(catalog_owner(relid), &saved);
		expression = condition_read(relid, condition);
		run_as_end(&saved);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		int code = geterrcode();

		MemoryContextSwitchTo(context);
		if (code == ERRCODE_QUERY_CANCELED || code == ERRCODE_ADMIN_SHUTDOWN)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		expression = NULL;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return expression;
}

/*
 * standing.c
 *		The rules as they are before a command, resolved to what no command renames: OIDs and
 *		column numbers.
 *
 * Noted at the start of a command and found at its end by the parse tree, which is the same. It
 * lives in the subtransaction's memory: what a failed command leaves is never taken for that
 * of a later one, whose parse tree may stand at the same place.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "catalog/attempt.h"
#include "catalog/run_as.h"
#include "compat.h"
#include "events/events.h"
#include "policy/policy.h"

/* A recorded condition, to be read */
typedef struct ReadCondition
{
	Oid relid;
	const char *condition;
	Node *expression;
} ReadCondition;

static Oid warned_of;	  /* the table that this command has last warned of */
static List *noted = NIL; /* Standing *, in TopMemoryContext */

static void link_noted(Standing *standing);
static void unlink_noted(void *arg);
static StandingRule *note_grant(Grant *grant, bool all, List *names);
static StandingRule *note_assignment(Assignment *assignment, bool all, List *names);
static void note_in_force(List *rules);
static bool serves_grants(const Assignment *assignment, List *rules);
static void note_retyped(Standing *standing);
static bool find_columns(StandingRule *rule, Oid relid, List *columns);
static bool serve(const Assignment *assignment);
static bool find_path(StandingRule *rule, Oid relid, Oid scope_relid, const char *path, List *keys);
static void note_text(StandingRule *rule);
static Node *read_condition(Oid relid, const char *condition);
static void warn_of_locked(Oid relid);
static void read_as_owner(void *context);

void
standing_note(Node *command)
{
	MemoryContext memory = AllocSetContextCreate(CurTransactionContext, "electric_perm rules noted",
												 ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(memory);
	Standing *standing = palloc0(sizeof(Standing));
	List *names = command_names(command);
	bool all = names == NIL;
	ListCell *cell;

	warned_of = InvalidOid;
	standing->memory = memory;
	standing->command = command;
	foreach(cell, catalog_all_grants())
		standing->rules = lappend(standing->rules, note_grant(lfirst(cell), all, names));
	foreach(cell, catalog_assignments())
		standing->rules = lappend(standing->rules, note_assignment(lfirst(cell), all, names));
	note_in_force(standing->rules);
	note_retyped(standing);
	link_noted(standing);
	MemoryContextSwitchTo(old);
}

Standing *
standing_find(Node *command)
{
	ListCell *cell;

	foreach(cell, noted)
	{
		Standing *standing = lfirst(cell);

		if (standing->command == command)
			return standing;
	}
	return NULL;
}

void
standing_forget(Node *command)
{
	Standing *standing = standing_find(command);

	if (standing)
		MemoryContextDelete(standing->memory);
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

char *
rule_print(const StandingRule *rule)
{
	return rule->grant ? condition_text(rule_relid(rule), rule->condition) :
						 condition_if_text(rule_relid(rule), rule->condition);
}

/* link_noted: from now on it is found, until its memory goes, with a subtransaction or before. */
static void
link_noted(Standing *standing)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	MemoryContextCallback *callback =
		MemoryContextAllocZero(standing->memory, sizeof(MemoryContextCallback));

	noted = lappend(noted, standing);
	MemoryContextSwitchTo(old);
	callback->func = unlink_noted;
	callback->arg = standing;
	MemoryContextRegisterResetCallback(standing->memory, callback);
}

static void
unlink_noted(void *arg)
{
	noted = list_delete_ptr(noted, arg);
}

static StandingRule *
note_grant(Grant *grant, bool all, List *names)
{
	StandingRule *rule;
	ListCell *cell;
	bool touched = all;

	foreach(cell, names)
		touched |= grant_says(grant, lfirst(cell));
	if (touched)
		return rule_of_grant(grant);
	rule = palloc0(sizeof(StandingRule));
	rule->grant = grant;
	return rule;
}

static StandingRule *
note_assignment(Assignment *assignment, bool all, List *names)
{
	StandingRule *rule;
	ListCell *cell;
	bool touched = all;

	foreach(cell, names)
		touched |= assignment_says(assignment, lfirst(cell));
	if (touched)
		return rule_of_assignment(assignment);
	rule = palloc0(sizeof(StandingRule));
	rule->assignment = assignment;
	return rule;
}

/* note_in_force: a grant is in force while its table has all four policies. */
static void
note_in_force(List *rules)
{
	Oid relid = InvalidOid;
	bool complete = false;
	ListCell *cell;

	foreach(cell, rules)
	{
		StandingRule *rule = lfirst(cell);

		if (!rule->grant)
			continue;
		/* those of one table follow each other */
		if (rule->grant->relid != relid)
			complete = policy_is_complete(rule->grant->relid);
		relid = rule->grant->relid;
		rule->in_force = complete && (rule->stands || !rule->touched);
	}
}

/*
 * rule_was_in_force: an assignment was unless there are grants to its role and none was.
 * pg_restore --clean drops policies before keys, which nobody shall miss then.
 */
bool
rule_was_in_force(const Standing *standing, const StandingRule *rule)
{
	return rule->grant ? rule->in_force : serves_grants(rule->assignment, standing->rules);
}

/* serves_grants: is a grant to its role in force, or is there none? */
static bool
serves_grants(const Assignment *assignment, List *rules)
{
	bool granted = false;
	ListCell *cell;

	foreach(cell, rules)
	{
		StandingRule *rule = lfirst(cell);
		Grant *grant = rule->grant;

		if (!grant || grant->scope_relid != assignment->scope_relid ||
			(assignment->role && strcmp(assignment->role, grant->role) != 0))
			continue;
		if (rule->in_force)
			return true;
		granted = true;
	}
	return !granted;
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
	rule->touched = true;
	rule->text = catalog_grant_text(grant, privilege_name(grant->privilege));
	rule->stands = find_columns(rule, grant->relid, grant->columns) &&
		find_path(rule, grant->relid, grant->scope_relid, grant->path, grant->path_keys);
	if (rule->stands && grant->condition)
	{
		rule->condition = read_condition(grant->relid, grant->condition);
		note_text(rule);
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
	rule->touched = true;
	rule->text = catalog_assignment_text(assignment);
	rule->stands = find_columns(rule, assignment->relid, columns) && serve(assignment) &&
		find_path(rule, assignment->relid, assignment->scope_relid, assignment->path,
				  assignment->path_keys);
	if (rule->stands && assignment->condition)
	{
		rule->condition = catalog_if_condition(assignment);
		note_text(rule);
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

/* serve: can the columns give roles? What never could has nothing to lose by a command. */
static bool
serve(const Assignment *assignment)
{
	Oid relid = assignment->relid;
	Oid user_type = get_atttype(relid, get_attnum(relid, assignment->user_column));
	const char *role = assignment->role_column;

	return is_user_column_type(user_type) &&
		(!role || is_role_column_type(get_atttype(relid, get_attnum(relid, role))));
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

static void
note_text(StandingRule *rule)
{
	rule->stands = rule->condition && condition_is_whole(rule_relid(rule), rule->condition);
	if (rule->stands)
		rule->printed = rule_print(rule);
}

/*
 * read_condition analyses a condition, as the table's owner; NULL if what it names is gone.
 * That is no business of the command that is about to run. Nor is the rule of somebody else who
 * keeps its table locked, for as long as he likes: if the command changes what it
 * names, it gives nothing.
 */
static Node *
read_condition(Oid relid, const char *condition)
{
	ReadCondition read = {relid, condition, NULL};

	if (!has_privs_of_role(GetUserId(), catalog_owner(relid)) &&
		!ConditionalLockRelationOid(relid, AccessShareLock))
	{
		warn_of_locked(relid);
		return NULL;
	}
	return attempt(read_as_owner, &read) ? NULL : read.expression;
}

/* warn_of_locked warns once a table: its rules follow each other. */
static void
warn_of_locked(Oid relid)
{
	if (relid == warned_of)
		return;
	warned_of = relid;
	ereport(WARNING,
			(errmsg("rules on table \"%s\" are not followed", get_rel_name(relid)),
			 errdetail("It belongs to another owner, and is locked. If the command changes what a condition of theirs names, they give nothing when they are made anew."),
			 errhint("A superuser sees by electric.verify() whether they are as stated.")));
}

static void
read_as_owner(void *context)
{
	ReadCondition *read = context;
	RunAs saved;

	run_as_begin(catalog_owner(read->relid), &saved);
	read->expression = condition_read(read->relid, read->condition);
	run_as_end(&saved);
}

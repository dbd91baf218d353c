/*
 * settle.c
 *		The rules after a command: written with new names, gone with what they stood on, or
 *		a reason to refuse the command.
 *
 * A rule that stood before and means the same by OID and column number is followed. One that
 * lost something goes if the command says CASCADE, else the command fails. One that gave
 * nothing before is none of the command's business.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/lsyscache.h"

#include "catalog/run_as.h"
#include "events/events.h"
#include "policy/policy.h"

/* What becomes of a rule */
typedef struct Outcome
{
	const StandingRule *rule;
	Grant *grant;			/* as it shall be recorded .. */
	Assignment *assignment; /* .. both NULL: not at all */
	char *lost;				/* what it stood on and is gone, NULL: nothing */
	bool lost_key;			/* is that a key which the same command could have made anew? */
	bool rewritten;			/* is the record another? */
} Outcome;

static List *all_outcomes(const Standing *standing, List *grants, List *assignments);
static Outcome *outcome_of(const Standing *standing, const StandingRule *rule);
static void follow_grant(const Standing *standing, const StandingRule *rule, Outcome *outcome);
static void follow_assignment(const Standing *standing, const StandingRule *rule, Outcome *outcome);
static List *columns_now(const StandingRule *rule, char **lost);
static KeyPath *rule_path_now(const StandingRule *rule, Oid relid, Oid scope_relid,
							  const char *path, List *keys, Outcome *outcome);
static char *condition_now(const Standing *standing, const StandingRule *rule, char **lost);
static char *restated(const StandingRule *rule);
static void show_in_rule(void *arg);
static char *column_name(Oid relid, AttrNumber attnum);
static void refuse_unknown(const Standing *standing, List *grants, List *assignments);
static void refuse_broken(const StandingRule *rule);
static void refuse_losses(const Standing *standing, List *outcomes);
static void record(const Outcome *outcome);
static void forget_gone_tables(void);
static void refresh_policies(const Standing *standing, List *outcomes);

void
settle(const Standing *standing)
{
	List *grants = catalog_all_grants();
	List *assignments = catalog_assignments();
	List *outcomes = all_outcomes(standing, grants, assignments);
	ListCell *cell;

	refuse_unknown(standing, grants, assignments);
	if (!command_cascades(standing->command))
		refuse_losses(standing, outcomes);
	foreach(cell, outcomes)
		record(lfirst(cell));
	forget_gone_tables();
	refresh_policies(standing, outcomes);
}

/* all_outcomes returns what changes, an Outcome * for each rule. */
static List *
all_outcomes(const Standing *standing, List *grants, List *assignments)
{
	List *outcomes = NIL;
	int grant_place = 0;
	int assignment_place = 0;
	ListCell *cell;

	foreach(cell, standing->rules)
	{
		const StandingRule *rule = lfirst(cell);
		Outcome *outcome = NULL;

		/* does it still stand in the catalog, as it was noted? */
		if (rule->touched &&
			(rule->grant ? has_grant(grants, rule->grant, &grant_place) :
						   has_assignment(assignments, rule->assignment, &assignment_place)))
			outcome = outcome_of(standing, rule);
		if (outcome)
			outcomes = lappend(outcomes, outcome);
	}
	return outcomes;
}

/* outcome_of returns what becomes of a rule, NULL where it stays what it was. */
static Outcome *
outcome_of(const Standing *standing, const StandingRule *rule)
{
	Outcome *outcome = palloc0(sizeof(Outcome));
	char *text;

	outcome->rule = rule;
	outcome->rewritten = true;
	if (!OidIsValid(catalog_owner(rule_relid(rule))))
		return outcome;
	if (!rule->stands)
		return NULL;
	if (rule->grant)
		follow_grant(standing, rule, outcome);
	else
		follow_assignment(standing, rule, outcome);
	/* one that gives nothing may lose what it stands on, and gives nothing still */
	if (outcome->lost && !command_cascades(standing->command) &&
		!rule_was_in_force(standing, rule))
		return NULL;
	outcome->rewritten |= outcome->lost != NULL;
	if (outcome->lost)
		return outcome;
	if (rule->grant)
		text = catalog_grant_text(outcome->grant, privilege_name(outcome->grant->privilege));
	else
		text = catalog_assignment_text(outcome->assignment);
	return outcome->rewritten || strcmp(text, rule->text) != 0 ? outcome : NULL;
}

static void
follow_grant(const Standing *standing, const StandingRule *rule, Outcome *outcome)
{
	Grant *now = palloc(sizeof(Grant));
	KeyPath *path;
	char *lost_column = NULL;

	*now = *rule->grant;
	now->columns = columns_now(rule, &lost_column);
	path = rule_path_now(rule, now->relid, now->scope_relid, now->path, now->path_keys, outcome);
	if (path)
	{
		now->path = path_to_text(path);
		now->path_keys = path_keys(path);
	}
	if (now->condition)
		now->condition = condition_now(standing, rule, &outcome->lost);
	outcome->rewritten = !catalog_is_same_grant(now, rule->grant);
	if (outcome->lost)
		return;
	/* a list that has lost a column goes on with the others */
	outcome->lost = lost_column;
	if (now->columns != NIL || rule->grant->columns == NIL)
		outcome->grant = now;
}

static void
follow_assignment(const Standing *standing, const StandingRule *rule, Outcome *outcome)
{
	Assignment *now = palloc(sizeof(Assignment));
	Oid relid = rule->assignment->relid;
	AttrNumber user = linitial_int(rule->attnums);
	AttrNumber role = llast_int(rule->attnums);
	List *columns = columns_now(rule, &outcome->lost);
	KeyPath *path;

	*now = *rule->assignment;
	if (!outcome->lost && !is_user_column_type(get_atttype(relid, user)))
		outcome->lost = column_name(relid, user);
	if (!outcome->lost && now->role_column && !is_role_column_type(get_atttype(relid, role)))
		outcome->lost = column_name(relid, role);
	path = rule_path_now(rule, relid, now->scope_relid, now->path, now->path_keys, outcome);
	if (path)
	{
		now->path = path_to_text(path);
		now->path_keys = path_keys(path);
	}
	if (now->condition)
		now->condition = condition_now(standing, rule, &outcome->lost);
	if (outcome->lost)
		return;
	now->user_column = linitial(columns);
	if (now->role_column)
		now->role_column = llast(columns);
	outcome->rewritten = !catalog_is_same_assignment(now, rule->assignment);
	outcome->assignment = now;
}

/* columns_now returns the present names of the rule's columns, without those that are lost. */
static List *
columns_now(const StandingRule *rule, char **lost)
{
	List *names = NIL;
	List *recorded;
	ListCell *cell;

	if (rule->grant)
		recorded = rule->grant->columns;
	else
		recorded = list_make2(rule->assignment->user_column, rule->assignment->role_column);
	foreach(cell, rule->attnums)
	{
		char *name = get_attname(rule_relid(rule), lfirst_int(cell), true);

		/* a dropped column still has a name, by which it is not found */
		if (name && get_attnum(rule_relid(rule), name) == lfirst_int(cell))
			names = lappend(names, name);
		else
			*lost = psprintf("column \"%s\" of table \"%s\"",
							 (char *) list_nth(recorded, foreach_current_index(cell)),
							 get_rel_name(rule_relid(rule)));
	}
	if (rule->grant)
		list_sort(names, names_compare);
	return names;
}

/*
 * rule_path_now returns the path under its present names. Where its keys were made anew in the
 * same command (DROP CONSTRAINT, ADD CONSTRAINT) they are found as recorded.
 */
static KeyPath *
rule_path_now(const StandingRule *rule, Oid relid, Oid scope_relid, const char *path, List *keys,
			  Outcome *outcome)
{
	KeyPath *now;

	if (!rule->path)
		return NULL;
	now = path_now(rule->path);
	if (!now)
		now = path_from_text(relid, scope_relid, path, keys);
	if (!now && !outcome->lost)
	{
		outcome->lost = path_lost(rule->path);
		outcome->lost_key = true;
	}
	return now;
}

/*
 * condition_now returns the condition by present names; one over columns of new types anew. Where
 * nothing has changed it stays as recorded, though it be printed otherwise: whose rule it is
 * could have others write it, and wait for his table.
 */
static char *
condition_now(const Standing *standing, const StandingRule *rule, char **lost)
{
	Oid relid = rule_relid(rule);
	char *now;

	if (relid == standing->altered)
		return restated(rule);
	if (!condition_is_whole(relid, rule->condition) ||
		(rule->assignment && !catalog_if_condition(rule->assignment)))
	{
		*lost = psprintf("what the condition %s names", rule_condition(rule));
		return NULL;
	}
	now = rule_print(rule);
	return strcmp(now, rule->printed) == 0 ? rule_condition(rule) : now;
}

/* restated analyses the condition as if it were stated now, and raises if it could not be. */
static char *
restated(const StandingRule *rule)
{
	ErrorContextCallback callback;
	Oid relid = rule_relid(rule);
	char *condition = rule_condition(rule);
	char *text;
	RunAs saved;

	callback.callback = show_in_rule;
	callback.arg = unconstify(StandingRule *, rule);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	run_as_begin(catalog_owner(relid), &saved);
	text = rule->grant ? condition_resolve(condition, relid, condition, 0) :
						 condition_resolve_if(condition, relid, condition, 0);
	run_as_end(&saved);
	error_context_stack = callback.previous;
	return text;
}

/* show_in_rule: a position within the condition is none in the text of the command. */
static void
show_in_rule(void *arg)
{
	const StandingRule *rule = arg;

	if (geterrposition() > 0)
		errposition(0);
	errcontext("rule %s", rule->text);
}

static char *
column_name(Oid relid, AttrNumber attnum)
{
	return psprintf("column \"%s\" of table \"%s\"", get_attname(relid, attnum, false),
					get_rel_name(relid));
}

/*
 * refuse_unknown: a rule that came while the command waited for its lock names things by names
 * that it has just changed, and nobody noted what they meant.
 */
static void
refuse_unknown(const Standing *standing, List *grants, List *assignments)
{
	List *known_grants = NIL;
	List *known_assignments = NIL;
	int place = 0;
	ListCell *cell;

	foreach(cell, standing->rules)
	{
		StandingRule *rule = lfirst(cell);

		if (rule->grant)
			known_grants = lappend(known_grants, rule->grant);
		else
			known_assignments = lappend(known_assignments, rule->assignment);
	}
	foreach(cell, grants)
	{
		if (!has_grant(known_grants, lfirst(cell), &place))
			refuse_broken(rule_of_grant(lfirst(cell)));
	}
	place = 0;
	foreach(cell, assignments)
	{
		if (!has_assignment(known_assignments, lfirst(cell), &place))
			refuse_broken(rule_of_assignment(lfirst(cell)));
	}
}

static void
refuse_broken(const StandingRule *rule)
{
	if (!rule->stands && OidIsValid(catalog_owner(rule_relid(rule))))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not follow the change of the schema due to concurrent change of the rules"),
				 errdetail("Meanwhile came: %s;", rule->text ? rule->text : "a rule"),
				 errhint("Run the command again.")));
}

/* refuse_losses raises if a rule lost what it stands on (2BP01). */
static void
refuse_losses(const Standing *standing, List *outcomes)
{
	StringInfoData detail;
	char *lost = NULL;
	bool lost_key = false;
	ListCell *cell;

	initStringInfo(&detail);
	foreach(cell, outcomes)
	{
		const Outcome *outcome = lfirst(cell);

		if (!outcome->lost)
			continue;
		if (!lost)
		{
			lost = outcome->lost;
			lost_key = outcome->lost_key;
		}
		appendStringInfo(&detail, "%s%s;", detail.len > 0 ? "\n" : "", outcome->rule->text);
	}
	if (!lost)
		return;
	if (OidIsValid(standing->altered))
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot alter %s in this way because rules depend on it", lost),
				 errdetail_internal("%s", detail.data),
				 errhint("REVOKE and UNASSIGN them first.")));
	if (command_has(standing->command, AT_AttachPartition))
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot attach the partition because rules depend on %s", lost),
				 errdetail_internal("%s", detail.data),
				 errhint("A path goes through whole tables. REVOKE and UNASSIGN them first, and state them through the partitioned table.")));
	ereport(ERROR,
			(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
			 errmsg("cannot drop %s because rules depend on it", lost),
			 errdetail_internal("%s", detail.data),
			 lost_key ?
				 errhint("Use CASCADE to drop the rules too. To replace the constraint, drop and add it in one ALTER TABLE.") :
				 errhint("Use CASCADE to drop the rules too.")));
}

/* record writes what becomes of a rule, and tells of one that goes while its table stays. */
static void
record(const Outcome *outcome)
{
	const StandingRule *rule = outcome->rule;

	if (outcome->lost)
		ereport(NOTICE,
				(errmsg("drop cascades to rule %s%s", rule->text,
						outcome->grant ? ", as far as the column is concerned" : "")));
	if (!outcome->rewritten)
		return;
	if (rule->grant)
	{
		catalog_grant_delete(rule->grant);
		if (outcome->grant)
			catalog_grant_store(outcome->grant);
	}
	else
	{
		catalog_assignment_delete(rule->assignment);
		if (outcome->assignment)
			catalog_assignment_store(outcome->assignment);
	}
}

static void
forget_gone_tables(void)
{
	ListCell *cell;

	foreach(cell, catalog_enabled_tables())
	{
		if (!OidIsValid(catalog_owner(lfirst_oid(cell))))
			catalog_table_delete(lfirst_oid(cell));
	}
}

/*
 * refresh_policies makes the policies of the rules that have changed, IF policies first,
 * since others may pass the columns that they name.
 */
static void
refresh_policies(const Standing *standing, List *outcomes)
{
	List *relids = NIL;
	ListCell *cell;

	if (standing->reads_altered)
	{
		relids = lappend_oid(relids, standing->altered);
		foreach(cell, catalog_assignments())
		{
			Assignment *assignment = lfirst(cell);

			if (assignment->relid == standing->altered)
				policy_apply_ifs(assignment->relid, assignment->condition);
		}
	}
	foreach(cell, outcomes)
	{
		const Outcome *outcome = lfirst(cell);
		Oid relid = rule_relid(outcome->rule);

		if (!OidIsValid(catalog_owner(relid)))
			continue;
		if (outcome->rule->assignment)
			policy_apply_ifs(relid, outcome->assignment ? outcome->assignment->condition : NULL);
		if (outcome->rule->grant || outcome->rule->assignment->scope_relid == relid)
			relids = list_append_unique_oid(relids, relid);
	}
	list_sort(relids, list_oid_cmp);
	foreach(cell, relids)
	{
		if (catalog_table_is_enabled(lfirst_oid(cell)))
			policy_refresh(lfirst_oid(cell));
	}
}

/*
 * closest.c
 *		Which grant came closest to allowing a new row, and what it lacks.
 *
 * Only the new row and the roles that the user holds are looked at. Whether a path
 * of several steps leads the row to a scope of his is told by rows that he may not be able to
 * read, so it is not even asked. The condition has been evaluated in WITH CHECK:
 * it is what is left.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "access/verdict.h"

#define MOST_WORK 10000 /* rows read to find it */

/* How close a grant came, the closest last */
typedef enum Closeness
{
	CLOSE_NOT,		 /* nothing to say of it */
	CLOSE_NO_ROLE,	 /* the role is held nowhere */
	CLOSE_ELSEWHERE, /* it is held in some scope */
	CLOSE_OLD_ROW,	 /* it is held for the old row */
	CLOSE_HELD		 /* it is held for the new row */
} Closeness;

static Closeness closeness(const Denied *denied, const GrantRule *rule, char **reason);
static Closeness scoped_closeness(const Denied *denied, const GrantRule *rule, char **reason);
static Closeness elsewhere(const Denied *denied, const GrantRule *rule, char *if_held,
						   char **reason);
static Closeness held(const Denied *denied, const GrantRule *rule, char **reason);
static bool stands_in_row(const Denied *denied, const GrantRule *rule);
static bool holds_somewhere(Statement *statement, const GrantRule *rule);
static bool is_held_for_old_row(const Denied *denied, const GrantRule *rule);
static char *missing_columns(const Denied *denied, const RuleTable *table);
static char *null_key(const Denied *denied, const GrantRule *rule);
static char *sentence(const Grant *grant, const char *reason);

/* closest_grant finds it among the grants of the privilege; see verdict.h. */
char *
closest_grant(const Denied *denied)
{
	Statement *statement = denied->statement;
	double limit = statement->work.limit;
	const Grant *closest = NULL;
	char *closest_reason = NULL;
	Closeness most = CLOSE_NOT;
	bool any = false;
	bool exceeded;
	ListCell *cell;

	statement->work.limit = statement->work.done + MOST_WORK;
	foreach(cell, catalog_grants(denied->relid))
	{
		const Grant *grant = lfirst(cell);
		GrantRule rule;
		Closeness close;
		char *reason;

		if (grant->privilege != denied->privilege)
			continue;
		any = true;
		if (!grant_rule_find(statement, grant, &rule))
			continue;
		close = closeness(denied, &rule, &reason);
		if (close > most)
		{
			most = close;
			closest = grant;
			closest_reason = reason;
		}
	}
	exceeded = work_exceeded(&statement->work);
	statement->work.limit = limit;
	if (!any)
		return psprintf("%s on the table is granted to nobody.", privilege_name(denied->privilege));
	return closest && !exceeded ? sentence(closest, closest_reason) : NULL;
}

static Closeness
closeness(const Denied *denied, const GrantRule *rule, char **reason)
{
	if (rule->arm)
		return scoped_closeness(denied, rule, reason);
	if (role_verdict(denied->statement, rule, &denied->row) == VERDICT_YES)
		return held(denied, rule, reason);
	*reason = strcmp(rule->grant->role, ROLE_AUTHENTICATED) == 0 ? "no end user is set" :
																   "the role is not held";
	return CLOSE_NO_ROLE;
}

static Closeness
scoped_closeness(const Denied *denied, const GrantRule *rule, char **reason)
{
	char *columns = missing_columns(denied, rule->table);
	char *if_held;

	if (stands_in_row(denied, rule))
	{
		switch (role_verdict(denied->statement, rule, &denied->row))
		{
			case VERDICT_YES:
				return held(denied, rule, reason);
			case VERDICT_NO_SCOPE:
				if_held = null_key(denied, rule);
				break;
			case VERDICT_NO_ROLE:
				if_held = "the role is held, but not in the scope of the new row";
				break;
			default:
				return CLOSE_NOT;
		}
	}
	else if (columns)
		if_held = columns;
	else
		if_held = psprintf("the role is held, but not in the scope of the %srow%s",
						   denied->privilege == ACL_INSERT ? "new " : "old or the new ",
						   rule->grant->condition ? ", or the condition is not true" : "");
	return elsewhere(denied, rule, if_held, reason);
}

/* elsewhere: is the role held at all? For the row it is not, or that must not be told. */
static Closeness
elsewhere(const Denied *denied, const GrantRule *rule, char *if_held,
		  char **reason)
{
	*reason = if_held;
	if (is_held_for_old_row(denied, rule))
		return CLOSE_OLD_ROW;
	if (holds_somewhere(denied->statement, rule))
		return CLOSE_ELSEWHERE;
	*reason = "the role is not held";
	return CLOSE_NO_ROLE;
}

/* held: what else does a grant lack whose role is held for the new row? */
static Closeness
held(const Denied *denied, const GrantRule *rule, char **reason)
{
	*reason = missing_columns(denied, rule->table);
	if (*reason)
		return CLOSE_HELD;
	if (rule->arm && denied->change && !is_held_for_old_row(denied, rule))
		*reason = rule->grant->condition ?
			"the condition is not true for this change, or the role is not held in the scope of the old row" :
			"the role is held in the scope of the new row, but not of the old one";
	else if (rule->grant->condition)
		*reason = denied->privilege == ACL_INSERT ? "the condition is not true for the new row" :
													"the condition is not true for this change";
	return *reason ? CLOSE_HELD : CLOSE_NOT;
}

/* stands_in_row: is the key by which the path leaves the row the scope's own? */
static bool
stands_in_row(const Denied *denied, const GrantRule *rule)
{
	const KeyPath *path = rule->arm->path;

	return path->nsteps == 0 ||
		(path->nsteps == 1 && walk_create(denied->statement, path)->ends_in_key);
}

/* holds_somewhere: does any assignment give the user the role, in whatever scope? */
static bool
holds_somewhere(Statement *statement, const GrantRule *rule)
{
	ListCell *cell;

	foreach(cell, rule->table->sources)
	{
		RoleSource *source = lfirst(cell);
		SourceReader *reader;
		TupleTableSlot *slot;
		Datum scope_id[INDEX_MAX_KEYS];

		if (!source->path || source->path->scope_relid != rule->arm->path->scope_relid ||
			(source->role && strcmp(source->role, rule->grant->role) != 0) ||
			!columns_hold(source->columns))
			continue;
		reader = source_reader_create(statement, source);
		for (slot = source_reader_first(reader); slot; slot = source_reader_next(reader))
		{
			char *role = source_reader_role(reader, slot);

			if (role && strcmp(role, rule->grant->role) == 0 &&
				source_reader_scope(reader, slot, scope_id))
				return true;
		}
	}
	return false;
}

/* is_held_for_old_row: UPDATE: is the role held where the old row itself names the scope? */
static bool
is_held_for_old_row(const Denied *denied, const GrantRule *rule)
{
	const Change *change = denied->change;
	RowValues old;

	if (!change || !stands_in_row(denied, rule))
		return false;
	old = (RowValues){change->natts, change->values, change->isnull};
	return role_verdict(denied->statement, rule, &old) == VERDICT_YES;
}

/* missing_columns: what the statement gives a value to, or changes, and the grant does not list */
static char *
missing_columns(const Denied *denied, const RuleTable *table)
{
	const Bitmapset *touched;
	Bitmapset *missing;
	StringInfoData text;
	int n = -1;

	if (table->whole)
		return NULL;
	if (denied->privilege == ACL_INSERT)
		touched = inserted_columns(denied->statement, target_root(denied->target));
	else
		touched = denied->change ? denied->change->touched : NULL;
	missing = bms_difference(touched, table->columns);
	if (bms_is_empty(missing))
		return NULL;
	initStringInfo(&text);
	while ((n = bms_next_member(missing, n)) >= 0)
	{
		AttrNumber attnum = n + FirstLowInvalidHeapAttributeNumber;

		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "",
						 quote_identifier(get_attname(denied->relid, attnum, false)));
	}
	return psprintf("it does not list %s", text.data);
}

/* The new row leads to no scope, and says so itself. */
static char *
null_key(const Denied *denied, const GrantRule *rule)
{
	const RuleArm *arm = rule->arm;
	int i = 0;

	while (!denied->row.isnull[arm->key_attnums[i] - 1])
		i++;
	return psprintf("the new row is in no scope, since %s is NULL",
					quote_identifier(get_attname(denied->relid, arm->key_attnums[i], false)));
}

static char *
sentence(const Grant *grant, const char *reason)
{
	char *text = catalog_grant_text(grant, privilege_name(grant->privilege));

	return text ? psprintf("Closest came %s: %s.", text, reason) : NULL;
}

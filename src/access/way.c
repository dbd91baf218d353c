/*
 * way.c
 *		How a role was found for a row: the hops of the path, the scope and the assignment.
 *
 * Who asks about a row may read that row and knows the scopes in which he holds roles. Of the
 * rows between he is told the values that he could read without any policy; else
 * only which way leads through them.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "access/verdict.h"

/* A way from the row to a scope in which the role is held */
typedef struct Way
{
	Asked *asked;
	const GrantRule *rule;
	const KeyPath *path;
	PathWalk *walk;
	Holdings *holdings;
	Datum (*values)[INDEX_MAX_KEYS]; /* by step: its from-side values */
	Datum scope_id[INDEX_MAX_KEYS];
} Way;

static Way *way_create(Asked *asked, const GrantRule *rule);
static bool find_way(Way *way, int step, const Datum *values);
static bool reaches_scope(Way *way, const Datum *values);
static bool may_see_hop(const Way *way, int step);
static char *hop_text(const Way *way, int step);
static char *scope_text(const Way *way);
static char *assignment_line(Asked *asked, const GrantRule *rule, const Datum *scope_id);
static bool gives_role(SourceReader *reader, TupleTableSlot *slot, const RoleSource *source,
					   const char *role, KeySet *scope);
static KeySet *scope_set(Asked *asked, const KeyPath *path, const Datum *scope_id);
static char *source_text(const RoleSource *source);
static bool is_source_of(const Assignment *assignment, const RoleSource *source);
static char *source_row_text(const Asked *asked, SourceReader *reader, TupleTableSlot *slot,
							 const RoleSource *source);
static char *null_columns_text(const Asked *asked, const RuleArm *arm);
static bool is_forward(const KeyPath *path);
static char *forward_end(Way *way, const Datum *key);
static char *held_nowhere(const Way *way, const Datum *scope_id);

/* way_lines returns hops, scope and assignment, a line each; see verdict.h. */
List *
way_lines(Asked *asked, const GrantRule *rule)
{
	List *lines = NIL;
	Datum key[INDEX_MAX_KEYS];
	const Datum *scope_id = NULL;
	char *line;

	if (rule->arm)
	{
		Way *way = way_create(asked, rule);
		int step;

		if (!grant_rule_key(rule, &asked->values, key) || !find_way(way, 0, key))
			return NIL;
		for (step = 0; step < way->path->nsteps; step++)
			lines = lappend(lines, hop_text(way, step));
		lines = lappend(lines, scope_text(way));
		scope_id = way->scope_id;
	}
	line = assignment_line(asked, rule, scope_id);
	return line ? lappend(lines, line) : lines;
}

/* way_end: why is the role not held in the row's scope? */
char *
way_end(Asked *asked, const GrantRule *rule)
{
	Datum key[INDEX_MAX_KEYS];
	char *end = NULL;

	if (!rule->arm)
		return strcmp(rule->grant->role, ROLE_AUTHENTICATED) == 0 ? "no end user is set" :
																	"the role is not held";
	if (!grant_rule_key(rule, &asked->values, key))
		end = null_columns_text(asked, rule->arm);
	else if (is_forward(rule->arm->path))
		end = forward_end(way_create(asked, rule), key);
	return end ? end : "the role is not held in the row's scope";
}

static Way *
way_create(Asked *asked, const GrantRule *rule)
{
	Way *way = palloc0(sizeof(Way));

	way->asked = asked;
	way->rule = rule;
	way->path = rule->arm->path;
	way->walk = walk_create(asked->statement, way->path);
	way->holdings = holdings_get(asked->statement, way->path->scope_relid, rule->arm->roles,
								 rule->table);
	way->values = palloc0(sizeof(Datum) * INDEX_MAX_KEYS * (way->path->nsteps + 1));
	return way;
}

/* find_way goes up from the from-side values of one step. */
static bool
find_way(Way *way, int step, const Datum *values)
{
	const KeyPath *path = way->path;
	RowReader *rows;
	TupleTableSlot *slot;

	if (path->nsteps == 0)
		return reaches_scope(way, values);
	memcpy(way->values[step], values, sizeof(Datum) * path->steps[step].nkeys);
	if (step == path->nsteps - 1 && way->walk->ends_in_key)
	{
		Datum scope_id[INDEX_MAX_KEYS] = {0};
		int i;

		for (i = 0; i < path->nscope_keys; i++)
			scope_id[i] = values[way->walk->scope_key_order[i]];
		return reaches_scope(way, scope_id);
	}
	rows = walk_up_reader(way->walk, step);
	reader_begin(rows, values);
	while ((slot = reader_next(rows)) != NULL)
	{
		Datum next[INDEX_MAX_KEYS];

		if (step == path->nsteps - 1)
		{
			if (reader_get_keys(rows, slot, path->nscope_keys, path->scope_attnums, next) &&
				reaches_scope(way, next))
				return true;
		}
		else if (reader_get_keys(rows, slot, path->steps[step + 1].nkeys,
								 path->steps[step + 1].from_attnums, next) &&
				 find_way(way, step + 1, next))
			return true;
	}
	return false;
}

static bool
reaches_scope(Way *way, const Datum *values)
{
	memcpy(way->scope_id, values, sizeof(Datum) * way->path->nscope_keys);
	return holdings_has(way->holdings, way->scope_id);
}

/* may_see_hop: may the caller be told the values by which a step leaves its row? */
static bool
may_see_hop(const Way *way, int step)
{
	const KeyStep *key = &way->path->steps[step];

	if (step == 0)
		return asked_may_see_row(way->asked, key->nkeys, key->from_attnums);
	return asked_may_see(way->asked, key->from_relid, key->nkeys, key->from_attnums);
}

/* by constraint, public.issues(project_id) -> public.projects(id): (1) */
static char *
hop_text(const Way *way, int step)
{
	const KeyStep *key = &way->path->steps[step];
	char *text = psprintf("by %s, %s", quote_identifier(key->constraint),
						  (char *) list_nth(path_keys(way->path), step));

	if (!may_see_hop(way, step))
		return text;
	return psprintf("%s: %s", text,
					key_text(key->from_relid, key->nkeys, key->from_attnums, way->values[step]));
}

static char *
scope_text(const Way *way)
{
	return psprintf("to the scope %s: %s", (char *) llast(path_keys(way->path)),
					key_text(way->path->scope_relid, way->path->nscope_keys,
							 way->path->scope_attnums, way->scope_id));
}

/*
 * assignment_line returns the assignment that gives the role, and the row that does where the
 * caller may see it; NULL for built-in roles. scope_id: NULL for a global role.
 */
static char *
assignment_line(Asked *asked, const GrantRule *rule, const Datum *scope_id)
{
	Oid scope_relid = rule->arm ? rule->arm->path->scope_relid : InvalidOid;
	ListCell *cell;

	if (strcmp(rule->grant->role, ROLE_ANYONE) == 0)
		return "everybody holds the role";
	if (strcmp(rule->grant->role, ROLE_AUTHENTICATED) == 0)
		return "an end user is set";
	foreach(cell, rule->table->sources)
	{
		RoleSource *source = lfirst(cell);
		SourceReader *reader;
		TupleTableSlot *slot;
		KeySet *scope;

		if ((source->path ? source->path->scope_relid : InvalidOid) != scope_relid ||
			(source->role && strcmp(source->role, rule->grant->role) != 0) ||
			!columns_hold(source->columns))
			continue;
		scope = source->path ? scope_set(asked, source->path, scope_id) : NULL;
		reader = source_reader_create(asked->statement, source);
		for (slot = source_reader_first(reader); slot; slot = source_reader_next(reader))
			if (gives_role(reader, slot, source, rule->grant->role, scope))
				return psprintf("%s%s", source_text(source),
								source_row_text(asked, reader, slot, source));
	}
	return NULL;
}

/* scope: a set that holds the scope alone; NULL: the role is global */
static bool
gives_role(SourceReader *reader, TupleTableSlot *slot, const RoleSource *source,
		   const char *role, KeySet *scope)
{
	Datum scope_id[INDEX_MAX_KEYS];
	char *given;

	if (scope && !(source_reader_scope(reader, slot, scope_id) && keyset_contains(scope, scope_id)))
		return false;
	given = source_reader_role(reader, slot);
	return given && strcmp(given, role) == 0;
}

static KeySet *
scope_set(Asked *asked, const KeyPath *path, const Datum *scope_id)
{
	MemoryContext old = MemoryContextSwitchTo(asked->statement->context);
	KeySet *set = keyset_create(CurrentMemoryContext, path->nscope_keys,
								keycolumns_for_attributes(path->scope_relid, path->nscope_keys,
														  path->scope_attnums));

	keyset_add(set, scope_id);
	MemoryContextSwitchTo(old);
	return set;
}

/* source_text returns the ASSIGN statement of a source. */
static char *
source_text(const RoleSource *source)
{
	ListCell *cell;

	foreach(cell, catalog_assignments())
	{
		const Assignment *assignment = lfirst(cell);
		char *text = is_source_of(assignment, source) ? catalog_assignment_text(assignment) : NULL;

		if (text)
			return text;
	}
	return psprintf("an assignment on %s", catalog_name(source->relid));
}

static bool
is_source_of(const Assignment *assignment, const RoleSource *source)
{
	if (assignment->relid != source->relid ||
		assignment->scope_relid != (source->path ? source->path->scope_relid : InvalidOid) ||
		get_attnum(source->relid, assignment->user_column) != source->user_attnum)
		return false;
	if (source->role)
		return assignment->role && strcmp(assignment->role, source->role) == 0;
	return assignment->role_column &&
		get_attnum(source->relid, assignment->role_column) == source->role_attnum;
}

/* -- public.members (id): (1), "" where the caller may not see it or it has no key */
static char *
source_row_text(const Asked *asked, SourceReader *reader, TupleTableSlot *slot,
				const RoleSource *source)
{
	AttrNumber *attnums;
	Datum values[INDEX_MAX_KEYS];
	int nkeys = key_columns(source->relid, &attnums);
	int i;

	if (nkeys == 0 || !asked_may_see(asked, source->relid, nkeys, attnums))
		return "";
	for (i = 0; i < nkeys; i++)
	{
		bool isnull;

		values[i] = source_reader_value(reader, slot, attnums[i], &isnull);
	}
	return psprintf(" -- row %s", key_text(source->relid, nkeys, attnums, values));
}

/* null_columns_text: the row itself leads nowhere; NULL where the caller may not see that. */
static char *
null_columns_text(const Asked *asked, const RuleArm *arm)
{
	int i;

	if (!asked_may_see_row(asked, arm->nkeys, arm->key_attnums))
		return NULL;
	for (i = 0; i < arm->nkeys; i++)
		if (asked->values.isnull[arm->key_attnums[i] - 1])
			break;
	return psprintf("the path ends in NULL: %s",
					quote_identifier(get_attname(asked->relid, arm->key_attnums[i], false)));
}

static bool
is_forward(const KeyPath *path)
{
	int i;

	for (i = 0; i < path->nsteps; i++)
		if (!path->steps[i].forward)
			return false;
	return true;
}

/*
 * forward_end follows a path on which each row leads to one at most, and says where it ends;
 * NULL where the caller may not see all that it passes.
 */
static char *
forward_end(Way *way, const Datum *key)
{
	const KeyPath *path = way->path;
	Datum values[INDEX_MAX_KEYS];
	Datum scope_id[INDEX_MAX_KEYS];
	int step;
	int i;

	memcpy(values, key, sizeof(Datum) * way->rule->arm->nkeys);
	if (path->nsteps == 0)
		return held_nowhere(way, values);
	for (step = 0; step < path->nsteps; step++)
	{
		const KeyStep *next = step + 1 < path->nsteps ? &path->steps[step + 1] : NULL;
		RowReader *rows;
		TupleTableSlot *slot;

		if (!may_see_hop(way, step))
			return NULL;
		if (!next && way->walk->ends_in_key)
		{
			for (i = 0; i < path->nscope_keys; i++)
				scope_id[i] = values[way->walk->scope_key_order[i]];
			return held_nowhere(way, scope_id);
		}
		rows = walk_up_reader(way->walk, step);
		reader_begin(rows, values);
		slot = reader_next(rows);
		if (!slot)
			return NULL;
		if (!next)
			return reader_get_keys(rows, slot, path->nscope_keys, path->scope_attnums, scope_id) ?
				held_nowhere(way, scope_id) :
				NULL;
		if (!may_see_hop(way, step + 1))
			return NULL;
		if (!reader_get_keys(rows, slot, next->nkeys, next->from_attnums, values))
			return psprintf("the path ends in NULL at %s",
							(char *) list_nth(path_keys(path), step + 1));
	}
	return NULL;
}

/* Which scope is it, in which the role is not held? NULL where the caller may not see it. */
static char *
held_nowhere(const Way *way, const Datum *scope_id)
{
	const KeyPath *path = way->path;

	/* without a step, and with one into the scope's key, it stands in the row itself */
	if (!(path->nsteps == 0 || (path->nsteps == 1 && way->walk->ends_in_key)) &&
		!asked_may_see(way->asked, path->scope_relid, path->nscope_keys, path->scope_attnums))
		return NULL;
	return psprintf("the role is not held in the row's scope, %s: %s",
					(char *) llast(path_keys(path)),
					key_text(path->scope_relid, path->nscope_keys, path->scope_attnums, scope_id));
}

/*
 * path.c
 *		Paths that a statement spells out: USING step/step/...
 *
 * The caller holds a lock on the table where the path starts. A lock on a table
 * keeps its foreign keys, in both directions, and so the tables that they
 * join; path_resolve locks each table before it looks at the keys from there on.
 */
#include "postgres.h"

#include "catalog/pg_constraint.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"

#include "resolver/key.h"

/* How many valid steps an error lists at most */
#define MAX_LISTED_STEPS 20

static KeyStep *find_step(const char *source, Oid relid, const DdlxStep *words,
						  bool forward_only);
static List *fitting_steps(Oid relid, const DdlxStep *words, bool forward_only);
static List *prefer_forward(List *fitting);
static void step_missing(const char *source, Oid relid, const DdlxStep *words,
						 bool forward_only) pg_attribute_noreturn();
static void step_ambiguous(const char *source, Oid relid, const DdlxStep *words,
						   List *fitting) pg_attribute_noreturn();
static void check_step(const char *source, Oid start, List *taken,
					   const KeyStep *step, bool forward_only, int location);
static void path_ends_elsewhere(const char *source, Oid relid, Oid scope_relid,
								const KeyStep *last, bool forward_only,
								int location) pg_attribute_noreturn();
static char *valid_steps(Oid relid, bool forward_only);
static char *step_label(const DdlxStep *words);

KeyPath *
path_resolve(const char *source, Oid relid, Oid scope_relid, List *steps,
			 int path_location, bool forward_only)
{
	List *taken = NIL;
	Oid current = relid;
	int location = path_location;
	KeyPath *path;
	ListCell *lc;

	foreach(lc, steps)
	{
		const DdlxStep *words = lfirst(lc);
		KeyStep *step;

		location = words->location;
		step = find_step(source, current, words, forward_only);
		check_step(source, relid, taken, step, forward_only, location);
		LockRelationOid(step->to_relid, AccessShareLock);
		taken = lappend(taken, step);
		current = step->to_relid;
	}
	if (current != scope_relid)
		path_ends_elsewhere(source, relid, scope_relid, llast(taken), forward_only, location);

	path = path_make(relid, scope_relid, taken);
	if (path == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("scope table \"%s\" has no primary key", table_label(scope_relid)),
				 ddlx_errposition(source, path_location)));
	return path;
}

List *
path_tables(Oid relid, Oid scope_relid, List *steps, bool forward_only)
{
	List *relids = NIL;
	List *taken = steps == NIL ? infer_steps(relid, scope_relid) : NIL;
	Oid current = relid;
	ListCell *lc;

	foreach(lc, steps)
	{
		List *fitting = fitting_steps(current, lfirst(lc), forward_only);

		if (list_length(fitting) != 1)
			return NIL;
		taken = lappend(taken, linitial(fitting));
		current = ((KeyStep *) linitial(fitting))->to_relid;
	}
	foreach(lc, taken)
		relids = list_append_unique_oid(relids, ((KeyStep *) lfirst(lc))->to_relid);
	return relids;
}

KeyPath *
path_make(Oid relid, Oid scope_relid, List *steps)
{
	KeyPath *path = palloc0(sizeof(KeyPath));
	ListCell *lc;

	path->relid = relid;
	path->scope_relid = scope_relid;
	path->steps = palloc(sizeof(KeyStep) * Max(list_length(steps), 1));
	foreach(lc, steps)
		path->steps[path->nsteps++] = *(KeyStep *) lfirst(lc);
	if (!key_primary(scope_relid, &path->nscope_keys, &path->scope_attnums))
		return NULL;
	return path;
}

void
path_step_unusable(const char *source, const KeyStep *step, const char *obstacle,
				   int location)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("a path cannot use foreign key \"%s\" of table \"%s\"",
					step->constraint, table_label(step->constraint_relid)),
			 errdetail("%s", obstacle),
			 ddlx_errposition(source, location)));
}

/* find_step returns the one foreign key that words mean in a step from relid. */
static KeyStep *
find_step(const char *source, Oid relid, const DdlxStep *words, bool forward_only)
{
	List *fitting = fitting_steps(relid, words, forward_only);

	if (fitting == NIL)
		step_missing(source, relid, words, forward_only);
	if (list_length(fitting) > 1)
		step_ambiguous(source, relid, words, fitting);
	return linitial(fitting);
}

/* fitting_steps returns the foreign keys that words can mean in a step from relid. */
static List *
fitting_steps(Oid relid, const DdlxStep *words, bool forward_only)
{
	List *fitting = key_steps_fitting(relid, words->schema, words->table, words->name);

	return forward_only ? prefer_forward(fitting) : fitting;
}

/* prefer_forward returns the forward steps among fitting, or all if there is none. */
static List *
prefer_forward(List *fitting)
{
	List *forward = NIL;
	ListCell *lc;

	foreach(lc, fitting)
	{
		KeyStep *step = lfirst(lc);

		if (step->forward)
			forward = lappend(forward, step);
	}
	return forward != NIL ? forward : fitting;
}

/* step_missing raises that words mean no foreign key, as exactly as it can. */
static void
step_missing(const char *source, Oid relid, const DdlxStep *words, bool forward_only)
{
	char *table = table_label(relid);
	char *valid = valid_steps(relid, forward_only);
	bool own = words->table == NULL || strcmp(words->table, get_rel_name(relid)) == 0;

	if (own && get_attnum(relid, words->name) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("column \"%s\" of table \"%s\" starts no foreign key",
						words->name, table),
				 valid != NULL ? errhint("Steps from table \"%s\": %s.", table, valid) : 0,
				 ddlx_errposition(source, words->location)));
	if (own && OidIsValid(get_relation_constraint_oid(relid, words->name, true)))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("constraint \"%s\" of table \"%s\" is not a foreign key",
						words->name, table),
				 valid != NULL ? errhint("Steps from table \"%s\": %s.", table, valid) : 0,
				 ddlx_errposition(source, words->location)));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("no foreign key \"%s\" joins table \"%s\"", step_label(words), table),
			 errdetail("A step is a column that starts a foreign key of \"%s\", or the name of a foreign key constraint of \"%s\" or of a table that refers to it.",
					   table, table),
			 valid != NULL ? errhint("Steps from table \"%s\": %s.", table, valid) :
							 errhint("Table \"%s\" has no foreign keys to follow.", table),
			 ddlx_errposition(source, words->location)));
}

/* step_ambiguous raises that words mean several foreign keys, and lists them qualified. */
static void
step_ambiguous(const char *source, Oid relid, const DdlxStep *words, List *fitting)
{
	StringInfoData buf;
	ListCell *lc;

	initStringInfo(&buf);
	foreach(lc, fitting)
	{
		KeyStep *step = lfirst(lc);
		Oid owner = step->constraint_relid;

		if (buf.len > 0)
			appendStringInfoString(&buf, ", ");
		append_name(&buf, get_namespace_name(get_rel_namespace(owner)));
		appendStringInfoChar(&buf, '.');
		append_name(&buf, get_rel_name(owner));
		appendStringInfoChar(&buf, '.');
		append_name(&buf, step->constraint);
	}
	ereport(ERROR,
			(errcode(ERRCODE_AMBIGUOUS_COLUMN),
			 errmsg("step \"%s\" from table \"%s\" is ambiguous",
					step_label(words), table_label(relid)),
			 errdetail("These foreign keys fit: %s.", buf.data),
			 errhint("Name one of them."),
			 ddlx_errposition(source, words->location)));
}

/* check_step raises unless a path from start over the steps taken may go on over step. */
static void
check_step(const char *source, Oid start, List *taken, const KeyStep *step,
		   bool forward_only, int location)
{
	char *obstacle = key_step_obstacle(step);
	bool again = step->to_relid == start;
	ListCell *lc;

	if (obstacle != NULL)
		path_step_unusable(source, step, obstacle, location);
	if (forward_only && !step->forward)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the path of an assignment cannot go backward"),
				 errdetail("Foreign key \"%s\" leads from table \"%s\" to \"%s\"; the step follows it from \"%s\".",
						   step->constraint, table_label(step->to_relid),
						   table_label(step->from_relid), table_label(step->from_relid)),
				 errhint("Assign the role from table \"%s\", or follow foreign keys of \"%s\".",
						 table_label(step->to_relid), table_label(step->from_relid)),
				 ddlx_errposition(source, location)));
	foreach(lc, taken)
		again |= ((KeyStep *) lfirst(lc))->to_relid == step->to_relid;
	if (again)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("path goes through table \"%s\" twice", table_label(step->to_relid)),
				 errdetail("Foreign key \"%s\" leads back to it from table \"%s\".",
						   step->constraint, table_label(step->from_relid)),
				 ddlx_errposition(source, location)));
}

/* path_ends_elsewhere raises that a path does not lead to its scope. */
static void
path_ends_elsewhere(const char *source, Oid relid, Oid scope_relid,
					const KeyStep *last, bool forward_only, int location)
{
	char *whole = relid == scope_relid ? NULL : infer_using_clauses(relid, scope_relid);
	char *valid = valid_steps(last->to_relid, forward_only);
	char *table = table_label(last->to_relid);
	const char *hint = NULL;

	if (relid == scope_relid)
		hint = "Leave USING out: each row of the scope table is its own scope.";
	else if (whole != NULL)
		hint = psprintf("These paths lead there: %s.", whole);
	else if (valid != NULL)
		hint = psprintf("Steps from table \"%s\": %s.", table, valid);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
			 errmsg("path from table \"%s\" ends at table \"%s\", not at scope table \"%s\"",
					table_label(relid), table, table_label(scope_relid)),
			 errdetail("Its last step follows foreign key \"%s\" from table \"%s\" to \"%s\".",
					   last->constraint, table_label(last->from_relid), table),
			 hint != NULL ? errhint("%s", hint) : 0,
			 ddlx_errposition(source, location)));
}

/* valid_steps lists the steps that can leave relid, as they are typed; NULL if none can. */
static char *
valid_steps(Oid relid, bool forward_only)
{
	List *steps = key_forward_steps(relid);
	List *valid = NIL;
	ListCell *lc;

	if (!forward_only)
		steps = list_concat(steps, key_backward_steps(relid, NULL));
	foreach(lc, steps)
	{
		KeyStep *step = lfirst(lc);

		if (key_step_obstacle(step) != NULL)
			continue;
		if (list_length(valid) == MAX_LISTED_STEPS)
			return psprintf("%s and more", steps_to_list(valid));
		valid = lappend(valid, step);
	}
	return valid != NIL ? steps_to_list(valid) : NULL;
}

/* step_label returns a step as it was typed, for messages. */
static char *
step_label(const DdlxStep *words)
{
	if (words->schema != NULL)
		return psprintf("%s.%s.%s", words->schema, words->table, words->name);
	if (words->table != NULL)
		return psprintf("%s.%s", words->table, words->name);
	return words->name;
}

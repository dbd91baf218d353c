/*
 * dependents.c
 *		Rules that stand on a table or run through it.
 *
 * A path that no longer resolves is judged by the table names that it was recorded
 * with, so that DISABLE asks too often rather than too seldom.
 */
#include "postgres.h"

#include "ddlx/rule.h"

static bool runs_through(Oid relid, Oid rule_relid, Oid scope_relid, const char *path, List *keys);
static bool names_table(List *keys, const char *table);

List *
dependent_rules(Oid relid)
{
	List *grants = NIL;
	List *rules = NIL;
	ListCell *cell;

	foreach(cell, catalog_all_grants())
	{
		Grant *grant = lfirst(cell);

		if (grant->relid == relid ||
			runs_through(relid, grant->relid, grant->scope_relid, grant->path,
						 grant->path_keys))
			grants = lappend(grants, grant);
	}
	foreach(cell, catalog_assignments())
	{
		Assignment *assignment = lfirst(cell);
		char *text = catalog_assignment_text(assignment);

		if (text &&
			(assignment->relid == relid ||
			 runs_through(relid, assignment->relid, assignment->scope_relid,
						  assignment->path, assignment->path_keys)))
			rules = lappend(rules, text);
	}
	list_sort(rules, names_compare);
	return list_concat(catalog_grants_text(grants), rules);
}

/* runs_through: does the path of a rule on rule_relid meet relid on its way? */
static bool
runs_through(Oid relid, Oid rule_relid, Oid scope_relid, const char *path, List *keys)
{
	KeyPath *key_path;

	if (!OidIsValid(scope_relid))
		return false;
	if (scope_relid == relid)
		return true;
	key_path = path_from_text(rule_relid, scope_relid, path, keys);
	if (key_path == NULL)
		return names_table(keys, catalog_name(relid));
	for (int i = 0; i < key_path->nsteps; i++)
	{
		if (key_path->steps[i].to_relid == relid)
			return true;
	}
	return false;
}

/* names_table: is table one of those in keys: "table(columns) -> table(columns)"? */
static bool
names_table(List *keys, const char *table)
{
	const char *from = psprintf("%s(", table);
	const char *to = psprintf("-> %s(", table);
	ListCell *cell;

	foreach(cell, keys)
	{
		const char *key = lfirst(cell);

		if (strncmp(key, from, strlen(from)) == 0 || strstr(key, to) != NULL)
			return true;
	}
	return false;
}

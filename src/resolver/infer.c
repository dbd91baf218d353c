/*
 * infer.c
 *		Paths that a statement leaves out: the only forward way to the scope.
 *
 * All tables that foreign keys reach from the start are read once into a graph;
 * those from which the scope cannot be reached play no part. The paths are tried
 * by length: each round follows those that can stay within its limit, and sets
 * the next limit to the shortest one left out. So no round enters a dead end, each
 * finds at least one path, and it is over after MAX_PATHS, on any schema.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/sinval.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

#include "resolver/key.h"

/* How many paths an ambiguity error lists at most */
#define MAX_PATHS 20

/* A table of the graph */
typedef struct Table
{
	Oid relid;	  /* hash key */
	List *steps;  /* KeyStep *: its forward keys */
	bool on_path; /* part of the path that is being tried */
	int seen;	  /* last measuring that came here .. */
	int distance; /* .. and after how many steps */
} Table;

typedef struct Search
{
	HTAB *tables;
	Oid scope_relid;
	int measured;	/* number of the last measuring */
	int done;		/* paths up to this length have been found */
	int limit;		/* longest path of this round */
	int next_limit; /* shortest path left out by it, 0: none */
	List *path;		/* KeyStep *: the steps being tried */
	List *found;	/* list of lists of KeyStep *, at most MAX_PATHS + 1 */
} Search;

static KeyPath *infer_once(const char *source, Oid relid, Oid scope_relid, int location);
static List *find_paths(Oid relid, Oid scope_relid, bool usable_only);
static void load_tables(Search *search, Oid relid, bool usable_only);
static Table *add_table(Search *search, Oid relid, List **queue);
static Table *get_table(Search *search, Oid relid);
static void extend_path(Search *search, Table *table);
static int distance_to_scope(Search *search, Table *start);
static char *paths_to_list(List *paths);
static void no_path(const char *source, Oid relid, Oid scope_relid,
					int location) pg_attribute_noreturn();

KeyPath *
path_infer(const char *source, Oid relid, Oid scope_relid, int location)
{
	KeyPath *path;
	uint64 inval_count;
	int i;

	/* as RangeVarGetRelidExtended does: again, if locking brought news */
	do
	{
		inval_count = SharedInvalidMessageCounter;
		path = infer_once(source, relid, scope_relid, location);
		for (i = 0; i < path->nsteps; i++)
			LockRelationOid(path->steps[i].to_relid, AccessShareLock);
	} while (inval_count != SharedInvalidMessageCounter);
	return path;
}

List *
infer_steps(Oid relid, Oid scope_relid)
{
	List *paths = relid != scope_relid ? find_paths(relid, scope_relid, true) : NIL;

	return list_length(paths) == 1 ? linitial(paths) : NIL;
}

char *
infer_using_clauses(Oid relid, Oid scope_relid)
{
	List *paths = find_paths(relid, scope_relid, true);

	return paths != NIL ? paths_to_list(paths) : NULL;
}

/* infer_once returns the path as the catalogs show it now, without locking its tables. */
static KeyPath *
infer_once(const char *source, Oid relid, Oid scope_relid, int location)
{
	List *paths = NIL;
	KeyPath *path;

	if (relid != scope_relid)
	{
		paths = find_paths(relid, scope_relid, true);
		if (paths == NIL)
			no_path(source, relid, scope_relid, location);
		if (list_length(paths) > 1)
			ereport(ERROR,
					(errcode(ERRCODE_AMBIGUOUS_COLUMN),
					 errmsg("path from table \"%s\" to scope \"%s\" is ambiguous",
							table_label(relid), table_label(scope_relid)),
					 errdetail("These paths lead there: %s.", paths_to_list(paths)),
					 errhint("Add one of them."),
					 ddlx_errposition(source, location)));
	}
	path = path_make(relid, scope_relid, paths != NIL ? linitial(paths) : NIL);
	if (path == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("scope table \"%s\" has no primary key", table_label(scope_relid)),
				 ddlx_errposition(source, location)));
	return path;
}

/*
 * find_paths returns the forward paths between two different tables, as lists of
 * KeyStep *, at most MAX_PATHS + 1, the shortest first.
 */
static List *
find_paths(Oid relid, Oid scope_relid, bool usable_only)
{
	Search search = {0};
	HASHCTL ctl = {0};
	Table *start;

	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(Table);
	ctl.hcxt = CurrentMemoryContext;
	search.tables = hash_create("electric_perm path inference", 64, &ctl,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	search.scope_relid = scope_relid;
	load_tables(&search, relid, usable_only);
	start = get_table(&search, relid);
	search.next_limit = distance_to_scope(&search, start);
	while (search.next_limit > 0 && list_length(search.found) <= MAX_PATHS)
	{
		search.limit = search.next_limit;
		search.next_limit = 0;
		extend_path(&search, start);
		search.done = search.limit;
	}
	hash_destroy(search.tables);
	return search.found;
}

/* load_tables reads the tables that forward keys reach from relid, up to the scope. */
static void
load_tables(Search *search, Oid relid, bool usable_only)
{
	List *queue = NIL;
	int next;

	add_table(search, relid, &queue);
	for (next = 0; next < list_length(queue); next++)
	{
		Table *table = get_table(search, list_nth_oid(queue, next));
		ListCell *lc;

		CHECK_FOR_INTERRUPTS();
		if (table->relid == search->scope_relid)
			continue;
		foreach(lc, key_forward_steps(table->relid))
		{
			KeyStep *step = lfirst(lc);

			if (usable_only && key_step_obstacle(step) != NULL)
				continue;
			table->steps = lappend(table->steps, step);
			add_table(search, step->to_relid, &queue);
		}
	}
}

/* add_table puts a table into the graph, and into the queue if it is new there. */
static Table *
add_table(Search *search, Oid relid, List **queue)
{
	bool found;
	Table *table = hash_search(search->tables, &relid, HASH_ENTER, &found);

	if (!found)
	{
		table->steps = NIL;
		table->on_path = false;
		table->seen = 0;
		*queue = lappend_oid(*queue, relid);
	}
	return table;
}

static Table *
get_table(Search *search, Oid relid)
{
	return hash_search(search->tables, &relid, HASH_FIND, NULL);
}

/*
 * extend_path tries the steps that leave table, behind those of search->path, and
 * keeps the paths that are longer than those of the rounds before.
 */
static void
extend_path(Search *search, Table *table)
{
	ListCell *lc;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	table->on_path = true;
	foreach(lc, table->steps)
	{
		KeyStep *step = lfirst(lc);
		Table *next = get_table(search, step->to_relid);
		int rest = next->on_path ? -1 : distance_to_scope(search, next);
		int length = list_length(search->path) + 1 + rest;

		if (list_length(search->found) > MAX_PATHS)
			break;
		if (rest < 0)
			continue;
		if (length > search->limit)
		{
			if (search->next_limit == 0 || length < search->next_limit)
				search->next_limit = length;
			continue;
		}
		search->path = lappend(search->path, step);
		if (rest > 0)
			extend_path(search, next);
		else if (length > search->done)
			search->found = lappend(search->found, list_copy(search->path));
		search->path = list_delete_last(search->path);
	}
	table->on_path = false;
}

/*
 * distance_to_scope returns the number of steps from start to the scope that avoid
 * the tables on the path; -1 if there is no such way.
 */
static int
distance_to_scope(Search *search, Table *start)
{
	List *queue = list_make1(start);
	int next;

	search->measured++;
	start->seen = search->measured;
	start->distance = 0;
	for (next = 0; next < list_length(queue); next++)
	{
		Table *current = list_nth(queue, next);
		ListCell *lc;

		CHECK_FOR_INTERRUPTS();
		if (current->relid == search->scope_relid)
			return current->distance;
		foreach(lc, current->steps)
		{
			Table *table = get_table(search, ((KeyStep *) lfirst(lc))->to_relid);

			if (table->on_path || table->seen == search->measured)
				continue;
			table->seen = search->measured;
			table->distance = current->distance + 1;
			queue = lappend(queue, table);
		}
	}
	return -1;
}

/* paths_to_list returns paths as USING clauses with commas, MAX_PATHS at most. */
static char *
paths_to_list(List *paths)
{
	StringInfoData buf;
	int i;

	initStringInfo(&buf);
	for (i = 0; i < list_length(paths) && i < MAX_PATHS; i++)
	{
		ListCell *lc;
		const char *separator = "";

		appendStringInfoString(&buf, i > 0 ? ", USING " : "USING ");
		foreach(lc, (List *) list_nth(paths, i))
		{
			appendStringInfo(&buf, "%s%s", separator, step_to_using(lfirst(lc)));
			separator = "/";
		}
	}
	if (list_length(paths) > MAX_PATHS)
		appendStringInfoString(&buf, " and more");
	return buf.data;
}

/* no_path raises that nothing leads to the scope, or why what does cannot be used. */
static void
no_path(const char *source, Oid relid, Oid scope_relid, int location)
{
	List *unusable = find_paths(relid, scope_relid, false);
	ListCell *lc;

	if (unusable != NIL)
	{
		foreach(lc, linitial(unusable))
		{
			KeyStep *step = lfirst(lc);
			char *obstacle = key_step_obstacle(step);

			if (obstacle != NULL)
				path_step_unusable(source, step, obstacle, location);
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("no foreign keys lead from table \"%s\" to scope \"%s\"",
					table_label(relid), table_label(scope_relid)),
			 errdetail("Without USING, a path follows foreign keys from table to referenced table only."),
			 errhint("Add the missing foreign key; a GRANT can also follow one backward, by USING with the constraint's name."),
			 ddlx_errposition(source, location)));
}

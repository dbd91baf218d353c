/*
 * assignments.c
 *		electric.assignments.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "catalog/catalog.h"
#include "catalog/store.h"
#include "resolver/resolver.h"

/* Columns of electric.assignments, as in the install script */
enum
{
	Anum_tbl = 1,
	Anum_user_column,
	Anum_role,
	Anum_role_column,
	Anum_scope,
	Anum_path,
	Anum_path_keys,
	Anum_if_sql,
	Natts = Anum_if_sql
};

/* The key of an assignment, as parameters $1 .. $5 */
#define MATCHES_KEY \
	"tbl OPERATOR(pg_catalog.=) $1 " \
	"AND user_column OPERATOR(pg_catalog.=) $2 " \
	"AND role IS NOT DISTINCT FROM $3 " \
	"AND role_column IS NOT DISTINCT FROM $4 " \
	"AND scope IS NOT DISTINCT FROM $5"

static void *decode_assignment(HeapTuple tuple, TupleDesc desc);
static void *decode_table(HeapTuple tuple, TupleDesc desc);
static void *decode_senseless(HeapTuple tuple, TupleDesc desc);
static bool is_sound(const Assignment *assignment);
static int compare_assignments(const ListCell *a, const ListCell *b);
static int compare_keys(const Assignment *left, const Assignment *right);
static StoreParams *key_params(const Assignment *key);

List *
catalog_assignments(void)
{
	List *assignments = store_scan("assignments", Natts, NULL, InvalidOid,
								   decode_assignment);

	list_sort(assignments, compare_assignments);
	return assignments;
}

List *
catalog_senseless_assignments(void)
{
	return store_scan("assignments", Natts, NULL, InvalidOid, decode_senseless);
}

List *
catalog_table_assignments(Oid relid)
{
	List *assignments = store_scan("assignments", Natts, "assignments_key", relid,
								   decode_assignment);

	list_sort(assignments, compare_assignments);
	return assignments;
}

List *
catalog_assigned_tables(void)
{
	/* as many as there are rows, for a list as long as there are tables */
	MemoryContext scan = AllocSetContextCreate(CurrentMemoryContext, "electric_perm scan",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scan);
	List *rows = store_scan("assignments", Natts, NULL, InvalidOid, decode_table);
	List *relids = NIL;
	ListCell *cell;

	MemoryContextSwitchTo(old);
	foreach(cell, rows)
	{
		Oid relid = *(Oid *) lfirst(cell);

		/* rows of one table mostly follow each other */
		if (relids == NIL || llast_oid(relids) != relid)
			relids = lappend_oid(relids, relid);
	}
	MemoryContextDelete(scan);
	list_sort(relids, list_oid_cmp);
	list_deduplicate_oid(relids);
	return relids;
}

Assignment *
catalog_assignment_find(const Assignment *key)
{
	ListCell *cell;

	foreach(cell, catalog_assignments())
	{
		Assignment *assignment = lfirst(cell);

		if (compare_keys(assignment, key) == 0)
			return assignment;
	}
	return NULL;
}

void
catalog_assignment_store(const Assignment *assignment)
{
	StoreParams *params = key_params(assignment);

	store_param_text(params, assignment->path);
	store_param_text_list(params, assignment->path_keys);
	store_param_text(params, assignment->condition);
	if (catalog_assignment_find(assignment))
		store_write("UPDATE electric.assignments SET path = $6, path_keys = $7, if_sql = $8 "
					"WHERE " MATCHES_KEY,
					params);
	else
		store_write("INSERT INTO electric.assignments "
					"(tbl, user_column, role, role_column, scope, path, path_keys, if_sql) "
					"VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
					params);
}

void
catalog_assignment_delete(const Assignment *key)
{
	store_write("DELETE FROM electric.assignments WHERE " MATCHES_KEY, key_params(key));
}

bool
catalog_is_same_assignment(const Assignment *a, const Assignment *b)
{
	return compare_keys(a, b) == 0 &&
		store_compare(a->path, b->path) == 0 &&
		names_equal(a->path_keys, b->path_keys) &&
		store_compare(a->condition, b->condition) == 0;
}

char *
catalog_if_policy(const char *condition)
{
	return psprintf(CATALOG_IF_POLICY "%s", rule_id(condition, NIL));
}

Node *
catalog_if_condition(const Assignment *assignment)
{
	if (!assignment->condition)
		return NULL;
	return condition_stored(assignment->relid, catalog_if_policy(assignment->condition));
}

List *
catalog_if_columns(const Assignment *assignment)
{
	Node *condition = catalog_if_condition(assignment);
	List *columns = NIL;
	AttrNumber *attnums;
	int count = condition_attnums(condition, &attnums);

	for (int i = 0; i < count; i++)
		columns = lappend(columns, get_attname(assignment->relid, attnums[i], false));
	return columns;
}

/* decode_assignment returns a row as an Assignment, NULL if it makes no sense. */
static void *
decode_assignment(HeapTuple tuple, TupleDesc desc)
{
	Assignment *assignment = assignment_of_row(tuple, desc);

	return is_sound(assignment) ? assignment : NULL;
}

/* decode_table returns the table alone (Oid *). */
static void *
decode_table(HeapTuple tuple, TupleDesc desc)
{
	Oid *relid = palloc(sizeof(Oid));

	*relid = store_oid(tuple, desc, Anum_tbl);
	return relid;
}

/* decode_senseless returns it if it makes none. */
static void *
decode_senseless(HeapTuple tuple, TupleDesc desc)
{
	Assignment *assignment = assignment_of_row(tuple, desc);

	return is_sound(assignment) ? NULL : assignment;
}

Assignment *
assignment_of_row(HeapTuple tuple, TupleDesc desc)
{
	Assignment *assignment = palloc0(sizeof(Assignment));

	assignment->relid = store_oid(tuple, desc, Anum_tbl);
	assignment->user_column = store_text(tuple, desc, Anum_user_column);
	assignment->role = store_text(tuple, desc, Anum_role);
	assignment->role_column = store_text(tuple, desc, Anum_role_column);
	assignment->scope_relid = store_oid(tuple, desc, Anum_scope);
	assignment->path = store_text(tuple, desc, Anum_path);
	assignment->path_keys = store_text_list(tuple, desc, Anum_path_keys);
	assignment->condition = store_text(tuple, desc, Anum_if_sql);
	return assignment;
}

/* is_sound: is this something that an ASSIGN statement could have written? */
static bool
is_sound(const Assignment *assignment)
{
	const char *role = assignment->role;

	if (!OidIsValid(assignment->relid) || assignment->user_column == NULL)
		return false;
	if ((role == NULL) == (assignment->role_column == NULL))
		return false;
	if (role && (strcmp(role, ROLE_ANYONE) == 0 || strcmp(role, ROLE_AUTHENTICATED) == 0))
		return false;
	return OidIsValid(assignment->scope_relid) == (assignment->path != NULL);
}

static int
compare_assignments(const ListCell *a, const ListCell *b)
{
	return compare_keys(lfirst(a), lfirst(b));
}

/* compare_keys orders by table, user column, role, role column and scope. */
static int
compare_keys(const Assignment *left, const Assignment *right)
{
	int order;

	if (left->relid != right->relid)
		return left->relid < right->relid ? -1 : 1;
	order = strcmp(left->user_column, right->user_column);
	if (order == 0)
		order = store_compare(left->role, right->role);
	if (order == 0)
		order = store_compare(left->role_column, right->role_column);
	if (order == 0 && left->scope_relid != right->scope_relid)
		order = left->scope_relid < right->scope_relid ? -1 : 1;
	return order;
}

/* key_params returns the parameters of MATCHES_KEY. */
static StoreParams *
key_params(const Assignment *key)
{
	StoreParams *params = palloc0(sizeof(StoreParams));

	store_param_oid(params, key->relid);
	store_param_text(params, key->user_column);
	store_param_text(params, key->role);
	store_param_text(params, key->role_column);
	store_param_oid(params, key->scope_relid);
	return params;
}

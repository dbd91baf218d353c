/*
 * grants.c
 *		electric.grants.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "catalog/catalog.h"
#include "catalog/store.h"

/* Columns of electric.grants, as in the install script */
enum
{
	Anum_tbl = 1,
	Anum_privilege,
	Anum_role,
	Anum_scope,
	Anum_path,
	Anum_path_keys,
	Anum_column_name,
	Anum_check_sql,
	Natts = Anum_check_sql
};

/* The key of a grant, as parameters $1 .. $6 */
#define MATCHES_KEY \
	"tbl OPERATOR(pg_catalog.=) $1 " \
	"AND privilege OPERATOR(pg_catalog.=) $2 " \
	"AND role OPERATOR(pg_catalog.=) $3 " \
	"AND scope IS NOT DISTINCT FROM $4 " \
	"AND path IS NOT DISTINCT FROM $5 " \
	"AND column_name IS NOT DISTINCT FROM $6"

static List *read_grants(const char *index, Oid relid);
static List *join_columns(List *rows);
static void *decode_grant(HeapTuple tuple, TupleDesc desc);
static void *decode_senseless(HeapTuple tuple, TupleDesc desc);
static bool is_sound(const Grant *grant);
static int compare_rows(const ListCell *a, const ListCell *b);
static int compare_grants(const ListCell *a, const ListCell *b);
static int compare_starts(const Grant *left, const Grant *right);
static int compare_lists(List *a, List *b);
static int privilege_rank(AclMode privilege);
static List *stored_columns(const Grant *grant);
static bool is_stored(const Grant *grant, const char *column);
static StoreParams *key_params(const Grant *key, const char *column);
static bool is_conferring(const Assignment *assignment, Oid relid, List *grants);
static List *add_column(List *columns, Oid relid, char *column);

List *
catalog_grants(Oid relid)
{
	return read_grants("grants_key", relid);
}

List *
catalog_all_grants(void)
{
	return read_grants(NULL, InvalidOid);
}

List *
catalog_senseless_grants(void)
{
	return store_scan("grants", Natts, NULL, InvalidOid, decode_senseless);
}

void
catalog_grant_store(const Grant *grant)
{
	ListCell *cell;

	foreach(cell, stored_columns(grant))
	{
		const char *column = lfirst(cell);
		StoreParams *params = key_params(grant, column);

		store_param_text_list(params, grant->path_keys);
		store_param_text(params, grant->condition);
		if (is_stored(grant, column))
			store_write("UPDATE electric.grants SET path_keys = $7, check_sql = $8 WHERE " MATCHES_KEY,
						params);
		else
			store_write("INSERT INTO electric.grants "
						"(tbl, privilege, role, scope, path, column_name, path_keys, check_sql) "
						"VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
						params);
	}
}

void
catalog_grant_delete(const Grant *grant)
{
	ListCell *cell;

	foreach(cell, stored_columns(grant))
		store_write("DELETE FROM electric.grants WHERE " MATCHES_KEY, key_params(grant, lfirst(cell)));
}

List *
catalog_conferring_columns(Oid relid, List *grants, List *assignments)
{
	List *columns = NIL;
	List *distinct = NIL;
	ListCell *cell;

	foreach(cell, assignments)
	{
		Assignment *assignment = lfirst(cell);

		if (!is_conferring(assignment, relid, grants))
			continue;
		columns = add_column(columns, relid, assignment->user_column);
		columns = add_column(columns, relid, assignment->role_column);
		columns = list_concat(columns, catalog_if_columns(assignment));
	}
	list_sort(columns, names_compare);
	foreach(cell, columns)
	{
		if (distinct == NIL || strcmp(llast(distinct), lfirst(cell)) != 0)
			distinct = lappend(distinct, lfirst(cell));
	}
	return distinct;
}

static List *
read_grants(const char *index, Oid relid)
{
	List *rows = store_scan("grants", Natts, index, relid, decode_grant);

	list_sort(rows, compare_rows);
	rows = join_columns(rows);
	list_sort(rows, compare_grants);
	return rows;
}

/*
 * join_columns makes one grant of the rows that differ in nothing but the column. They are
 * sorted by compare_rows, so that these follow each other.
 */
static List *
join_columns(List *rows)
{
	List *grants = NIL;
	Grant *last = NULL;
	ListCell *cell;

	foreach(cell, rows)
	{
		Grant *row = lfirst(cell);

		if (last && last->columns != NIL && row->columns != NIL &&
			catalog_is_same_key(last, row) &&
			compare_lists(last->path_keys, row->path_keys) == 0 &&
			store_compare(last->condition, row->condition) == 0)
			last->columns = list_concat(last->columns, row->columns);
		else
		{
			grants = lappend(grants, row);
			last = row;
		}
	}
	return grants;
}

bool
catalog_is_same_key(const Grant *a, const Grant *b)
{
	return a->relid == b->relid && a->privilege == b->privilege &&
		a->scope_relid == b->scope_relid &&
		store_compare(a->role, b->role) == 0 &&
		store_compare(a->path, b->path) == 0;
}

bool
catalog_is_same_grant(const Grant *a, const Grant *b)
{
	return catalog_is_same_key(a, b) &&
		compare_lists(a->columns, b->columns) == 0 &&
		compare_lists(a->path_keys, b->path_keys) == 0 &&
		store_compare(a->condition, b->condition) == 0;
}

/* decode_grant returns a row as a Grant, NULL if it makes no sense; decode_senseless if it does. */
static void *
decode_grant(HeapTuple tuple, TupleDesc desc)
{
	Grant *grant = grant_of_row(tuple, desc);

	return is_sound(grant) ? grant : NULL;
}

static void *
decode_senseless(HeapTuple tuple, TupleDesc desc)
{
	Grant *grant = grant_of_row(tuple, desc);

	return is_sound(grant) ? NULL : grant;
}

Grant *
grant_of_row(HeapTuple tuple, TupleDesc desc)
{
	Grant *grant = palloc0(sizeof(Grant));
	char *privilege = store_text(tuple, desc, Anum_privilege);
	char *column = store_text(tuple, desc, Anum_column_name);

	grant->relid = store_oid(tuple, desc, Anum_tbl);
	grant->privilege = privilege ? privilege_from_name(privilege) : 0;
	grant->role = store_text(tuple, desc, Anum_role);
	grant->scope_relid = store_oid(tuple, desc, Anum_scope);
	grant->path = store_text(tuple, desc, Anum_path);
	grant->path_keys = store_text_list(tuple, desc, Anum_path_keys);
	grant->columns = column ? list_make1(column) : NIL;
	grant->condition = store_text(tuple, desc, Anum_check_sql);
	return grant;
}

/* is_sound: is this something that a GRANT statement could have written? */
static bool
is_sound(const Grant *grant)
{
	bool scoped = OidIsValid(grant->scope_relid);
	bool built_in;

	if (!OidIsValid(grant->relid) || grant->privilege == 0 || grant->role == NULL)
		return false;
	if (scoped != (grant->path != NULL))
		return false;
	/* a row is deleted as a whole, and nothing masks the other columns of SELECT */
	if (grant->columns != NIL && (grant->privilege & (ACL_SELECT | ACL_DELETE)))
		return false;
	built_in = strcmp(grant->role, ROLE_ANYONE) == 0 ||
		strcmp(grant->role, ROLE_AUTHENTICATED) == 0;
	return !(scoped && built_in);
}

/* compare_rows orders by all that makes rows one grant, and then by their column. */
static int
compare_rows(const ListCell *a, const ListCell *b)
{
	const Grant *left = lfirst(a);
	const Grant *right = lfirst(b);
	int order = compare_starts(left, right);

	if (order == 0 && left->scope_relid != right->scope_relid)
		order = left->scope_relid < right->scope_relid ? -1 : 1;
	if (order == 0)
		order = store_compare(left->condition, right->condition);
	if (order == 0)
		order = compare_lists(left->path_keys, right->path_keys);
	return order != 0 ? order : compare_lists(left->columns, right->columns);
}

/* compare_grants orders by table, privilege, path, role, columns and condition. */
static int
compare_grants(const ListCell *a, const ListCell *b)
{
	const Grant *left = lfirst(a);
	const Grant *right = lfirst(b);
	int order = compare_starts(left, right);

	if (order == 0)
		order = compare_lists(left->columns, right->columns);
	if (order == 0 && left->scope_relid != right->scope_relid)
		order = left->scope_relid < right->scope_relid ? -1 : 1;
	return order != 0 ? order : store_compare(left->condition, right->condition);
}

/* compare_starts orders by table, privilege, path and role. */
static int
compare_starts(const Grant *left, const Grant *right)
{
	int order;

	if (left->relid != right->relid)
		return left->relid < right->relid ? -1 : 1;
	order = privilege_rank(left->privilege) - privilege_rank(right->privilege);
	if (order == 0)
		order = store_compare(left->path, right->path);
	return order != 0 ? order : store_compare(left->role, right->role);
}

/* compare_lists compares lists of texts; the empty one comes first. */
static int
compare_lists(List *a, List *b)
{
	ListCell *left;
	ListCell *right;

	forboth(left, a, right, b)
	{
		int order = strcmp(lfirst(left), lfirst(right));

		if (order != 0)
			return order;
	}
	return list_length(a) - list_length(b);
}

/* privilege_rank: SELECT, INSERT, UPDATE, DELETE */
static int
privilege_rank(AclMode privilege)
{
	return privilege == ACL_SELECT ? -1 : (int) privilege;
}

/* stored_columns returns what the grant's rows have as their column, NULL for the table. */
static List *
stored_columns(const Grant *grant)
{
	return grant->columns != NIL ? grant->columns : list_make1(NULL);
}

/* is_stored: is there a row for this column (NULL: for the table) of the grant? */
static bool
is_stored(const Grant *grant, const char *column)
{
	ListCell *cell;
	ListCell *name;

	foreach(cell, catalog_grants(grant->relid))
	{
		Grant *stored = lfirst(cell);

		if (!catalog_is_same_key(stored, grant))
			continue;
		foreach(name, stored_columns(stored))
		{
			if (store_compare(lfirst(name), column) == 0)
				return true;
		}
	}
	return false;
}

/* key_params returns the parameters of MATCHES_KEY. */
static StoreParams *
key_params(const Grant *key, const char *column)
{
	StoreParams *params = palloc0(sizeof(StoreParams));

	store_param_oid(params, key->relid);
	store_param_text(params, privilege_name(key->privilege));
	store_param_text(params, key->role);
	store_param_oid(params, key->scope_relid);
	store_param_text(params, key->path);
	store_param_text(params, column);
	return params;
}

/*
 * is_conferring: does the assignment give, by columns of a row of relid, a role in
 * that very row that is granted SELECT on it?
 */
static bool
is_conferring(const Assignment *assignment, Oid relid, List *grants)
{
	ListCell *cell;

	if (assignment->relid != relid || assignment->scope_relid != relid ||
		assignment->path[0] != '\0')
		return false;
	foreach(cell, grants)
	{
		Grant *grant = lfirst(cell);

		if (grant->privilege == ACL_SELECT && grant->scope_relid == relid &&
			grant->path[0] == '\0' &&
			(assignment->role == NULL || strcmp(assignment->role, grant->role) == 0))
			return true;
	}
	return false;
}

/* add_column appends column, if it is given and a column of relid. */
static List *
add_column(List *columns, Oid relid, char *column)
{
	if (column && get_attnum(relid, column) > 0)
		return lappend(columns, column);
	return columns;
}

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

static void *decode_grant(HeapTuple tuple, TupleDesc desc);
static bool is_sound(const Grant *grant);
static int compare_grants(const ListCell *a, const ListCell *b);
static int privilege_rank(AclMode privilege);
static StoreParams *key_params(const Grant *key);
static bool is_conferring(const Assignment *assignment, Oid relid, List *grants);
static List *add_column(List *columns, Oid relid, char *column);
static int compare_columns(const ListCell *a, const ListCell *b);

List *
catalog_grants(Oid relid)
{
	List *grants = store_scan("grants", Natts, "grants_key", relid, decode_grant);

	list_sort(grants, compare_grants);
	return grants;
}

List *
catalog_all_grants(void)
{
	List *grants = store_scan("grants", Natts, NULL, InvalidOid, decode_grant);

	list_sort(grants, compare_grants);
	return grants;
}

Grant *
catalog_grant_find(const Grant *key)
{
	ListCell *cell;

	foreach(cell, catalog_grants(key->relid))
	{
		Grant *grant = lfirst(cell);

		if (grant->privilege == key->privilege &&
			grant->scope_relid == key->scope_relid &&
			store_compare(grant->role, key->role) == 0 &&
			store_compare(grant->path, key->path) == 0 &&
			store_compare(grant->column, key->column) == 0)
			return grant;
	}
	return NULL;
}

void
catalog_grant_store(const Grant *grant)
{
	StoreParams *params = key_params(grant);

	store_param_text_list(params, grant->path_keys);
	store_param_text(params, grant->condition);
	if (catalog_grant_find(grant))
		store_write("UPDATE electric.grants SET path_keys = $7, check_sql = $8 WHERE " MATCHES_KEY,
					params);
	else
		store_write("INSERT INTO electric.grants "
					"(tbl, privilege, role, scope, path, column_name, path_keys, check_sql) "
					"VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
					params);
}

void
catalog_grant_delete(const Grant *key)
{
	store_write("DELETE FROM electric.grants WHERE " MATCHES_KEY, key_params(key));
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
	}
	list_sort(columns, compare_columns);
	foreach(cell, columns)
	{
		if (distinct == NIL || strcmp(llast(distinct), lfirst(cell)) != 0)
			distinct = lappend(distinct, lfirst(cell));
	}
	return distinct;
}

/* decode_grant returns a row as a Grant, NULL if it makes no sense. */
static void *
decode_grant(HeapTuple tuple, TupleDesc desc)
{
	Grant *grant = palloc0(sizeof(Grant));
	char *privilege = store_text(tuple, desc, Anum_privilege);

	grant->relid = store_oid(tuple, desc, Anum_tbl);
	grant->privilege = privilege ? privilege_from_name(privilege) : 0;
	grant->role = store_text(tuple, desc, Anum_role);
	grant->scope_relid = store_oid(tuple, desc, Anum_scope);
	grant->path = store_text(tuple, desc, Anum_path);
	grant->path_keys = store_text_list(tuple, desc, Anum_path_keys);
	grant->column = store_text(tuple, desc, Anum_column_name);
	grant->condition = store_text(tuple, desc, Anum_check_sql);
	return is_sound(grant) ? grant : NULL;
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
	built_in = strcmp(grant->role, ROLE_ANYONE) == 0 ||
		strcmp(grant->role, ROLE_AUTHENTICATED) == 0;
	return !(scoped && built_in);
}

/* compare_grants orders by table, privilege, path, role and column. */
static int
compare_grants(const ListCell *a, const ListCell *b)
{
	const Grant *left = lfirst(a);
	const Grant *right = lfirst(b);
	int order;

	if (left->relid != right->relid)
		return left->relid < right->relid ? -1 : 1;
	order = privilege_rank(left->privilege) - privilege_rank(right->privilege);
	if (order == 0)
		order = store_compare(left->path, right->path);
	if (order == 0)
		order = store_compare(left->role, right->role);
	if (order == 0)
		order = store_compare(left->column, right->column);
	if (order == 0 && left->scope_relid != right->scope_relid)
		order = left->scope_relid < right->scope_relid ? -1 : 1;
	return order;
}

/* privilege_rank: SELECT, INSERT, UPDATE, DELETE */
static int
privilege_rank(AclMode privilege)
{
	return privilege == ACL_SELECT ? -1 : (int) privilege;
}

/* key_params returns the parameters of MATCHES_KEY. */
static StoreParams *
key_params(const Grant *key)
{
	StoreParams *params = palloc0(sizeof(StoreParams));

	store_param_oid(params, key->relid);
	store_param_text(params, privilege_name(key->privilege));
	store_param_text(params, key->role);
	store_param_oid(params, key->scope_relid);
	store_param_text(params, key->path);
	store_param_text(params, key->column);
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

static int
compare_columns(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

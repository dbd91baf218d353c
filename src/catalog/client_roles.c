/*
 * client_roles.c
 *		electric.client_roles.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lmgr.h"

#include "catalog/catalog.h"
#include "catalog/store.h"
#include "resolver/resolver.h"

/* Columns of electric.client_roles, as in the install script */
enum
{
	Anum_role = 1,
	Anum_service,
	Natts = Anum_service
};

static ClientRole *find_client_role(const char *role);
static void *decode_client_role(HeapTuple tuple, TupleDesc desc);
static int compare_client_roles(const ListCell *a, const ListCell *b);

List *
catalog_client_roles(void)
{
	List *roles = store_scan("client_roles", Natts, NULL, InvalidOid, decode_client_role);

	list_sort(roles, compare_client_roles);
	return roles;
}

bool
catalog_is_service(const char *name)
{
	ClientRole *client = find_client_role(name);

	return client && client->service;
}

bool
catalog_is_service_role(Oid role)
{
	char *name = GetUserNameFromId(role, true);

	return name && catalog_is_service(name);
}

void
catalog_lock_client_roles(void)
{
	LockRelationOid(catalog_relation("client_roles"), ShareLock);
}

List *
catalog_client_roles_lock(void)
{
	return table_lock_add(NIL, catalog_relation("client_roles"), ShareRowExclusiveLock);
}

void
catalog_client_role_store(const char *role, bool service)
{
	StoreParams params = {0};

	store_param_text(&params, role);
	store_param_bool(&params, service);
	if (find_client_role(role))
		store_write("UPDATE electric.client_roles SET service = $2 "
					"WHERE role OPERATOR(pg_catalog.=) $1",
					&params);
	else
		store_write("INSERT INTO electric.client_roles (role, service) VALUES ($1, $2)",
					&params);
}

/* catalog_client_role_delete returns whether there was such a row. */
bool
catalog_client_role_delete(const char *role)
{
	StoreParams params = {0};

	if (find_client_role(role) == NULL)
		return false;
	store_param_text(&params, role);
	store_write("DELETE FROM electric.client_roles WHERE role OPERATOR(pg_catalog.=) $1",
				&params);
	return true;
}

/* find_client_role returns the row of role, or NULL. */
static ClientRole *
find_client_role(const char *role)
{
	ListCell *cell;

	foreach(cell, catalog_client_roles())
	{
		ClientRole *client = lfirst(cell);

		if (strcmp(client->role, role) == 0)
			return client;
	}
	return NULL;
}

static void *
decode_client_role(HeapTuple tuple, TupleDesc desc)
{
	ClientRole *client = palloc(sizeof(ClientRole));

	client->role = store_text(tuple, desc, Anum_role);
	client->service = store_bool(tuple, desc, Anum_service);
	return client;
}

static int
compare_client_roles(const ListCell *a, const ListCell *b)
{
	return strcmp(((ClientRole *) lfirst(a))->role, ((ClientRole *) lfirst(b))->role);
}

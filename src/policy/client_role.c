/*
 * client_role.c
 *		electric.add_client_role() and drop_client_role(): the SQL roles through
 *		which end users' queries arrive.
 *
 * Roles are kept by name and checked whenever they are used: a name may by then
 * be nobody's, or that of a superuser.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_inherits.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "catalog/catalog.h"
#include "policy/client.h"
#include "policy/policy.h"
#include "resolver/resolver.h"

PG_FUNCTION_INFO_V1(electric_add_client_role);
PG_FUNCTION_INFO_V1(electric_drop_client_role);

static List *lock_enabled_tables(const char *name, bool *services);
static List *locks_on(List *relids, bool services);
static char *checked_role_name(Oid role);
static void check_bindable(Oid role, const char *name);
static void check_owns_no_table(Oid role, const char *name);

/* electric.add_client_role(role regrole, service boolean) -> void */
Datum
electric_add_client_role(PG_FUNCTION_ARGS)
{
	Oid role = PG_GETARG_OID(0);
	bool service = PG_GETARG_BOOL(1);
	char *name = checked_role_name(role);
	bool services = service;
	List *relids;
	ListCell *cell;

	PreventCommandIfReadOnly("electric.add_client_role()");
	relids = lock_enabled_tables(name, &services);
	check_bindable(role, name);
	check_owns_no_table(role, name);
	catalog_client_role_store(name, service);
	foreach(cell, relids)
	{
		Oid relid = lfirst_oid(cell);

		if (!OidIsValid(catalog_owner(relid)))
			continue;
		client_role_apply(relid, role, client_wanted_privileges(relid, service));
		if (services)
			policy_apply_service(relid);
	}
	PG_RETURN_VOID();
}

/* electric.drop_client_role(role regrole) -> void */
Datum
electric_drop_client_role(PG_FUNCTION_ARGS)
{
	Oid role = PG_GETARG_OID(0);
	char *name = checked_role_name(role);
	const ClientPrivileges none = {0};
	bool services = false;
	List *relids;
	ListCell *cell;

	PreventCommandIfReadOnly("electric.drop_client_role()");
	relids = lock_enabled_tables(name, &services);
	if (!catalog_client_role_delete(name))
	{
		ereport(NOTICE,
				(errmsg("role \"%s\" is not a client role, skipping", name)));
		PG_RETURN_VOID();
	}
	foreach(cell, relids)
	{
		Oid relid = lfirst_oid(cell);
		Oid owner = catalog_owner(relid);

		if (OidIsValid(owner) && owner != role)
			client_role_apply(relid, role, none);
		if (OidIsValid(owner) && services)
			policy_apply_service(relid);
	}
	PG_RETURN_VOID();
}

char *
client_role_bypasses(Oid relid)
{
	Oid owner = catalog_owner(relid);
	ListCell *cell;

	foreach(cell, catalog_client_roles())
	{
		ClientRole *client = lfirst(cell);
		Oid role = get_role_oid(client->role, true);

		if (OidIsValid(role) && !superuser_arg(role) && is_member_of_role(role, owner))
			return client->role;
	}
	return NULL;
}

bool
client_role_is_unbound(Oid role, Oid owner)
{
	return OidIsValid(client_role_unbound_by(role)) || is_member_of_role(role, owner);
}

/*
 * lock_enabled_tables returns the enabled tables, locked against rules that come and go, and
 * the list of client roles for change. Readers and writers of the tables go on. Nothing is
 * held while something is waited for, so a GRANT that waits for a busy table holds
 * up this alone, and not through it what other tables' readers do.
 *
 * Where the role is a client role for services, or (*services) becomes one, there are policies
 * to change: *services is set, and readers and writers wait.
 */
static List *
lock_enabled_tables(const char *name, bool *services)
{
	bool becomes = *services;

	for (;;)
	{
		List *relids = catalog_enabled_tables();
		List *locks;

		*services = becomes || catalog_is_service(name);
		locks = locks_on(relids, *services);
		table_locks_take(locks);
		if (equal(relids, catalog_enabled_tables()) &&
			*services == (becomes || catalog_is_service(name)))
			return relids;
		table_locks_release(locks);
	}
}

/* locks_on returns the locks on enabled tables and on the list of client roles. */
static List *
locks_on(List *relids, bool services)
{
	LOCKMODE mode = services ? AccessExclusiveLock : AccessShareLock;
	List *locks = catalog_client_roles_lock();
	ListCell *cell;

	foreach(cell, relids)
		locks = table_lock_add(locks, lfirst_oid(cell), mode);
	return locks;
}

/* checked_role_name returns the name of a role that a regrole means (42704). */
static char *
checked_role_name(Oid role)
{
	char *name = OidIsValid(role) ? GetUserNameFromId(role, true) : NULL;

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role with OID %u does not exist", role)));
	return name;
}

/* check_bindable refuses roles that are or can become one bound nowhere (0P000). */
static void
check_bindable(Oid role, const char *name)
{
	Oid unbound = client_role_unbound_by(role);

	if (OidIsValid(unbound))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_ROLE_SPECIFICATION),
				 errmsg("role \"%s\" cannot be a client role", name),
				 unbound == role ?
					 errdetail("Row-level security does not bind superusers and roles with BYPASSRLS.") :
					 errdetail("It can become role \"%s\", and row-level security does not bind superusers and roles with BYPASSRLS.",
							   GetUserNameFromId(unbound, false)),
				 errhint("Make a role of its own for clients: CREATE ROLE app_client LOGIN;")));
}

/* client_role_unbound_by: as a member, a role can become others by SET ROLE. */
Oid
client_role_unbound_by(Oid role)
{
	Relation rel = table_open(AuthIdRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	Oid found = InvalidOid;
	HeapTuple tuple;

	while ((tuple = systable_getnext(scan)) != NULL)
	{
		Form_pg_authid form = (Form_pg_authid) GETSTRUCT(tuple);

		if ((form->rolsuper || form->rolbypassrls) && is_member_of_role_nosuper(role, form->oid))
			found = found == role ? found : form->oid;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/* check_owns_no_table refuses roles that are or can become the owner of an enabled table. */
static void
check_owns_no_table(Oid role, const char *name)
{
	ListCell *cell;
	ListCell *member;

	foreach(cell, catalog_enabled_tables())
	{
		foreach(member, find_all_inheritors(lfirst_oid(cell), NoLock, NULL))
		{
			Oid relid = lfirst_oid(member);
			Oid owner = catalog_owner(relid);

			if (OidIsValid(owner) && is_member_of_role(role, owner))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_ROLE_SPECIFICATION),
						 errmsg("role \"%s\" cannot be a client role", name),
						 errdetail("It is or can become role \"%s\", the owner of table \"%s\".",
								   GetUserNameFromId(owner, false), get_rel_name(relid)),
						 errhint("Make a role of its own for clients: CREATE ROLE app_client LOGIN;")));
		}
	}
}

/*
 * verify_clients.c
 *		Deviations of client roles and of their privileges.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_auth_members.h"
#include "commands/user.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "policy/client.h"
#include "policy/policy.h"
#include "policy/verify.h"

static void check_role(List **found, Oid relid, Oid member, Oid role, bool service);
static void check_usage(List **found, Oid relid, Oid member, Oid role, bool wants_insert);
static void check_owner_rights(List **found, Oid relid, Oid role);
static void check_bound(List **found, Oid role);
static char *membership_repair(Oid role, Oid other);
static const char *role_name(Oid role);

void
client_verify(List **found, Oid relid, Oid member)
{
	ListCell *cell;

	foreach(cell, catalog_client_roles())
	{
		const ClientRole *client = lfirst(cell);
		Oid role = get_role_oid(client->role, true);

		if (!OidIsValid(role) || OidIsValid(client_role_unbound_by(role)))
			continue;
		if (!client_role_is_unbound(role, catalog_owner(member)))
			check_role(found, relid, member, role, client->service);
		else if (member == relid || catalog_owner(member) != catalog_owner(relid))
			check_owner_rights(found, member, role);
	}
}

void
verify_client_roles(List **found)
{
	ListCell *cell;

	foreach(cell, catalog_client_roles())
	{
		char *name = ((ClientRole *) lfirst(cell))->role;
		Oid role = get_role_oid(name, true);

		if (OidIsValid(role))
			check_bound(found, role);
		else
			deviation_add(found, psprintf("client role %s", quote_identifier(name)),
						  pstrdup("no role has this name: it was dropped, or renamed; add it by its new name"),
						  catalog_client_role_removal(name));
	}
}

/* check_role compares what role holds on member with what the rules on relid call for. */
static void
check_role(List **found, Oid relid, Oid member, Oid role, bool service)
{
	const ClientPrivileges none = {0};
	ClientPrivileges wanted = member == relid ? client_wanted_privileges(relid, service) : none;
	ClientPrivileges missing = client_missing(member, role, wanted);
	char *table = psprintf("table %s", catalog_name(member));
	ListCell *cell;

	foreach(cell, held_privileges(member))
	{
		HeldPrivilege *held = lfirst(cell);
		AclMode extra = client_extra(held, &wanted);
		AclMode options = held->grant_options & ~extra;

		if (held->grantee != role)
			continue;
		if (extra != 0)
			deviation_add(found, table,
						  psprintf("client role %s holds %s, which no rule calls for", role_name(role),
								   held_list(extra, held->column)),
						  rebuild_statement(relid));
		if (options != 0)
			deviation_add(found, table,
						  psprintf("client role %s holds the grant option for %s", role_name(role),
								   held_list(options, held->column)),
						  rebuild_statement(relid));
	}
	if (missing.table != 0)
		deviation_add(found, table,
					  psprintf("client role %s lacks %s", role_name(role),
							   held_list(missing.table, NULL)),
					  rebuild_statement(relid));
	if (missing.insert_columns != NIL)
		deviation_add(found, table,
					  psprintf("client role %s lacks INSERT%s", role_name(role),
							   catalog_columns_text(missing.insert_columns)),
					  rebuild_statement(relid));
	check_usage(found, relid, member, role,
				(wanted.table & ACL_INSERT) || wanted.insert_columns != NIL);
	if ((wanted.table != 0 || wanted.insert_columns != NIL) &&
		!has_schema_usage(get_rel_namespace(relid), role))
	{
		const char *schema = quote_identifier(get_namespace_name(get_rel_namespace(relid)));

		deviation_add(found, psprintf("schema %s", schema),
					  psprintf("client role %s lacks USAGE", role_name(role)),
					  psprintf("GRANT USAGE ON SCHEMA %s TO %s;", schema, role_name(role)));
	}
}

/* check_usage: USAGE on the sequences of the table's columns goes with INSERT. */
static void
check_usage(List **found, Oid relid, Oid member, Oid role, bool wants_insert)
{
	ListCell *cell;

	foreach(cell, getOwnedSequences(member))
	{
		if (client_holds_usage(lfirst_oid(cell), role) == wants_insert)
			continue;
		deviation_add(found, psprintf("sequence %s", catalog_name(lfirst_oid(cell))),
					  wants_insert ? psprintf("client role %s lacks USAGE", role_name(role)) :
									 psprintf("client role %s holds USAGE, which no rule calls for", role_name(role)),
					  rebuild_statement(relid));
	}
}

/* check_owner_rights: role is the owner of relid, or can become him. */
static void
check_owner_rights(List **found, Oid relid, Oid role)
{
	Oid owner = catalog_owner(relid);

	deviation_add(found, psprintf("client role %s", role_name(role)),
				  psprintf("it has the rights of the owner of %s: no rule binds it there",
						   catalog_name(relid)),
				  role == owner ? psprintf("SELECT electric.drop_client_role(%s);",
										   quote_literal_cstr(role_name(role))) :
								  membership_repair(role, owner));
}

/* check_bound: is the role bound by anything? */
static void
check_bound(List **found, Oid role)
{
	Oid unbound = client_role_unbound_by(role);

	if (!OidIsValid(unbound))
		return;
	if (unbound == role)
		deviation_add(found, psprintf("client role %s", role_name(role)),
					  pstrdup("it is a superuser or has BYPASSRLS: no rule binds it"),
					  psprintf("ALTER ROLE %s NOSUPERUSER NOBYPASSRLS;", role_name(role)));
	else
		deviation_add(found, psprintf("client role %s", role_name(role)),
					  psprintf("it can become %s, a superuser or a role with BYPASSRLS: no rule binds it",
							   role_name(unbound)),
					  membership_repair(role, unbound));
}

/* membership_repair ends a membership by which role can become other. */
static char *
membership_repair(Oid role, Oid other)
{
	Relation rel = table_open(AuthMemRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	Oid through = other;

	ScanKeyInit(&key, Anum_pg_auth_members_member, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(role));
	scan = systable_beginscan(rel, AuthMemMemRoleIndexId, true, NULL, 1, &key);
	while ((tuple = systable_getnext(scan)) != NULL)
	{
		Oid group = ((Form_pg_auth_members) GETSTRUCT(tuple))->roleid;

		if (is_member_of_role_nosuper(group, other))
			through = group;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return psprintf("REVOKE %s FROM %s;", role_name(through), role_name(role));
}

/* role_name returns a role's name as SQL text. */
static const char *
role_name(Oid role)
{
	return quote_identifier(GetUserNameFromId(role, false));
}

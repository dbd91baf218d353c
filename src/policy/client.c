/*
 * client.c
 *		The privileges of client roles on enabled tables.
 *
 * What the rules call for is granted, everything else that a client role holds
 * directly is revoked, and only differences are carried out: on the table and its
 * sequences as their owner, on the schema as the current user if he may.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "catalog/catalog.h"
#include "catalog/run_as.h"
#include "policy/client.h"
#include "policy/policy.h"

/* A client role that the rules on a table bind */
typedef struct BoundClient
{
	Oid role;
	bool service;
} BoundClient;

static void apply_to_clients(Oid relid, bool enabled);
static bool wants_insert(const ClientPrivileges *wanted);
static List *bound_clients(Oid relid);
static void revoke_extras(Oid relid, Oid role, const ClientPrivileges *wanted);
static void warn_extras(Oid relid, Oid role, const ClientPrivileges *wanted);
static void revoke_held(Oid relid, Oid role, const HeldPrivilege *held, AclMode extra,
						AclMode kept);
static void grant_missing(Oid relid, Oid role, ClientPrivileges wanted);
static void apply_sequences(Oid relid, Oid role, bool wanted);
static void apply_schema(Oid relid, Oid role);
static bool has_schema_privilege(Oid role, Oid schema, const char *privilege);
static const char *role_identifier(Oid role);

void
client_privileges_apply(Oid relid)
{
	ListCell *cell;

	catalog_lock_client_roles();
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
		apply_to_clients(lfirst_oid(cell), lfirst_oid(cell) == relid);
}

void
client_privileges_remove(Oid relid)
{
	catalog_lock_client_roles();
	apply_to_clients(relid, false);
}

void
client_sequences_apply(Oid relid)
{
	ListCell *cell;

	catalog_lock_client_roles();
	foreach(cell, bound_clients(relid))
	{
		const BoundClient *client = lfirst(cell);
		ClientPrivileges wanted = client_wanted_privileges(relid, client->service);

		if (wants_insert(&wanted))
			apply_sequences(relid, client->role, true);
	}
}

void
client_schema_apply(Oid relid)
{
	ListCell *cell;

	catalog_lock_client_roles();
	foreach(cell, bound_clients(relid))
	{
		const BoundClient *client = lfirst(cell);
		ClientPrivileges wanted = client_wanted_privileges(relid, client->service);

		if (wanted.table != 0 || wants_insert(&wanted))
			apply_schema(relid, client->role);
	}
}

ClientPrivileges
client_wanted_privileges(Oid relid, bool service)
{
	ClientPrivileges wanted = {0};
	ListCell *cell;
	ListCell *name;

	if (service)
	{
		wanted.table = ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE;
		return wanted;
	}
	foreach(cell, catalog_grants(relid))
	{
		Grant *grant = lfirst(cell);

		if (grant->privilege != ACL_INSERT || grant->columns == NIL)
			wanted.table |= grant->privilege;
		else
		{
			foreach(name, grant->columns)
			{
				if (!names_contain(wanted.insert_columns, lfirst(name)) &&
					get_attnum(relid, lfirst(name)) > 0)
					wanted.insert_columns = lappend(wanted.insert_columns, lfirst(name));
			}
		}
	}
	if (wanted.table & ACL_INSERT)
		wanted.insert_columns = NIL;
	return wanted;
}

void
client_role_apply(Oid relid, Oid role, ClientPrivileges wanted)
{
	revoke_extras(relid, role, &wanted);
	grant_missing(relid, role, wanted);
	apply_sequences(relid, role, wants_insert(&wanted));
	if (wanted.table != 0 || wants_insert(&wanted))
		apply_schema(relid, role);
}

/*
 * apply_to_clients gives every client role that is bound the privileges that the rules call
 * for on an enabled table, and none on others.
 */
static void
apply_to_clients(Oid relid, bool enabled)
{
	const ClientPrivileges none = {0};
	ListCell *cell;

	foreach(cell, bound_clients(relid))
	{
		const BoundClient *client = lfirst(cell);

		client_role_apply(relid, client->role,
						  enabled ? client_wanted_privileges(relid, client->service) : none);
	}
}

static bool
wants_insert(const ClientPrivileges *wanted)
{
	return (wanted->table & ACL_INSERT) != 0 || wanted->insert_columns != NIL;
}

/* bound_clients returns whom the rules on a table bind (BoundClient *), and warns of others. */
static List *
bound_clients(Oid relid)
{
	List *clients = NIL;
	ListCell *cell;

	foreach(cell, catalog_client_roles())
	{
		ClientRole *client = lfirst(cell);
		Oid role = get_role_oid(client->role, true);

		if (!OidIsValid(role))
			continue;
		if (!client_role_is_unbound(role, catalog_owner(relid)))
		{
			BoundClient *bound = palloc(sizeof(BoundClient));

			bound->role = role;
			bound->service = client->service;
			clients = lappend(clients, bound);
			continue;
		}
		ereport(WARNING,
				(errcode(ERRCODE_INVALID_ROLE_SPECIFICATION),
				 errmsg("client role \"%s\" is not bound by the rules on table \"%s\"",
						client->role, get_rel_name(relid)),
				 errdetail("It is or can become a superuser, a role with BYPASSRLS or the table's owner."),
				 errhint("Take these rights away, or type SELECT electric.drop_client_role(%s).",
						 quote_literal_cstr(quote_identifier(client->role)))));
	}
	return clients;
}

/*
 * revoke_extras revokes what role holds directly on relid or its columns beyond
 * wanted, each as the one who granted it, and warns of what could not be.
 */
static void
revoke_extras(Oid relid, Oid role, const ClientPrivileges *wanted)
{
	bool revoked = false;
	ListCell *cell;

	foreach(cell, held_privileges(relid))
	{
		HeldPrivilege *held = lfirst(cell);
		AclMode extra = client_extra(held, wanted);

		if (held->grantee != role || (extra == 0 && held->grant_options == 0))
			continue;
		revoke_held(relid, role, held, extra, wanted->table);
		revoked = true;
	}
	if (revoked)
		warn_extras(relid, role, wanted);
}

static void
warn_extras(Oid relid, Oid role, const ClientPrivileges *wanted)
{
	ListCell *cell;

	foreach(cell, held_privileges(relid))
	{
		HeldPrivilege *held = lfirst(cell);

		if (held->grantee == role && (client_extra(held, wanted) != 0 || held->grant_options != 0))
			ereport(WARNING,
					(errcode(ERRCODE_WARNING_PRIVILEGE_NOT_REVOKED),
					 errmsg("client role \"%s\" still holds %s on table \"%s\"",
							GetUserNameFromId(role, false),
							held_list(held->privileges, held->column),
							get_rel_name(relid)),
					 errdetail("Role \"%s\" granted it.",
							   GetUserNameFromId(held->grantor, false))));
	}
}

/*
 * REVOKE [ GRANT OPTION FOR ] extra [ (column) ] ON TABLE relid FROM role CASCADE
 */
static void
revoke_held(Oid relid, Oid role, const HeldPrivilege *held, AclMode extra, AclMode kept)
{
	AclMode options = held->grant_options & ~extra;
	const char *table = catalog_name(relid);

	if (extra != 0)
	{
		run_as_sql(held->grantor,
				   psprintf("REVOKE %s ON TABLE %s FROM %s CASCADE",
							held_list(extra, held->column), table, role_identifier(role)));
		/* a column's privilege that the table's takes the place of is not missed */
		if (!held->column || (extra & ~kept))
			ereport(NOTICE,
					(errmsg("revoked %s on table \"%s\" from client role \"%s\"",
							held_list(extra, held->column), get_rel_name(relid),
							GetUserNameFromId(role, false))));
	}
	if (options != 0)
	{
		run_as_sql(held->grantor,
				   psprintf("REVOKE GRANT OPTION FOR %s ON TABLE %s FROM %s CASCADE",
							held_list(options, held->column), table, role_identifier(role)));
		ereport(NOTICE,
				(errmsg("revoked the grant option for %s on table \"%s\" from client role \"%s\"",
						held_list(options, held->column), get_rel_name(relid),
						GetUserNameFromId(role, false))));
	}
}

/* client_extra: on a column only INSERT can be wanted. */
AclMode
client_extra(const HeldPrivilege *held, const ClientPrivileges *wanted)
{
	if (!held->column)
		return held->privileges & ~wanted->table;
	return names_contain(wanted->insert_columns, held->column) ? held->privileges & ~ACL_INSERT :
																 held->privileges;
}

ClientPrivileges
client_missing(Oid relid, Oid role, ClientPrivileges wanted)
{
	ClientPrivileges missing = {wanted.table, NIL};
	List *held_columns = NIL;
	ListCell *cell;

	foreach(cell, held_privileges(relid))
	{
		HeldPrivilege *held = lfirst(cell);

		if (held->grantee != role)
			continue;
		if (!held->column)
			missing.table &= ~held->privileges;
		else if (held->privileges & ACL_INSERT)
			held_columns = lappend(held_columns, held->column);
	}
	foreach(cell, wanted.insert_columns)
	{
		if (!names_contain(held_columns, lfirst(cell)))
			missing.insert_columns = lappend(missing.insert_columns, lfirst(cell));
	}
	return missing;
}

static void
grant_missing(Oid relid, Oid role, ClientPrivileges wanted)
{
	ClientPrivileges missing = client_missing(relid, role, wanted);

	if (missing.table != 0)
		run_as_sql(catalog_owner(relid),
				   psprintf("GRANT %s ON TABLE %s TO %s", held_list(missing.table, NULL),
							catalog_name(relid), role_identifier(role)));
	if (missing.insert_columns != NIL)
		run_as_sql(catalog_owner(relid),
				   psprintf("GRANT INSERT%s ON TABLE %s TO %s",
							catalog_columns_text(missing.insert_columns), catalog_name(relid),
							role_identifier(role)));
}

/* apply_sequences gives or takes USAGE on the sequences of relid's columns. */
static void
apply_sequences(Oid relid, Oid role, bool wanted)
{
	ListCell *cell;

	foreach(cell, getOwnedSequences(relid))
	{
		Oid sequence = lfirst_oid(cell);

		if (client_holds_usage(sequence, role) == wanted)
			continue;
		run_as_sql(catalog_owner(sequence),
				   psprintf(wanted ? "GRANT USAGE ON SEQUENCE %s TO %s" :
									 "REVOKE USAGE ON SEQUENCE %s FROM %s CASCADE",
							catalog_name(sequence), role_identifier(role)));
	}
}

/* client_holds_usage: does role hold USAGE on the sequence directly? */
bool
client_holds_usage(Oid sequence, Oid role)
{
	ListCell *cell;

	foreach(cell, held_privileges(sequence))
	{
		HeldPrivilege *held = lfirst(cell);

		if (held->grantee == role && (held->privileges & ACL_USAGE))
			return true;
	}
	return false;
}

/*
 * apply_schema gives role USAGE on relid's schema, or says how to. Two sessions that do so
 * for one schema must follow each other (PostgreSQL raises "tuple concurrently
 * updated"); one lock does for all schemas, so that there is no order among them.
 */
static void
apply_schema(Oid relid, Oid role)
{
	Oid schema = get_rel_namespace(relid);
	char *sql;

	if (has_schema_usage(schema, role))
		return;
	sql = psprintf("GRANT USAGE ON SCHEMA %s TO %s",
				   quote_identifier(get_namespace_name(schema)), role_identifier(role));
	if (has_schema_privilege(GetUserId(), schema, "USAGE WITH GRANT OPTION"))
	{
		LockDatabaseObject(NamespaceRelationId, get_namespace_oid("electric", false), 0,
						   ShareUpdateExclusiveLock);
		if (!has_schema_privilege(role, schema, "USAGE"))
			run_as_sql(GetUserId(), sql);
	}
	else
		ereport(NOTICE,
				(errmsg("client role \"%s\" lacks USAGE on schema \"%s\"",
						GetUserNameFromId(role, false), get_namespace_name(schema)),
				 errhint("Let the schema's owner type %s;", sql)));
}

bool
has_schema_usage(Oid schema, Oid role)
{
	return has_schema_privilege(role, schema, "USAGE");
}

static bool
has_schema_privilege(Oid role, Oid schema, const char *privilege)
{
	return DatumGetBool(DirectFunctionCall3(has_schema_privilege_id_id,
											ObjectIdGetDatum(role), ObjectIdGetDatum(schema),
											CStringGetTextDatum(privilege)));
}

/* role_identifier returns the role's name as SQL text. */
static const char *
role_identifier(Oid role)
{
	return quote_identifier(GetUserNameFromId(role, false));
}

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
#include "catalog/pg_inherits.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "catalog/catalog.h"
#include "catalog/run_as.h"
#include "policy/client.h"
#include "policy/policy.h"

static void apply_to_clients(Oid relid, AclMode wanted);
static AclMode revoke_extras(Oid relid, Oid role, AclMode wanted, bool warn);
static void revoke_held(Oid relid, Oid role, const HeldPrivilege *held, AclMode extra);
static AclMode extra_of(const HeldPrivilege *held, AclMode wanted);
static void apply_sequences(Oid relid, Oid role, bool wanted);
static bool holds_usage(Oid sequence, Oid role);
static void apply_schema(Oid relid, Oid role);
static bool has_schema_privilege(Oid role, Oid schema, const char *privilege);
static const char *role_identifier(Oid role);

void
client_privileges_apply(Oid relid)
{
	AclMode wanted = client_wanted_privileges(relid);
	ListCell *cell;

	catalog_lock_client_roles(false);
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
		apply_to_clients(lfirst_oid(cell), lfirst_oid(cell) == relid ? wanted : 0);
}

void
client_privileges_remove(Oid relid)
{
	catalog_lock_client_roles(false);
	apply_to_clients(relid, 0);
}

AclMode
client_wanted_privileges(Oid relid)
{
	AclMode wanted = 0;
	ListCell *cell;

	foreach(cell, catalog_grants(relid))
		wanted |= ((Grant *) lfirst(cell))->privilege;
	return wanted;
}

void
client_role_apply(Oid relid, Oid role, AclMode wanted)
{
	AclMode missing;

	missing = wanted & ~revoke_extras(relid, role, wanted, false);
	if (missing != 0)
		run_as_sql(catalog_owner(relid),
				   psprintf("GRANT %s ON TABLE %s TO %s", held_list(missing, NULL),
							catalog_name(relid), role_identifier(role)));
	apply_sequences(relid, role, (wanted & ACL_INSERT) != 0);
	if (wanted != 0)
		apply_schema(relid, role);
}

/* apply_to_clients gives every client role that is bound the privileges wanted. */
static void
apply_to_clients(Oid relid, AclMode wanted)
{
	ListCell *cell;

	foreach(cell, catalog_client_roles())
	{
		ClientRole *client = lfirst(cell);
		Oid role = get_role_oid(client->role, true);

		if (!OidIsValid(role))
			continue;
		if (client_role_is_unbound(role, catalog_owner(relid)))
		{
			ereport(WARNING,
					(errcode(ERRCODE_INVALID_ROLE_SPECIFICATION),
					 errmsg("client role \"%s\" is not bound by the rules on table \"%s\"",
							client->role, get_rel_name(relid)),
					 errdetail("It is a superuser, has BYPASSRLS or has the rights of the table's owner."),
					 errhint("Take these rights away, or type SELECT electric.drop_client_role(%s).",
							 quote_literal_cstr(quote_identifier(client->role)))));
			continue;
		}
		client_role_apply(relid, role, wanted);
	}
}

/*
 * revoke_extras revokes what role holds directly on relid or its columns beyond
 * wanted, and returns the table-level privileges that it still holds. Each is revoked
 * as the one who granted it. With warn it only warns of what could not be.
 */
static AclMode
revoke_extras(Oid relid, Oid role, AclMode wanted, bool warn)
{
	AclMode kept = 0;
	bool revoked = false;
	ListCell *cell;

	foreach(cell, held_privileges(relid))
	{
		HeldPrivilege *held = lfirst(cell);
		AclMode extra = extra_of(held, wanted);

		if (held->grantee != role)
			continue;
		if (held->column == NULL)
			kept |= held->privileges & wanted;
		if (extra == 0 && held->grant_options == 0)
			continue;
		if (warn)
			ereport(WARNING,
					(errcode(ERRCODE_WARNING_PRIVILEGE_NOT_REVOKED),
					 errmsg("client role \"%s\" still holds %s on table \"%s\"",
							GetUserNameFromId(role, false),
							held_list(held->privileges, held->column),
							get_rel_name(relid)),
					 errdetail("Role \"%s\" granted it.",
							   GetUserNameFromId(held->grantor, false))));
		else
			revoke_held(relid, role, held, extra);
		revoked = true;
	}
	if (revoked && !warn)
		return revoke_extras(relid, role, wanted, true);
	return kept;
}

/*
 * REVOKE [ GRANT OPTION FOR ] extra [ (column) ] ON TABLE relid FROM role CASCADE
 */
static void
revoke_held(Oid relid, Oid role, const HeldPrivilege *held, AclMode extra)
{
	AclMode options = held->grant_options & ~extra;
	const char *table = catalog_name(relid);

	if (extra != 0)
	{
		run_as_sql(held->grantor,
				   psprintf("REVOKE %s ON TABLE %s FROM %s CASCADE",
							held_list(extra, held->column), table, role_identifier(role)));
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

/* extra_of returns what is held beyond wanted; on a column everything is. */
static AclMode
extra_of(const HeldPrivilege *held, AclMode wanted)
{
	return held->column ? held->privileges : held->privileges & ~wanted;
}

/* apply_sequences gives or takes USAGE on the sequences of relid's columns. */
static void
apply_sequences(Oid relid, Oid role, bool wanted)
{
	ListCell *cell;

	foreach(cell, getOwnedSequences(relid))
	{
		Oid sequence = lfirst_oid(cell);

		if (holds_usage(sequence, role) == wanted)
			continue;
		run_as_sql(catalog_owner(sequence),
				   psprintf(wanted ? "GRANT USAGE ON SEQUENCE %s TO %s" :
									 "REVOKE USAGE ON SEQUENCE %s FROM %s CASCADE",
							catalog_name(sequence), role_identifier(role)));
	}
}

/* holds_usage: does role hold USAGE on the sequence directly? */
static bool
holds_usage(Oid sequence, Oid role)
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

/* apply_schema gives role USAGE on relid's schema, or says how to. */
static void
apply_schema(Oid relid, Oid role)
{
	Oid schema = get_rel_namespace(relid);
	char *sql;

	if (has_schema_privilege(role, schema, "USAGE"))
		return;
	sql = psprintf("GRANT USAGE ON SCHEMA %s TO %s",
				   quote_identifier(get_namespace_name(schema)), role_identifier(role));
	if (has_schema_privilege(GetUserId(), schema, "USAGE WITH GRANT OPTION"))
		run_as_sql(GetUserId(), sql);
	else
		ereport(NOTICE,
				(errmsg("client role \"%s\" lacks USAGE on schema \"%s\"",
						GetUserNameFromId(role, false), get_namespace_name(schema)),
				 errhint("Let the schema's owner type %s;", sql)));
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

/*
 * client.h
 *		Client roles and tables, one by one; inside src/policy only.
 */
#ifndef ELECTRIC_CLIENT_H
#define ELECTRIC_CLIENT_H

#include "nodes/parsenodes.h"

#include "policy/policy.h"

/* What client roles shall hold on a table: privileges on it, INSERT on columns */
typedef struct ClientPrivileges
{
	AclMode table;
	List *insert_columns; /* char *; NIL where INSERT is on the table, or not granted */
} ClientPrivileges;

/*
 * client_wanted_privileges returns the privileges that any rule on relid speaks of, all four for a
 * service. UPDATE is on the table also where the rules list columns: the guard judges
 * changed values.
 */
extern ClientPrivileges client_wanted_privileges(Oid relid, bool service);

/*
 * client_extra returns what is held beyond wanted. client_missing returns what role does not
 * hold directly on relid of wanted. client_holds_usage: does it hold USAGE on a sequence
 * directly? has_schema_usage: has it USAGE on a schema, in whatever way?
 */
extern AclMode client_extra(const HeldPrivilege *held, const ClientPrivileges *wanted);
extern ClientPrivileges client_missing(Oid relid, Oid role, ClientPrivileges wanted);
extern bool client_holds_usage(Oid sequence, Oid role);
extern bool has_schema_usage(Oid schema, Oid role);

/*
 * client_role_apply makes role's direct privileges on relid exactly wanted, with what
 * they need on its sequences and schema. The caller has locked the client roles.
 */
extern void client_role_apply(Oid relid, Oid role, ClientPrivileges wanted);

/*
 * client_role_is_unbound: do row-level security's own exceptions hold on a table of owner
 * (superuser, BYPASSRLS, the owner's rights) for role, or for one that it can become?
 * client_role_unbound_by returns the superuser or role with BYPASSRLS that it is or
 * can become, InvalidOid if there is none.
 */
extern bool client_role_is_unbound(Oid role, Oid owner);
extern Oid client_role_unbound_by(Oid role);

#endif /* ELECTRIC_CLIENT_H */

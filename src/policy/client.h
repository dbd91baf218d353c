/*
 * client.h
 *		Client roles and tables, one by one; inside src/policy only.
 */
#ifndef ELECTRIC_CLIENT_H
#define ELECTRIC_CLIENT_H

#include "nodes/parsenodes.h"

/* What client roles shall hold on a table: privileges on it, INSERT on columns */
typedef struct ClientPrivileges
{
	AclMode table;
	List *insert_columns; /* char *; NIL where INSERT is on the table, or not granted */
} ClientPrivileges;

/*
 * client_wanted_privileges returns the privileges that any rule on relid speaks of. UPDATE
 * is on the table also where the rules list columns: the guard judges changed values.
 */
extern ClientPrivileges client_wanted_privileges(Oid relid);

/*
 * client_role_apply makes role's direct privileges on relid exactly wanted, with what
 * they need on its sequences and schema. The caller has locked the client roles.
 */
extern void client_role_apply(Oid relid, Oid role, ClientPrivileges wanted);

/*
 * client_role_is_unbound: do row-level security's own exceptions hold on a table of owner
 * (superuser, BYPASSRLS, the owner's rights) for role, or for one that it can become?
 */
extern bool client_role_is_unbound(Oid role, Oid owner);

#endif /* ELECTRIC_CLIENT_H */

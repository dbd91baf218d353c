/*
 * policy.h
 *		Contract of policy: rules of one table -> rows of pg_policy and privileges
 *		of client roles.
 */
#ifndef ELECTRIC_POLICY_H
#define ELECTRIC_POLICY_H

#include "nodes/pg_list.h"

/* A policy as it should be: the text of CREATE POLICY's two expressions */
typedef struct WantedPolicy
{
	const char *name;			/* electric_select .. */
	const char *command;		/* SELECT .. */
	char	   *using_sql;		/* NULL: none */
	char	   *check_sql;		/* NULL: none */
	char	   *comment;		/* the grants it stands for */
} WantedPolicy;

/* compile.c: pure; the four policies of a table, from its grants and the assignments */
extern List *policy_compile(Oid relid, List *grants, List *assignments,
							int foreign_permissive);

/*
 * apply.c: makes pg_policy, row-level security and the client roles' privileges of
 * relid what the rules say, as the table's owner; changes only what differs.
 */
extern void policy_apply(Oid relid);

/* apply.c: removes our policies and client privileges of relid (DISABLE). */
extern void policy_remove(Oid relid);

/* client.c: the client roles' privileges on one enabled table. */
extern void client_privileges_apply(Oid relid);
extern void client_privileges_remove(Oid relid);

#endif							/* ELECTRIC_POLICY_H */

/*
 * policy.h
 *		Contract of policy: rules of one table -> rows of pg_policy and privileges
 *		of client roles.
 */
#ifndef ELECTRIC_POLICY_H
#define ELECTRIC_POLICY_H

#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"

#include "catalog/catalog.h"

/* A policy as it should be: the text of CREATE POLICY's two expressions */
typedef struct WantedPolicy
{
	const char *name;	 /* electric_select .. */
	const char *command; /* SELECT .., ALL */
	List *roles;		 /* Oid, in order; NIL: PUBLIC */
	char *using_sql;	 /* NULL: none */
	char *check_sql;	 /* NULL: none */
	char *comment;		 /* the grants it stands for */
} WantedPolicy;

/* A grant that gives nothing, because its condition cannot be used */
typedef struct UnusableGrant
{
	Grant *grant;
	char *reason; /* what PostgreSQL says */
} UnusableGrant;

/*
 * compile.c: pure; the four policies of a table, from its grants and the
 * assignments. foreign_permissive holds a bit (ACL_SELECT ..) for each command that a
 * permissive policy of someone else stands for: deny() would shadow it there. *guard tells
 * whether UPDATE needs the guard. A WARNING for each UnusableGrant; policy_compile_quietly
 * adds them to unusable instead.
 */
extern List *policy_compile(Oid relid, List *grants, List *assignments,
							int foreign_permissive, bool *guard);
extern List *policy_compile_quietly(Oid relid, List *grants, List *assignments,
									int foreign_permissive, bool *guard, List **unusable);

/*
 * apply.c: makes pg_policy, the guard, row-level security and the client roles' privileges of
 * relid what the rules say, as the table's owner; changes only what differs.
 * The caller holds AccessExclusiveLock.
 */
extern void policy_apply(Oid relid);

/*
 * apply.c: policy_refresh does that for the four policies and guard alone: row-level security and
 * privileges are as their owner has left them. policy_close_partition gives a partition
 * of an enabled table what it has from ENABLE on: row-level security, and nothing for
 * client roles. policy_is_complete: has the table all four policies?
 *
 * policy_take_off drops those of our policies that read one of these columns (char *), so
 * that the type of a column can change; true if there was one. Row-level security stays
 * on: meanwhile clients see nothing.
 */
extern void policy_refresh(Oid relid);
extern void policy_close_partition(Oid relid);
extern bool policy_is_complete(Oid relid);
extern bool policy_take_off(Oid relid, List *columns);

/*
 * service.c: the policy electric_service, by which client roles for services may do
 * everything. It is for these roles alone, so that no other role's plans know of it; without such
 * roles there is none. policy_service returns it, or NULL; policy_apply_service (apply.c) makes
 * it so. The caller holds AccessExclusiveLock, and the lock on client roles.
 */
#define SERVICE_POLICY "electric_service"
extern WantedPolicy *policy_service(Oid relid);
extern void policy_apply_service(Oid relid);

/*
 * guard.c: policy_keep_always lets our trigger on relid fire always again, where ENABLE TRIGGER
 * ALL (as of pg_restore --disable-triggers) has made it one that can be silenced.
 */
extern void policy_keep_always(Oid relid);

/*
 * apply.c: removes our policies, guard and client privileges of relid (DISABLE), and
 * row-level security if it was off before ENABLE (had_rls) and no policy of others stands.
 */
extern void policy_remove(Oid relid, bool had_rls);

/*
 * if_policy.c: the policies that keep the IF conditions of the assignments on relid.
 * policy_apply_ifs makes the one for stated (NULL: none) what its text means now, and
 * drops those that no assignment has. The caller holds AccessExclusiveLock where there
 * is one to make or to drop.
 */
extern void policy_apply_ifs(Oid relid, const char *stated);

/*
 * if_policy.c: policy_rebuild_ifs does the same for every assignment on relid. One whose
 * text cannot be used leaves the policy as it stands, with a WARNING.
 */
extern void policy_rebuild_ifs(Oid relid);

/*
 * may_change.c: raises where nothing may change rules or what is made from them: read-only
 * transactions, standbys, security-restricted operations, scripts of extensions.
 */
extern void check_may_change_rules(const char *command);

/* apply.c: has_row_security: is row-level security on for relid? */
extern bool has_row_security(Oid relid);

/*
 * existing.c: our policies are known by their names: policy_is_ours, one of
 * electric_select, _insert, _update, _delete, _service, or one that keeps an IF condition.
 * policy_name_taken returns the name of a policy on relid that has one of them without
 * having been made by us, NULL if there is none.
 * foreign_policies returns the names (char *, sorted) of the permissive or of all
 * policies of others on relid.
 */
extern bool policy_is_ours(const char *name);
extern char *policy_name_taken(Oid relid);
extern List *foreign_policies(Oid relid, bool permissive_only);

/*
 * client.c: the client roles' privileges on one enabled table and, where a rule
 * calls for them, on its schema and sequences; none on its partitions.
 */
extern void client_privileges_apply(Oid relid);
extern void client_privileges_remove(Oid relid);

/*
 * client.c: what the rules on relid call for on its sequences, and on its schema, where a
 * change of the schema has brought new ones. Privileges on the table stay as its owner left them.
 */
extern void client_sequences_apply(Oid relid);
extern void client_schema_apply(Oid relid);

/*
 * client_role.c: client_role_bypasses returns the name of a client role that
 * has the rights of the owner of relid, so that no policy binds it; NULL if none.
 */
extern char *client_role_bypasses(Oid relid);

/* A privilege that someone holds directly on a table or one of its columns */
typedef struct HeldPrivilege
{
	Oid grantee; /* ACL_ID_PUBLIC for PUBLIC */
	Oid grantor;
	AclMode privileges;
	AclMode grant_options;
	char *column; /* NULL: the whole table */
} HeldPrivilege;

/*
 * held.c: held_privileges returns what others than the owner hold directly
 * (HeldPrivilege *) on a table and its columns, or on a sequence; held_list names
 * privileges joined by ", ", each followed by the column if there is one.
 */
extern List *held_privileges(Oid relid);
extern char *held_list(AclMode privileges, const char *column);

#endif /* ELECTRIC_POLICY_H */

/*
 * rule.h
 *		The statements, one by one; inside src/ddlx only.
 *
 * Each resolves everything that its statement names before it writes anything.
 *
 * The order of locks, in which no two of them can wait for each other:
 *
 *	1. The tables that the statement speaks of, the newest (highest OID) first: in
 *	   AccessExclusiveLock, or in ShareUpdateExclusiveLock where ASSIGN and UNASSIGN
 *	   change no policy. All of them for all statements of a DO block or of a call of
 *	   electric.ddlx(), before the first is carried out.
 *	2. The scope tables and those on the paths, in AccessShareLock. They are never waited
 *	   for while those of 1 are held: see table_locks_take.
 *	3. Partitions, after their root, where ENABLE or GRANT has to change them.
 *	4. The list of client roles (catalog_lock_client_roles).
 *	5. Rows of electric.*, which the locks on the tables protect, and those of
 *	   pg_namespace, where a client role gets USAGE on a schema (policy/client.c).
 *
 * add_client_role and drop_client_role wait for nothing while they hold something. Whatever
 * else locks more than one table (rebuilding all policies, say) does it by
 * table_locks_take.
 */
#ifndef ELECTRIC_RULE_H
#define ELECTRIC_RULE_H

#include "catalog/catalog.h"
#include "ddlx.h"
#include "resolver/resolver.h"

/*
 * entry.c: ddlx_execute_text carries out the statements of source and returns a DdlxResult for
 * each. Nothing is carried out if one of them is no statement.
 */
extern List *ddlx_execute_text(const char *source);

/* grant.c, revoke.c, assign.c, enable.c: carry a statement out; the tables spoken of (Oid) */
extern List *ddlx_grant(DdlxStatement *statement);
extern List *ddlx_revoke(DdlxStatement *statement);
extern List *ddlx_assign(DdlxStatement *statement);
extern List *ddlx_unassign(DdlxStatement *statement);
extern List *ddlx_enable(DdlxStatement *statement);
extern List *ddlx_disable(DdlxStatement *statement);
extern void ddlx_sqlite(DdlxStatement *statement);

/*
 * lock.c: ddlx_lock_tables takes the locks of 1 and 2 for all of these statements.
 * assign.c: ddlx_assign_lock returns the lock that ASSIGN or UNASSIGN needs.
 */
extern void ddlx_lock_tables(List *statements);
extern LOCKMODE ddlx_assign_lock(const DdlxStatement *statement);

/*
 * role.c: ddlx_role_name returns a role as electric.grants names it.
 * ddlx_existing_scope returns the scope table of a role whose rules are to be
 * removed, InvalidOid for a global role: it need be no more than there.
 */
extern char *ddlx_role_name(const DdlxRole *role);
extern Oid ddlx_existing_scope(const char *source, const DdlxRole *role);

/*
 * ddlx_role_path resolves the statement's USING, or infers the path, from relid to
 * the role's scope; NULL for a role without scope.
 */
extern KeyPath *ddlx_role_path(DdlxStatement *statement, Oid relid, const DdlxRole *role,
							   Oid scope_relid, bool forward_only);

/*
 * privilege.c: ddlx_privileges returns all privileges that a statement names.
 * ddlx_is_same_role: is it the same role in the same scope table?
 */
extern AclMode ddlx_privileges(const DdlxStatement *statement);
extern bool ddlx_is_same_role(const Grant *grant, const Grant *other);

/* unsupported.c: refuse the clauses that nothing enforces yet (0A000). */
extern void refuse_read_columns(const DdlxStatement *statement);

/*
 * enable.c: refuse_client_owner raises 0P000 if a client role has the rights of
 * the table's owner.
 */
extern void refuse_client_owner(const char *source, Oid relid, int location);

/* dependents.c: rules (DDLX text) that stand on relid or run through it */
extern List *dependent_rules(Oid relid);

/*
 * advice.c: NOTICEs and WARNINGs; none of them changes anything. advised collects
 * what was said, so that one statement says it once.
 */
extern void advise_path_indexes(const KeyPath *path, List **advised);
extern void advise_user_index(Oid relid, AttrNumber attnum, List **advised);
extern void advise_not_enabled(const Assignment *assignment);
extern void advise_unserved_tables(const Assignment *assignment);
extern void advise_on_enable(Oid relid);

#endif /* ELECTRIC_RULE_H */

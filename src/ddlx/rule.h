/*
 * rule.h
 *		The statements, one by one; inside src/ddlx only.
 *
 * Each resolves everything that its statement names before it writes anything.
 * Locks are taken in the order in which the statement names its tables.
 */
#ifndef ELECTRIC_RULE_H
#define ELECTRIC_RULE_H

#include "catalog/catalog.h"
#include "ddlx.h"
#include "resolver/resolver.h"

/* grant.c, revoke.c, assign.c, enable.c: carry a statement out; the tables spoken of (Oid) */
extern List *ddlx_grant(DdlxStatement *statement);
extern List *ddlx_revoke(DdlxStatement *statement);
extern List *ddlx_assign(DdlxStatement *statement);
extern List *ddlx_unassign(DdlxStatement *statement);
extern List *ddlx_enable(DdlxStatement *statement);
extern List *ddlx_disable(DdlxStatement *statement);
extern void ddlx_sqlite(DdlxStatement *statement);

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

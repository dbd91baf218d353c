/*
 * grant.c
 *		ELECTRIC GRANT and ELECTRIC REVOKE.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "ddlx/rule.h"
#include "policy/policy.h"

/* What one statement grants to one role on one table */
typedef struct GrantRule
{
	Grant grant; /* its privilege is not set */
	AclMode privileges;
	KeyPath *path; /* NULL without scope */
} GrantRule;

static AclMode all_privileges(const DdlxStatement *statement);
static Oid resolve_granted_table(const char *source, RangeVar *name);
static GrantRule *resolve_rule(DdlxStatement *statement, Oid relid, const DdlxRole *role);
static void store_rule(const GrantRule *rule);
static void notice_replaced(const Grant *grant);
static void notice_other_paths(const GrantRule *rule);
static bool is_same_role(const Grant *grant, const Grant *other);
static void notice_backward(const GrantRule *rule);
static void revoke_rule(Oid relid, const DdlxRole *role, Oid scope_relid, AclMode privileges);

/* grant: ELECTRIC GRANT privileges ON table [, ...] TO role [, ...] [USING path] */
List *
ddlx_grant(DdlxStatement *statement)
{
	List *relids = NIL;
	List *rules = NIL;
	List *advised = NIL;
	ListCell *table;
	ListCell *cell;

	refuse_column_lists(statement);
	refuse_update_condition(statement);

	foreach(table, statement->tables)
		relids = list_append_unique_oid(relids,
										resolve_granted_table(statement->source, lfirst(table)));
	foreach(table, relids)
	{
		foreach(cell, statement->roles)
			rules = lappend(rules, resolve_rule(statement, lfirst_oid(table), lfirst(cell)));
	}

	foreach(cell, rules)
		store_rule(lfirst(cell));
	foreach(cell, relids)
		policy_apply(lfirst_oid(cell));
	foreach(cell, rules)
	{
		GrantRule *rule = lfirst(cell);

		notice_backward(rule);
		if (rule->path)
			advise_path_indexes(rule->path, &advised);
	}
	return relids;
}

/* revoke: ELECTRIC REVOKE privileges ON table [, ...] FROM role [, ...] */
List *
ddlx_revoke(DdlxStatement *statement)
{
	const char *source = statement->source;
	List *relids = NIL;
	List *scopes = NIL;
	ListCell *cell;
	ListCell *table;

	refuse_column_lists(statement);
	foreach(table, statement->tables)
		relids = list_append_unique_oid(relids,
										resolve_owned_table(source, lfirst(table),
															AccessExclusiveLock, false));
	foreach(cell, statement->roles)
		scopes = lappend_oid(scopes, ddlx_existing_scope(source, lfirst(cell)));

	foreach(table, relids)
	{
		ListCell *scope;

		forboth(cell, statement->roles, scope, scopes)
			revoke_rule(lfirst_oid(table), lfirst(cell), lfirst_oid(scope),
						all_privileges(statement));
		if (catalog_table_is_enabled(lfirst_oid(table)))
			policy_apply(lfirst_oid(table));
	}
	return relids;
}

static AclMode
all_privileges(const DdlxStatement *statement)
{
	AclMode privileges = 0;
	ListCell *cell;

	foreach(cell, statement->privileges)
		privileges |= ((DdlxPrivilege *) lfirst(cell))->mode;
	return privileges;
}

/* resolve_granted_table returns a table on which rules may stand, locked. */
static Oid
resolve_granted_table(const char *source, RangeVar *name)
{
	Oid relid = resolve_owned_table(source, name, AccessExclusiveLock, false);

	if (!catalog_table_is_enabled(relid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" is not enabled", name->relname),
				 errdetail("Without row-level security no grant has an effect."),
				 errhint("Type ALTER TABLE %s ENABLE ELECTRIC; first.", catalog_name(relid)),
				 ddlx_errposition(source, name->location)));
	refuse_client_owner(source, relid, name->location);
	return relid;
}

/* resolve_rule resolves the role's scope and path. */
static GrantRule *
resolve_rule(DdlxStatement *statement, Oid relid, const DdlxRole *role)
{
	GrantRule *rule = palloc0(sizeof(GrantRule));

	rule->privileges = all_privileges(statement);
	rule->grant.relid = relid;
	rule->grant.role = ddlx_role_name(role);
	if (statement->condition)
		rule->grant.condition = condition_resolve(statement->source, relid, statement->condition,
												  statement->condition_location);
	if (role->scope)
		rule->grant.scope_relid = resolve_scope_table(statement->source, role->scope, false);
	rule->path = ddlx_role_path(statement, relid, role, rule->grant.scope_relid, false);
	if (rule->path)
	{
		rule->grant.path = path_to_text(rule->path);
		rule->grant.path_keys = path_keys(rule->path);
	}
	return rule;
}

/* store_rule stores one grant for each privilege. */
static void
store_rule(const GrantRule *rule)
{
	AclMode privilege;

	notice_other_paths(rule);
	for (privilege = 1; privilege <= rule->privileges; privilege <<= 1)
	{
		Grant grant = rule->grant;

		if (!(rule->privileges & privilege))
			continue;
		grant.privilege = privilege;
		notice_replaced(&grant);
		catalog_grant_store(&grant);
	}
}

/* notice_replaced shows the condition that a grant with the same key had. */
static void
notice_replaced(const Grant *grant)
{
	Grant *old = catalog_grant_find(grant);

	if (old && old->condition &&
		(!grant->condition || strcmp(old->condition, grant->condition) != 0))
		ereport(NOTICE,
				(errmsg("grant of %s on table \"%s\" to role %s is replaced",
						privilege_name(grant->privilege), get_rel_name(grant->relid),
						catalog_role_text(grant->role, grant->scope_relid)),
				 errdetail("Its condition was: %s", old->condition)));
}

/* notice_other_paths names the older grants to the same role by other paths. */
static void
notice_other_paths(const GrantRule *rule)
{
	List *seen = NIL;
	ListCell *cell;

	foreach(cell, catalog_grants(rule->grant.relid))
	{
		Grant *old = lfirst(cell);
		AclMode privileges = 0;
		ListCell *other;

		if (!is_same_role(old, &rule->grant) || old->path == NULL ||
			strcmp(old->path, rule->grant.path) == 0 ||
			list_member(seen, makeString(old->path)))
			continue;
		seen = lappend(seen, makeString(old->path));
		foreach(other, catalog_grants(rule->grant.relid))
		{
			Grant *same = lfirst(other);

			if (is_same_role(same, old) && strcmp(same->path, old->path) == 0)
				privileges |= same->privilege & rule->privileges;
		}
		if (privileges != 0)
			ereport(NOTICE,
					(errmsg("role %s is granted %s on table \"%s\" by another path as well",
							catalog_role_text(old->role, old->scope_relid),
							privilege_list(privileges), get_rel_name(old->relid)),
					 errdetail("The older grant is: %s;",
							   catalog_grant_text(old, privilege_list(privileges)))));
	}
}

static bool
is_same_role(const Grant *grant, const Grant *other)
{
	return grant->scope_relid == other->scope_relid && strcmp(grant->role, other->role) == 0;
}

/* notice_backward: through a path that begins backward no new row is in scope. */
static void
notice_backward(const GrantRule *rule)
{
	if ((rule->privileges & ACL_INSERT) && rule->path && rule->path->nsteps > 0 &&
		!rule->path->steps[0].forward)
		ereport(NOTICE,
				(errmsg("the grant of INSERT on table \"%s\" to role %s allows no new row",
						get_rel_name(rule->grant.relid),
						catalog_role_text(rule->grant.role, rule->grant.scope_relid)),
				 errdetail("The path begins at rows that refer to it, and none refers to a new row.")));
}

/* revoke_rule removes the role's grants, whatever path and columns they have. */
static void
revoke_rule(Oid relid, const DdlxRole *role, Oid scope_relid, AclMode privileges)
{
	const AclMode all = ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE;
	Grant key = {0};
	bool found = false;
	ListCell *cell;

	key.role = ddlx_role_name(role);
	key.scope_relid = scope_relid;
	foreach(cell, catalog_grants(relid))
	{
		Grant *grant = lfirst(cell);

		if (!(grant->privilege & privileges) || !is_same_role(grant, &key))
			continue;
		catalog_grant_delete(grant);
		found = true;
	}
	if (found)
		return;
	if (privileges == all)
		ereport(NOTICE,
				(errmsg("role %s is granted nothing on table \"%s\", skipping",
						catalog_role_text(key.role, scope_relid), get_rel_name(relid))));
	else
		ereport(NOTICE,
				(errmsg("role %s is not granted %s on table \"%s\", skipping",
						catalog_role_text(key.role, scope_relid), privilege_list(privileges),
						get_rel_name(relid))));
}

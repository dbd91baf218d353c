/*
 * grant.c
 *		ELECTRIC GRANT.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "ddlx/rule.h"
#include "policy/policy.h"

/* What one statement grants to one role on one table */
typedef struct GrantRule
{
	Grant grant;		/* what all have in common: no privilege, no columns */
	AclMode privileges; /* of all */
	List *grants;		/* Grant *, one for each privilege and column list */
	KeyPath *path;		/* NULL without scope */
} GrantRule;

static Oid resolve_granted_table(const char *source, RangeVar *name);
static GrantRule *resolve_rule(DdlxStatement *statement, Oid relid, const DdlxRole *role);
static List *resolve_grants(DdlxStatement *statement, const Grant *common);
static void store_rule(const GrantRule *rule);
static void notice_replaced(const Grant *grant);
static bool is_same_text(const char *a, const char *b);
static bool names_meet(const Grant *old, const Grant *grant, List **both);
static void notice_no_delete(const DdlxStatement *statement);
static void notice_other_paths(const GrantRule *rule);
static void notice_backward(const GrantRule *rule);

/* grant: ELECTRIC GRANT privileges ON table [, ...] TO role [, ...] [USING path] [CHECK (expr)] */
List *
ddlx_grant(DdlxStatement *statement)
{
	List *relids = NIL;
	List *rules = NIL;
	List *advised = NIL;
	ListCell *table;
	ListCell *cell;

	refuse_read_columns(statement);

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
	notice_no_delete(statement);
	foreach(cell, rules)
	{
		GrantRule *rule = lfirst(cell);

		notice_backward(rule);
		if (rule->path)
			advise_path_indexes(rule->path, &advised);
	}
	return relids;
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
	check_enable_kind(source, relid, name->location);
	refuse_client_owner(source, relid, name->location);
	return relid;
}

/* resolve_rule resolves the role's scope and path. */
static GrantRule *
resolve_rule(DdlxStatement *statement, Oid relid, const DdlxRole *role)
{
	GrantRule *rule = palloc0(sizeof(GrantRule));

	rule->privileges = ddlx_privileges(statement);
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
	rule->grants = resolve_grants(statement, &rule->grant);
	return rule;
}

/* resolve_grants returns a grant for each privilege of each word, with the word's columns. */
static List *
resolve_grants(DdlxStatement *statement, const Grant *common)
{
	List *grants = NIL;
	ListCell *cell;

	foreach(cell, statement->privileges)
	{
		const DdlxPrivilege *word = lfirst(cell);
		List *columns = NIL;
		AclMode privilege;
		ListCell *name;

		foreach(name, word->columns)
		{
			const DdlxName *column = lfirst(name);

			(void) resolve_column(statement->source, common->relid, column->name, column->location);
			if (!names_contain(columns, column->name))
				columns = lappend(columns, column->name);
		}
		list_sort(columns, names_compare);
		for (privilege = 1; privilege <= word->mode; privilege <<= 1)
		{
			Grant *grant = palloc(sizeof(Grant));

			*grant = *common;
			grant->privilege = privilege;
			grant->columns = columns;
			if (word->mode & privilege)
				grants = lappend(grants, grant);
		}
	}
	return grants;
}

static void
store_rule(const GrantRule *rule)
{
	ListCell *cell;

	notice_other_paths(rule);
	foreach(cell, rule->grants)
	{
		notice_replaced(lfirst(cell));
		catalog_grant_store(lfirst(cell));
	}
}

/* notice_replaced shows the conditions that grants with the same key had, or had not. */
static void
notice_replaced(const Grant *grant)
{
	ListCell *cell;

	foreach(cell, catalog_grants(grant->relid))
	{
		Grant *old = lfirst(cell);
		List *columns;

		if (!catalog_is_same_key(old, grant) || !names_meet(old, grant, &columns) ||
			is_same_text(old->condition, grant->condition))
			continue;
		ereport(NOTICE,
				(errmsg("grant of %s%s on table \"%s\" to role %s is replaced",
						privilege_name(grant->privilege), catalog_columns_text(columns),
						get_rel_name(grant->relid),
						catalog_role_text(grant->role, grant->scope_relid)),
				 old->condition ? errdetail("Its condition was: %s", old->condition) :
								  errdetail("It had no condition.")));
	}
}

static bool
is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* names_meet: are both for the whole table, or both for some column, those in *both? */
static bool
names_meet(const Grant *old, const Grant *grant, List **both)
{
	ListCell *cell;

	*both = NIL;
	foreach(cell, grant->columns)
	{
		if (names_contain(old->columns, lfirst(cell)))
			*both = lappend(*both, lfirst(cell));
	}
	return *both != NIL || (old->columns == NIL && grant->columns == NIL);
}

/* notice_no_delete: a word that grants DELETE does not with a column list. */
static void
notice_no_delete(const DdlxStatement *statement)
{
	ListCell *cell;

	foreach(cell, statement->privileges)
	{
		const DdlxPrivilege *word = lfirst(cell);

		if (word->columns != NIL && (word->mode & (word->mode - 1)))
			ereport(NOTICE,
					(errmsg("DELETE is not granted by %s with a column list", word->word),
					 errdetail("A row is deleted as a whole."),
					 errhint("Grant DELETE without columns, if it is meant.")));
	}
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

		if (!ddlx_is_same_role(old, &rule->grant) || old->path == NULL ||
			strcmp(old->path, rule->grant.path) == 0 ||
			list_member(seen, makeString(old->path)))
			continue;
		seen = lappend(seen, makeString(old->path));
		foreach(other, catalog_grants(rule->grant.relid))
		{
			Grant *same = lfirst(other);

			if (ddlx_is_same_role(same, old) && strcmp(same->path, old->path) == 0)
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

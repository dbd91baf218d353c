/*
 * verdict.c
 *		What one grant says of one row.
 *
 * The engine judges all roles of an arm at once; here each grant stands for itself, by an arm
 * that has its role alone. What a row gives by its own columns need not be asked for: a row
 * that the snapshot shows gives it there already.
 */
#include "postgres.h"

#include "access/verdict.h"

static bool is_among(const RuleTable *table, const Grant *grant);
static bool unscoped_role_held(Statement *statement, const GrantRule *rule);

/* grant_rule_find finds a grant in the statement's rules; see verdict.h. */
bool
grant_rule_find(Statement *statement, const Grant *grant, GrantRule *rule)
{
	char *name = privilege_text(grant->privilege, rule_id(grant->condition, grant->columns));
	RuleArm *arm;

	rule->grant = grant;
	rule->table = rules_table(statement_rules(statement), grant->relid, name);
	rule->arm = NULL;
	if (rule->table->relid != grant->relid)
		return false;
	if (!OidIsValid(grant->scope_relid))
		return is_among(rule->table, grant);
	arm = rules_arm(rule->table, grant->path);
	if (!arm || arm->path->scope_relid != grant->scope_relid ||
		!names_equal(path_keys(arm->path), grant->path_keys) ||
		!names_contain(arm->roles, grant->role))
		return false;
	rule->arm = MemoryContextAlloc(statement->context, sizeof(RuleArm));
	*rule->arm = *arm;
	rule->arm->roles = list_make1(grant->role);
	return true;
}

/* grant_rule_key reads the columns by which the path leaves the row. */
bool
grant_rule_key(const GrantRule *rule, const RowValues *row, Datum *key)
{
	int i;

	for (i = 0; i < rule->arm->nkeys; i++)
	{
		AttrNumber attnum = rule->arm->key_attnums[i];

		if (attnum > row->natts || row->isnull[attnum - 1])
			return false;
		key[i] = row->values[attnum - 1];
	}
	return true;
}

/* role_verdict: does the user hold the grant's role, where it is scoped for this row? */
Verdict
role_verdict(Statement *statement, const GrantRule *rule, const RowValues *row)
{
	Datum key[INDEX_MAX_KEYS];
	ScopeState *scope;

	if (!rule->arm)
		return unscoped_role_held(statement, rule) ? VERDICT_YES : VERDICT_NO_ROLE;
	scope = scope_get(statement, rule->table, rule->arm);
	if (!scope)
		return VERDICT_BROKEN;
	if (!grant_rule_key(rule, row, key))
		return VERDICT_NO_SCOPE;
	return scope_has(scope, key) ? VERDICT_YES : VERDICT_NO_ROLE;
}

/* grant_verdict judges role and condition; the latter only where the role is held. */
Verdict
grant_verdict(Asked *asked, const Grant *grant, GrantRule *rule)
{
	Verdict verdict = VERDICT_BROKEN;

	if (grant_rule_find(asked->statement, grant, rule))
		verdict = role_verdict(asked->statement, rule, &asked->values);
	if (verdict == VERDICT_YES && grant->condition)
		return row_condition_verdict(asked, grant);
	return verdict;
}

/* asked_is_granted: does any grant of the privilege say yes? */
bool
asked_is_granted(Asked *asked, AclMode privilege)
{
	ListCell *cell;

	foreach(cell, asked->grants)
	{
		const Grant *grant = lfirst(cell);
		GrantRule rule;

		if (grant->privilege == privilege && grant_verdict(asked, grant, &rule) == VERDICT_YES)
			return true;
	}
	return false;
}

/* is_among: does the engine have the grant among those to roles that need no row? */
static bool
is_among(const RuleTable *table, const Grant *grant)
{
	if (grant->path)
		return false;
	if (strcmp(grant->role, ROLE_ANYONE) == 0)
		return table->anyone;
	if (strcmp(grant->role, ROLE_AUTHENTICATED) == 0)
		return table->authenticated;
	return names_contain(table->global_roles, grant->role);
}

static bool
unscoped_role_held(Statement *statement, const GrantRule *rule)
{
	char *role = rule->grant->role;

	if (strcmp(role, ROLE_ANYONE) == 0)
		return true;
	if (strcmp(role, ROLE_AUTHENTICATED) == 0)
		return statement->identity->user_id != NULL;
	return holdings_global(statement, list_make1(role), rule->table);
}

/*
 * arm.c
 *		Grants of one privilege -> the arms of its policy.
 *
 * Grants that share condition, columns and path share an arm: which roles hold through it,
 * and which need no row, the engine knows.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "catalog/attempt.h"
#include "catalog/run_as.h"
#include "policy/arm.h"
#include "policy/policy.h"

/* A grant whose condition becomes part of an arm */
typedef struct ConditionedArm
{
	Arm *arm;
	const Grant *grant;
} ConditionedArm;

static Arm *make_arm(Grant *grant, List **unusable);
static void use_condition_as_owner(void *context);
static void use_condition(Arm *arm, const Grant *grant);
static void use_in_using(Arm *arm, const Grant *grant, ConditionUse use);
static bool try_condition(Arm *arm, Grant *grant, List **unusable);
static Arm *find_arm(List *arms, const char *id, const char *path);
static bool has_scoped_arm(List *arms, const char *id);
static int compare_arms(const ListCell *a, const ListCell *b);
static int compare_texts(const char *a, const char *b);

List *
arms_of(List *grants, AclMode privilege, List **unusable)
{
	List *arms = NIL;
	ListCell *cell;

	foreach(cell, grants)
	{
		Grant *grant = lfirst(cell);
		Arm *arm;

		if (grant->privilege != privilege ||
			find_arm(arms, rule_id(grant->condition, grant->columns), grant->path))
			continue;
		arm = make_arm(grant, unusable);
		if (arm)
			arms = lappend(arms, arm);
	}
	foreach(cell, arms)
	{
		Arm *arm = lfirst(cell);

		if (!arm->path && has_scoped_arm(arms, arm->id))
			arms = foreach_delete_current(arms, cell);
	}
	list_sort(arms, compare_arms);
	return arms;
}

bool
arms_need_guard(List *arms)
{
	const char *id = NULL;
	ListCell *cell;

	foreach(cell, arms)
	{
		const Arm *arm = lfirst(cell);

		if (arm->columns || arm->compares || (id && strcmp(arm->id, id) != 0))
			return true;
		id = arm->id;
	}
	return false;
}

/* make_arm returns the arm of a grant, NULL if its path or condition no longer holds. */
static Arm *
make_arm(Grant *grant, List **unusable)
{
	Arm *arm = palloc0(sizeof(Arm));

	arm->id = rule_id(grant->condition, grant->columns);
	arm->columns = grant->columns != NIL;
	arm->condition = grant->condition;
	arm->path = grant->path;
	if (grant->path)
	{
		arm->key_path = path_from_text(grant->relid, grant->scope_relid, grant->path,
									   grant->path_keys);
		if (!arm->key_path)
			return NULL;
	}
	return grant->condition && !try_condition(arm, grant, unusable) ? NULL : arm;
}

/* use_condition makes the SQL of each policy that judges the grant's condition. */
static void
use_condition(Arm *arm, const Grant *grant)
{
	const char *condition = grant->condition;
	Oid relid = grant->relid;

	switch (grant->privilege)
	{
		case ACL_SELECT:
			use_in_using(arm, grant, CONDITION_ROW);
			break;
		case ACL_INSERT:
			arm->check_sql = condition_sql(relid, condition, CONDITION_NEW_ROW, CONDITION_ALL);
			break;
		case ACL_UPDATE:
			use_in_using(arm, grant, CONDITION_BEFORE);
			arm->check_sql = condition_sql(relid, condition, CONDITION_AFTER, CONDITION_ALL);
			arm->change_sql = condition_sql(relid, condition, CONDITION_CHANGE, CONDITION_ALL);
			arm->compares = condition_compares(relid, condition);
			break;
		case ACL_DELETE:
			use_in_using(arm, grant, CONDITION_OLD_ROW);
			break;
		default:
			elog(ERROR, "unrecognized privilege: %u", (unsigned int) grant->privilege);
	}
}

static void
use_in_using(Arm *arm, const Grant *grant, ConditionUse use)
{
	arm->using_sql = condition_sql(grant->relid, grant->condition, use, CONDITION_LEAKPROOF);
	arm->using_leaky_sql = condition_sql(grant->relid, grant->condition, use, CONDITION_LEAKY);
}

/*
 * try_condition does use_condition; false if what the condition names is gone, so that the
 * grant gives nothing.
 */
static bool
try_condition(Arm *arm, Grant *grant, List **unusable)
{
	ConditionedArm conditioned = {arm, grant};
	char *reason = attempt(use_condition_as_owner, &conditioned);
	UnusableGrant *found;

	if (!reason)
		return true;
	found = palloc(sizeof(UnusableGrant));
	found->grant = grant;
	found->reason = reason;
	*unusable = lappend(*unusable, found);
	return false;
}

/* use_condition_as_owner: the policy is the table's owner's, whoever asks for it. */
static void
use_condition_as_owner(void *context)
{
	ConditionedArm *conditioned = context;
	RunAs saved;

	run_as_begin(catalog_owner(conditioned->grant->relid), &saved);
	use_condition(conditioned->arm, conditioned->grant);
	run_as_end(&saved);
}

static Arm *
find_arm(List *arms, const char *id, const char *path)
{
	ListCell *cell;

	foreach(cell, arms)
	{
		Arm *arm = lfirst(cell);

		if (strcmp(arm->id, id) == 0 && compare_texts(arm->path, path) == 0)
			return arm;
	}
	return NULL;
}

static bool
has_scoped_arm(List *arms, const char *id)
{
	ListCell *cell;

	foreach(cell, arms)
	{
		Arm *arm = lfirst(cell);

		if (arm->path && strcmp(arm->id, id) == 0)
			return true;
	}
	return false;
}

/* compare_arms orders by condition, columns, then path. */
static int
compare_arms(const ListCell *a, const ListCell *b)
{
	const Arm *left = lfirst(a);
	const Arm *right = lfirst(b);
	int order = compare_texts(left->condition, right->condition);

	if (order == 0)
		order = strcmp(left->id, right->id);
	return order != 0 ? order : compare_texts(left->path, right->path);
}

/* compare_texts: NULL comes first */
static int
compare_texts(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

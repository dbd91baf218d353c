/*
 * compile.c
 *		Rules of one table -> its four policies, as text.
 *
 * Pure: reads names, writes nothing. Every command has a policy from ENABLE on; one
 * that nothing is granted for denies. An arm is one call of electric.allows for
 * one path; which roles hold through that path, and which need no row, the engine
 * knows, so that role names never appear here.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/resowner.h"

#include "catalog/catalog.h"
#include "policy/existing.h"
#include "policy/policy.h"
#include "resolver/resolver.h"

/* Condition and path of one arm */
typedef struct Arm
{
	const char *condition; /* NULL: none */
	char *condition_sql;
	const char *path; /* NULL: for roles that need no row */
	KeyPath *key_path;
} Arm;

static char *arms_sql(Oid relid, AclMode privilege, List *arms, List *conferring, bool stored_row);
static List *arms_of(List *grants, AclMode privilege);
static Arm *make_arm(const Grant *grant, AclMode privilege);
static ConditionUse row_judged(AclMode privilege);
static char *try_condition(const Grant *grant, ConditionUse use);
static Arm *find_arm(List *arms, const char *condition, const char *path);
static bool has_scoped_arm(List *arms, const char *condition);
static int compare_arms(const ListCell *a, const ListCell *b);
static int compare_texts(const char *a, const char *b);
static char *arm_sql(Oid relid, AclMode privilege, const Arm *arm, List *conferring,
					 bool stored_row);
static char *both(const char *write_arms, const char *read_arms);
static char *or_deny(Oid relid, AclMode privilege, const char *arms, int foreign_permissive);
static char *regclass_literal(Oid relid);
static WantedPolicy *wanted(AclMode privilege, List *grants, char *using_sql, char *check_sql);
static char *grants_comment(AclMode privilege, List *grants);
static List *of_privilege(List *grants, AclMode privilege);

List *
policy_compile(Oid relid, List *grants, List *assignments, int foreign_permissive)
{
	List *conferring = catalog_conferring_columns(relid, grants, assignments);
	List *read = arms_of(grants, ACL_SELECT);
	List *insert = arms_of(grants, ACL_INSERT);
	List *update = arms_of(grants, ACL_UPDATE);
	List *delete = arms_of(grants, ACL_DELETE);
	char *can_read = arms_sql(relid, ACL_SELECT, read, conferring, false);
	char *can_read_stored = arms_sql(relid, ACL_SELECT, read, conferring, true);
	char *can_insert = arms_sql(relid, ACL_INSERT, insert, NIL, false);
	char *can_update = arms_sql(relid, ACL_UPDATE, update, NIL, false);
	char *can_update_stored = arms_sql(relid, ACL_UPDATE, update, NIL, true);
	char *can_delete_stored = arms_sql(relid, ACL_DELETE, delete, NIL, true);

	return list_make4(wanted(ACL_SELECT, grants, can_read ? can_read : "false", NULL),
					  wanted(ACL_INSERT, grants, NULL,
							 or_deny(relid, ACL_INSERT, can_insert, foreign_permissive)),
					  wanted(ACL_UPDATE, grants, both(can_update_stored, can_read_stored),
							 or_deny(relid, ACL_UPDATE, can_update, foreign_permissive)),
					  wanted(ACL_DELETE, grants, both(can_delete_stored, can_read_stored), NULL));
}

/*
 * arms_sql returns the arms of one privilege joined by OR, NULL without any. stored_row:
 * for a row as it is stored, which may be newer than the statement's snapshot, the engine
 * must see its xmin.
 */
static char *
arms_sql(Oid relid, AclMode privilege, List *arms, List *conferring, bool stored_row)
{
	StringInfoData sql;
	ListCell *cell;

	if (arms == NIL)
		return NULL;
	initStringInfo(&sql);
	foreach(cell, arms)
	{
		if (sql.len > 0)
			appendStringInfoString(&sql, " OR ");
		appendStringInfoString(&sql,
							   arm_sql(relid, privilege, lfirst(cell), conferring, stored_row));
	}
	return list_length(arms) > 1 ? psprintf("(%s)", sql.data) : sql.data;
}

/*
 * arms_of returns an arm for each pair of condition and path among the grants (Arm *,
 * ordered) that still are as recorded. Each arm's call decides about the roles that need
 * no row as well, so they have an arm of their own only where their condition has
 * no other. Column lists confer nothing before the engine can judge them, nor do
 * conditions on UPDATE, which row-level security alone would let add up.
 */
static List *
arms_of(List *grants, AclMode privilege)
{
	List *arms = NIL;
	ListCell *cell;

	foreach(cell, grants)
	{
		Grant *grant = lfirst(cell);
		Arm *arm;

		if (grant->privilege != privilege || grant->column ||
			(grant->condition && privilege == ACL_UPDATE) ||
			find_arm(arms, grant->condition, grant->path))
			continue;
		arm = make_arm(grant, privilege);
		if (arm)
			arms = lappend(arms, arm);
	}
	foreach(cell, arms)
	{
		Arm *arm = lfirst(cell);

		if (!arm->path && has_scoped_arm(arms, arm->condition))
			arms = foreach_delete_current(arms, cell);
	}
	list_sort(arms, compare_arms);
	return arms;
}

/* make_arm returns the arm of a grant, NULL if its path or condition no longer holds. */
static Arm *
make_arm(const Grant *grant, AclMode privilege)
{
	Arm *arm = palloc0(sizeof(Arm));

	arm->path = grant->path;
	if (grant->path)
	{
		arm->key_path = path_from_text(grant->relid, grant->scope_relid, grant->path,
									   grant->path_keys);
		if (!arm->key_path)
			return NULL;
	}
	arm->condition = grant->condition;
	if (grant->condition)
	{
		arm->condition_sql = try_condition(grant, row_judged(privilege));
		if (!arm->condition_sql)
			return NULL;
	}
	return arm;
}

/* row_judged: which version of the row a policy for privilege judges */
static ConditionUse
row_judged(AclMode privilege)
{
	switch (privilege)
	{
		case ACL_SELECT:
			return CONDITION_ROW;
		case ACL_INSERT:
			return CONDITION_NEW_ROW;
		case ACL_DELETE:
			return CONDITION_OLD_ROW;
		default:
			elog(ERROR, "no condition is judged for privilege: %u", (unsigned int) privilege);
	}
	return CONDITION_ROW; /* not reached */
}

/*
 * try_condition returns a grant's condition as SQL; a WARNING and NULL, so that the grant
 * gives nothing, if what it names is gone.
 */
static char *
try_condition(const Grant *grant, ConditionUse use)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char *volatile sql = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		sql = condition_sql(grant->relid, grant->condition, use);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		ereport(WARNING,
				(errmsg("a grant on table \"%s\" gives nothing, because its condition cannot be used",
						get_rel_name(grant->relid)),
				 errdetail("%s", error->message),
				 errhint("Revoke the grant, or grant again with another condition: %s",
						 grant->condition)));
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return sql;
}

static Arm *
find_arm(List *arms, const char *condition, const char *path)
{
	ListCell *cell;

	foreach(cell, arms)
	{
		Arm *arm = lfirst(cell);

		if (compare_texts(arm->condition, condition) == 0 && compare_texts(arm->path, path) == 0)
			return arm;
	}
	return NULL;
}

static bool
has_scoped_arm(List *arms, const char *condition)
{
	ListCell *cell;

	foreach(cell, arms)
	{
		Arm *arm = lfirst(cell);

		if (arm->path && compare_texts(arm->condition, condition) == 0)
			return true;
	}
	return false;
}

/* compare_arms orders by condition, then by path. */
static int
compare_arms(const ListCell *a, const ListCell *b)
{
	const Arm *left = lfirst(a);
	const Arm *right = lfirst(b);
	int order = compare_texts(left->condition, right->condition);

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

/*
 * electric.allows(privilege, table [, path, key column .., xmin]) [AND condition]
 *
 * The arm of the table as its own scope receives the conferring columns
 * behind the key, in SELECT.
 */
static char *
arm_sql(Oid relid, AclMode privilege, const Arm *arm, List *conferring, bool stored_row)
{
	StringInfoData sql;
	AttrNumber *attnums;
	int nkeys;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfo(&sql, "electric.allows(%s, %s",
					 quote_literal_cstr(privilege_text(privilege, condition_id(arm->condition))),
					 regclass_literal(relid));
	if (arm->path)
	{
		appendStringInfo(&sql, ", %s", quote_literal_cstr(arm->path));
		nkeys = path_first_attnums(arm->key_path, &attnums);
		for (int i = 0; i < nkeys; i++)
			appendStringInfo(&sql, ", %s",
							 quote_identifier(get_attname(relid, attnums[i], false)));
		if (arm->path[0] == '\0')
		{
			foreach(cell, conferring)
				appendStringInfo(&sql, ", %s", quote_identifier(lfirst(cell)));
		}
	}
	else if (stored_row)
		appendStringInfoString(&sql, ", NULL");
	appendStringInfoString(&sql, stored_row ? ", xmin)" : ")");
	return arm->condition ? psprintf("(%s AND (%s))", sql.data, arm->condition_sql) : sql.data;
}

/* both: may write and may read */
static char *
both(const char *write_arms, const char *read_arms)
{
	if (write_arms == NULL || read_arms == NULL)
		return "false";
	return psprintf("%s AND %s", write_arms, read_arms);
}

/* or_deny: may write the new row, or else an error that says why not */
static char *
or_deny(Oid relid, AclMode privilege, const char *arms, int foreign_permissive)
{
	char *deny = psprintf("electric.deny(%s, %s)",
						  quote_literal_cstr(privilege_text(privilege, "")),
						  regclass_literal(relid));

	if (foreign_permissive & privilege)
		return arms ? pstrdup(arms) : "false";
	return arms ? psprintf("%s OR %s", arms, deny) : deny;
}

/* regclass_literal returns 'schema.table'::regclass. */
static char *
regclass_literal(Oid relid)
{
	return psprintf("%s::pg_catalog.regclass", quote_literal_cstr(catalog_name(relid)));
}

static WantedPolicy *
wanted(AclMode privilege, List *grants, char *using_sql, char *check_sql)
{
	WantedPolicy *policy = palloc(sizeof(WantedPolicy));
	const char *command = privilege_name(privilege);

	policy->name = psprintf("electric_%s", asc_tolower(command, strlen(command)));
	policy->command = command;
	policy->using_sql = using_sql;
	policy->check_sql = check_sql;
	policy->comment = grants_comment(privilege, grants);
	return policy;
}

/* grants_comment returns the grants of one privilege as DDLX, a line each. */
static char *
grants_comment(AclMode privilege, List *grants)
{
	StringInfoData comment;
	ListCell *cell;

	initStringInfo(&comment);
	foreach(cell, of_privilege(grants, privilege))
	{
		char *text = catalog_grant_text(lfirst(cell), privilege_name(privilege));

		if (text)
			appendStringInfo(&comment, "%s%s;", comment.len > 0 ? "\n" : "", text);
	}
	if (comment.len == 0)
		appendStringInfo(&comment, POLICY_NO_GRANT_MARK "%s.", privilege_name(privilege));
	return comment.data;
}

/* of_privilege returns the grants of one privilege. */
static List *
of_privilege(List *grants, AclMode privilege)
{
	List *chosen = NIL;
	ListCell *cell;

	foreach(cell, grants)
	{
		if (((Grant *) lfirst(cell))->privilege == privilege)
			chosen = lappend(chosen, lfirst(cell));
	}
	return chosen;
}

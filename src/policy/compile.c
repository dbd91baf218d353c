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

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"

#include "catalog/catalog.h"
#include "policy/existing.h"
#include "policy/policy.h"
#include "resolver/resolver.h"

/* The path of one arm */
typedef struct Arm
{
	const char *path;
	KeyPath *key_path;
} Arm;

static char *privilege_arms(Oid relid, AclMode privilege, List *grants, List *conferring,
							bool stored_row);
static List *scoped_arms(List *grants, bool *has_unscoped);
static bool has_arm(List *arms, const char *path);
static int compare_arms(const ListCell *a, const ListCell *b);
static char *arm_sql(Oid relid, AclMode privilege, const Arm *arm, List *conferring,
					 bool stored_row);
static char *both(const char *write_arms, const char *read_arms);
static char *or_deny(Oid relid, AclMode privilege, const char *arms, int foreign_permissive);
static char *argument(AclMode privilege);
static char *regclass_literal(Oid relid);
static WantedPolicy *wanted(AclMode privilege, List *grants, char *using_sql, char *check_sql);
static char *grants_comment(AclMode privilege, List *grants);
static List *of_privilege(List *grants, AclMode privilege);

List *
policy_compile(Oid relid, List *grants, List *assignments, int foreign_permissive)
{
	List *conferring = catalog_conferring_columns(relid, grants, assignments);
	char *can_read = privilege_arms(relid, ACL_SELECT, grants, conferring, false);
	char *can_read_stored = privilege_arms(relid, ACL_SELECT, grants, conferring, true);
	char *can_insert = privilege_arms(relid, ACL_INSERT, grants, NIL, false);
	char *can_update = privilege_arms(relid, ACL_UPDATE, grants, NIL, false);
	char *can_update_stored = privilege_arms(relid, ACL_UPDATE, grants, NIL, true);
	char *can_delete_stored = privilege_arms(relid, ACL_DELETE, grants, NIL, true);

	return list_make4(wanted(ACL_SELECT, grants, can_read ? can_read : "false", NULL),
					  wanted(ACL_INSERT, grants, NULL,
							 or_deny(relid, ACL_INSERT, can_insert, foreign_permissive)),
					  wanted(ACL_UPDATE, grants, both(can_update_stored, can_read_stored),
							 or_deny(relid, ACL_UPDATE, can_update, foreign_permissive)),
					  wanted(ACL_DELETE, grants, both(can_delete_stored, can_read_stored), NULL));
}

/*
 * privilege_arms returns the arms of one privilege joined by OR, NULL without any.
 * Column lists and conditions confer nothing before the engine can judge them.
 * stored_row: for a row as it is stored, which may be newer than the statement's
 * snapshot, the engine must see its xmin.
 */
static char *
privilege_arms(Oid relid, AclMode privilege, List *grants, List *conferring, bool stored_row)
{
	bool has_unscoped;
	List *arms = scoped_arms(of_privilege(grants, privilege), &has_unscoped);
	StringInfoData sql;
	ListCell *cell;

	if (arms == NIL && !has_unscoped)
		return NULL;
	if (arms == NIL)
		return arm_sql(relid, privilege, NULL, NIL, stored_row);

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
 * scoped_arms returns the distinct paths (Arm *, ordered by path) of the scoped
 * grants whose path still leads where it did, and whether there are others.
 */
static List *
scoped_arms(List *grants, bool *has_unscoped)
{
	List *arms = NIL;
	ListCell *cell;

	*has_unscoped = false;
	foreach(cell, grants)
	{
		Grant *grant = lfirst(cell);
		KeyPath *key_path;
		Arm *arm;

		if (grant->column || grant->condition)
			continue;
		if (!OidIsValid(grant->scope_relid))
		{
			*has_unscoped = true;
			continue;
		}
		if (has_arm(arms, grant->path))
			continue;
		key_path = path_from_text(grant->relid, grant->scope_relid, grant->path,
								  grant->path_keys);
		if (key_path == NULL)
			continue;
		arm = palloc(sizeof(Arm));
		arm->path = grant->path;
		arm->key_path = key_path;
		arms = lappend(arms, arm);
	}
	list_sort(arms, compare_arms);
	return arms;
}

static bool
has_arm(List *arms, const char *path)
{
	ListCell *cell;

	foreach(cell, arms)
	{
		if (strcmp(((Arm *) lfirst(cell))->path, path) == 0)
			return true;
	}
	return false;
}

static int
compare_arms(const ListCell *a, const ListCell *b)
{
	return strcmp(((Arm *) lfirst(a))->path, ((Arm *) lfirst(b))->path);
}

/*
 * electric.allows(privilege, table [, path, key column .., xmin])
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
	appendStringInfo(&sql, "electric.allows(%s, %s", argument(privilege),
					 regclass_literal(relid));
	if (arm)
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
	return sql.data;
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
	char *deny = psprintf("electric.deny(%s, %s)", argument(privilege),
						  regclass_literal(relid));

	if (foreign_permissive & privilege)
		return arms ? pstrdup(arms) : "false";
	return arms ? psprintf("%s OR %s", arms, deny) : deny;
}

/* argument returns a privilege as the functions take it: 'select'. */
static char *
argument(AclMode privilege)
{
	const char *name = privilege_name(privilege);

	return quote_literal_cstr(asc_tolower(name, strlen(name)));
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

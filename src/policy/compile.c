/*
 * compile.c
 *		Rules of one table -> its four policies, as text.
 *
 * Pure: reads names, writes nothing. Every command has a policy from ENABLE on; one
 * that nothing is granted for denies. An arm is one call of electric.allows for
 * one path; which roles hold through that path, and which need no row, the engine
 * knows, so that role names never appear here.
 *
 * USING judges the old row and WITH CHECK the new one. Where an UPDATE has to be judged
 * by both (see arms_need_guard), USING leaves out what no grant can allow, and WITH CHECK
 * decides: at each end one grant covers the whole change. It knows the old row and
 * the changed columns from the guard, a trigger, and asks for them by electric.guarded and
 * electric.old_value.
 *
 * The planner sorts what USING joins by AND, and may put a condition first. One that could
 * tell what a row holds (a cast that fails does, in its message) therefore stands in
 * a CASE behind the call, and conditions of writing behind those of reading.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"

#include "policy/arm.h"
#include "policy/existing.h"
#include "policy/policy.h"

/* What the texts of one table's policies have in common */
typedef struct Compiler
{
	Oid relid;
	List *conferring; /* columns that the SELECT arm of its own scope passes, char * */
} Compiler;

static char *joined(List *terms, const char *operator);
static char *using_sql(const Compiler *compiler, AclMode privilege, List *arms, bool stored_row,
					   const char *readable);
static char *check_sql(const Compiler *compiler, AclMode privilege, List *arms);
static char *change_check_sql(const Compiler *compiler, List *arms);
static char *with_condition(const char *call, const char *condition);
static char *allows_sql(const Compiler *compiler, AclMode privilege, const Arm *arm,
						bool stored_row);
static char *guarded_sql(const Compiler *compiler, AclMode privilege, const Arm *arm, bool old_row);
static char *both(const char *write_arms, const char *read_arms);
static char *or_deny(Oid relid, AclMode privilege, const char *arms, int foreign_permissive);
static char *regclass_literal(Oid relid);
static WantedPolicy *wanted(AclMode privilege, List *grants, char *using_sql, char *check_sql);
static char *grants_comment(AclMode privilege, List *grants);
static List *of_privilege(List *grants, AclMode privilege);

List *
policy_compile(Oid relid, List *grants, List *assignments, int foreign_permissive, bool *guard)
{
	List *unusable = NIL;
	List *policies = policy_compile_quietly(relid, grants, assignments, foreign_permissive, guard,
											&unusable);
	ListCell *cell;

	foreach(cell, unusable)
	{
		const UnusableGrant *found = lfirst(cell);

		ereport(WARNING,
				(errmsg("a grant on table \"%s\" gives nothing, because its condition cannot be used",
						get_rel_name(relid)),
				 errdetail("%s", found->reason),
				 errhint("Revoke the grant, or grant again with another condition: %s",
						 found->grant->condition)));
	}
	return policies;
}

List *
policy_compile_quietly(Oid relid, List *grants, List *assignments, int foreign_permissive,
					   bool *guard, List **unusable)
{
	Compiler compiler = {relid, catalog_conferring_columns(relid, grants, assignments)};
	List *read = arms_of(grants, ACL_SELECT, unusable);
	List *insert = arms_of(grants, ACL_INSERT, unusable);
	List *update = arms_of(grants, ACL_UPDATE, unusable);
	List *delete = arms_of(grants, ACL_DELETE, unusable);
	char *can_read = using_sql(&compiler, ACL_SELECT, read, false, NULL);
	char *can_read_stored = using_sql(&compiler, ACL_SELECT, read, true, NULL);
	char *can_insert = check_sql(&compiler, ACL_INSERT, insert);
	char *can_update_stored = using_sql(&compiler, ACL_UPDATE, update, true, can_read_stored);
	char *can_delete_stored = using_sql(&compiler, ACL_DELETE, delete, true, can_read_stored);
	char *can_update;

	*guard = arms_need_guard(update);
	can_update = *guard ? change_check_sql(&compiler, update) :
						  check_sql(&compiler, ACL_UPDATE, update);
	return list_make4(wanted(ACL_SELECT, grants, can_read ? can_read : "false", NULL),
					  wanted(ACL_INSERT, grants, NULL,
							 or_deny(relid, ACL_INSERT, can_insert, foreign_permissive)),
					  wanted(ACL_UPDATE, grants, both(can_update_stored, can_read_stored),
							 or_deny(relid, ACL_UPDATE, can_update, foreign_permissive)),
					  wanted(ACL_DELETE, grants, both(can_delete_stored, can_read_stored), NULL));
}

/* joined returns the terms with operator between them, NULL without any. */
static char *
joined(List *terms, const char *operator)
{
	StringInfoData sql;
	ListCell *cell;

	if (terms == NIL)
		return NULL;
	initStringInfo(&sql);
	foreach(cell, terms)
		appendStringInfo(&sql, "%s%s", sql.len > 0 ? operator: "", (char *) lfirst(cell));
	return list_length(terms) > 1 ? psprintf("(%s)", sql.data) : sql.data;
}

/*
 * using_sql: may this row be read, changed or deleted, as far as it can tell by itself?
 * stored_row: a row as it is stored may be newer than the statement's snapshot, so the
 * engine must see its xmin. readable: what else must hold before a condition that is
 * not leakproof meets the row; NULL: nothing.
 */
static char *
using_sql(const Compiler *compiler, AclMode privilege, List *arms, bool stored_row,
		  const char *readable)
{
	List *terms = NIL;
	ListCell *cell;

	foreach(cell, arms)
	{
		const Arm *arm = lfirst(cell);
		char *call = allows_sql(compiler, privilege, arm, stored_row);
		char *term = with_condition(call, arm->using_sql);

		if (arm->using_leaky_sql)
			term = psprintf("(%s AND CASE WHEN %s%s%s THEN %s ELSE false END)", term, call,
							readable ? " AND " : "", readable ? readable : "",
							arm->using_leaky_sql);
		terms = lappend(terms, term);
	}
	return joined(terms, " OR ");
}

/* check_sql: may this new row be, whatever the old one was? */
static char *
check_sql(const Compiler *compiler, AclMode privilege, List *arms)
{
	List *terms = NIL;
	ListCell *cell;

	foreach(cell, arms)
	{
		const Arm *arm = lfirst(cell);
		char *call = allows_sql(compiler, privilege, arm, false);

		if (arm->columns)
			call = psprintf("%s AND %s", guarded_sql(compiler, privilege, arm, false), call);
		terms = lappend(terms, with_condition(call, arm->check_sql));
	}
	return joined(terms, " OR ");
}

/* change_check_sql: does one grant cover the change at the new end, and one at the old? */
static char *
change_check_sql(const Compiler *compiler, List *arms)
{
	List *new_end = NIL;
	List *old_end = NIL;
	ListCell *cell;

	foreach(cell, arms)
	{
		const Arm *arm = lfirst(cell);
		char *covers = guarded_sql(compiler, ACL_UPDATE, arm, false);
		char *allows = allows_sql(compiler, ACL_UPDATE, arm, false);
		char *held_before = guarded_sql(compiler, ACL_UPDATE, arm, true);

		new_end = lappend(new_end, with_condition(psprintf("%s AND %s", covers, allows), arm->change_sql));
		old_end = lappend(old_end, with_condition(held_before, arm->change_sql));
	}
	return psprintf("(%s AND %s)", joined(new_end, " OR "), joined(old_end, " OR "));
}

/* call [ AND condition ] */
static char *
with_condition(const char *call, const char *condition)
{
	return condition ? psprintf("(%s AND (%s))", call, condition) : psprintf("(%s)", call);
}

/*
 * electric.allows(privilege, table [, path, key column .., xmin])
 *
 * The arm of the table as its own scope receives the conferring columns
 * behind the key, in SELECT.
 */
static char *
allows_sql(const Compiler *compiler, AclMode privilege, const Arm *arm, bool stored_row)
{
	Oid relid = compiler->relid;
	StringInfoData sql;
	AttrNumber *attnums;
	int nkeys;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfo(&sql, "electric.allows(%s, %s",
					 quote_literal_cstr(privilege_text(privilege, arm->id)),
					 regclass_literal(relid));
	if (arm->path)
	{
		appendStringInfo(&sql, ", %s", quote_literal_cstr(arm->path));
		nkeys = path_first_attnums(arm->key_path, &attnums);
		for (int i = 0; i < nkeys; i++)
			appendStringInfo(&sql, ", %s",
							 quote_identifier(get_attname(relid, attnums[i], false)));
		if (arm->path[0] == '\0' && privilege == ACL_SELECT)
		{
			foreach(cell, compiler->conferring)
				appendStringInfo(&sql, ", %s", quote_identifier(lfirst(cell)));
		}
	}
	else if (stored_row)
		appendStringInfoString(&sql, ", NULL");
	appendStringInfoString(&sql, stored_row ? ", xmin)" : ")");
	return sql.data;
}

/*
 * electric.guarded(privilege, table [, path])
 *
 * Do the grant's columns cover what the statement changes? With the path also: is a role
 * held for the old row?
 */
static char *
guarded_sql(const Compiler *compiler, AclMode privilege, const Arm *arm, bool old_row)
{
	const char *path = arm->path ? quote_literal_cstr(arm->path) : "NULL";

	return psprintf("electric.guarded(%s, %s%s%s)",
					quote_literal_cstr(privilege_text(privilege, arm->id)),
					regclass_literal(compiler->relid), old_row ? ", " : "", old_row ? path : "");
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
	policy->roles = NIL;
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

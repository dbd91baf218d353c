/*
 * revoke.c
 *		ELECTRIC REVOKE.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/lsyscache.h"

#include "ddlx/rule.h"
#include "policy/policy.h"

static void revoke_from_role(const DdlxStatement *statement, Oid relid, const DdlxRole *role,
							 Oid scope_relid);
static bool revoke_word(const DdlxStatement *statement, const DdlxPrivilege *word,
						const Grant *key);
static List *listed_columns(const Grant *grant, const DdlxPrivilege *word);
static void check_columns(const DdlxStatement *statement, const DdlxPrivilege *word, Oid relid);
static void notice_whole_table(const Grant *grant, const DdlxPrivilege *word);
static char *words_text(const DdlxStatement *statement);
static List *column_names(const DdlxPrivilege *word);

/* revoke: ELECTRIC REVOKE privileges ON table [, ...] FROM role [, ...] */
List *
ddlx_revoke(DdlxStatement *statement)
{
	const char *source = statement->source;
	List *relids = NIL;
	List *scopes = NIL;
	ListCell *cell;
	ListCell *table;

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
			revoke_from_role(statement, lfirst_oid(table), lfirst(cell), lfirst_oid(scope));
		if (catalog_table_is_enabled(lfirst_oid(table)))
			policy_apply(lfirst_oid(table));
	}
	return relids;
}

/* revoke_from_role removes the role's grants, whatever path and condition they have. */
static void
revoke_from_role(const DdlxStatement *statement, Oid relid, const DdlxRole *role, Oid scope_relid)
{
	const AclMode all = ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE;
	Grant key = {0};
	bool found = false;
	ListCell *cell;

	key.relid = relid;
	key.role = ddlx_role_name(role);
	key.scope_relid = scope_relid;
	foreach(cell, statement->privileges)
		found |= revoke_word(statement, lfirst(cell), &key);
	if (found)
		return;
	if (ddlx_privileges(statement) == all)
		ereport(NOTICE,
				(errmsg("role %s is granted nothing on table \"%s\", skipping",
						catalog_role_text(key.role, scope_relid), get_rel_name(relid))));
	else
		ereport(NOTICE,
				(errmsg("role %s is not granted %s on table \"%s\", skipping",
						catalog_role_text(key.role, scope_relid), words_text(statement),
						get_rel_name(relid))));
}

/*
 * revoke_word removes what one word of the list names: without columns the grants of its
 * privileges with all their columns, else these columns alone. True if there was
 * any, or the user has been told why there was not.
 */
static bool
revoke_word(const DdlxStatement *statement, const DdlxPrivilege *word, const Grant *key)
{
	bool found = false;
	ListCell *cell;

	foreach(cell, catalog_grants(key->relid))
	{
		Grant *grant = lfirst(cell);

		if (!(grant->privilege & word->mode) || !ddlx_is_same_role(grant, key))
			continue;
		if (word->columns != NIL)
		{
			if (grant->columns == NIL)
			{
				notice_whole_table(grant, word);
				found = true;
				continue;
			}
			grant->columns = listed_columns(grant, word);
			if (grant->columns == NIL)
				continue;
		}
		catalog_grant_delete(grant);
		found = true;
	}
	if (!found)
		check_columns(statement, word, key->relid);
	return found;
}

/* listed_columns returns those of the grant's columns that the word lists. */
static List *
listed_columns(const Grant *grant, const DdlxPrivilege *word)
{
	List *names = column_names(word);
	List *columns = NIL;
	ListCell *cell;

	foreach(cell, grant->columns)
	{
		if (names_contain(names, lfirst(cell)))
			columns = lappend(columns, lfirst(cell));
	}
	return columns;
}

/* check_columns: a name that no grant lists is a mistake, unless it is a column (42703). */
static void
check_columns(const DdlxStatement *statement, const DdlxPrivilege *word, Oid relid)
{
	ListCell *cell;

	foreach(cell, word->columns)
	{
		const DdlxName *column = lfirst(cell);

		(void) resolve_column(statement->source, relid, column->name, column->location);
	}
}

/* notice_whole_table: what is granted on a whole table is not revoked by column. */
static void
notice_whole_table(const Grant *grant, const DdlxPrivilege *word)
{
	const char *privilege = privilege_name(grant->privilege);
	char *columns = catalog_columns_text(column_names(word));
	char *role = catalog_role_text(grant->role, grant->scope_relid);

	ereport(NOTICE,
			(errmsg("role %s is still granted %s%s on table \"%s\"", role, privilege, columns,
					get_rel_name(grant->relid)),
			 errdetail("It is granted %s on the whole table.", privilege),
			 errhint("REVOKE %s without columns, and GRANT %s (..) on those that shall stay.",
					 privilege, privilege)));
}

/* words_text returns the privileges as the statement names them. */
static char *
words_text(const DdlxStatement *statement)
{
	StringInfoData text;
	bool has_columns = false;
	ListCell *cell;

	initStringInfo(&text);
	foreach(cell, statement->privileges)
	{
		const DdlxPrivilege *word = lfirst(cell);

		has_columns |= word->columns != NIL;
		appendStringInfo(&text, "%s%s%s", text.len > 0 ? ", " : "", word->word,
						 catalog_columns_text(column_names(word)));
	}
	return has_columns ? text.data : privilege_list(ddlx_privileges(statement));
}

static List *
column_names(const DdlxPrivilege *word)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, word->columns)
		names = lappend(names, ((DdlxName *) lfirst(cell))->name);
	return names;
}

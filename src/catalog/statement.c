/*
 * statement.c
 *		Rules as the DDLX text that makes them: for dump(), the comments of
 *		policies and messages.
 *
 * All names are qualified and quoted where necessary, so that the text means the
 * same under every search_path.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "catalog/catalog.h"
#include "catalog/store.h"

static bool is_same_rule(const Grant *a, const Grant *b);

/*
 * role := AUTHENTICATED | ANYONE | 'name' | 'schema.scope:name' | (NULL, 'name')
 *
 * A scope that is gone shows as its OID.
 */
char *
catalog_role_text(const char *role, Oid scope_relid)
{
	if (OidIsValid(scope_relid))
	{
		char *scope = catalog_name(scope_relid);

		if (scope == NULL)
			scope = psprintf("%u", scope_relid);
		return quote_literal_cstr(psprintf("%s:%s", scope, role));
	}
	if (strcmp(role, ROLE_ANYONE) == 0 || strcmp(role, ROLE_AUTHENTICATED) == 0)
		return pstrdup(role);
	if (strpbrk(role, ":\"") != NULL)
		return psprintf("(NULL, %s)", quote_literal_cstr(role));
	return quote_literal_cstr(role);
}

/* [ USING path ] */
char *
catalog_path_text(const char *path)
{
	return path && path[0] ? psprintf(" USING %s", path) : pstrdup("");
}

/* [ (column, ..) ] */
char *
catalog_columns_text(List *columns)
{
	StringInfoData text;
	ListCell *cell;

	if (columns == NIL)
		return pstrdup("");
	initStringInfo(&text);
	foreach(cell, columns)
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : " (", quote_identifier(lfirst(cell)));
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* ELECTRIC GRANT privileges ON table TO role [ USING path ] [ CHECK ( expression ) ] */
char *
catalog_grant_text(const Grant *grant, const char *privileges)
{
	StringInfoData text;
	char *table = catalog_name(grant->relid);

	if (table == NULL ||
		(OidIsValid(grant->scope_relid) && get_rel_name(grant->scope_relid) == NULL))
		return NULL;

	initStringInfo(&text);
	appendStringInfo(&text, "ELECTRIC GRANT %s%s ON %s TO %s%s", privileges,
					 catalog_columns_text(grant->columns), table,
					 catalog_role_text(grant->role, grant->scope_relid),
					 catalog_path_text(grant->path));
	if (grant->condition)
		appendStringInfo(&text, " CHECK (%s)", grant->condition);
	return text.data;
}

/*
 * role_definition := role | table.column | (scope, table.column)
 *
 * A table that is gone shows as its OID.
 */
char *
catalog_assigned_role_text(const Assignment *assignment)
{
	char *table;
	char *scope;
	char *column;

	if (assignment->role)
		return catalog_role_text(assignment->role, assignment->scope_relid);

	table = catalog_name(assignment->relid);
	column = psprintf("%s.%s", table ? table : psprintf("%u", assignment->relid),
					  quote_identifier(assignment->role_column));
	if (!OidIsValid(assignment->scope_relid))
		return column;
	scope = catalog_name(assignment->scope_relid);
	return psprintf("(%s, %s)", scope ? scope : psprintf("%u", assignment->scope_relid), column);
}

/* ELECTRIC ASSIGN role_definition TO table.column [ USING path ] [ IF ( expression ) ] */
char *
catalog_assignment_text(const Assignment *assignment)
{
	StringInfoData text;
	char *table = catalog_name(assignment->relid);

	if (table == NULL ||
		(OidIsValid(assignment->scope_relid) && get_rel_name(assignment->scope_relid) == NULL))
		return NULL;

	initStringInfo(&text);
	appendStringInfo(&text, "ELECTRIC ASSIGN %s TO %s.%s%s",
					 catalog_assigned_role_text(assignment), table,
					 quote_identifier(assignment->user_column),
					 catalog_path_text(assignment->path));
	if (assignment->condition)
		appendStringInfo(&text, " IF (%s)", assignment->condition);
	return text.data;
}

List *
catalog_grants_text(List *grants)
{
	List *statements = NIL;
	int count = list_length(grants);
	bool *done = palloc0(sizeof(bool) * (count + 1));

	for (int i = 0; i < count; i++)
	{
		Grant *grant = list_nth(grants, i);
		AclMode privileges = grant->privilege;
		char *text;

		if (done[i])
			continue;
		for (int j = i + 1; j < count; j++)
		{
			Grant *other = list_nth(grants, j);

			if (!done[j] && is_same_rule(grant, other))
			{
				privileges |= other->privilege;
				done[j] = true;
			}
		}
		text = catalog_grant_text(grant, privilege_list(privileges));
		if (text)
			statements = lappend(statements, text);
	}
	list_sort(statements, names_compare);
	return statements;
}

/* is_same_rule: do two grants differ in nothing but the privilege? */
static bool
is_same_rule(const Grant *a, const Grant *b)
{
	return a->relid == b->relid &&
		a->columns == NIL && b->columns == NIL &&
		a->scope_relid == b->scope_relid &&
		store_compare(a->role, b->role) == 0 &&
		store_compare(a->path, b->path) == 0 &&
		store_compare(a->condition, b->condition) == 0;
}

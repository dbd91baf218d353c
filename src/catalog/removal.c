/*
 * removal.c
 *		Rows of electric.* that no statement can name, as the DELETE that removes them.
 *
 * For electric.verify(): a superuser types them. Nothing here is run by us.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "catalog/catalog.h"

static void append_text(StringInfo sql, const char *column, const char *value);
static void append_relation(StringInfo sql, const char *column, Oid relid);
static char *relation_literal(Oid relid);

char *
catalog_table_removal(Oid relid)
{
	return psprintf("DELETE FROM electric.tables WHERE tbl = %s;", relation_literal(relid));
}

char *
catalog_grant_removal(const Grant *grant)
{
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfo(&sql, "DELETE FROM electric.grants WHERE tbl = %s",
					 relation_literal(grant->relid));
	if (grant->privilege != 0)
		append_text(&sql, "privilege", privilege_name(grant->privilege));
	else
		appendStringInfoString(&sql, " AND privilege NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')");
	append_text(&sql, "role", grant->role);
	append_relation(&sql, "scope", grant->scope_relid);
	append_text(&sql, "path", grant->path);
	if (grant->columns == NIL)
		append_text(&sql, "column_name", NULL);
	foreach(cell, grant->columns)
		appendStringInfo(&sql, "%s%s", cell == list_head(grant->columns) ? " AND column_name IN (" : ", ",
						 quote_literal_cstr(lfirst(cell)));
	appendStringInfoString(&sql, grant->columns == NIL ? ";" : ");");
	return sql.data;
}

char *
catalog_assignment_removal(const Assignment *assignment)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "DELETE FROM electric.assignments WHERE tbl = %s",
					 relation_literal(assignment->relid));
	append_text(&sql, "user_column", assignment->user_column);
	append_text(&sql, "role", assignment->role);
	append_text(&sql, "role_column", assignment->role_column);
	append_relation(&sql, "scope", assignment->scope_relid);
	appendStringInfoChar(&sql, ';');
	return sql.data;
}

char *
catalog_client_role_removal(const char *role)
{
	return psprintf("DELETE FROM electric.client_roles WHERE role = %s;", quote_literal_cstr(role));
}

/* AND column = 'value', or IS NULL */
static void
append_text(StringInfo sql, const char *column, const char *value)
{
	if (value)
		appendStringInfo(sql, " AND %s = %s", column, quote_literal_cstr(value));
	else
		appendStringInfo(sql, " AND %s IS NULL", column);
}

static void
append_relation(StringInfo sql, const char *column, Oid relid)
{
	if (OidIsValid(relid))
		appendStringInfo(sql, " AND %s = %s", column, relation_literal(relid));
	else
		appendStringInfo(sql, " AND %s IS NULL", column);
}

/* relation_literal returns the relation as a regclass constant, its OID where it is gone. */
static char *
relation_literal(Oid relid)
{
	char *name = catalog_name(relid);

	return psprintf("%s::regclass", quote_literal_cstr(name ? name : psprintf("%u", relid)));
}

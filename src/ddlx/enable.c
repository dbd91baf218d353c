/*
 * enable.c
 *		ENABLE ELECTRIC, DISABLE ELECTRIC and ELECTRIC SQLITE.
 */
#include "postgres.h"

#include "catalog/pg_inherits.h"
#include "commands/dbcommands.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "ddlx/rule.h"
#include "policy/policy.h"

static List *each_table(DdlxStatement *statement,
						void (*action)(const char *source, Oid relid, int location));
static void enable_table(const char *source, Oid relid, int location);
static void notice_enabled_already(Oid relid);
static void refuse_taken_names(const char *source, Oid relid, int location);
static bool had_row_security(Oid relid);
static void disable_table(const char *source, Oid relid, int location);

/* enable: ALTER TABLE [IF EXISTS] [ONLY] table ENABLE ELECTRIC | ELECTRIC ENABLE table */
List *
ddlx_enable(DdlxStatement *statement)
{
	return each_table(statement, enable_table);
}

/* disable: ALTER TABLE [IF EXISTS] [ONLY] table DISABLE ELECTRIC | ELECTRIC DISABLE table */
List *
ddlx_disable(DdlxStatement *statement)
{
	return each_table(statement, disable_table);
}

/* sqlite: ELECTRIC SQLITE string */
void
ddlx_sqlite(DdlxStatement *statement)
{
	if (!catalog_is_database_owner())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of database \"%s\"", get_database_name(MyDatabaseId)),
				 ddlx_errposition(statement->source, statement->location)));
	catalog_client_sql_append(statement->sql);
}

void
refuse_client_owner(const char *source, Oid relid, int location)
{
	ListCell *cell;

	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
	{
		char *client = client_role_bypasses(lfirst_oid(cell));

		if (client)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_ROLE_SPECIFICATION),
					 errmsg("client role \"%s\" has the rights of the owner of table \"%s\"",
							client, get_rel_name(lfirst_oid(cell))),
					 errdetail("No rule binds a table's owner."),
					 errhint("Give the table another owner, or type SELECT electric.drop_client_role(%s);",
							 quote_literal_cstr(quote_identifier(client))),
					 ddlx_errposition(source, location)));
	}
}

/* each_table locks the statement's tables one by one and does to each what it says. */
static List *
each_table(DdlxStatement *statement, void (*action)(const char *source, Oid relid, int location))
{
	List *relids = NIL;
	ListCell *cell;

	foreach(cell, statement->tables)
	{
		RangeVar *name = lfirst(cell);
		Oid relid = resolve_owned_table(statement->source, name, AccessExclusiveLock,
										statement->missing_ok);

		if (!OidIsValid(relid))
			continue;
		action(statement->source, relid, name->location);
		relids = lappend_oid(relids, relid);
	}
	return relids;
}

/* enable_table enables one table that is locked; again, it puts right what is amiss. */
static void
enable_table(const char *source, Oid relid, int location)
{
	check_enable_kind(source, relid, location);
	refuse_client_owner(source, relid, location);
	if (catalog_table_is_enabled(relid))
		notice_enabled_already(relid);
	else
	{
		refuse_taken_names(source, relid, location);
		catalog_table_store(relid, had_row_security(relid));
	}
	policy_apply(relid);
	advise_on_enable(relid);
}

/* notice_enabled_already warns where the table has been open meanwhile. */
static void
notice_enabled_already(Oid relid)
{
	ereport(NOTICE,
			(errmsg("table \"%s\" is enabled already", get_rel_name(relid))));
	if (!has_row_security(relid))
		ereport(WARNING,
				(errmsg("row-level security of table \"%s\" was off and is on again", get_rel_name(relid)),
				 errdetail("Meanwhile the rules bound nobody.")));
}

/* refuse_taken_names: a policy that has the name of one of ours belongs to others. */
static void
refuse_taken_names(const char *source, Oid relid, int location)
{
	char *taken = policy_name_taken(relid);

	if (taken)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("policy \"%s\" for table \"%s\" already exists", taken,
						get_rel_name(relid)),
				 errhint("Type ALTER POLICY %s ON %s RENAME TO another_name;", taken,
						 catalog_name(relid)),
				 ddlx_errposition(source, location)));
}

/*
 * had_row_security: shall DISABLE leave row-level security on? So it shall for a partition
 * that has it without a policy, and with it for the whole tree: one that was
 * closed must not come out open.
 */
static bool
had_row_security(Oid relid)
{
	ListCell *cell;

	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
	{
		Oid member = lfirst_oid(cell);

		if (has_row_security(member) &&
			(member == relid || foreign_policies(member, false) == NIL))
			return true;
	}
	return false;
}

/* disable_table disables one table that is locked, unless rules need it. */
static void
disable_table(const char *source, Oid relid, int location)
{
	List *rules;
	StringInfoData detail;
	bool had_rls;
	ListCell *cell;

	if (!catalog_table_is_enabled(relid))
	{
		ereport(NOTICE,
				(errmsg("table \"%s\" is not enabled, skipping", get_rel_name(relid))));
		return;
	}

	initStringInfo(&detail);
	rules = dependent_rules(relid);
	foreach(cell, rules)
		appendStringInfo(&detail, "%s%s;", detail.len > 0 ? "\n" : "", (char *) lfirst(cell));
	if (rules != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot disable table \"%s\" because rules depend on it",
						get_rel_name(relid)),
				 errdetail_internal("%s", detail.data),
				 errhint("REVOKE and UNASSIGN them first."),
				 ddlx_errposition(source, location)));
	had_rls = catalog_table_had_rls(relid);
	catalog_table_delete(relid);
	policy_remove(relid, had_rls);
}

/*
 * assign.c
 *		ELECTRIC ASSIGN and ELECTRIC UNASSIGN.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/lsyscache.h"

#include "ddlx/rule.h"
#include "policy/policy.h"

static Assignment *resolve_key(DdlxStatement *statement, bool must_own_scope);
static bool has_condition(RangeVar *table);
static void check_role_table(const char *source, const DdlxColumn *column, Oid relid);
static void resolve_columns(DdlxStatement *statement, Oid relid, AttrNumber *user_attnum);
static void notice_replaced(const Assignment *assignment);
static bool is_same_text(const char *a, const char *b);
static void apply_policies(const Assignment *assignment);

/* assign: ELECTRIC ASSIGN role_definition TO table.column [USING path] [IF (expression)] */
List *
ddlx_assign(DdlxStatement *statement)
{
	Assignment *assignment;
	AttrNumber user_attnum;
	KeyPath *path;
	List *advised = NIL;

	assignment = resolve_key(statement, true);
	resolve_columns(statement, assignment->relid, &user_attnum);
	path = ddlx_role_path(statement, assignment->relid, linitial(statement->roles),
						  assignment->scope_relid, true);
	if (path)
	{
		assignment->path = path_to_text(path);
		assignment->path_keys = path_keys(path);
	}

	if (statement->condition)
		assignment->condition = condition_resolve_if(statement->source, assignment->relid,
													 statement->condition,
													 statement->condition_location);

	notice_replaced(assignment);
	catalog_assignment_store(assignment);
	apply_policies(assignment);

	advise_not_enabled(assignment);
	advise_unserved_tables(assignment);
	advise_user_index(assignment->relid, user_attnum, &advised);
	if (path)
		advise_path_indexes(path, &advised);
	return list_make1_oid(assignment->relid);
}

/* unassign: ELECTRIC UNASSIGN role_definition FROM table.column */
List *
ddlx_unassign(DdlxStatement *statement)
{
	Assignment *key = resolve_key(statement, false);

	if (catalog_assignment_find(key))
	{
		catalog_assignment_delete(key);
		apply_policies(key);
	}
	else
	{
		AttrNumber user_attnum;

		resolve_columns(statement, key->relid, &user_attnum);
		ereport(NOTICE,
				(errmsg("role %s is not assigned to column \"%s\" of table \"%s\", skipping",
						catalog_assigned_role_text(key), key->user_column,
						get_rel_name(key->relid))));
	}
	return list_make1_oid(key->relid);
}

/*
 * resolve_key returns the key of an assignment; its tables are locked and owned,
 * its columns not yet looked at.
 */
static Assignment *
resolve_key(DdlxStatement *statement, bool must_own_scope)
{
	const char *source = statement->source;
	const DdlxRole *role = linitial(statement->roles);
	Assignment *key = palloc0(sizeof(Assignment));

	key->relid = resolve_owned_table(source, statement->user_column->table,
									 ddlx_assign_lock(statement), false);
	key->user_column = statement->user_column->column;
	key->role = ddlx_role_name(role);
	if (role->kind == DDLX_ROLE_DYNAMIC)
	{
		check_role_table(source, role->column, key->relid);
		key->role_column = role->column->column;
	}
	if (role->scope)
		key->scope_relid = must_own_scope ? resolve_scope_table(source, role->scope, true) :
											ddlx_existing_scope(source, role);
	return key;
}

/*
 * ddlx_assign_lock: against other DDL alone, unless policies may have to be made or
 * dropped. Those are the SELECT policy of a table that is its own scope, which names the
 * assigning columns, and those that keep conditions. Judged by what stands before the
 * lock is taken, and again if that changed meanwhile: see ddlx_lock_tables.
 */
LOCKMODE
ddlx_assign_lock(const DdlxStatement *statement)
{
	const DdlxRole *role = linitial(statement->roles);

	if (role->scope && strcmp(role->scope->relname, statement->user_column->table->relname) == 0)
		return AccessExclusiveLock;
	if (statement->condition || has_condition(statement->user_column->table))
		return AccessExclusiveLock;
	return ShareUpdateExclusiveLock;
}

/* has_condition: has an assignment on the table a condition, as far as can be told yet? */
static bool
has_condition(RangeVar *table)
{
	Oid relid = RangeVarGetRelid(table, NoLock, true);
	ListCell *cell;

	foreach(cell, catalog_assignments())
	{
		Assignment *assignment = lfirst(cell);

		if (assignment->relid == relid && assignment->condition)
			return true;
	}
	return false;
}

/* check_role_table: a dynamic role stands in the row that names the user. */
static void
check_role_table(const char *source, const DdlxColumn *column, Oid relid)
{
	Oid role_relid = RangeVarGetRelid(column->table, NoLock, true);

	if (!OidIsValid(role_relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s\" does not exist", column->table->relname),
				 ddlx_errposition(source, column->location)));
	if (role_relid != relid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("role column \"%s.%s\" is not in table \"%s\"",
						column->table->relname, column->column, get_rel_name(relid)),
				 errdetail("A role's name is read from the row that names the user."),
				 errhint("Name a column of table \"%s\", or write the role as a string.",
						 get_rel_name(relid)),
				 ddlx_errposition(source, column->location)));
}

/* resolve_columns checks that both columns are there and of types that can serve. */
static void
resolve_columns(DdlxStatement *statement, Oid relid, AttrNumber *user_attnum)
{
	const char *source = statement->source;
	const DdlxRole *role = linitial(statement->roles);
	const DdlxColumn *user = statement->user_column;

	*user_attnum = resolve_column(source, relid, user->column, user->column_location);
	check_user_column_type(source, relid, *user_attnum, user->column_location);
	if (role->kind == DDLX_ROLE_DYNAMIC)
	{
		int location = role->column->column_location;

		check_role_column_type(source, relid,
							   resolve_column(source, relid, role->column->column, location),
							   location);
	}
}

/* notice_replaced shows the assignment with the same key, if it was another. */
static void
notice_replaced(const Assignment *assignment)
{
	Assignment *old = catalog_assignment_find(assignment);

	if (old == NULL)
		return;
	if (is_same_text(old->condition, assignment->condition) &&
		is_same_text(old->path, assignment->path))
		return;
	ereport(NOTICE,
			(errmsg("assignment of role %s to column \"%s\" of table \"%s\" is replaced",
					catalog_assigned_role_text(assignment), assignment->user_column,
					get_rel_name(assignment->relid)),
			 errdetail("It was: %s;", catalog_assignment_text(old))));
}

/* is_same_text: are both NULL, or the same? */
static bool
is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/*
 * apply_policies: the condition is kept in a policy, and the SELECT policy of a table
 * that is its own scope receives the assigning columns; no other depends on assignments.
 */
static void
apply_policies(const Assignment *assignment)
{
	policy_apply_ifs(assignment->relid, assignment->condition);
	if (assignment->relid == assignment->scope_relid &&
		catalog_table_is_enabled(assignment->relid))
		policy_apply(assignment->relid);
}

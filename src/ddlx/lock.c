/*
 * lock.c
 *		The locks that statements need, taken before any of them is carried out.
 *
 * Which tables these are is looked up without locks, so it is looked up again if
 * locking brought news, as RangeVarGetRelidExtended does for one table. Errors are none of
 * its business: where a statement is going to fail, less is locked. Nothing is locked for
 * a statement on tables that are not the user's.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/sinval.h"

#include "ddlx/rule.h"

static List *needed_locks(List *statements);
static List *add_statement(List *locks, DdlxStatement *statement);
static List *add_spoken_of(List *locks, DdlxStatement *statement, List **relids);
static List *add_roles(List *locks, DdlxStatement *statement, List *relids);
static List *add_scope(List *locks, DdlxStatement *statement, const DdlxRole *role, List *relids);

void
ddlx_lock_tables(List *statements)
{
	List *held = NIL;
	uint64 inval_count;

	do
	{
		List *needed;

		CHECK_FOR_INTERRUPTS();
		inval_count = SharedInvalidMessageCounter;
		needed = needed_locks(statements);
		if (table_locks_equal(held, needed))
			break;
		table_locks_release(held);
		table_locks_take(needed);
		held = needed;
	} while (inval_count != SharedInvalidMessageCounter);
}

/* needed_locks returns the locks (TableLock *) for all statements, as the names mean now. */
static List *
needed_locks(List *statements)
{
	List *locks = NIL;
	ListCell *cell;

	foreach(cell, statements)
		locks = add_statement(locks, lfirst(cell));
	return locks;
}

static List *
add_statement(List *locks, DdlxStatement *statement)
{
	List *relids = NIL;

	locks = add_spoken_of(locks, statement, &relids);
	if (statement->kind == DDLX_GRANT || statement->kind == DDLX_ASSIGN)
		locks = add_roles(locks, statement, relids);
	return locks;
}

/*
 * add_spoken_of adds the tables that the statement speaks of and that are the user's;
 * *relids are all of them, NIL if some are not.
 */
static List *
add_spoken_of(List *locks, DdlxStatement *statement, List **relids)
{
	List *names = statement->user_column ? list_make1(statement->user_column->table) :
										   statement->tables;
	bool complete = true;
	ListCell *cell;

	foreach(cell, names)
	{
		Oid relid = resolve_lockable_table(statement->source, lfirst(cell), true);

		if (!OidIsValid(relid))
		{
			complete = false;
			continue;
		}
		*relids = lappend_oid(*relids, relid);
		locks = table_lock_add(locks, relid,
							   statement->user_column ? ddlx_assign_lock(statement) :
														AccessExclusiveLock);
	}
	if (!complete)
		*relids = NIL;
	return locks;
}

/* add_roles adds the scope tables, and the tables on the way to them from each of relids. */
static List *
add_roles(List *locks, DdlxStatement *statement, List *relids)
{
	ListCell *cell;

	if (relids == NIL)
		return locks;
	foreach(cell, statement->roles)
	{
		const DdlxRole *role = lfirst(cell);

		if (role->scope)
			locks = add_scope(locks, statement, role, relids);
	}
	return locks;
}

static List *
add_scope(List *locks, DdlxStatement *statement, const DdlxRole *role, List *relids)
{
	bool is_assign = statement->kind == DDLX_ASSIGN;
	Oid scope_relid = resolve_lockable_table(statement->source, role->scope, is_assign);
	ListCell *cell;

	if (!OidIsValid(scope_relid))
		return locks;
	locks = table_lock_add(locks, scope_relid, AccessShareLock);
	foreach(cell, relids)
	{
		ListCell *table;

		foreach(table, path_tables(lfirst_oid(cell), scope_relid, statement->path, is_assign))
			locks = table_lock_add(locks, lfirst_oid(table), AccessShareLock);
	}
	return locks;
}

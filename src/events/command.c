/*
 * command.c
 *		What a command may do to rules, as its parse tree tells before anything is done.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"

#include "events/events.h"

static bool drop_may_break(const DropStmt *drop);
static bool drops_only_temporary(const DropStmt *drop);
static bool alter_table_may_break(Node *command);

/* command_may_break: see events.h. A command that is not known here cannot. */
bool
command_may_break(Node *command)
{
	switch (nodeTag(command))
	{
		case T_RenameStmt:
		case T_AlterObjectSchemaStmt:
		case T_DropOwnedStmt:
			return true;
		case T_AlterEnumStmt:
			return ((AlterEnumStmt *) command)->oldVal != NULL;
		case T_DropStmt:
			return drop_may_break((DropStmt *) command);
		case T_AlterTableStmt:
			return alter_table_may_break(command);
		default:
			return false;
	}
}

bool
command_cascades(Node *command)
{
	ListCell *cell;

	if (IsA(command, DropStmt))
		return ((DropStmt *) command)->behavior == DROP_CASCADE;
	if (IsA(command, DropOwnedStmt))
		return ((DropOwnedStmt *) command)->behavior == DROP_CASCADE;
	if (!IsA(command, AlterTableStmt))
		return false;
	foreach(cell, ((AlterTableStmt *) command)->cmds)
	{
		AlterTableCmd *part = lfirst(cell);

		if ((part->subtype == AT_DropColumn || part->subtype == AT_DropConstraint) &&
			part->behavior == DROP_CASCADE)
			return true;
	}
	return false;
}

List *
command_retyped(Node *command, RangeVar **relation)
{
	List *columns = NIL;
	ListCell *cell;

	if (!IsA(command, AlterTableStmt))
		return NIL;
	*relation = ((AlterTableStmt *) command)->relation;
	foreach(cell, ((AlterTableStmt *) command)->cmds)
	{
		AlterTableCmd *part = lfirst(cell);

		if (part->subtype == AT_AlterColumnType)
			columns = lappend(columns, part->name);
	}
	return columns;
}

bool
command_has(Node *command, AlterTableType kind)
{
	ListCell *cell;

	if (!IsA(command, AlterTableStmt))
		return false;
	foreach(cell, ((AlterTableStmt *) command)->cmds)
	{
		if (((AlterTableCmd *) lfirst(cell))->subtype == kind)
			return true;
	}
	return false;
}

/* What none of our rules can name may go unasked. */
static bool
drop_may_break(const DropStmt *drop)
{
	switch (drop->removeType)
	{
		case OBJECT_POLICY:
		case OBJECT_TRIGGER:
		case OBJECT_RULE:
			return false;
		case OBJECT_INDEX:
			/* foreign keys can stand on one that no constraint has made */
			return drop->behavior == DROP_CASCADE;
		case OBJECT_TABLE:
			return !drops_only_temporary(drop);
		default:
			return true;
	}
}

/* Programs make and drop temporary tables all the time, and no rule stands on one. */
static bool
drops_only_temporary(const DropStmt *drop)
{
	ListCell *cell;

	if (drop->behavior == DROP_CASCADE)
		return false;
	foreach(cell, drop->objects)
	{
		Oid relid = RangeVarGetRelid(makeRangeVarFromNameList(lfirst(cell)), NoLock, true);

		if (OidIsValid(relid) && get_rel_persistence(relid) != RELPERSISTENCE_TEMP)
			return false;
	}
	return true;
}

/* No path goes through a single partition, which a table of one could become. */
static bool
alter_table_may_break(Node *command)
{
	return command_has(command, AT_DropColumn) || command_has(command, AT_DropConstraint) ||
		command_has(command, AT_AlterColumnType) || command_has(command, AT_AttachPartition);
}

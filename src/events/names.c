/*
 * names.c
 *		The names that a command says of what it renames, moves, drops or alters.
 *
 * Rules are recorded by name. Unless the command may reach further than what it names, one that
 * says none of these names is as it was when the command is done: nobody needs to read its
 * condition and keys.
 */
#include "postgres.h"

#include <ctype.h>

#include "utils/lsyscache.h"

#include "events/events.h"

static List *dropped_names(const DropStmt *drop);
static List *altered_names(const AlterTableStmt *command);
static char *renamed_name(const RenameStmt *rename);
static char *last_name(Node *object);
static bool is_written_otherwise(const char *name);
static bool says(const char *text, const char *name);
static bool is_of_name(char c);
static bool lists_name(List *texts, const char *name);
static bool is_of_table(Oid relid, const char *name);

/* command_names: see events.h. */
List *
command_names(Node *command)
{
	List *names = NIL;
	ListCell *cell;

	if (command_cascades(command))
		return NIL;
	if (IsA(command, RenameStmt))
		names = list_make1(renamed_name((RenameStmt *) command));
	else if (IsA(command, AlterObjectSchemaStmt) && !((AlterObjectSchemaStmt *) command)->relation)
		names = list_make1(last_name(((AlterObjectSchemaStmt *) command)->object));
	else if (IsA(command, AlterEnumStmt))
		names = list_make1(((AlterEnumStmt *) command)->oldVal);
	else if (IsA(command, DropStmt))
		names = dropped_names((DropStmt *) command);
	else if (IsA(command, AlterTableStmt))
		names = altered_names((AlterTableStmt *) command);
	foreach(cell, names)
	{
		if (!lfirst(cell) || is_written_otherwise(lfirst(cell)))
			return NIL;
	}
	return names;
}

bool
grant_says(const Grant *grant, const char *name)
{
	return is_of_table(grant->relid, name) || is_of_table(grant->scope_relid, name) ||
		names_contain(grant->columns, name) || says(grant->path, name) ||
		lists_name(grant->path_keys, name) || says(grant->condition, name);
}

bool
assignment_says(const Assignment *assignment, const char *name)
{
	return is_of_table(assignment->relid, name) || is_of_table(assignment->scope_relid, name) ||
		strcmp(assignment->user_column, name) == 0 ||
		(assignment->role_column && strcmp(assignment->role_column, name) == 0) ||
		says(assignment->path, name) || lists_name(assignment->path_keys, name) ||
		says(assignment->condition, name);
}

/* dropped_names: what an extension holds goes with it, under other names. */
static List *
dropped_names(const DropStmt *drop)
{
	List *names = NIL;
	ListCell *cell;

	if (drop->removeType == OBJECT_EXTENSION)
		return NIL;
	foreach(cell, drop->objects)
		names = lappend(names, last_name(lfirst(cell)));
	return names;
}

/* altered_names returns the names of those parts that can break a rule. */
static List *
altered_names(const AlterTableStmt *command)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, command->cmds)
	{
		AlterTableCmd *part = lfirst(cell);

		switch (part->subtype)
		{
			case AT_DropConstraint:
				/* rules stand on a scope's primary key, whatever it is called */
				names = lappend(names, command->relation->relname);
				names = lappend(names, part->name);
				break;
			case AT_AttachPartition:
				names = lappend(names, ((PartitionCmd *) part->def)->name->relname);
				break;
			case AT_DropColumn:
			case AT_AlterColumnType:
				names = lappend(names, part->name);
				break;
			default:
				break;
		}
	}
	return names;
}

/* renamed_name returns the name that is given up, NULL if it is not known. */
static char *
renamed_name(const RenameStmt *rename)
{
	switch (rename->renameType)
	{
		case OBJECT_COLUMN:
		case OBJECT_ATTRIBUTE:
		case OBJECT_TABCONSTRAINT:
		case OBJECT_SCHEMA:
			return rename->subname;
		default:
			return rename->relation ? rename->relation->relname : last_name(rename->object);
	}
}

/* last_name returns an object's name without its schema, NULL if it is not known. */
static char *
last_name(Node *object)
{
	if (!object)
		return NULL;
	switch (nodeTag(object))
	{
		case T_String:
			return strVal(object);
		case T_List:
			return last_name(llast((List *) object));
		case T_ObjectWithArgs:
			return last_name((Node *) ((ObjectWithArgs *) object)->objname);
		case T_TypeName:
			return last_name((Node *) ((TypeName *) object)->names);
		default:
			return NULL;
	}
}

/* is_written_otherwise: is the name another text where it is quoted? */
static bool
is_written_otherwise(const char *name)
{
	return strpbrk(name, "\"'\\") != NULL;
}

/* says: is the name in the text, and not within another one? */
static bool
says(const char *text, const char *name)
{
	const char *place = text;

	if (!text || !*name)
		return false;
	while ((place = strstr(place, name)) != NULL)
	{
		if ((place == text || !is_of_name(place[-1])) && !is_of_name(place[strlen(name)]))
			return true;
		place++;
	}
	return false;
}

/* is_of_name: could the character go on a name that is written without quotes? */
static bool
is_of_name(char c)
{
	return IS_HIGHBIT_SET(c) || isalnum((unsigned char) c) || c == '_' || c == '$';
}

static bool
lists_name(List *texts, const char *name)
{
	ListCell *cell;

	foreach(cell, texts)
	{
		if (says(lfirst(cell), name))
			return true;
	}
	return false;
}

/* is_of_table: is it the name of the table or of its schema? */
static bool
is_of_table(Oid relid, const char *name)
{
	char *table;
	char *schema;

	if (!OidIsValid(relid))
		return false;
	table = get_rel_name(relid);
	schema = table ? get_namespace_name(get_rel_namespace(relid)) : NULL;
	/* a rule whose table is gone goes as well */
	return !schema || strcmp(table, name) == 0 || strcmp(schema, name) == 0;
}

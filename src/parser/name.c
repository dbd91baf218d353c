/*
 * name.c
 *		Names, tables, columns and paths.
 *
 * Names are not looked up here. A name with a database in front is refused:
 * PostgreSQL accepts it only where it says nothing new.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"

#include "compat.h"
#include "parser/grammar.h"

static void check_name_count(DdlxParser *parser, List *names, int max);
static DdlxStep *parse_step(DdlxParser *parser);

/* ddlx_make_name returns a name with its place. */
DdlxName *
ddlx_make_name(const char *name, int location)
{
	DdlxName *result = palloc(sizeof(DdlxName));

	result->name = pstrdup(name);
	result->location = location;
	return result;
}

/* names: name [ . name ] ... Returns DdlxName *; how many is for the caller. */
List *
ddlx_parse_names(DdlxParser *parser, const char *expected)
{
	List *names = NIL;

	do
	{
		DdlxToken token;

		if (ddlx_peek(parser, 0)->type != DDLX_IDENT)
			ddlx_unexpected(parser, names ? "a name" : expected, NULL);
		token = ddlx_take(parser);
		names = lappend(names, ddlx_make_name(token.text, token.location));
	} while (ddlx_accept_type(parser, '.'));
	return names;
}

/* ddlx_names_to_table takes one or two names as [schema.]table. */
RangeVar *
ddlx_names_to_table(DdlxParser *parser, List *names)
{
	DdlxName *first = linitial(names);

	check_name_count(parser, names, 2);
	if (list_length(names) == 1)
		return makeRangeVar(NULL, first->name, first->location);
	return makeRangeVar(first->name, ((DdlxName *) lsecond(names))->name,
						first->location);
}

/* ddlx_names_to_column takes two or three names as [schema.]table.column. */
DdlxColumn *
ddlx_names_to_column(DdlxParser *parser, List *names)
{
	DdlxColumn *column = palloc0(sizeof(DdlxColumn));
	DdlxName *first = linitial(names);
	DdlxName *last = llast(names);

	check_name_count(parser, names, 3);
	column->table = ddlx_names_to_table(parser,
										list_truncate(list_copy(names),
													  list_length(names) - 1));
	column->column = last->name;
	column->location = first->location;
	column->column_location = last->location;
	return column;
}

/* ddlx_names_to_text returns the names as they would be typed. */
char *
ddlx_names_to_text(List *names)
{
	StringInfoData buf;
	ListCell *cell;

	initStringInfo(&buf);
	foreach(cell, names)
	{
		if (cell != list_head(names))
			appendStringInfoChar(&buf, '.');
		appendStringInfoString(&buf, quote_identifier(((DdlxName *) lfirst(cell))->name));
	}
	return buf.data;
}

/* table: [schema.]name */
RangeVar *
ddlx_parse_table(DdlxParser *parser)
{
	return ddlx_names_to_table(parser, ddlx_parse_names(parser, "the name of a table"));
}

/* column: [schema.]table.column */
DdlxColumn *
ddlx_parse_column(DdlxParser *parser)
{
	List *names = ddlx_parse_names(parser, "table.column");

	if (list_length(names) == 1)
		ddlx_unexpected(parser, "a dot and the name of a column",
						"Write the table and the column that holds the user's id: table.column.");
	return ddlx_names_to_column(parser, names);
}

/* path: step [ / step ] ... Returns DdlxStep *. */
List *
ddlx_parse_path(DdlxParser *parser)
{
	List *path = NIL;

	do
	{
		path = lappend(path, parse_step(parser));
	} while (ddlx_accept_type(parser, '/'));
	return path;
}

/* step: name | [schema.]table.name */
static DdlxStep *
parse_step(DdlxParser *parser)
{
	List *names = ddlx_parse_names(parser, "a column or a foreign-key constraint");
	DdlxStep *step = palloc0(sizeof(DdlxStep));
	int length = list_length(names);

	check_name_count(parser, names, 3);
	step->name = ((DdlxName *) llast(names))->name;
	if (length > 1)
		step->table = ((DdlxName *) list_nth(names, length - 2))->name;
	if (length > 2)
		step->schema = ((DdlxName *) linitial(names))->name;
	step->location = ((DdlxName *) linitial(names))->location;
	return step;
}

/* check_name_count refuses more than max names. */
static void
check_name_count(DdlxParser *parser, List *names, int max)
{
	DdlxName *first = linitial(names);

	if (list_length(names) == max + 1)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cross-database references are not implemented: %s",
						ddlx_names_to_text(names)),
				 errhint("Write %s.", ddlx_names_to_text(list_copy_tail(names, 1))),
				 ddlx_errposition(parser->source, first->location)));
	if (list_length(names) > max)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("improper qualified name (too many dotted names): %s",
						ddlx_names_to_text(names)),
				 ddlx_errposition(parser->source, first->location)));
}

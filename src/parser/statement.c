/*
 * statement.c
 *		Statements: the entry points of the parser and the productions of
 *		each statement.
 *
 * Checks here need nothing but the text. Whether tables, columns and paths exist,
 * and what the user may do, is for the caller.
 */
#include "postgres.h"

#include "compat.h"
#include "parser/grammar.h"

typedef struct VerbEntry
{
	const char *folded;
	DdlxKind kind;
	const char *name;
	void (*parse)(DdlxParser *parser, DdlxStatement *statement);
} VerbEntry;

static void start_parser(DdlxParser *parser, const char *source, int offset);
static DdlxStatement *parse_statement(DdlxParser *parser);
static DdlxKind parse_electric(DdlxParser *parser, DdlxStatement *statement);
static DdlxKind parse_alter_table(DdlxParser *parser, DdlxStatement *statement);
static void parse_grant(DdlxParser *parser, DdlxStatement *statement);
static void parse_revoke(DdlxParser *parser, DdlxStatement *statement);
static void parse_assign(DdlxParser *parser, DdlxStatement *statement);
static void parse_unassign(DdlxParser *parser, DdlxStatement *statement);
static void parse_one_table(DdlxParser *parser, DdlxStatement *statement);
static void parse_sqlite(DdlxParser *parser, DdlxStatement *statement);
static List *parse_tables(DdlxParser *parser, const char *preposition);
static bool at_table_keyword(DdlxParser *parser, const char *preposition);
static bool at_only_keyword(DdlxParser *parser);
static List *parse_roles(DdlxParser *parser);
static void parse_using(DdlxParser *parser, DdlxStatement *statement);
static void expect_end(DdlxParser *parser, const char *expected, const char *hint);
static bool at_clause(DdlxParser *parser);

static const VerbEntry verbs[] = {
	{"grant", DDLX_GRANT, "ELECTRIC GRANT", parse_grant},
	{"revoke", DDLX_REVOKE, "ELECTRIC REVOKE", parse_revoke},
	{"assign", DDLX_ASSIGN, "ELECTRIC ASSIGN", parse_assign},
	{"unassign", DDLX_UNASSIGN, "ELECTRIC UNASSIGN", parse_unassign},
	{"enable", DDLX_ENABLE, "ELECTRIC ENABLE", parse_one_table},
	{"disable", DDLX_DISABLE, "ELECTRIC DISABLE", parse_one_table},
	{"sqlite", DDLX_SQLITE, "ELECTRIC SQLITE", parse_sqlite}};

/* statements: [ statement ] [ ; [ statement ] ] ... */
List *
ddlx_parse(const char *source)
{
	DdlxParser parser;
	List *statements = NIL;

	start_parser(&parser, source, 0);
	do
	{
		int type = ddlx_peek(&parser, 0)->type;

		if (type != ';' && type != DDLX_END)
			statements = lappend(statements, parse_statement(&parser));
	} while (ddlx_accept_type(&parser, ';'));
	ddlx_lexer_finish(parser.lexer);
	return statements;
}

DdlxStatement *
ddlx_parse_at(const char *source, int offset, int *end)
{
	DdlxParser parser;
	DdlxStatement *statement;

	start_parser(&parser, source, offset);
	statement = parse_statement(&parser);
	*end = ddlx_peek(&parser, 0)->location;
	ddlx_lexer_finish(parser.lexer);
	return statement;
}

const char *
ddlx_kind_name(DdlxKind kind)
{
	int i;

	for (i = 0; i < lengthof(verbs); i++)
	{
		if (verbs[i].kind == kind)
			return verbs[i].name;
	}
	elog(ERROR, "unrecognized DDLX statement kind: %d", (int) kind);
}

static void
start_parser(DdlxParser *parser, const char *source, int offset)
{
	parser->source = source;
	parser->lexer = ddlx_lexer_start(source, offset);
	parser->nahead = 0;
	parser->last_end = offset;
}

/* statement: ELECTRIC verb .. | ALTER TABLE .. */
static DdlxStatement *
parse_statement(DdlxParser *parser)
{
	DdlxStatement *statement = palloc0(sizeof(DdlxStatement));

	statement->source = parser->source;
	statement->location = ddlx_peek(parser, 0)->location;
	statement->path_location = -1;
	statement->condition_location = -1;
	statement->clause_location = -1;

	if (ddlx_accept_word(parser, "electric"))
		statement->kind = parse_electric(parser, statement);
	else if (ddlx_accept_word(parser, "alter"))
		statement->kind = parse_alter_table(parser, statement);
	else
		ddlx_unexpected(parser, "ELECTRIC or ALTER TABLE",
						"Only ELECTRIC statements run here.");

	statement->length = parser->last_end - statement->location;
	return statement;
}

/* electric: ELECTRIC { GRANT | REVOKE | ASSIGN | UNASSIGN | ENABLE | DISABLE | SQLITE } .. */
static DdlxKind
parse_electric(DdlxParser *parser, DdlxStatement *statement)
{
	int i;

	for (i = 0; i < lengthof(verbs); i++)
	{
		if (ddlx_accept_word(parser, verbs[i].folded))
		{
			verbs[i].parse(parser, statement);
			return verbs[i].kind;
		}
	}
	ddlx_unexpected(parser,
					"GRANT, REVOKE, ASSIGN, UNASSIGN, ENABLE, DISABLE or SQLITE", NULL);
}

/* alter: ALTER TABLE [IF EXISTS] [ONLY] table { ENABLE | DISABLE } ELECTRIC */
static DdlxKind
parse_alter_table(DdlxParser *parser, DdlxStatement *statement)
{
	const char *hint = "Only ALTER TABLE .. ENABLE ELECTRIC and .. DISABLE ELECTRIC run here.";
	DdlxKind kind;

	if (!ddlx_accept_word(parser, "table"))
		ddlx_unexpected(parser, "TABLE", hint);
	if (ddlx_at_word(parser, "if") && ddlx_at_word_ahead(parser, 1, "exists"))
	{
		ddlx_take(parser);
		ddlx_take(parser);
		statement->missing_ok = true;
	}
	if (at_only_keyword(parser))
		ddlx_take(parser);
	statement->tables = list_make1(ddlx_parse_table(parser));

	if (ddlx_accept_word(parser, "enable"))
		kind = DDLX_ENABLE;
	else if (ddlx_accept_word(parser, "disable"))
		kind = DDLX_DISABLE;
	else
		ddlx_unexpected(parser, "ENABLE ELECTRIC or DISABLE ELECTRIC", hint);
	if (!ddlx_accept_word(parser, "electric"))
		ddlx_unexpected(parser, "ELECTRIC", hint);
	expect_end(parser, "the end of the statement", NULL);
	return kind;
}

/* enable, disable: ELECTRIC { ENABLE | DISABLE } table */
static void
parse_one_table(DdlxParser *parser, DdlxStatement *statement)
{
	statement->tables = list_make1(ddlx_parse_table(parser));
	expect_end(parser, "the end of the statement",
			   "Name one table: ELECTRIC ENABLE or DISABLE [schema.]table.");
}

/*
 * grant: ELECTRIC GRANT privileges ON [TABLE] table [, ...] TO role [, ...]
 *		[ USING path ] [ { CHECK | WHERE } ( expression ) ]
 */
static void
parse_grant(DdlxParser *parser, DdlxStatement *statement)
{
	const char *expected = "a comma, USING, CHECK, WHERE or the end of the statement";
	const char *hint = NULL;

	statement->privileges = ddlx_parse_privileges(parser);
	ddlx_expect_word(parser, "on", "a comma or ON");
	statement->tables = parse_tables(parser, "to");
	ddlx_expect_word(parser, "to", "a comma or TO");
	statement->roles = parse_roles(parser);

	if (ddlx_at_word(parser, "using"))
	{
		parse_using(parser, statement);
		expected = "a slash, CHECK, WHERE or the end of the statement";
	}
	if (ddlx_at_word(parser, "check") || ddlx_at_word(parser, "where"))
	{
		ddlx_parse_condition(parser, statement);
		expected = "the end of the statement";
	}

	if (ddlx_at_word(parser, "if"))
		hint = "IF belongs to ASSIGN; GRANT takes CHECK (expression).";
	else if (ddlx_at_word(parser, "using"))
		hint = "USING stands once, before CHECK.";
	else if (at_clause(parser))
		hint = "GRANT takes one condition; join several with AND.";
	expect_end(parser, expected, hint);
}

/* revoke: ELECTRIC REVOKE privileges ON [TABLE] table [, ...] FROM role [, ...] */
static void
parse_revoke(DdlxParser *parser, DdlxStatement *statement)
{
	statement->privileges = ddlx_parse_privileges(parser);
	ddlx_expect_word(parser, "on", "a comma or ON");
	statement->tables = parse_tables(parser, "from");
	ddlx_expect_word(parser, "from", "a comma or FROM");
	statement->roles = parse_roles(parser);
	expect_end(parser, "a comma or the end of the statement",
			   at_clause(parser) ?
				   "REVOKE removes a grant whatever path and condition it has." :
				   NULL);
}

/*
 * assign: ELECTRIC ASSIGN role_definition TO [schema.]table.column
 *		[ USING path ] [ IF ( expression ) ]
 */
static void
parse_assign(DdlxParser *parser, DdlxStatement *statement)
{
	const char *expected = "USING, IF or the end of the statement";
	const char *hint = NULL;

	statement->roles = list_make1(ddlx_parse_role(parser, true));
	ddlx_expect_word(parser, "to", "TO");
	statement->user_column = ddlx_parse_column(parser);

	if (ddlx_at_word(parser, "using"))
	{
		parse_using(parser, statement);
		expected = "a slash, IF or the end of the statement";
	}
	if (ddlx_at_word(parser, "if"))
	{
		ddlx_parse_condition(parser, statement);
		expected = "the end of the statement";
	}

	if (ddlx_at_word(parser, "check") || ddlx_at_word(parser, "where"))
		hint = "CHECK and WHERE belong to GRANT; ASSIGN takes IF (expression).";
	else if (ddlx_at_word(parser, "using"))
		hint = "USING stands once, before IF.";
	else if (at_clause(parser))
		hint = "ASSIGN takes one condition; join several with AND.";
	expect_end(parser, expected, hint);
}

/* unassign: ELECTRIC UNASSIGN role_definition FROM [schema.]table.column */
static void
parse_unassign(DdlxParser *parser, DdlxStatement *statement)
{
	statement->roles = list_make1(ddlx_parse_role(parser, true));
	ddlx_expect_word(parser, "from", "FROM");
	statement->user_column = ddlx_parse_column(parser);
	expect_end(parser, "the end of the statement",
			   at_clause(parser) ?
				   "UNASSIGN removes an assignment whatever path and condition it has." :
				   NULL);
}

/* sqlite: ELECTRIC SQLITE string */
static void
parse_sqlite(DdlxParser *parser, DdlxStatement *statement)
{
	DdlxToken string = *ddlx_peek(parser, 0);

	ddlx_expect_type(parser, DDLX_SCONST, "SQL for the clients as a string");
	if (string.text[strspn(string.text, " \t\n\r\f\v")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("SQL for the clients cannot be empty"),
				 errhint("Write the statement that clients shall run as a string."),
				 ddlx_errposition(parser->source, string.location)));
	statement->sql = string.text;
	expect_end(parser, "the end of the statement", NULL);
}

/* tables: [TABLE] table [, ...], up to the preposition TO or FROM */
static List *
parse_tables(DdlxParser *parser, const char *preposition)
{
	List *tables = NIL;

	if (at_table_keyword(parser, preposition))
		ddlx_take(parser);
	do
	{
		tables = lappend(tables, ddlx_parse_table(parser));
	} while (ddlx_accept_type(parser, ','));
	return tables;
}

/*
 * at_table_keyword tells whether TABLE comes next as a keyword, not as a table's
 * name: a name stands behind it, other than the preposition that ends the list.
 */
static bool
at_table_keyword(DdlxParser *parser, const char *preposition)
{
	int next;

	if (!ddlx_at_word(parser, "table") || ddlx_peek(parser, 1)->type != DDLX_IDENT)
		return false;
	if (!ddlx_at_word_ahead(parser, 1, preposition))
		return true;

	/* TABLE TO ..: is TO the table's name? */
	next = ddlx_peek(parser, 2)->type;
	return next == '.' || next == ',' || ddlx_at_word_ahead(parser, 2, preposition);
}

/* at_only_keyword: in ALTER TABLE only ENABLE ELECTRIC the word is a name. */
static bool
at_only_keyword(DdlxParser *parser)
{
	if (!ddlx_at_word(parser, "only") || ddlx_peek(parser, 1)->type != DDLX_IDENT)
		return false;
	return !((ddlx_at_word_ahead(parser, 1, "enable") ||
			  ddlx_at_word_ahead(parser, 1, "disable")) &&
			 ddlx_at_word_ahead(parser, 2, "electric"));
}

/* roles: role [, ...] Returns DdlxRole *. */
static List *
parse_roles(DdlxParser *parser)
{
	List *roles = NIL;

	do
	{
		roles = lappend(roles, ddlx_parse_role(parser, false));
	} while (ddlx_accept_type(parser, ','));
	return roles;
}

/* using: USING path, where every role has a scope */
static void
parse_using(DdlxParser *parser, DdlxStatement *statement)
{
	ListCell *cell;

	statement->path_location = ddlx_take(parser).location;
	foreach(cell, statement->roles)
	{
		DdlxRole *role = lfirst(cell);

		if (role->scope == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("USING needs a role with a scope"),
					 errdetail("A path leads from a row to its scope, and a global role has none."),
					 errhint("Leave USING out, or write the role as 'scope:name'."),
					 ddlx_errposition(parser->source, statement->path_location)));
	}
	statement->path = ddlx_parse_path(parser);
}

/* expect_end raises a syntax error unless the statement ends here. */
static void
expect_end(DdlxParser *parser, const char *expected, const char *hint)
{
	int type = ddlx_peek(parser, 0)->type;

	if (type != DDLX_END && type != ';')
		ddlx_unexpected(parser, expected, hint);
}

/* at_clause tells whether a clause of GRANT or ASSIGN comes next. */
static bool
at_clause(DdlxParser *parser)
{
	return ddlx_at_word(parser, "using") || ddlx_at_word(parser, "check") ||
		ddlx_at_word(parser, "where") || ddlx_at_word(parser, "if");
}

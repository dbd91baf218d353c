/*
 * role_string.c
 *		Roles and role names that are written as strings.
 *
 * A role string is split at its first colon outside double quotes: in front
 * stands an SQL name, the rest is the role's name as it is. Role names are never
 * folded or truncated. No role but the built-in ones can have their names.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "parser/grammar.h"

#define MAX_ROLE_NAME 255 /* bytes; rules are found by an index on it */

static const char *find_colon(DdlxParser *parser, DdlxToken *string);
static RangeVar *parse_scope(DdlxParser *parser, DdlxToken *string, const char *colon);
static void refuse_scope(DdlxParser *parser, DdlxToken *string) pg_attribute_noreturn();

/*
 * ddlx_builtin_role tells whether name is that of a built-in role, in any letter
 * case, and which.
 */
bool
ddlx_builtin_role(const char *name, DdlxRoleKind *kind)
{
	if (pg_strcasecmp(name, "anyone") == 0)
		*kind = DDLX_ROLE_ANYONE;
	else if (pg_strcasecmp(name, "authenticated") == 0)
		*kind = DDLX_ROLE_AUTHENTICATED;
	else
		return false;
	return true;
}

/*
 * ddlx_make_static_role returns the role with the name that a string token holds;
 * scope is NULL for a global role, location that of the role's first word.
 */
DdlxRole *
ddlx_make_static_role(DdlxParser *parser, RangeVar *scope, DdlxToken *name, int location)
{
	DdlxRole *role = palloc0(sizeof(DdlxRole));
	DdlxRoleKind builtin;

	if (name->text[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("name of a role cannot be empty"),
				 errhint("A role is written 'name' or 'scope:name'."),
				 ddlx_errposition(parser->source, name->location)));
	if (strlen(name->text) > MAX_ROLE_NAME)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("role name is too long"),
				 errdetail("It has %d bytes; at most %d are allowed.",
						   (int) strlen(name->text), MAX_ROLE_NAME),
				 ddlx_errposition(parser->source, name->location)));
	if (ddlx_builtin_role(name->text, &builtin))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("role name \"%s\" is reserved", name->text),
				 errdetail("It is the name of a built-in role, which has no scope."),
				 errhint("Write %s alone, or choose another name.",
						 builtin == DDLX_ROLE_ANYONE ? "ANYONE" : "AUTHENTICATED"),
				 ddlx_errposition(parser->source, name->location)));

	role->kind = DDLX_ROLE_STATIC;
	role->name = name->text;
	role->scope = scope;
	role->location = location;
	return role;
}

/* role string: 'name' | 'scope:name' | 'schema.scope:name' | a built-in role */
DdlxRole *
ddlx_role_from_string(DdlxParser *parser, DdlxToken *string)
{
	const char *colon = find_colon(parser, string);
	DdlxToken name = *string;
	DdlxRoleKind builtin;

	if (colon != NULL)
	{
		RangeVar *scope = parse_scope(parser, string, colon);

		name.text = pstrdup(colon + 1);
		return ddlx_make_static_role(parser, scope, &name, string->location);
	}
	if (ddlx_builtin_role(string->text, &builtin))
	{
		DdlxRole *role = palloc0(sizeof(DdlxRole));

		role->kind = builtin;
		role->location = string->location;
		return role;
	}
	return ddlx_make_static_role(parser, NULL, &name, string->location);
}

/*
 * find_colon returns the first colon outside double quotes, or NULL. Where an
 * unfinished double quote hides a colon, no reading is safe: an error.
 */
static const char *
find_colon(DdlxParser *parser, DdlxToken *string)
{
	bool quoted = false;
	bool hidden = false;
	const char *byte;

	for (byte = string->text; *byte != '\0'; byte++)
	{
		if (*byte == '"')
			quoted = !quoted;
		else if (*byte == ':' && !quoted)
			return byte;
		else if (*byte == ':')
			hidden = true;
	}
	if (quoted && hidden)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("unterminated quoted identifier in role %s",
						quote_literal_cstr(string->text)),
				 errhint("Close the double quotes before the colon."),
				 ddlx_errposition(parser->source, string->location)));
	return NULL;
}

/* scope: [schema.]table, the part of the string in front of the colon */
static RangeVar *
parse_scope(DdlxParser *parser, DdlxToken *string, const char *colon)
{
	DdlxLexer *lexer = ddlx_lexer_start_inside(pnstrdup(string->text, colon - string->text),
											   parser->source, string->location);
	List *names = NIL;
	DdlxToken token;

	do
	{
		token = ddlx_lexer_next(lexer);
		if (token.type != DDLX_IDENT)
			refuse_scope(parser, string);
		names = lappend(names, ddlx_make_name(token.text, string->location));
		token = ddlx_lexer_next(lexer);
	} while (token.type == '.');
	if (token.type != DDLX_END)
		refuse_scope(parser, string);

	ddlx_lexer_finish(lexer);
	return ddlx_names_to_table(parser, names);
}

static void
refuse_scope(DdlxParser *parser, DdlxToken *string)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("invalid scope in role %s", quote_literal_cstr(string->text)),
			 errdetail("What stands before the colon must be the name of a table."),
			 errhint("A scoped role is written 'scope:name' or 'schema.scope:name'."),
			 ddlx_errposition(parser->source, string->location)));
}

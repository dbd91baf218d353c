/*
 * role.c
 *		Roles of GRANT and REVOKE, role definitions of ASSIGN and UNASSIGN.
 *
 * A role's name is a string; only the two built-in roles are bare words. What
 * looks like a role but is not gets an error that shows how to write it.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "parser/grammar.h"

static DdlxRole *role_from_words(DdlxParser *parser, bool definition);
static DdlxRole *role_from_parentheses(DdlxParser *parser, bool definition);
static DdlxRole *role_behind_colon(DdlxParser *parser, List *scope, bool definition);
static DdlxRole *make_role(DdlxRoleKind kind, int location);
static DdlxRole *make_dynamic_role(DdlxParser *parser, List *names);
static void refuse_dynamic_role(DdlxParser *parser, List *names,
								bool in_parentheses) pg_attribute_noreturn();
static const char *builtin_name(DdlxRoleKind kind);
static bool is_builtin_word(DdlxToken *token, DdlxRoleKind *kind);
static void refuse_builtin_with_scope(DdlxParser *parser, DdlxRoleKind kind,
									  int location) pg_attribute_noreturn();
static void refuse_quoted_builtin(DdlxParser *parser, DdlxToken *token);
static void refuse_bare_role(DdlxParser *parser, const char *role, int location,
							 bool definition) pg_attribute_noreturn();

/*
 * role: AUTHENTICATED | ANYONE | 'name' | 'scope:name' | scope : 'name'
 *		| ( scope , 'name' ) | ( NULL , 'name' )
 * role_definition: role, not a built-in one | [schema.]table.column
 *		| ( scope , [schema.]table.column ) | ( NULL , [schema.]table.column )
 */
DdlxRole *
ddlx_parse_role(DdlxParser *parser, bool definition)
{
	const char *how_to_write = "A role is written 'name', 'scope:name', AUTHENTICATED or ANYONE.";
	DdlxToken first = *ddlx_peek(parser, 0);
	DdlxRole *role;

	if (definition)
		how_to_write = "A role is written 'name', 'scope:name' or table.column.";
	switch (first.type)
	{
		case DDLX_SCONST:
			ddlx_take(parser);
			role = ddlx_role_from_string(parser, &first);
			break;
		case '(':
			role = role_from_parentheses(parser, definition);
			break;
		case DDLX_IDENT:
			role = role_from_words(parser, definition);
			break;
		default:
			ddlx_unexpected(parser, "a role", how_to_write);
	}

	if (definition &&
		(role->kind == DDLX_ROLE_ANYONE || role->kind == DDLX_ROLE_AUTHENTICATED))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("built-in role %s cannot be assigned or unassigned",
						builtin_name(role->kind)),
				 role->kind == DDLX_ROLE_ANYONE ?
					 errdetail("Everyone holds it.") :
					 errdetail("Whoever has a user id holds it."),
				 errhint("Grant to it, without assigning it."),
				 ddlx_errposition(parser->source, role->location)));
	return role;
}

/* role: AUTHENTICATED | ANYONE | scope : 'name' | [schema.]table.column */
static DdlxRole *
role_from_words(DdlxParser *parser, bool definition)
{
	DdlxToken first = *ddlx_peek(parser, 0);
	List *names = ddlx_parse_names(parser, "a role");
	DdlxRoleKind kind;

	if (ddlx_accept_type(parser, ':'))
		return role_behind_colon(parser, names, definition);
	if (list_length(names) > 1 && definition)
		return make_dynamic_role(parser, names);
	if (list_length(names) > 1)
		refuse_dynamic_role(parser, names, false);
	if (is_builtin_word(&first, &kind))
		return make_role(kind, first.location);
	refuse_quoted_builtin(parser, &first);
	refuse_bare_role(parser, first.text, first.location, definition);
}

/* role: scope : 'name', the scope and the colon being consumed */
static DdlxRole *
role_behind_colon(DdlxParser *parser, List *scope, bool definition)
{
	int location = ((DdlxName *) linitial(scope))->location;
	DdlxToken name = *ddlx_peek(parser, 0);
	DdlxRoleKind kind;

	if (is_builtin_word(&name, &kind))
		refuse_builtin_with_scope(parser, kind, name.location);
	if (name.type == DDLX_IDENT)
		refuse_bare_role(parser,
						 psprintf("%s:%s", ddlx_names_to_text(scope), name.text),
						 location, definition);
	ddlx_expect_type(parser, DDLX_SCONST, "the role's name as a string");
	return ddlx_make_static_role(parser, ddlx_names_to_table(parser, scope),
								 &name, location);
}

/*
 * role: ( { scope | NULL } , { 'name' | [schema.]table.column } )
 *
 * A scope table called null is written in double quotes, as in SQL.
 */
static DdlxRole *
role_from_parentheses(DdlxParser *parser, bool definition)
{
	int location = ddlx_take(parser).location;
	RangeVar *scope = NULL;
	DdlxRole *role;
	DdlxToken name;
	DdlxRoleKind kind;
	const char *expected = "the role's name as a string";

	if (definition)
		expected = "the role's name as a string, or table.column";
	if (!ddlx_accept_word(parser, "null"))
		scope = ddlx_names_to_table(parser,
									ddlx_parse_names(parser, "a scope table or NULL"));
	ddlx_expect_type(parser, ',', "a comma");

	name = *ddlx_peek(parser, 0);
	if (ddlx_accept_type(parser, DDLX_SCONST))
		role = ddlx_make_static_role(parser, scope, &name, location);
	else
	{
		List *names = ddlx_parse_names(parser, expected);

		if (list_length(names) == 1)
		{
			if (is_builtin_word(&name, &kind))
				refuse_builtin_with_scope(parser, kind, name.location);
			refuse_quoted_builtin(parser, &name);
			refuse_bare_role(parser, name.text, name.location, definition);
		}
		if (!definition)
			refuse_dynamic_role(parser, names, true);
		role = make_dynamic_role(parser, names);
		role->scope = scope;
		role->location = location;
	}
	ddlx_expect_type(parser, ')', "a closing parenthesis");
	return role;
}

static DdlxRole *
make_role(DdlxRoleKind kind, int location)
{
	DdlxRole *role = palloc0(sizeof(DdlxRole));

	role->kind = kind;
	role->location = location;
	return role;
}

/* make_dynamic_role takes [schema.]table.column as the place of the role's name. */
static DdlxRole *
make_dynamic_role(DdlxParser *parser, List *names)
{
	DdlxColumn *column = ddlx_names_to_column(parser, names);
	DdlxRole *role = make_role(DDLX_ROLE_DYNAMIC, column->location);

	role->column = column;
	return role;
}

/*
 * refuse_dynamic_role raises the error for a role definition where a role is
 * wanted; in_parentheses: its scope is written already.
 */
static void
refuse_dynamic_role(DdlxParser *parser, List *names, bool in_parentheses)
{
	DdlxName *first = linitial(names);
	char *role = ((DdlxName *) llast(names))->name;

	if (!in_parentheses)
		role = psprintf("%s:%s",
						ddlx_names_to_text(list_truncate(list_copy(names),
														 list_length(names) - 1)),
						role);
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("role \"%s\" must be written as a string", ddlx_names_to_text(names)),
			 errdetail("Only ASSIGN and UNASSIGN can read a role's name from a column."),
			 errhint("Write %s.", quote_literal_cstr(role)),
			 ddlx_errposition(parser->source, first->location)));
}

static const char *
builtin_name(DdlxRoleKind kind)
{
	return kind == DDLX_ROLE_ANYONE ? "ANYONE" : "AUTHENTICATED";
}

/* is_builtin_word tells whether the token is a built-in role as a bare word. */
static bool
is_builtin_word(DdlxToken *token, DdlxRoleKind *kind)
{
	return token->type == DDLX_IDENT && !token->quoted &&
		ddlx_builtin_role(token->text, kind);
}

static void
refuse_builtin_with_scope(DdlxParser *parser, DdlxRoleKind kind, int location)
{
	const char *name = builtin_name(kind);

	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("built-in role %s has no scope", name),
			 errhint("Write %s alone.", name),
			 ddlx_errposition(parser->source, location)));
}

/* refuse_quoted_builtin raises an error if the token is "ANYONE" or the like. */
static void
refuse_quoted_builtin(DdlxParser *parser, DdlxToken *token)
{
	DdlxRoleKind kind;

	if (!ddlx_builtin_role(token->text, &kind))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("built-in role \"%s\" cannot be written in double quotes", token->text),
			 errhint("Write %s.", builtin_name(kind)),
			 ddlx_errposition(parser->source, token->location)));
}

static void
refuse_bare_role(DdlxParser *parser, const char *role, int location, bool definition)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("role \"%s\" must be written as a string", role),
			 definition ?
				 errhint("Write %s, or table.column to read the role's name from a column.",
						 quote_literal_cstr(role)) :
				 errhint("Write %s.", quote_literal_cstr(role)),
			 ddlx_errposition(parser->source, location)));
}

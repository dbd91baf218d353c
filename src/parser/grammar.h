/*
 * grammar.h
 *		What the parser's files share; not for other rooms.
 *
 * A recursive-descent parser in which nothing recurses: lists are loops and an
 * expression is a run of balanced tokens, so no input can exhaust the stack.
 */
#ifndef ELECTRIC_GRAMMAR_H
#define ELECTRIC_GRAMMAR_H

#include "parser/ddlx_token.h"
#include "parser/parser.h"

#define DDLX_MAX_LOOKAHEAD 3

typedef struct DdlxParser
{
	const char *source;
	DdlxLexer *lexer;
	DdlxToken ahead[DDLX_MAX_LOOKAHEAD]; /* scanned, not yet consumed */
	int nahead;
	int last_end; /* the byte behind the last token consumed */
} DdlxParser;

/* lexer.c */

/*
 * ddlx_lexer_start_inside scans text, the decoded value of a string that
 * stands in source at location: errors point at the string.
 */
extern DdlxLexer *ddlx_lexer_start_inside(const char *text, const char *source,
										  int location);

/* token.c: looking at tokens and taking them */
extern DdlxToken *ddlx_peek(DdlxParser *parser, int distance);
extern DdlxToken ddlx_take(DdlxParser *parser);
extern bool ddlx_at_word(DdlxParser *parser, const char *word);
extern bool ddlx_at_word_ahead(DdlxParser *parser, int distance, const char *word);
extern bool ddlx_accept_word(DdlxParser *parser, const char *word);
extern bool ddlx_accept_type(DdlxParser *parser, int type);
extern void ddlx_expect_word(DdlxParser *parser, const char *word, const char *expected);
extern void ddlx_expect_type(DdlxParser *parser, int type, const char *expected);
extern void ddlx_unexpected(DdlxParser *parser, const char *expected,
							const char *hint) pg_attribute_noreturn();

/* name.c: names, tables, columns, paths */
extern DdlxName *ddlx_make_name(const char *name, int location);
extern List *ddlx_parse_names(DdlxParser *parser, const char *expected);
extern RangeVar *ddlx_names_to_table(DdlxParser *parser, List *names);
extern DdlxColumn *ddlx_names_to_column(DdlxParser *parser, List *names);
extern char *ddlx_names_to_text(List *names);
extern RangeVar *ddlx_parse_table(DdlxParser *parser);
extern DdlxColumn *ddlx_parse_column(DdlxParser *parser);
extern List *ddlx_parse_path(DdlxParser *parser);

/* privilege.c */
extern List *ddlx_parse_privileges(DdlxParser *parser);

/* role.c: definition: the role of ASSIGN or UNASSIGN */
extern DdlxRole *ddlx_parse_role(DdlxParser *parser, bool definition);

/* role_string.c: roles and role names that are written as strings */
extern bool ddlx_builtin_role(const char *name, DdlxRoleKind *kind);
extern DdlxRole *ddlx_make_static_role(DdlxParser *parser, RangeVar *scope,
									   DdlxToken *name, int location);
extern DdlxRole *ddlx_role_from_string(DdlxParser *parser, DdlxToken *string);

/* condition.c */
extern void ddlx_parse_condition(DdlxParser *parser, DdlxStatement *statement);

#endif /* ELECTRIC_GRAMMAR_H */

/*
 * token.c
 *		Looking at tokens, taking them, and saying which one was expected.
 *
 * Words are compared in their folded form and never match what was written in
 * double quotes. Nothing behind the semicolon of a statement is ever scanned: it
 * may belong to another language.
 */
#include "postgres.h"

#include "compat.h"
#include "parser/grammar.h"

static bool is_statement_end(const DdlxToken *token);

/*
 * ddlx_peek returns the token that is distance tokens ahead; valid until the next
 * ddlx_take. At the statement's end it is the ending token, at any distance.
 */
DdlxToken *
ddlx_peek(DdlxParser *parser, int distance)
{
	Assert(distance < DDLX_MAX_LOOKAHEAD);

	while (parser->nahead <= distance)
	{
		if (parser->nahead > 0 && is_statement_end(&parser->ahead[parser->nahead - 1]))
			return &parser->ahead[parser->nahead - 1];
		parser->ahead[parser->nahead++] = ddlx_lexer_next(parser->lexer);
	}
	return &parser->ahead[distance];
}

/* ddlx_take returns the next token and consumes it. */
DdlxToken
ddlx_take(DdlxParser *parser)
{
	DdlxToken token = *ddlx_peek(parser, 0);
	int i;

	parser->nahead--;
	for (i = 0; i < parser->nahead; i++)
		parser->ahead[i] = parser->ahead[i + 1];
	parser->last_end = token.end;
	return token;
}

bool
ddlx_at_word(DdlxParser *parser, const char *word)
{
	return ddlx_at_word_ahead(parser, 0, word);
}

bool
ddlx_at_word_ahead(DdlxParser *parser, int distance, const char *word)
{
	DdlxToken *token = ddlx_peek(parser, distance);

	return token->type == DDLX_IDENT && !token->quoted &&
		strcmp(token->text, word) == 0;
}

/* ddlx_accept_word consumes the word if it comes next. */
bool
ddlx_accept_word(DdlxParser *parser, const char *word)
{
	if (!ddlx_at_word(parser, word))
		return false;
	ddlx_take(parser);
	return true;
}

/* ddlx_accept_type consumes a token of this type if it comes next. */
bool
ddlx_accept_type(DdlxParser *parser, int type)
{
	if (ddlx_peek(parser, 0)->type != type)
		return false;
	ddlx_take(parser);
	return true;
}

void
ddlx_expect_word(DdlxParser *parser, const char *word, const char *expected)
{
	if (!ddlx_accept_word(parser, word))
		ddlx_unexpected(parser, expected, NULL);
}

void
ddlx_expect_type(DdlxParser *parser, int type, const char *expected)
{
	if (!ddlx_accept_type(parser, type))
		ddlx_unexpected(parser, expected, NULL);
}

/*
 * ddlx_unexpected raises the syntax error for the next token, in the words of the
 * server's own parser. expected completes "Expected .."; hint may be NULL.
 */
void
ddlx_unexpected(DdlxParser *parser, const char *expected, const char *hint)
{
	DdlxToken *token = ddlx_peek(parser, 0);

	if (token->type == DDLX_UIDENT || token->type == DDLX_USCONST)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("names and strings with U& are not supported in ELECTRIC statements"),
				 errdetail("Expected %s.", expected),
				 errhint("Type the characters themselves, or use a string such as E'\\u00E9'."),
				 ddlx_errposition(parser->source, token->location)));

	if (token->type == DDLX_END)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("syntax error at end of input"),
				 errdetail("Expected %s.", expected),
				 hint ? errhint("%s", hint) : 0,
				 ddlx_errposition(parser->source, token->location)));

	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("syntax error at or near \"%s\"",
					pnstrdup(parser->source + token->location,
							 token->end - token->location)),
			 errdetail("Expected %s.", expected),
			 hint ? errhint("%s", hint) : 0,
			 ddlx_errposition(parser->source, token->location)));
}

static bool
is_statement_end(const DdlxToken *token)
{
	return token->type == DDLX_END || token->type == ';';
}

/*
 * condition.c
 *		Conditions: CHECK, WHERE and IF ( expression ).
 *
 * An expression is PostgreSQL's own and is analysed elsewhere. Here it is the run
 * of tokens up to the parenthesis that closes it, so strings and comments hide
 * parentheses as they do in SQL.
 */
#include "postgres.h"

#include "compat.h"
#include "parser/grammar.h"

static void skip_expression(DdlxParser *parser);

/*
 * condition: { CHECK | WHERE | IF } ( expression )
 *
 * The caller has seen the word. The condition's text runs from its first token
 * to its last, without the blanks and comments around.
 */
void
ddlx_parse_condition(DdlxParser *parser, DdlxStatement *statement)
{
	statement->clause_location = ddlx_take(parser).location;
	ddlx_expect_type(parser, '(', "an expression in parentheses");

	statement->condition_location = ddlx_peek(parser, 0)->location;
	skip_expression(parser);
	statement->condition = pnstrdup(parser->source + statement->condition_location,
									parser->last_end - statement->condition_location);
	ddlx_expect_type(parser, ')', "a closing parenthesis");
}

/* skip_expression consumes at least one token, up to the unmatched parenthesis. */
static void
skip_expression(DdlxParser *parser)
{
	int depth = 0;

	if (ddlx_peek(parser, 0)->type == ')')
		ddlx_unexpected(parser, "an expression", NULL);

	for (;;)
	{
		int type = ddlx_peek(parser, 0)->type;

		if (type == DDLX_END || type == ';')
			ddlx_unexpected(parser, "a closing parenthesis", NULL);
		if (type == ')' && depth == 0)
			return;
		if (type == '(')
			depth++;
		else if (type == ')')
			depth--;
		ddlx_take(parser);
	}
}

/*
 * position.c
 *		Where in a string of SQL statements a token stands.
 *
 * Fed with one token after the other (from a lexer without keywords), a Position
 * knows two places: where a statement starts, and where a subcommand of a top-level
 * ALTER TABLE starts. It need not understand what is no valid SQL: there the server's
 * grammar refuses the string whatever we say.
 */
#include "postgres.h"

#include "compat.h"
#include "native/native_private.h"
#include "parser/ddlx_token.h"

static void advance_alter(Position *position, const DdlxToken *token);
static AlterPhase alter_phase(const Position *position, const DdlxToken *token);
static void advance_routine(Position *position, const DdlxToken *token);

/* position_init sets position to the start of a string. */
void
position_init(Position *position)
{
	MemSet(position, 0, sizeof(Position));
	position->at_start = true;
}

/* position_advance moves position over token. */
void
position_advance(Position *position, const DdlxToken *token)
{
	if (token->type == ';' && position->depth <= 0 && position->atomic == 0)
	{
		position_init(position);
		return;
	}

	advance_alter(position, token);
	advance_routine(position, token);
	if (token->type == '(' || token->type == '[')
		position->depth++;
	else if (token->type == ')' || token->type == ']')
		position->depth--;
	position->at_start = false;
}

/* position_is_statement_start tells whether the next token starts a statement. */
bool
position_is_statement_start(const Position *position)
{
	return position->at_start;
}

/*
 * position_is_subcommand_start tells whether the next token, if it is a word, starts
 * a subcommand of ALTER TABLE.
 */
bool
position_is_subcommand_start(const Position *position)
{
	return position->depth == 0 &&
		(position->alter == ALTER_AFTER_IF ||
		 position->alter == ALTER_AFTER_NAME ||
		 position->alter == ALTER_NEXT);
}

/* token_is_word tells whether token is the unquoted word, given in lower case. */
bool
token_is_word(const DdlxToken *token, const char *word)
{
	return token->type == DDLX_IDENT && !token->quoted && strcmp(token->text, word) == 0;
}

static void
advance_alter(Position *position, const DdlxToken *token)
{
	position->alter = alter_phase(position, token);
	if (position->alter == ALTER_NEXT)
		position->subcommand++;
}

/*
 * alter_phase returns the phase behind token.
 * ALTER TABLE [IF EXISTS] { name [*] | ONLY name | ONLY (name) } subcommand [, ...]
 */
static AlterPhase
alter_phase(const Position *position, const DdlxToken *token)
{
	switch (position->alter)
	{
		case ALTER_NONE:
			return position->at_start && token_is_word(token, "alter") ? ALTER_WORD : ALTER_NONE;
		case ALTER_WORD:
			return token_is_word(token, "table") ? ALTER_TABLE_NAME : ALTER_NONE;
		case ALTER_TABLE_NAME:
			if (token_is_word(token, "only") || token->type == '(')
				return ALTER_TABLE_NAME;
			return token_is_word(token, "if") ? ALTER_AFTER_IF : ALTER_AFTER_NAME;
		case ALTER_AFTER_IF:
			if (token_is_word(token, "exists"))
				return ALTER_TABLE_NAME;
			/* FALLTHROUGH */
		case ALTER_AFTER_NAME:
			if (token->type == '.')
				return ALTER_TABLE_NAME;
			if (token->type == '*' || token->type == ')')
				return ALTER_AFTER_NAME;
			return ALTER_INSIDE;
		case ALTER_NEXT:
		case ALTER_INSIDE:
			return token->type == ',' && position->depth == 0 ? ALTER_NEXT : ALTER_INSIDE;
	}
	return ALTER_NONE; /* not reached */
}

/*
 * advance_routine follows CREATE FUNCTION .. BEGIN ATOMIC statement; .. END, where
 * semicolons stand inside the statement.
 */
static void
advance_routine(Position *position, const DdlxToken *token)
{
	bool is_name = position->after_name;

	if (position->at_start)
		position->creates = token_is_word(token, "create");
	else if (position->creates && position->depth == 0 &&
			 (token_is_word(token, "function") || token_is_word(token, "procedure")))
		position->routine = true;

	if (position->routine && position->after_begin && token_is_word(token, "atomic"))
		position->atomic++;
	else if (position->atomic > 0 && !is_name && token_is_word(token, "case"))
		position->atomic++;
	else if (position->atomic > 0 && !is_name && token_is_word(token, "end"))
		position->atomic--;

	position->after_begin = token_is_word(token, "begin");
	position->after_name = token->type == '.' || token_is_word(token, "as");
}

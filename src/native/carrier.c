/*
 * carrier.c
 *		Hides an ELECTRIC statement in one that the server's grammar knows.
 *
 * Called from inside the core scanner (keyword_hook.c), when it has read ELECTRIC, or
 * ENABLE / DISABLE, and asks whether that is a keyword. The text is its own copy.
 * If the word starts a DDLX statement, that is parsed here and now, so that its errors
 * come when and where the server reports its own; then the carrier is
 * written over it, byte for byte at the same length, and the grammar goes on:
 *
 *		ELECTRIC GRANT READ ON comments TO 'projects:member' USING issue_id
 *		UNLISTEN _e_3f2a1b0c9d8e7f65
 *
 *		ALTER TABLE comments ENABLE ELECTRIC
 *		ALTER TABLE comments ENABLE RULE _e_
 *
 * What stands between ELECTRIC and the next word is left as it is: flex puts the
 * byte behind the token back by itself. The name is a hash of the statement, so that
 * pg_stat_statements keeps different statements apart. It begins with _e_, or with
 * _b_ if string literals took backslash escapes when the text was parsed. Nothing is
 * decided by the name: utility.c looks at the text that the user sent.
 *
 * No valid SQL statement starts with ELECTRIC, and no subcommand of ALTER TABLE
 * is ENABLE ELECTRIC: nothing else changes its meaning. PL/pgSQL's expressions come the
 * same way and we cannot tell; there "electric enable, 1" (a column called electric,
 * renamed without AS to one of our verbs, and more behind it) becomes an error.
 *
 * Core counts the characters of this buffer for the positions of later errors,
 * so multi-byte characters stay where they are, in a comment.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "parser/parser.h"
#include "parser/scansup.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "native/native_private.h"
#include "parser/ddlx_token.h"

#define STATEMENT_WORD	   "UNLISTEN" /* as long as ELECTRIC */
#define SUBCOMMAND_WORD	   "RULE "	  /* ELECTRIC, with the name */
#define NAME_STANDARD	   "_e_"
#define NAME_BACKSLASH	   "_b_"
#define NAME_PREFIX_LENGTH 3

/* The words that may follow ELECTRIC */
static const char *const verbs[] = {
	"grant", "revoke", "assign", "unassign", "enable", "disable", "sqlite"};

/*
 * The last position that was found, so that a string of many statements is lexed
 * once and not once for each. It holds for a later word if the text is still the
 * same: known by its place, its length, the client's message, and what stands
 * before the position, carriers included.
 */
typedef struct LastPosition
{
	Position position;
	const char *text;
	int length;
	TimestampTz message;
	int offset; /* position is the one before this byte */
	int mark_length;
	char mark[64]; /* the bytes of text that end behind the carrier, or there */
	int mark_at;
} LastPosition;

static LastPosition last;

static bool is_verb(const ScannerState *state, int at);
static bool may_start_statement(const ScannerState *state);
static void position_before_word(const ScannerState *state, Position *position);
static int resume(const ScannerState *state, Position *position);
static void advance_to_end(const char *text, int from, Position *position);
static int parse_statement(const ScannerState *state);
static void remember(const ScannerState *state, const Position *position, int mark_end);
static void write_carrier(char *text, int from, int to);
static void write_name(char *text, int from, int to, const char *name);
static void write_comment(char *text, int from, int to);
static const char *name_prefix(void);

/*
 * carry_statement is called at the word ELECTRIC. Where it starts a statement it
 * returns true, and UNLISTEN stands in its place; a wrong statement is an error.
 */
bool
carry_statement(const char *word)
{
	ScannerState state;
	Position position;
	int verb;
	bool carried = false;

	if (!scanner_state_find(word, strlen(STATEMENT_WORD), &state))
		return false;

	state.text[state.word_end] = state.held;
	verb = source_skip_blanks(state.text, state.word_end);
	if (is_verb(&state, verb) && may_start_statement(&state))
	{
		position_before_word(&state, &position);
		if (position_is_statement_start(&position))
		{
			int end = parse_statement(&state);

			memcpy(state.text + state.word, STATEMENT_WORD, strlen(STATEMENT_WORD));
			write_carrier(state.text, verb, end);
			carried = true;
		}
		remember(&state, &position, carried ? state.word_end : state.word);
	}
	state.text[state.word_end] = '\0';
	return carried;
}

/*
 * carry_subcommand is called at the word ENABLE or DISABLE. Where ELECTRIC follows
 * and both are a subcommand of ALTER TABLE, it makes that the name of a rule.
 */
void
carry_subcommand(const char *word, int length)
{
	ScannerState state;
	Position position;
	int electric;
	bool carried = false;

	if (!scanner_state_find(word, length, &state))
		return;

	state.text[state.word_end] = state.held;
	electric = source_skip_blanks(state.text, state.word_end);
	if (source_is_word(state.text, electric, "electric"))
	{
		position_before_word(&state, &position);
		if (position_is_subcommand_start(&position))
		{
			memcpy(state.text + electric, SUBCOMMAND_WORD, strlen(SUBCOMMAND_WORD));
			memcpy(state.text + electric + strlen(SUBCOMMAND_WORD), name_prefix(),
				   NAME_PREFIX_LENGTH);
			carried = true;
		}
		remember(&state, &position, carried ? electric + strlen(STATEMENT_WORD) : state.word);
	}
	state.text[state.word_end] = '\0';
}

/*
 * is_carrier_name tells whether name looks like a carrier's; if so,
 * *standard_strings says how string literals were read.
 */
bool
is_carrier_name(const char *name, bool *standard_strings)
{
	if (name == NULL)
		return false;
	if (strncmp(name, NAME_STANDARD, NAME_PREFIX_LENGTH) == 0)
		*standard_strings = true;
	else if (strncmp(name, NAME_BACKSLASH, NAME_PREFIX_LENGTH) == 0)
		*standard_strings = false;
	else
		return false;
	return true;
}

/*
 * is_verb tells whether one of our verbs stands at at, and more behind it: a whole text
 * "electric enable" may be a PL/pgSQL expression, a column and its name.
 */
static bool
is_verb(const ScannerState *state, int at)
{
	int i;

	for (i = 0; i < lengthof(verbs); i++)
	{
		if (source_is_word(state->text, at, verbs[i]))
		{
			int behind = source_skip_blanks(state->text, at + strlen(verbs[i]));

			return state->text[behind] != '\0';
		}
	}
	return false;
}

/*
 * may_start_statement is the cheap question before the real one: is there nothing
 * before the word, or a semicolon, or what may be a comment?
 */
static bool
may_start_statement(const ScannerState *state)
{
	bool new_line = false;
	int at;

	for (at = state->word - 1; at >= 0; at--)
	{
		char c = state->text[at];

		if (c == '\n' || c == '\r')
			new_line = true;
		else if (!scanner_isspace(c) && c != '\v')
			return new_line || c == ';' || c == '/';
	}
	return true;
}

/* position_before_word finds out where in the text the word stands. */
static void
position_before_word(const ScannerState *state, Position *position)
{
	int from = resume(state, position);
	char first_letter = state->text[state->word];

	state->text[state->word] = '\0';
	advance_to_end(state->text, from, position);
	state->text[state->word] = first_letter;
}

/*
 * resume sets position to the last one if the text is still the same, else to its
 * start, and returns the offset that belongs to it.
 */
static int
resume(const ScannerState *state, Position *position)
{
	if (last.text == state->text && last.length == state->length &&
		last.message == GetCurrentStatementStartTimestamp() &&
		last.offset < state->word &&
		memcmp(state->text + last.mark_at, last.mark, last.mark_length) == 0)
	{
		*position = last.position;
		return last.offset;
	}
	position_init(position);
	return 0;
}

/* remember keeps position, at the word; the text up to mark_end tells it again. */
static void
remember(const ScannerState *state, const Position *position, int mark_end)
{
	last.position = *position;
	last.text = state->text;
	last.length = state->length;
	last.message = GetCurrentStatementStartTimestamp();
	last.offset = state->word;
	last.mark_length = Min(mark_end, (int) sizeof(last.mark));
	last.mark_at = mark_end - last.mark_length;
	memcpy(last.mark, state->text + last.mark_at, last.mark_length);
}

/* advance_to_end moves position over the tokens of text from offset from on. */
static void
advance_to_end(const char *text, int from, Position *position)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	ScannerSettings saved;

	context = AllocSetContextCreate(caller, "ELECTRIC position", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	scanner_settings_replace(&saved, standard_conforming_strings);
	PG_TRY();
	{
		DdlxLexer *lexer = ddlx_lexer_start(text, from);
		DdlxToken token;

		while ((token = ddlx_lexer_next(lexer)).type != DDLX_END)
		{
			CHECK_FOR_INTERRUPTS();
			position_advance(position, &token);
		}
		ddlx_lexer_finish(lexer);
	}
	PG_FINALLY();
	{
		scanner_settings_restore(&saved);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* parse_statement parses the DDLX statement at the word and returns its end. */
static int
parse_statement(const ScannerState *state)
{
	MemoryContext context;
	MemoryContext caller;
	int end;

	context = AllocSetContextCreate(CurrentMemoryContext, "ELECTRIC statement",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	(void) ddlx_parse_at(state->text, state->word, &end);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return end;
}

/*
 * write_carrier writes a name over text[from .. to), which holds a statement from
 * its verb on: eight bytes or more, the first six of them ASCII. If the last ones are
 * not (ELECTRIC ENABLE with an unquoted name), they are the name.
 */
static void
write_carrier(char *text, int from, int to)
{
	char name[NAMEDATALEN];
	int first = from;
	int tail = to;
	uint64 hash = hash_bytes_extended((const unsigned char *) text + from, to - from, 0);

	snprintf(name, sizeof(name), "%s%08x%08x", name_prefix(),
			 (uint32) (hash >> 32), (uint32) hash);

	while (first < to && !IS_HIGHBIT_SET(text[first]))
		first++;
	while (tail > first && IS_HIGHBIT_SET(text[tail - 1]))
		tail--;

	if (first == to)
		write_name(text, from, to, name);
	else if (tail == to)
	{
		int comment = Min(first - 2, from + (int) strlen(name));

		write_name(text, from, comment, name);
		write_comment(text, comment, to);
	}
	else
		write_comment(text, from, tail);
}

/* write_name writes as much of name as fits, and blanks. */
static void
write_name(char *text, int from, int to, const char *name)
{
	int length = Min((int) strlen(name), to - from);

	memcpy(text + from, name, length);
	memset(text + from + length, ' ', to - from - length);
}

/* write_comment makes a comment in which only characters beyond ASCII are kept. */
static void
write_comment(char *text, int from, int to)
{
	int i;

	for (i = from; i < to; i++)
		if (!IS_HIGHBIT_SET(text[i]))
			text[i] = ' ';
	memcpy(text + from, "--", 2);
	text[to - 1] = '\n';
}

static const char *
name_prefix(void)
{
	return standard_conforming_strings ? NAME_STANDARD : NAME_BACKSLASH;
}

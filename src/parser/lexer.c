/*
 * lexer.c
 *		The lexer: PostgreSQL's core scanner without keywords.
 *
 * Identifiers, strings, comments and numbers are read exactly as the server
 * reads them under the current settings. The scanner gets a keyword list of
 * its own that is empty, so every word is an identifier and native syntax, which
 * hooks into the server's list, never sees our scans. Used by the grammar and,
 * through parser.h, by native/.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "parser/scanner.h"

#include "compat.h"
#include "parser/grammar.h"

struct DdlxLexer
{
	core_yy_extra_type extra;
	core_yyscan_t scanner;
	YYLTYPE location;	/* of the token being scanned, in the scanned text */
	const char *source; /* errors are reported in this text */
	int offset;			/* where in source the scanned text starts */
	bool inside;		/* all errors point at offset itself */
	bool ended;			/* the end was returned once */
	int end_location;
};

static void check_token_codes(void);
static DdlxLexer *start(const char *text, const char *source, int offset);
static int no_hash(const void *key, size_t keylen);
static DdlxToken scan(DdlxLexer *lexer);
static bool has_text(int type);
static void shift_error(void *arg);

static const uint16 no_offsets[1] = {0};
static const uint16 no_tokens[1] = {0};
static const ScanKeywordList no_keywords = {"", no_offsets, no_hash, 0, 0};

/*
 * ddlx_lexer_start returns a lexer that reads source from byte offset on, in the
 * current memory context. The caller finishes it; an error needs no finish.
 */
DdlxLexer *
ddlx_lexer_start(const char *source, int offset)
{
	check_token_codes();
	return start(source + offset, source, offset);
}

DdlxLexer *
ddlx_lexer_start_inside(const char *text, const char *source, int location)
{
	DdlxLexer *lexer = start(text, source, location);

	lexer->inside = true;
	return lexer;
}

/*
 * ddlx_lexer_next returns the next token; at the end of the text, however often it
 * is called, a token of type 0.
 */
DdlxToken
ddlx_lexer_next(DdlxLexer *lexer)
{
	ErrorContextCallback callback;
	DdlxToken token;

	if (lexer->ended)
	{
		MemSet(&token, 0, sizeof(token));
		token.location = token.end = lexer->end_location;
		return token;
	}

	callback.callback = shift_error;
	callback.arg = lexer;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	token = scan(lexer);
	error_context_stack = callback.previous;

	if (token.type == DDLX_END)
	{
		lexer->ended = true;
		lexer->end_location = token.location;
	}
	return token;
}

void
ddlx_lexer_finish(DdlxLexer *lexer)
{
	scanner_finish(lexer->scanner);
	pfree(lexer);
}

/*
 * ddlx_errposition converts bytes to characters: the server and psql count
 * characters.
 */
int
ddlx_errposition(const char *source, int location)
{
	if (location < 0)
		return 0;
	return errposition(pg_mbstrlen_with_len(source, location) + 1);
}

/*
 * check_token_codes scans a probe, once a process, and refuses to go on if the
 * scanner's codes are not those of ddlx_token.h.
 */
static void
check_token_codes(void)
{
	static const char probe[] =
		"a U&\"a\" 1.5 'a' U&'a' B'0' X'0' <-> 1 $1 :: .. := => <= >= <>";
	static bool checked = false;
	DdlxLexer *lexer;
	int code;

	if (checked)
		return;

	lexer = start(probe, probe, 0);
	for (code = DDLX_IDENT; code <= DDLX_NOT_EQUALS; code++)
	{
		int found = ddlx_lexer_next(lexer).type;

		if (found != code)
			elog(ERROR, "unrecognized token code of the core scanner: %d instead of %d",
				 found, code);
	}
	ddlx_lexer_finish(lexer);
	checked = true;
}

/* start makes a lexer for text, which stands in source at offset. */
static DdlxLexer *
start(const char *text, const char *source, int offset)
{
	DdlxLexer *lexer = palloc0(sizeof(DdlxLexer));

	lexer->source = source;
	lexer->offset = offset;
	lexer->scanner = scanner_init(text, &lexer->extra, &no_keywords, no_tokens);
	return lexer;
}

static int
no_hash(const void *key, size_t keylen)
{
	return -1;
}

/*
 * scan reads one token. While the scanner holds a token, a NUL stands behind it in
 * its buffer: that gives the token's end at the cost of its length.
 */
static DdlxToken
scan(DdlxLexer *lexer)
{
	core_YYSTYPE value;
	const char *start_of_token;
	DdlxToken token;

	token.type = core_yylex(&value, &lexer->location, lexer->scanner);
	start_of_token = lexer->extra.scanbuf + lexer->location;
	token.text = has_text(token.type) ? value.str : NULL;
	token.quoted = (token.type == DDLX_IDENT && *start_of_token == '"');
	token.location = lexer->offset + lexer->location;
	token.end = token.location + (int) strlen(start_of_token);
	return token;
}

/* has_text tells whether the scanner returns a string with the token. */
static bool
has_text(int type)
{
	return type >= DDLX_IDENT && type <= DDLX_OP;
}

/*
 * shift_error corrects the position of the scanner's own errors, which count from
 * the start of the text that it was given. A string that is invalid in the
 * database's encoding is the one error that comes without a position.
 */
static void
shift_error(void *arg)
{
	DdlxLexer *lexer = (DdlxLexer *) arg;
	int position = geterrposition();

	if (position <= 0 && geterrcode() == ERRCODE_CHARACTER_NOT_IN_REPERTOIRE)
		position = pg_mbstrlen_with_len(lexer->extra.scanbuf, lexer->location) + 1;
	if (position <= 0)
		return;
	if (lexer->inside)
		position = 1;
	errposition(position + pg_mbstrlen_with_len(lexer->source, lexer->offset));
}

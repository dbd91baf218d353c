/*
 * source.c
 *		Small steps in the text of a statement.
 *
 * Blanks, comments and words as the core scanner takes them, without its cost:
 * these run at every word ELECTRIC, whatever statement it stands in.
 */
#include "postgres.h"

#include "parser/parser.h"

#include "compat.h"
#include "native/native_private.h"

static int skip_block_comment(const char *source, int from);
static bool is_word_byte(char c);

/*
 * scanner_settings_replace makes the core scanner read a text as it did before:
 * string literals as they were taken then, without warnings for the second time.
 * The caller restores what was, also after an error.
 */
void
scanner_settings_replace(ScannerSettings *saved, bool standard_strings)
{
	saved->standard_strings = standard_conforming_strings;
	saved->escape_warning = escape_string_warning;
	saved->backslash_quote = backslash_quote;

	standard_conforming_strings = standard_strings;
	escape_string_warning = false;
	backslash_quote = BACKSLASH_QUOTE_ON;
}

void
scanner_settings_restore(const ScannerSettings *saved)
{
	standard_conforming_strings = saved->standard_strings;
	escape_string_warning = saved->escape_warning;
	backslash_quote = saved->backslash_quote;
}

/*
 * source_skip_blanks returns the offset of the first byte from from on that is
 * neither white space nor in a comment.
 */
int
source_skip_blanks(const char *source, int from)
{
	for (;;)
	{
		if (source[from] != '\0' && strchr(" \t\n\r\f\v", source[from]) != NULL)
			from++;
		else if (source[from] == '-' && source[from + 1] == '-')
			from += strcspn(source + from, "\n\r");
		else if (source[from] == '/' && source[from + 1] == '*')
			from = skip_block_comment(source, from);
		else
			return from;
	}
}

/*
 * source_is_word tells whether the unquoted word at offset at is word, given in lower
 * case. Only ASCII letters fold: the locale has no say in what a keyword is.
 */
bool
source_is_word(const char *source, int at, const char *word)
{
	const char *letter = source + at;

	for (; *word != '\0'; word++, letter++)
		if (pg_ascii_tolower((unsigned char) *letter) != (unsigned char) *word)
			return false;
	return !is_word_byte(*letter);
}

/* skip_block_comment returns the end of the comment; they nest. */
static int
skip_block_comment(const char *source, int from)
{
	int depth = 0;

	do
	{
		if (source[from] == '/' && source[from + 1] == '*')
		{
			depth++;
			from += 2;
		}
		else if (source[from] == '*' && source[from + 1] == '/')
		{
			depth--;
			from += 2;
		}
		else if (source[from] != '\0')
			from++;
		else
			return from;
	} while (depth > 0);
	return from;
}

/* is_word_byte tells whether an unquoted word goes on with c. */
static bool
is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_' || c == '$' || IS_HIGHBIT_SET(c);
}

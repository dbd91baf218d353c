/*
 * keyword_hook.c
 *		Native syntax: our code inside the core scanner.
 *
 * PostgreSQL has no hook in its parser. But for every unquoted word its scanner calls
 * the hash function of the keyword table, through a pointer in ScanKeywords
 * (common/keywords.h). That table is constant, on a page that the loader
 * has made read-only; we store our own function there. Eight bytes of data change,
 * no code, and no memory is ever writable and executable at a time.
 *
 * Our function passes every word on to the server's own, and looks closer at ELECTRIC,
 * ENABLE and DISABLE alone (carrier.c). None of this is an official interface. So
 * each process that loads the library parses a probe first, and where that does not
 * give what it must, the pointer is put back and everything is as before:
 * DO LANGUAGE ddlx and electric.ddlx() remain.
 *
 * The compiler may believe that a constant never changes: the pointer is read
 * through volatile everywhere.
 */
#include "postgres.h"

#include <sys/mman.h>
#include <unistd.h>

#include "common/keywords.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/memutils.h"

#include "compat.h"
#include "native/native_private.h"

#define HASH_SLOT ((ScanKeywordHashFunc volatile *) &ScanKeywords.hash)

#define SMALLEST_PAGE 4096

/* Every way in which our code meets a statement, between statements that it must not touch */
static const char probe[] =
	"SELECT 1 AS electric;"
	" ELECTRIC/* probe */GRANT READ ON a TO 'r' ; "
	"ALTER TABLE a ADD enable int, DISABLE\tELECTRIC;"
	"SELECT 2";

static int electric_hash(const void *key, size_t length);
static bool may_follow(const char *end, const char *letters);
static bool is_word(const char *key, const char *word);
static bool is_server_hash(ScanKeywordHashFunc hash);
static char *store_hash(ScanKeywordHashFunc hash);
static char *self_test(void);
static char *check_probe(List *statements);
static bool is_probe_subcommand(Node *statement);

static ScanKeywordHashFunc server_hash = NULL;

/* What the setting says, which may change at any time; see native.c */
static const bool *native_syntax = NULL;

/*
 * keyword_hook_install makes ELECTRIC statements parse, as long as *enabled is true.
 * It returns NULL, or, when this server cannot be taught, the reason.
 */
char *
keyword_hook_install(bool *enabled)
{
	bool configured = *enabled;
	char *problem;

	native_syntax = enabled;
	server_hash = *HASH_SLOT;
	if (!is_server_hash(server_hash))
		return "The server's keyword table is not as expected.";
	if (!scanner_state_init())
		return "The memory map of the process is not available.";

	problem = store_hash(electric_hash);
	if (problem == NULL)
	{
		*enabled = true;
		problem = self_test();
		*enabled = configured;
	}
	if (problem != NULL && *HASH_SLOT == electric_hash)
		(void) store_hash(server_hash);
	return problem;
}

/*
 * electric_hash stands in the keyword table. The scanner calls it for every unquoted
 * word of every statement, so the first comparisons decide nearly always.
 */
static int
electric_hash(const void *key, size_t length)
{
	const char *word = (const char *) key;
	char letter = word[0] | 0x20;

	if (length == 8 && letter == 'e')
	{
		if (*native_syntax && is_word(word, "electric") &&
			may_follow(word + length, "adegrsu") && carry_statement(word))
			return server_hash("unlisten", 8);
	}
	else if ((length == 6 && letter == 'e' && is_word(word, "enable")) ||
			 (length == 7 && letter == 'd' && is_word(word, "disable")))
	{
		if (*native_syntax && may_follow(word + length, "e"))
			carry_subcommand(word, length);
	}
	return server_hash(key, length);
}

/*
 * may_follow guesses whether a word with one of these first letters follows, to spare
 * most columns called electric the search for the scanner. end is the NUL behind our
 * word, in the place of an unknown byte. Whether a text goes on behind it is
 * not known yet, so only bytes of the same page are looked at: they can be read,
 * whatever they are. Doubt, and what may be a comment, counts as yes.
 */
__attribute__((no_sanitize_address)) static bool
may_follow(const char *end, const char *letters)
{
	const char *at;

	for (at = end + 1; (uintptr_t) at % SMALLEST_PAGE != 0; at++)
	{
		if (*at == '\0')
			return false;
		if (strchr(" \t\n\r\f\v", *at) == NULL)
			return strchr("*-/", *at) != NULL ||
				strchr(letters, pg_ascii_tolower((unsigned char) *at)) != NULL;
	}
	return true;
}

/* is_word compares as the scanner does: ASCII letters fold, nothing else. */
static bool
is_word(const char *key, const char *word)
{
	for (; *word != '\0'; key++, word++)
		if (pg_ascii_tolower((unsigned char) *key) != (unsigned char) *word)
			return false;
	return true;
}

/* is_server_hash tells whether hash serves the table: it must find our carrier's word. */
static bool
is_server_hash(ScanKeywordHashFunc hash)
{
	int number;

	if (hash == NULL)
		return false;
	number = hash("unlisten", 8);
	return number >= 0 && number < ScanKeywords.num_keywords &&
		strcmp(GetScanKeyword(number, &ScanKeywords), "unlisten") == 0;
}

/* store_hash puts hash into the table and returns NULL, or why it did not. */
static char *
store_hash(ScanKeywordHashFunc hash)
{
	uintptr_t size = sysconf(_SC_PAGESIZE);
	void *page = (void *) ((uintptr_t) HASH_SLOT & ~(size - 1));
	MemoryArea area;
	bool is_protected;

	if (!memory_area_find((const void *) HASH_SLOT, &area))
		return "The memory map of the process is not available.";
	if (area.protection & PROT_EXEC)
		return "The server's keyword table lies among executable code.";

	is_protected = !(area.protection & PROT_WRITE);
	if (is_protected && mprotect(page, size, PROT_READ | PROT_WRITE) != 0)
		return psprintf("The server's keyword table cannot be made writable: %s.",
						strerror(errno));
	*HASH_SLOT = hash;
	if (is_protected && mprotect(page, size, area.protection) != 0)
		return psprintf("The server's keyword table cannot be protected again: %s.",
						strerror(errno));
	return NULL;
}

/*
 * self_test parses the probe with the hook in place. It returns NULL if the result is
 * right, else what was wrong.
 */
static char *
self_test(void)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	ScannerSettings saved;
	char *problem;

	context = AllocSetContextCreate(caller, "ELECTRIC self-test", ALLOCSET_DEFAULT_SIZES);
	scanner_settings_replace(&saved, true);
	PG_TRY();
	{
		MemoryContextSwitchTo(context);
		problem = check_probe(raw_parser(probe, RAW_PARSE_DEFAULT));
		MemoryContextSwitchTo(caller);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		problem = psprintf("The server's parser said: %s.", error->message);
	}
	PG_END_TRY();
	scanner_settings_restore(&saved);
	MemoryContextDelete(context);
	return problem;
}

/* check_probe returns NULL if statements are what the probe must give. */
static char *
check_probe(List *statements)
{
	static const NodeTag expected[] = {T_SelectStmt, T_UnlistenStmt, T_AlterTableStmt,
									   T_SelectStmt};
	int i;

	if (list_length(statements) != lengthof(expected))
		return "The server's parser gave a wrong number of statements.";
	for (i = 0; i < lengthof(expected); i++)
	{
		Node *statement = list_nth_node(RawStmt, statements, i)->stmt;

		if (nodeTag(statement) != expected[i])
			return "The server's parser gave a wrong kind of statement.";
		if (IsA(statement, AlterTableStmt) && !is_probe_subcommand(statement))
			return "The server's parser gave a wrong subcommand of ALTER TABLE.";
	}
	return NULL;
}

/* is_probe_subcommand tells whether the second subcommand is DISABLE ELECTRIC, carried. */
static bool
is_probe_subcommand(Node *statement)
{
	List *commands = castNode(AlterTableStmt, statement)->cmds;
	AlterTableCmd *command;
	bool standard_strings;

	if (list_length(commands) != 2)
		return false;
	command = castNode(AlterTableCmd, lsecond(commands));
	return command->subtype == AT_DisableRule &&
		is_carrier_name(command->name, &standard_strings) && standard_strings;
}

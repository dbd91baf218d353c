/*
 * scanner_state.c
 *		Finds the core scanner that is asking about a word.
 *
 * The keyword table's hash function is handed the word and nothing else. The rest is
 * on the stack above us: raw_parser() keeps the scanner's settings and
 * the address of its text, a core_yy_extra_type (parser/scanner.h), in its own
 * frame, and core_yylex() holds the address of flex's state in a register
 * or in its frame. So the words of the stack are looked at, upwards from here:
 *
 * 1. one that is the address of ScanKeywords, with the token table beside it and a
 *    text around it that our word lies in, marks the core_yy_extra_type;
 * 2. one that is the address of something whose first member points to that
 *    (the server itself relies on flex putting it first), and which says that its
 *    current token is our word, is flex's state. It knows which byte flex has
 *    replaced by a NUL behind the word.
 *
 * Frames above us are alive, but may hold leftovers. A leftover of step 1 can
 * only win if step 2 confirms it; and step 2 asks the kernel before it follows an
 * address. Where one of them is not found (a build that keeps them elsewhere, such
 * as one with AddressSanitizer's fake stack) nobody is asking that we know: the
 * self-test of keyword_hook.c then leaves native syntax off.
 */
#include "postgres.h"

#include "parser/scanner.h"
#include "utils/memutils.h"

#include "compat.h"
#include "native/native_private.h"

/* raw_parser's frame is less than 4 kB away in every build that we have met. */
#define MAX_STACK_WORDS (16 * 1024 / sizeof(uintptr_t))
/* raw_parser keeps the scanner's address near what it points to. */
#define WORDS_BEHIND_EXTRA 64
#define MAX_WORD_LENGTH	   8

/* The head of flex's state of a reentrant scanner, since flex 2.6.0 */
typedef struct FlexState
{
	core_yy_extra_type *extra;
	FILE *in;
	FILE *out;
	size_t buffer_stack_top;
	size_t buffer_stack_max;
	void *buffer_stack;
	char hold_char; /* was where the NUL stands now */
	int n_chars;
	int token_length;
	char *position; /* the byte behind the token */
} FlexState;

static pg_noinline bool walk_stack(const char *word, int length, ScannerState *state);
static const core_yy_extra_type *extra_around(const uintptr_t *at, const uintptr_t *low,
											  const char *word, int length);
static const FlexState *find_flex(const uintptr_t *low, const uintptr_t *high,
								  const core_yy_extra_type *extra,
								  const char *word, int length);
static bool is_flex(uintptr_t value, const uintptr_t *low,
					const core_yy_extra_type *extra, const char *word, int length);

static uintptr_t stack_end = 0;

/*
 * How far above the walk's frame flex's state was found last: mostly it is there
 * again. Words of different length come by different callers.
 */
static size_t last_distance[MAX_WORD_LENGTH + 1];

/*
 * scanner_state_init learns where the stack ends; false if that is not known.
 * Every backend inherits the stack of the process that loads the library.
 */
bool
scanner_state_init(void)
{
	MemoryArea stack;

	if (!memory_area_find(__builtin_frame_address(0), &stack))
		return false;
	stack_end = stack.end;
	return true;
}

/*
 * scanner_state_find fills state with the scanner that is asking about word, of
 * length bytes; false if none is (quote_identifier() asks as well).
 */
pg_noinline bool
scanner_state_find(const char *word, int length, ScannerState *state)
{
	bool found;

	Assert(length <= MAX_WORD_LENGTH);

	/*
	 * All registers that our callers count on go to the stack, where the walk sees
	 * them; the barrier keeps them there until it is over.
	 */
	__builtin_unwind_init();
	found = walk_stack(word, length, state);
	__asm__ __volatile__("" ::
							 : "memory");
	return found;
}

__attribute__((no_sanitize_address)) static pg_noinline bool
walk_stack(const char *word, int length, ScannerState *state)
{
	const uintptr_t *low = (const uintptr_t *) __builtin_frame_address(0);
	const uintptr_t *high = low + MAX_STACK_WORDS;
	const uintptr_t *at;

	if ((uintptr_t) low >= stack_end)
		return false;
	high = Min(high, (const uintptr_t *) stack_end);

	for (at = low; at < high; at++)
	{
		const core_yy_extra_type *extra;
		const FlexState *flex;

		if (*at != (uintptr_t) &ScanKeywords)
			continue;
		extra = extra_around(at, low, word, length);
		if (extra == NULL)
			continue;
		flex = find_flex(low, Min(high, at + WORDS_BEHIND_EXTRA), extra, word, length);
		if (flex == NULL)
			continue;

		state->text = extra->scanbuf;
		state->length = (int) extra->scanbuflen;
		state->word = word - extra->scanbuf;
		state->word_end = state->word + length;
		state->held = flex->hold_char;
		return word[length] == '\0' &&
			state->text[state->length] == '\0' &&
			state->text[state->length + 1] == '\0';
	}
	return false;
}

/*
 * extra_around returns the core_yy_extra_type whose keyword list stands at at, if it
 * is one and reads a text that word lies in.
 */
__attribute__((no_sanitize_address)) static const core_yy_extra_type *
extra_around(const uintptr_t *at, const uintptr_t *low, const char *word, int length)
{
	const core_yy_extra_type *extra;

	extra = (const core_yy_extra_type *) ((const char *) at -
										  offsetof(core_yy_extra_type, keywordlist));
	if ((const uintptr_t *) extra < low ||
		(uintptr_t) (extra + 1) > stack_end)
		return NULL;
	if (extra->keyword_tokens != ScanKeywordTokens ||
		extra->scanbuflen > MaxAllocSize ||
		word < extra->scanbuf ||
		word + length > extra->scanbuf + extra->scanbuflen)
		return NULL;
	return extra;
}

/* find_flex returns the state of the scanner that reads word with extra, or NULL. */
__attribute__((no_sanitize_address)) static const FlexState *
find_flex(const uintptr_t *low, const uintptr_t *high,
		  const core_yy_extra_type *extra, const char *word, int length)
{
	size_t *distance = &last_distance[length];
	const uintptr_t *at;

	if (*distance < high - low && is_flex(low[*distance], low, extra, word, length))
		return (const FlexState *) low[*distance];

	for (at = low; at < high; at++)
	{
		if (is_flex(*at, low, extra, word, length))
		{
			*distance = at - low;
			return (const FlexState *) *at;
		}
	}
	return NULL;
}

/* is_flex tells whether value is the address of the scanner's state. */
static bool
is_flex(uintptr_t value, const uintptr_t *low,
		const core_yy_extra_type *extra, const char *word, int length)
{
	const FlexState *flex = (const FlexState *) value;

	/* no address, or one of this stack */
	if (value < 4096 || value % MAXIMUM_ALIGNOF != 0 ||
		(value >= (uintptr_t) low && value < stack_end))
		return false;
	return memory_is_readable(flex) && memory_is_readable(&flex->position) &&
		flex->extra == extra &&
		flex->position == word + length &&
		flex->token_length == length;
}

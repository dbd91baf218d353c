/*
 * native_private.h
 *		What the files of native/ share; nobody else includes it.
 */
#ifndef ELECTRIC_NATIVE_PRIVATE_H
#define ELECTRIC_NATIVE_PRIVATE_H

#include "nodes/pg_list.h"

#include "parser/parser.h"

/* --- memory_map.c --- */

/* A stretch of this process's memory and its PROT_ flags */
typedef struct MemoryArea
{
	uintptr_t start;
	uintptr_t end;
	int protection;
} MemoryArea;

extern bool memory_area_find(const void *address, MemoryArea *area);
extern bool memory_is_readable(const void *address);

/* --- scanner_state.c --- */

/* The core scanner at the moment it asks whether a word is a keyword */
typedef struct ScannerState
{
	char *text;	  /* the scanner's own copy of the string being parsed */
	int length;	  /* of text */
	int word;	  /* where the word starts .. */
	int word_end; /* .. and ends: flex has put a NUL there .. */
	char held;	  /* .. in the place of this byte */
} ScannerState;

extern bool scanner_state_init(void);
extern bool scanner_state_find(const char *word, int length, ScannerState *state);

/* --- source.c --- */

/*
 * The settings with which the core scanner reads a text. They are replaced while a
 * text is read again that the server has read before.
 */
typedef struct ScannerSettings
{
	bool standard_strings;
	bool escape_warning;
	int backslash_quote;
} ScannerSettings;

extern void scanner_settings_replace(ScannerSettings *saved, bool standard_strings);
extern void scanner_settings_restore(const ScannerSettings *saved);
extern int source_skip_blanks(const char *source, int from);
extern bool source_is_word(const char *source, int at, const char *word);

/* --- position.c --- */

/* Where in an ALTER TABLE statement we are */
typedef enum AlterPhase
{
	ALTER_NONE,		  /* not in ALTER TABLE */
	ALTER_WORD,		  /* behind ALTER */
	ALTER_TABLE_NAME, /* the table's name, or a part of it, comes next */
	ALTER_AFTER_IF,	  /* behind IF, which may be the table's name */
	ALTER_AFTER_NAME, /* the name may go on, or the first subcommand starts */
	ALTER_NEXT,		  /* behind a comma: the next subcommand starts */
	ALTER_INSIDE	  /* in a subcommand */
} AlterPhase;

/* Where in a string of SQL statements we are, between two tokens */
typedef struct Position
{
	bool at_start;	  /* no token of the statement yet */
	int depth;		  /* open parentheses and brackets */
	int atomic;		  /* BEGIN ATOMIC, and CASE in it, without their END */
	bool creates;	  /* the statement starts with CREATE .. */
	bool routine;	  /* .. FUNCTION or PROCEDURE */
	bool after_begin; /* the last token was BEGIN */
	bool after_name;  /* the last token was "." or AS: a word is a name now */
	AlterPhase alter;
	int subcommand; /* of ALTER TABLE, from 0 */
} Position;

extern bool token_is_word(const DdlxToken *token, const char *word);
extern void position_init(Position *position);
extern void position_advance(Position *position, const DdlxToken *token);
extern bool position_is_statement_start(const Position *position);
extern bool position_is_subcommand_start(const Position *position);

/* --- carrier.c --- */
extern bool carry_statement(const char *word);
extern void carry_subcommand(const char *word, int length);
extern bool is_carrier_name(const char *name, bool *standard_strings);

/* --- keyword_hook.c --- */
extern char *keyword_hook_install(bool *enabled);

/* --- utility.c --- */
extern void utility_hook_install(void);

#endif /* ELECTRIC_NATIVE_PRIVATE_H */

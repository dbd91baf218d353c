/*
 * parser.h
 *		Contract of the parser: DDLX text in, statements out.
 *
 * Pure: no catalog, no SPI, no settings but those that PostgreSQL's own scanner
 * reads. Everything returned is palloc'd in the caller's memory context and
 * points into nothing but itself and the source text, which must outlive it.
 *
 * A location is a byte offset into the source text, -1 where there is none.
 */
#ifndef ELECTRIC_PARSER_H
#define ELECTRIC_PARSER_H

/*
 * PostgreSQL has a header of the same name, which executor/spi.h includes: this
 * one stands before it in the search path, so it lets it through.
 */
#include_next "parser/parser.h"

#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"

typedef enum DdlxKind
{
	DDLX_GRANT,
	DDLX_REVOKE,
	DDLX_ASSIGN,
	DDLX_UNASSIGN,
	DDLX_ENABLE,
	DDLX_DISABLE,
	DDLX_SQLITE
} DdlxKind;

/* One privilege word of a list, with the column list that belongs to it */
typedef struct DdlxPrivilege
{
	/* Of ACL_SELECT, ACL_INSERT, ACL_UPDATE, ACL_DELETE; not DELETE with columns */
	AclMode mode;
	char *word;			  /* the canonical word: SELECT, READ, WRITE, ALL .. */
	List *columns;		  /* DdlxName *; NIL: the whole table */
	int location;		  /* of the word */
	int columns_location; /* of the parenthesis, or -1 */
} DdlxPrivilege;

/* A plain name with its place */
typedef struct DdlxName
{
	char *name;
	int location;
} DdlxName;

/* [schema.]table.column */
typedef struct DdlxColumn
{
	RangeVar *table; /* location set */
	char *column;
	int location;		 /* of the first word of the reference */
	int column_location; /* of the column's word */
} DdlxColumn;

typedef enum DdlxRoleKind
{
	DDLX_ROLE_ANYONE,
	DDLX_ROLE_AUTHENTICATED,
	DDLX_ROLE_STATIC, /* the name stands in the statement */
	DDLX_ROLE_DYNAMIC /* the name is read from a column */
} DdlxRoleKind;

typedef struct DdlxRole
{
	DdlxRoleKind kind;
	char *name;			/* STATIC: the role's name, without its scope */
	DdlxColumn *column; /* DYNAMIC */
	RangeVar *scope;	/* the scope table (location set), NULL: global */
	int location;		/* of the first word of the role */
} DdlxRole;

/* One step of a USING path: a column or a foreign-key constraint */
typedef struct DdlxStep
{
	char *schema; /* NULL if not given */
	char *table;  /* NULL if not given */
	char *name;
	int location;
} DdlxStep;

typedef struct DdlxStatement
{
	DdlxKind kind;
	const char *source; /* the text that the locations count in */
	int location;		/* first byte of the statement .. */
	int length;			/* .. and its length without the semicolon */

	List *privileges;		 /* GRANT, REVOKE: DdlxPrivilege * */
	List *tables;			 /* GRANT, REVOKE, ENABLE, DISABLE: RangeVar * */
	List *roles;			 /* GRANT, REVOKE: DdlxRole *; ASSIGN, UNASSIGN:
								 * exactly one */
	DdlxColumn *user_column; /* ASSIGN, UNASSIGN */
	List *path;				 /* USING: DdlxStep *; NIL if not given */
	int path_location;		 /* of the word USING, or -1 */
	char *condition;		 /* CHECK, WHERE, IF: the text between the
								 * parentheses; NULL if not given */
	int condition_location;	 /* of its first byte */
	int clause_location;	 /* of the word CHECK, WHERE or IF, or -1 */
	bool missing_ok;		 /* ALTER TABLE IF EXISTS */
	char *sql;				 /* SQLITE */
} DdlxStatement;

/*
 * ddlx_parse returns the statements of source (List of DdlxStatement *), which
 * are separated by semicolons. Raises 42601 with a position at the first
 * mistake. Empty statements are skipped.
 */
extern List *ddlx_parse(const char *source);

/*
 * ddlx_parse_at parses the one statement that starts at byte offset, and sets
 * *end to the offset of its semicolon or of the text's end.
 */
extern DdlxStatement *ddlx_parse_at(const char *source, int offset, int *end);

/*
 * ddlx_errposition, used within ereport(), points at the byte offset location
 * of source (in characters, as errposition wants it); -1 gives no position.
 */
extern int ddlx_errposition(const char *source, int location);

/* ddlx_kind_name returns "ELECTRIC GRANT" and so on: the command's name. */
extern const char *ddlx_kind_name(DdlxKind kind);

/*
 * The lexer: PostgreSQL's own core scanner with an empty keyword list, so that
 * every word is an identifier. Also used by native/ to find where a statement
 * starts. Tokens are PostgreSQL's token codes (IDENT, SCONST, Op ..) as
 * listed in ddlx_token.h, single characters, and 0 at the end.
 */
typedef struct DdlxLexer DdlxLexer;

typedef struct DdlxToken
{
	int type;
	char *text;	 /* IDENT: the folded name; SCONST: the value */
	bool quoted; /* IDENT: was written in double quotes */
	int location;
	int end; /* the byte behind the token */
} DdlxToken;

/* ddlx_lexer_start scans source from byte offset on. */
extern DdlxLexer *ddlx_lexer_start(const char *source, int offset);
extern DdlxToken ddlx_lexer_next(DdlxLexer *lexer);
extern void ddlx_lexer_finish(DdlxLexer *lexer);

#endif /* ELECTRIC_PARSER_H */

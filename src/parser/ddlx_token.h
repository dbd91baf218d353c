/*
 * ddlx_token.h
 *		Token codes of PostgreSQL's core scanner.
 *
 * The scanner returns codes that the grammar's generator numbered, and the header
 * that holds them is not installed from PostgreSQL 16 on. parser/scanner.h fixes
 * them instead: these tokens must be the first of any grammar built on the
 * scanner, in this order, with IDENT = 258. ddlx_lexer_start checks that before
 * it scans for the first time.
 */
#ifndef ELECTRIC_DDLX_TOKEN_H
#define ELECTRIC_DDLX_TOKEN_H

typedef enum DdlxTokenCode
{
	DDLX_END = 0, /* the end of the text */
	DDLX_IDENT = 258,
	DDLX_UIDENT, /* U&"..", escapes not yet decoded */
	DDLX_FCONST,
	DDLX_SCONST,
	DDLX_USCONST, /* U&'..', escapes not yet decoded */
	DDLX_BCONST,
	DDLX_XCONST,
	DDLX_OP,
	DDLX_ICONST,
	DDLX_PARAM,
	DDLX_TYPECAST,
	DDLX_DOT_DOT,
	DDLX_COLON_EQUALS,
	DDLX_EQUALS_GREATER,
	DDLX_LESS_EQUALS,
	DDLX_GREATER_EQUALS,
	DDLX_NOT_EQUALS
} DdlxTokenCode;

#endif /* ELECTRIC_DDLX_TOKEN_H */

/*
 * ddlx.h
 *		Carrying out DDLX statements: parse -> resolve -> store -> compile -> apply.
 */
#ifndef ELECTRIC_DDLX_H
#define ELECTRIC_DDLX_H

#include "nodes/pg_list.h"

#include "parser/parser.h"

/* What a statement did, for the caller of electric.ddlx */
typedef struct DdlxResult
{
	const char *command; /* ELECTRIC GRANT .. */
	char *object;		 /* the tables spoken of, qualified */
} DdlxResult;

/*
 * ddlx_execute carries out statements (List of DdlxStatement *, NIL: none) with all checks:
 * read-only transaction, recovery, security-restricted operation, extension script,
 * ownership. Returns a DdlxResult for each. The tables of all are locked before the
 * first is carried out. Needs an active snapshot. An error leaves nothing changed.
 */
extern List *ddlx_execute(List *statements);

/*
 * ddlx_warn_foreign_policies warns of each permissive policy of others on relid, or of the
 * one called name.
 */
extern void ddlx_warn_foreign_policies(Oid relid, const char *name);

#endif /* ELECTRIC_DDLX_H */

/*
 * condition.h
 *		Conditions within the resolver: the steps of their analysis.
 */
#ifndef ELECTRIC_CONDITION_H
#define ELECTRIC_CONDITION_H

#include "parser/parse_node.h"

/* Range table numbers of the names for the row; this and row are one */
enum
{
	ROW_THIS = 1,
	ROW_ROW,
	ROW_NEW,
	ROW_OLD
};

/*
 * condition.c: condition_analyse returns the boolean expression that
 * "SELECT (condition)" holds; its columns are those of the names above.
 */
extern Node *condition_analyse(const char *sql, Oid relid);

/*
 * condition.c: condition_placed returns a condition as "SELECT (condition)", with each
 * character where it stands in source; condition_parse the one expression of such a
 * text, as it is written.
 */
extern char *condition_placed(const char *source, const char *text, int location);
extern Node *condition_parse(const char *sql);

/*
 * condition_auth.c: condition_know_auth lets pstate know auth.user_id, auth.claims and
 * auth.data.x.y. condition_settle_auth makes auth.user_id text where nothing asked it
 * for a type.
 */
extern void condition_know_auth(ParseState *pstate);
extern Node *condition_settle_auth(Node *condition);

/*
 * condition_string.c: condition_hide_strings makes a parameter of each string constant of a
 * condition as it is written, before it is analysed; condition_settle_strings makes strings
 * again of those that no context asked for a type. In between condition_coerce_string
 * reads them, unless that is to call code of others (0A000).
 */
extern void condition_hide_strings(ParseState *pstate, Node *raw);
extern Node *condition_settle_strings(ParseState *pstate, Node *condition);
extern Node *condition_coerce_string(ParseState *pstate, Param *param, Oid type, int32 typmod,
									 int location);

/*
 * condition_check.c: raises, with the place, at what a condition may not contain: all of
 * it, a sub-select (before its tables are locked), or a constant of a type whose values are
 * read by calling the checks of domains.
 */
extern void condition_refuse_unusable(ParseState *pstate, Node *condition);
extern void condition_refuse_subselect(ParseState *pstate, Node *sublink);
extern void condition_refuse_checked_constant(ParseState *pstate, Oid type, int location);

/*
 * condition_call.c: raises at a call that, read again, could mean a function or an operator of
 * somebody else than now. The table is the first of pstate's range table.
 */
extern void condition_refuse_unsure_call(ParseState *pstate, Node *node);

#endif /* ELECTRIC_CONDITION_H */

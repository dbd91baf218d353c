/*
 * utility.h
 *		A call of the utility hook, shared by utility.c and alter_table.c.
 */
#ifndef ELECTRIC_NATIVE_UTILITY_H
#define ELECTRIC_NATIVE_UTILITY_H

#include "tcop/utility.h"

#include "parser/parser.h"

/* What ProcessUtility_hook is called with */
typedef struct UtilityCall
{
	PlannedStmt *pstmt;
	const char *source; /* the whole string that the statement stands in */
	bool read_only_tree;
	ProcessUtilityContext context;
	ParamListInfo params;
	QueryEnvironment *environment;
	DestReceiver *dest;
	QueryCompletion *completion;
} UtilityCall;

/* --- utility.c --- */
extern void utility_call_next(const UtilityCall *call, PlannedStmt *pstmt);
extern int utility_call_start(const UtilityCall *call);
extern int utility_call_end(const UtilityCall *call);
extern void utility_execute(DdlxStatement *statement);

/* --- alter_table.c --- */
extern bool alter_table_run(const UtilityCall *call);

#endif /* ELECTRIC_NATIVE_UTILITY_H */

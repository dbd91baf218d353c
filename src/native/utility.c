/*
 * utility.c
 *		Carries out the ELECTRIC statements that the server's parser let through.
 *
 * They arrive as UNLISTEN, or as ALTER TABLE with ENABLE / DISABLE RULE (carrier.c). A
 * carrier proves nothing, since anybody can type one: the text that was sent decides.
 * Where it says ELECTRIC the statement is parsed once more, from that text, and
 * carried out; where it says UNLISTEN or RULE the server goes on by itself. The text
 * comes with every statement (a prepared one's, a function's ..).
 *
 * UNLISTEN runs without a snapshot and is never logged as DDL, so both are done here.
 * Extensions whose utility hook stands behind ours are shown the carrier when it is done, so
 * that an audit has the statement whatever the order of the libraries is.
 */
#include "postgres.h"

#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "parser/parser.h"
#include "tcop/cmdtag.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "ddlx.h"
#include "native/native_private.h"
#include "native/utility.h"

static void native_process_utility(PlannedStmt *pstmt, const char *queryString,
								   bool readOnlyTree, ProcessUtilityContext context,
								   ParamListInfo params, QueryEnvironment *queryEnv,
								   DestReceiver *dest, QueryCompletion *qc);
static bool is_electric(const UtilityCall *call, const char *carrier);
static void run_statement(const UtilityCall *call, const char *carrier);
static void show_to_others(const UtilityCall *call);
static DdlxStatement *parse_again(const UtilityCall *call, bool standard_strings);
static void check_extension(void);
static void log_statement_text(const UtilityCall *call);
static CommandTag command_tag(DdlxKind kind);

static ProcessUtility_hook_type next_process_utility = NULL;

void
utility_hook_install(void)
{
	next_process_utility = ProcessUtility_hook ? ProcessUtility_hook : standard_ProcessUtility;
	ProcessUtility_hook = native_process_utility;
}

static void
native_process_utility(PlannedStmt *pstmt, const char *queryString,
					   bool readOnlyTree, ProcessUtilityContext context,
					   ParamListInfo params, QueryEnvironment *queryEnv,
					   DestReceiver *dest, QueryCompletion *qc)
{
	UtilityCall call = {pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc};
	Node *statement = pstmt->utilityStmt;

	if (IsA(statement, UnlistenStmt))
	{
		const char *carrier = ((UnlistenStmt *) statement)->conditionname;

		if (carrier != NULL && is_electric(&call, carrier))
		{
			run_statement(&call, carrier);
			return;
		}
	}
	else if (IsA(statement, AlterTableStmt) && alter_table_run(&call))
		return;

	utility_call_next(&call, pstmt);
}

/* utility_call_next has pstmt carried out by the server, for call or as a part of it. */
void
utility_call_next(const UtilityCall *call, PlannedStmt *pstmt)
{
	next_process_utility(pstmt, call->source, call->read_only_tree, call->context,
						 call->params, call->environment, call->dest, call->completion);
}

/* utility_call_start returns the offset of the statement's first word, -1 if unknown. */
int
utility_call_start(const UtilityCall *call)
{
	if (call->source == NULL || call->pstmt->stmt_location < 0)
		return -1;
	return source_skip_blanks(call->source, call->pstmt->stmt_location);
}

/* utility_call_end returns the offset behind the statement, which has a start. */
int
utility_call_end(const UtilityCall *call)
{
	if (call->pstmt->stmt_len > 0)
		return call->pstmt->stmt_location + call->pstmt->stmt_len;
	return strlen(call->source);
}

/* utility_execute carries out a DDLX statement on behalf of the user. */
void
utility_execute(DdlxStatement *statement)
{
	check_extension();
	PushActiveSnapshot(GetTransactionSnapshot());
	ddlx_execute(list_make1(statement));
	PopActiveSnapshot();
}

/*
 * is_electric tells whether the user sent an ELECTRIC statement where the server
 * sees UNLISTEN. A carrier without its text is an error: it must not pass for done.
 */
static bool
is_electric(const UtilityCall *call, const char *carrier)
{
	int start = utility_call_start(call);
	bool standard_strings;

	if (start >= 0 && source_is_word(call->source, start, "electric"))
		return true;
	if (start >= 0 && source_is_word(call->source, start, "unlisten"))
		return false;
	if (is_carrier_name(carrier, &standard_strings))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the text of an ELECTRIC statement has been lost"),
				 errdetail("Another extension runs the statement under a different text."),
				 errhint("Call electric.ddlx('ELECTRIC ...').")));
	return false;
}

static void
run_statement(const UtilityCall *call, const char *carrier)
{
	bool standard_strings = standard_conforming_strings;
	DdlxStatement *statement;

	log_statement_text(call);
	(void) is_carrier_name(carrier, &standard_strings);
	statement = parse_again(call, standard_strings);
	utility_execute(statement);
	show_to_others(call);
	if (call->completion != NULL)
		SetQueryCompletion(call->completion, command_tag(statement->kind), 0);
}

/*
 * show_to_others has the UNLISTEN pass the hooks behind ours. The server then stops listening
 * on a channel that nobody has, which it refuses in a security-restricted operation.
 */
static void
show_to_others(const UtilityCall *call)
{
	if (next_process_utility != standard_ProcessUtility && !InSecurityRestrictedOperation())
		utility_call_next(call, call->pstmt);
}

/*
 * parse_again parses the statement that carrier.c parsed when the text arrived,
 * with string literals read as they were then.
 */
static DdlxStatement *
parse_again(const UtilityCall *call, bool standard_strings)
{
	ScannerSettings saved;
	DdlxStatement *volatile statement = NULL;
	int end;

	scanner_settings_replace(&saved, standard_strings);
	PG_TRY();
	{
		statement = ddlx_parse_at(call->source, utility_call_start(call), &end);
	}
	PG_FINALLY();
	{
		scanner_settings_restore(&saved);
	}
	PG_END_TRY();

	if (end != utility_call_end(call))
		elog(ERROR, "ELECTRIC statement ends at byte %d instead of %d",
			 end, utility_call_end(call));
	return statement;
}

static void
check_extension(void)
{
	if (OidIsValid(get_extension_oid("electric_perm", true)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("extension \"electric_perm\" is not installed in database \"%s\"",
					get_database_name(MyDatabaseId)),
			 errdetail("ELECTRIC statements need its tables."),
			 errhint("Run CREATE EXTENSION electric_perm first.")));
}

/*
 * log_statement_text does for log_statement = ddl and mod what the server does not,
 * since it takes the statement for UNLISTEN; with "all" it has logged the text.
 */
static void
log_statement_text(const UtilityCall *call)
{
	int start = utility_call_start(call);

	if (call->context != PROCESS_UTILITY_TOPLEVEL ||
		(log_statement != LOGSTMT_DDL && log_statement != LOGSTMT_MOD))
		return;
	ereport(LOG,
			(errmsg("statement: %.*s", utility_call_end(call) - start, call->source + start),
			 errhidestmt(true)));
}

/*
 * command_tag returns what the client is told: tags come from the server's own list, so
 * it is the nearest one.
 */
static CommandTag
command_tag(DdlxKind kind)
{
	switch (kind)
	{
		case DDLX_GRANT:
			return CMDTAG_GRANT;
		case DDLX_REVOKE:
			return CMDTAG_REVOKE;
		case DDLX_ASSIGN:
			return CMDTAG_GRANT_ROLE;
		case DDLX_UNASSIGN:
			return CMDTAG_REVOKE_ROLE;
		case DDLX_ENABLE:
		case DDLX_DISABLE:
			return CMDTAG_ALTER_TABLE;
		case DDLX_SQLITE:
			return CMDTAG_DO;
	}
	elog(ERROR, "unrecognized DDLX statement: %d", (int) kind);
}

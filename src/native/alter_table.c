/*
 * alter_table.c
 *		ALTER TABLE .. ENABLE / DISABLE ELECTRIC among other subcommands.
 *
 * The server's parser saw ENABLE / DISABLE RULE _e_ (carrier.c). Which of these
 * subcommands were ELECTRIC, the text says: its n-th subcommand is the n-th of the parse
 * tree. Those are carried out here; the ones before, between and behind them go to
 * the server in their order, as statements of their own.
 */
#include "postgres.h"

#include "access/xact.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"

#include "compat.h"
#include "native/native_private.h"
#include "native/utility.h"
#include "parser/ddlx_token.h"

static bool has_carrier(const AlterTableStmt *statement, bool *standard_strings);
static bool is_carrier(const AlterTableCmd *command, bool *standard_strings);
static Bitmapset *electric_subcommands(const UtilityCall *call, bool standard_strings);
static Bitmapset *find_electric(DdlxLexer *lexer, int end);
static void run_in_order(const UtilityCall *call, const Bitmapset *electric);
static void run_others(const UtilityCall *call, List *commands);
static void run_electric(const UtilityCall *call, const AlterTableCmd *command);

/*
 * alter_table_run carries out the ALTER TABLE statement of call if it speaks of
 * ELECTRIC; otherwise it does nothing and returns false.
 */
bool
alter_table_run(const UtilityCall *call)
{
	AlterTableStmt *statement = castNode(AlterTableStmt, call->pstmt->utilityStmt);
	Bitmapset *electric;
	bool standard_strings;

	if (!has_carrier(statement, &standard_strings) || utility_call_start(call) < 0)
		return false;
	electric = electric_subcommands(call, standard_strings);
	if (bms_is_empty(electric))
		return false;
	run_in_order(call, electric);
	return true;
}

static bool
has_carrier(const AlterTableStmt *statement, bool *standard_strings)
{
	ListCell *cell;

	foreach(cell, statement->cmds)
		if (is_carrier(lfirst_node(AlterTableCmd, cell), standard_strings))
			return true;
	return false;
}

/* is_carrier tells whether command looks like ENABLE / DISABLE ELECTRIC, carried. */
static bool
is_carrier(const AlterTableCmd *command, bool *standard_strings)
{
	return (command->subtype == AT_EnableRule || command->subtype == AT_DisableRule) &&
		is_carrier_name(command->name, standard_strings);
}

/* electric_subcommands returns the numbers of those that the text calls ELECTRIC. */
static Bitmapset *
electric_subcommands(const UtilityCall *call, bool standard_strings)
{
	ScannerSettings saved;
	Bitmapset *volatile electric = NULL;

	scanner_settings_replace(&saved, standard_strings);
	PG_TRY();
	{
		DdlxLexer *lexer = ddlx_lexer_start(call->source, utility_call_start(call));

		electric = find_electric(lexer, utility_call_end(call));
		ddlx_lexer_finish(lexer);
	}
	PG_FINALLY();
	{
		scanner_settings_restore(&saved);
	}
	PG_END_TRY();
	return electric;
}

static Bitmapset *
find_electric(DdlxLexer *lexer, int end)
{
	Bitmapset *electric = NULL;
	Position position;
	DdlxToken token;
	bool after_switch = false; /* behind ENABLE or DISABLE that starts one */

	position_init(&position);
	while ((token = ddlx_lexer_next(lexer)).type != DDLX_END && token.location < end)
	{
		if (after_switch && token_is_word(&token, "electric"))
			electric = bms_add_member(electric, position.subcommand);
		after_switch = position_is_subcommand_start(&position) &&
			(token_is_word(&token, "enable") || token_is_word(&token, "disable"));
		position_advance(&position, &token);
	}
	return electric;
}

/* run_in_order carries out all subcommands, the numbers in electric ourselves. */
static void
run_in_order(const UtilityCall *call, const Bitmapset *electric)
{
	AlterTableStmt *statement = castNode(AlterTableStmt, call->pstmt->utilityStmt);
	List *others = NIL;
	int i;

	for (i = 0; i < list_length(statement->cmds); i++)
	{
		AlterTableCmd *command = list_nth_node(AlterTableCmd, statement->cmds, i);
		bool standard_strings;

		if (!bms_is_member(i, electric) || !is_carrier(command, &standard_strings))
		{
			others = lappend(others, command);
			continue;
		}
		run_others(call, others);
		others = NIL;
		run_electric(call, command);
		CommandCounterIncrement();
	}
	run_others(call, others);
}

/* run_others has the server carry out commands, in a copy that it may change. */
static void
run_others(const UtilityCall *call, List *commands)
{
	PlannedStmt *part;
	AlterTableStmt *statement;

	if (commands == NIL)
		return;
	statement = copyObject(castNode(AlterTableStmt, call->pstmt->utilityStmt));
	statement->cmds = copyObject(commands);
	part = copyObject(call->pstmt);
	part->utilityStmt = (Node *) statement;
	utility_call_next(call, part);
	CommandCounterIncrement();
}

static void
run_electric(const UtilityCall *call, const AlterTableCmd *command)
{
	AlterTableStmt *statement = castNode(AlterTableStmt, call->pstmt->utilityStmt);
	DdlxStatement *ddlx = palloc0(sizeof(DdlxStatement));

	ddlx->kind = command->subtype == AT_EnableRule ? DDLX_ENABLE : DDLX_DISABLE;
	ddlx->source = call->source;
	ddlx->location = utility_call_start(call);
	ddlx->length = utility_call_end(call) - ddlx->location;
	ddlx->tables = list_make1(copyObject(statement->relation));
	ddlx->path_location = -1;
	ddlx->condition_location = -1;
	ddlx->clause_location = -1;
	ddlx->missing_ok = statement->missing_ok;
	utility_execute(ddlx);
}

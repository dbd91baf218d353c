/*
 * entry.c
 *		electric.ddlx() and the language ddlx: DDLX as text, with nothing preloaded.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "ddlx.h"
#include "ddlx/rule.h"

PG_FUNCTION_INFO_V1(electric_ddlx);
PG_FUNCTION_INFO_V1(electric_ddlx_inline_handler);
PG_FUNCTION_INFO_V1(electric_ddlx_call_handler);
PG_FUNCTION_INFO_V1(electric_ddlx_validator);

static void transpose_error_position(void *arg);
static void refuse_functions(void) pg_attribute_noreturn();

/* electric.ddlx(statements text) -> setof (command text, object text) */
Datum
electric_ddlx(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result_set = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ddlx_execute_text(text_to_cstring(PG_GETARG_TEXT_PP(0))))
	{
		DdlxResult *result = lfirst(cell);
		Datum values[2];
		bool nulls[2] = {false, result->object == NULL};

		values[0] = CStringGetTextDatum(result->command);
		values[1] = result->object ? CStringGetTextDatum(result->object) : (Datum) 0;
		tuplestore_putvalues(result_set->setResult, result_set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* DO LANGUAGE ddlx */
Datum
electric_ddlx_inline_handler(PG_FUNCTION_ARGS)
{
	InlineCodeBlock *block = (InlineCodeBlock *) PG_GETARG_POINTER(0);

	ddlx_execute_text(block->source_text);
	PG_RETURN_VOID();
}

/* No function of the language exists: the validator lets none be made. */
Datum
electric_ddlx_call_handler(PG_FUNCTION_ARGS)
{
	refuse_functions();
}

/* Called by CREATE FUNCTION .. LANGUAGE ddlx, whatever check_function_bodies says */
Datum
electric_ddlx_validator(PG_FUNCTION_ARGS)
{
	refuse_functions();
}

List *
ddlx_execute_text(const char *source)
{
	ErrorContextCallback callback;
	List *results;

	callback.callback = transpose_error_position;
	callback.arg = unconstify(char *, source);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	results = ddlx_execute(ddlx_parse(source));
	error_context_stack = callback.previous;
	return results;
}

/*
 * transpose_error_position makes a position in the inner text one that
 * clients show with that text, as PostgreSQL does for functions.
 */
static void
transpose_error_position(void *arg)
{
	int position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery((const char *) arg);
	}
}

static void
refuse_functions(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("functions in language \"ddlx\" are not supported"),
			 errhint("Run the statements with DO LANGUAGE ddlx $$ .. $$.")));
}

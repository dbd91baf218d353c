/*
 * as_user.c
 *		electric.as_user(): one query, run as an end user, for tests of rules.
 *
 * The identity is entered before the query is parsed and left when its last row has been
 * kept, so that all of it belongs to the end user: planning, triggers, the conversion
 * of rows. The statement that calls the function noted its own identity when it
 * started, and goes on with that.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "identity/functions.h"
#include "identity/identity.h"

/* Where the rows of the query go: as jsonb, into the function's result */
typedef struct RowReceiver
{
	DestReceiver receiver; /* first: the server knows this much */
	ReturnSetInfo *result;
	FmgrInfo to_jsonb;
	TupleDesc row_type;
	MemoryContext context;	   /* of this */
	MemoryContext row_context; /* emptied for each row */
} RowReceiver;

static void refuse_unbound_role(void);
static void run_query(const char *query, ReturnSetInfo *result);
static SPIPlanPtr prepare_query(const char *query);
static void refuse_result(int code);
static DestReceiver *row_receiver_create(ReturnSetInfo *result);
static void row_receiver_start(DestReceiver *self, int operation, TupleDesc row_type);
static bool row_receiver_put(TupleTableSlot *slot, DestReceiver *self);
static void row_receiver_nothing(DestReceiver *self);

PG_FUNCTION_INFO_V1(electric_as_user);

/*
 * electric.as_user(user_id text, query text, claims jsonb DEFAULT '{}') returns setof jsonb
 *
 * Each row of the query as to_jsonb() gives it. 22023 for an empty user id or claims that
 * are no object, 22004 for no query, 42601 for none or several statements, 0A000 for what
 * cannot run within a function, 55000 in a role that an identity does not bind.
 */
Datum
electric_as_user(PG_FUNCTION_ARGS)
{
	const char *user_id = user_id_argument(fcinfo, 0);
	const Jsonb *claims = claims_argument(fcinfo, 2);
	const char *query;
	int level;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("query must not be null")));
	query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	refuse_restricted_operation();
	refuse_unbound_role();
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);

	level = identity_enter(user_id, claims);
	run_query(query, (ReturnSetInfo *) fcinfo->resultinfo);
	identity_leave(level);
	return (Datum) 0;
}

/*
 * refuse_unbound_role: a test in a role that sees all rows would prove nothing. It asks
 * for the role whose privileges the query has.
 */
static void
refuse_unbound_role(void)
{
	Oid roleid = GetUserId();
	Oid owned;

	if (!role_is_unbound(roleid, &owned))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("electric.as_user() has no effect for role \"%s\"",
					GetUserNameFromId(roleid, false)),
			 OidIsValid(owned) ?
				 errdetail("Row-level security does not bind the owner of table \"%s\" and roles that inherit him.",
						   get_rel_name(owned)) :
				 errdetail("Row-level security does not bind superusers and roles with BYPASSRLS."),
			 errhint("Call it in a client role: SET ROLE to one, see electric.add_client_role().")));
}

/* run_query puts the rows of the query into result. */
static void
run_query(const char *query, ReturnSetInfo *result)
{
	SPIExecuteOptions options = {0};
	int code;

	options.dest = row_receiver_create(result);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	code = SPI_execute_plan_extended(prepare_query(query), &options);
	if (code < 0)
		refuse_result(code);
	SPI_finish();
}

/* prepare_query analyses the query, which is one statement. */
static SPIPlanPtr
prepare_query(const char *query)
{
	SPIPrepareOptions options = {0};
	SPIPlanPtr plan;
	int nstatements;

	options.parseMode = RAW_PARSE_DEFAULT;
	options.cursorOptions = CURSOR_OPT_PARALLEL_OK;
	plan = SPI_prepare_extended(query, &options);
	if (!plan)
		elog(ERROR, "SPI_prepare_extended failed: %s", SPI_result_code_string(SPI_result));
	nstatements = list_length(SPI_plan_get_plan_sources(plan));
	if (nstatements != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("query must be one statement"),
				 nstatements == 0 ? errdetail("There is none in it.") :
									errdetail("There are %d in it.", nstatements),
				 errhint("Call electric.as_user() once for each.")));
	return plan;
}

/* refuse_result raises what SPI only returns a code for. */
static void
refuse_result(int code)
{
	if (code == SPI_ERROR_TRANSACTION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("query of electric.as_user() cannot begin or end a transaction"),
				 errhint("Type it outside the function.")));
	if (code == SPI_ERROR_COPY)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("query of electric.as_user() cannot copy to or from the client"),
				 errhint("Use SELECT or INSERT.")));
	elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(code));
}

static DestReceiver *
row_receiver_create(ReturnSetInfo *result)
{
	RowReceiver *self = palloc0(sizeof(RowReceiver));
	Node *record = (Node *) makeNullConst(RECORDOID, -1, InvalidOid);

	self->receiver.receiveSlot = row_receiver_put;
	self->receiver.rStartup = row_receiver_start;
	self->receiver.rShutdown = row_receiver_nothing;
	self->receiver.rDestroy = row_receiver_nothing;
	self->receiver.mydest = DestTuplestore;
	self->result = result;
	self->context = CurrentMemoryContext;
	self->row_context = AllocSetContextCreate(CurrentMemoryContext, "electric_perm row",
											  ALLOCSET_DEFAULT_SIZES);
	/* to_jsonb asks the expression that calls it for the type of its argument */
	fmgr_info(F_TO_JSONB, &self->to_jsonb);
	fmgr_info_set_expr((Node *) makeFuncExpr(F_TO_JSONB, JSONBOID, list_make1(record), InvalidOid,
											 InvalidOid, COERCE_EXPLICIT_CALL),
					   &self->to_jsonb);
	return &self->receiver;
}

/* row_receiver_start notes the names and types of the query's columns. */
static void
row_receiver_start(DestReceiver *self, int operation, TupleDesc row_type)
{
	RowReceiver *rows = (RowReceiver *) self;
	MemoryContext old = MemoryContextSwitchTo(rows->context);

	/* not a table's row type, even where its columns are: the query may name them anew */
	rows->row_type = CreateTupleDescCopy(row_type);
	rows->row_type->tdtypeid = RECORDOID;
	rows->row_type->tdtypmod = -1;
	BlessTupleDesc(rows->row_type);
	MemoryContextSwitchTo(old);
}

static bool
row_receiver_put(TupleTableSlot *slot, DestReceiver *self)
{
	RowReceiver *rows = (RowReceiver *) self;
	MemoryContext old = MemoryContextSwitchTo(rows->row_context);
	HeapTuple row;
	Datum value;
	bool is_null = false;

	slot_getallattrs(slot);
	row = heap_form_tuple(rows->row_type, slot->tts_values, slot->tts_isnull);
	value = FunctionCall1(&rows->to_jsonb, HeapTupleGetDatum(row));
	tuplestore_putvalues(rows->result->setResult, rows->result->setDesc, &value, &is_null);
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->row_context);
	return true;
}

static void
row_receiver_nothing(DestReceiver *self)
{
}

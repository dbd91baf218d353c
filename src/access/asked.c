/*
 * asked.c
 *		The row that a caller of electric.can() and electric.explain() asks about.
 *
 * Anyone may ask about anything. Who may not read a row must not learn whether it is there: his
 * own SELECT decides, with his SQL privileges and the policies of everybody, and where
 * it finds nothing, nothing else is done. All errors are raised before.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_index.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "access/verdict.h"

/* What an error in a key's value is told with */
typedef struct KeyContext
{
	const Asked *asked;
	int column;
} KeyContext;

static AclMode asked_privilege(const char *word, const char *function);
static void check_table(Oid relid);
static void check_enabled(Oid relid);
static void check_identity(const Statement *statement);
static void read_key(Asked *asked, ArrayType *texts);
static Datum read_value(const Asked *asked, int column, const char *text);
static void tell_key(void *arg);
static char *key_columns_text(const Asked *asked);
static bool may_select(const Asked *asked);
static bool select_finds_row(const Asked *asked);
static char *select_sql(const Asked *asked, Oid *types);
static char *operator_sql(Oid operator);
static TupleTableSlot *read_row(const Asked *asked);
static TupleTableSlot *copy_row(const Asked *asked, RowReader *reader, TupleTableSlot *stored);

/* asked_begin reads arguments and row; see verdict.h. */
Asked *
asked_begin(FunctionCallInfo fcinfo, const char *function)
{
	Asked *asked = palloc0(sizeof(Asked));
	int i;

	for (i = 0; i < 3; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not be null", i == 0 ? "privilege" : i == 1 ? "tbl" :
																				   "key")));
	asked->privilege = asked_privilege(text_to_cstring(PG_GETARG_TEXT_PP(0)), function);
	asked->relid = PG_GETARG_OID(1);
	LockRelationOid(asked->relid, AccessShareLock);
	check_table(asked->relid);
	check_enabled(asked->relid);
	read_key(asked, PG_GETARG_ARRAYTYPE_P(2));
	asked->statement = statement_loose(fcinfo->flinfo);
	if (!asked->statement)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s needs a snapshot", function)));
	check_identity(asked->statement);
	asked->bound = check_enable_rls(asked->relid, InvalidOid, true) == RLS_ENABLED;
	asked->trusted = identity_is_trusted_caller();
	if (!may_select(asked) || (asked->bound && !select_finds_row(asked)))
		return asked;
	asked->row = read_row(asked);
	if (!asked->row)
		return asked;
	asked->values.natts = asked->row->tts_tupleDescriptor->natts;
	asked->values.values = asked->row->tts_values;
	asked->values.isnull = asked->row->tts_isnull;
	asked->grants = catalog_grants(asked->relid);
	return asked;
}

/* asked_may_see: may the caller be told these columns of any row? */
bool
asked_may_see(const Asked *asked, Oid relid, int natts, const AttrNumber *attnums)
{
	if (asked->trusted)
		return true;
	return check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED &&
		has_column_privileges(relid, natts, attnums);
}

/* asked_may_see_row: .. and of the row that he asks about, which he may read? */
bool
asked_may_see_row(const Asked *asked, int natts, const AttrNumber *attnums)
{
	return asked->trusted || has_column_privileges(asked->relid, natts, attnums);
}

/* has_column_privileges: may the current user SELECT these columns, row-level security aside? */
bool
has_column_privileges(Oid relid, int natts, const AttrNumber *attnums)
{
	int i;

	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
		return true;
	for (i = 0; i < natts; i++)
		if (pg_attribute_aclcheck(relid, attnums[i], GetUserId(), ACL_SELECT) != ACLCHECK_OK)
			return false;
	return true;
}

/* key_columns returns how many columns the primary key has, and which. */
int
key_columns(Oid relid, AttrNumber **attnums)
{
	Relation relation = table_open(relid, AccessShareLock);
	List *indexes = RelationGetIndexList(relation);
	int nkeys = 0;
	ListCell *cell;

	foreach(cell, indexes)
	{
		HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		Form_pg_index index;
		int i;

		if (!HeapTupleIsValid(tuple))
			continue;
		index = (Form_pg_index) GETSTRUCT(tuple);
		if (index->indisprimary)
		{
			nkeys = index->indnkeyatts;
			*attnums = palloc(sizeof(AttrNumber) * nkeys);
			for (i = 0; i < nkeys; i++)
				(*attnums)[i] = index->indkey.values[i];
		}
		ReleaseSysCache(tuple);
	}
	table_close(relation, NoLock);
	return nkeys;
}

/* value_text returns a value of a column as it prints. */
char *
value_text(Oid relid, AttrNumber attnum, Datum value)
{
	Oid output;
	bool is_varlena;

	getTypeOutputInfo(get_atttype(relid, attnum), &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

char *
key_text(Oid relid, int nkeys, const AttrNumber *attnums, const Datum *values)
{
	StringInfoData text;
	int i;

	initStringInfo(&text);
	for (i = 0; i < nkeys; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? ", " : "(", value_text(relid, attnums[i], values[i]));
	appendStringInfoChar(&text, ')');
	return text.data;
}

static AclMode
asked_privilege(const char *word, const char *function)
{
	AclMode privilege = pg_strcasecmp(word, "read") == 0 ? ACL_SELECT : privilege_from_name(word);

	if (privilege == ACL_INSERT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot tell of INSERT", function),
				 errdetail("It speaks of a row that exists."),
				 errhint("Try the INSERT in a savepoint, and roll back to it.")));
	if (privilege == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized privilege: \"%s\"", word),
				 errhint("Ask for SELECT (or READ), UPDATE or DELETE.")));
	return privilege;
}

static void
check_table(Oid relid)
{
	char *name = get_rel_name(relid);

	if (!name)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table with OID %u does not exist", relid)));
	if (get_rel_relkind(relid) != RELKIND_RELATION &&
		get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", name),
				 errhint("Ask about the table whose rows it shows.")));
}

static void
check_enabled(Oid relid)
{
	Oid root = relid;

	if (catalog_table_is_enabled(relid))
		return;
	if (get_rel_relispartition(relid))
		root = llast_oid(get_partition_ancestors(relid));
	if (catalog_table_is_enabled(root))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" is a partition", get_rel_name(relid)),
				 errhint("Rules stand on its root: ask about table %s.", catalog_name(root))));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" is not enabled", get_rel_name(relid)),
			 errhint("No rules apply to it before ALTER TABLE %s ENABLE ELECTRIC.",
					 catalog_name(relid))));
}

/*
 * A statement keeps the end user with whom it started; what it calls, and so the SELECT of the
 * caller, does not.
 */
static void
check_identity(const Statement *statement)
{
	const Identity *then = statement->identity;
	const Identity *now = identity_current();

	if ((then->user_id ? now->user_id && strcmp(then->user_id, now->user_id) == 0 :
						 now->user_id == NULL) &&
		strcmp(then->claims, now->claims) == 0 && then->service == now->service)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the end user has changed since this statement started"),
			 errhint("Ask in a statement of its own.")));
}

static void
read_key(Asked *asked, ArrayType *texts)
{
	Datum *elements;
	bool *nulls;
	int count;
	int i;

	asked->nkeys = key_columns(asked->relid, &asked->attnums);
	if (asked->nkeys == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("table \"%s\" has no primary key", get_rel_name(asked->relid)),
				 errdetail("A row is asked about by its primary key.")));
	deconstruct_array(texts, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	if (ARR_NDIM(texts) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("key must be an array of one dimension"),
				 errhint("Pass a value for each of %s.", key_columns_text(asked))));
	if (count != asked->nkeys)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg_plural("the key of table \"%s\" has %d column, not %d",
							   "the key of table \"%s\" has %d columns, not %d", asked->nkeys,
							   get_rel_name(asked->relid), asked->nkeys, count),
				 errhint("Pass a value for each of %s.", key_columns_text(asked))));
	asked->key = palloc(sizeof(Datum) * count);
	for (i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a value of the key must not be null"),
					 errhint("Pass a value for each of %s.", key_columns_text(asked))));
		asked->key[i] = read_value(asked, i, TextDatumGetCString(elements[i]));
	}
}

/*
 * Domains count as their base types: a value that they refuse is in no row. What would call
 * their checks, which are code of the table's owner, is not read: neither as the caller,
 * who may be a superuser, nor as the owner, for whoever asks.
 */
static Datum
read_value(const Asked *asked, int column, const char *text)
{
	Oid type = getBaseType(get_atttype(asked->relid, asked->attnums[column]));
	KeyContext context = {asked, column};
	ErrorContextCallback callback = {0};
	Oid input;
	Oid io_parameter;
	Datum value;

	if (type_reads_by_checks(type))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the key of table \"%s\" cannot be read as text", get_rel_name(asked->relid)),
				 errdetail("To read a value of type %s is to call the checks of domains.",
						   format_type_be(type)),
				 errhint("Try the statement as the client role, in a savepoint.")));
	callback.previous = error_context_stack;
	callback.callback = tell_key;
	callback.arg = &context;
	error_context_stack = &callback;
	getTypeInputInfo(type, &input, &io_parameter);
	value = OidInputFunctionCall(input, pstrdup(text), io_parameter, -1);
	error_context_stack = callback.previous;
	return value;
}

/* tell_key adds to what a type says of a text that is no value of its own. */
static void
tell_key(void *arg)
{
	const KeyContext *context = arg;

	errhint("Pass a value for each of %s.", key_columns_text(context->asked));
	errcontext("column \"%s\" of the key of table \"%s\"",
			   get_attname(context->asked->relid, context->asked->attnums[context->column], false),
			   get_rel_name(context->asked->relid));
}

/* (column type, ..) */
static char *
key_columns_text(const Asked *asked)
{
	StringInfoData text;
	int i;

	initStringInfo(&text);
	for (i = 0; i < asked->nkeys; i++)
		appendStringInfo(&text, "%s%s %s", i > 0 ? ", " : "(",
						 quote_identifier(get_attname(asked->relid, asked->attnums[i], false)),
						 format_type_be(get_atttype(asked->relid, asked->attnums[i])));
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* may_select: may the caller name the key's columns in a SELECT? */
static bool
may_select(const Asked *asked)
{
	Datum schema = ObjectIdGetDatum(get_rel_namespace(asked->relid));

	return has_column_privileges(asked->relid, asked->nkeys, asked->attnums) &&
		DatumGetBool(OidFunctionCall2(F_HAS_SCHEMA_PRIVILEGE_OID_TEXT, schema,
									  CStringGetTextDatum("USAGE")));
}

/* select_finds_row: does the caller's own SELECT find a row with the key? */
static bool
select_finds_row(const Asked *asked)
{
	Oid *types = palloc(sizeof(Oid) * asked->nkeys);
	char *sql = select_sql(asked, types);
	int guc_level = NewGUCNestLevel();
	Statement *running;
	volatile bool found = false;

	/* off would make every answer an error */
	(void) set_config_option("row_security", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	running = statement_pause();
	PG_TRY();
	{
		int result;

		SPI_connect();
		result = SPI_execute_with_args(sql, asked->nkeys, types, asked->key, NULL, true, 1);
		if (result != SPI_OK_SELECT)
			elog(ERROR, "SPI_execute_with_args returned %s for: %s",
				 SPI_result_code_string(result), sql);
		found = SPI_processed > 0;
		SPI_finish();
	}
	PG_FINALLY();
	{
		statement_resume(running);
	}
	PG_END_TRY();
	AtEOXact_GUC(true, guc_level);
	return found;
}

/* Each name is qualified: what it means is no matter of the caller's settings. */
static char *
select_sql(const Asked *asked, Oid *types)
{
	StringInfoData sql;
	int i;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT FROM %s WHERE ", catalog_name(asked->relid));
	for (i = 0; i < asked->nkeys; i++)
	{
		Oid equal = attribute_operator(asked->relid, asked->attnums[i]);

		types[i] = getBaseType(get_atttype(asked->relid, asked->attnums[i]));
		appendStringInfo(&sql, "%s%s %s $%d", i > 0 ? " AND " : "",
						 quote_identifier(get_attname(asked->relid, asked->attnums[i], false)),
						 operator_sql(equal), i + 1);
	}
	return sql.data;
}

/* OPERATOR(schema.name) */
static char *
operator_sql(Oid operator)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;
	char *sql;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", operator);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	sql = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)),
				   NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return sql;
}

/*
 * read_row reads the row as the engine reads, in all its columns; NULL if there is none. A
 * key that is deferred can for a while have two, and then nobody knows whose SELECT found which.
 */
static TupleTableSlot *
read_row(const Asked *asked)
{
	Oid operators[INDEX_MAX_KEYS];
	RowReader *reader;
	TupleTableSlot *stored;
	TupleTableSlot *row;
	int i;

	for (i = 0; i < asked->nkeys; i++)
		operators[i] = attribute_operator(asked->relid, asked->attnums[i]);
	reader = statement_reader(asked->statement, asked->relid, asked->nkeys, asked->attnums,
							  operators);
	reader_begin(reader, asked->key);
	stored = reader_next(reader);
	if (!stored)
		return NULL;
	row = copy_row(asked, reader, stored);
	return reader_next(reader) ? NULL : row;
}

/* copy_row makes a row of the table of one that may be its partition's. */
static TupleTableSlot *
copy_row(const Asked *asked, RowReader *reader, TupleTableSlot *stored)
{
	Relation relation = table_open(asked->relid, AccessShareLock);
	TupleTableSlot *row = MakeSingleTupleTableSlot(CreateTupleDescCopy(RelationGetDescr(relation)),
												   &TTSOpsVirtual);
	TupleDesc desc = row->tts_tupleDescriptor;
	int i;

	table_close(relation, NoLock);
	ExecClearTuple(row);
	for (i = 0; i < desc->natts; i++)
	{
		row->tts_isnull[i] = true;
		if (!TupleDescAttr(desc, i)->attisdropped)
			row->tts_values[i] = reader_get(reader, stored, i + 1, &row->tts_isnull[i]);
	}
	ExecStoreVirtualTuple(row);
	row->tts_tableOid = stored->tts_tableOid;
	row->tts_tid = stored->tts_tid;
	ExecMaterializeSlot(row);
	return row;
}

/*
 * deny.c
 *		electric.deny(): the error for a new row that no grant allows.
 *
 * PostgreSQL's own names only the table. Where the call stands in the WITH CHECK that is
 * being judged, it knows the row, and says which grant came closest; of an UPDATE also
 * how to ask about the row.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "parser/parse_relation.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "access/verdict.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(electric_deny);

/* What the error says besides; NULL: nothing was found */
typedef struct Words
{
	char *closest;
	char *question;
} Words;

static Words find_words(FunctionCallInfo fcinfo, AclMode privilege);
static Words words_of(FunctionCallInfo fcinfo, AclMode privilege);
static bool speaks_to_user(const Statement *statement, ResultRelInfo *target,
						   AclMode privilege);
static RowValues new_row(ResultRelInfo *target, TupleTableSlot *slot);
static char *question(const Denied *denied);
static bool key_stays(const Denied *denied, int nkeys, const AttrNumber *attnums);
static const char *usual_hint(AclMode privilege, bool anonymous);

/*
 * electric.deny(privilege text, tbl regclass) returns boolean
 *
 * The last arm of a policy's check. Called with anything else than policies say it is false, and
 * for services.
 */
Datum
electric_deny(PG_FUNCTION_ARGS)
{
	Statement *statement;
	AclMode privilege;
	char *name;
	const char *user_id;
	bool anonymous;
	bool passes;
	Words words;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	privilege = privilege_from_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	name = get_rel_name(PG_GETARG_OID(1));
	statement = statement_current(fcinfo->flinfo);
	user_id = (statement ? statement->identity : identity_current())->user_id;
	user_id = user_id ? pstrdup(user_id) : NULL;
	anonymous = user_id == NULL;
	/* another policy lets a service pass, whichever of them is asked first */
	passes = statement && service_may(statement, PG_GETARG_OID(1));
	if (statement)
		statement_leave(statement);
	if (!name || privilege == 0 || passes)
		PG_RETURN_BOOL(false);
	words = find_words(fcinfo, privilege);
	if (audit_denials())
		denial_log(user_id, privilege, PG_GETARG_OID(1), words.closest);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("%s on table \"%s\" is not granted for this row", privilege_name(privilege), name),
			 words.closest ? errdetail("%s", words.closest) : 0,
			 words.question && !anonymous ?
				 errhint("%s", words.question) :
				 errhint(usual_hint(privilege, anonymous), privilege_name(privilege))));
	PG_RETURN_BOOL(false); /* not reached */
}

/*
 * find_words must not put another error in this one's place. What is caught here is not
 * gone on from: the error that follows ends the same subtransaction.
 */
static Words
find_words(FunctionCallInfo fcinfo, AclMode privilege)
{
	MemoryContext context = CurrentMemoryContext;
	volatile Words words = {NULL, NULL};

	PG_TRY();
	{
		Words found = words_of(fcinfo, privilege);

		words.closest = found.closest;
		words.question = found.question;
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			PG_RE_THROW();
		FlushErrorState();
		words.closest = words.question = NULL;
	}
	PG_END_TRY();
	return (Words){words.closest, words.question};
}

static Words
words_of(FunctionCallInfo fcinfo, AclMode privilege)
{
	Words words = {NULL, NULL};
	WCOKind kind = privilege == ACL_INSERT ? WCO_RLS_INSERT_CHECK : WCO_RLS_UPDATE_CHECK;
	Denied denied = {0};
	ExprContext *context;

	denied.statement = statement_own(fcinfo->flinfo);
	if (!denied.statement || (privilege != ACL_INSERT && privilege != ACL_UPDATE))
		return words;
	denied.target = target_of(denied.statement, fcinfo->flinfo, kind);
	context = denied.statement->query->estate->es_per_tuple_exprcontext;
	if (!denied.target || !context || TupIsNull(context->ecxt_scantuple) ||
		!speaks_to_user(denied.statement, denied.target, privilege))
		return words;
	denied.relid = PG_GETARG_OID(1);
	denied.privilege = privilege;
	if (RelationGetRelid(target_root(denied.target)->ri_RelationDesc) != denied.relid ||
		context->ecxt_scantuple->tts_tupleDescriptor->natts !=
			RelationGetNumberOfAttributes(denied.target->ri_RelationDesc))
		return words;
	denied.row = new_row(denied.target, context->ecxt_scantuple);
	if (privilege == ACL_UPDATE)
		denied.change = change_of(denied.statement, denied.relid);
	words.closest = closest_grant(&denied);
	words.question = privilege == ACL_UPDATE ? question(&denied) : NULL;
	return words;
}

/*
 * Through a view with its owner's rights the row is another's, and so is what is said of it. An
 * UPDATE that reads no column changes rows that policies of others may hide from SELECT.
 */
static bool
speaks_to_user(const Statement *statement, ResultRelInfo *target, AclMode privilege)
{
	Index number = target_root(target)->ri_RangeTableIndex;
	RangeTblEntry *entry;
	EntryPermissions *permissions;

	if (number == 0)
		return false;
	entry = exec_rt_fetch(number, statement->query->estate);
	permissions = entry_permissions_compat(statement->query->plannedstmt, entry);
	return permissions &&
		(!OidIsValid(permissions->checkAsUser) || permissions->checkAsUser == GetUserId()) &&
		(privilege == ACL_INSERT || permissions->requiredPerms & ACL_SELECT);
}

/* new_row returns the row in the columns of the enabled table; a partition may number others. */
static RowValues
new_row(ResultRelInfo *target, TupleTableSlot *slot)
{
	TupleDesc desc = RelationGetDescr(target_root(target)->ri_RelationDesc);
	TupleDesc written = RelationGetDescr(target->ri_RelationDesc);
	AttrMap *map = build_attrmap_by_name_if_req_compat(written, desc);
	Datum *values = palloc0(sizeof(Datum) * desc->natts);
	bool *isnull = palloc0(sizeof(bool) * desc->natts);
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		AttrNumber attnum = map ? map->attnums[i] : i + 1;

		isnull[i] = true;
		if (!TupleDescAttr(desc, i)->attisdropped && attnum > 0)
			values[i] = slot_getattr(slot, attnum, &isnull[i]);
	}
	return (RowValues){desc->natts, values, isnull};
}

/* question returns how to ask about the row that was to be updated; NULL: its key is not known. */
static char *
question(const Denied *denied)
{
	AttrNumber *attnums;
	int nkeys = key_columns(denied->relid, &attnums);
	StringInfoData text;
	int i;

	if (nkeys == 0 || !has_column_privileges(denied->relid, nkeys, attnums) ||
		!(denied->change || key_stays(denied, nkeys, attnums)))
		return NULL;
	initStringInfo(&text);
	appendStringInfo(&text, "Ask why: SELECT * FROM electric.explain('update', %s",
					 quote_literal_cstr(catalog_name(denied->relid)));
	for (i = 0; i < nkeys; i++)
	{
		const Change *change = denied->change;
		int n = attnums[i] - 1;
		Datum value = change ? change->values[n] : denied->row.values[n];

		appendStringInfo(&text, ", %s", quote_literal_cstr(value_text(denied->relid, attnums[i], value)));
	}
	appendStringInfoString(&text, ");");
	return text.data;
}

/* key_stays: does the statement assign none of the key's columns? */
static bool
key_stays(const Denied *denied, int nkeys, const AttrNumber *attnums)
{
	Bitmapset *updated = ExecGetUpdatedCols(target_root(denied->target),
											denied->statement->query->estate);
	int i;

	for (i = 0; i < nkeys; i++)
		if (bms_is_member(attnums[i] - FirstLowInvalidHeapAttributeNumber, updated))
			return false;
	return true;
}

static const char *
usual_hint(AclMode privilege, bool anonymous)
{
	return anonymous ?
		"No end user is set. Call electric.authenticate() or electric.set_user() first, or grant %s on the table to ANYONE." :
		"No grant of %s that the current user has by a role covers all of it: the scope of the new row, the condition and the columns. "
		"The roles held: SELECT * FROM electric.roles().";
}

void
denial_log(const char *user_id, AclMode privilege, Oid relid, const char *closest)
{
	StringInfo line = audit_begin("denied");

	audit_add(line, "user", user_id);
	audit_add(line, "privilege", privilege_name(privilege));
	audit_add(line, "table", catalog_name(relid));
	audit_add(line, "closest", closest);
	audit_end(line);
}

/*
 * roles.c
 *		electric.roles(): the roles that a user holds now.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "access/access.h"
#include "access/engine.h"

PG_FUNCTION_INFO_V1(electric_roles);

static void check_may_ask(const char *user_id, const char *current);
static void put_role(ReturnSetInfo *result, const char *role, Oid scope_relid, Datum scope_id);
static void put_source(ReturnSetInfo *result, Statement *statement, RoleSource *source);
static bool is_built_in(const char *role);
static Datum scope_id_array(const KeyPath *path, const Datum *scope_id);

/*
 * electric.roles(user_id text DEFAULT current, OUT role text, OUT scope_table
 *		regclass, OUT scope_id text[]) returns setof record
 *
 * The built-in roles first, and SERVICE where the current identity is a service's, then
 * what the rows of the assigned tables say, each assignment for itself. 42501 for another
 * user's roles, unless the caller is trusted.
 */
Datum
electric_roles(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Statement *statement = statement_loose(fcinfo->flinfo);
	Identity asked;
	List *sources;
	ListCell *cell;

	if (!statement)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("electric.roles() needs a snapshot")));
	asked = *statement->identity;
	asked.user_id = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (asked.user_id && asked.user_id[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("user id must not be empty"),
				 errhint("NULL is the anonymous user.")));
	check_may_ask(asked.user_id, statement->identity->user_id);
	InitMaterializedSRF(fcinfo, 0);

	put_role(result, ROLE_ANYONE, InvalidOid, (Datum) 0);
	if (!asked.user_id && service_acts(statement->identity))
		put_role(result, "SERVICE", InvalidOid, (Datum) 0);
	if (asked.user_id)
	{
		put_role(result, ROLE_AUTHENTICATED, InvalidOid, (Datum) 0);
		sources = rules_all_sources(statement_rules(statement));
		/* the readers ask for the statement's user */
		statement->identity = &asked;
		foreach(cell, sources)
			put_source(result, statement, lfirst(cell));
	}
	statement_leave(statement);
	return (Datum) 0;
}

static void
check_may_ask(const char *user_id, const char *current)
{
	if (!user_id || (current && strcmp(user_id, current) == 0) || identity_is_trusted_caller())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to see the roles of another user"),
			 errdetail("Only a role that may execute electric.set_user() may ask for them."),
			 errhint("Call electric.roles() without argument for your own.")));
}

static void
put_role(ReturnSetInfo *result, const char *role, Oid scope_relid, Datum scope_id)
{
	Datum values[3] = {0};
	bool nulls[3] = {false};

	values[0] = CStringGetTextDatum(role);
	values[1] = ObjectIdGetDatum(scope_relid);
	values[2] = scope_id;
	nulls[1] = nulls[2] = !OidIsValid(scope_relid);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* put_source puts the roles that one assignment gives to the statement's user. */
static void
put_source(ReturnSetInfo *result, Statement *statement, RoleSource *source)
{
	SourceReader *reader;
	TupleTableSlot *slot;

	if (!columns_hold(source->columns))
		return;
	reader = source_reader_create(statement, source);
	for (slot = source_reader_first(reader); slot != NULL; slot = source_reader_next(reader))
	{
		char *role = source_reader_role(reader, slot);
		Datum scope_id[INDEX_MAX_KEYS];

		if (!role || is_built_in(role))
			continue;
		if (!source->path)
			put_role(result, role, InvalidOid, (Datum) 0);
		else if (source_reader_scope(reader, slot, scope_id))
			put_role(result, role, source->path->scope_relid,
					 scope_id_array(source->path, scope_id));
	}
}

/* The value of a role column may read like a built-in role, and is none. */
static bool
is_built_in(const char *role)
{
	return pg_strcasecmp(role, ROLE_ANYONE) == 0 || pg_strcasecmp(role, ROLE_AUTHENTICATED) == 0;
}

static Datum
scope_id_array(const KeyPath *path, const Datum *scope_id)
{
	Datum texts[INDEX_MAX_KEYS];
	int i;

	for (i = 0; i < path->nscope_keys; i++)
	{
		Oid output;
		bool is_varlena;

		getTypeOutputInfo(get_atttype(path->scope_relid, path->scope_attnums[i]),
						  &output, &is_varlena);
		texts[i] = CStringGetTextDatum(OidOutputFunctionCall(output, scope_id[i]));
	}
	return PointerGetDatum(construct_array(texts, path->nscope_keys, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

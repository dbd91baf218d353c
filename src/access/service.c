/*
 * service.c
 *		electric.allows_service(): what services may do.
 *
 * A secret API key makes the identity a service's. It serves in client roles for services
 * alone: the policy that calls this is for them, and the role that asks must be one now, so
 * that no SET ROLE carries the power into another role, and no view of such a role's gives it
 * to who reads it.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "access/access.h"
#include "access/engine.h"

/* What one call site was answered, kept in fn_extra for one statement */
typedef struct ServiceCall
{
	uint64 statement_id;
	Oid relid;
	Oid role;
	bool answer;
} ServiceCall;

PG_FUNCTION_INFO_V1(electric_allows_service);

/* electric.allows_service(tbl regclass) returns boolean */
Datum
electric_allows_service(PG_FUNCTION_ARGS)
{
	Statement *own = statement_own(fcinfo->flinfo);
	ServiceCall *call = fcinfo->flinfo->fn_extra;
	Statement *statement;
	bool answer;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	if (own && call && call->statement_id == own->id && call->relid == PG_GETARG_OID(0) &&
		call->role == GetUserId())
		PG_RETURN_BOOL(call->answer);
	statement = statement_current(fcinfo->flinfo);
	if (!statement)
		PG_RETURN_BOOL(false);
	answer = service_may(statement, PG_GETARG_OID(0));
	if (own)
	{
		if (!call)
			call = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(ServiceCall));
		*call = (ServiceCall){own->id, PG_GETARG_OID(0), GetUserId(), answer};
		fcinfo->flinfo->fn_extra = call;
	}
	statement_leave(statement);
	PG_RETURN_BOOL(answer);
}

bool
service_may(const Statement *statement, Oid relid)
{
	return service_acts(statement->identity) && rules_table_is_enabled(relid);
}

bool
service_acts(const Identity *identity)
{
	return identity->service && catalog_is_service_role(GetUserId());
}

/*
 * functions.c
 *		SQL functions of identity: set_user, logout and the accessors.
 *
 * Whoever may EXECUTE electric.set_user is a trusted caller and chooses the
 * identity; the function asks no more. The accessors never raise and start no
 * subtransaction, so they serve policies, also in parallel workers. What as_user
 * (as_user.c) has in common with set_user stands here too.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "tcop/pquery.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/syscache.h"

#include "compat.h"
#include "identity/functions.h"
#include "identity/identity.h"

identity_owned_table_type identity_owned_table_hook = NULL;

static void warn_if_without_transaction(FunctionCallInfo fcinfo, const char *function);
static void warn_if_without_effect(void);

PG_FUNCTION_INFO_V1(electric_set_user);
PG_FUNCTION_INFO_V1(electric_logout);
PG_FUNCTION_INFO_V1(electric_user_id);
PG_FUNCTION_INFO_V1(electric_claims);
PG_FUNCTION_INFO_V1(electric_is_authenticated);

/* electric.set_user(user_id text, claims jsonb, is_local boolean) -> void */
Datum
electric_set_user(PG_FUNCTION_ARGS)
{
	const char *user_id = user_id_argument(fcinfo, 0);
	const Jsonb *claims = claims_argument(fcinfo, 1);

	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("is_local must not be null")));

	refuse_restricted_operation();
	identity_set(user_id, claims, PG_GETARG_BOOL(2));

	warn_after_set(fcinfo, "electric.set_user()", PG_GETARG_BOOL(2));
	PG_RETURN_VOID();
}

/* electric.logout() -> void */
Datum
electric_logout(PG_FUNCTION_ARGS)
{
	identity_clear();
	PG_RETURN_VOID();
}

/* electric.user_id() -> text */
Datum
electric_user_id(PG_FUNCTION_ARGS)
{
	const Identity *identity = identity_current();

	if (identity->user_id == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(identity->user_id));
}

/* electric.claims() -> jsonb */
Datum
electric_claims(PG_FUNCTION_ARGS)
{
	const Jsonb *claims = identity_current()->claims_jsonb;
	Jsonb *result = palloc(VARSIZE(claims));

	memcpy(result, claims, VARSIZE(claims));
	PG_RETURN_JSONB_P(result);
}

/* electric.is_authenticated() -> boolean */
Datum
electric_is_authenticated(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(identity_current()->user_id != NULL);
}

/* Looks the function up each time: it is dropped and made anew with the extension. */
bool
identity_is_trusted_caller(void)
{
	Oid argtypes[] = {TEXTOID, JSONBOID, BOOLOID};
	Oid namespaceid = get_namespace_oid("electric", true);
	Oid functionid;

	if (!OidIsValid(namespaceid))
		return false;
	functionid = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
								 CStringGetDatum("set_user"),
								 PointerGetDatum(buildoidvector(argtypes, lengthof(argtypes))),
								 ObjectIdGetDatum(namespaceid));
	return OidIsValid(functionid) &&
		object_aclcheck(ProcedureRelationId, functionid, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
}

/*
 * refuse_restricted_operation raises 42501 in a security-restricted operation: code
 * that runs in one is not its caller's, and must not choose on whose behalf he works.
 */
void
refuse_restricted_operation(void)
{
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot set the identity within a security-restricted operation")));
}

/* user_id_argument returns the user id, NULL for an anonymous user. */
const char *
user_id_argument(FunctionCallInfo fcinfo, int argno)
{
	char *user_id;

	if (PG_ARGISNULL(argno))
		return NULL;
	user_id = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	if (user_id[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("user id must not be empty"),
				 errhint("Pass NULL for an anonymous user.")));
	return user_id;
}

/* claims_argument returns the claims, an object; NULL stands for none. */
const Jsonb *
claims_argument(FunctionCallInfo fcinfo, int argno)
{
	Jsonb *claims;

	if (PG_ARGISNULL(argno))
		return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));

	claims = PG_GETARG_JSONB_P(argno);
	if (!JB_ROOT_IS_OBJECT(claims))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("claims must be a JSON object"),
				 errhint("Write claims as '{\"name\": \"value\"}'.")));
	return claims;
}

void
warn_after_set(FunctionCallInfo fcinfo, const char *function, bool is_local)
{
	if (is_local)
		warn_if_without_transaction(fcinfo, function);
	warn_if_without_effect();
}

/*
 * warn_if_without_transaction warns where SET LOCAL would: a local identity that
 * a client sets outside a transaction block ends with the statement. As there, a
 * call from within a function is none of the client's.
 *
 * A call by the client's own statement runs in an executor state that is a child
 * of the portal's memory; those of functions hang elsewhere.
 */
static void
warn_if_without_transaction(FunctionCallInfo fcinfo, const char *function)
{
	MemoryContext executor = fcinfo->flinfo->fn_mcxt;

	if (IsTransactionBlock() || IsSubTransaction() ||
		ActivePortal == NULL ||
		MemoryContextGetParent(executor) != ActivePortal->portalContext)
		return;

	ereport(WARNING,
			(errcode(ERRCODE_NO_ACTIVE_SQL_TRANSACTION),
			 errmsg("%s with is_local can only be used in transaction blocks", function),
			 errhint("Run BEGIN first, or pass is_local => false.")));
}

/*
 * warn_if_without_effect warns, once a session, that the identity does not bind
 * the role. It asks for the role in which the client goes on: within a SECURITY
 * DEFINER function that is not the current user. A role is judged once.
 */
static void
warn_if_without_effect(void)
{
	static bool warned = false;
	static Oid judged_role = InvalidOid;
	Oid roleid = GetOuterUserId();
	Oid owned;

	if (warned || roleid == judged_role)
		return;
	judged_role = roleid;
	if (!role_is_unbound(roleid, &owned))
		return;

	warned = true;
	if (OidIsValid(owned))
		ereport(WARNING,
				(errmsg("the identity has no effect on table \"%s\" for role \"%s\"",
						get_rel_name(owned), GetUserNameFromId(roleid, false)),
				 errdetail("Row-level security does not bind the owner of a table and roles that inherit him."),
				 errhint("Connect as a client role, see electric.add_client_role().")));
	else
		ereport(WARNING,
				(errmsg("the identity has no effect for role \"%s\"",
						GetUserNameFromId(roleid, false)),
				 errdetail("Row-level security does not bind superusers and roles with BYPASSRLS."),
				 errhint("Connect as a client role, see electric.add_client_role().")));
}

/*
 * role_is_unbound: is there a table on which an identity binds the role not? *owned is
 * an enabled table that the role owns or whose owner it inherits; InvalidOid where
 * no row-level security binds it at all.
 */
bool
role_is_unbound(Oid roleid, Oid *owned)
{
	*owned = InvalidOid;
	if (superuser_arg(roleid) || has_bypassrls_privilege(roleid))
		return true;
	if (identity_owned_table_hook)
		*owned = identity_owned_table_hook(roleid);
	return OidIsValid(*owned);
}

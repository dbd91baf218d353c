/*
 * auth.c
 *		What conditions see of auth: the identity of their statement.
 *
 * Like a statement's roles they are those of its start, also where a cursor goes on
 * after the session has become somebody else.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "access/access.h"
#include "access/engine.h"

PG_FUNCTION_INFO_V1(electric_auth_user_id);
PG_FUNCTION_INFO_V1(electric_auth_claims);

/*
 * electric.auth_user_id(anyelement) returns anyelement
 *
 * The user id as a value of the argument's type, by the strict readers; NULL where it
 * does not fit, or nobody is set. The argument's value is not looked at.
 */
Datum
electric_auth_user_id(PG_FUNCTION_ARGS)
{
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	Statement *statement = statement_current(fcinfo->flinfo);
	const char *user_id = (statement ? statement->identity : identity_current())->user_id;
	Datum value = (Datum) 0;
	bool fits = user_id && OidIsValid(type) && is_user_column_type(type) &&
		getBaseType(type) == type && userid_read(user_id, type, &value);

	if (statement)
		statement_leave(statement);
	if (!fits)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(value);
}

/* electric.auth_claims() returns jsonb: the claims of the statement's identity */
Datum
electric_auth_claims(PG_FUNCTION_ARGS)
{
	Statement *statement = statement_current(fcinfo->flinfo);
	const Identity *identity = statement ? statement->identity : identity_current();
	Jsonb *claims = palloc(VARSIZE(identity->claims_jsonb));

	memcpy(claims, identity->claims_jsonb, VARSIZE(identity->claims_jsonb));
	if (statement)
		statement_leave(statement);
	PG_RETURN_JSONB_P(claims);
}

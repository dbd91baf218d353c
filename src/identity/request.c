/*
 * request.c
 *		The identity by request.jwt.claims, where that is trusted.
 *
 * PostgREST, and so Supabase, verifies the token of a request and sets its claims for the
 * transaction. The setting is a placeholder that any session can give any text, so it counts
 * only if an administrator says so, and what is not understood at once is nobody.
 *
 * The claims are parsed when the text has changed. No hook tells of that: each call compares it
 * with the one that was parsed last.
 */
#include "postgres.h"

#include <float.h>

#include "access/xact.h"
#include "datatype/timestamp.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "compat.h"
#include "identity/identity.h"
#include "identity/request.h"
#include "identity/setting.h"
#include "identity/token.h"

#define CLAIMS_SETTING "request.jwt.claims"

static bool trust_request_claims = false;

/* What was parsed last, in a memory context of its own */
static MemoryContext context = NULL;
static const char *parsed_text = NULL; /* NULL: nothing was */
static const Identity *parsed_identity = NULL;
static double parsed_exp = DBL_MAX;

static void parse_claims(const char *text);
static bool read_claims(const char *text, Identity *identity, double *expires);
static bool read_user_id(const Jsonb *claims, const char **user_id);
static bool read_exp(const Jsonb *claims, double *expires);
static bool has_expired(double expires);

const Identity *
request_identity(void)
{
	const char *text;

	if (!trust_request_claims)
		return identity_anonymous();
	text = GetConfigOption(CLAIMS_SETTING, true, false);
	if (!text || text[0] == '\0' || strnlen(text, MAX_IDENTITY_BYTES + 1) > MAX_IDENTITY_BYTES)
		return identity_anonymous();
	if (!parsed_text || strcmp(parsed_text, text) != 0)
		parse_claims(text);
	return has_expired(parsed_exp) ? identity_anonymous() : parsed_identity;
}

static void
parse_claims(const char *text)
{
	MemoryContext scratch;
	MemoryContext old;
	Identity identity = {0};
	double expires = DBL_MAX;

	/* until all of it is there, there is nothing */
	parsed_text = NULL;
	if (!context)
		context = AllocSetContextCreate(TopMemoryContext, "electric_perm request",
										ALLOCSET_SMALL_SIZES);
	MemoryContextReset(context);
	scratch = AllocSetContextCreate(context, "electric_perm claims", ALLOCSET_DEFAULT_SIZES);

	old = MemoryContextSwitchTo(scratch);
	parsed_identity = read_claims(text, &identity, &expires) ?
		identity_copy(&identity, context) :
		identity_anonymous();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);

	parsed_exp = expires;
	parsed_text = MemoryContextStrdup(context, text);
}

/* read_claims is false for what gives no identity, not even an anonymous one with claims. */
static bool
read_claims(const char *text, Identity *identity, double *expires)
{
	const Jsonb *claims;

	if (json_parse(text, strlen(text), &claims) != NULL ||
		!read_user_id(claims, &identity->user_id) || !read_exp(claims, expires))
		return false;
	identity->claims_jsonb = claims;
	identity->claims = JsonbToCString(NULL, &unconstify(Jsonb *, claims)->root, VARSIZE(claims));
	identity->expires = DT_NOEND;
	/* numbers may be longer here than they were */
	return strlen(identity->claims) <= MAX_IDENTITY_BYTES;
}

/* read_user_id takes "sub" or, where there is none, the older "user_id"; none: anonymous. */
static bool
read_user_id(const Jsonb *claims, const char **user_id)
{
	bool is_string;

	*user_id = json_find_string(claims, "sub", &is_string);
	if (!*user_id && is_string)
		*user_id = json_find_string(claims, "user_id", &is_string);
	return is_string && (!*user_id || (*user_id)[0] != '\0');
}

/* read_exp reads "exp", in seconds since 1970; DBL_MAX: never */
static bool
read_exp(const Jsonb *claims, double *expires)
{
	JsonbValue *value = json_find(claims, "exp");

	*expires = DBL_MAX;
	if (!value)
		return true;
	if (value->type != jbvNumeric)
		return false;
	*expires = DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	return true;
}

/* has_expired judges by the start of the client's statement, also in parallel workers. */
static bool
has_expired(double expires)
{
	double now = (double) GetCurrentStatementStartTimestamp() / USECS_PER_SEC +
		(double) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;

	return now >= expires;
}

void
request_init(void)
{
	DefineCustomBoolVariable("electric_perm.trust_request_claims",
							 "Takes the end user from request.jwt.claims.",
							 "Where no other identity is set. Whoever can send SQL can set that.",
							 &trust_request_claims, false, PGC_SUSET, 0, NULL, NULL, NULL);
}

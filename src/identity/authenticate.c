/*
 * authenticate.c
 *		electric.authenticate(): become the end user whom a token names, or whom an API
 *		key stands for.
 *
 * The caller learns that a token is expired, not yet valid or not accepted, and nothing more;
 * the server's log gets the reason and the key id. Neither gets the token.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "identity/api_key.h"
#include "identity/functions.h"
#include "identity/identity.h"
#include "identity/secret.h"
#include "identity/token.h"

#define BEARER		  "bearer "
#define MAX_KID_CHARS 64

static char *read_token(FunctionCallInfo fcinfo, Size *len);
static const char *without_bearer(const char *token);
static char *authenticate_jwt(const char *token, bool is_local);
static void refuse_untimely(TimestampTz not_before, TimestampTz expires, const char *kid);
static const char *verify(const char *token, Token *verified, char **kid);
static void log_accepted(const char *user_id);
static void refuse(TokenVerdict verdict, const char *reason, const char *kid);

PG_FUNCTION_INFO_V1(electric_authenticate);

/* electric.authenticate(token text, is_local boolean DEFAULT true) -> text: the user id */
Datum
electric_authenticate(PG_FUNCTION_ARGS)
{
	ErrorContextCallback guard;
	char *argument;
	Size argument_len;
	char *volatile user_id = NULL;
	bool is_local;

	secret_begin(&guard);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", PG_ARGISNULL(0) ? "token" : "is_local"),
				 PG_ARGISNULL(0) ?
					 errhint("Call electric.logout() to become anonymous.") :
					 0));
	is_local = PG_GETARG_BOOL(1);
	refuse_restricted_operation();
	transport_check();
	argument = read_token(fcinfo, &argument_len);
	PG_TRY();
	{
		const char *token = without_bearer(argument);

		if (strncmp(token, API_KEY_PREFIX, strlen(API_KEY_PREFIX)) == 0)
			user_id = api_key_authenticate(token, is_local);
		else
			user_id = authenticate_jwt(token, is_local);
	}
	PG_FINALLY();
	{
		crypto_wipe(argument, argument_len);
	}
	PG_END_TRY();

	if (audit_auth())
		log_accepted(user_id);
	warn_after_set(fcinfo, "electric.authenticate()", is_local);
	secret_end(&guard);
	if (!user_id)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(user_id));
}

/* read_token copies the argument, unless it is too long. */
static char *
read_token(FunctionCallInfo fcinfo, Size *len)
{
	char *token;

	*len = toast_raw_datum_size(PG_GETARG_DATUM(0)) - VARHDRSZ;
	if (*len > token_max_size)
		refuse(TOKEN_REFUSED, "it is longer than electric_perm.max_token_size", NULL);
	token = text_to_cstring(PG_GETARG_TEXT_PP(0));
	return token;
}

/* without_bearer passes over what an Authorization header has in front of the token. */
static const char *
without_bearer(const char *token)
{
	if (pg_strncasecmp(token, BEARER, strlen(BEARER)) != 0)
		return token;
	token += strlen(BEARER);
	while (*token == ' ')
		token++;
	return token;
}

static char *
authenticate_jwt(const char *token, bool is_local)
{
	uint64 generation = keys_generation();
	uint8 digest[CRYPTO_SHA256_BYTES];
	const KnownToken *known;

	if (crypto_sha256(token, strlen(token), digest) != CRYPTO_OK)
		refuse(TOKEN_REFUSED, "OpenSSL cannot hash it", NULL);
	known = token_cache_find(digest, generation);
	if (known)
		refuse_untimely(known->not_before, known->prepared->identity->expires, NULL);
	else
	{
		char *kid = NULL;
		Token verified;
		const char *reason = verify(token, &verified, &kid);

		if (reason)
			refuse(TOKEN_REFUSED, reason, kid);
		refuse_untimely(verified.not_before, verified.expires, kid);
		known = token_cache_put(digest, generation, &verified);
	}
	identity_set_prepared(known->prepared, is_local);
	return pstrdup(known->prepared->identity->user_id);
}

static void
refuse_untimely(TimestampTz not_before, TimestampTz expires, const char *kid)
{
	TokenVerdict verdict = token_judge(not_before, expires);

	if (verdict != TOKEN_ACCEPTED)
		refuse(verdict, NULL, kid);
}

/* verify returns why the token is refused, or NULL. */
static const char *
verify(const char *token, Token *verified, char **kid)
{
	CryptoKey *key;
	Jws jws;
	const char *refused = jws_parse(token, &jws);

	*kid = unconstify(char *, jws.kid);
	if (!refused)
		refused = keys_find(&jws, &key);
	if (!refused)
		refused = jws_verify(&jws, key);
	if (!refused)
		refused = token_read(&jws, verified);
	jws_wipe(&jws);
	return refused;
}

/* log_accepted: nobody, where it was an API key, which names itself alone */
static void
log_accepted(const char *user_id)
{
	StringInfo line = audit_begin("authenticated");

	audit_add(line, "by", user_id ? "token" : "API key");
	audit_add(line, "user", user_id);
	audit_add(line, "key", identity_current()->key_id);
	audit_end(line);
}

/* refuse raises the error for the caller, and tells the log why. */
static void
refuse(TokenVerdict verdict, const char *reason, const char *kid)
{
	const char *message = "token not accepted";

	if (verdict == TOKEN_EXPIRED)
		message = "token expired";
	else if (verdict == TOKEN_NOT_YET_VALID)
		message = "token not yet valid";
	audit_refusal("token", reason ? reason : message, kid ? token_kid_text(kid) : NULL);
	ereport(LOG_SERVER_ONLY,
			(reason ? errmsg("%s: %s", message, reason) : errmsg_internal("%s", message),
			 kid ? errdetail_log("Key id: %s", token_kid_text(kid)) : 0));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg_internal("%s", message)));
}

char *
token_kid_text(const char *kid)
{
	char *text = pnstrdup(kid, MAX_KID_CHARS);

	for (char *c = text; *c != '\0'; c++)
	{
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return psprintf("\"%s\"", text);
}

/*
 * verify_jws.c
 *		electric.verify_jws(): the verifier of tokens on its own.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "identity/secret.h"
#include "identity/token.h"

static const char *verify(const char *token, const Jsonb *jwk, Jws *jws);

PG_FUNCTION_INFO_V1(electric_verify_jws);

/*
 * electric.verify_jws(token text, jwk jsonb) -> bytea: the payload, NULL if the token is not
 * signed by that key
 */
Datum
electric_verify_jws(PG_FUNCTION_ARGS)
{
	ErrorContextCallback guard;
	char *token;
	Size token_len;
	const char *refused;
	Jws jws;
	bytea *payload;

	secret_begin(&guard);
	token = text_to_cstring(PG_GETARG_TEXT_PP(0));
	token_len = strlen(token);
	refused = verify(token, PG_GETARG_JSONB_P(1), &jws);
	crypto_wipe(token, token_len);
	if (refused)
		ereport(DEBUG1, (errmsg_internal("JWS not verified: %s", refused)));
	secret_end(&guard);
	if (refused)
		PG_RETURN_NULL();
	payload = palloc(VARHDRSZ + jws.payload.len);
	SET_VARSIZE(payload, VARHDRSZ + jws.payload.len);
	memcpy(VARDATA(payload), jws.payload.data, jws.payload.len);
	PG_RETURN_BYTEA_P(payload);
}

static const char *
verify(const char *token, const Jsonb *jwk, Jws *jws)
{
	const CryptoAlgorithm *algorithm;
	CryptoKey *key;
	const char *refused;

	if (!JB_ROOT_IS_OBJECT(jwk))
		return "the key is not a JSON object";
	refused = jws_parse(token, jws);
	if (!refused)
		refused = jwk_algorithm(jwk, jws->algorithm->name, &algorithm);
	if (!refused)
		refused = jwk_key(jwk, algorithm, CurrentMemoryContext, &key);
	if (!refused)
		refused = jws_verify(jws, key);
	jws_wipe(jws);
	return refused;
}

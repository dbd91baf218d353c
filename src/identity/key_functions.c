/*
 * key_functions.c
 *		The keys by which tokens are verified: added, replaced as a set, dropped.
 *
 * At most one key may fit a token. A key fits the tokens of its algorithm that name it, and
 * one without a key id all of them; who adds a second is refused, so that nothing has to be
 * guessed when a token comes.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "catalog/catalog.h"
#include "identity/secret.h"
#include "identity/token.h"

#define MAX_NAME_BYTES 256

static Jsonb *jwk_argument(FunctionCallInfo fcinfo, bool is_text);
static char *name_argument(FunctionCallInfo fcinfo, int argno, const char *name);
static void add_argument(FunctionCallInfo fcinfo, bool is_text);
static void add_key(Jsonb *jwk, const char *kid, const char *alg);
static const char *describe(Jsonb *jwk, const char *kid, const char *alg, JwtKey *key);
static const char *check_key(const JwtKey *key);
static void refuse_key(const char *reason, const char *kid);
static void store_key(const JwtKey *key);
static JsonbContainer *list_of_keys(const Jsonb *jwks);
static int add_set(Jsonb *jwks, const char *set_name);
static bool add_member(JsonbValue *member, const char *set_name);

PG_FUNCTION_INFO_V1(electric_add_jwt_key);
PG_FUNCTION_INFO_V1(electric_add_jwt_key_pem);
PG_FUNCTION_INFO_V1(electric_add_jwks);
PG_FUNCTION_INFO_V1(electric_drop_jwt_key);

/* electric.add_jwt_key(jwk jsonb, kid text DEFAULT NULL, alg text DEFAULT NULL) -> void */
Datum
electric_add_jwt_key(PG_FUNCTION_ARGS)
{
	add_argument(fcinfo, false);
	PG_RETURN_VOID();
}

/* electric.add_jwt_key(pem text, kid text DEFAULT NULL, alg text DEFAULT NULL) -> void */
Datum
electric_add_jwt_key_pem(PG_FUNCTION_ARGS)
{
	add_argument(fcinfo, true);
	PG_RETURN_VOID();
}

/* electric.add_jwks(jwks jsonb, set_name text DEFAULT 'default') -> integer: the keys taken */
Datum
electric_add_jwks(PG_FUNCTION_ARGS)
{
	ErrorContextCallback guard;
	Jsonb *jwks;
	char *set_name;
	int count;

	secret_begin(&guard);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", PG_ARGISNULL(0) ? "key set" : "set_name")));
	set_name = name_argument(fcinfo, 1, "set_name");
	if (set_name[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("set_name must not be empty")));
	jwks = PG_GETARG_JSONB_P_COPY(0);
	secret_wipe_later(jwks, VARSIZE(jwks));
	count = add_set(jwks, set_name);
	secret_end(&guard);
	PG_RETURN_INT32(count);
}

/* electric.drop_jwt_key(kid text) -> void; NULL means the keys without a key id */
Datum
electric_drop_jwt_key(PG_FUNCTION_ARGS)
{
	char *kid = name_argument(fcinfo, 0, "kid");

	PreventCommandIfReadOnly("electric.drop_jwt_key()");
	catalog_jwt_keys_lock();
	if (catalog_jwt_keys_delete_kid(kid ? kid : "") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 kid ? errmsg("there is no key with the key id \"%s\"", kid) :
					   errmsg("there is no key without a key id")));
	PG_RETURN_VOID();
}

/* jwk_argument takes a JSON Web Key as jsonb or as text, or a PEM public key. */
static Jsonb *
jwk_argument(FunctionCallInfo fcinfo, bool is_text)
{
	const Jsonb *jwk = NULL;
	const char *refused = NULL;
	char *string;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("key must not be null")));
	if (!is_text)
		return PG_GETARG_JSONB_P_COPY(0);

	string = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (string[strspn(string, " \t\r\n")] == '{')
		refused = json_parse(string, strlen(string), &jwk);
	else
		jwk = jwk_from_pem(string);
	crypto_wipe(string, strlen(string));
	if (refused || !jwk)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 refused ? errmsg("key is not accepted: it %s", refused) :
						   errmsg("key is not accepted: it is no public key in PEM of RSA, P-256, P-384, P-521 or Ed25519"),
				 errhint("Pass a JSON Web Key, or the text from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----, as openssl pkey -pubout writes it.")));
	return unconstify(Jsonb *, jwk);
}

static char *
name_argument(FunctionCallInfo fcinfo, int argno, const char *name)
{
	char *string;

	if (PG_ARGISNULL(argno))
		return NULL;
	string = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	if (strlen(string) > MAX_NAME_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is longer than %d bytes", name, MAX_NAME_BYTES)));
	return string;
}

/* add_argument adds the key that a function is given. */
static void
add_argument(FunctionCallInfo fcinfo, bool is_text)
{
	ErrorContextCallback guard;

	secret_begin(&guard);
	add_key(jwk_argument(fcinfo, is_text), name_argument(fcinfo, 1, "kid"),
			name_argument(fcinfo, 2, "alg"));
	secret_end(&guard);
}

static void
add_key(Jsonb *jwk, const char *kid, const char *alg)
{
	JwtKey key = {.set_name = ""};
	const char *refused;

	secret_wipe_later(jwk, VARSIZE(jwk));
	refused = describe(jwk, kid, alg, &key);
	if (!refused)
		refused = check_key(&key);
	if (refused)
		refuse_key(refused, key.kid);
	PreventCommandIfReadOnly("electric.add_jwt_key()");
	catalog_jwt_keys_lock();
	store_key(&key);
}

/*
 * describe says what the key is for, by itself and by the arguments, which must not
 * contradict it.
 */
static const char *
describe(Jsonb *jwk, const char *kid, const char *alg, JwtKey *key)
{
	const CryptoAlgorithm *algorithm;
	const char *refused;
	bool kid_fits;
	char *own_kid;

	key->kid = pstrdup(kid ? kid : "");
	if (!JB_ROOT_IS_OBJECT(jwk))
		return "it is not a JSON object";
	own_kid = json_find_string(jwk, "kid", &kid_fits);
	if (!kid_fits)
		return "\"kid\" is not a string";
	if (own_kid && kid && strcmp(own_kid, kid) != 0)
		return "\"kid\" is another one";
	if (own_kid)
		key->kid = own_kid;
	if (strlen(key->kid) > MAX_NAME_BYTES)
		return "\"kid\" is too long";
	refused = jwk_algorithm(jwk, alg, &algorithm);
	if (refused)
		return refused;
	key->alg = pstrdup(algorithm->name);
	key->jwk = jwk;
	return NULL;
}

/* check_key: is it sound, and only what verifies? */
static const char *
check_key(const JwtKey *key)
{
	CryptoKey *made;
	const char *refused;

	if (jwk_is_private(key->jwk))
		return "it holds the private key, which belongs to who signs tokens alone";
	refused = jwk_key(key->jwk, crypto_algorithm(key->alg), CurrentMemoryContext, &made);
	if (!refused && crypto_key_check(made) != CRYPTO_OK)
		refused = "OpenSSL finds that it is none";
	return refused;
}

static void
refuse_key(const char *reason, const char *kid)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 kid && kid[0] != '\0' ? errmsg("key \"%s\" is not accepted: %s", kid, reason) :
									 errmsg("key is not accepted: %s", reason)));
}

/* store_key inserts the key unless another one fits the same tokens. */
static void
store_key(const JwtKey *key)
{
	ListCell *cell;

	foreach(cell, catalog_jwt_key_names())
	{
		JwtKey *other = lfirst(cell);

		if (strcmp(other->alg, key->alg) != 0 ||
			(other->kid[0] != '\0' && key->kid[0] != '\0' && strcmp(other->kid, key->kid) != 0))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 key->kid[0] != '\0' ?
					 errmsg("key \"%s\" is ambiguous: another key fits tokens of %s as well",
							key->kid, key->alg) :
					 errmsg("a key without a key id is ambiguous: another key fits tokens of %s as well",
							key->alg),
				 other->kid[0] != '\0' ?
					 errdetail("It is \"%s\"%s.", other->kid,
							   other->set_name[0] != '\0' ?
								   psprintf(" of set \"%s\"", other->set_name) :
								   "") :
					 errdetail("It has no key id, and fits all of them."),
				 errhint("Give each key of an algorithm a key id of its own, or drop the other one: SELECT electric.drop_jwt_key(%s);",
						 other->kid[0] != '\0' ? quote_literal_cstr(other->kid) : "NULL")));
	}
	catalog_jwt_key_store(key);
}

static JsonbContainer *
list_of_keys(const Jsonb *jwks)
{
	JsonbValue *keys = JB_ROOT_IS_OBJECT(jwks) ? json_find(jwks, "keys") : NULL;

	if (keys && keys->type == jbvBinary && JsonContainerIsArray(keys->val.binary.data))
		return keys->val.binary.data;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("key set is not a JSON object with a list \"keys\"")));
	return NULL; /* not reached */
}

/* add_set replaces the keys of the set; returns how many it has. */
static int
add_set(Jsonb *jwks, const char *set_name)
{
	JsonbContainer *list = list_of_keys(jwks);
	int count = 0;

	PreventCommandIfReadOnly("electric.add_jwks()");
	catalog_jwt_keys_lock();
	catalog_jwt_keys_delete_set(set_name);
	for (int i = 0; i < JsonContainerSize(list); i++)
		count += add_member(getIthJsonbValueFromContainer(list, i), set_name);
	return count;
}

/*
 * add_member leaves out keys that are for something else, as RFC 7517, 5 has it, and says
 * so. One that is for us but unfit is an error, and the set stays what it was.
 */
static bool
add_member(JsonbValue *member, const char *set_name)
{
	JwtKey key = {.set_name = unconstify(char *, set_name)};
	Jsonb *jwk = JsonbValueToJsonb(member);
	const char *refused;

	secret_wipe_later(jwk, VARSIZE(jwk));
	refused = describe(jwk, NULL, NULL, &key);
	if (refused)
	{
		ereport(NOTICE,
				(errmsg("key \"%s\" of the set is left out: %s", key.kid, refused)));
		return false;
	}
	refused = check_key(&key);
	if (refused)
		refuse_key(refused, key.kid);
	store_key(&key);
	return true;
}

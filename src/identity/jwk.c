/*
 * jwk.c
 *		JSON Web Keys (RFC 7517): which algorithm they are for, and the key itself.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "identity/token.h"

/* A longer secret, or number, is no key that anybody has */
#define MAX_PART_BYTES (CRYPTO_MAX_RSA_BYTES + 1)

static const char *check_use(const Jsonb *jwk);
static bool is_in_array(const JsonbValue *array, const char *string);
static bool is_for_algorithm(const CryptoAlgorithm *algorithm, const char *kty, const char *crv);
static const char *implied_algorithm(const char *kty, const char *crv);
static bool find_part(const Jsonb *jwk, const char *name, Bytes *part);
static bool is_pem(const Bytes *secret);
static void free_key(void *key);

const char *
jwk_algorithm(const Jsonb *jwk, const char *asked, const CryptoAlgorithm **algorithm)
{
	bool kty_fits;
	bool crv_fits;
	bool alg_fits;
	const char *kty = json_find_string(jwk, "kty", &kty_fits);
	const char *crv = json_find_string(jwk, "crv", &crv_fits);
	const char *alg = json_find_string(jwk, "alg", &alg_fits);
	const char *refused = check_use(jwk);

	if (refused)
		return refused;
	if (!kty || !crv_fits || !alg_fits)
		return "the key has no \"kty\", or a member of a wrong type";
	if (!asked)
		asked = alg ? alg : implied_algorithm(kty, crv);
	*algorithm = asked ? crypto_algorithm(asked) : NULL;
	if (!*algorithm)
		return "the key is for no algorithm that is supported";
	if (alg && crypto_algorithm(alg) != *algorithm)
		return "the key is for another algorithm";
	if (!is_for_algorithm(*algorithm, kty, crv))
		return "the key's type is not that of the algorithm";
	return NULL;
}

const char *
jwk_key(const Jsonb *jwk, const CryptoAlgorithm *algorithm, MemoryContext context, CryptoKey **key)
{
	MemoryContextCallback *callback = MemoryContextAlloc(context, sizeof(MemoryContextCallback));
	CryptoStatus status = CRYPTO_REFUSED;
	Bytes first;
	Bytes second;

	switch (algorithm->family)
	{
		case CRYPTO_HMAC:
			if (find_part(jwk, "k", &first))
			{
				if (is_pem(&first))
					return "the secret is the text of a key that is public";
				status = crypto_key_hmac(algorithm, first.data, first.len, key);
				crypto_wipe(first.data, first.len);
			}
			break;
		case CRYPTO_RSA:
		case CRYPTO_RSA_PSS:
			if (find_part(jwk, "n", &first) && find_part(jwk, "e", &second))
				status = crypto_key_rsa(algorithm, first.data, first.len, second.data, second.len,
										key);
			break;
		case CRYPTO_EC:
			if (find_part(jwk, "x", &first) && find_part(jwk, "y", &second))
				status = crypto_key_ec(algorithm, first.data, first.len, second.data, second.len,
									   key);
			break;
		case CRYPTO_ED25519:
			if (find_part(jwk, "x", &first))
				status = crypto_key_ed25519(algorithm, first.data, first.len, key);
			break;
	}
	if (status == CRYPTO_FAILED)
		return "OpenSSL cannot make the key";
	if (status != CRYPTO_OK)
		return "the key is weak, or is none";
	callback->func = free_key;
	callback->arg = *key;
	MemoryContextRegisterResetCallback(context, callback);
	return NULL;
}

bool
jwk_is_private(const Jsonb *jwk)
{
	static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi", "oth"};

	for (int i = 0; i < lengthof(names); i++)
	{
		if (json_find(jwk, names[i]))
			return true;
	}
	return false;
}

const Jsonb *
jwk_from_pem(const char *pem)
{
	CryptoPublic *public = palloc(sizeof(CryptoPublic));
	StringInfoData jwk;

	if (crypto_public_from_pem(pem, strlen(pem), public) != CRYPTO_OK)
		return NULL;
	initStringInfo(&jwk);
	appendStringInfo(&jwk, "{\"kty\": \"%s\"", public->kty);
	if (public->crv)
		appendStringInfo(&jwk, ", \"crv\": \"%s\"", public->crv);
	appendStringInfo(&jwk, ", \"%s\": \"%s\"", public->crv ? "x" : "n",
					 base64url_encode(public->first, public->first_len));
	if (public->second_len > 0)
		appendStringInfo(&jwk, ", \"%s\": \"%s\"", public->crv ? "y" : "e",
						 base64url_encode(public->second, public->second_len));
	appendStringInfoChar(&jwk, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(jwk.data)));
}

/* check_use: a key that says what it is for must be for signatures (RFC 7517, 4.2 and 4.3). */
static const char *
check_use(const Jsonb *jwk)
{
	JsonbValue *use = json_find(jwk, "use");
	JsonbValue *operations = json_find(jwk, "key_ops");

	if (use && (use->type != jbvString || use->val.string.len != 3 || memcmp(use->val.string.val, "sig", 3) != 0))
		return "the key is not for signatures (\"use\")";
	if (operations && !is_in_array(operations, "verify"))
		return "the key is not for verifying (\"key_ops\")";
	return NULL;
}

static bool
is_in_array(const JsonbValue *array, const char *string)
{
	JsonbValue wanted;

	wanted.type = jbvString;
	wanted.val.string.val = unconstify(char *, string);
	wanted.val.string.len = strlen(string);
	return array->type == jbvBinary && JsonContainerIsArray(array->val.binary.data) &&
		findJsonbValueFromContainer(array->val.binary.data, JB_FARRAY, &wanted) != NULL;
}

static bool
is_for_algorithm(const CryptoAlgorithm *algorithm, const char *kty, const char *crv)
{
	switch (algorithm->family)
	{
		case CRYPTO_HMAC:
			return strcmp(kty, "oct") == 0;
		case CRYPTO_RSA:
		case CRYPTO_RSA_PSS:
			return strcmp(kty, "RSA") == 0;
		case CRYPTO_EC:
			return strcmp(kty, "EC") == 0 && crv && strcmp(crv, algorithm->curve) == 0;
		case CRYPTO_ED25519:
			return strcmp(kty, "OKP") == 0 && crv && strcmp(crv, algorithm->curve) == 0;
	}
	return false;
}

/* implied_algorithm is that of a key that names none; NULL for an unknown one. */
static const char *
implied_algorithm(const char *kty, const char *crv)
{
	static const char *const implied[][3] =
		{
			{"oct", NULL, "HS256"},
			{"RSA", NULL, "RS256"},
			{"EC", "P-256", "ES256"},
			{"EC", "P-384", "ES384"},
			{"EC", "P-521", "ES512"},
			{"OKP", "Ed25519", "EdDSA"},
		};

	for (int i = 0; i < lengthof(implied); i++)
	{
		if (strcmp(implied[i][0], kty) == 0 &&
			(!implied[i][1] || (crv && strcmp(implied[i][1], crv) == 0)))
			return implied[i][2];
	}
	return NULL;
}

/* find_part reads a member that is base64url; false if it is not there, or is something else. */
static bool
find_part(const Jsonb *jwk, const char *name, Bytes *part)
{
	JsonbValue *value = json_find(jwk, name);

	return value && value->type == jbvString &&
		BASE64URL_DECODED(value->val.string.len) <= MAX_PART_BYTES &&
		base64url_decode(value->val.string.val, value->val.string.len, part);
}

/* is_pem: has somebody made a secret of what everybody knows? */
static bool
is_pem(const Bytes *secret)
{
	static const char begin[] = "-----BEGIN ";

	return memmem(secret->data, secret->len, begin, sizeof(begin) - 1) != NULL;
}

static void
free_key(void *key)
{
	crypto_key_free(key);
}

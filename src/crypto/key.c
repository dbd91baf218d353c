/*
 * key.c
 *		Keys, made of the parts that a JSON Web Key names.
 */
#include "postgres.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "crypto/key.h"

#define MAX_EXPONENT_BITS 64
#define MAX_POINT_BYTES	  (1 + 2 * 66)

static CryptoStatus wrap(const CryptoAlgorithm *algorithm, EVP_PKEY *public, EVP_MAC_CTX *mac,
						 CryptoKey **key);
static bool make_verifier(CryptoKey *key);
static bool make_whole(CryptoKey *key);
static CryptoStatus public_from_params(const CryptoAlgorithm *algorithm, const char *type,
									   OSSL_PARAM_BLD *parts, CryptoKey **key);
static EVP_PKEY *import_params(const char *type, OSSL_PARAM *params);
static bool is_strong_rsa(const BIGNUM *n, const BIGNUM *e);
static bool has_small_order(const uint8 *x);

CryptoStatus
crypto_key_hmac(const CryptoAlgorithm *algorithm, const uint8 *secret, size_t len, CryptoKey **key)
{
	static EVP_MAC *hmac = NULL;
	OSSL_PARAM params[2];
	EVP_MAC_CTX *mac;

	if (algorithm->family != CRYPTO_HMAC || len < algorithm->digest_bytes)
		return CRYPTO_REFUSED;
	if (!hmac)
		hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
												 unconstify(char *, algorithm->digest), 0);
	params[1] = OSSL_PARAM_construct_end();
	if (mac && EVP_MAC_init(mac, secret, len, params) == 1)
		return wrap(algorithm, NULL, mac, key);

	EVP_MAC_CTX_free(mac);
	ERR_clear_error();
	return CRYPTO_FAILED;
}

CryptoStatus
crypto_key_rsa(const CryptoAlgorithm *algorithm, const uint8 *n, size_t n_len,
			   const uint8 *e, size_t e_len, CryptoKey **key)
{
	CryptoStatus status = CRYPTO_REFUSED;
	BIGNUM *modulus;
	BIGNUM *exponent;
	OSSL_PARAM_BLD *parts;

	if (algorithm->family != CRYPTO_RSA && algorithm->family != CRYPTO_RSA_PSS)
		return CRYPTO_REFUSED;
	/* an octet of zero in front of a number is tolerated (RFC 7518, 6.3.1.1) */
	if (n_len > CRYPTO_MAX_RSA_BYTES + 1 || e_len > CRYPTO_MAX_RSA_BYTES)
		return CRYPTO_REFUSED;
	modulus = BN_bin2bn(n, n_len, NULL);
	exponent = BN_bin2bn(e, e_len, NULL);
	parts = OSSL_PARAM_BLD_new();
	if (!modulus || !exponent || !parts)
		status = CRYPTO_FAILED;
	else if (is_strong_rsa(modulus, exponent) &&
			 OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
			 OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		status = public_from_params(algorithm, "RSA", parts, key);

	OSSL_PARAM_BLD_free(parts);
	BN_free(exponent);
	BN_free(modulus);
	ERR_clear_error();
	return status;
}

CryptoStatus
crypto_key_ec(const CryptoAlgorithm *algorithm, const uint8 *x, size_t x_len,
			  const uint8 *y, size_t y_len, CryptoKey **key)
{
	CryptoStatus status = CRYPTO_REFUSED;
	size_t bytes = algorithm->coordinate_bytes;
	uint8 point[MAX_POINT_BYTES];
	OSSL_PARAM_BLD *parts;

	if (algorithm->family != CRYPTO_EC || x_len != bytes || y_len != bytes)
		return CRYPTO_REFUSED;
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, x, bytes);
	memcpy(point + 1 + bytes, y, bytes);

	parts = OSSL_PARAM_BLD_new();
	if (!parts)
		status = CRYPTO_FAILED;
	else if (OSSL_PARAM_BLD_push_utf8_string(parts, OSSL_PKEY_PARAM_GROUP_NAME,
											 algorithm->curve, 0) == 1 &&
			 OSSL_PARAM_BLD_push_octet_string(parts, OSSL_PKEY_PARAM_PUB_KEY, point,
											  1 + 2 * bytes) == 1)
		status = public_from_params(algorithm, "EC", parts, key);

	OSSL_PARAM_BLD_free(parts);
	ERR_clear_error();
	return status;
}

CryptoStatus
crypto_key_ed25519(const CryptoAlgorithm *algorithm, const uint8 *x, size_t x_len,
				   CryptoKey **key)
{
	EVP_PKEY *public;

	if (algorithm->family != CRYPTO_ED25519 || x_len != algorithm->coordinate_bytes ||
		has_small_order(x))
		return CRYPTO_REFUSED;
	public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, x_len);
	ERR_clear_error();
	return public ? wrap(algorithm, public, NULL, key) : CRYPTO_REFUSED;
}

CryptoStatus
crypto_key_check(const CryptoKey *key)
{
	EVP_PKEY_CTX *check;
	bool is_sound;

	if (!key->public || key->algorithm->family == CRYPTO_ED25519)
		return CRYPTO_OK;
	check = EVP_PKEY_CTX_new_from_pkey(NULL, key->public, NULL);
	if (!check)
		return CRYPTO_FAILED;
	is_sound = EVP_PKEY_public_check(check) == 1;
	EVP_PKEY_CTX_free(check);
	ERR_clear_error();
	return is_sound ? CRYPTO_OK : CRYPTO_REFUSED;
}

void
crypto_key_free(CryptoKey *key)
{
	if (!key)
		return;
	EVP_PKEY_CTX_free(key->verifier);
	EVP_MD_CTX_free(key->whole);
	EVP_PKEY_free(key->public);
	EVP_MAC_CTX_free(key->mac);
	OPENSSL_free(key);
}

/* wrap makes the key, or frees what it was to consist of. */
static CryptoStatus
wrap(const CryptoAlgorithm *algorithm, EVP_PKEY *public, EVP_MAC_CTX *mac, CryptoKey **key)
{
	CryptoKey *made = OPENSSL_zalloc(sizeof(CryptoKey));

	if (!made)
	{
		EVP_PKEY_free(public);
		EVP_MAC_CTX_free(mac);
		return CRYPTO_FAILED;
	}
	made->algorithm = algorithm;
	made->public = public;
	made->mac = mac;
	if (public && !(algorithm->digest ? make_verifier(made) : make_whole(made)))
	{
		crypto_key_free(made);
		return CRYPTO_FAILED;
	}
	*key = made;
	return CRYPTO_OK;
}

/* make_verifier says once what verifying takes: with every token anew that costs much. */
static bool
make_verifier(CryptoKey *key)
{
	const EVP_MD *digest = crypto_digest(key->algorithm);
	EVP_PKEY_CTX *verifier = EVP_PKEY_CTX_new_from_pkey(NULL, key->public, NULL);

	key->verifier = verifier;
	if (!digest || !verifier || EVP_PKEY_verify_init(verifier) != 1)
		return false;
	if (key->algorithm->family == CRYPTO_RSA &&
		EVP_PKEY_CTX_set_rsa_padding(verifier, RSA_PKCS1_PADDING) != 1)
		return false;
	if (key->algorithm->family == CRYPTO_RSA_PSS &&
		EVP_PKEY_CTX_set_rsa_padding(verifier, RSA_PKCS1_PSS_PADDING) != 1)
		return false;
	if (EVP_PKEY_CTX_set_signature_md(verifier, digest) != 1)
		return false;
	return key->algorithm->family != CRYPTO_RSA_PSS ||
		(EVP_PKEY_CTX_set_rsa_mgf1_md(verifier, digest) == 1 &&
		 EVP_PKEY_CTX_set_rsa_pss_saltlen(verifier, RSA_PSS_SALTLEN_DIGEST) == 1);
}

/* make_whole is the same for what takes the text itself. */
static bool
make_whole(CryptoKey *key)
{
	key->whole = EVP_MD_CTX_new();
	return key->whole && EVP_DigestVerifyInit(key->whole, NULL, NULL, NULL, key->public) == 1;
}

/* public_from_params makes a key of what has been collected; of EC, a point of the curve. */
static CryptoStatus
public_from_params(const CryptoAlgorithm *algorithm, const char *type, OSSL_PARAM_BLD *parts,
				   CryptoKey **key)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(parts);
	EVP_PKEY *public = params ? import_params(type, params) : NULL;

	OSSL_PARAM_free(params);
	return public ? wrap(algorithm, public, NULL, key) : CRYPTO_REFUSED;
}

static EVP_PKEY *
import_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *public = NULL;

	if (context && EVP_PKEY_fromdata_init(context) == 1)
		(void) EVP_PKEY_fromdata(context, &public, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(context);
	return public;
}

static bool
is_strong_rsa(const BIGNUM *n, const BIGNUM *e)
{
	return BN_num_bits(n) >= CRYPTO_MIN_RSA_BITS && BN_num_bits(n) <= CRYPTO_MAX_RSA_BITS &&
		BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e) && BN_num_bits(e) <= MAX_EXPONENT_BITS;
}

/*
 * has_small_order: would everybody's signature fit this key? The points of Ed25519 whose
 * order divides 8, in every encoding that OpenSSL decodes, the sign bit set aside.
 */
static bool
has_small_order(const uint8 *x)
{
	static const uint8 points[][32] =
		{
			/* 0: order 4 */
			{0},
			/* 1: order 1 */
			{1},
			/* order 8, two of them */
			{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
			 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
			 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
			{0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
			 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
			 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
			/* p - 1: order 2 */
			{0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
			/* p: 0 again */
			{0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
			/* p + 1: 1 again */
			{0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		};

	for (int i = 0; i < lengthof(points); i++)
	{
		if (memcmp(points[i], x, 31) == 0 && points[i][31] == (x[31] & 0x7f))
			return true;
	}
	return false;
}

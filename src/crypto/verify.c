/*
 * verify.c
 *		Signatures, checked by the one algorithm of their key.
 */
#include "postgres.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/key.h"

static CryptoStatus verify_mac(CryptoKey *key, const void *data, size_t len,
							   const uint8 *signature, size_t signature_len);
static CryptoStatus verify_ecdsa(const CryptoKey *key, const void *data, size_t len,
								 const uint8 *signature, size_t signature_len);
static CryptoStatus verify_public(const CryptoKey *key, const void *data, size_t len,
								  const uint8 *signature, size_t signature_len);
static const EVP_MD *fetch_digest(const CryptoAlgorithm *algorithm);

CryptoStatus
crypto_verify(CryptoKey *key, const void *data, size_t len, const uint8 *signature,
			  size_t signature_len)
{
	CryptoStatus status;

	switch (key->algorithm->family)
	{
		case CRYPTO_HMAC:
			status = verify_mac(key, data, len, signature, signature_len);
			break;
		case CRYPTO_EC:
			status = verify_ecdsa(key, data, len, signature, signature_len);
			break;
		default:
			status = verify_public(key, data, len, signature, signature_len);
			break;
	}
	/* the server's TLS reads the same queue */
	ERR_clear_error();
	return status;
}

static CryptoStatus
verify_mac(CryptoKey *key, const void *data, size_t len, const uint8 *signature,
		   size_t signature_len)
{
	CryptoStatus status = CRYPTO_FAILED;
	uint8 mac[EVP_MAX_MD_SIZE];
	size_t mac_len;

	/* without a key: begins anew with the one it has */
	if (EVP_MAC_init(key->mac, NULL, 0, NULL) == 1 &&
		EVP_MAC_update(key->mac, data, len) == 1 &&
		EVP_MAC_final(key->mac, mac, &mac_len, sizeof(mac)) == 1)
		status = mac_len == signature_len && crypto_equal(mac, signature, mac_len) ?
			CRYPTO_OK :
			CRYPTO_REFUSED;
	crypto_wipe(mac, sizeof(mac));
	return status;
}

/* verify_ecdsa takes r and s, each as long as a coordinate; OpenSSL wants them in DER. */
static CryptoStatus
verify_ecdsa(const CryptoKey *key, const void *data, size_t len, const uint8 *signature,
			 size_t signature_len)
{
	CryptoStatus status = CRYPTO_FAILED;
	size_t half = key->algorithm->coordinate_bytes;
	ECDSA_SIG *pair;
	BIGNUM *r;
	BIGNUM *s;
	uint8 *der = NULL;
	int der_len;

	if (signature_len != 2 * half)
		return CRYPTO_REFUSED;
	pair = ECDSA_SIG_new();
	r = BN_bin2bn(signature, half, NULL);
	s = BN_bin2bn(signature + half, half, NULL);
	if (!pair || !r || !s || ECDSA_SIG_set0(pair, r, s) != 1)
	{
		BN_free(r);
		BN_free(s);
	}
	else
	{
		/* r and s are the pair's now */
		der_len = i2d_ECDSA_SIG(pair, &der);
		if (der_len > 0)
			status = verify_public(key, data, len, der, der_len);
	}
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	return status;
}

static CryptoStatus
verify_public(const CryptoKey *key, const void *data, size_t len, const uint8 *signature,
			  size_t signature_len)
{
	CryptoStatus status = CRYPTO_FAILED;
	const CryptoAlgorithm *algorithm = key->algorithm;
	const EVP_MD *digest = fetch_digest(algorithm);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters; /* the context's */

	if (context && (digest || !algorithm->digest) &&
		EVP_DigestVerifyInit(context, &parameters, digest, NULL, key->public) == 1 &&
		(algorithm->family != CRYPTO_RSA_PSS ||
		 (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
		  EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1)))
		status = EVP_DigestVerify(context, signature, signature_len, data, len) == 1 ?
			CRYPTO_OK :
			CRYPTO_REFUSED;
	EVP_MD_CTX_free(context);
	return status;
}

/* fetch_digest looks each digest up once a backend. */
static const EVP_MD *
fetch_digest(const CryptoAlgorithm *algorithm)
{
	static struct
	{
		const char *name;
		EVP_MD *digest;
	} known[3];

	if (!algorithm->digest)
		return NULL;
	for (int i = 0; i < lengthof(known); i++)
	{
		if (!known[i].digest)
		{
			known[i].name = algorithm->digest;
			known[i].digest = EVP_MD_fetch(NULL, algorithm->digest, NULL);
			return known[i].digest;
		}
		if (strcmp(known[i].name, algorithm->digest) == 0)
			return known[i].digest;
	}
	return NULL; /* not reached */
}

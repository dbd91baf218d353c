/*
 * pem.c
 *		Public keys as PEM text, taken apart.
 */
#include "postgres.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "crypto/crypto.h"

static int no_passphrase(char *buffer, int size, int for_writing, void *arg);
static CryptoStatus take_apart(EVP_PKEY *key, CryptoPublic *public);
static bool get_number(EVP_PKEY *key, const char *name, size_t bytes, uint8 *number,
					   size_t *number_len);

CryptoStatus
crypto_public_from_pem(const char *pem, size_t len, CryptoPublic *public)
{
	CryptoStatus status = CRYPTO_REFUSED;
	BIO *text = BIO_new_mem_buf(pem, len);
	EVP_PKEY *key = text ? PEM_read_bio_PUBKEY(text, NULL, no_passphrase, NULL) : NULL;

	if (key)
		status = take_apart(key, public);
	else if (!text)
		status = CRYPTO_FAILED;
	EVP_PKEY_free(key);
	BIO_free(text);
	ERR_clear_error();
	return status;
}

/* no_passphrase: without it OpenSSL asks for one on the server's terminal, and waits. */
static int
no_passphrase(char *buffer, int size, int for_writing, void *arg)
{
	return -1;
}

static CryptoStatus
take_apart(EVP_PKEY *key, CryptoPublic *public)
{
	static const struct
	{
		const char *openssl;
		const char *crv;
		size_t bytes;
	} curves[] =
		{
			{"prime256v1", "P-256", 32},
			{"secp384r1", "P-384", 48},
			{"secp521r1", "P-521", 66},
		};
	char group[32];

	memset(public, 0, sizeof(CryptoPublic));
	if (EVP_PKEY_is_a(key, "ED25519"))
	{
		public->kty = "OKP";
		public->crv = "Ed25519";
		public->first_len = sizeof(public->first);
		return EVP_PKEY_get_raw_public_key(key, public->first, &public->first_len) == 1 ?
			CRYPTO_OK :
			CRYPTO_REFUSED;
	}
	if (EVP_PKEY_is_a(key, "RSA"))
	{
		public->kty = "RSA";
		return get_number(key, OSSL_PKEY_PARAM_RSA_N, 0, public->first, &public->first_len) &&
				get_number(key, OSSL_PKEY_PARAM_RSA_E, 0, public->second, &public->second_len) ?
			CRYPTO_OK :
			CRYPTO_REFUSED;
	}
	if (!EVP_PKEY_is_a(key, "EC") ||
		EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
									   NULL) != 1)
		return CRYPTO_REFUSED;
	public->kty = "EC";
	for (int i = 0; i < lengthof(curves); i++)
	{
		if (strcmp(curves[i].openssl, group) != 0)
			continue;
		public->crv = curves[i].crv;
		return get_number(key, OSSL_PKEY_PARAM_EC_PUB_X, curves[i].bytes, public->first,
						  &public->first_len) &&
				get_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, curves[i].bytes, public->second,
						   &public->second_len) ?
			CRYPTO_OK :
			CRYPTO_REFUSED;
	}
	return CRYPTO_REFUSED;
}

/* get_number writes a number in so many bytes; 0: in as many as it has. */
static bool
get_number(EVP_PKEY *key, const char *name, size_t bytes, uint8 *number, size_t *number_len)
{
	BIGNUM *value = NULL;
	bool fits = EVP_PKEY_get_bn_param(key, name, &value) == 1;

	if (fits && bytes == 0)
		bytes = BN_num_bytes(value);
	fits = fits && bytes <= CRYPTO_MAX_RSA_BYTES && BN_bn2binpad(value, number, bytes) == bytes;
	*number_len = bytes;
	BN_free(value);
	return fits;
}

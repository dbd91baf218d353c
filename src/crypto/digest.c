/*
 * digest.c
 *		SHA-256, comparison in constant time, and overwriting of secrets.
 */
#include "postgres.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/key.h"

/* The digest is looked up once: OpenSSL 3 takes longer for that than for a token. */
CryptoStatus
crypto_sha256(const void *data, size_t len, uint8 *digest)
{
	static EVP_MD *sha256 = NULL;
	static EVP_MD_CTX *context = NULL;

	if (!sha256)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!context)
		context = EVP_MD_CTX_new();
	if (sha256 && context &&
		EVP_DigestInit_ex(context, sha256, NULL) == 1 &&
		EVP_DigestUpdate(context, data, len) == 1 &&
		EVP_DigestFinal_ex(context, digest, NULL) == 1)
		return CRYPTO_OK;
	ERR_clear_error();
	return CRYPTO_FAILED;
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
crypto_wipe(void *data, size_t len)
{
	OPENSSL_cleanse(data, len);
}

const EVP_MD *
crypto_digest(const CryptoAlgorithm *algorithm)
{
	static struct
	{
		const char *name;
		EVP_MD *digest;
	} known[3]; /* as many as the algorithms have */

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

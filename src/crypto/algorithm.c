/*
 * algorithm.c
 *		The signature algorithms that tokens may have.
 */
#include "postgres.h"

#include "crypto/crypto.h"

static const CryptoAlgorithm algorithms[] =
	{
		{"HS256", CRYPTO_HMAC, "SHA256", 32, NULL, 0},
		{"HS384", CRYPTO_HMAC, "SHA384", 48, NULL, 0},
		{"HS512", CRYPTO_HMAC, "SHA512", 64, NULL, 0},
		{"RS256", CRYPTO_RSA, "SHA256", 32, NULL, 0},
		{"RS384", CRYPTO_RSA, "SHA384", 48, NULL, 0},
		{"RS512", CRYPTO_RSA, "SHA512", 64, NULL, 0},
		{"PS256", CRYPTO_RSA_PSS, "SHA256", 32, NULL, 0},
		{"PS384", CRYPTO_RSA_PSS, "SHA384", 48, NULL, 0},
		{"PS512", CRYPTO_RSA_PSS, "SHA512", 64, NULL, 0},
		{"ES256", CRYPTO_EC, "SHA256", 32, "P-256", 32},
		{"ES384", CRYPTO_EC, "SHA384", 48, "P-384", 48},
		{"ES512", CRYPTO_EC, "SHA512", 64, "P-521", 66},
		{"EdDSA", CRYPTO_ED25519, NULL, 0, "Ed25519", 32},
};

/* RFC 9864's name for what is EdDSA, as only one curve is known here */
#define FULLY_SPECIFIED_EDDSA "Ed25519"

const CryptoAlgorithm *
crypto_algorithm(const char *name)
{
	if (strcmp(name, FULLY_SPECIFIED_EDDSA) == 0)
		name = "EdDSA";
	for (int i = 0; i < lengthof(algorithms); i++)
	{
		if (strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	}
	return NULL;
}

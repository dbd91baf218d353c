/*
 * key.h
 *		What a CryptoKey is made of; for this room alone.
 */
#ifndef ELECTRIC_CRYPTO_KEY_H
#define ELECTRIC_CRYPTO_KEY_H

#include <openssl/evp.h>

#include "crypto/crypto.h"

struct CryptoKey
{
	const CryptoAlgorithm *algorithm;
	EVP_PKEY *public;		/* NULL for HMAC */
	EVP_PKEY_CTX *verifier; /* for RSA and EC, ready for any number of digests */
	EVP_MD_CTX *whole;		/* for Ed25519, to be copied for each text */
	EVP_MAC_CTX *mac;		/* with the secret in it; NULL for others */
};

/* crypto_digest looks each digest up once a backend; NULL where OpenSSL lacks it. */
extern const EVP_MD *crypto_digest(const CryptoAlgorithm *algorithm);

#endif /* ELECTRIC_CRYPTO_KEY_H */

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
	EVP_PKEY *public; /* NULL for HMAC */
	EVP_MAC_CTX *mac; /* with the secret in it; NULL for others */
};

#endif /* ELECTRIC_CRYPTO_KEY_H */

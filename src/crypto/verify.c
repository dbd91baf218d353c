/*
 * verify.c
 *		Signatures, checked by the one algorithm of their key.
 */
#include "postgres.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/key.h"

static CryptoStatus verify_mac(CryptoKey *key, const void *data, size_t len,
							   const uint8 *signature, size_t signature_len);
static CryptoStatus verify_ecdsa(const CryptoKey *key, const void *data, size_t len,
								 const uint8 *signature, size_t signature_len);
static CryptoStatus verify_digest(const CryptoKey *key, const void *data, size_t len,
								  const uint8 *signature, size_t signature_len);
static CryptoStatus verify_eddsa(const CryptoKey *key, const void *data, size_t len,
								 const uint8 *signature, size_t signature_len);

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
		case CRYPTO_ED25519:
			status = verify_eddsa(key, data, len, signature, signature_len);
			break;
		default:
			status = verify_digest(key, data, len, signature, signature_len);
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
			status = verify_digest(key, data, len, der, der_len);
	}
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	return status;
}

static CryptoStatus
verify_digest(const CryptoKey *key, const void *data, size_t len, const uint8 *signature,
			  size_t signature_len)
{
	uint8 digest[EVP_MAX_MD_SIZE];
	unsigned int digest_len;

	if (EVP_Digest(data, len, digest, &digest_len, crypto_digest(key->algorithm), NULL) != 1)
		return CRYPTO_FAILED;
	return EVP_PKEY_verify(key->verifier, signature, signature_len, digest, digest_len) == 1 ?
		CRYPTO_OK :
		CRYPTO_REFUSED;
}

/* verify_eddsa hands over all of the data: Ed25519 hashes it twice. */
static CryptoStatus
verify_eddsa(const CryptoKey *key, const void *data, size_t len, const uint8 *signature,
			 size_t signature_len)
{
	CryptoStatus status = CRYPTO_FAILED;
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (context && EVP_MD_CTX_copy_ex(context, key->whole) == 1)
		status = EVP_DigestVerify(context, signature, signature_len, data, len) == 1 ?
			CRYPTO_OK :
			CRYPTO_REFUSED;
	EVP_MD_CTX_free(context);
	return status;
}

/*
 * crypto.h
 *		Contract of crypto: the only code that speaks to OpenSSL and to libargon2.
 *
 * Nothing in this room raises: functions return a status, so that no handle and no
 * secret is left behind by an error. A CryptoKey lives in OpenSSL's memory, so that it outlives
 * transactions; whoever makes one frees it, from a callback of a memory context where errors may
 * come in between.
 */
#ifndef ELECTRIC_CRYPTO_H
#define ELECTRIC_CRYPTO_H

/* --- argon2.c: Argon2id, version 1.3, of RFC 9106 --- */

typedef enum Argon2idStatus
{
	ARGON2ID_DONE,
	ARGON2ID_NO_MEMORY,
	ARGON2ID_FAILED
} Argon2idStatus;

typedef struct Argon2idInput
{
	const uint8 *password;
	uint32 password_len;
	const uint8 *salt; /* at least 8 bytes */
	uint32 salt_len;
	const uint8 *secret; /* NULL: none */
	uint32 secret_len;
	const uint8 *associated; /* data that is hashed along; NULL: none */
	uint32 associated_len;
	uint32 memory; /* in KiB, at least 8 for each lane */
	uint32 iterations;
	uint32 lanes; /* all of them are computed in the calling thread */
} Argon2idInput;

/* The longest hash that crypto_argon2id_matches compares. */
#define ARGON2ID_MAX_HASH 64

/* crypto_argon2id fills hash; its memory is wiped. It runs to its end, uninterrupted. */
extern Argon2idStatus crypto_argon2id(const Argon2idInput *input, uint8 *hash, uint32 hash_len);

/*
 * crypto_argon2id_matches tells in *matches whether hash is that of the input; the time
 * that it takes does not depend on where they differ.
 */
extern Argon2idStatus crypto_argon2id_matches(const Argon2idInput *input, const uint8 *hash,
											  uint32 hash_len, bool *matches);

typedef enum CryptoStatus
{
	CRYPTO_OK,
	CRYPTO_REFUSED, /* a signature that does not fit, a key that is weak or none */
	CRYPTO_FAILED	/* out of memory, or OpenSSL has not got the algorithm */
} CryptoStatus;

/* --- digest.c --- */

#define CRYPTO_SHA256_BYTES 32

extern CryptoStatus crypto_sha256(const void *data, size_t len, uint8 *digest);

/* crypto_equal compares in constant time. */
extern bool crypto_equal(const void *a, const void *b, size_t len);

/* crypto_wipe overwrites a secret, and is not optimised away. */
extern void crypto_wipe(void *data, size_t len);

/* --- algorithm.c --- */

typedef enum CryptoFamily
{
	CRYPTO_HMAC,
	CRYPTO_RSA,
	CRYPTO_RSA_PSS,
	CRYPTO_EC,
	CRYPTO_ED25519
} CryptoFamily;

/* A signature algorithm of JSON Web Algorithms (RFC 7518, RFC 8037) */
typedef struct CryptoAlgorithm
{
	const char *name; /* "RS256" */
	CryptoFamily family;
	const char *digest;		 /* OpenSSL's name; NULL for Ed25519 */
	size_t digest_bytes;	 /* and so the least length of an HMAC key */
	const char *curve;		 /* "P-256"; "Ed25519"; NULL for others */
	size_t coordinate_bytes; /* of the curve */
} CryptoAlgorithm;

/* crypto_algorithm returns NULL for a name that is none of ours; "none" is none. */
extern const CryptoAlgorithm *crypto_algorithm(const char *name);

/* --- key.c --- */

/* A key for one algorithm, ready to verify */
typedef struct CryptoKey CryptoKey;

#define CRYPTO_MIN_RSA_BITS	 2048
#define CRYPTO_MAX_RSA_BITS	 16384
#define CRYPTO_MAX_RSA_BYTES (CRYPTO_MAX_RSA_BITS / 8)

/*
 * Each makes a key of its parts. CRYPTO_REFUSED: the wrong family, a secret shorter than the
 * digest, an RSA modulus of too few or too many bits, an exponent that is even, 1 or longer than
 * 64 bits, a point that is not on the curve, or of small order.
 */
extern CryptoStatus crypto_key_hmac(const CryptoAlgorithm *algorithm, const uint8 *secret,
									size_t len, CryptoKey **key);
extern CryptoStatus crypto_key_rsa(const CryptoAlgorithm *algorithm, const uint8 *n, size_t n_len,
								   const uint8 *e, size_t e_len, CryptoKey **key);
extern CryptoStatus crypto_key_ec(const CryptoAlgorithm *algorithm, const uint8 *x, size_t x_len,
								  const uint8 *y, size_t y_len, CryptoKey **key);
extern CryptoStatus crypto_key_ed25519(const CryptoAlgorithm *algorithm, const uint8 *x,
									   size_t x_len, CryptoKey **key);

/*
 * crypto_key_check asks whether a key is what its kind asks for: the modulus of RSA, say, a product
 * without small factors. That takes milliseconds, so it is for keys that are new.
 */
extern CryptoStatus crypto_key_check(const CryptoKey *key);

/* crypto_key_free wipes what is secret; NULL is nothing. */
extern void crypto_key_free(CryptoKey *key);

/* --- verify.c --- */

/*
 * crypto_verify: is signature, in the form of JWS (RFC 7518, 3), that of data by the key's
 * algorithm? Only CRYPTO_OK says yes.
 */
extern CryptoStatus crypto_verify(CryptoKey *key, const void *data, size_t len,
								  const uint8 *signature, size_t signature_len);

/* --- pem.c --- */

/* The parts of a public key: an RSA key's modulus and exponent, or a curve's coordinates */
typedef struct CryptoPublic
{
	const char *kty;				   /* of JSON Web Key: "RSA", "EC", "OKP" */
	const char *crv;				   /* NULL for RSA */
	uint8 first[CRYPTO_MAX_RSA_BYTES]; /* n, or x */
	size_t first_len;
	uint8 second[CRYPTO_MAX_RSA_BYTES]; /* e, or y; empty for Ed25519 */
	size_t second_len;
} CryptoPublic;

/* crypto_public_from_pem reads "-----BEGIN PUBLIC KEY-----", and nothing else. */
extern CryptoStatus crypto_public_from_pem(const char *pem, size_t len, CryptoPublic *public);

#endif /* ELECTRIC_CRYPTO_H */

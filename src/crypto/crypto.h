/*
 * crypto.h
 *		Contract of crypto: the only code that speaks to OpenSSL and to libargon2.
 *
 * Nothing in this room raises: functions return a status, so that no handle and no
 * secret is left behind by an error.
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

#endif /* ELECTRIC_CRYPTO_H */

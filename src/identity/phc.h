/*
 * phc.h
 *		Password hashes as text, in the PHC string format; for this room alone.
 */
#ifndef ELECTRIC_IDENTITY_PHC_H
#define ELECTRIC_IDENTITY_PHC_H

#define PHC_MIN_SALT 8
#define PHC_MAX_SALT 64
#define PHC_MIN_HASH 16
#define PHC_MAX_HASH 64

/* No hash that phc_read accepts is longer. */
#define PHC_MAX_TEXT 256

/* What $argon2id$v=19$m=..,t=..,p=..$salt$hash says. */
typedef struct PasswordHash
{
	uint32 memory; /* in KiB */
	uint32 iterations;
	uint32 lanes;
	uint32 salt_len;
	uint32 hash_len;
	uint8 salt[PHC_MAX_SALT];
	uint8 hash[PHC_MAX_HASH];
} PasswordHash;

/*
 * phc_read returns false for all that is not the one way to write a hash of Argon2id
 * version 1.3, whose salt and hash are in the limits above. It says nothing about costs.
 */
extern bool phc_read(const char *text, Size len, PasswordHash *result);

/* phc_write returns the string, palloc'd. */
extern char *phc_write(const PasswordHash *hash);

#endif /* ELECTRIC_IDENTITY_PHC_H */

/*
 * api_key_text.c
 *		The text of API keys, and their digests.
 *
 * The id is public: it names the key in the log and in electric.api_keys. What follows
 * are 256 random bits, so that one round of SHA-256 keeps them as well as many would.
 */
#include "postgres.h"

#include "common/cryptohash.h"

#include "identity/api_key.h"

#define PREFIX_PUBLISHABLE API_KEY_PREFIX "publishable_"
#define PREFIX_SECRET	   API_KEY_PREFIX "secret_"

static const char hexadecimal[] = "0123456789abcdef";
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void random_bytes(uint8 *bytes, int count);
static void encode_id(const uint8 *bytes, char id[API_KEY_ID_LENGTH + 1]);
static void encode_secret(const uint8 *bytes, char secret[API_KEY_SECRET_LENGTH + 1]);

bool
api_key_is_id(const char *text)
{
	return strlen(text) == API_KEY_ID_LENGTH && strspn(text, hexadecimal) == API_KEY_ID_LENGTH;
}

bool
api_key_parse(const char *key, bool *secret, char id[API_KEY_ID_LENGTH + 1])
{
	const char *rest;

	*secret = strncmp(key, PREFIX_SECRET, strlen(PREFIX_SECRET)) == 0;
	if (!*secret && strncmp(key, PREFIX_PUBLISHABLE, strlen(PREFIX_PUBLISHABLE)) != 0)
		return false;
	rest = key + strlen(*secret ? PREFIX_SECRET : PREFIX_PUBLISHABLE);
	if (strlen(rest) != API_KEY_ID_LENGTH + 1 + API_KEY_SECRET_LENGTH ||
		rest[API_KEY_ID_LENGTH] != '_')
		return false;
	strlcpy(id, rest, API_KEY_ID_LENGTH + 1);
	return api_key_is_id(id) &&
		strspn(rest + API_KEY_ID_LENGTH + 1, base64url) == API_KEY_SECRET_LENGTH;
}

char *
api_key_make(bool secret, char id[API_KEY_ID_LENGTH + 1])
{
	uint8 bytes[API_KEY_ID_LENGTH / 2 + API_KEY_SECRET_BYTES];
	char text[API_KEY_SECRET_LENGTH + 1];
	char *key;

	random_bytes(bytes, sizeof(bytes));
	encode_id(bytes, id);
	encode_secret(bytes + API_KEY_ID_LENGTH / 2, text);
	key = psprintf("%s%s_%s", secret ? PREFIX_SECRET : PREFIX_PUBLISHABLE, id, text);
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(text, sizeof(text));
	return key;
}

void
api_key_digest(const char *key, uint8 digest[PG_SHA256_DIGEST_LENGTH])
{
	pg_cryptohash_ctx *hash = pg_cryptohash_create(PG_SHA256);

	if (hash == NULL || pg_cryptohash_init(hash) < 0 ||
		pg_cryptohash_update(hash, (const uint8 *) key, strlen(key)) < 0 ||
		pg_cryptohash_final(hash, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(hash));
	pg_cryptohash_free(hash);
}

static void
random_bytes(uint8 *bytes, int count)
{
	if (!pg_strong_random(bytes, count))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
}

static void
encode_id(const uint8 *bytes, char id[API_KEY_ID_LENGTH + 1])
{
	int i;

	for (i = 0; i < API_KEY_ID_LENGTH / 2; i++)
	{
		id[2 * i] = hexadecimal[bytes[i] >> 4];
		id[2 * i + 1] = hexadecimal[bytes[i] & 15];
	}
	id[API_KEY_ID_LENGTH] = '\0';
}

/* encode_secret writes six bits a character; the last one has four, and two that are zero. */
static void
encode_secret(const uint8 *bytes, char secret[API_KEY_SECRET_LENGTH + 1])
{
	int i;

	for (i = 0; i < API_KEY_SECRET_LENGTH; i++)
	{
		int first = i * 6;
		int pair = bytes[first / 8] << 8;

		if (first / 8 + 1 < API_KEY_SECRET_BYTES)
			pair |= bytes[first / 8 + 1];
		secret[i] = base64url[(pair >> (10 - first % 8)) & 63];
	}
	secret[API_KEY_SECRET_LENGTH] = '\0';
}

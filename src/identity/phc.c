/*
 * phc.c
 *		Password hashes as text: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
 *
 * The PHC string format, as every library of Argon2 writes it. Salt and hash are base64
 * without padding. Each hash has one spelling: numbers without signs and leading zeros,
 * base64 without stray bits.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "identity/phc.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

static bool take_word(Cursor *cursor, const char *word);
static bool take_number(Cursor *cursor, uint32 *number);
static bool take_bytes(Cursor *cursor, uint8 *bytes, uint32 min, uint32 max, uint32 *len);
static void put_bytes(StringInfo out, const uint8 *bytes, uint32 len);

bool
phc_read(const char *text, Size len, PasswordHash *result)
{
	Cursor cursor = {text, text + len};

	return take_word(&cursor, "$argon2id$v=19$m=") &&
		take_number(&cursor, &result->memory) &&
		take_word(&cursor, ",t=") &&
		take_number(&cursor, &result->iterations) &&
		take_word(&cursor, ",p=") &&
		take_number(&cursor, &result->lanes) &&
		take_word(&cursor, "$") &&
		take_bytes(&cursor, result->salt, PHC_MIN_SALT, PHC_MAX_SALT, &result->salt_len) &&
		take_word(&cursor, "$") &&
		take_bytes(&cursor, result->hash, PHC_MIN_HASH, PHC_MAX_HASH, &result->hash_len) &&
		cursor.at == cursor.end;
}

char *
phc_write(const PasswordHash *hash)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "$argon2id$v=19$m=%u,t=%u,p=%u$",
					 hash->memory, hash->iterations, hash->lanes);
	put_bytes(&out, hash->salt, hash->salt_len);
	appendStringInfoChar(&out, '$');
	put_bytes(&out, hash->hash, hash->hash_len);
	return out.data;
}

static bool
take_word(Cursor *cursor, const char *word)
{
	Size len = strlen(word);

	if (cursor->end - cursor->at < len || memcmp(cursor->at, word, len) != 0)
		return false;
	cursor->at += len;
	return true;
}

/* take_number takes a positive number of at most nine digits. */
static bool
take_number(Cursor *cursor, uint32 *number)
{
	int digits = 0;

	*number = 0;
	while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9')
	{
		*number = *number * 10 + (*cursor->at++ - '0');
		if (++digits > 9 || *number == 0)
			return false;
	}
	return digits > 0;
}

/* take_bytes takes base64 up to a character that is none. */
static bool
take_bytes(Cursor *cursor, uint8 *bytes, uint32 min, uint32 max, uint32 *len)
{
	uint32 bits = 0;
	int nbits = 0;

	*len = 0;
	for (; cursor->at < cursor->end; cursor->at++)
	{
		const char *digit = memchr(alphabet, *cursor->at, sizeof(alphabet) - 1);

		if (digit == NULL)
			break;
		bits = (bits << 6) | (digit - alphabet);
		nbits += 6;
		if (nbits < 8)
			continue;
		if (*len == max)
			return false;
		nbits -= 8;
		bytes[(*len)++] = bits >> nbits;
		bits &= (1 << nbits) - 1;
	}
	/* six bits left: a digit too many; others are to be zero */
	return *len >= min && nbits < 6 && bits == 0;
}

static void
put_bytes(StringInfo out, const uint8 *bytes, uint32 len)
{
	uint32 bits = 0;
	int nbits = 0;
	uint32 i;

	for (i = 0; i < len; i++)
	{
		bits = (bits << 8) | bytes[i];
		for (nbits += 8; nbits >= 6; nbits -= 6)
			appendStringInfoChar(out, alphabet[(bits >> (nbits - 6)) & 63]);
	}
	if (nbits > 0)
		appendStringInfoChar(out, alphabet[(bits << (6 - nbits)) & 63]);
}

/*
 * base64url.c
 *		Base64url without padding (RFC 7515, 2), in its one canonical form.
 */
#include "postgres.h"

#include "identity/token.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/*
 * base64url_decode refuses what another text would stand for as well: padding, blanks,
 * other characters, and bits behind the last byte that are not zero.
 */
bool
base64url_decode(const char *text, Size len, Bytes *bytes)
{
	uint32 pending = 0;
	int npending = 0;

	bytes->data = palloc(BASE64URL_DECODED(len) + 1);
	bytes->len = 0;
	for (Size i = 0; i < len; i++)
	{
		const char *digit = text[i] != '\0' ? strchr(digits, text[i]) : NULL;

		if (!digit)
			return false;
		pending = (pending << 6) | (uint32) (digit - digits);
		npending += 6;
		if (npending >= 8)
		{
			npending -= 8;
			bytes->data[bytes->len++] = (uint8) (pending >> npending);
			pending &= (1U << npending) - 1;
		}
	}
	/* six pending bits are a digit that no byte needs */
	return npending < 6 && pending == 0;
}

char *
base64url_encode(const uint8 *data, Size len)
{
	char *text = palloc((len * 4 + 2) / 3 + 1);
	char *next = text;
	uint32 pending = 0;
	int npending = 0;

	for (Size i = 0; i < len; i++)
	{
		pending = (pending << 8) | data[i];
		npending += 8;
		while (npending >= 6)
		{
			npending -= 6;
			*next++ = digits[(pending >> npending) & 63];
		}
	}
	if (npending > 0)
		*next++ = digits[(pending << (6 - npending)) & 63];
	*next = '\0';
	return text;
}

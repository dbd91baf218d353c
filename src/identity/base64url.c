/*
 * base64url.c
 *		Base64url without padding (RFC 7515, 2), in its one canonical form.
 */
#include "postgres.h"

#include "identity/token.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int digit_value(char c);

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
		int value = digit_value(text[i]);

		if (value < 0)
			return false;
		pending = (pending << 6) | (uint32) value;
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

/* digit_value is the place of a character in digits, -1 if it is none. */
static int
digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

/*
 * base64url.c
 *		Base64url without padding (RFC 7515, 2), in its one canonical form.
 */
#include "postgres.h"

#include "identity/token.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const int8 *digit_values(void);

/*
 * base64url_decode refuses what another text would stand for as well: padding, blanks,
 * other characters, and bits behind the last byte that are not zero.
 */
bool
base64url_decode(const char *text, Size len, Bytes *bytes)
{
	const int8 *values = digit_values();
	uint8 *next = palloc(BASE64URL_DECODED(len) + 1);
	uint32 pending = 0;
	int npending = 0;
	Size i;

	bytes->data = next;
	bytes->len = 0;
	for (i = 0; i < len; i++)
	{
		int value = values[(unsigned char) text[i]];

		if (value < 0)
			break;
		/* what leaves at the top has been written */
		pending = (pending << 6) | (uint32) value;
		npending += 6;
		if (npending >= 8)
		{
			npending -= 8;
			*next++ = (uint8) (pending >> npending);
		}
	}
	/* six pending bits are a digit that no byte needs */
	if (i < len || npending == 6 || (pending & ((1U << npending) - 1)) != 0)
	{
		crypto_wipe(bytes->data, next - bytes->data);
		return false;
	}
	bytes->len = next - bytes->data;
	return true;
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

/* digit_values has the place of each character in digits, -1 for one that is none. */
static const int8 *
digit_values(void)
{
	static int8 values[256];

	/* the zero byte is none of them */
	if (values[0] == 0)
	{
		memset(values, -1, sizeof(values));
		for (int i = 0; i < 64; i++)
			values[(unsigned char) digits[i]] = i;
	}
	return values;
}

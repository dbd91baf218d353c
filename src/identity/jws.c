/*
 * jws.c
 *		JSON Web Signatures in compact form (RFC 7515): header.payload.signature
 */
#include "postgres.h"

#include "identity/token.h"

static const char *read_header(const Bytes *header, Jws *jws);

/*
 * jws_parse takes a token apart. The payload is decoded, but nobody knows yet who wrote it, so
 * it is not looked into.
 */
const char *
jws_parse(const char *token, Jws *jws)
{
	const char *first = strchr(token, '.');
	const char *second = first ? strchr(first + 1, '.') : NULL;
	Bytes header;

	memset(jws, 0, sizeof(Jws));
	if (!second || strchr(second + 1, '.'))
		return "it has not three parts";
	if (!base64url_decode(token, first - token, &header) ||
		!base64url_decode(first + 1, second - first - 1, &jws->payload) ||
		!base64url_decode(second + 1, strlen(second + 1), &jws->signature))
		return "a part is not base64url in canonical form";
	jws->signed_text = token;
	jws->signed_len = second - token;
	return read_header(&header, jws);
}

/* jws_verify: is the signature that of the key? Its algorithm must be the token's. */
const char *
jws_verify(const Jws *jws, CryptoKey *key)
{
	switch (crypto_verify(key, jws->signed_text, jws->signed_len, jws->signature.data,
						  jws->signature.len))
	{
		case CRYPTO_OK:
			return NULL;
		case CRYPTO_REFUSED:
			return "the signature is not that of the key";
		case CRYPTO_FAILED:
			break;
	}
	return "OpenSSL cannot verify the signature";
}

/* jws_wipe overwrites the signature, without which the rest lets nobody in. */
void
jws_wipe(Jws *jws)
{
	if (jws->signature.data)
		crypto_wipe(jws->signature.data, jws->signature.len);
}

/*
 * read_header reads what decides. Keys that a header brings along ("jwk", "jku", "x5c" ..) are
 * nobody's, and are not looked at. "crit" names what must be understood: there is nothing
 * of the kind.
 */
static const char *
read_header(const Bytes *header, Jws *jws)
{
	const Jsonb *object;
	const char *refused = json_parse((const char *) header->data, header->len, &object);
	const char *algorithm;
	bool alg_fits;
	bool kid_fits;
	bool type_fits;

	if (refused)
		return psprintf("the header %s", refused);
	algorithm = json_find_string(object, "alg", &alg_fits);
	jws->kid = json_find_string(object, "kid", &kid_fits);
	jws->type = json_find_string(object, "typ", &type_fits);
	if (!algorithm || !kid_fits || !type_fits)
		return "the header has no \"alg\", or a member of a wrong type";
	if (json_find(object, "crit"))
		return "the header has \"crit\"";
	jws->algorithm = crypto_algorithm(algorithm);
	if (!jws->algorithm)
		return "the header's \"alg\" is not supported";
	return NULL;
}

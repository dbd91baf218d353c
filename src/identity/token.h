/*
 * token.h
 *		What the files on tokens and keys share; for this room alone.
 *
 * Whatever judges a token returns NULL, or else why it is refused: a sentence for the server's
 * log, without anything of the token in it. Nothing here raises because of what a token holds.
 */
#ifndef ELECTRIC_IDENTITY_TOKEN_H
#define ELECTRIC_IDENTITY_TOKEN_H

#include "crypto/crypto.h"
#include "datatype/timestamp.h"
#include "identity/identity.h"
#include "utils/jsonb.h"
#include "utils/palloc.h"

/* --- base64url.c --- */

typedef struct Bytes
{
	uint8 *data;
	Size len;
} Bytes;

#define BASE64URL_DECODED(len) ((len) *3 / 4)

/* base64url_decode is false for all but the canonical form. */
extern bool base64url_decode(const char *text, Size len, Bytes *bytes);
extern char *base64url_encode(const uint8 *data, Size len);

/* --- json.c --- */

/*
 * json_parse parses a JSON object in UTF-8 that names nothing twice, at any depth. What it
 * returns is said of the text: "is not JSON".
 */
extern const char *json_parse(const char *json, Size len, const Jsonb **object);

/*
 * json_find returns a member of a jsonb object, NULL if there is none. json_find_string gives a
 * string; NULL if there is none, with *is_string false if there is something else.
 */
extern JsonbValue *json_find(const Jsonb *object, const char *name);
extern char *json_find_string(const Jsonb *object, const char *name, bool *is_string);

/* --- jwk.c --- */

/*
 * jwk_algorithm gives the one algorithm of a JSON Web Key: the one asked for, which may be NULL,
 * or that of its "alg", or that of its type: ES256 .. by curve, EdDSA, RS256, HS256. It is
 * refused where these contradict each other.
 */
extern const char *jwk_algorithm(const Jsonb *jwk, const char *asked,
								 const CryptoAlgorithm **algorithm);

/* jwk_key makes the key, which lives as long as the memory context. */
extern const char *jwk_key(const Jsonb *jwk, const CryptoAlgorithm *algorithm,
						   MemoryContext context, CryptoKey **key);

/* jwk_is_private: does it hold the private part of a key pair? */
extern bool jwk_is_private(const Jsonb *jwk);

/* jwk_from_pem makes a JSON Web Key of a PEM public key; NULL if it is none. */
extern const Jsonb *jwk_from_pem(const char *pem);

/* --- jws.c --- */

/* A token (JSON Web Signature in compact form), taken apart */
typedef struct Jws
{
	const char *signed_text; /* header and payload, as they stand in the token */
	Size signed_len;
	const CryptoAlgorithm *algorithm; /* by the header, which nobody has verified .. */
	const char *kid;				  /* .. as is this; NULL: none */
	const char *type;				  /* and this; NULL: none */
	Bytes payload;
	Bytes signature;
} Jws;

extern const char *jws_parse(const char *token, Jws *jws);
extern const char *jws_verify(const Jws *jws, CryptoKey *key);
extern void jws_wipe(Jws *jws);

/* --- token_settings.c --- */

extern char *token_issuer; /* "": anything, as with .. */
extern char *token_audience;
extern char *token_namespace; /* "": none */
extern int token_leeway;	  /* seconds */
extern int token_max_size;	  /* bytes */

extern void token_settings_init(void);

/* --- keys.c --- */

/*
 * keys_generation grows whenever what was verified before may no longer be: keys or settings
 * have changed, which keys_forget says.
 */
extern uint64 keys_generation(void);
extern void keys_forget(void);

/*
 * keys_find gives the one key that the token is for. It is valid until invalidations of others
 * are accepted, so until the next look into a catalog.
 */
extern const char *keys_find(const Jws *jws, CryptoKey **key);
extern void keys_init(void);

/* --- claims.c --- */

/* What a verified token says. The times have the leeway in them. */
typedef struct Token
{
	const char *user_id;
	const Jsonb *claims;
	TimestampTz not_before; /* DT_NOBEGIN: always */
	TimestampTz expires;	/* DT_NOEND: never; the first moment at which it is not valid */
} Token;

typedef enum TokenVerdict
{
	TOKEN_ACCEPTED,
	TOKEN_EXPIRED,
	TOKEN_NOT_YET_VALID,
	TOKEN_REFUSED
} TokenVerdict;

/* token_read reads the payload of a token whose signature is verified. */
extern const char *token_read(const Jws *jws, Token *token);

/* token_judge: is this the time of the token? Never TOKEN_REFUSED. */
extern TokenVerdict token_judge(TimestampTz not_before, TimestampTz expires);

/* --- token_cache.c --- */

/* A token that has been verified */
typedef struct KnownToken
{
	uint8 digest[CRYPTO_SHA256_BYTES];
	TimestampTz not_before;
	const PreparedIdentity *prepared;
} KnownToken;

/*
 * Both ask for the generation that stood before the token's key was looked for. What they
 * return is valid until the next call. token_cache_put raises where the identity is too large.
 */
extern const KnownToken *token_cache_find(const uint8 *digest, uint64 generation);
extern const KnownToken *token_cache_put(const uint8 *digest, uint64 generation,
										 const Token *token);

/* --- authenticate.c --- */

/* token_kid_text makes a key id that a stranger may have written fit for the log. */
extern char *token_kid_text(const char *kid);

#endif /* ELECTRIC_IDENTITY_TOKEN_H */

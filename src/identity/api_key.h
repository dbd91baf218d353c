/*
 * api_key.h
 *		API keys; for this room alone.
 *
 *	api_key.c			who presents one
 *	api_key_text.c		the text of keys: ek_publishable_<id>_<secret>, ek_secret_<id>_<secret>
 *	api_key_functions.c	create_api_key, revoke_api_key
 */
#ifndef ELECTRIC_IDENTITY_API_KEY_H
#define ELECTRIC_IDENTITY_API_KEY_H

#include "common/sha2.h"

/* --- api_key.c --- */

/*
 * api_key_authenticate makes the identity that an API key stands for the current one, and
 * returns its user id: NULL, as no key is an end user's. 28000 for a key that is
 * not accepted, whatever the reason; 42501 for a secret key in a role that is no client role
 * for services; what identity_set raises. The key's text is in no message; the caller sees to
 * it that the statement is not logged.
 */
extern char *api_key_authenticate(const char *key, bool is_local);

/*
 * api_key_stands: is there still a key of this id and kind that has not, as it now is, expired?
 * Never raises.
 */
extern bool api_key_stands(const char *id, bool secret);

extern void api_key_init(void);

/* --- api_key_text.c --- */

#define API_KEY_PREFIX		  "ek_"
#define API_KEY_ID_LENGTH	  16 /* hexadecimal digits */
#define API_KEY_SECRET_BYTES  32
#define API_KEY_SECRET_LENGTH 43 /* the same, as base64url */

/* api_key_is_id: might it be the id of a key? */
extern bool api_key_is_id(const char *text);

/* api_key_parse reads kind and id; false if the text is no key. */
extern bool api_key_parse(const char *key, bool *secret, char id[API_KEY_ID_LENGTH + 1]);

/* api_key_make returns a new key, of random digits, and its id. */
extern char *api_key_make(bool secret, char id[API_KEY_ID_LENGTH + 1]);

/* api_key_digest: SHA-256 of the whole text */
extern void api_key_digest(const char *key, uint8 digest[PG_SHA256_DIGEST_LENGTH]);

#endif /* ELECTRIC_IDENTITY_API_KEY_H */

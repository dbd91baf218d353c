/*
 * token.h
 *		What the files on tokens share; for this room alone.
 *
 * Whatever judges a token returns NULL, or else why it is refused: a sentence for the server's
 * log, without anything of the token in it. Nothing here raises because of what a token holds.
 */
#ifndef ELECTRIC_IDENTITY_TOKEN_H
#define ELECTRIC_IDENTITY_TOKEN_H

#include "utils/jsonb.h"

/* --- json.c --- */

/* json_parse parses a JSON object in UTF-8 that names nothing twice, at any depth. */
extern const char *json_parse(const char *json, Size len, const Jsonb **object);

/*
 * json_find returns a member of a jsonb object, NULL if there is none. json_find_string gives a
 * string; NULL if there is none, with *is_string false if there is something else.
 */
extern JsonbValue *json_find(const Jsonb *object, const char *name);
extern char *json_find_string(const Jsonb *object, const char *name, bool *is_string);

#endif /* ELECTRIC_IDENTITY_TOKEN_H */

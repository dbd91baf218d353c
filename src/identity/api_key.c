/*
 * api_key.c
 *		API keys: none is accepted.
 */
#include "postgres.h"

#include "identity/functions.h"

char *
api_key_authenticate(const char *key, bool is_local)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("token not accepted")));
	return NULL;
}

/*
 * token_settings.c
 *		What a token has to say besides being signed.
 *
 * All of them decide whom the database believes, so only superusers change them. What was
 * verified under other values is forgotten.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "identity/token.h"

char *token_issuer = NULL;
char *token_audience = NULL;
char *token_namespace = NULL;
int token_leeway = 0;
int token_max_size = 0;

#define DEFAULT_LEEWAY	 30
#define MAX_LEEWAY		 600
#define DEFAULT_MAX_SIZE (16 * 1024)
#define MIN_MAX_SIZE	 1024
#define MAX_MAX_SIZE	 (1024 * 1024)

static void
forget_for_string(const char *value, void *extra)
{
	keys_forget();
}

static void
forget_for_number(int value, void *extra)
{
	keys_forget();
}

static void
define_string(const char *name, const char *description, char **value)
{
	DefineCustomStringVariable(name, description, NULL, value, "", PGC_SUSET, 0, NULL,
							   forget_for_string, NULL);
}

void
token_settings_init(void)
{
	define_string("electric_perm.jwt_issuer",
				  "What \"iss\" of a token must be; empty: anything.", &token_issuer);
	define_string("electric_perm.jwt_audience",
				  "What \"aud\" of a token must be or contain; empty: anything.",
				  &token_audience);
	define_string("electric_perm.jwt_namespace",
				  "The claim under which a token has the user id; empty: none.",
				  &token_namespace);
	DefineCustomIntVariable("electric_perm.jwt_leeway",
							"How far the clock of who signs tokens may be from ours.", NULL,
							&token_leeway, DEFAULT_LEEWAY, 0, MAX_LEEWAY, PGC_SUSET,
							GUC_UNIT_S, NULL, forget_for_number, NULL);
	DefineCustomIntVariable("electric_perm.max_token_size",
							"Longer tokens are refused unread.", NULL,
							&token_max_size, DEFAULT_MAX_SIZE, MIN_MAX_SIZE, MAX_MAX_SIZE,
							PGC_SUSET, GUC_UNIT_BYTE, NULL, NULL, NULL);
}

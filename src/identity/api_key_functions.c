/*
 * api_key_functions.c
 *		electric.create_api_key(), electric.revoke_api_key().
 *
 * Whoever may EXECUTE create_api_key makes services, who may do everything on enabled tables.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "catalog/catalog.h"
#include "crypto/crypto.h"
#include "identity/api_key.h"
#include "identity/functions.h"
#include "identity/identity.h"
#include "identity/secret.h"

PG_FUNCTION_INFO_V1(electric_create_api_key);
PG_FUNCTION_INFO_V1(electric_revoke_api_key);

static char *name_argument(FunctionCallInfo fcinfo, int argno);
static bool kind_argument(FunctionCallInfo fcinfo, int argno);
static TimestampTz expires_argument(FunctionCallInfo fcinfo, int argno);
static ArrayType *networks_argument(FunctionCallInfo fcinfo, int argno);
static void check_size(const ApiKey *key);
static void note_without_role(void);
static char *id_argument(FunctionCallInfo fcinfo, int argno);

/*
 * electric.create_api_key(name text, kind text, expires timestamptz, networks cidr[],
 *		claims jsonb) -> text: the key, which nothing will tell again
 */
Datum
electric_create_api_key(PG_FUNCTION_ARGS)
{
	ApiKey key = {0};
	char id[API_KEY_ID_LENGTH + 1];
	char *made;
	text *result;

	PreventCommandIfReadOnly("electric.create_api_key()");
	key.name = name_argument(fcinfo, 0);
	key.secret = kind_argument(fcinfo, 1);
	key.expires = expires_argument(fcinfo, 2);
	key.networks = networks_argument(fcinfo, 3);
	key.claims = unconstify(Jsonb *, claims_argument(fcinfo, 4));
	made = api_key_make(key.secret, id);
	key.id = id;
	api_key_digest(made, key.digest);
	check_size(&key);
	catalog_api_key_store(&key);
	if (key.secret)
		note_without_role();
	result = cstring_to_text(made);
	crypto_wipe(made, strlen(made));
	PG_RETURN_TEXT_P(result);
}

/* electric.revoke_api_key(id text) -> void */
Datum
electric_revoke_api_key(PG_FUNCTION_ARGS)
{
	ErrorContextCallback hidden;
	char *id;

	PreventCommandIfReadOnly("electric.revoke_api_key()");
	secret_begin(&hidden);
	id = id_argument(fcinfo, 0);
	if (!catalog_api_key_delete(id))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("API key \"%s\" does not exist", id),
				 errhint("The ids of keys: SELECT id, name FROM electric.api_keys;")));
	secret_end(&hidden);
	PG_RETURN_VOID();
}

static char *
name_argument(FunctionCallInfo fcinfo, int argno)
{
	char *name;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("name must not be null")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	if (name[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("name must not be empty"),
				 errhint("Name the program that will hold the key.")));
	return name;
}

/* kind_argument: is it a secret key? */
static bool
kind_argument(FunctionCallInfo fcinfo, int argno)
{
	char *kind;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("kind must not be null")));
	kind = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	if (strcmp(kind, "publishable") != 0 && strcmp(kind, "secret") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized kind of API key: \"%s\"", kind),
				 errhint("Pass 'publishable' or 'secret'.")));
	return strcmp(kind, "secret") == 0;
}

/* expires_argument: NULL, like infinity, is never. */
static TimestampTz
expires_argument(FunctionCallInfo fcinfo, int argno)
{
	TimestampTz expires = PG_ARGISNULL(argno) ? DT_NOEND : PG_GETARG_TIMESTAMPTZ(argno);

	if (expires <= GetCurrentTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("expires must lie in the future"),
				 errhint("Pass NULL for a key that does not expire.")));
	return expires;
}

/* networks_argument returns NULL for everywhere. */
static ArrayType *
networks_argument(FunctionCallInfo fcinfo, int argno)
{
	ArrayType *networks;

	if (PG_ARGISNULL(argno))
		return NULL;
	networks = PG_GETARG_ARRAYTYPE_P(argno);
	if (ArrayGetNItems(ARR_NDIM(networks), ARR_DIMS(networks)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("networks must not be empty"),
				 errhint("Pass NULL for a key that is accepted from everywhere.")));
	if (array_contains_nulls(networks))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a network must not be null")));
	return networks;
}

/* check_size: a key that cannot be used shall not be made. */
static void
check_size(const ApiKey *key)
{
	Identity identity = {0};

	identity.claims_jsonb = key->claims;
	identity.service = key->secret;
	identity.expires = key->expires;
	identity.key_id = key->id;
	(void) identity_prepare(&identity, CurrentMemoryContext);
}

/* note_without_role says so where no role can present the secret key that was made. */
static void
note_without_role(void)
{
	ListCell *cell;

	foreach(cell, catalog_client_roles())
		if (((ClientRole *) lfirst(cell))->service)
			return;
	ereport(NOTICE,
			(errmsg("no role can use secret API keys yet"),
			 errhint("Make a client role for services: SELECT electric.add_client_role(.., service => true);")));
}

/* id_argument does not repeat what is no id: it may be the key itself. */
static char *
id_argument(FunctionCallInfo fcinfo, int argno)
{
	char *id;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("id must not be null")));
	id = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	if (!api_key_is_id(id))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this is not the id of an API key"),
				 errdetail("An id has %d hexadecimal digits.", API_KEY_ID_LENGTH),
				 errhint("The ids of keys: SELECT id, name FROM electric.api_keys;")));
	return id;
}

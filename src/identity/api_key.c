/*
 * api_key.c
 *		Who presents an API key.
 *
 * A publishable key stands for the anonymous user with the key's claims, a secret key for a
 * service. The identity keeps the key's id, so that revoking the key takes it away from the next
 * statement on, in every session.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/inval.h"
#include "utils/timestamp.h"

#include "catalog/catalog.h"
#include "identity/api_key.h"
#include "identity/identity.h"
#include "identity/network.h"

/* The key that was last asked about, and the answer */
typedef struct Standing
{
	bool known;
	char id[API_KEY_ID_LENGTH + 1];
	bool secret;
	TimestampTz expires; /* DT_NOBEGIN: there is no such key */
} Standing;

static Standing standing = {false, "", false, DT_NOBEGIN};
static Oid keys_relation = InvalidOid; /* where the answer was read */
static uint64 changes = 0;			   /* invalidations seen */

static ApiKey *accepted_key(const char *text);
static const char *problem(const ApiKey *key, bool secret, const uint8 *digest);
static bool is_same_digest(const uint8 *a, const uint8 *b);
static bool client_is_in(ArrayType *networks);
static void check_role(const ApiKey *key);
static void read_standing(const char *id);
static void refuse(const char *id, const char *reason);
static void log_refusal(const char *id, const char *reason);

char *
api_key_authenticate(const char *text, bool is_local)
{
	Identity identity = {0};
	ApiKey *key = accepted_key(text);

	check_role(key);
	identity.claims_jsonb = key->claims;
	identity.service = key->secret;
	identity.expires = key->expires;
	identity.key_id = key->id;
	identity_set_prepared(identity_prepare(&identity, CurrentMemoryContext), is_local);
	catalog_api_key_used(key->id);
	return NULL;
}

/* accepted_key returns the key that a text is, or raises 28000. */
static ApiKey *
accepted_key(const char *text)
{
	char id[API_KEY_ID_LENGTH + 1];
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	bool secret;
	const char *reason;
	ApiKey *key;

	if (!api_key_parse(text, &secret, id))
		refuse(NULL, "it is not the text of a key");
	api_key_digest(text, digest);
	key = catalog_api_key_find(id);
	reason = key ? problem(key, secret, digest) : "there is no such key";
	if (reason)
		refuse(id, reason);
	return key;
}

/* problem returns why a key with this kind and digest is not accepted here and now, or NULL. */
static const char *
problem(const ApiKey *key, bool secret, const uint8 *digest)
{
	/* the digest is of the whole text, so that id and kind are right as well */
	if (!is_same_digest(key->digest, digest) || key->secret != secret)
		return "it is not the key of this id";
	if (key->expires <= GetCurrentStatementStartTimestamp())
		return "it has expired";
	if (key->networks && !client_is_in(key->networks))
		return "the client's address is in none of its networks";
	return NULL;
}

/* is_same_digest takes as long wherever they differ. */
static bool
is_same_digest(const uint8 *a, const uint8 *b)
{
	volatile uint8 difference = 0;
	int i;

	for (i = 0; i < PG_SHA256_DIGEST_LENGTH; i++)
		difference |= a[i] ^ b[i];
	return difference == 0;
}

static bool
client_is_in(ArrayType *networks)
{
	Datum *elements;
	bool *nulls;
	int count;

	deconstruct_array(networks, CIDROID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		Network network;

		if (nulls[i])
			continue;
		network_of(DatumGetInetPP(elements[i]), &network);
		if (network_has_client(&network))
			return true;
	}
	return false;
}

/*
 * check_role: a service's identity serves in roles for services alone. It asks for the role in
 * which the client goes on, which within a SECURITY DEFINER function is not the current user.
 */
static void
check_role(const ApiKey *key)
{
	Oid role = GetOuterUserId();

	if (!key->secret || catalog_is_service_role(role))
		return;
	log_refusal(key->id, "the role is no client role for services");
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("role \"%s\" cannot use secret API keys", GetUserNameFromId(role, false)),
			 errdetail("It is no client role for services."),
			 errhint("Connect as one, see electric.add_client_role(role, service => true).")));
}

/* refuse raises 28000. Why, only the server's log is told. */
static void
refuse(const char *id, const char *reason)
{
	log_refusal(id, reason);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("API key is not accepted")));
}

/* id: NULL where the text has none. What is no id may be anything, a secret included. */
static void
log_refusal(const char *id, const char *reason)
{
	if (id)
		ereport(LOG_SERVER_ONLY, (errmsg("API key \"%s\" is not accepted: %s", id, reason)));
	else
		ereport(LOG_SERVER_ONLY, (errmsg("API key is not accepted: %s", reason)));
	audit_refusal("API key", reason, id);
}

/*
 * What others have committed is asked for here: a statement brings no news of it where its
 * transaction holds all locks already.
 */
bool
api_key_stands(const char *id, bool secret)
{
	if (!IsTransactionState())
		return false;
	AcceptInvalidationMessages();
	if (!standing.known || strcmp(standing.id, id) != 0)
		read_standing(id);
	return standing.secret == secret && GetCurrentStatementStartTimestamp() < standing.expires;
}

static void
read_standing(const char *id)
{
	uint64 seen = changes;
	ApiKey *key;

	keys_relation = catalog_api_keys_relation();
	standing.known = false;
	key = catalog_api_key_find(id);
	standing.secret = key && key->secret;
	standing.expires = key ? key->expires : DT_NOBEGIN;
	strlcpy(standing.id, id, sizeof(standing.id));
	standing.known = seen == changes;
}

static void
on_relcache_change(Datum arg, Oid relid)
{
	if (OidIsValid(relid) && relid != keys_relation)
		return;
	changes++;
	standing.known = false;
}

/* api_key_init registers what makes the answer of api_key_stands out of date. */
void
api_key_init(void)
{
	CacheRegisterRelcacheCallback(on_relcache_change, (Datum) 0);
}

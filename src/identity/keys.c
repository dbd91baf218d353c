/*
 * keys.c
 *		The keys of electric.jwt_keys, made ready once a backend.
 *
 * They are loaded when a token first asks for them, and again after any session has changed
 * the table, which arrives as an invalidation of its relcache entry and takes the old ones
 * out of memory at once. What was verified with older keys, or under other settings, is of an
 * older generation. Where nothing would tell of a change (no table, or triggers that do not fire
 * always), each call is a generation of its own.
 */
#include "postgres.h"

#include "utils/inval.h"
#include "utils/memutils.h"

#include "catalog/catalog.h"
#include "identity/token.h"

/* A key that is ready */
typedef struct ReadyKey
{
	char *kid; /* "": it fits every token of its algorithm */
	const CryptoAlgorithm *algorithm;
	CryptoKey *key;
} ReadyKey;

static uint64 generation = 1;
static uint64 loaded_generation = 0; /* 0: nothing is loaded */
static bool loaded_is_watched = false;
static Oid loaded_relid = InvalidOid;
static List *loaded = NIL; /* ReadyKey *, in .. */
static MemoryContext loaded_context = NULL;

static void load(void);
static void unload(void);
static ReadyKey *make_ready(const JwtKey *row);
static void on_relcache(Datum arg, Oid relid);

uint64
keys_generation(void)
{
	AcceptInvalidationMessages();
	if (!loaded_is_watched)
		generation++;
	return generation;
}

void
keys_forget(void)
{
	generation++;
}

/*
 * keys_find: which key is the token's? Keys that two tokens would fit are refused when they
 * are added; where they are there nevertheless, neither is taken.
 */
const char *
keys_find(const Jws *jws, CryptoKey **key)
{
	bool knows_kid = false;
	ReadyKey *found = NULL;
	ListCell *cell;

	if (loaded_generation != generation)
		load();
	foreach(cell, loaded)
	{
		ReadyKey *ready = lfirst(cell);
		bool is_named = jws->kid && strcmp(ready->kid, jws->kid) == 0;

		knows_kid |= is_named;
		if (ready->algorithm != jws->algorithm || (ready->kid[0] != '\0' && !is_named))
			continue;
		if (found)
			return "two keys fit it";
		found = ready;
	}
	if (!found)
		return knows_kid ? "the key is for another algorithm" : "there is no key for it";
	*key = found->key;
	return NULL;
}

/*
 * load replaces the keys. They become the backend's when all are ready; after an error on the
 * way they go with the memory of the transaction. Invalidations that arrive meanwhile count: what
 * was read may already be old.
 */
static void
load(void)
{
	uint64 started = generation;
	Oid relid = catalog_relation("jwt_keys");
	bool is_watched;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "electric_perm keys",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	List *keys = NIL;
	ListCell *cell;

	loaded_relid = relid;
	is_watched = catalog_jwt_keys_are_watched();
	foreach(cell, catalog_jwt_keys())
	{
		ReadyKey *ready = make_ready(lfirst(cell));

		if (ready)
			keys = lappend(keys, ready);
	}
	MemoryContextSwitchTo(old);

	unload();
	MemoryContextSetParent(context, CacheMemoryContext);
	loaded_context = context;
	loaded = keys;
	loaded_is_watched = is_watched;
	loaded_generation = started;
}

/* unload frees the keys, which wipes them; it may be called whenever invalidations arrive. */
static void
unload(void)
{
	MemoryContext context = loaded_context;

	loaded = NIL;
	loaded_context = NULL;
	loaded_generation = 0;
	if (context)
		MemoryContextDelete(context);
}

/* make_ready returns NULL for a row that a function of ours would not have written. */
static ReadyKey *
make_ready(const JwtKey *row)
{
	ReadyKey *ready = palloc(sizeof(ReadyKey));
	const char *refused = NULL;

	if (!JB_ROOT_IS_OBJECT(row->jwk))
		refused = "it is not a JSON object";
	if (!refused)
		refused = jwk_algorithm(row->jwk, row->alg, &ready->algorithm);
	if (!refused)
		refused = jwk_key(row->jwk, ready->algorithm, CurrentMemoryContext, &ready->key);
	crypto_wipe(row->jwk, VARSIZE(row->jwk));
	ready->kid = row->kid;
	if (!refused)
		return ready;
	ereport(LOG_SERVER_ONLY,
			(errmsg("a stored key of tokens is left out: %s", refused),
			 errdetail_log("Key id: %s", token_kid_text(row->kid))));
	return NULL;
}

static void
on_relcache(Datum arg, Oid relid)
{
	if (OidIsValid(relid) && relid != loaded_relid)
		return;
	generation++;
	unload();
}

void
keys_init(void)
{
	CacheRegisterRelcacheCallback(on_relcache, (Datum) 0);
}

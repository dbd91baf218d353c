/*
 * token_cache.c
 *		Tokens that this backend has verified, by their SHA-256.
 *
 * A pooled connection sees the same few tokens again and again, each of them many times. All
 * are forgotten together: when keys or settings change, and when there are too many.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "identity/token.h"

#define MAX_TOKENS		1024
#define MAX_TOTAL_BYTES (8 * 1024 * 1024)

static HTAB *tokens = NULL;
static MemoryContext context = NULL;
static uint64 of_generation = 0;

static void begin_anew(uint64 generation);

const KnownToken *
token_cache_find(const uint8 *digest, uint64 generation)
{
	if (!tokens || of_generation != generation)
		return NULL;
	return hash_search(tokens, digest, HASH_FIND, NULL);
}

const KnownToken *
token_cache_put(const uint8 *digest, uint64 generation, const Token *token)
{
	Identity identity = {0};
	PreparedIdentity *prepared;
	KnownToken *known;

	if (!tokens || of_generation != generation || hash_get_num_entries(tokens) >= MAX_TOKENS ||
		MemoryContextMemAllocated(context, true) > MAX_TOTAL_BYTES)
		begin_anew(generation);
	identity.user_id = token->user_id;
	identity.claims_jsonb = token->claims;
	identity.expires = token->expires;
	/* what may fail comes before the entry */
	prepared = identity_prepare(&identity, context);
	known = hash_search(tokens, digest, HASH_ENTER, NULL);
	known->not_before = token->not_before;
	known->prepared = prepared;
	return known;
}

static void
begin_anew(uint64 generation)
{
	HASHCTL control = {0};

	tokens = NULL;
	if (!context)
		context = AllocSetContextCreate(CacheMemoryContext, "electric_perm tokens",
										ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(context);
	control.keysize = CRYPTO_SHA256_BYTES;
	control.entrysize = sizeof(KnownToken);
	control.hcxt = context;
	tokens = hash_create("electric_perm tokens", 64, &control,
						 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	of_generation = generation;
}

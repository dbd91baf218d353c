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

typedef struct CachedToken
{
	uint8 digest[CRYPTO_SHA256_BYTES];
	Token token;
} CachedToken;

static HTAB *tokens = NULL;
static MemoryContext context = NULL;
static uint64 of_generation = 0;

static void begin_anew(uint64 generation);

const Token *
token_cache_find(const uint8 *digest, uint64 generation)
{
	CachedToken *entry;

	if (!tokens || of_generation != generation)
		return NULL;
	entry = hash_search(tokens, digest, HASH_FIND, NULL);
	return entry ? &entry->token : NULL;
}

void
token_cache_put(const uint8 *digest, uint64 generation, const Token *token)
{
	Size claims_len = VARSIZE(token->claims);
	char *user_id;
	Jsonb *claims;
	CachedToken *entry;

	if (!tokens || of_generation != generation || hash_get_num_entries(tokens) >= MAX_TOKENS ||
		MemoryContextMemAllocated(context, true) + claims_len > MAX_TOTAL_BYTES)
		begin_anew(generation);
	/* what may fail for want of memory comes before the entry */
	user_id = MemoryContextStrdup(context, token->user_id);
	claims = MemoryContextAlloc(context, claims_len);
	memcpy(claims, token->claims, claims_len);
	entry = hash_search(tokens, digest, HASH_ENTER, NULL);
	entry->token = *token;
	entry->token.user_id = user_id;
	entry->token.claims = claims;
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
	control.entrysize = sizeof(CachedToken);
	control.hcxt = context;
	tokens = hash_create("electric_perm tokens", 64, &control,
						 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	of_generation = generation;
}

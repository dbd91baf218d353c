/*
 * api_keys.c
 *		electric.api_key_store and electric.api_key_use.
 *
 * The store has the keys, as digests, and changes only when a key is made or revoked. When
 * keys are used stands apart: whoever notes it holds the row until his transaction
 * ends, and must not keep anybody from revoking the key.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "catalog/catalog.h"
#include "catalog/store.h"

/* What lies between two notes of a key's use, in seconds */
#define NOTE_EVERY 3600

/* Columns of electric.api_key_store, as in the install script */
enum
{
	Anum_id = 1,
	Anum_name,
	Anum_kind,
	Anum_digest,
	Anum_created,
	Anum_expires,
	Anum_networks,
	Anum_claims
};

/* .. and of electric.api_key_use */
enum
{
	Anum_use_id = 1,
	Anum_last_use
};

static void *find_row(const char *table, const char *index, const char *id, StoreDecode decode);
static void *decode_key(HeapTuple tuple, TupleDesc desc);
static void *decode_last_use(HeapTuple tuple, TupleDesc desc);
static bool may_write(void);
static void keys_have_changed(void);

Oid
catalog_api_keys_relation(void)
{
	return catalog_relation("api_key_store");
}

ApiKey *
catalog_api_key_find(const char *id)
{
	return find_row("api_key_store", "api_key_store_pkey", id, decode_key);
}

void
catalog_api_key_store(const ApiKey *key)
{
	StoreParams params = {0};
	StoreParams use = {0};
	bytea *digest = palloc(VARHDRSZ + sizeof(key->digest));

	SET_VARSIZE(digest, VARHDRSZ + sizeof(key->digest));
	memcpy(VARDATA(digest), key->digest, sizeof(key->digest));
	store_param_text(&params, key->id);
	store_param_text(&params, key->name);
	store_param_text(&params, key->secret ? "secret" : "publishable");
	store_param_value(&params, BYTEAOID, PointerGetDatum(digest), false);
	store_param_value(&params, TIMESTAMPTZOID, TimestampTzGetDatum(key->expires),
					  key->expires == DT_NOEND);
	store_param_value(&params, CIDRARRAYOID, PointerGetDatum(key->networks), key->networks == NULL);
	store_param_jsonb(&params, key->claims);
	store_run("INSERT INTO electric.api_key_store "
			  "(id, name, kind, digest, created, expires, networks, claims) "
			  "VALUES ($1, $2, $3, $4, pg_catalog.now(), $5, $6, $7)",
			  &params);
	store_param_text(&use, key->id);
	store_run("INSERT INTO electric.api_key_use (id) VALUES ($1)", &use);
	keys_have_changed();
}

/* What another transaction is noting stays, and goes with a later key. */
bool
catalog_api_key_delete(const char *id)
{
	StoreParams params = {0};
	StoreParams none = {0};
	uint64 rows;

	if (catalog_api_key_find(id) == NULL)
		return false;
	store_param_text(&params, id);
	rows = store_run("DELETE FROM electric.api_key_store WHERE id OPERATOR(pg_catalog.=) $1",
					 &params);
	if (rows != 1)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not revoke API key \"%s\" due to concurrent change", id),
				 errhint("Run the transaction again.")));
	store_run("DELETE FROM electric.api_key_use WHERE id OPERATOR(pg_catalog.=) ANY (ARRAY("
			  "SELECT used.id FROM electric.api_key_use AS used WHERE NOT EXISTS (SELECT FROM "
			  "electric.api_key_store AS key WHERE key.id OPERATOR(pg_catalog.=) used.id) "
			  "FOR UPDATE SKIP LOCKED))",
			  &none);
	keys_have_changed();
	return true;
}

void
catalog_api_key_used(const char *id)
{
	TimestampTz now = GetCurrentStatementStartTimestamp();
	TimestampTz due = now - NOTE_EVERY * USECS_PER_SEC;
	TimestampTz *last_use;
	StoreParams params = {0};

	if (!may_write())
		return;
	last_use = find_row("api_key_use", "api_key_use_pkey", id, decode_last_use);
	if (last_use == NULL || *last_use > due)
		return;
	store_param_text(&params, id);
	store_param_value(&params, TIMESTAMPTZOID, TimestampTzGetDatum(now), false);
	store_param_value(&params, TIMESTAMPTZOID, TimestampTzGetDatum(due), false);
	store_run("UPDATE electric.api_key_use SET last_use = $2 WHERE id OPERATOR(pg_catalog.=) ("
			  "SELECT used.id FROM electric.api_key_use AS used "
			  "WHERE used.id OPERATOR(pg_catalog.=) $1 "
			  "AND (used.last_use IS NULL OR used.last_use OPERATOR(pg_catalog.<=) $3) "
			  "FOR UPDATE SKIP LOCKED)",
			  &params);
}

/*
 * may_write: may this transaction, and without failing where another one has written since
 * its snapshot?
 */
static bool
may_write(void)
{
	return !XactReadOnly && !RecoveryInProgress() && !IsInParallelMode() &&
		!IsolationUsesXactSnapshot();
}

/* SELECT * FROM electric.<table> WHERE id = id, as the newest catalog snapshot shows it */
static void *
find_row(const char *table, const char *index, const char *id, StoreDecode decode)
{
	Oid table_oid = catalog_relation(table);
	Oid index_oid;
	void *row = NULL;
	Relation rel;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple tuple;

	if (!OidIsValid(table_oid))
		return NULL;
	rel = table_open(table_oid, AccessShareLock);
	index_oid = get_relname_relid(index, RelationGetNamespace(rel));
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(id));
	scan = systable_beginscan(rel, index_oid, OidIsValid(index_oid), NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		row = decode(tuple, RelationGetDescr(rel));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return row;
}

/* decode_key returns NULL for a row that makes no sense. */
static void *
decode_key(HeapTuple tuple, TupleDesc desc)
{
	ApiKey *key = palloc0(sizeof(ApiKey));
	char *kind = store_text(tuple, desc, Anum_kind);
	bool is_null[3];
	Datum digest = heap_getattr(tuple, Anum_digest, desc, &is_null[0]);
	Datum expires = heap_getattr(tuple, Anum_expires, desc, &is_null[1]);
	Datum networks = heap_getattr(tuple, Anum_networks, desc, &is_null[2]);
	bool no_claims;
	Datum claims = heap_getattr(tuple, Anum_claims, desc, &no_claims);
	bytea *bytes;

	if (kind == NULL || is_null[0] || no_claims)
		return NULL;
	bytes = DatumGetByteaPP(digest);
	if (VARSIZE_ANY_EXHDR(bytes) != sizeof(key->digest))
		return NULL;
	memcpy(key->digest, VARDATA_ANY(bytes), sizeof(key->digest));
	key->id = store_text(tuple, desc, Anum_id);
	key->name = store_text(tuple, desc, Anum_name);
	key->secret = strcmp(kind, "secret") == 0;
	key->expires = is_null[1] ? DT_NOEND : DatumGetTimestampTz(expires);
	key->networks = is_null[2] ? NULL : DatumGetArrayTypePCopy(networks);
	key->claims = DatumGetJsonbPCopy(claims);
	return JB_ROOT_IS_OBJECT(key->claims) ? key : NULL;
}

static void *
decode_last_use(HeapTuple tuple, TupleDesc desc)
{
	TimestampTz *last_use = palloc(sizeof(TimestampTz));
	bool is_null;
	Datum value = heap_getattr(tuple, Anum_last_use, desc, &is_null);

	*last_use = is_null ? DT_NOBEGIN : DatumGetTimestampTz(value);
	return last_use;
}

/* keys_have_changed tells every session, this one included. */
static void
keys_have_changed(void)
{
	CacheInvalidateRelcacheByRelid(catalog_api_keys_relation());
	CommandCounterIncrement();
}

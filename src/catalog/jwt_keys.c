/*
 * jwt_keys.c
 *		electric.jwt_keys, which holds secrets and is nobody's but its owner's.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/rel.h"

#include "catalog/catalog.h"
#include "catalog/store.h"
#include "compat.h"

/* Columns of electric.jwt_keys, as in the install script */
enum
{
	Anum_set_name = 1,
	Anum_kid,
	Anum_alg,
	Anum_jwk,
	Natts = Anum_jwk
};

static void *decode_key(HeapTuple tuple, TupleDesc desc);
static void *decode_names(HeapTuple tuple, TupleDesc desc);

PG_FUNCTION_INFO_V1(electric_keys_changed);

/*
 * electric.keys_changed(): the trigger of the tables of keys, also those of API keys. Every
 * session, this one included, has to forget what it has verified, whoever writes the rows: a
 * function of ours, a restore, a hand. Whose hand is not the owner's may not: who writes all data
 * (pg_write_all_data) would become any user.
 */
Datum
electric_keys_changed(PG_FUNCTION_ARGS)
{
	Relation rel;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("electric.keys_changed() is not called by a trigger")));
	rel = ((TriggerData *) fcinfo->context)->tg_relation;
	if (!object_ownercheck(RelationRelationId, RelationGetRelid(rel), GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\"", RelationGetRelationName(rel)),
				 errhint("Whoever writes keys may become any user. Keys are added and removed by functions, see electric.add_jwt_key() and electric.create_api_key()."),
				 errhidestmt(true),
				 errhidecontext(true)));
	CacheInvalidateRelcache(rel);
	return PointerGetDatum(NULL);
}

List *
catalog_jwt_keys(void)
{
	return store_scan("jwt_keys", Natts, NULL, InvalidOid, decode_key);
}

List *
catalog_jwt_key_names(void)
{
	return store_scan("jwt_keys", Natts, NULL, InvalidOid, decode_names);
}

/* Its triggers fire always, unless a hand has told them otherwise (ENABLE or DISABLE TRIGGER). */
bool
catalog_jwt_keys_are_watched(void)
{
	Oid relid = catalog_relation("jwt_keys");
	int always = 0;
	Relation rel;

	if (!OidIsValid(relid))
		return false;
	rel = table_open(relid, AccessShareLock);
	for (int i = 0; rel->trigdesc && i < rel->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];

		if (trigger->tgenabled == TRIGGER_FIRES_ALWAYS &&
			(strcmp(trigger->tgname, "jwt_keys_changed") == 0 ||
			 strcmp(trigger->tgname, "jwt_keys_truncated") == 0))
			always++;
	}
	table_close(rel, AccessShareLock);
	return always == 2;
}

void
catalog_jwt_keys_lock(void)
{
	LockRelationOid(catalog_relation("jwt_keys"), ShareRowExclusiveLock);
}

void
catalog_jwt_key_store(const JwtKey *key)
{
	StoreParams params = {0};

	store_param_text(&params, key->set_name);
	store_param_text(&params, key->kid);
	store_param_text(&params, key->alg);
	store_param_jsonb(&params, key->jwk);
	store_write_rows("INSERT INTO electric.jwt_keys (set_name, kid, alg, jwk) "
					 "VALUES ($1, $2, $3, $4)",
					 &params, 1);
}

int
catalog_jwt_keys_delete_kid(const char *kid)
{
	StoreParams params = {0};
	int found = 0;
	ListCell *cell;

	foreach(cell, catalog_jwt_key_names())
		found += strcmp(((JwtKey *) lfirst(cell))->kid, kid) == 0;
	store_param_text(&params, kid);
	store_write_rows("DELETE FROM electric.jwt_keys WHERE kid OPERATOR(pg_catalog.=) $1",
					 &params, found);
	return found;
}

int
catalog_jwt_keys_delete_set(const char *set_name)
{
	StoreParams params = {0};
	int found = 0;
	ListCell *cell;

	foreach(cell, catalog_jwt_key_names())
		found += strcmp(((JwtKey *) lfirst(cell))->set_name, set_name) == 0;
	store_param_text(&params, set_name);
	store_write_rows("DELETE FROM electric.jwt_keys WHERE set_name OPERATOR(pg_catalog.=) $1",
					 &params, found);
	return found;
}

static void *
decode_key(HeapTuple tuple, TupleDesc desc)
{
	JwtKey *key = decode_names(tuple, desc);

	if (key)
		key->jwk = store_jsonb(tuple, desc, Anum_jwk);
	return key;
}

/* decode_names leaves out a row that lacks something: a superuser may write what he likes. */
static void *
decode_names(HeapTuple tuple, TupleDesc desc)
{
	JwtKey *key = palloc(sizeof(JwtKey));

	key->set_name = store_text(tuple, desc, Anum_set_name);
	key->kid = store_text(tuple, desc, Anum_kid);
	key->alg = store_text(tuple, desc, Anum_alg);
	key->jwk = NULL;
	if (!key->set_name || !key->kid || !key->alg || heap_attisnull(tuple, Anum_jwk, desc))
		return NULL;
	return key;
}

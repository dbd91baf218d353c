/*
 * check_writer.c
 *		Who changes the rules by hand; every session is told of it.
 *
 * Statements of DDLX write the catalog's tables as their owner. A privilege that comes from
 * elsewhere, as that of pg_write_all_data, is for data: by the rules its holder would give himself
 * what they keep from him. New rows are for check_loaded_row to judge, but those of client roles.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/rel.h"

#include "catalog/catalog.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(electric_check_writer);

/* electric.check_writer(): trigger, before statements; 42501 */
Datum
electric_check_writer(PG_FUNCTION_ARGS)
{
	Relation rel;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("electric.check_writer() is not called by a trigger")));
	rel = ((TriggerData *) fcinfo->context)->tg_relation;
	if (!object_ownercheck(RelationRelationId, RelationGetRelid(rel), GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\"", RelationGetRelationName(rel)),
				 errhint("Change rules by ELECTRIC statements, and client roles by electric.add_client_role() and electric.drop_client_role().")));
	CacheInvalidateRelcacheByRelid(catalog_relation("grants"));
	return PointerGetDatum(NULL);
}

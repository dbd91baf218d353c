/*
 * loaded.c
 *		Rows of electric.* that arrive from a dump.
 *
 * Whoever restores a database may be an ordinary owner, so everybody may insert rows (client
 * roles apart), and this trigger asks of each what the statement would have asked: is the
 * table his, and one on which rules can stand? And could a statement have written its texts,
 * which others are going to type?
 * Nothing else is asked, since the rows arrive before the keys that they name. What makes
 * no sense gives nothing when it is read.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog/catalog.h"
#include "catalog/store.h"
#include "resolver/resolver.h"

PG_FUNCTION_INFO_V1(electric_check_loaded_row);

static void check_may_load(HeapTuple row, TupleDesc desc, const char *table);
static void check_owned(HeapTuple row, TupleDesc desc, const char *column);
static Oid check_is_one(HeapTuple row, TupleDesc desc, const char *column);
static void refuse_missing(Oid relid) pg_attribute_noreturn();
static void check_kind(Oid relid);
static void check_texts(HeapTuple row, TupleDesc desc, const char *table);
static void check_database_owner(void);

/* electric.check_loaded_row() returns trigger */
Datum
electric_check_loaded_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc desc;
	const char *table;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("not fired before the insert of a row")));
	table = RelationGetRelationName(trigger->tg_relation);
	desc = RelationGetDescr(trigger->tg_relation);
	if (RelationGetRelid(trigger->tg_relation) != catalog_relation(table))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table of extension electric_perm", table)));
	if (!superuser())
		check_may_load(trigger->tg_trigtuple, desc, table);
	CacheInvalidateRelcacheByRelid(catalog_relation("grants"));
	return PointerGetDatum(trigger->tg_trigtuple);
}

/* check_may_load: the extension's own statements run as a superuser. */
static void
check_may_load(HeapTuple row, TupleDesc desc, const char *table)
{
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot insert into table \"%s\" within security-restricted operation", table)));
	if (strcmp(table, "client_sql") == 0)
		check_database_owner();
	else
	{
		check_owned(row, desc, "tbl");
		if (strcmp(table, "assignments") == 0)
			check_owned(row, desc, "scope");
		else if (strcmp(table, "grants") == 0)
			check_is_one(row, desc, "scope");
		check_texts(row, desc, table);
	}
}

/* check_texts: what constraints of the table refuse is left to them. */
static void
check_texts(HeapTuple row, TupleDesc desc, const char *table)
{
	if (strcmp(table, "grants") == 0)
	{
		const Grant *grant = grant_of_row(row, desc);

		if (grant->role)
			check_stated_grant(grant);
	}
	else if (strcmp(table, "assignments") == 0)
	{
		const Assignment *assignment = assignment_of_row(row, desc);

		if (assignment->user_column && (assignment->role || assignment->role_column))
			check_stated_assignment(assignment);
	}
}

static void
check_owned(HeapTuple row, TupleDesc desc, const char *column)
{
	Oid relid = check_is_one(row, desc, column);
	Oid owner;

	if (!OidIsValid(relid))
		return;
	owner = catalog_owner(relid);
	if (!OidIsValid(owner))
		refuse_missing(relid);
	if (!has_privs_of_role(GetUserId(), owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\"", get_rel_name(relid)),
				 errhint("Rules are stated with ELECTRIC GRANT and ELECTRIC ASSIGN.")));
	check_kind(relid);
}

/*
 * check_is_one returns the relation of a column. InvalidOid: NULL, as the scope of a global role,
 * which is nobody's. The regclass '-' would be taken for it, and is no table.
 */
static Oid
check_is_one(HeapTuple row, TupleDesc desc, const char *column)
{
	int attnum = SPI_fnumber(desc, column);
	Oid relid = store_oid(row, desc, attnum);

	if (!OidIsValid(relid) && !heap_attisnull(row, attnum, desc))
		refuse_missing(relid);
	return relid;
}

static void
refuse_missing(Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("table with OID %u does not exist", relid)));
}

static void
check_kind(Oid relid)
{
	const char *hint;
	const char *obstacle = table_obstacle(relid, &hint);

	if (obstacle)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" %s", get_rel_name(relid), obstacle),
				 errdetail("Rules stand on ordinary and partitioned tables that are permanent."),
				 hint ? errhint("%s", hint) : 0));
}

static void
check_database_owner(void)
{
	if (!catalog_is_database_owner())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of the database to load statements of ELECTRIC SQLITE")));
}

/*
 * change.c
 *		The row that an UPDATE is changing: the old row, and the columns whose value changes.
 *
 * The guard's trigger fires before all others and notes the change in its statement;
 * WITH CHECK of the same row asks for it. Between the two no other row of the
 * statement is changed. What triggers and functions do meanwhile is statements of
 * their own.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/datum.h"
#include "utils/rel.h"

#include "access/engine.h"
#include "compat.h"

/* What the trigger knows of its table, kept in fn_extra for one statement */
typedef struct Touched
{
	uint64 statement_id;
	bool wanted;		 /* will WITH CHECK ask? */
	Oid root;			 /* the enabled table: this one, or the root of its partitions */
	int natts;			 /* of the root .. */
	AttrNumber *attnums; /* .. and the column of this table for each, 0: dropped */
} Touched;

PG_FUNCTION_INFO_V1(electric_touched);

static Touched *prepare(FmgrInfo *call, Statement *statement, Relation relation);
static void map_columns(Touched *touched, Relation relation, MemoryContext context);
static void note_change(Statement *statement, const Touched *touched, TriggerData *trigger);
static bool value_changes(TriggerData *trigger, AttrNumber attnum);

/*
 * electric.touched() returns trigger: BEFORE UPDATE FOR EACH ROW
 *
 * Notes the change and lets it pass. Where nobody will ask, it costs a look.
 */
Datum
electric_touched(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Statement *statement;
	Touched *touched;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("electric.touched() must be fired BEFORE UPDATE FOR EACH ROW")));
	statement = statement_own(fcinfo->flinfo);
	if (statement)
	{
		touched = fcinfo->flinfo->fn_extra;
		if (!touched || touched->statement_id != statement->id)
			touched = prepare(fcinfo->flinfo, statement, trigger->tg_relation);
		if (touched->wanted)
			note_change(statement, touched, trigger);
	}
	return PointerGetDatum(trigger->tg_newtuple);
}

/* change_of returns the change that the statement is making to relid; see engine.h. */
const Change *
change_of(const Statement *statement, Oid relid)
{
	return statement->change && statement->change->relid == relid ? statement->change : NULL;
}

static Touched *
prepare(FmgrInfo *call, Statement *statement, Relation relation)
{
	Oid relid = RelationGetRelid(relation);
	Touched *touched = MemoryContextAllocZero(call->fn_mcxt, sizeof(Touched));

	touched->statement_id = statement->id;
	touched->root = relid;
	if (relation->rd_rel->relispartition)
		touched->root = llast_oid(get_partition_ancestors(relid));
	touched->wanted = rules_table_is_enabled(touched->root) &&
		target_checks_updates(statement, relid);
	if (touched->wanted)
		map_columns(touched, relation, call->fn_mcxt);
	call->fn_extra = touched;
	return touched;
}

static void
map_columns(Touched *touched, Relation relation, MemoryContext context)
{
	Relation root = table_open(touched->root, AccessShareLock);
	AttrMap *map = build_attrmap_by_name_if_req_compat(RelationGetDescr(relation),
													   RelationGetDescr(root));
	int i;

	touched->natts = RelationGetNumberOfAttributes(root);
	touched->attnums = MemoryContextAllocZero(context, sizeof(AttrNumber) * touched->natts);
	for (i = 0; i < touched->natts; i++)
	{
		if (!TupleDescAttr(RelationGetDescr(root), i)->attisdropped)
			touched->attnums[i] = map ? map->attnums[i] : i + 1;
	}
	table_close(root, NoLock);
}

/* note_change keeps a copy of the old row, as the root has its columns. */
static void
note_change(Statement *statement, const Touched *touched, TriggerData *trigger)
{
	TupleDesc desc = RelationGetDescr(trigger->tg_relation);
	Change *change = statement->change;
	MemoryContext old;
	HeapTuple row;
	int i;

	if (!change)
	{
		change = MemoryContextAllocZero(statement->context, sizeof(Change));
		change->context = AllocSetContextCreate(statement->context, "electric_perm change",
												ALLOCSET_SMALL_SIZES);
		statement->change = change;
	}
	change->relid = InvalidOid;
	MemoryContextReset(change->context);
	old = MemoryContextSwitchTo(change->context);
	row = heap_copytuple(trigger->tg_trigtuple);
	change->xmin = HeapTupleHeaderGetXmin(row->t_data);
	change->natts = touched->natts;
	change->values = palloc0(sizeof(Datum) * touched->natts);
	change->isnull = palloc0(sizeof(bool) * touched->natts);
	change->touched = NULL;
	for (i = 0; i < touched->natts; i++)
	{
		AttrNumber attnum = touched->attnums[i];

		change->isnull[i] = true;
		if (attnum == 0)
			continue;
		change->values[i] = heap_getattr(row, attnum, desc, &change->isnull[i]);
		if (value_changes(trigger, attnum))
			change->touched = bms_add_member(change->touched,
											 i + 1 - FirstLowInvalidHeapAttributeNumber);
	}
	MemoryContextSwitchTo(old);
	change->relid = touched->root;
}

/* value_changes: does the statement assign the column, and another value than it had? */
static bool
value_changes(TriggerData *trigger, AttrNumber attnum)
{
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(trigger->tg_relation), attnum - 1);
	Datum before;
	Datum after;
	bool before_isnull;
	bool after_isnull;

	if (column->attgenerated != '\0' ||
		!bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, trigger->tg_updatedcols))
		return false;
	before = slot_getattr(trigger->tg_trigslot, attnum, &before_isnull);
	after = slot_getattr(trigger->tg_newslot, attnum, &after_isnull);
	if (before_isnull || after_isnull)
		return before_isnull != after_isnull;
	return !datum_image_eq(before, after, column->attbyval, column->attlen);
}

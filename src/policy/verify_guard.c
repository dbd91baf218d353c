/*
 * verify_guard.c
 *		Deviations of the guard of an enabled table, and triggers that get in its way.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "policy/guard.h"
#include "policy/verify.h"

static void check_guard(List **found, Oid relid, Oid member);
static void check_earlier_triggers(List **found, Oid member);
static char *later_name(const char *name);
static bool fires_earlier(Form_pg_trigger trigger);
static Oid trigger_home(Oid relid, const char *name);
static bool has_own_trigger(Oid relid, const char *name);

void
guard_verify(List **found, Oid relid, bool needed)
{
	char fires;
	bool cloned;
	GuardState state = guard_trigger_state(relid, &fires, &cloned);
	char *label = trigger_label(relid, GUARD_NAME);
	ListCell *cell;

	if (!needed)
	{
		if ((state == GUARD_STANDS || state == GUARD_DIFFERS) && !cloned)
			deviation_add(found, label, pstrdup("no rule needs it"), rebuild_statement(relid));
		return;
	}
	if (state == GUARD_ABSENT)
		deviation_add(found, label,
					  left_triggers(relid) == NIL ? pstrdup("it is missing: UPDATE is refused") :
													pstrdup("it is missing"),
					  rebuild_statement(relid));
	else if (state == GUARD_FOREIGN)
		deviation_add(found, label, pstrdup("it is not the guard: it does not call electric.touched()"),
					  psprintf("ALTER TRIGGER %s ON %s RENAME TO another_name;",
							   quote_identifier(GUARD_NAME), catalog_name(relid)));
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
	{
		if (state == GUARD_STANDS || state == GUARD_DIFFERS)
			check_guard(found, relid, lfirst_oid(cell));
		check_earlier_triggers(found, lfirst_oid(cell));
	}
}

/* check_guard: is the guard on member as it should be, if it is there? */
static void
check_guard(List **found, Oid relid, Oid member)
{
	char fires;
	bool cloned;
	GuardState state = guard_trigger_state(member, &fires, &cloned);
	char *problem;

	if (state == GUARD_STANDS)
		return;
	if (state == GUARD_ABSENT)
		problem = "it is missing: UPDATE is refused";
	else if (fires == TRIGGER_DISABLED)
		problem = "it is disabled: UPDATE is refused";
	else if (state == GUARD_DIFFERS && fires != TRIGGER_FIRES_ALWAYS)
		problem = "it does not fire always, but as session_replication_role says";
	else
		problem = "it is not as the rules need it";
	deviation_add(found, trigger_label(member, GUARD_NAME), pstrdup(problem),
				  rebuild_statement(relid));
}

/* check_earlier_triggers finds triggers of others that fire before the guard. */
static void
check_earlier_triggers(List **found, Oid member)
{
	Relation rel = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(member));
	scan = systable_beginscan(rel, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while ((tuple = systable_getnext(scan)) != NULL)
	{
		Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);
		char *name = pstrdup(NameStr(form->tgname));
		Oid home = member;

		if (!fires_earlier(form))
			continue;
		if (OidIsValid(form->tgparentid))
			home = trigger_home(member, name);
		deviation_add(found, trigger_label(home, name),
					  psprintf("it fires before %s: what it changes in an assigned column counts as the user's change",
							   quote_identifier(GUARD_NAME)),
					  psprintf("ALTER TRIGGER %s ON %s RENAME TO %s;", quote_identifier(name),
							   catalog_name(home), quote_identifier(later_name(name))));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/* later_name returns a name that sorts behind the guard's. */
static char *
later_name(const char *name)
{
	const char *prefix = "after_";
	int room = NAMEDATALEN - 1 - strlen(prefix);

	return psprintf("%s%.*s", prefix, pg_mbcliplen(name, strlen(name), room), name);
}

static bool
fires_earlier(Form_pg_trigger trigger)
{
	const int16 row_update = TRIGGER_TYPE_ROW | TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_UPDATE;

	return (trigger->tgtype & row_update) == row_update && trigger->tgenabled != TRIGGER_DISABLED &&
		strcmp(NameStr(trigger->tgname), GUARD_NAME) < 0;
}

/* trigger_home returns the parent table whose trigger has been cloned to relid. */
static Oid
trigger_home(Oid relid, const char *name)
{
	ListCell *cell;

	foreach(cell, get_partition_ancestors(relid))
	{
		if (has_own_trigger(lfirst_oid(cell), name))
			return lfirst_oid(cell);
	}
	return relid;
}

/* has_own_trigger: has relid a trigger of this name that is no clone? */
static bool
has_own_trigger(Oid relid, const char *name)
{
	Relation rel = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	bool found;

	ScanKeyInit(&keys[0], Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[1], Anum_pg_trigger_tgname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(name));
	scan = systable_beginscan(rel, TriggerRelidNameIndexId, true, NULL, 2, keys);
	tuple = systable_getnext(scan);
	found = HeapTupleIsValid(tuple) &&
		!OidIsValid(((Form_pg_trigger) GETSTRUCT(tuple))->tgparentid);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * guard.c
 *		The guard of an enabled table: the trigger that tells WITH CHECK the old row
 *		and the changed columns of an UPDATE.
 *
 * Only where grants of UPDATE need it. It fires before all triggers with other names, so
 * that it sees what the statement changes and not what they do, and always, so
 * that no session_replication_role silences it. Without it WITH CHECK allows nothing.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "catalog/catalog.h"
#include "catalog/run_as.h"
#include "policy/guard.h"
#include "policy/policy.h"

static GuardState guard_state(Oid relid, bool *cloned);
static void refuse_taken_name(Oid relid);
static void run_on_table(Oid relid, const char *format);
static void enable_always(Oid relid, const char *trigger);

void
guard_apply(Oid relid, bool needed)
{
	bool cloned;
	GuardState state = guard_state(relid, &cloned);

	if (cloned)
		return;
	if (state == GUARD_FOREIGN && needed)
		refuse_taken_name(relid);
	if (state == GUARD_DIFFERS || (state == GUARD_STANDS && !needed))
		run_on_table(relid, "DROP TRIGGER \"" GUARD_NAME "\" ON %s");
	if (!needed || state == GUARD_STANDS)
		return;
	run_on_table(relid, "CREATE TRIGGER \"" GUARD_NAME "\" BEFORE UPDATE ON %s "
						"FOR EACH ROW EXECUTE FUNCTION electric.touched()");
	run_on_table(relid, "ALTER TABLE %s ENABLE ALWAYS TRIGGER \"" GUARD_NAME "\"");
	run_on_table(relid, "COMMENT ON TRIGGER \"" GUARD_NAME "\" ON %s IS "
						"'Tells the policy electric_update the old row and the changed columns'");
}

void
policy_keep_always(Oid relid)
{
	/* of our own tables */
	static const char *const names[] = {"check_loaded_row", "check_writer", "jwt_keys_changed", "jwt_keys_truncated",
										"api_keys_changed", "api_keys_truncated"};
	char fires;
	bool cloned;

	if (catalog_relation(get_rel_name(relid)) == relid)
	{
		for (int i = 0; i < lengthof(names); i++)
		{
			if (OidIsValid(get_trigger_oid(relid, names[i], true)))
				enable_always(relid, names[i]);
		}
	}
	else if (guard_trigger_state(relid, &fires, &cloned) == GUARD_DIFFERS &&
			 fires == TRIGGER_FIRES_ON_ORIGIN)
		enable_always(relid, GUARD_NAME);
}

static void
enable_always(Oid relid, const char *trigger)
{
	run_as_sql(catalog_owner(relid), psprintf("ALTER TABLE %s ENABLE ALWAYS TRIGGER \"%s\"", catalog_name(relid), trigger));
}

/* guard_state: a guard stands where it does on every partition. */
static GuardState
guard_state(Oid relid, bool *cloned)
{
	char fires;
	bool ignored;
	GuardState state = guard_trigger_state(relid, &fires, cloned);
	ListCell *cell;

	if (state != GUARD_STANDS)
		return state;
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
	{
		if (guard_trigger_state(lfirst_oid(cell), &fires, &ignored) != GUARD_STANDS)
			return GUARD_DIFFERS;
	}
	return GUARD_STANDS;
}

GuardState
guard_trigger_state(Oid relid, char *fires, bool *cloned)
{
	Oid function = guard_function();
	GuardState state = GUARD_ABSENT;
	Relation rel = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[1], Anum_pg_trigger_tgname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(GUARD_NAME));
	*fires = '\0';
	*cloned = false;
	scan = systable_beginscan(rel, TriggerRelidNameIndexId, true, NULL, 2, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);

		*fires = form->tgenabled;
		*cloned = OidIsValid(form->tgparentid);
		if (form->tgfoid != function)
			state = GUARD_FOREIGN;
		else if (form->tgtype == (TRIGGER_TYPE_ROW | TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_UPDATE) &&
				 form->tgenabled == TRIGGER_FIRES_ALWAYS && form->tgattr.dim1 == 0 &&
				 heap_attisnull(tuple, Anum_pg_trigger_tgqual, RelationGetDescr(rel)))
			state = GUARD_STANDS;
		else
			state = GUARD_DIFFERS;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return state;
}

Oid
guard_function(void)
{
	return LookupFuncName(list_make2(makeString("electric"), makeString("touched")), 0, NULL, false);
}

static void
refuse_taken_name(Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_DUPLICATE_OBJECT),
			 errmsg("trigger \"%s\" for table \"%s\" already exists", GUARD_NAME,
					get_rel_name(relid)),
			 errhint("Type ALTER TRIGGER \"%s\" ON %s RENAME TO another_name;", GUARD_NAME,
					 catalog_name(relid))));
}

/* run_on_table runs a statement about relid, whose name stands for %s, as its owner. */
static void
run_on_table(Oid relid, const char *format)
{
	run_as_sql(catalog_owner(relid), psprintf(format, catalog_name(relid)));
}

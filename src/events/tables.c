/*
 * tables.c
 *		Enabled tables after a command: partitions are closed at birth, other heirs are
 *		refused, and owners, schemas and sequences change without opening anything.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog/run_as.h"
#include "events/events.h"
#include "policy/policy.h"

static void keep_triggers(Node *command);
static bool may_concern_enabled(Node *command);
static void follow_altered(Oid relid, Node *command);
static List *changed_tables(void);
static bool is_of_enabled(Oid relid);
static void check_heirs(Oid relid);
static void close_partitions(Oid root);
static List *ancestors_of(Oid relid);
static void refuse_heir(Oid relid, Oid enabled);
static void refuse_client_owner(Oid relid);
static void notice_detached(AlterTableStmt *command);

void
follow_tables(Node *command)
{
	ListCell *cell;

	keep_triggers(command);
	if (!may_concern_enabled(command) || catalog_enabled_tables() == NIL)
		return;
	foreach(cell, changed_tables())
	{
		Oid relid = lfirst_oid(cell);

		if (IsA(command, AlterTableStmt))
			follow_altered(relid, command);
		else if (!IsA(command, AlterObjectSchemaStmt))
			check_heirs(relid);
		else if (catalog_table_is_enabled(relid))
			client_schema_apply(relid);
	}
	if (command_has(command, AT_DetachPartition))
		notice_detached((AlterTableStmt *) command);
}

/* may_concern_enabled: as the parse tree tells; temporary tables are made all the time. */
static bool
may_concern_enabled(Node *command)
{
	switch (nodeTag(command))
	{
		case T_CreateStmt:
			return ((CreateStmt *) command)->inhRelations != NIL;
		case T_CreateForeignTableStmt:
		case T_CreateSchemaStmt:
			return true;
		case T_AlterObjectSchemaStmt:
			return ((AlterObjectSchemaStmt *) command)->objectType == OBJECT_TABLE;
		default:
			return command_has(command, AT_AttachPartition) ||
				command_has(command, AT_DetachPartition) || command_has(command, AT_AddInherit) ||
				command_has(command, AT_ChangeOwner) || command_has(command, AT_AddColumn) ||
				command_has(command, AT_AddIdentity) ||
				command_has(command, AT_DisableRowSecurity);
	}
}

/*
 * keep_triggers: ENABLE TRIGGER ALL makes ours such as others can silence. Also where no rule
 * has been loaded yet: pg_restore --disable-triggers does so with each table in turn.
 */
static void
keep_triggers(Node *command)
{
	ListCell *cell;

	if (!command_has(command, AT_EnableTrigAll) && !command_has(command, AT_EnableTrigUser))
		return;
	foreach(cell, changed_tables())
		policy_keep_always(lfirst_oid(cell));
}

static void
follow_altered(Oid relid, Node *command)
{
	if (command_has(command, AT_AttachPartition) || command_has(command, AT_AddInherit))
		check_heirs(relid);
	if (command_has(command, AT_ChangeOwner) && is_of_enabled(relid))
		refuse_client_owner(relid);
	if (!catalog_table_is_enabled(relid))
		return;
	/* columns may have brought sequences */
	if (command_has(command, AT_AddColumn) || command_has(command, AT_AddIdentity))
		client_sequences_apply(relid);
	if (command_has(command, AT_DisableRowSecurity) && !has_row_security(relid))
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("the rules on table \"%s\" bind nobody while its row-level security is off",
						get_rel_name(relid)),
				 errhint("Type ALTER TABLE %s ENABLE ELECTRIC; to put it right.",
						 catalog_name(relid))));
}

/*
 * changed_tables returns the tables that the command made or altered. By OID: what it ran on
 * the way (a default, a condition) can have made another table of the same name.
 */
static List *
changed_tables(void)
{
	MemoryContext context = CurrentMemoryContext;
	List *relids = NIL;
	RunAs saved;
	uint64 i;

	run_as_begin(GetUserId(), &saved);
	SPI_connect();
	if (SPI_execute("SELECT DISTINCT objid FROM pg_catalog.pg_event_trigger_ddl_commands() "
					"WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass "
					"AND object_type OPERATOR(pg_catalog.=) ANY (ARRAY['table', 'foreign table'])",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read what the command has changed");
	for (i = 0; i < SPI_processed; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(context);
		bool is_null;
		Datum relid = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);

		if (!is_null)
			relids = lappend_oid(relids, DatumGetObjectId(relid));
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	run_as_end(&saved);
	return relids;
}

/* is_of_enabled: is the table enabled, or a partition of one that is? */
static bool
is_of_enabled(Oid relid)
{
	List *ancestors = ancestors_of(relid);

	return catalog_table_is_enabled(ancestors == NIL ? relid : linitial_oid(ancestors));
}

/*
 * check_heirs looks at a table that has been made, attached or made to inherit, and at those
 * above and below it.
 */
static void
check_heirs(Oid relid)
{
	List *family = list_concat(ancestors_of(relid), find_all_inheritors(relid, NoLock, NULL));
	Oid root = linitial_oid(family);
	ListCell *cell;

	foreach(cell, family)
	{
		Oid member = lfirst_oid(cell);

		if (!catalog_table_is_enabled(member))
			continue;
		if (get_rel_relkind(member) != RELKIND_PARTITIONED_TABLE || member != root)
			refuse_heir(relid, member);
	}
	if (catalog_table_is_enabled(root))
		close_partitions(root);
}

/* close_partitions protects each partition as ENABLE does, and refuses clients as owners. */
static void
close_partitions(Oid root)
{
	ListCell *cell;

	foreach(cell, find_all_inheritors(root, NoLock, NULL))
	{
		if (lfirst_oid(cell) == root)
			continue;
		refuse_client_owner(lfirst_oid(cell));
		policy_close_partition(lfirst_oid(cell));
	}
}

/* ancestors_of returns all that a table inherits from, the farthest first. */
static List *
ancestors_of(Oid relid)
{
	Relation catalog = table_open(InheritsRelationId, AccessShareLock);
	List *ancestors = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(catalog, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while ((tuple = systable_getnext(scan)) != NULL)
	{
		Oid parent = ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent;

		ancestors = list_concat_unique_oid(ancestors, lappend_oid(ancestors_of(parent), parent));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return ancestors;
}

/* refuse_heir: reading one of the two by the other would go past the rules. */
static void
refuse_heir(Oid relid, Oid enabled)
{
	if (get_rel_relispartition(enabled))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("table \"%s\" is enabled and cannot be a partition", get_rel_name(enabled)),
				 errdetail("A partition is bound by the rules on its root alone."),
				 errhint("Type ALTER TABLE %s DISABLE ELECTRIC; first.", catalog_name(enabled))));
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("table \"%s\" is enabled and cannot have or be an inheritance child",
					get_rel_name(enabled)),
			 errdetail("Its rows could be read through the other table, past the rules."),
			 errhint("Use a partitioned table, or type ALTER TABLE %s DISABLE ELECTRIC; first.",
					 catalog_name(enabled))));
}

/* refuse_client_owner: no rule binds a table's owner, and clients must be bound. */
static void
refuse_client_owner(Oid relid)
{
	char *client = OidIsValid(catalog_owner(relid)) ? client_role_bypasses(relid) : NULL;

	if (client)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_ROLE_SPECIFICATION),
				 errmsg("client role \"%s\" would have the rights of the owner of table \"%s\"",
						client, get_rel_name(relid)),
				 errdetail("No rule binds a table's owner."),
				 errhint("Give the table another owner, or type SELECT electric.drop_client_role(%s); first.",
						 quote_literal_cstr(quote_identifier(client)))));
}

/* notice_detached: what was a partition stays closed. */
static void
notice_detached(AlterTableStmt *command)
{
	ListCell *cell;

	foreach(cell, command->cmds)
	{
		AlterTableCmd *part = lfirst(cell);
		Oid relid;

		if (part->subtype != AT_DetachPartition)
			continue;
		relid = RangeVarGetRelid(((PartitionCmd *) part->def)->name, NoLock, true);
		if (OidIsValid(relid) && has_row_security(relid) && !catalog_table_is_enabled(relid) &&
			foreign_policies(relid, false) == NIL)
			ereport(NOTICE,
					(errmsg("row-level security stays on for table \"%s\"", get_rel_name(relid)),
					 errhint("Type ALTER TABLE %s ENABLE ELECTRIC; to grant on it, or ALTER TABLE %s DISABLE ROW LEVEL SECURITY; to open it.",
							 catalog_name(relid), catalog_name(relid))));
	}
}

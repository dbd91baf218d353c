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
static void follow_alter_table(AlterTableStmt *command);
static List *created_tables(void);
static void check_heirs(Oid relid);
static void close_partitions(Oid root);
static List *ancestors_of(Oid relid);
static void refuse_heir(Oid relid, Oid enabled);
static void refuse_client_owner(Oid relid);
static void notice_detached(AlterTableStmt *command);

void
follow_tables(Node *command)
{
	List *enabled = NIL;
	ListCell *cell;

	/* temporary tables are made all the time */
	if (IsA(command, CreateStmt) && ((CreateStmt *) command)->inhRelations == NIL)
		return;
	if (!IsA(command, CreateStmt) && !IsA(command, CreateForeignTableStmt) &&
		!IsA(command, CreateSchemaStmt) && !IsA(command, AlterTableStmt) &&
		!IsA(command, AlterObjectSchemaStmt))
		return;
	keep_triggers(command);
	enabled = catalog_enabled_tables();
	if (enabled == NIL)
		return;
	switch (nodeTag(command))
	{
		case T_AlterTableStmt:
			follow_alter_table((AlterTableStmt *) command);
			break;
		case T_AlterObjectSchemaStmt:
			foreach(cell, enabled)
				client_privileges_apply(lfirst_oid(cell));
			break;
		default:
			foreach(cell, created_tables())
				check_heirs(lfirst_oid(cell));
	}
}

/*
 * keep_triggers: ENABLE TRIGGER ALL makes ours such as others can silence. Also where no rule
 * has been loaded yet: pg_restore --disable-triggers does so with each table in turn.
 */
static void
keep_triggers(Node *command)
{
	Oid relid;

	if (!command_has(command, AT_EnableTrigAll) && !command_has(command, AT_EnableTrigUser))
		return;
	relid = RangeVarGetRelid(((AlterTableStmt *) command)->relation, NoLock, true);
	if (OidIsValid(relid))
		policy_keep_always(relid);
}

static void
follow_alter_table(AlterTableStmt *command)
{
	Node *node = (Node *) command;
	Oid relid = command->relation ? RangeVarGetRelid(command->relation, NoLock, true) : InvalidOid;

	if (!OidIsValid(relid))
		return;
	if (command_has(node, AT_AttachPartition) || command_has(node, AT_AddInherit))
		check_heirs(relid);
	if (command_has(node, AT_DetachPartition))
		notice_detached(command);
	if (!catalog_table_is_enabled(relid))
		return;
	if (command_has(node, AT_ChangeOwner))
		refuse_client_owner(relid);
	/* columns may have brought sequences */
	if (command_has(node, AT_AddColumn) || command_has(node, AT_AddIdentity))
		client_privileges_apply(relid);
	if (command_has(node, AT_DisableRowSecurity) && !has_row_security(relid))
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("the rules on table \"%s\" bind nobody while its row-level security is off",
						get_rel_name(relid)),
				 errhint("Type ALTER TABLE %s ENABLE ELECTRIC; to put it right.",
						 catalog_name(relid))));
}

/* created_tables returns the tables that the command made. */
static List *
created_tables(void)
{
	MemoryContext context = CurrentMemoryContext;
	List *relids = NIL;
	RunAs saved;
	uint64 i;

	run_as_begin(GetUserId(), &saved);
	SPI_connect();
	if (SPI_execute("SELECT objid FROM pg_catalog.pg_event_trigger_ddl_commands() "
					"WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass "
					"AND command_tag OPERATOR(pg_catalog.=) "
					"ANY (ARRAY['CREATE TABLE', 'CREATE FOREIGN TABLE'])",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read what the command has made");
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

/* close_partitions protects each partition as ENABLE does. */
static void
close_partitions(Oid root)
{
	ListCell *cell;

	foreach(cell, find_all_inheritors(root, NoLock, NULL))
	{
		if (lfirst_oid(cell) != root)
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

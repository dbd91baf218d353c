/*
 * key.c
 *		Foreign keys and primary keys, read from pg_constraint.
 *
 * Catalog scans only, no lock on the tables that the keys join; safe at query
 * time. For the resolver's own files.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "resolver/key.h"

static int compare_steps(const ListCell *a, const ListCell *b);
static KeyStep *make_step(HeapTuple tuple, bool forward);
static bool is_own_foreign_key(HeapTuple tuple);
static SysScanDesc scan_table_constraints(Relation catalog, Oid relid, const char *name);
static SysScanDesc scan_named_constraints(Relation catalog, const char *name);
static Datum name_datum(const char *name);
static List *forward_steps_fitting(Oid relid, const char *name);
static bool is_table_called(Oid relid, const char *schema, const char *table);

List *
key_forward_steps(Oid relid)
{
	Relation catalog = table_open(ConstraintRelationId, AccessShareLock);
	SysScanDesc scan = scan_table_constraints(catalog, relid, NULL);
	List *steps = NIL;
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (is_own_foreign_key(tuple))
			steps = lappend(steps, make_step(tuple, true));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return steps;
}

List *
key_backward_steps(Oid relid, const char *name)
{
	Relation catalog = table_open(ConstraintRelationId, AccessShareLock);
	SysScanDesc scan = scan_named_constraints(catalog, name);
	List *steps = NIL;
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		if (is_own_foreign_key(tuple) &&
			form->confrelid == relid && form->conrelid != relid)
			steps = lappend(steps, make_step(tuple, false));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	list_sort(steps, compare_steps);
	return steps;
}

KeyStep *
key_find_step(Oid constraint_relid, const char *name, Oid from_relid)
{
	Relation catalog = table_open(ConstraintRelationId, AccessShareLock);
	SysScanDesc scan = scan_table_constraints(catalog, constraint_relid, name);
	HeapTuple tuple = systable_getnext(scan);
	KeyStep *step = NULL;

	if (HeapTupleIsValid(tuple) && is_own_foreign_key(tuple))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		if (form->conrelid == from_relid || form->confrelid == from_relid)
			step = make_step(tuple, form->conrelid == from_relid);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return step;
}

List *
key_steps_fitting(Oid relid, const char *schema, const char *table, const char *name)
{
	List *fitting = NIL;
	ListCell *lc;

	if (is_table_called(relid, schema, table))
	{
		List *own = forward_steps_fitting(relid, name);
		AttrNumber attnum = get_attnum(relid, name);

		if (schema != NULL && own != NIL)
			return own;
		foreach(lc, key_forward_steps(relid))
		{
			KeyStep *step = lfirst(lc);

			if (attnum != InvalidAttrNumber && step->from_attnums[0] == attnum)
				fitting = lappend(fitting, step);
		}
		if (fitting != NIL)
			return fitting;
		fitting = own;
	}
	foreach(lc, key_backward_steps(relid, name))
	{
		KeyStep *step = lfirst(lc);

		if (is_table_called(step->to_relid, schema, table))
			fitting = lappend(fitting, step);
	}
	return fitting;
}

bool
key_primary(Oid relid, int *nkeys, AttrNumber **attnums)
{
	Relation catalog = table_open(ConstraintRelationId, AccessShareLock);
	SysScanDesc scan = scan_table_constraints(catalog, relid, NULL);
	bool found = false;
	HeapTuple tuple;

	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Datum conkey;
		ArrayType *array;
		bool isnull;

		if (((Form_pg_constraint) GETSTRUCT(tuple))->contype != CONSTRAINT_PRIMARY)
			continue;
		conkey = heap_getattr(tuple, Anum_pg_constraint_conkey,
							  RelationGetDescr(catalog), &isnull);
		if (isnull)
			continue;
		array = DatumGetArrayTypePCopy(conkey);
		*nkeys = ARR_DIMS(array)[0];
		*attnums = (AttrNumber *) ARR_DATA_PTR(array);
		found = true;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

/* compare_steps orders steps by the names of their constraints, and tables of equal ones by age. */
static int
compare_steps(const ListCell *a, const ListCell *b)
{
	const KeyStep *left = lfirst(a);
	const KeyStep *right = lfirst(b);
	int order = strcmp(left->constraint, right->constraint);

	if (order != 0)
		return order;
	return left->constraint_relid < right->constraint_relid ? -1 : 1;
}

/* make_step returns a foreign key's row as a step, in the current memory context. */
static KeyStep *
make_step(HeapTuple tuple, bool forward)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	KeyStep *step = palloc0(sizeof(KeyStep));
	AttrNumber *referencing = palloc(sizeof(AttrNumber) * INDEX_MAX_KEYS);
	AttrNumber *referenced = palloc(sizeof(AttrNumber) * INDEX_MAX_KEYS);

	step->operators = palloc(sizeof(Oid) * INDEX_MAX_KEYS);
	DeconstructFkConstraintRow(tuple, &step->nkeys, referencing, referenced,
							   step->operators, NULL, NULL, NULL, NULL);
	step->constraint = pstrdup(NameStr(form->conname));
	step->constraint_oid = form->oid;
	step->constraint_relid = form->conrelid;
	step->forward = forward;
	step->from_relid = forward ? form->conrelid : form->confrelid;
	step->to_relid = forward ? form->confrelid : form->conrelid;
	step->from_attnums = forward ? referencing : referenced;
	step->to_attnums = forward ? referenced : referencing;
	return step;
}

/*
 * is_own_foreign_key tells foreign keys that somebody declared from other
 * constraints and from the clones that partitions have of their root's.
 */
static bool
is_own_foreign_key(HeapTuple tuple)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

	return form->contype == CONSTRAINT_FOREIGN && !OidIsValid(form->conparentid);
}

/* scan_table_constraints scans the constraints of a table, or the one called name. */
static SysScanDesc
scan_table_constraints(Relation catalog, Oid relid, const char *name)
{
	ScanKeyData keys[3];

	ScanKeyInit(&keys[0], Anum_pg_constraint_conrelid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[1], Anum_pg_constraint_contypid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(InvalidOid));
	if (name != NULL)
		ScanKeyInit(&keys[2], Anum_pg_constraint_conname,
					BTEqualStrategyNumber, F_NAMEEQ, name_datum(name));
	return systable_beginscan(catalog, ConstraintRelidTypidNameIndexId, true,
							  NULL, name != NULL ? 3 : 2, keys);
}

/* scan_named_constraints scans the constraints called name in any schema, or all. */
static SysScanDesc
scan_named_constraints(Relation catalog, const char *name)
{
	ScanKeyData key;

	if (name == NULL)
		return systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	ScanKeyInit(&key, Anum_pg_constraint_conname,
				BTEqualStrategyNumber, F_NAMEEQ, name_datum(name));
	return systable_beginscan(catalog, ConstraintNameNspIndexId, true, NULL, 1, &key);
}

/* name_datum returns name as a scan key's argument, which lives as long as the scan. */
static Datum
name_datum(const char *name)
{
	Name copy = palloc0(sizeof(NameData));

	namestrcpy(copy, name);
	return NameGetDatum(copy);
}

/* forward_steps_fitting returns the constraint called name of relid, if it is a foreign key. */
static List *
forward_steps_fitting(Oid relid, const char *name)
{
	KeyStep *step = key_find_step(relid, name, relid);

	return step != NULL ? list_make1(step) : NIL;
}

/* is_table_called compares a table's name with a qualifier, of which NULL parts fit any. */
static bool
is_table_called(Oid relid, const char *schema, const char *table)
{
	char *relname;
	char *nspname;

	if (table == NULL)
		return true;
	relname = get_rel_name(relid);
	if (relname == NULL || strcmp(relname, table) != 0)
		return false;
	if (schema == NULL)
		return true;
	nspname = get_namespace_name(get_rel_namespace(relid));
	return nspname != NULL && strcmp(nspname, schema) == 0;
}

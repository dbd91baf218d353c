/*
 * verify_rules.c
 *		Rules that no longer are as they were stated, so that they give nothing.
 *
 * What the engine leaves out when it loads the rules; conditions are judged where policies
 * are made from them. A rule that gives nothing is repaired by taking it away: no repair gives
 * anybody more than he has.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "policy/verify.h"
#include "resolver/resolver.h"

static void verify_enabled(List **found);
static void verify_grant(List **found, const Grant *grant);
static bool check_listed(List **found, const Grant *grant);
static void verify_assignment(List **found, const Assignment *assignment);
static bool check_column(List **found, const Assignment *assignment, const char *column,
						 bool (*serves)(Oid type), const char *use);
static bool check_scope_owner(List **found, const Assignment *assignment);
static bool check_partition(List **found, Oid relid);
static char *path_problem(Oid relid, Oid scope_relid, const char *text, List *keys);
static char *unreadable_problem(const KeyPath *path);
static void verify_senseless(List **found);
static char *relation_name(Oid relid);
static bool is_removed_alone(const Grant *grant);
static bool is_revoked_too(const Grant *grant, const Grant *other);

void
verify_rules(List **found)
{
	ListCell *cell;

	verify_enabled(found);
	foreach(cell, catalog_all_grants())
		verify_grant(found, lfirst(cell));
	foreach(cell, catalog_assignments())
		verify_assignment(found, lfirst(cell));
	verify_senseless(found);
}

char *
grant_label(const Grant *grant)
{
	return psprintf("%s%s to %s%s",
					grant->privilege ? privilege_name(grant->privilege) : "an unknown privilege",
					catalog_columns_text(grant->columns),
					grant->role ? catalog_role_text(grant->role, grant->scope_relid) : "no role",
					catalog_path_text(grant->path));
}

char *
assignment_label(const Assignment *assignment)
{
	return psprintf("%s to column %s",
					assignment->role || assignment->role_column ?
						catalog_assigned_role_text(assignment) :
						"no role",
					assignment->user_column ? quote_identifier(assignment->user_column) : "NULL");
}

/* grant_repair: REVOKE removes all grants of privilege and role, by whatever path. */
char *
grant_repair(const Grant *grant)
{
	if (!is_removed_alone(grant))
		return catalog_grant_removal(grant);
	return psprintf("ELECTRIC REVOKE %s%s ON %s FROM %s;", privilege_name(grant->privilege),
					catalog_columns_text(grant->columns), catalog_name(grant->relid),
					catalog_role_text(grant->role, grant->scope_relid));
}

char *
assignment_repair(const Assignment *assignment)
{
	return psprintf("ELECTRIC UNASSIGN %s FROM %s.%s;", catalog_assigned_role_text(assignment),
					catalog_name(assignment->relid), quote_identifier(assignment->user_column));
}

static void
verify_enabled(List **found)
{
	ListCell *cell;

	foreach(cell, catalog_enabled_tables())
	{
		Oid relid = lfirst_oid(cell);
		char *obstacle = rule_obstacle(relid);

		if (obstacle)
			deviation_add(found, psprintf("table %s", relation_name(relid)),
						  psprintf("it is enabled, but %s", obstacle), catalog_table_removal(relid));
	}
}

static void
verify_grant(List **found, const Grant *grant)
{
	char *object = psprintf("grant on %s", relation_name(grant->relid));
	char *label = grant_label(grant);
	char *obstacle = rule_obstacle(grant->relid);
	char *problem;

	if (obstacle)
	{
		deviation_add(found, object, psprintf("%s: its table %s", label, obstacle),
					  catalog_grant_removal(grant));
		return;
	}
	if (!catalog_table_is_enabled(grant->relid))
		deviation_add(found, psprintf("table %s", catalog_name(grant->relid)),
					  pstrdup("it is not enabled, so the grants on it have no effect"),
					  psprintf("ELECTRIC ENABLE %s;", catalog_name(grant->relid)));
	if (!check_listed(found, grant) || !grant->path)
		return;
	obstacle = rule_obstacle(grant->scope_relid);
	if (obstacle)
	{
		deviation_add(found, object, psprintf("%s: its scope %s", label, obstacle),
					  catalog_grant_removal(grant));
		return;
	}
	problem = path_problem(grant->relid, grant->scope_relid, grant->path, grant->path_keys);
	if (problem)
		deviation_add(found, object, psprintf("%s: %s, so it gives nothing", label, problem),
					  grant_repair(grant));
}

/* check_listed: are the listed columns still there? */
static bool
check_listed(List **found, const Grant *grant)
{
	bool whole = true;
	ListCell *cell;

	foreach(cell, grant->columns)
	{
		Grant column = *grant;

		if (get_attnum(grant->relid, lfirst(cell)) > 0)
			continue;
		column.columns = list_make1(lfirst(cell));
		deviation_add(found, psprintf("grant on %s", catalog_name(grant->relid)),
					  psprintf("%s: the table has no such column any more", grant_label(&column)),
					  grant_repair(&column));
		whole = false;
	}
	return whole;
}

static void
verify_assignment(List **found, const Assignment *assignment)
{
	char *object = psprintf("assignment on %s", relation_name(assignment->relid));
	char *label = assignment_label(assignment);
	char *obstacle = rule_obstacle(assignment->relid);
	char *problem;

	if (obstacle)
	{
		deviation_add(found, object, psprintf("%s: its table %s", label, obstacle),
					  catalog_assignment_removal(assignment));
		return;
	}
	/* one repair a rule: what is amiss besides shows when this is done */
	if (!check_partition(found, assignment->relid) ||
		!check_column(found, assignment, assignment->user_column, is_user_column_type, "user ids") ||
		(assignment->role_column &&
		 !check_column(found, assignment, assignment->role_column, is_role_column_type, "role names")) ||
		!assignment->path)
		return;
	obstacle = rule_obstacle(assignment->scope_relid);
	if (obstacle)
	{
		deviation_add(found, object, psprintf("%s: its scope %s", label, obstacle),
					  catalog_assignment_removal(assignment));
		return;
	}
	if (!check_scope_owner(found, assignment))
		return;
	problem = path_problem(assignment->relid, assignment->scope_relid, assignment->path,
						   assignment->path_keys);
	if (problem)
		deviation_add(found, object, psprintf("%s: %s, so it gives no role", label, problem),
					  assignment_repair(assignment));
}

/* check_column: can an assignment's column still serve? */
static bool
check_column(List **found, const Assignment *assignment, const char *column,
			 bool (*serves)(Oid type), const char *use)
{
	AttrNumber attnum = get_attnum(assignment->relid, column);
	Oid owner = catalog_owner(assignment->relid);
	Oid type = attnum > 0 ? get_atttype(assignment->relid, attnum) : InvalidOid;
	char *problem;

	if (attnum <= 0)
		problem = pstrdup("the table has no such column any more");
	else if (!serves(type))
		problem = psprintf("it has type %s, which cannot hold %s", format_type_be(type), use);
	else if (!is_label_owner(type, owner))
		problem = psprintf("type %s belongs to another owner", format_type_be_qualified(getBaseType(type)));
	else
		return true;
	deviation_add(found, psprintf("assignment on %s", catalog_name(assignment->relid)),
				  psprintf("%s: column %s cannot serve, so it gives no role: %s", assignment_label(assignment),
						   quote_identifier(column), problem),
				  assignment_repair(assignment));
	return false;
}

/* check_scope_owner: who assigns in a scope owns both tables. */
static bool
check_scope_owner(List **found, const Assignment *assignment)
{
	if (catalog_owner(assignment->scope_relid) == catalog_owner(assignment->relid))
		return true;
	deviation_add(found, psprintf("assignment on %s", catalog_name(assignment->relid)),
				  psprintf("%s: its scope belongs to another owner than its table, so it gives no role",
						   assignment_label(assignment)),
				  assignment_repair(assignment));
	return false;
}

/* check_partition: no statement can name a partition. */
static bool
check_partition(List **found, Oid relid)
{
	char *parent;

	if (!get_rel_relispartition(relid))
		return true;
	parent = catalog_name(get_partition_parent(relid, true));
	deviation_add(found, psprintf("table %s", catalog_name(relid)),
				  psprintf("roles are assigned from it, but it has become a partition of %s", parent),
				  psprintf("ALTER TABLE %s DETACH PARTITION %s;", parent, catalog_name(relid)));
	return false;
}

/* path_problem returns why a path as recorded cannot be used, NULL if it can. */
static char *
path_problem(Oid relid, Oid scope_relid, const char *text, List *keys)
{
	KeyPath *path = path_from_text(relid, scope_relid, text, keys);

	if (path)
		return unreadable_problem(path);
	return text[0] == '\0' ? pstrdup("the primary key of its scope no longer is as recorded") :
							 psprintf("its path %s no longer is as recorded", text);
}

/* unreadable_problem returns what the owner of the path's table may not read, NULL for nothing. */
static char *
unreadable_problem(const KeyPath *path)
{
	Oid unreadable = path_unreadable(path);

	if (!OidIsValid(unreadable))
		return NULL;
	return psprintf("its path reads %s, on which %s lacks SELECT", catalog_name(unreadable),
					quote_identifier(GetUserNameFromId(catalog_owner(path->relid), false)));
}

/* verify_senseless lists rows that no statement could have written: nothing counts them. */
static void
verify_senseless(List **found)
{
	ListCell *cell;

	foreach(cell, catalog_senseless_grants())
	{
		Grant *grant = lfirst(cell);

		deviation_add(found, psprintf("grant on %s", relation_name(grant->relid)),
					  psprintf("%s: no statement writes such a row, and it gives nothing", grant_label(grant)),
					  catalog_grant_removal(grant));
	}
	foreach(cell, catalog_senseless_assignments())
	{
		Assignment *assignment = lfirst(cell);

		deviation_add(found, psprintf("assignment on %s", relation_name(assignment->relid)),
					  psprintf("%s: no statement writes such a row, and it gives no role", assignment_label(assignment)),
					  catalog_assignment_removal(assignment));
	}
}

char *
rule_obstacle(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class form;
	bool fits;

	if (!HeapTupleIsValid(tuple))
		return "is gone";
	form = (Form_pg_class) GETSTRUCT(tuple);
	fits = (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_PARTITIONED_TABLE) &&
		form->relpersistence != RELPERSISTENCE_TEMP && relid >= FirstNormalObjectId &&
		form->relnamespace != get_namespace_oid("electric", true);
	ReleaseSysCache(tuple);
	return fits ? NULL : "is not a table on which rules can stand";
}

/* relation_name returns a relation's name, its OID where it is gone. */
static char *
relation_name(Oid relid)
{
	char *name = catalog_name(relid);

	return name ? name : psprintf("%u", relid);
}

/* is_removed_alone: would a REVOKE of this take no other grant with it? */
static bool
is_removed_alone(const Grant *grant)
{
	ListCell *cell;

	foreach(cell, catalog_grants(grant->relid))
	{
		const Grant *other = lfirst(cell);

		if (other->privilege == grant->privilege && other->scope_relid == grant->scope_relid &&
			strcmp(other->role, grant->role) == 0 && is_revoked_too(grant, other))
			return false;
	}
	return true;
}

/* is_revoked_too: a REVOKE without columns takes all, one with columns what lists them. */
static bool
is_revoked_too(const Grant *grant, const Grant *other)
{
	bool same_key = catalog_is_same_key(grant, other);
	ListCell *cell;

	if (grant->columns == NIL)
		return !same_key || other->columns != NIL;
	foreach(cell, grant->columns)
	{
		if (!same_key && names_contain(other->columns, lfirst(cell)))
			return true;
	}
	return false;
}

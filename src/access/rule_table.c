/*
 * rule_table.c
 *		What is granted on one table, resolved for the engine.
 *
 * Grants of one privilege with equal conditions and columns are one RuleTable, and those of
 * them that lead through one path one RuleArm. A grant whose path or columns no
 * longer are as recorded is left out.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "utils/lsyscache.h"

#include "access/engine.h"

/* What all grants of a table are resolved with */
typedef struct RuleLoad
{
	List *grants;	   /* Grant * */
	List *assignments; /* Assignment * */
} RuleLoad;

static RuleTable *make_table(Oid relid, Oid owner, List *sources, const Grant *grant,
							 const char *id);
static Bitmapset *column_set(Oid relid, List *columns);
static void add_grant(RuleTable *table, const Grant *grant, const RuleLoad *load, bool *broken);
static bool leads_as_recorded(const RuleArm *arm, const Grant *grant);
static RuleArm *make_arm(RuleTable *table, const Grant *grant, const RuleLoad *load);

/* rule_tables_load resolves the grants on relid; see engine.h. */
List *
rule_tables_load(Oid relid, Oid owner, List *sources, List *assignments, bool *broken)
{
	RuleLoad load = {catalog_grants(relid), assignments};
	List *loaded = NIL;
	ListCell *cell;

	foreach(cell, load.grants)
	{
		Grant *grant = lfirst(cell);
		char *id = rule_id(grant->condition, grant->columns);
		RuleTable *table = rule_tables_find(loaded, grant->privilege, id);

		if (!table)
		{
			table = make_table(relid, owner, sources, grant, id);
			loaded = lappend(loaded, table);
		}
		add_grant(table, grant, &load, broken);
	}
	return loaded;
}

/* rule_tables_find finds the rules that a policy names; NULL if there are none. */
RuleTable *
rule_tables_find(List *tables, AclMode privilege, const char *id)
{
	ListCell *cell;

	foreach(cell, tables)
	{
		RuleTable *table = lfirst(cell);

		if (table->privilege == privilege && strcmp(table->id, id) == 0)
			return table;
	}
	return NULL;
}

static RuleTable *
make_table(Oid relid, Oid owner, List *sources, const Grant *grant, const char *id)
{
	RuleTable *table = palloc0(sizeof(RuleTable));

	table->relid = relid;
	table->privilege = grant->privilege;
	table->id = id;
	table->whole = grant->columns == NIL;
	table->columns = column_set(relid, grant->columns);
	table->owner = owner;
	table->sources = sources;
	return table;
}

/* column_set returns the columns that are still there, as executor nodes number them. */
static Bitmapset *
column_set(Oid relid, List *columns)
{
	Bitmapset *set = NULL;
	ListCell *cell;

	foreach(cell, columns)
	{
		AttrNumber attnum = get_attnum(relid, lfirst(cell));

		if (attnum > 0)
			set = bms_add_member(set, attnum - FirstLowInvalidHeapAttributeNumber);
	}
	return set;
}

static void
add_grant(RuleTable *table, const Grant *grant, const RuleLoad *load, bool *broken)
{
	if (OidIsValid(grant->scope_relid))
	{
		RuleArm *arm;

		if (!grant->path)
			return;
		arm = rules_arm(table, grant->path);
		/* one text may lead one way only: by another the rule is not as recorded */
		if (arm && !leads_as_recorded(arm, grant))
		{
			*broken = true;
			return;
		}
		if (!arm)
		{
			arm = make_arm(table, grant, load);
			if (!arm)
			{
				*broken = true;
				return;
			}
			table->arms = lappend(table->arms, arm);
		}
		arm->roles = lappend(arm->roles, pstrdup(grant->role));
	}
	else if (grant->path)
		return;
	else if (strcmp(grant->role, ROLE_ANYONE) == 0)
		table->anyone = true;
	else if (strcmp(grant->role, ROLE_AUTHENTICATED) == 0)
		table->authenticated = true;
	else
		table->global_roles = lappend(table->global_roles, pstrdup(grant->role));
}

/* leads_as_recorded: is an arm's path the one that the grant was made with? */
static bool
leads_as_recorded(const RuleArm *arm, const Grant *grant)
{
	return arm->path->scope_relid == grant->scope_relid &&
		names_equal(path_keys(arm->path), grant->path_keys);
}

/* make_arm resolves a grant's path; NULL if it no longer is as recorded. */
static RuleArm *
make_arm(RuleTable *table, const Grant *grant, const RuleLoad *load)
{
	KeyPath *path = path_from_text(table->relid, grant->scope_relid, grant->path, grant->path_keys);
	RuleArm *arm;
	List *conferring = NIL;
	ListCell *cell;
	int i;

	if (!path || !is_path_readable(path))
		return NULL;
	arm = palloc0(sizeof(RuleArm));
	arm->path_text = pstrdup(grant->path);
	arm->path = path;
	arm->columns = columns_record_path(NIL, path);
	arm->nkeys = path_first_attnums(path, &arm->key_attnums);
	arm->key_types = palloc(sizeof(Oid) * arm->nkeys);
	for (i = 0; i < arm->nkeys; i++)
		arm->key_types[i] = get_atttype(table->relid, arm->key_attnums[i]);
	if (path->nsteps == 0 && table->privilege == ACL_SELECT)
		conferring = catalog_conferring_columns(table->relid, load->grants, load->assignments);
	arm->conferring_attnums = palloc(sizeof(AttrNumber) * (list_length(conferring) + 1));
	arm->conferring_types = palloc(sizeof(Oid) * (list_length(conferring) + 1));
	foreach(cell, conferring)
	{
		AttrNumber attnum = get_attnum(table->relid, lfirst(cell));

		if (attnum <= 0)
		{
			arm->nconferring = 0;
			break;
		}
		arm->conferring_attnums[arm->nconferring] = attnum;
		arm->conferring_types[arm->nconferring++] = get_atttype(table->relid, attnum);
	}
	if (!call_sites_match(table, arm))
		return NULL;
	return arm;
}

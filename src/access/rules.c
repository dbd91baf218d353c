/*
 * rules.c
 *		The rules as the engine uses them: resolved, cached per session.
 *
 * A rule whose table, column or key no longer is as recorded, or whose table changed
 * hands, is left out: it gives nobody anything. Sets of rules are immutable; an invalidation only
 * makes the next statement load a new set, and the old one goes when the
 * last statement that uses it ends.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "access/engine.h"

/* A table to which rules apply */
typedef struct EnabledTable
{
	Oid relid;
	bool loaded; /* have the rules on it been read? */
	List *rules; /* RuleTable *, for each privilege and condition that is granted */
} EnabledTable;

/* The assignments on one owner's tables */
typedef struct OwnerSources
{
	Oid owner;
	List *assignments; /* Assignment * */
	List *sources;	   /* RoleSource *, every one of them that is whole */
} OwnerSources;

struct RuleSet
{
	MemoryContext context;
	int users;		   /* statements, and the session while current */
	HTAB *enabled;	   /* EnabledTable */
	HTAB *relids;	   /* Oid: relations that the rules stand on */
	bool broken;	   /* a rule is not as recorded: any change may mend it */
	bool loading;	   /* what is being read may be any relation's */
	RuleTable nothing; /* of tables to which no rules apply */
	bool assigned_known;
	List *assigned; /* Oid: tables from which roles are assigned */
	List *sources;	/* OwnerSources * */
};

static RuleSet *current = NULL; /* NULL: load anew */
static uint64 changes = 0;		/* invalidations seen */

static RuleSet *current_rules(void);
static HTAB *make_table(MemoryContext context, Size keysize, Size entrysize);
static List *load_table(RuleSet *rules, Oid relid);
static List *assigned_tables(RuleSet *rules);
static OwnerSources *owner_sources(RuleSet *rules, Oid owner);
static void depend_on(RuleSet *rules, Oid relid);
static void depend_on_path(RuleSet *rules, const KeyPath *path);

/*
 * rules_acquire returns the rules as they are now; see engine.h. What others have
 * committed is asked for here, since a statement brings no news of it where its
 * transaction holds all locks already.
 */
RuleSet *
rules_acquire(void)
{
	RuleSet *rules;

	AcceptInvalidationMessages();
	rules = current_rules();
	rules->users++;
	return rules;
}

/* rules_table_is_enabled: may rules apply to this table, as far as the session knows? */
bool
rules_table_is_enabled(Oid relid)
{
	return hash_search(current_rules()->enabled, &relid, HASH_FIND, NULL) != NULL;
}

/* rules_load reads what is granted on a table, if rules apply to it; see engine.h. */
void
rules_load(RuleSet *rules, Oid relid)
{
	EnabledTable *table = hash_search(rules->enabled, &relid, HASH_FIND, NULL);

	if (!table || table->loaded)
		return;
	table->rules = load_table(rules, relid);
	table->loaded = true;
}

/* rules_release gives a set back. Called when memory goes, so it must not fail. */
void
rules_release(RuleSet *rules)
{
	if (--rules->users == 0)
		MemoryContextDelete(rules->context);
}

/*
 * rules_table returns what is granted on relid of the privilege, under the condition and for the
 * columns that a policy names: see privilege_text. Where nothing is, that is what it
 * returns; anyone may ask for anything, so it is not remembered.
 */
RuleTable *
rules_table(RuleSet *rules, Oid relid, const char *privilege_text)
{
	EnabledTable *table = hash_search(rules->enabled, &relid, HASH_FIND, NULL);
	AclMode privilege;
	const char *id;
	RuleTable *found;

	if (!table || !privilege_parse(privilege_text, &privilege, &id))
		return &rules->nothing;
	rules_load(rules, relid);
	found = rule_tables_find(table->rules, privilege, id);
	return found ? found : &rules->nothing;
}

/* rules_arm finds the arm of a path text, NULL if no grant goes through it. */
RuleArm *
rules_arm(RuleTable *table, const char *path_text)
{
	ListCell *cell;

	foreach(cell, table->arms)
	{
		RuleArm *arm = lfirst(cell);

		if (strcmp(arm->path_text, path_text) == 0)
			return arm;
	}
	return NULL;
}

/* rules_are_current: has nothing changed since they were acquired? */
bool
rules_are_current(const RuleSet *rules)
{
	return rules == current;
}

/* rules_need_row: has every role that is granted the privilege a scope? */
bool
rules_need_row(const RuleTable *table)
{
	return !table->anyone && !table->authenticated && table->global_roles == NIL;
}

/* rules_all_sources returns every assignment that is as recorded, of every owner. */
List *
rules_all_sources(RuleSet *rules)
{
	List *owners = NIL;
	List *sources = NIL;
	ListCell *cell;

	foreach(cell, assigned_tables(rules))
	{
		Oid owner = source_table_owner(lfirst_oid(cell));

		if (OidIsValid(owner))
			owners = list_append_unique_oid(owners, owner);
	}
	foreach(cell, owners)
		sources = list_concat(sources, owner_sources(rules, lfirst_oid(cell))->sources);
	return sources;
}

/* current_rules returns the session's set, made anew where something changed. */
static RuleSet *
current_rules(void)
{
	MemoryContext context;
	RuleSet *rules;
	List *enabled;
	Oid grants;
	uint64 seen;
	int tries = 0;
	ListCell *cell;

	if (current)
		return current;
	do
	{
		seen = changes;
		grants = catalog_relation("grants");
		enabled = catalog_enabled_tables();
	} while (seen != changes && ++tries < MAX_LOADS);

	context = AllocSetContextCreate(CurrentMemoryContext, "electric_perm rules", ALLOCSET_SMALL_SIZES);
	rules = MemoryContextAllocZero(context, sizeof(RuleSet));
	rules->context = context;
	rules->relids = make_table(context, sizeof(Oid), sizeof(Oid));
	rules->enabled = make_table(context, sizeof(Oid), sizeof(EnabledTable));
	foreach(cell, enabled)
	{
		EnabledTable *table = hash_search(rules->enabled, &lfirst_oid(cell), HASH_ENTER, NULL);

		table->loaded = false;
	}
	depend_on(rules, grants);
	if (seen != changes)
		rules->broken = true;
	rules->users = 1;
	MemoryContextSetParent(context, TopMemoryContext);
	current = rules;
	return rules;
}

static HTAB *
make_table(MemoryContext context, Size keysize, Size entrysize)
{
	HASHCTL control = {0};

	control.keysize = keysize;
	control.entrysize = entrysize;
	control.hcxt = context;
	return hash_create("electric_perm rules", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* assigned_tables returns the tables (Oid) from which roles are assigned. */
static List *
assigned_tables(RuleSet *rules)
{
	List *relids;
	MemoryContext old;
	ListCell *cell;

	if (rules->assigned_known)
		return rules->assigned;
	relids = catalog_assigned_tables();
	old = MemoryContextSwitchTo(rules->context);
	foreach(cell, relids)
	{
		rules->assigned = lappend_oid(rules->assigned, lfirst_oid(cell));
		/* a table that is gone never comes back; one of another's may become his */
		depend_on(rules, lfirst_oid(cell));
	}
	rules->assigned_known = true;
	MemoryContextSwitchTo(old);
	return rules->assigned;
}

/*
 * owner_sources returns the assignments on the tables of one owner. Those of others are
 * not even read: what somebody states about tables of his own costs nobody else a
 * query's time.
 */
static OwnerSources *
owner_sources(RuleSet *rules, Oid owner)
{
	MemoryContext old;
	OwnerSources *entry;
	ListCell *cell;
	ListCell *row;

	foreach(cell, rules->sources)
	{
		entry = lfirst(cell);
		if (entry->owner == owner)
			return entry;
	}
	(void) assigned_tables(rules);
	old = MemoryContextSwitchTo(rules->context);
	rules->loading = true;
	entry = palloc0(sizeof(OwnerSources));
	entry->owner = owner;
	foreach(cell, rules->assigned)
	{
		if (source_table_owner(lfirst_oid(cell)) == owner)
			entry->assignments = list_concat(entry->assignments,
											 catalog_table_assignments(lfirst_oid(cell)));
	}
	foreach(row, entry->assignments)
	{
		RoleSource *source = source_resolve(lfirst(row));

		if (source)
		{
			depend_on_path(rules, source->path);
			entry->sources = lappend(entry->sources, source);
		}
		else
			rules->broken = true;
	}
	rules->sources = lappend(rules->sources, entry);
	rules->loading = false;
	MemoryContextSwitchTo(old);
	return entry;
}

/* load_table returns what is granted on relid (RuleTable *). */
static List *
load_table(RuleSet *rules, Oid relid)
{
	MemoryContext old = MemoryContextSwitchTo(rules->context);
	Oid owner = source_table_owner(relid);
	List *loaded = NIL;
	ListCell *cell;
	ListCell *arm;

	depend_on(rules, relid);
	if (OidIsValid(owner) && catalog_table_is_enabled(relid))
	{
		/* role names mean something among the tables of one owner */
		OwnerSources *own = owner_sources(rules, owner);
		bool broken = false;

		rules->loading = true;
		loaded = rule_tables_load(relid, owner, own->sources, own->assignments, &broken);
		foreach(cell, loaded)
			foreach(arm, ((RuleTable *) lfirst(cell))->arms)
				depend_on_path(rules, ((RuleArm *) lfirst(arm))->path);
		rules->broken |= broken;
	}
	rules->loading = false;
	MemoryContextSwitchTo(old);
	return loaded;
}

static void
depend_on(RuleSet *rules, Oid relid)
{
	if (OidIsValid(relid))
		hash_search(rules->relids, &relid, HASH_ENTER, NULL);
	else
		rules->broken = true;
}

static void
depend_on_path(RuleSet *rules, const KeyPath *path)
{
	int i;

	if (!path)
		return;
	depend_on(rules, path->scope_relid);
	for (i = 0; i < path->nsteps; i++)
	{
		depend_on(rules, path->steps[i].from_relid);
		depend_on(rules, path->steps[i].to_relid);
	}
}

/* The session forgets its rules; statements that run keep theirs to their end. */
static void
forget_rules(void)
{
	RuleSet *rules = current;

	changes++;
	current = NULL;
	if (rules)
		rules_release(rules);
}

static void
on_relcache_change(Datum arg, Oid relid)
{
	if (!current || !OidIsValid(relid) || current->broken || current->loading ||
		hash_search(current->relids, &relid, HASH_FIND, NULL))
		forget_rules();
}

static void
on_syscache_change(Datum arg, int cacheid, uint32 hash)
{
	forget_rules();
}

/* rules_init registers what makes rules out of date. */
void
rules_init(void)
{
	CacheRegisterRelcacheCallback(on_relcache_change, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, on_syscache_change, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, on_syscache_change, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, on_syscache_change, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, on_syscache_change, (Datum) 0);
}

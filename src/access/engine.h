/*
 * engine.h
 *		The engine's inside: what its files know of each other.
 *
 *	rules.c		rows of electric.*, resolved, cached per session
 *	rule_table.c	the grants on one table, resolved
 *	source.c	an assignment, resolved
 *	call_site.c	do policies pass the columns that rules mean
 *	columns.c	are the columns that rules read still of their types
 *	statement.c	what lives as long as one statement: identity, snapshot, sets
 *	reader.c	rows of one table by equality, through the best index
 *	keyset.c	hash sets of keys
 *	userid.c	user ids and role names, as values of the columns they stand in
 *	path_walk.c	how a path is read, upward and downward
 *	condition.c	IF conditions of assignments
 *	holdings.c	the scopes in which the user holds a role
 *	conferring.c	roles that a row gives by its own columns
 *	scope.c		is this key in such a scope: probing upward, building downward
 *	allows.c	the SQL functions that policies call
 *	guard.c		.. and those of WITH CHECK that know the old row
 *	change.c	the old row and the changed columns, for the guard
 *	inserted.c	the columns to which an INSERT gives values
 *	target.c	the table that a statement writes where WITH CHECK is judged
 *	service.c	what services may do
 *	support.c	what the planner is told
 *	roles.c		electric.roles()
 *	verdict.h	what the rules say of one row: can(), explain(), deny()
 *
 * Everything read from the application's tables is read under the statement's
 * snapshot, without privileges or policies. No code runs but index and operator functions
 * written in C (the resolver refuses paths over others), and IF conditions, as the owner
 * of the assigned table.
 */
#ifndef ELECTRIC_ENGINE_H
#define ELECTRIC_ENGINE_H

#include "access/attmap.h"
#include "access/genam.h"
#include "access/relscan.h"
#include "executor/execdesc.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "nodes/parsenodes.h"
#include "utils/array.h"
#include "utils/snapshot.h"

#include "catalog/catalog.h"
#include "identity/identity.h"
#include "resolver/resolver.h"

/* --- rules.c --- */

/*
 * Where a role comes from: a resolved assignment. A source whose table, column
 * or path no longer is as recorded is not in the rules at all.
 */
typedef struct RoleSource
{
	Oid relid;
	Oid owner; /* of the table, when the rules were loaded */
	AttrNumber user_attnum;
	Oid user_type; /* base type */
	Oid user_collation;
	char *role;				/* static role, or NULL .. */
	AttrNumber role_attnum; /* .. the column of a dynamic one */
	Oid role_type;			/* base type */
	KeyPath *path;			/* NULL: the role is global */
	Node *if_condition;		/* NULL: none; see condition_stored */
	char *if_policy;		/* the policy that keeps it */
	bool if_is_plain;		/* see condition_is_plain */
	int nif_columns;		/* columns that it names */
	AttrNumber *if_attnums;
	List *columns; /* all that are read, see columns_hold */
} RoleSource;

/* One arm of a policy: the grants of (table, privilege) through one path */
typedef struct RuleArm
{
	const char *path_text; /* NULL: the arm for roles that need no row */
	KeyPath *path;		   /* NULL for that arm */
	List *roles;		   /* char *: scoped roles granted through the path */
	int nkeys;			   /* columns that the policy passes as the key */
	AttrNumber *key_attnums;
	Oid *key_types;	 /* the columns' declared types */
	int nconferring; /* columns passed behind them */
	AttrNumber *conferring_attnums;
	Oid *conferring_types;
	List *columns; /* all that the path reads, see columns_hold */
} RuleArm;

/* What is granted of one privilege on one table under one condition, for some columns */
typedef struct RuleTable
{
	Oid relid;
	AclMode privilege;
	const char *id;		/* of condition and columns, see rule_id */
	bool whole;			/* not limited to columns */
	Bitmapset *columns; /* those it is limited to, as insertedCols has them */
	Oid owner;
	bool anyone;
	bool authenticated;
	List *global_roles; /* char * */
	List *arms;			/* RuleArm *, those with a path */
	List *sources;		/* RoleSource *: of tables with the same owner */
} RuleTable;

typedef struct RuleSet RuleSet;

/* Rules are read again where they change meanwhile, but not for ever. */
#define MAX_LOADS 10

/*
 * rules_acquire returns the rules as they are now; they stay as they are until
 * rules_release, whatever changes meanwhile, as far as they have been read: rules_load
 * reads what is granted on one table, rules_table does where that has not been done.
 * It never returns NULL: no table, not enabled or no grants give an empty RuleTable.
 * rules_arm finds the arm of a path text, NULL if there is none (no rows through it).
 */
extern RuleSet *rules_acquire(void);
extern void rules_load(RuleSet *rules, Oid relid);
extern void rules_release(RuleSet *rules);
extern RuleTable *rules_table(RuleSet *rules, Oid relid, const char *privilege_text);
extern RuleArm *rules_arm(RuleTable *table, const char *path_text);
extern List *rules_all_sources(RuleSet *rules);
extern bool rules_are_current(const RuleSet *rules); /* will new statements get them? */
extern bool rules_need_row(const RuleTable *table);	 /* every role is scoped */
extern bool rules_table_is_enabled(Oid relid);		 /* now, for this session */
extern void rules_init(void);

/* --- rule_table.c --- */

/*
 * rule_tables_load returns what is granted on relid (RuleTable *), in the current memory
 * context; *broken where a grant is not as recorded and so left out. rule_tables_find
 * finds what a policy names, NULL if that is not granted.
 */
extern List *rule_tables_load(Oid relid, Oid owner, List *sources, List *assignments, bool *broken);
extern RuleTable *rule_tables_find(List *tables, AclMode privilege, const char *id);

/* --- source.c --- */

/*
 * source_resolve resolves an assignment, NULL if anything in it is not as recorded, in
 * the current memory context. source_table_owner: InvalidOid if it is no table.
 */
extern RoleSource *source_resolve(const Assignment *assignment);
extern Oid source_table_owner(Oid relid);

/* --- call_site.c --- */

/* electric.allows(privilege, tbl, path, key columns .., conferring columns .. [, xmin]) */
#define FIRST_KEY 3

/*
 * call_sites_match: does each call of this arm in the table's policies pass its columns?
 * call_site_matches: does this one? call_passes_row: are the conferring columns, as the call
 * that is being executed passes them, columns of a row of the table?
 */
extern bool call_sites_match(const RuleTable *table, const RuleArm *arm);
extern bool call_site_matches(const RuleArm *arm, const FuncExpr *call);
extern bool call_passes_row(const FmgrInfo *call, const RuleArm *arm);

/* --- columns.c --- */

/*
 * columns_record and columns_record_path append columns, with their types as they are
 * now, to a list. columns_hold locks their tables in AccessShareLock, until the
 * transaction ends, and tells whether all still have those types: ask it before
 * anything is read, or prepared for values, of these columns.
 */
extern List *columns_record(List *columns, Oid relid, int count, const AttrNumber *attnums);
extern List *columns_record_path(List *columns, const KeyPath *path);
extern bool columns_hold(const List *columns);

/* --- keyset.c --- */

/* How values of one key column are hashed and compared */
typedef struct KeyColumn
{
	int16 typlen; /* of the stored values */
	bool typbyval;
	FmgrInfo hash_stored;
	FmgrInfo hash_probe;
	FmgrInfo equal; /* stored and probe value */
	bool stored_is_left;
	Oid collation;
} KeyColumn;

typedef struct KeySet KeySet;

/*
 * keyset_create makes an empty set in a new child of context. keyset_add copies the
 * values; equal values may be kept twice. keyset_contains looks a probe value up.
 */
extern KeySet *keyset_create(MemoryContext context, int nkeys, const KeyColumn *columns);
extern void keyset_add(KeySet *set, const Datum *values);
extern bool keyset_contains(KeySet *set, const Datum *values);
extern uint32 keyset_count(const KeySet *set);
extern const Datum *keyset_nth(const KeySet *set, uint32 n);
extern void keyset_destroy(KeySet *set);

/* A memo remembers answers by the exact image of the key, boundedly. */
typedef struct KeySet KeyMemo;

extern KeyMemo *keymemo_create(MemoryContext context, int nkeys, const KeyColumn *columns);
extern bool keymemo_get(KeyMemo *memo, const Datum *values, bool *answer);
extern void keymemo_put(KeyMemo *memo, const Datum *values, bool answer);

/* Key columns for the two ends of a step and for the scope's identity */
extern KeyColumn *keycolumns_for_step(const KeyStep *step);
extern KeyColumn *keycolumns_for_attributes(Oid relid, int nkeys, const AttrNumber *attnums);

/* --- reader.c --- */

/*
 * Work counts what reading costs, in rows. Where it exceeds its limit readers end
 * early, and what was found so far is no answer: ask work_exceeded.
 */
typedef struct Work
{
	double done;
	double limit;
} Work;

#define DESCENT_WORK 3 /* what it costs to go down an index */

static inline bool
work_exceeded(const Work *work)
{
	return work->done > work->limit;
}

typedef struct RowReader RowReader;

/*
 * reader_create plans the reading of relid's rows where each attnum equals a
 * value, compared by operators ("column operator value"). Where each of two keys has an
 * index, the first of them is used. Relations are opened at
 * the first use, in AccessShareLock, and closed by reader_close. reader_begin
 * starts (or starts again) with values; reader_next returns the next row's slot,
 * NULL at the end; reader_get reads a column of the relation from it.
 */
extern RowReader *reader_create(MemoryContext context, Snapshot snapshot, Oid relid,
								int nkeys, const AttrNumber *attnums,
								const Oid *operators, Work *work);
extern void reader_begin(RowReader *reader, const Datum *values);
extern TupleTableSlot *reader_next(RowReader *reader);
extern Datum reader_get(RowReader *reader, TupleTableSlot *slot, AttrNumber attnum, bool *isnull);
extern bool reader_get_keys(RowReader *reader, TupleTableSlot *slot, int nkeys,
							const AttrNumber *attnums, Datum *values);
extern int reader_index_keys(RowReader *reader);
extern double reader_table_rows(RowReader *reader);
extern void reader_close(RowReader *reader);

/* --- change.c --- */

/* A row that an UPDATE is changing, in the columns of the enabled table */
typedef struct Change
{
	MemoryContext context; /* of all below */
	Oid relid;			   /* the enabled table */
	TransactionId xmin;	   /* of the old row */
	int natts;
	Datum *values; /* of the old row */
	bool *isnull;
	Bitmapset *touched; /* columns whose value changes, as insertedCols has them */
} Change;

typedef struct Statement Statement;

/* change_of returns the change of a row of relid that is being judged; NULL: none is noted. */
extern const Change *change_of(const Statement *statement, Oid relid);

/* --- target.c --- */

/*
 * target_of returns the table that the statement writes in whose WITH CHECK of that kind
 * the call stands, NULL if it stands elsewhere; target_root the table that the statement
 * names for it. target_checks_updates: does a WITH CHECK judge updates of relid?
 */
extern ResultRelInfo *target_of(const Statement *statement, const FmgrInfo *call, WCOKind kind);
extern ResultRelInfo *target_root(ResultRelInfo *target);
extern bool target_checks_updates(const Statement *statement, Oid relid);

/* --- inserted.c --- */

/*
 * inserted_columns returns the columns of target, the table that an INSERT ends in, that
 * the statement names, or for which a view that it goes through has a default.
 */
extern Bitmapset *inserted_columns(const Statement *statement, ResultRelInfo *target);

/* --- statement.c --- */

/* What the engine keeps for one running statement */
struct Statement
{
	uint64 id;		  /* never used twice */
	QueryDesc *query; /* NULL: outside any statement known to us */
	Snapshot snapshot;
	Identity *identity; /* as it was when the statement started */
	RuleSet *rules;		/* NULL until needed */
	MemoryContext context;
	Work work;
	List *scopes;	/* ScopeState * */
	List *holdings; /* Holdings * */
	List *globals;	/* of scope.c: answers that need no row */
	List *readers;	/* RowReader *, to be closed at the end */
	Change *change; /* NULL: none yet */
	dlist_node node;
};

/*
 * statement_current returns the statement that is being executed, if call stands in
 * one of its own expressions. Without one (an expression evaluated by the planner,
 * in a function's body or outside any query) it makes one that the caller must
 * hand to statement_leave; for others that does nothing. NULL without a snapshot.
 * statement_loose always makes one, for readers that one call alone needs. statement_own
 * never does: NULL unless the call stands in an expression or trigger of the running one.
 * statement_plan returns the plan of the statement that is being executed, NULL unless call
 * stands in it.
 * Between statement_pause and statement_resume no statement is being executed: for code
 * that is not its own.
 */
extern Statement *statement_current(FmgrInfo *call);
extern Statement *statement_loose(FmgrInfo *call);
extern Statement *statement_own(const FmgrInfo *call);
extern void statement_leave(Statement *statement);
extern Statement *statement_running(void); /* NULL: none */
extern const PlannedStmt *statement_plan(const FmgrInfo *call);
extern Statement *statement_pause(void);
extern void statement_resume(Statement *statement);
extern Statement *statement_latest(const Statement *statement);
extern RuleSet *statement_rules(Statement *statement);
extern RowReader *statement_reader(Statement *statement, Oid relid, int nkeys,
								   const AttrNumber *attnums, const Oid *operators);

/* statement_sees_newer: has a row version with this xmin come after the snapshot, by others? */
extern bool statement_sees_newer(const Statement *statement, TransactionId xmin);
extern void statement_init(void);

/* --- userid.c --- */

/*
 * userid_read reads a user id by the strict reader of a base type; false if it does not
 * fit. userid_operator is the type's equality operator.
 */
extern bool userid_read(const char *user_id, Oid type, Datum *value);
extern Oid userid_operator(Oid type);

/* rolename_in: is the value of a role column one of names? bytewise */
extern bool rolename_in(Datum value, Oid type, List *names);
extern char *rolename_text(Datum value, Oid type);

/* --- path_walk.c: how a path is read --- */

/* One path with the readers that follow it, made when needed and kept for the statement */
typedef struct PathWalk
{
	Statement *statement;
	const KeyPath *path;
	bool ends_in_key;					 /* the last step's values are the scope's primary
								 * key: its table need not be read .. */
	int scope_key_order[INDEX_MAX_KEYS]; /* .. scope key -> step's key */
	RowReader **up;						 /* by step: to-side rows by from-side values */
	RowReader **down;					 /* by step: from-side rows by to-side values */
	RowReader **whole;					 /* by step: all from-side rows */
	RowReader *scopes;					 /* rows of the scope table by primary key */
} PathWalk;

extern PathWalk *walk_create(Statement *statement, const KeyPath *path);
extern RowReader *walk_up_reader(PathWalk *walk, int step);
extern RowReader *walk_down_reader(PathWalk *walk, int step);
extern RowReader *walk_whole_reader(PathWalk *walk, int step);
extern RowReader *walk_scope_reader(PathWalk *walk);
extern Oid attribute_operator(Oid relid, AttrNumber attnum);

/* --- condition.c --- */

typedef struct Condition Condition;

/*
 * condition_create makes the IF condition of a source ready for a statement; ask
 * columns_hold first. condition_set sets the n-th of the columns if_attnums, and when all are
 * set, condition_holds tells whether it is true for them; for none where it is no longer
 * as recorded. It raises what its functions raise.
 *
 * condition_is_plain: may it be evaluated by whoever asks, under any settings?
 */
extern Condition *condition_create(Statement *statement, const RoleSource *source);
extern void condition_set(Condition *condition, int n, Datum value, bool isnull);
extern bool condition_holds(Condition *condition);
extern bool condition_is_plain(Node *expression);

/* --- holdings.c --- */

typedef struct Holdings Holdings;

/*
 * holdings_get returns the scopes (rows of scope_relid) in which the statement's
 * user holds one of roles by table's sources. Where not holdings_possible there are
 * none, whatever the rows say. holdings_has tells of one scope,
 * by its primary key. holdings_build loads all of them; NULL where the statement's
 * work limit was exceeded. After both ask work_exceeded.
 */
extern Holdings *holdings_get(Statement *statement, Oid scope_relid, List *roles,
							  const RuleTable *table);
extern bool holdings_possible(const Holdings *holdings);
extern bool holdings_has(Holdings *holdings, const Datum *scope_id);
extern KeySet *holdings_build(Holdings *holdings);

/* holdings_global: does the user hold one of the roles globally? */
extern bool holdings_global(Statement *statement, List *roles, const RuleTable *table);

/* A source's rows for one user, one by one */
typedef struct SourceReader SourceReader;

extern SourceReader *source_reader_create(Statement *statement, RoleSource *source);
extern TupleTableSlot *source_reader_first(SourceReader *reader);
extern TupleTableSlot *source_reader_next(SourceReader *reader);
extern char *source_reader_role(SourceReader *reader, TupleTableSlot *slot);
extern Datum source_reader_value(SourceReader *reader, TupleTableSlot *slot, AttrNumber attnum,
								 bool *isnull);
extern bool source_reader_scope(SourceReader *reader, TupleTableSlot *slot, Datum *scope_id);

/* --- conferring.c --- */

/*
 * conferring_find returns the table's sources that may give a role by columns that the arm
 * is passed, in the current memory context; conferring_gives tells whether these values of
 * them give the user one of roles.
 */
extern List *conferring_find(Statement *statement, const RuleTable *table, const RuleArm *arm);
extern bool conferring_gives(List *conferring, List *roles, const Datum *values,
							 const bool *isnull);

/* --- scope.c --- */

typedef struct ScopeState ScopeState;

/*
 * scope_get returns the state of one arm in this statement; NULL, so no rows through
 * it, where a column of the path has another type by now. scope_has: does the
 * key (no NULLs) lead to a scope in which the user holds a granted role?
 * scope_confers: do the row's own columns assign one? scope_unscoped: does the user
 * hold a granted role that needs no row?
 */
extern ScopeState *scope_get(Statement *statement, RuleTable *table, RuleArm *arm);
extern bool scope_has(ScopeState *scope, const Datum *key);
extern bool scope_confers(ScopeState *scope, const Datum *values, const bool *isnull);
extern bool scope_unscoped(Statement *statement, RuleTable *table);

/*
 * scope_key_array returns the values of one key column that lead to such scopes,
 * as an array of scope_element_type. It lives as long as the statement.
 */
extern ArrayType *scope_key_array(ScopeState *scope, int column);
extern Oid scope_element_type(const RuleArm *arm, int column);

/* --- service.c --- */

/*
 * service_acts: is it a service's identity, and the current user a client role for services?
 * service_may: .. who so may do everything on this table, because it is enabled?
 */
extern bool service_acts(const Identity *identity);
extern bool service_may(const Statement *statement, Oid relid);

/*
 * --- unprivileged.c ---
 *
 * audit_unprivileged tells the audit, if that is wanted, of a plan that writes an enabled table
 * without the privilege, which the executor is about to refuse. denial_log (deny.c) writes
 * the line of a denied write.
 */
extern void audit_unprivileged(const PlannedStmt *plan);
extern void denial_log(const char *user_id, AclMode privilege, Oid relid, const char *closest);

#endif /* ELECTRIC_ENGINE_H */

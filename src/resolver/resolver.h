/*
 * resolver.h
 *		Contract of the resolver: names in, OIDs and foreign-key paths out.
 *
 * Reads PostgreSQL's system catalogs, writes nothing. Errors carry a SQLSTATE
 * and the position in the statement's source.
 */
#ifndef ELECTRIC_RESOLVER_H
#define ELECTRIC_RESOLVER_H

#include "access/attnum.h"
#include "nodes/pg_list.h"
#include "nodes/primnodes.h"
#include "storage/lockdefs.h"

#include "parser/parser.h"

/*
 * One step of a path, over one foreign key. A forward step goes from the
 * referencing table to the referenced one, a backward step the other way.
 * Row r of from_relid and row s of to_relid are connected where
 * r.from_attnums = s.to_attnums, all columns together, by the foreign key's own
 * operators.
 */
typedef struct KeyStep
{
	char *constraint; /* the foreign key's name */
	Oid constraint_oid;
	Oid constraint_relid; /* the table it belongs to (referencing) */
	bool forward;
	Oid from_relid;
	Oid to_relid;
	int nkeys;
	AttrNumber *from_attnums;
	AttrNumber *to_attnums;
	Oid *operators; /* conpfeqop: referenced column on the left,
								 * referencing column on the right */
} KeyStep;

/*
 * The way from a row of relid to its scope, a row of scope_relid. Without steps
 * the table is its own scope. The scope's identity is its primary key.
 */
typedef struct KeyPath
{
	Oid relid;
	Oid scope_relid;
	int nsteps;
	KeyStep *steps;
	int nscope_keys;
	AttrNumber *scope_attnums; /* the scope table's primary key */
} KeyPath;

/* A lock on a table, or on one of the extension's own */
typedef struct TableLock
{
	Oid relid;
	LOCKMODE mode;
} TableLock;

/*
 * --- locks on several tables (lock.c) ---
 *
 * table_lock_add adds one to a list, or makes the one that is there as strong.
 * table_locks_take takes all of them, until the transaction's end, as all who lock more
 * than one table have to. Those in AccessExclusiveLock and ShareUpdateExclusiveLock are
 * waited for in descending order of OID: a table is mostly newer than those that it refers
 * to, and a query that writes it locks it before them. Then all others are
 * taken, if nobody is in the way; else everything is given back, that lock is waited for
 * alone, and all begins anew. table_locks_release gives back what take took.
 * table_locks_equal: are they the same, in any order?
 */
extern List *table_lock_add(List *locks, Oid relid, LOCKMODE mode);
extern void table_locks_take(List *locks);
extern void table_locks_release(List *locks);
extern bool table_locks_equal(List *a, List *b);

/* --- tables and columns (table.c) --- */

/*
 * resolve_owned_table returns the OID of a table that the statement speaks of,
 * locked in lockmode in one step with the checks: an ordinary or partitioned
 * permanent table (42809), not a system catalog, not one of the
 * extension's own (42809), owned by the current user or a role he is a member
 * of (42501). InvalidOid if it is missing and missing_ok (NOTICE), else 42P01.
 */
extern Oid resolve_owned_table(const char *source, RangeVar *name,
							   LOCKMODE lockmode, bool missing_ok);

/*
 * resolve_scope_table returns the OID of a table named as a role's scope, locked
 * in AccessShareLock: kinds as above, with a primary key (42P16 otherwise) whose
 * values can be hashed (0A000); with must_own also ownership.
 */
extern Oid resolve_scope_table(const char *source, RangeVar *name, bool must_own);

/*
 * resolve_lockable_table returns the OID of a table by its name, without a lock;
 * InvalidOid where the two above would raise for its kind or its owner.
 */
extern Oid resolve_lockable_table(const char *source, RangeVar *name, bool must_own);

/*
 * table_obstacle returns why no rule can stand on a relation ("is a view"), NULL if one can;
 * *hint: what to do, or NULL. Nothing stands in the way on one that is gone.
 */
extern const char *table_obstacle(Oid relid, const char **hint);

/*
 * check_enable_kind raises 0A000 for a table that has or is an inheritance child
 * other than a partition. ENABLE and GRANT ask.
 */
extern void check_enable_kind(const char *source, Oid relid, int location);

/* resolve_column returns the attribute number of a user column (42703). */
extern AttrNumber resolve_column(const char *source, Oid relid,
								 const char *column, int location);

/*
 * check_user_column_type, check_role_column_type: the types that 2-ddlx allows
 * for a column of user ids or role names; others raise 0A000. The
 * is_ forms answer without raising (used when rules are loaded). An enum must belong to
 * the table's owner, or to who has his rights (42501): is_label_owner.
 */
extern bool is_user_column_type(Oid type);
extern bool is_label_owner(Oid type, Oid owner);
extern bool is_role_column_type(Oid type);
extern void check_user_column_type(const char *source, Oid relid, AttrNumber attnum, int location);
extern void check_role_column_type(const char *source, Oid relid, AttrNumber attnum, int location);

/*
 * check_path_readable raises 42501 unless the owner of path->relid holds
 * SELECT on every column that the path reads in tables that are not his; the
 * is_ form answers. path_unreadable returns the first table that he may not read, InvalidOid
 * if there is none.
 */
extern void check_path_readable(const char *source, const KeyPath *path, int location);
extern bool is_path_readable(const KeyPath *path);
extern Oid path_unreadable(const KeyPath *path);

/* --- paths (path.c) --- */

/*
 * path_infer returns the only forward path of any length from relid to
 * scope_relid (no step where they are the same table). Several: 42P09-style
 * ambiguity error that lists them as ready-to-type USING clauses; none: an error
 * that says what to type. path_resolve follows explicit steps; forward_only
 * (ASSIGN) refuses a backward step. Each error points at its step.
 */
extern KeyPath *path_infer(const char *source, Oid relid, Oid scope_relid, int location);
extern KeyPath *path_resolve(const char *source, Oid relid, Oid scope_relid,
							 List *steps, int path_location, bool forward_only);

/*
 * path_tables returns the tables (Oid) that path_infer (steps NIL) or path_resolve
 * would go through, without relid itself, as the catalogs show it now: no locks, no errors.
 * Where they would raise it may return too few, or none.
 */
extern List *path_tables(Oid relid, Oid scope_relid, List *steps, bool forward_only);

/*
 * path_to_text returns the canonical text of a path, "" without steps: steps
 * joined by '/', a forward step as its constraint's (quoted where necessary) name, a
 * backward step as schema.table.constraint. It is valid in USING, stands in
 * electric.grants and in the policies. path_keys returns what the path stood for
 * when the rule was made, one text a step,
 * "public.comments(issue_id) -> public.issues(id)", and last the scope's primary
 * key, "public.projects(id)": if it differs from what is recorded, the rule
 * gives no rows.
 */
extern char *path_to_text(const KeyPath *path);
extern List *path_keys(const KeyPath *path); /* char * */

/*
 * path_to_using returns the path as it can be typed behind USING now, "" without
 * steps: the canonical text, but for constraints whose name alone would mean
 * something else, which are qualified. It changes with the schema; for dump().
 */
extern char *path_to_using(const KeyPath *path);

/*
 * path_from_text resolves a canonical text again; NULL if it no longer leads
 * from relid to scope_relid or its path_keys differ from keys. Never raises for
 * missing objects. Takes no locks: the caller's statement holds what it needs.
 */
extern KeyPath *path_from_text(Oid relid, Oid scope_relid, const char *text, List *keys);

/*
 * path_now returns a path that was resolved before as its foreign keys, known by OID, make
 * it now, whatever anything is called; NULL if one of them, or the scope's primary key, is gone
 * or joins other columns. path_lost names the first such, for messages.
 */
extern KeyPath *path_now(const KeyPath *path);
extern char *path_lost(const KeyPath *path);

/* path_is_canonical: is the text one that path_to_text could have written, of whatever names? */
extern bool path_is_canonical(const char *text);

/* path_first_attnums: the columns of relid that a policy passes for this path. */
extern int path_first_attnums(const KeyPath *path, AttrNumber **attnums);

/* --- conditions (condition.c) --- */

/*
 * Which version of the row a policy judges. An UPDATE has both: the whole condition must
 * hold with bare columns as those of the new row, and as those of the old one. Where
 * a policy sees one version alone, it judges the parts (joined by AND) that speak of no
 * other.
 */
typedef enum ConditionUse
{
	CONDITION_ROW,	   /* SELECT: new and old are the row */
	CONDITION_NEW_ROW, /* INSERT: there is no old one */
	CONDITION_OLD_ROW, /* DELETE: there is no new one */
	CONDITION_BEFORE,  /* UPDATE: the old row, by itself */
	CONDITION_AFTER,   /* UPDATE: the new row, by itself */
	CONDITION_CHANGE   /* UPDATE: the new row, with electric.old_value() for the old one */
} ConditionUse;

/*
 * Which parts of it. Those that could tell what a row holds, by an error or otherwise,
 * must not meet a row before it is known to be the user's; the others may, and find
 * it by an index.
 */
typedef enum ConditionParts
{
	CONDITION_ALL,
	CONDITION_LEAKPROOF,
	CONDITION_LEAKY
} ConditionParts;

/*
 * condition_resolve analyses the condition that stands at location of source and returns
 * it as text that means the same under any settings: columns as this.c, new.c, old.c.
 * Raises, with the place: unknown columns (42703), no boolean (42804), sub-selects,
 * aggregates and the like (0A000 and what PostgreSQL says of check constraints), VOLATILE
 * functions (42P17). condition_sql returns those parts of a resolved one that a use judges as a
 * policy's SQL, NULL for none; it raises if what the condition names is no longer there, and so
 * does condition_expression, which returns all of it as an expression over range table entry 1.
 * condition_compares: does a part speak of two versions of the row, so that neither can be
 * judged by itself?
 */
extern char *condition_resolve(const char *source, Oid relid, const char *text, int location);
extern char *condition_sql(Oid relid, const char *condition, ConditionUse use,
						   ConditionParts which);
extern Node *condition_expression(Oid relid, const char *condition, ConditionUse use);
extern bool condition_compares(Oid relid, const char *condition);

/*
 * condition_read analyses a resolved condition again, as the table's owner and whoever
 * is current (raises if what it names is gone), and
 * condition_text prints it as condition_resolve does, by the present names.
 * condition_is_whole: is everything still there, by OID, that an analysed one names?
 */
extern Node *condition_read(Oid relid, const char *condition);
extern char *condition_text(Oid relid, Node *condition);
extern bool condition_is_whole(Oid relid, Node *condition);

/* condition_check_text raises unless the text within parentheses is one expression (42601). */
extern void condition_check_text(const char *condition);

/* --- conditions of assignments (condition_if.c) --- */

/*
 * condition_resolve_if does the same for IF, which speaks of one row as it stands: bare,
 * this. and row. columns; auth, new and old are refused (42P10).
 *
 * condition_if_text prints an analysed one by the present names.
 *
 * condition_stored returns a condition as a policy of the table keeps it: "true OR
 * condition", so that the policy itself judges nothing. NULL if there is none, or nothing
 * that ASSIGN could have written. Parses nothing and never raises. Its columns are those
 * of range table entry 1; condition_attnums returns how many and which.
 */
extern char *condition_resolve_if(const char *source, Oid relid, const char *text, int location);
extern char *condition_if_text(Oid relid, Node *condition);
extern Node *condition_stored(Oid relid, const char *policy);
extern int condition_attnums(Node *condition, AttrNumber **attnums);

/*
 * type.c: type_reads_by_checks: does the text of such a value hold values of domains, so that
 * to read it is to call their checks, which are code of their owner? (That of a domain itself
 * can be read as its base type.)
 */
extern bool type_reads_by_checks(Oid type);

/* --- settings (settings.c) --- */

/*
 * plain_settings makes SQL mean the same in every session, until the caller's GUC level
 * ends: names are qualified (search_path pg_catalog, pg_temp), constants written plainly.
 */
extern void plain_settings(void);

/* --- missing indexes (index.c) --- */

/*
 * missing_index returns a ready-to-type CREATE INDEX statement if no usable
 * (valid, whole, plain-column) index of relid starts with the given columns in
 * any order; else NULL.
 */
extern char *missing_index(Oid relid, int nkeys, const AttrNumber *attnums);

#endif /* ELECTRIC_RESOLVER_H */

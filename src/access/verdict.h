/*
 * verdict.h
 *		What the rules say of one row: within the engine, for can(), explain() and deny().
 *
 *	asked.c		the row that a caller asks about, as far as he may be told of it
 *	verdict.c	one grant and one row: is the role held, does the condition hold
 *	row_condition.c	the condition of a grant, evaluated for one row
 *	way.c		how a role was found: hops, scope and assignment, as text
 *	can.c		electric.can()
 *	explain.c	electric.explain()
 *	deny.c		electric.deny(): the error for a new row that no grant allows
 *	closest.c	.. and which grant came closest to allowing it
 */
#ifndef ELECTRIC_VERDICT_H
#define ELECTRIC_VERDICT_H

#include "access/engine.h"

/* The values of a row, by the columns of the enabled table */
typedef struct RowValues
{
	int natts;
	const Datum *values;
	const bool *isnull;
} RowValues;

/* --- asked.c --- */

/* A row that a caller asks about */
typedef struct Asked
{
	Statement *statement; /* loose: the caller hands it to statement_leave */
	Oid relid;
	AclMode privilege;
	bool bound;	  /* does row-level security bind the caller on the table? */
	bool trusted; /* may he become any end user? */
	int nkeys;
	AttrNumber *attnums; /* of the primary key */
	Datum *key;
	TupleTableSlot *row; /* NULL: there is none, or the caller must not know of it */
	RowValues values;	 /* of it */
	List *grants;		 /* Grant *, of the table */
} Asked;

/*
 * asked_begin reads the arguments (privilege, tbl, VARIADIC key), raises where they are
 * wrong, and reads the row.
 *
 * asked_may_see: may the caller be told values of these columns, of whatever row?
 * asked_may_see_row: of the row that he asks about?
 *
 * key_columns returns the primary key's columns, 0 without one; key_text a list of values in
 * parentheses, as their columns print them.
 */
extern Asked *asked_begin(FunctionCallInfo fcinfo, const char *function);
extern bool asked_may_see(const Asked *asked, Oid relid, int natts, const AttrNumber *attnums);
extern bool asked_may_see_row(const Asked *asked, int natts, const AttrNumber *attnums);
extern bool has_column_privileges(Oid relid, int natts, const AttrNumber *attnums);
extern int key_columns(Oid relid, AttrNumber **attnums);
extern char *value_text(Oid relid, AttrNumber attnum, Datum value);
extern char *key_text(Oid relid, int nkeys, const AttrNumber *attnums, const Datum *values);

/* --- verdict.c --- */

/* A grant as the engine knows it */
typedef struct GrantRule
{
	const Grant *grant;
	RuleTable *table;
	RuleArm *arm; /* for its role alone; NULL: the role needs no row */
} GrantRule;

/* What a grant says of a row, and where it stops */
typedef enum Verdict
{
	VERDICT_YES,
	VERDICT_BROKEN,	   /* what it names is not as recorded */
	VERDICT_NO_ROLE,   /* the role is not held, or not in the row's scope */
	VERDICT_NO_SCOPE,  /* a column of the row itself that leads to the scope is NULL */
	VERDICT_CONDITION, /* the condition is not true */
	VERDICT_UNUSABLE   /* .. or is none any more */
} Verdict;

/*
 * grant_rule_find finds a grant in the statement's rules; false where it gives nobody
 * anything. grant_rule_key reads the columns by which its path leaves the row; false if
 * one is NULL. role_verdict judges the role alone, grant_verdict all.
 * asked_is_granted: does any grant of the privilege say yes?
 */
extern bool grant_rule_find(Statement *statement, const Grant *grant, GrantRule *rule);
extern bool grant_rule_key(const GrantRule *rule, const RowValues *row, Datum *key);
extern Verdict role_verdict(Statement *statement, const GrantRule *rule, const RowValues *row);
extern Verdict grant_verdict(Asked *asked, const Grant *grant, GrantRule *rule);
extern bool asked_is_granted(Asked *asked, AclMode privilege);

/* --- row_condition.c --- */

/*
 * row_condition_verdict evaluates a grant's condition for the row that was asked about: as
 * the caller, as the policies do, where they bind him; else as the owner of the table.
 */
extern Verdict row_condition_verdict(Asked *asked, const Grant *grant);

/* --- way.c --- */

/*
 * way_lines returns how a yes came about (char *); way_end why the role is not held in the
 * row's scope, as far as the caller may know.
 */
extern List *way_lines(Asked *asked, const GrantRule *rule);
extern char *way_end(Asked *asked, const GrantRule *rule);

/* --- closest.c --- */

/* A new row that was denied */
typedef struct Denied
{
	Statement *statement;
	ResultRelInfo *target; /* the table that it was written to .. */
	Oid relid;			   /* .. and the enabled one: the same, or its root */
	AclMode privilege;
	RowValues row;
	const Change *change; /* UPDATE: NULL where it is not noted */
} Denied;

/*
 * closest_grant returns a sentence on the grant that came closest, NULL if there is nothing to
 * say. It tells nothing of rows but the new one and of the user's own roles.
 */
extern char *closest_grant(const Denied *denied);

#endif /* ELECTRIC_VERDICT_H */

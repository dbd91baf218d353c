/*
 * events.h
 *		Event triggers that keep the rules true while the schema changes; inside
 *		src/events only, nothing else depends on them.
 *
 * They are C functions of the extension, so they load the library by firing: a session
 * that has never heard of it is followed as well. Before a command that renames, drops or
 * alters something the rules are resolved (standing.c); after it they are written with the new
 * names, or the command is refused, or they go with what they stood on (settle.c).
 */
#ifndef ELECTRIC_EVENTS_H
#define ELECTRIC_EVENTS_H

#include "nodes/parsenodes.h"

#include "catalog/catalog.h"
#include "resolver/resolver.h"

/* A rule as it was when a command started: what it means, by OID and column number */
typedef struct StandingRule
{
	Grant *grant;			/* one of these .. */
	Assignment *assignment; /* .. as it is recorded */
	bool touched;			/* can the command change it? The rest only if so: */
	char *text;				/* as a statement; NULL where a table is gone */
	bool stands;			/* does all of it resolve? */
	bool in_force;			/* a grant: may it give something, so that it must not be lost? */
	List *attnums;			/* of the columns that it lists or reads, int */
	KeyPath *path;			/* NULL without scope */
	Node *condition;		/* NULL: none .. */
	char *printed;			/* .. and its text, which need not be as recorded */
} StandingRule;

/* What was noted at the start of a command */
typedef struct Standing
{
	MemoryContext memory; /* all of it */
	Node *command;		  /* its parse tree, to find it again */
	List *rules;		  /* StandingRule *, all that are recorded */
	Oid altered;		  /* the table whose columns change types, InvalidOid: none */
	bool reads_altered;	  /* and did our policies on it read one of them? */
} Standing;

/* --- command.c: what a command may do to rules, by its parse tree --- */

/*
 * command_may_break: can it rename, move, drop or alter what rules name? command_cascades:
 * does it say CASCADE? command_retyped returns the columns (char *) whose type it
 * changes, and their table in *relation; NIL for none. command_has: has ALTER TABLE a part of
 * this kind?
 */
extern bool command_may_break(Node *command);
extern bool command_cascades(Node *command);
extern List *command_retyped(Node *command, RangeVar **relation);
extern bool command_has(Node *command, AlterTableType kind);

/* --- names.c: which rules it may touch --- */

/*
 * command_names returns the names (char *) of what it renames, moves, drops or alters; NIL: it
 * may reach anything. grant_says, assignment_says: is one of the names in the rule, as recorded?
 */
extern List *command_names(Node *command);
extern bool grant_says(const Grant *grant, const char *name);
extern bool assignment_says(const Assignment *assignment, const char *name);

/* --- standing.c --- */

/*
 * standing_note notes all rules before a command; standing_find returns what was noted for it,
 * NULL for nothing; standing_forget frees that. What a failed command leaves goes with its
 * subtransaction. rule_of_grant and rule_of_assignment resolve one rule.
 */
extern void standing_note(Node *command);
extern Standing *standing_find(Node *command);
extern void standing_forget(Node *command);
extern StandingRule *rule_of_grant(Grant *grant);
extern StandingRule *rule_of_assignment(Assignment *assignment);

/* rule_relid: the table that a rule stands on; rule_condition: its condition, NULL for none */
extern Oid rule_relid(const StandingRule *rule);
extern char *rule_condition(const StandingRule *rule);

/* rule_was_in_force: could the rule give something, before the command? */
extern bool rule_was_in_force(const Standing *standing, const StandingRule *rule);

/* rule_print returns the text of the rule's condition by present names. */
extern char *rule_print(const StandingRule *rule);

/*
 * --- recorded.c: is such a rule in the list? *place is where to look first, 0 at the
 * beginning ---
 */
extern bool has_grant(List *grants, const Grant *grant, int *place);
extern bool has_assignment(List *assignments, const Assignment *assignment, int *place);

/* --- settle.c: makes the rules true again after a command --- */
extern void settle(const Standing *standing);

/* --- tables.c: what a command did to enabled tables and their partitions --- */
extern void follow_tables(Node *command);

/* --- policies.c: what it did to policies of others on them --- */
extern void follow_policies(Node *command);

#endif /* ELECTRIC_EVENTS_H */

/*
 * key.h
 *		Within the resolver: foreign keys and primary keys as the system catalogs
 *		have them.
 *
 * Nothing here locks a table: catalog scans and the syscache alone, under the
 * newest catalog snapshot. Who resolves a statement locks the tables itself.
 */
#ifndef ELECTRIC_RESOLVER_KEY_H
#define ELECTRIC_RESOLVER_KEY_H

#include "lib/stringinfo.h"

#include "resolver/resolver.h"

/* --- reading keys (key.c) --- */

/*
 * key_forward_steps returns the foreign keys of relid as forward steps, ordered
 * by name, clones on partitions left out (List of KeyStep *).
 */
extern List *key_forward_steps(Oid relid);

/*
 * key_backward_steps returns the foreign keys of other tables that refer to
 * relid as backward steps, those called name or, if it is NULL, all, ordered by name.
 */
extern List *key_backward_steps(Oid relid, const char *name);

/*
 * key_find_step returns the foreign key called name of constraint_relid as a
 * step that leaves from_relid, or NULL.
 */
extern KeyStep *key_find_step(Oid constraint_relid, const char *name, Oid from_relid);

/*
 * key_steps_fitting returns the foreign keys that the words [schema.][table.]name
 * can mean in a step that leaves relid: a column of relid that starts a foreign key
 * wins over constraints, of relid itself or of a table that refers to it. With a
 * schema a constraint of relid wins, so that each foreign key can be named.
 */
extern List *key_steps_fitting(Oid relid, const char *schema, const char *table,
							   const char *name);

/* key_primary finds the primary key of relid; false if there is none. */
extern bool key_primary(Oid relid, int *nkeys, AttrNumber **attnums);

/* --- what a path may use (key_check.c) --- */

/*
 * key_step_obstacle returns why a path cannot use a foreign key, a sentence; NULL
 * if it can.
 */
extern char *key_step_obstacle(const KeyStep *step);

/* key_scope_obstacle returns why a primary key cannot tell scopes apart, or NULL. */
extern char *key_scope_obstacle(Oid relid, int nkeys, const AttrNumber *attnums);

/* --- owners (readable.c) --- */

/* table_owner returns a table's owner, InvalidOid if it is gone. */
extern Oid table_owner(Oid relid);

/* --- building paths (path.c) --- */

/* path_make returns the path of these steps (KeyStep *); NULL if the scope has no primary key. */
extern KeyPath *path_make(Oid relid, Oid scope_relid, List *steps);

/* path_step_unusable raises why a path cannot use step. */
extern void path_step_unusable(const char *source, const KeyStep *step,
							   const char *obstacle, int location) pg_attribute_noreturn();

/* --- naming (path_text.c) --- */

/* append_name appends a name in the form that canonical paths have; NULL as "?". */
extern void append_name(StringInfo buf, const char *name);

/* steps_to_list returns the names of steps (KeyStep *) as step_to_using does, with commas. */
extern char *steps_to_list(List *steps);

/* step_to_using returns the shortest words that name a step in USING now. */
extern char *step_to_using(const KeyStep *step);

/* table_label returns a table's name for messages, qualified unless visible. */
extern char *table_label(Oid relid);

/* --- inference (infer.c) --- */

/* infer_steps returns the steps (KeyStep *) of the only forward path; NIL unless there is one. */
extern List *infer_steps(Oid relid, Oid scope_relid);

/*
 * infer_using_clauses returns the forward paths between two tables as USING clauses,
 * "USING a/b, USING c"; NULL if there are none.
 */
extern char *infer_using_clauses(Oid relid, Oid scope_relid);

#endif /* ELECTRIC_RESOLVER_KEY_H */

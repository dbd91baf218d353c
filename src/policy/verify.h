/*
 * verify.h
 *		Deviations of the database from the rules; inside src/policy only.
 *
 * Everything here reads: it takes no lock stronger than AccessShareLock, and writes nothing, so
 * that it works on a standby.
 */
#ifndef ELECTRIC_VERIFY_H
#define ELECTRIC_VERIFY_H

#include "nodes/pg_list.h"

#include "catalog/catalog.h"

/* A row of electric.verify() */
typedef struct Deviation
{
	char *object;
	char *problem;
	char *repair;
} Deviation;

extern void deviation_add(List **found, char *object, char *problem, char *repair);
extern bool deviation_is_same(const Deviation *a, const Deviation *b);

/*
 * What objects are called, and the statements that put them right: rebuild_statement is a call of
 * electric.rebuild(); grant_repair and assignment_repair take a rule away that gives
 * nothing, and no other.
 */
extern char *policy_label(Oid relid, const char *policy);
extern char *trigger_label(Oid relid, const char *trigger);
extern char *grant_label(const Grant *grant);
extern char *assignment_label(const Assignment *assignment);
extern char *rebuild_statement(Oid relid);
extern char *grant_repair(const Grant *grant);
extern char *assignment_repair(const Assignment *assignment);

/*
 * verify_all returns all deviations (Deviation *) in order; deviations_in_order sorts what was
 * found, each once.
 * verify_table adds what is amiss about one table and its partitions; nothing if it is
 * gone. Whatever it raises becomes a deviation.
 * verify_policies: policies and guard of an enabled table. verify_ifs: the policies that keep
 * the IF conditions of the assignments on a table. guard_verify: needed: does UPDATE need
 * the guard? client_verify: privileges on an enabled table or a partition of it.
 * verify_client_roles: the roles themselves. verify_rules: the rows of electric.*.
 */
extern List *verify_all(void);
extern List *deviations_in_order(List *found);
extern void verify_table(List **found, Oid relid);
extern void verify_policies(List **found, Oid relid);
extern void verify_ifs(List **found, Oid relid);
extern void guard_verify(List **found, Oid relid, bool needed);
extern void client_verify(List **found, Oid relid, Oid member);
extern void verify_client_roles(List **found);
extern void verify_rules(List **found);

/* rule_obstacle returns why no rule can speak of relid ("is gone"), NULL if one can. */
extern char *rule_obstacle(Oid relid);

/*
 * left.c: policy_tables returns every table (Oid, in ascending order) that is enabled,
 * assigned from, or has something of ours, unless no rule can speak of it. left_policies
 * and left_triggers return the names (char *) of what is ours on relid and should not be
 * there: policies of a table that is not enabled, and triggers that call
 * electric.touched() and are not the guard.
 */
extern List *policy_tables(void);
extern List *left_policies(Oid relid);
extern List *left_triggers(Oid relid);

#endif /* ELECTRIC_VERIFY_H */

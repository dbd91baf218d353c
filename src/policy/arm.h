/*
 * arm.h
 *		The arms of policies; inside src/policy only.
 */
#ifndef ELECTRIC_ARM_H
#define ELECTRIC_ARM_H

#include "catalog/catalog.h"
#include "resolver/resolver.h"

/* What grants of one privilege with equal condition, columns and path come to */
typedef struct Arm
{
	char *id;		  /* of condition and columns, see rule_id */
	bool columns;	  /* is the grant limited to columns? */
	bool compares;	  /* does the condition compare the old row with the new? */
	const char *path; /* NULL: for roles that need no row */
	KeyPath *key_path;
	const char *condition; /* NULL: none */
	char *using_sql;	   /* what USING judges of it, NULL: nothing .. */
	char *using_leaky_sql; /* .. and what it must not before the row is the user's */
	char *check_sql;	   /* what WITH CHECK judges of it by the new row alone */
	char *change_sql;	   /* UPDATE: all of it, by both versions */
} Arm;

/*
 * arms_of returns an arm for each condition, column list and path among the grants (Arm *,
 * ordered) that still are as recorded. Each arm's call decides about the roles that need
 * no row as well, so they have an arm of their own only where there is no other for
 * the same condition and columns. Those whose condition cannot be used are added to unusable.
 *
 * arms_need_guard: do these arms of UPDATE need what row-level security cannot say? It
 * judges the old row and the new one each by itself. That is enough where all arms have
 * one condition, which compares nothing, and no columns; else the new row would be
 * allowed by another grant than the old one was, and neither allow the change.
 */
extern List *arms_of(List *grants, AclMode privilege, List **unusable);
extern bool arms_need_guard(List *arms);

#endif /* ELECTRIC_ARM_H */

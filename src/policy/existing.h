/*
 * existing.h
 *		What stands in pg_policy; inside src/policy only.
 */
#ifndef ELECTRIC_EXISTING_H
#define ELECTRIC_EXISTING_H

#include "nodes/nodes.h"
#include "nodes/pg_list.h"
#include "utils/relcache.h"

#include "policy/policy.h"

/* What the comments of our policies begin with */
#define POLICY_COMMENT_MARK	 "ELECTRIC GRANT "
#define POLICY_NO_GRANT_MARK "No ELECTRIC GRANT "
#define POLICY_IF_MARK		 "ELECTRIC ASSIGN "
#define POLICY_SERVICE_MARK	 "Client roles for services"

/* A row of pg_policy */
typedef struct ExistingPolicy
{
	Oid oid;
	char *name;
	char command; /* polcmd */
	bool permissive;
	List *roles; /* Oid, in order; ACL_ID_PUBLIC for PUBLIC */
	Node *using_expr;
	Node *check_expr;
} ExistingPolicy;

/* policy_keeps_if: has it the name of one that keeps an IF condition? */
extern bool policy_keeps_if(const char *name);

/* existing_policies returns all policies of relid; existing_policy one, or NULL. */
extern List *existing_policies(Oid relid);
extern ExistingPolicy *existing_policy(Oid relid, const char *name);

/*
 * foreign_permissive_commands returns a bit (ACL_SELECT ..) for each command that a
 * permissive policy of someone else stands for.
 */
extern int foreign_permissive_commands(Oid relid);

/*
 * policy_expression returns an expression as CREATE POLICY would store it, NULL for NULL.
 * policy_is_as_wanted: would CREATE POLICY store the very same? Both to be called
 * under the search_path and user that CREATE POLICY would have. policy_reads: does it
 * read one of these columns (char *)? policy_is_for: is it for exactly these roles (Oid, in
 * order; NIL: PUBLIC)?
 */
extern Node *policy_expression(Relation rel, const char *sql);
extern bool policy_is_as_wanted(Relation rel, const ExistingPolicy *policy,
								const WantedPolicy *wanted);
extern bool policy_reads(Oid relid, const ExistingPolicy *policy, List *columns);
extern bool policy_is_for(const ExistingPolicy *policy, List *roles);
extern bool policy_has_comment(const ExistingPolicy *policy, const char *comment);

/* policy_has_our_comment: has it such a comment as ours have, so that we have made it? */
extern bool policy_has_our_comment(const ExistingPolicy *policy);

#endif /* ELECTRIC_EXISTING_H */

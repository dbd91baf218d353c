/*
 * explain.c
 *		electric.explain(): which grant lets the current user do this to that row, and how
 *		he comes by its role; or for each grant where it stops.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_policy.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/tuplestore.h"

#include "access/verdict.h"

/* The lines as they come */
typedef struct Explanation
{
	Asked *asked;
	ReturnSetInfo *result;
	int step;
} Explanation;

PG_FUNCTION_INFO_V1(electric_explain);

static void explain_row(Explanation *explanation);
static bool explain_service(Explanation *explanation);
static bool explain_grants(Explanation *explanation);
static bool explain_grant(Explanation *explanation, const Grant *grant);
static char *reason(Asked *asked, const GrantRule *rule, Verdict verdict);
static void note_unbound(Explanation *explanation);
static void note_privilege(Explanation *explanation);
static void note_policies(Explanation *explanation);
static bool is_policy_of_others(const RowSecurityPolicy *policy);
static bool judges(const RowSecurityPolicy *policy, AclMode privilege);
static bool judges_me(const RowSecurityPolicy *policy);
static void summarize(Explanation *explanation, bool granted);
static const char *verb(AclMode privilege);
static void put(Explanation *explanation, const char *verdict, const char *detail);

/*
 * electric.explain(privilege text, tbl regclass, VARIADIC key text[], OUT step int,
 *		OUT verdict text, OUT detail text) returns setof record
 *
 * One line for a row that is not there, or not the caller's to read. Else each grant of the
 * privilege, what decides besides, and last whether the user may.
 */
Datum
electric_explain(PG_FUNCTION_ARGS)
{
	Explanation explanation = {0};

	InitMaterializedSRF(fcinfo, 0);
	explanation.result = (ReturnSetInfo *) fcinfo->resultinfo;
	explanation.asked = asked_begin(fcinfo, "electric.explain()");
	explain_row(&explanation);
	statement_leave(explanation.asked->statement);
	return (Datum) 0;
}

static void
explain_row(Explanation *explanation)
{
	bool granted;

	if (!explanation->asked->row)
	{
		put(explanation, "no", "the row does not exist, or the current user may not read it");
		return;
	}
	granted = explain_service(explanation) || explain_grants(explanation);
	note_unbound(explanation);
	note_privilege(explanation);
	note_policies(explanation);
	summarize(explanation, granted);
}

/* explain_service: whom no grant binds, no grant is told of. */
static bool
explain_service(Explanation *explanation)
{
	if (!service_may(explanation->asked->statement, explanation->asked->relid))
		return false;
	put(explanation, "yes", "the identity is a service's: it may do everything on enabled tables");
	return true;
}

/* explain_grants: does any grant of the privilege say yes? */
static bool
explain_grants(Explanation *explanation)
{
	Asked *asked = explanation->asked;
	bool granted = false;
	bool any = false;
	ListCell *cell;

	foreach(cell, asked->grants)
	{
		const Grant *grant = lfirst(cell);

		if (grant->privilege != asked->privilege)
			continue;
		any = true;
		granted |= explain_grant(explanation, grant);
	}
	if (!any)
		put(explanation, "no",
			psprintf("%s on %s is granted to nobody", privilege_name(asked->privilege),
					 catalog_name(asked->relid)));
	return granted;
}

static bool
explain_grant(Explanation *explanation, const Grant *grant)
{
	Asked *asked = explanation->asked;
	GrantRule rule;
	Verdict verdict = grant_verdict(asked, grant, &rule);
	bool yes = verdict == VERDICT_YES;
	char *text = catalog_grant_text(grant, privilege_name(grant->privilege));
	List *lines;
	ListCell *cell;

	if (!text)
		text = psprintf("a grant of %s to '%s'", privilege_name(grant->privilege), grant->role);
	put(explanation, yes ? "yes" : "no",
		yes ? text : psprintf("%s -- %s", text, reason(asked, &rule, verdict)));
	lines = yes ? way_lines(asked, &rule) : NIL;
	foreach(cell, lines)
		put(explanation, "yes", psprintf("  %s", (char *) lfirst(cell)));
	return yes;
}

static char *
reason(Asked *asked, const GrantRule *rule, Verdict verdict)
{
	switch (verdict)
	{
		case VERDICT_NO_ROLE:
		case VERDICT_NO_SCOPE:
			return way_end(asked, rule);
		case VERDICT_CONDITION:
			return asked->privilege == ACL_UPDATE ?
				"the condition is not true for the row as it is, old and new alike" :
				"the condition is not true for the row";
		case VERDICT_UNUSABLE:
			return "the condition cannot be used: what it names has changed";
		default:
			return "it gives nothing: what it names has changed";
	}
}

static void
note_unbound(Explanation *explanation)
{
	const Asked *asked = explanation->asked;

	if (!asked->bound)
		put(explanation, "note",
			psprintf("row-level security does not bind role %s on %s: only the rules have been asked",
					 quote_identifier(GetUserNameFromId(GetUserId(), false)),
					 catalog_name(asked->relid)));
}

/* What PostgreSQL asks before any policy is not asked here for writing. */
static void
note_privilege(Explanation *explanation)
{
	const Asked *asked = explanation->asked;
	Oid user = GetUserId();

	if (asked->privilege == ACL_SELECT ||
		pg_class_aclcheck(asked->relid, user, asked->privilege) == ACLCHECK_OK ||
		(asked->privilege == ACL_UPDATE &&
		 pg_attribute_aclcheck_all(asked->relid, user, ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK))
		return;
	put(explanation, "note",
		psprintf("role %s lacks the privilege %s on %s, which is needed besides",
				 quote_identifier(GetUserNameFromId(user, false)),
				 privilege_name(asked->privilege), catalog_name(asked->relid)));
}

/* Those on SELECT have decided already, where they bind the caller. */
static void
note_policies(Explanation *explanation)
{
	const Asked *asked = explanation->asked;
	Relation relation = RelationIdGetRelation(asked->relid);
	ListCell *cell;

	if (RelationIsValid(relation) && relation->rd_rsdesc && asked->privilege != ACL_SELECT)
	{
		foreach(cell, relation->rd_rsdesc->policies)
		{
			const RowSecurityPolicy *policy = lfirst(cell);

			if (is_policy_of_others(policy) && judges(policy, asked->privilege) &&
				judges_me(policy))
				put(explanation, "note",
					policy->permissive ?
						psprintf("policy %s of others, permissive, may allow more",
								 quote_identifier(policy->policy_name)) :
						psprintf("policy %s of others, restrictive, also decides",
								 quote_identifier(policy->policy_name)));
		}
	}
	if (RelationIsValid(relation))
		RelationClose(relation);
}

static bool
is_policy_of_others(const RowSecurityPolicy *policy)
{
	static const char *const ours[] = {"electric_select", "electric_insert", "electric_update",
									   "electric_delete", "electric_service"};
	int i;

	for (i = 0; i < lengthof(ours); i++)
		if (strcmp(policy->policy_name, ours[i]) == 0)
			return false;
	return strncmp(policy->policy_name, CATALOG_IF_POLICY, strlen(CATALOG_IF_POLICY)) != 0;
}

static bool
judges(const RowSecurityPolicy *policy, AclMode privilege)
{
	return policy->polcmd == '*' ||
		policy->polcmd == (privilege == ACL_UPDATE ? ACL_UPDATE_CHR : ACL_DELETE_CHR);
}

static bool
judges_me(const RowSecurityPolicy *policy)
{
	Oid *roles = (Oid *) ARR_DATA_PTR(policy->roles);
	int i;

	for (i = 0; i < ARR_DIMS(policy->roles)[0]; i++)
		if (roles[i] == ACL_ID_PUBLIC || has_privs_of_role(GetUserId(), roles[i]))
			return true;
	return false;
}

/* summarize says what electric.can() answers, and why, where the grants alone do not. */
static void
summarize(Explanation *explanation, bool granted)
{
	Asked *asked = explanation->asked;
	const char *action = verb(asked->privilege);
	const char *table = catalog_name(asked->relid);
	bool reads = asked->privilege == ACL_SELECT;
	bool readable = reads ? granted :
							service_may(asked->statement, asked->relid) ||
			asked_is_granted(asked, ACL_SELECT);

	if (reads && asked->bound && !granted)
	{
		put(explanation, "note", "no grant lets the user read the row: a policy of others does");
		granted = true;
	}
	if (!reads && !readable)
	{
		put(explanation, "no",
			psprintf("no grant of SELECT lets the user read the row, and %s reaches no other",
					 privilege_name(asked->privilege)));
		granted = false;
	}
	if (granted)
		put(explanation, "yes", psprintf("the current user may %s the row of %s", action, table));
	else if (readable)
		put(explanation, "no",
			psprintf("the current user may read the row of %s, but not %s it", table, action));
	else
		put(explanation, "no", psprintf("the current user may not %s the row of %s", action, table));
}

static const char *
verb(AclMode privilege)
{
	switch (privilege)
	{
		case ACL_SELECT:
			return "read";
		case ACL_UPDATE:
			return "update";
		default:
			return "delete";
	}
}

static void
put(Explanation *explanation, const char *verdict, const char *detail)
{
	Datum values[3];
	bool nulls[3] = {false};

	values[0] = Int32GetDatum(++explanation->step);
	values[1] = CStringGetTextDatum(verdict);
	values[2] = CStringGetTextDatum(detail);
	tuplestore_putvalues(explanation->result->setResult, explanation->result->setDesc, values,
						 nulls);
}

/*
 * service.c
 *		The policy by which client roles for services may do everything.
 *
 * It is named where no other role's queries are: PostgreSQL plans anew for each SQL role, with the
 * policies that are for it. So the planner knows nothing of services where end users
 * ask, and a mistake here opens no other role's rows. Whether the identity is a service's, the
 * engine tells.
 */
#include "postgres.h"

#include "utils/acl.h"
#include "utils/builtins.h"

#include "catalog/catalog.h"
#include "policy/existing.h"
#include "policy/policy.h"

static List *service_roles(void);

WantedPolicy *
policy_service(Oid relid)
{
	WantedPolicy *policy = palloc(sizeof(WantedPolicy));

	policy->name = SERVICE_POLICY;
	policy->command = "ALL";
	policy->roles = service_roles();
	policy->using_sql = psprintf("electric.allows_service(%s::pg_catalog.regclass)",
								 quote_literal_cstr(catalog_name(relid)));
	policy->check_sql = NULL;
	policy->comment = POLICY_SERVICE_MARK ": with a secret API key everything is allowed.";
	return policy->roles ? policy : NULL;
}

/* service_roles returns the client roles for services (Oid), in order. */
static List *
service_roles(void)
{
	List *roles = NIL;
	ListCell *cell;

	foreach(cell, catalog_client_roles())
	{
		const ClientRole *client = lfirst(cell);
		Oid role = client->service ? get_role_oid(client->role, true) : InvalidOid;

		if (OidIsValid(role))
			roles = lappend_oid(roles, role);
	}
	list_sort(roles, list_oid_cmp);
	return roles;
}

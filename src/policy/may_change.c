/*
 * may_change.c
 *		Where nothing may be changed that the rules decide.
 */
#include "postgres.h"

#include "commands/extension.h"
#include "miscadmin.h"

#include "policy/policy.h"

void
check_may_change_rules(const char *command)
{
	PreventCommandIfReadOnly(command);
	PreventCommandIfParallelMode(command);
	PreventCommandDuringRecovery(command);
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot execute %s within security-restricted operation", command)));
	if (creating_extension)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot execute %s in an extension's script", command),
				 errhint("Run the statement when the extension stands.")));
	if (!OidIsValid(get_extension_oid("electric_perm", true)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"electric_perm\" is not installed in this database"),
				 errhint("Type CREATE EXTENSION electric_perm;")));
}

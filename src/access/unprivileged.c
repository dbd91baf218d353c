/*
 * unprivileged.c
 *		The audit of writes for which the SQL role lacks the privilege.
 *
 * Client roles hold what some grant calls for. Where none does, PostgreSQL refuses the statement
 * before any policy is asked, and so before electric.deny() could tell the audit.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "parser/parse_relation.h"
#include "utils/acl.h"

#include "access/engine.h"
#include "compat.h"

#define WRITES (ACL_INSERT | ACL_UPDATE | ACL_DELETE)

static AclMode lacks(const EntryPermissions *permissions, Oid relid, Oid role);
static bool lacks_columns(Oid relid, const Bitmapset *columns, Oid role, AclMode privilege);

void
audit_unprivileged(const PlannedStmt *plan)
{
	ListCell *cell;

	if (!audit_denials())
		return;
	foreach(cell, plan->rtable)
	{
		RangeTblEntry *entry = lfirst(cell);
		const EntryPermissions *permissions;
		Oid role;
		AclMode lacking;

		/* the lock tells what is written from what SELECT .. FOR UPDATE locks */
		if (entry->rtekind != RTE_RELATION || entry->rellockmode != RowExclusiveLock ||
			!rules_table_is_enabled(entry->relid))
			continue;
		permissions = entry_permissions_compat(plan, entry);
		if (!permissions)
			continue;
		role = OidIsValid(permissions->checkAsUser) ? permissions->checkAsUser : GetUserId();
		lacking = lacks(permissions, entry->relid, role);
		/* one line: the first of them is what PostgreSQL ends at */
		if (lacking == 0)
			continue;
		lacking &= -lacking;
		denial_log(identity_current()->user_id, lacking, entry->relid,
				   psprintf("No grant was asked: role \"%s\" lacks the privilege.",
							GetUserNameFromId(role, false)));
		return;
	}
}

/* lacks returns the privileges to write that the statement asks for and the role lacks. */
static AclMode
lacks(const EntryPermissions *permissions, Oid relid, Oid role)
{
	AclMode lacking = permissions->requiredPerms & WRITES;

	lacking &= ~pg_class_aclmask(relid, role, lacking, ACLMASK_ALL);
	if ((lacking & ACL_INSERT) &&
		!lacks_columns(relid, permissions->insertedCols, role, ACL_INSERT))
		lacking &= ~ACL_INSERT;
	if ((lacking & ACL_UPDATE) &&
		!lacks_columns(relid, permissions->updatedCols, role, ACL_UPDATE))
		lacking &= ~ACL_UPDATE;
	return lacking;
}

/* lacks_columns: does it lack the privilege on one of the columns, or, if none is named, on all? */
static bool
lacks_columns(Oid relid, const Bitmapset *columns, Oid role, AclMode privilege)
{
	int column = -1;

	if (bms_is_empty(columns))
		return pg_attribute_aclcheck_all(relid, role, privilege, ACLMASK_ANY) != ACLCHECK_OK;
	while ((column = bms_next_member(columns, column)) >= 0)
	{
		AttrNumber attnum = column + FirstLowInvalidHeapAttributeNumber;

		if (pg_attribute_aclcheck(relid, attnum, role, privilege) != ACLCHECK_OK)
			return true;
	}
	return false;
}

/*
 * access.c
 *		The engine's start: called once, when the library is loaded.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "utils/acl.h"
#include "utils/syscache.h"

#include "access/access.h"
#include "access/engine.h"

static Oid owned_table(Oid roleid);

/* access_init installs the executor hooks and the invalidation callbacks. */
void
access_init(void)
{
	statement_init();
	rules_init();
	identity_owned_table_hook = owned_table;
}

/*
 * owned_table returns an enabled table whose owner the role is or inherits, or
 * InvalidOid: for the warning that an identity has no effect. Never raises.
 */
static Oid
owned_table(Oid roleid)
{
	List *tables = catalog_enabled_tables();
	ListCell *cell;

	foreach(cell, tables)
	{
		HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(lfirst_oid(cell)));
		Oid owner = InvalidOid;

		if (HeapTupleIsValid(tuple))
		{
			/* FORCE ROW LEVEL SECURITY binds him too */
			if (!((Form_pg_class) GETSTRUCT(tuple))->relforcerowsecurity)
				owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
			ReleaseSysCache(tuple);
		}
		if (OidIsValid(owner) && has_privs_of_role(roleid, owner))
			return lfirst_oid(cell);
	}
	return InvalidOid;
}

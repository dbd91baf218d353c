/*
 * electric_perm.c
 *		Entry point of the library: one line a module, nothing else.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "access/access.h"
#include "compat.h"
#include "identity/identity.h"
#include "native/native.h"

PG_MODULE_MAGIC;

void _PG_init(void);

void
_PG_init(void)
{
	lost_settings_watch();
	identity_init();
	audit_init();
	transport_init();
	password_init();
	access_init();
	native_init();
	lost_settings_note();
	MarkGUCPrefixReserved("electric_perm");
}

/*
 * lost_setting.c
 *		Settings that did not get the value that they were given.
 *
 * Until the library is loaded, PostgreSQL keeps what is said of our settings unread. A client's
 * connection options then hide what the configuration says, and when the library comes they
 * are refused, as is a malformed value, also in the configuration: with a WARNING, and the default
 * stands, by which tokens are accepted from everywhere. So where that has happened no token is
 * accepted, and the audit is on, until the setting gets a value from a source that counts for as
 * much: what a reload brings is not what ALTER DATABASE says, which may be what an option hid.
 */
#include "postgres.h"

#include "utils/guc.h"
#include "utils/guc_tables.h"

#include "compat.h"
#include "identity/identity.h"

/* Those whose default asks for less than an administrator may */
static const char *const watched[] = {
	"electric_perm.auth_networks",
	"electric_perm.jwt_audience",
	"electric_perm.jwt_issuer",
	"electric_perm.jwt_leeway",
	"electric_perm.jwt_namespace",
	"electric_perm.log_auth",
	"electric_perm.log_denials",
	"electric_perm.max_token_size",
	"electric_perm.min_tls_version",
	"electric_perm.require_tls",
};

/* Where their values came from; once all are defined: those of the values that are lost */
static GucSource sources[lengthof(watched)];
static bool any_lost = false;

static GucSource source_of(const char *name);

void
lost_settings_watch(void)
{
	int i;

	for (i = 0; i < lengthof(watched); i++)
		sources[i] = source_of(watched[i]);
}

void
lost_settings_note(void)
{
	int i;

	for (i = 0; i < lengthof(watched); i++)
	{
		if (source_of(watched[i]) >= sources[i])
			sources[i] = PGC_S_DEFAULT;
		any_lost |= sources[i] != PGC_S_DEFAULT;
	}
}

/* A value from a source that counts for less does not make up for one: it would not have stood. */
const char *
lost_setting(const char *name)
{
	int i;

	for (i = 0; any_lost && i < lengthof(watched); i++)
	{
		if ((!name || strcmp(name, watched[i]) == 0) && source_of(watched[i]) < sources[i])
			return watched[i];
	}
	return NULL;
}

/* source_of returns where the setting's value is from, whatever SET says meanwhile. */
static GucSource
source_of(const char *name)
{
	if (GetConfigOption(name, true, false) == NULL)
		return PGC_S_DEFAULT;
	return find_option(name, false, false, ERROR)->reset_source;
}

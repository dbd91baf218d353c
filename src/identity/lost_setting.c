/*
 * lost_setting.c
 *		Settings that did not get the value that they were given.
 *
 * Until the library is loaded, PostgreSQL keeps what is said of our settings unread. A client's
 * connection options then hide what the configuration says, and when the library comes they
 * are refused, as is a malformed value, also in the configuration: with a WARNING, and the default
 * stands, by which tokens are accepted from everywhere. So where that has happened no token is
 * accepted, and the audit is on, until the setting gets a value.
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

static bool had_value[lengthof(watched)]; /* and, once all are defined: lost it */
static bool any_lost = false;

static bool has_value(const char *name);

void
lost_settings_watch(void)
{
	int i;

	for (i = 0; i < lengthof(watched); i++)
		had_value[i] = has_value(watched[i]);
}

void
lost_settings_note(void)
{
	int i;

	for (i = 0; i < lengthof(watched); i++)
	{
		had_value[i] = had_value[i] && !has_value(watched[i]);
		any_lost |= had_value[i];
	}
}

const char *
lost_setting(const char *name)
{
	int i;

	for (i = 0; any_lost && i < lengthof(watched); i++)
	{
		if (had_value[i] && (!name || strcmp(name, watched[i]) == 0) && !has_value(watched[i]))
			return watched[i];
	}
	return NULL;
}

/* has_value: does the setting have one that is not its default, whatever SET says meanwhile? */
static bool
has_value(const char *name)
{
	return GetConfigOption(name, true, false) != NULL &&
		find_option(name, false, false, ERROR)->reset_source != PGC_S_DEFAULT;
}

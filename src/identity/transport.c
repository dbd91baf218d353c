/*
 * transport.c
 *		How tokens and keys may arrive: over TLS, and from which networks.
 *
 * Both are asked of the connection as PostgreSQL has it. A Unix socket never leaves the machine: it
 * needs no TLS and is in every network. What the settings demand is no secret, so the
 * errors say it.
 */
#include "postgres.h"

#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "identity/identity.h"
#include "identity/network.h"

/* TLS versions, the lowest first, as OpenSSL and pg_stat_ssl name them */
static const char *const versions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
static const struct config_enum_entry version_options[] =
	{
		{"TLSv1", 0, false},
		{"TLSv1.1", 1, false},
		{"TLSv1.2", 2, false},
		{"TLSv1.3", 3, false},
		{NULL, 0, false},
};

static bool require_tls = false;
static int min_tls_version = 2;
static char *auth_networks = NULL;

static void check_settings(void);
static void refuse(const char *message, const char *detail, const char *hint);
static void check_tls(void);
static int version_number(const char *version);
static bool check_networks(char **newval, void **extra, GucSource source);

/* transport_check raises 28000 unless a token may arrive by this connection. */
void
transport_check(void)
{
	Network network;
	char *list = pstrdup(auth_networks);
	List *networks;
	ListCell *cell;

	check_settings();
	if (network_client_is_local())
		return;
	check_tls();
	if (auth_networks[0] == '\0')
		return;
	if (SplitGUCList(list, ',', &networks))
	{
		foreach(cell, networks)
		{
			if (network_read(lfirst(cell), &network) && network_has_client(&network))
				return;
		}
	}
	refuse("tokens are not accepted from this network", NULL,
		   "electric_perm.auth_networks lists those from which they are.");
}

/* check_settings: do all settings that bind tokens have the values that they were given? */
static void
check_settings(void)
{
	const char *name = lost_setting(NULL);

	if (name)
		refuse("tokens are not accepted in this session",
			   psprintf("A value for parameter \"%s\" was refused when the library was loaded.",
						name),
			   "Connect without an option for it, or let an administrator correct its value.");
}

/* check_tls: is the connection, which comes over a network, as secret as it has to be? */
static void
check_tls(void)
{
	bool has_tls = MyBEEntry && MyBEEntry->st_ssl;

	if (!has_tls && require_tls)
		refuse("tokens are accepted over TLS alone", NULL,
			   "Connect with sslmode=require or a stricter one.");
	if (has_tls && version_number(MyBEEntry->st_sslstatus->ssl_version) < min_tls_version)
		refuse(psprintf("tokens are accepted over %s or newer alone", versions[min_tls_version]),
			   NULL, NULL);
}

/*
 * refuse raises 28000, and tells the audit. What the token is, nobody has looked at; the guard
 * of authenticate() hides its statement.
 */
static void
refuse(const char *message, const char *detail, const char *hint)
{
	audit_refusal(NULL, message, NULL);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg_internal("%s", message),
			 detail ? errdetail_internal("%s", detail) : 0,
			 hint ? errhint("%s", hint) : 0));
}

/* version_number: one that is not known is newer than all, or none at all. */
static int
version_number(const char *version)
{
	int i;

	for (i = 0; i < lengthof(versions); i++)
	{
		if (strcmp(version, versions[i]) == 0)
			return i;
	}
	return strncmp(version, "TLSv1.", strlen("TLSv1.")) == 0 ? lengthof(versions) : -1;
}

static bool
check_networks(char **newval, void **extra, GucSource source)
{
	char *list = pstrdup(*newval);
	List *networks;
	ListCell *cell;

	if (!SplitGUCList(list, ',', &networks))
	{
		GUC_check_errdetail("It is a list of networks, such as 10.0.0.0/8, separated by commas.");
		return false;
	}
	foreach(cell, networks)
	{
		Network network;

		if (!network_read(lfirst(cell), &network))
		{
			GUC_check_errdetail("\"%s\" is no network, such as 10.0.0.0/8 or fd00::/8.",
								(char *) lfirst(cell));
			return false;
		}
	}
	return true;
}

void
transport_init(void)
{
	DefineCustomBoolVariable("electric_perm.require_tls",
							 "Accepts tokens and keys that come over a network with TLS alone.",
							 NULL,
							 &require_tls,
							 false,
							 PGC_SUSET,
							 0,
							 NULL, NULL, NULL);
	DefineCustomEnumVariable("electric_perm.min_tls_version",
							 "The lowest version of TLS over which tokens and keys are accepted.",
							 NULL,
							 &min_tls_version,
							 2,
							 version_options,
							 PGC_SUSET,
							 0,
							 NULL, NULL, NULL);
	DefineCustomStringVariable("electric_perm.auth_networks",
							   "Networks from which tokens and keys are accepted; empty: all.",
							   NULL,
							   &auth_networks,
							   "",
							   PGC_SUSET,
							   GUC_LIST_INPUT,
							   check_networks,
							   NULL, NULL);
}

/*
 * audit.c
 *		One structured line in the server's log for what an auditor asks for: who did
 *		what, as JSON behind "electric_perm: ".
 *
 * Written only where a setting asks for it, and to the log alone, whatever the client has set. No
 * line holds data or a secret: callers add names and reasons.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/json.h"

#include "identity/identity.h"

static bool log_auth = false;
static bool log_denials = false;

static char *client_address(void);

bool
audit_auth(void)
{
	return log_auth || lost_setting("electric_perm.log_auth");
}

bool
audit_denials(void)
{
	return log_denials || lost_setting("electric_perm.log_denials");
}

StringInfo
audit_begin(const char *event)
{
	StringInfo line = makeStringInfo();

	appendStringInfoChar(line, '{');
	audit_add(line, "event", event);
	audit_add(line, "sql_role", GetUserNameFromId(GetUserId(), true));
	audit_add(line, "client", client_address());
	return line;
}

/* audit_add adds a member; NULL is null. */
void
audit_add(StringInfo line, const char *name, const char *value)
{
	if (line->len > 1)
		appendStringInfoChar(line, ',');
	escape_json(line, name);
	appendStringInfoChar(line, ':');
	if (value)
		escape_json(line, value);
	else
		appendStringInfoString(line, "null");
}

void
audit_end(StringInfo line)
{
	appendStringInfoChar(line, '}');
	ereport(LOG_SERVER_ONLY,
			(errmsg_internal("electric_perm: %s", line->data),
			 errhidestmt(true),
			 errhidecontext(true)));
}

void
audit_refusal(const char *kind, const char *reason, const char *key)
{
	StringInfo line;

	if (!audit_auth())
		return;
	line = audit_begin("refused");
	audit_add(line, "by", kind);
	audit_add(line, "reason", reason);
	audit_add(line, "key", key);
	audit_end(line);
}

/* client_address returns what inet_client_addr() does, NULL over a Unix socket. */
static char *
client_address(void)
{
	LOCAL_FCINFO(call, 0);
	Datum address;

	InitFunctionCallInfoData(*call, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(call);
	return call->isnull ? NULL : DatumGetCString(DirectFunctionCall1(inet_out, address));
}

void
audit_init(void)
{
	DefineCustomBoolVariable("electric_perm.log_auth",
							 "Logs each token or key that is accepted or refused.",
							 "One line of JSON: who, by what, or why not. No token, no key.",
							 &log_auth,
							 false,
							 PGC_SUSET,
							 0,
							 NULL, NULL, NULL);
	DefineCustomBoolVariable("electric_perm.log_denials",
							 "Logs each write that no grant allows.",
							 "One line of JSON: who, what, which table, and which grant came closest. No data.",
							 &log_denials,
							 false,
							 PGC_SUSET,
							 0,
							 NULL, NULL, NULL);
}

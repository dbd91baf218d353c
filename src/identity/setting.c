/*
 * setting.c
 *		The setting electric_perm.identity: the one place where the identity lives.
 *
 * Its value is "" (nobody has been set: request.c says who it is) or the claims as JSON
 * text, followed, unless anonymous, by a newline and the user id. JSON text as the server
 * prints it contains no newline, so the first one ends the claims whatever the id is. Where
 * there is more to say (a service, an expiry, an API key) a line before the claims says it,
 * which does not begin with a brace as they do.
 * The check hook parses a value once into one flat block, which the machinery of
 * settings stacks, restores and frees along with the value: there is no state of
 * ours to invalidate.
 *
 * The check hook refuses every value that does not come from identity_set(),
 * identity_enter() or the leader of a parallel worker. So nothing else plants an
 * identity: no SET, set_config(), function SET clause, ALTER ROLE or DATABASE SET,
 * connection option, configuration file or placeholder, whoever wrote it. "" is open
 * to all of them, as it takes rights away.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "compat.h"
#include "identity/api_key.h"
#include "identity/identity.h"
#include "identity/request.h"
#include "identity/setting.h"
#include "identity/token.h"

#define SETTING_NAME "electric_perm.identity"

/* Who has been set to be nobody: anonymous, without claims, whatever a request's claims are */
#define NOBODY "{}"

/* The empty object, as jsonb stores it: a header without entries. */
typedef union EmptyJsonb
{
	char bytes[VARHDRSZ + sizeof(uint32)];
	Jsonb jsonb;
} EmptyJsonb;

static EmptyJsonb empty_claims;
static const Identity anonymous = {NULL, "{}", &empty_claims.jsonb, false, DT_NOEND, NULL};

static char *setting_value = NULL; /* owned by the settings machinery */
static const Identity *current = &anonymous;
static bool setting_is_ours = false;	/* within assign_setting() .. */
static const Identity *assigned = NULL; /* .. and what the value stands for */

static bool identity_stands(const Identity *identity);
static Identity plain_identity(const char *user_id, const Jsonb *claims);
static char *identity_value(const Identity *identity);
static char *parse_terms(char *value, Identity *parsed);
static Identity *identity_parse(const char *value);
static Identity *identity_block(const Identity *source);
static Size identity_size(const Identity *identity);
static Identity *identity_fill(void *block, const Identity *source);
static void refuse_shadowed_session(const char *value, bool is_local);
static bool is_somebody(const char *value);
static void assign_setting(const char *value, const Identity *identity, GucAction action);

/* Parallel workers have the leader's time of the statement. */
const Identity *
identity_current(void)
{
	/* whoever has been set, nobody included, wins; one who does not stand any more is nobody */
	if (setting_value[0] == '\0')
		return request_identity();
	return identity_stands(current) ? current : &anonymous;
}

/* identity_stands: is it still anybody's? */
static bool
identity_stands(const Identity *identity)
{
	if (identity->expires != DT_NOEND && GetCurrentStatementStartTimestamp() >= identity->expires)
		return false;
	return identity->key_id == NULL || api_key_stands(identity->key_id, identity->service);
}

const Identity *
identity_anonymous(void)
{
	return &anonymous;
}

Identity *
identity_copy(const Identity *identity, MemoryContext context)
{
	return identity_fill(MemoryContextAlloc(context, identity_size(identity)),
						 identity);
}

void
identity_set(const char *user_id, const Jsonb *claims, bool is_local)
{
	Identity identity = plain_identity(user_id, claims);

	identity_set_prepared(identity_prepare(&identity, CurrentMemoryContext), is_local);
}

PreparedIdentity *
identity_prepare(const Identity *source, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	PreparedIdentity *prepared = palloc(sizeof(PreparedIdentity));
	const Jsonb *claims = source->claims_jsonb;
	Identity identity = *source;
	char *text = JsonbToCString(NULL, unconstify(JsonbContainer *, &claims->root),
								VARSIZE(claims));

	identity.claims = text;
	prepared->value = identity_value(&identity);
	prepared->identity = identity_copy(&identity, context);
	pfree(text);
	MemoryContextSwitchTo(old);
	return prepared;
}

void
identity_set_prepared(const PreparedIdentity *prepared, bool is_local)
{
	if (is_local || IsTransactionBlock())
		refuse_shadowed_session(prepared->value, is_local);
	assign_setting(prepared->value, prepared->identity,
				   is_local ? GUC_ACTION_LOCAL : GUC_ACTION_SET);
}

/*
 * identity_enter needs no look at the session's identity: it is identity_leave or an error
 * that brings back what stood before, and then the caller goes on, or his error handler.
 */
int
identity_enter(const char *user_id, const Jsonb *claims)
{
	Identity identity = plain_identity(user_id, claims);
	PreparedIdentity *prepared = identity_prepare(&identity, CurrentMemoryContext);
	int level = NewGUCNestLevel();

	assign_setting(prepared->value, prepared->identity, GUC_ACTION_SAVE);
	return level;
}

void
identity_leave(int level)
{
	AtEOXact_GUC(false, level);
}

/*
 * identity_clear forgets whoever is set. A request's claims stay set until the transaction ends,
 * and must not count any more.
 */
void
identity_clear(void)
{
	assign_setting("", NULL, GUC_ACTION_SET);
	assign_setting(NOBODY, NULL, GUC_ACTION_LOCAL);
}

/* plain_identity: a user with claims, and nothing else */
static Identity
plain_identity(const char *user_id, const Jsonb *claims)
{
	Identity identity = {0};

	identity.user_id = user_id;
	identity.claims_jsonb = claims;
	identity.expires = DT_NOEND;
	return identity;
}

/* identity_value writes the identity as the setting has it; 54000 if it is too large. */
static char *
identity_value(const Identity *identity)
{
	const Jsonb *claims = identity->claims_jsonb;
	/* nobody without claims has nothing that could end */
	bool can_end = identity->user_id != NULL || JB_ROOT_COUNT(claims) > 0;
	bool has_terms = identity->service || identity->key_id != NULL ||
		(can_end && identity->expires != DT_NOEND);
	StringInfoData value;

	initStringInfo(&value);
	if (has_terms)
		appendStringInfo(&value, "%s " INT64_FORMAT " %s\n",
						 identity->service ? "service" : "user", identity->expires,
						 identity->key_id ? identity->key_id : "-");
	appendStringInfoString(&value, identity->claims);
	if (identity->user_id != NULL)
	{
		appendStringInfoChar(&value, '\n');
		appendStringInfoString(&value, identity->user_id);
	}

	if (value.len > MAX_IDENTITY_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("identity is too large"),
				 errdetail("User id and claims have %d bytes; at most %d are allowed.",
						   value.len, MAX_IDENTITY_BYTES),
				 errhint("Keep only the claims that rules name.")));
	return value.data;
}

/*
 * assign_setting is the only caller that the check hook lets through, and tells it what
 * the value stands for.
 */
static void
assign_setting(const char *value, const Identity *identity, GucAction action)
{
	setting_is_ours = true;
	assigned = identity;
	PG_TRY();
	{
		(void) set_config_option(SETTING_NAME, value, PGC_SUSET, PGC_S_SESSION, action,
								 true, ERROR, false);
	}
	PG_FINALLY();
	{
		setting_is_ours = false;
		assigned = NULL;
	}
	PG_END_TRY();
}

/*
 * refuse_shadowed_session raises if a session identity other than value would
 * come back at the end of the transaction, by its ROLLBACK or, if value is set
 * locally, its COMMIT: end users' SQL could end it and go on as that user.
 *
 * Walks the stack of values from the current one to the one at the start of the
 * transaction.
 */
static void
refuse_shadowed_session(const char *value, bool is_local)
{
	struct config_generic *setting = find_option(SETTING_NAME, false, false, ERROR);
	const char *at_rollback = setting_value;
	const char *at_commit = NULL;
	GucStack *level;

	for (level = setting->stack; level != NULL; level = level->prev)
	{
		if (at_commit == NULL && level->state == GUC_SET)
			at_commit = at_rollback;
		else if (at_commit == NULL && level->state == GUC_SET_LOCAL)
			at_commit = level->masked.val.stringval;
		at_rollback = level->prior.val.stringval;
	}
	if (at_commit == NULL)
		at_commit = at_rollback;

	if ((is_local && is_somebody(at_commit) && strcmp(at_commit, value) != 0) ||
		(is_somebody(at_rollback) && strcmp(at_rollback, value) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot set an identity in a transaction while the session has another one"),
				 errdetail("The end of the transaction, which end users' SQL can bring about, would restore the session's identity."),
				 errhint("Run SELECT electric.logout() or DISCARD ALL before the transaction.")));
}

static bool
is_somebody(const char *value)
{
	return value[0] != '\0' && strcmp(value, NOBODY) != 0;
}

/*
 * check_identity is the check hook. The error says nothing of the value, which
 * may be a secret that somebody put here by mistake.
 */
static bool
check_identity(char **newval, void **extra, GucSource source)
{
	if (*newval == NULL || (*newval)[0] == '\0')
		return true;

	if (!setting_is_ours && !InitializingParallelWorker)
	{
		GUC_check_errcode(ERRCODE_INSUFFICIENT_PRIVILEGE);
		GUC_check_errmsg("parameter \"%s\" cannot be set directly", SETTING_NAME);
		GUC_check_errhint("Call electric.set_user().");
		return false;
	}

	if (!is_somebody(*newval))
		return true;
	*extra = assigned ? identity_block(assigned) : identity_parse(*newval);
	return *extra != NULL;
}

static void
assign_identity(const char *newval, void *extra)
{
	current = extra != NULL ? (const Identity *) extra : &anonymous;
}

/* identity_parse returns the block of the identity that a non-empty value stands for. */
static Identity *
identity_parse(const char *value)
{
	Identity parsed = plain_identity(NULL, NULL);
	char *claims = parse_terms(pstrdup(value), &parsed);
	char *separator = strchr(claims, '\n');

	if (separator)
	{
		*separator = '\0';
		parsed.user_id = separator + 1;
	}
	parsed.claims = claims;
	parsed.claims_jsonb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
															 CStringGetDatum(claims)));
	return identity_block(&parsed);
}

/*
 * identity_block copies a new identity into one block of the settings' memory; NULL if there
 * is none.
 */
static Identity *
identity_block(const Identity *source)
{
	void *block = guc_malloc(LOG, identity_size(source));

	return block ? identity_fill(block, source) : NULL;
}

/*
 * parse_terms reads the line before the claims, if there is one, and returns the claims. Only
 * identity_value() has written it; what it could not have written expired long ago.
 */
static char *
parse_terms(char *value, Identity *parsed)
{
	char *end = strchr(value, '\n');
	char *expires;
	char *key_id;

	if (value[0] == '{' || end == NULL)
		return value;
	*end = '\0';
	expires = strchr(value, ' ');
	key_id = expires ? strchr(expires + 1, ' ') : NULL;
	parsed->expires = DT_NOBEGIN;
	if (key_id == NULL)
		return end + 1;
	parsed->service = strncmp(value, "service ", 8) == 0;
	parsed->expires = strtoi64(expires + 1, NULL, 10);
	if (strcmp(key_id + 1, "-") != 0)
		parsed->key_id = key_id + 1;
	return end + 1;
}

static Size
identity_size(const Identity *identity)
{
	return MAXALIGN(sizeof(Identity)) + VARSIZE(identity->claims_jsonb) +
		strlen(identity->claims) + 1 +
		(identity->user_id ? strlen(identity->user_id) + 1 : 0) +
		(identity->key_id ? strlen(identity->key_id) + 1 : 0);
}

/* identity_fill copies source into a block of identity_size() bytes. */
static Identity *
identity_fill(void *block, const Identity *source)
{
	Identity *identity = block;
	char *next = (char *) block + MAXALIGN(sizeof(Identity));

	identity->service = source->service;
	identity->expires = source->expires;
	identity->claims_jsonb = (Jsonb *) next;
	memcpy(next, source->claims_jsonb, VARSIZE(source->claims_jsonb));
	next += VARSIZE(source->claims_jsonb);

	identity->claims = next;
	strcpy(next, source->claims);
	next += strlen(next) + 1;

	identity->user_id = NULL;
	if (source->user_id != NULL)
	{
		identity->user_id = next;
		strcpy(next, source->user_id);
		next += strlen(next) + 1;
	}

	identity->key_id = NULL;
	if (source->key_id != NULL)
	{
		identity->key_id = next;
		strcpy(next, source->key_id);
	}
	return identity;
}

void
identity_init(void)
{
	SET_VARSIZE(&empty_claims, sizeof(empty_claims));
	empty_claims.jsonb.root.header = JB_FOBJECT;

	/*
	 * RESET ALL and DISCARD ALL must reach it, so GUC_NO_RESET_ALL is not
	 * among the flags.
	 */
	DefineCustomStringVariable(SETTING_NAME,
							   "The end user on whose behalf the session works.",
							   "Set by electric.set_user() and electric.authenticate() alone.",
							   &setting_value,
							   "",
							   PGC_SUSET,
							   GUC_NO_SHOW_ALL | GUC_SUPERUSER_ONLY |
								   GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							   check_identity,
							   assign_identity,
							   NULL);
	api_key_init();
	request_init();
	token_settings_init();
	keys_init();
}

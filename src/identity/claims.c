/*
 * claims.c
 *		What a verified token says: who, for how long, and whether it is meant for us.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "identity/token.h"

/* The end of the year 9999: what lies behind is no time, but a mistake (milliseconds) */
#define MAX_SECONDS 253402300799.0

static const char *read_user(const Jsonb *claims, Token *token);
static const char *find_user(const Jsonb *object, char **user_id);
static const char *read_times(const Jsonb *claims, Token *token);
static const char *read_time(const Jsonb *claims, const char *name, TimestampTz *time,
							 bool *is_there);
static const char *check_issuer(const Jsonb *claims);
static const char *check_audience(const Jsonb *claims);
static bool is_string(const JsonbValue *value, const char *string);
static bool is_type_of_jwt(const char *type);

const char *
token_read(const Jws *jws, Token *token)
{
	const char *refused;

	/* a logout token, say, is signed with the same key */
	if (!is_type_of_jwt(jws->type))
		return "\"typ\" is neither JWT nor at+jwt";
	refused = json_parse((const char *) jws->payload.data, jws->payload.len, &token->claims);
	if (refused)
		return psprintf("the payload %s", refused);
	refused = check_issuer(token->claims);
	if (!refused)
		refused = check_audience(token->claims);
	if (!refused)
		refused = read_times(token->claims, token);
	if (!refused)
		refused = read_user(token->claims, token);
	return refused;
}

/* token_judge asks for the time of the statement. */
TokenVerdict
token_judge(TimestampTz not_before, TimestampTz expires)
{
	TimestampTz now = GetCurrentStatementStartTimestamp();

	if (now >= expires)
		return TOKEN_EXPIRED;
	return now < not_before ? TOKEN_NOT_YET_VALID : TOKEN_ACCEPTED;
}

/*
 * read_user: a token with the namespace's claim has the user id there, any other one at the
 * top.
 */
static const char *
read_user(const Jsonb *claims, Token *token)
{
	JsonbValue *space = token_namespace[0] != '\0' ? json_find(claims, token_namespace) : NULL;
	char *user_id = NULL;
	const char *refused;

	if (space && (space->type != jbvBinary || !JsonContainerIsObject(space->val.binary.data)))
		return "the namespace's claim is not an object";
	refused = find_user(space ? JsonbValueToJsonb(space) : claims, &user_id);
	token->user_id = user_id;
	return refused;
}

/* find_user reads "sub", or the older "user_id". Where both stand they say the same. */
static const char *
find_user(const Jsonb *object, char **user_id)
{
	bool sub_fits;
	bool older_fits;
	char *sub = json_find_string(object, "sub", &sub_fits);
	char *older = json_find_string(object, "user_id", &older_fits);

	if (!sub_fits || !older_fits)
		return "\"sub\" or \"user_id\" is not a string";
	if (!sub && !older)
		return "it has no \"sub\"";
	if (sub && older && strcmp(sub, older) != 0)
		return "\"sub\" and \"user_id\" differ";
	*user_id = sub ? sub : older;
	return **user_id == '\0' ? "\"sub\" is empty" : NULL;
}

static const char *
read_times(const Jsonb *claims, Token *token)
{
	TimestampTz leeway = token_leeway * USECS_PER_SEC;
	TimestampTz expires;
	TimestampTz not_before;
	TimestampTz issued;
	bool has_expires;
	bool has_not_before;
	bool has_issued;
	const char *refused = read_time(claims, "exp", &expires, &has_expires);

	if (!refused)
		refused = read_time(claims, "nbf", &not_before, &has_not_before);
	if (!refused)
		refused = read_time(claims, "iat", &issued, &has_issued);
	if (refused)
		return refused;
	token->expires = has_expires ? expires + leeway : DT_NOEND;
	token->not_before = DT_NOBEGIN;
	if (has_not_before)
		token->not_before = not_before - leeway;
	if (has_issued)
		token->not_before = Max(token->not_before, issued - leeway);
	return NULL;
}

/* read_time reads seconds since 1970, which may have a fraction. */
static const char *
read_time(const Jsonb *claims, const char *name, TimestampTz *time, bool *is_there)
{
	JsonbValue *value = json_find(claims, name);
	double seconds;

	*is_there = value != NULL;
	*time = 0;
	if (!value)
		return NULL;
	if (value->type != jbvNumeric)
		return psprintf("\"%s\" is not a number", name);
	seconds = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												 NumericGetDatum(value->val.numeric)));
	if (!(seconds >= 0 && seconds <= MAX_SECONDS))
		return psprintf("\"%s\" is out of range", name);
	*time = (TimestampTz) floor(seconds * USECS_PER_SEC) -
		(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	return NULL;
}

static const char *
check_issuer(const Jsonb *claims)
{
	JsonbValue *issuer = json_find(claims, "iss");

	if (issuer && issuer->type != jbvString)
		return "\"iss\" is not a string";
	if (token_issuer[0] == '\0' || (issuer && is_string(issuer, token_issuer)))
		return NULL;
	return "\"iss\" is not electric_perm.jwt_issuer";
}

/* check_audience: "aud" is a string or a list of strings (RFC 7519, 4.1.3). */
static const char *
check_audience(const Jsonb *claims)
{
	JsonbValue *audience = json_find(claims, "aud");
	bool is_meant = token_audience[0] == '\0';

	if (audience && audience->type == jbvString)
		is_meant |= is_string(audience, token_audience);
	else if (audience)
	{
		JsonbContainer *list = audience->type == jbvBinary ? audience->val.binary.data : NULL;

		if (!list || !JsonContainerIsArray(list))
			return "\"aud\" is neither a string nor a list";
		for (int i = 0; i < JsonContainerSize(list); i++)
		{
			JsonbValue *element = getIthJsonbValueFromContainer(list, i);

			if (element->type != jbvString)
				return "\"aud\" has an element that is not a string";
			is_meant |= is_string(element, token_audience);
		}
	}
	return is_meant ? NULL : "\"aud\" is not electric_perm.jwt_audience";
}

static bool
is_string(const JsonbValue *value, const char *string)
{
	return value->val.string.len == strlen(string) &&
		memcmp(value->val.string.val, string, value->val.string.len) == 0;
}

/* is_type_of_jwt: a media type, whose "application/" may be left out; NULL: the header has none. */
static bool
is_type_of_jwt(const char *type)
{
	if (!type)
		return true;
	if (pg_strncasecmp(type, "application/", strlen("application/")) == 0)
		type += strlen("application/");
	return pg_strcasecmp(type, "JWT") == 0 || pg_strcasecmp(type, "at+jwt") == 0;
}

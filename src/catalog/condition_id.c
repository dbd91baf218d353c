/*
 * condition_id.c
 *		How policies name the rules that they stand for: privilege and condition.
 */
#include "postgres.h"

#include "common/md5.h"
#include "utils/formatting.h"

#include "catalog/catalog.h"

char *
condition_id(const char *condition)
{
	char digits[MD5_DIGEST_LENGTH * 2 + 1];
	const char *error = NULL;

	if (condition == NULL)
		return pstrdup("");
	if (!pg_md5_hash(condition, strlen(condition), digits, &error))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute MD5 hash of a condition: %s", error)));
	digits[CONDITION_ID_LENGTH] = '\0';
	return pstrdup(digits);
}

char *
privilege_text(AclMode privilege, const char *id)
{
	const char *name = privilege_name(privilege);
	char *lower = asc_tolower(name, strlen(name));

	return id[0] == '\0' ? lower : psprintf("%s/%s", lower, id);
}

bool
privilege_parse(const char *text, AclMode *privilege, const char **id)
{
	const char *slash = strchr(text, '/');

	*privilege = privilege_from_name(slash ? pnstrdup(text, slash - text) : text);
	*id = slash ? slash + 1 : "";
	return *privilege != 0 && (!slash || strlen(*id) == CONDITION_ID_LENGTH);
}

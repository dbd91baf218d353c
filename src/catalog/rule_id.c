/*
 * rule_id.c
 *		How policies name the rules that they stand for: privilege, condition, columns.
 */
#include "postgres.h"

#include "common/md5.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "catalog/catalog.h"

static char *digest(const char *text);

char *
rule_id(const char *condition, List *columns)
{
	StringInfoData text;
	ListCell *cell;

	if (columns == NIL)
		return condition ? digest(condition) : pstrdup("");
	initStringInfo(&text);
	foreach(cell, columns)
		appendStringInfo(&text, "%s,", quote_identifier(lfirst(cell)));
	/* the condition's own digest, so that no condition reads like a list */
	appendStringInfoString(&text, condition ? digest(condition) : "");
	return digest(text.data);
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
	return *privilege != 0 && (!slash || strlen(*id) == RULE_ID_LENGTH);
}

static char *
digest(const char *text)
{
	char digits[MD5_DIGEST_LENGTH * 2 + 1];
	const char *error = NULL;

	if (!pg_md5_hash(text, strlen(text), digits, &error))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute MD5 hash of a rule: %s", error)));
	digits[RULE_ID_LENGTH] = '\0';
	return pstrdup(digits);
}

/*
 * can.c
 *		electric.can(): may the current user do this to that row?
 */
#include "postgres.h"

#include "fmgr.h"

#include "access/verdict.h"

PG_FUNCTION_INFO_V1(electric_can);

static bool may(Asked *asked);

/*
 * electric.can(privilege text, tbl regclass, VARIADIC key text[]) returns boolean
 *
 * False as well where the row is not there, or is not the user's to read.
 */
Datum
electric_can(PG_FUNCTION_ARGS)
{
	Asked *asked = asked_begin(fcinfo, "electric.can()");
	bool answer = may(asked);

	statement_leave(asked->statement);
	PG_RETURN_BOOL(answer);
}

/*
 * Where row-level security binds the caller, his own SELECT has found the row. UPDATE and
 * DELETE reach only rows that a grant lets the user read, whatever policies of others show.
 */
static bool
may(Asked *asked)
{
	if (!asked->row)
		return false;
	if (service_may(asked->statement, asked->relid))
		return true;
	if (asked->privilege == ACL_SELECT)
		return asked->bound || asked_is_granted(asked, ACL_SELECT);
	return asked_is_granted(asked, ACL_SELECT) && asked_is_granted(asked, asked->privilege);
}

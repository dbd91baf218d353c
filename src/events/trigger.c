/*
 * trigger.c
 *		The two event triggers: before and after each command that changes the schema.
 */
#include "postgres.h"

#include "commands/event_trigger.h"
#include "fmgr.h"
#include "miscadmin.h"

#include "events/events.h"

PG_FUNCTION_INFO_V1(electric_on_ddl_start);
PG_FUNCTION_INFO_V1(electric_on_ddl_end);

static Node *command_of(FunctionCallInfo fcinfo);
static bool is_installed(void);

/* electric.on_ddl_start() returns event_trigger */
Datum
electric_on_ddl_start(PG_FUNCTION_ARGS)
{
	Node *command = command_of(fcinfo);

	if (command_may_break(command) && is_installed())
		standing_note(command);
	PG_RETURN_NULL();
}

/* electric.on_ddl_end() returns event_trigger */
Datum
electric_on_ddl_end(PG_FUNCTION_ARGS)
{
	Node *command = command_of(fcinfo);
	Standing *standing = standing_find(command);

	if (is_installed())
	{
		follow_tables(command);
		if (standing)
			settle(standing);
		follow_policies(command);
	}
	standing_forget(command);
	PG_RETURN_NULL();
}

/* command_of returns the parse tree of the command; nobody else than an event calls. */
static Node *
command_of(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("not fired by an event trigger")));
	return ((EventTriggerData *) fcinfo->context)->parsetree;
}

/* The command may have dropped the extension. */
static bool
is_installed(void)
{
	return OidIsValid(catalog_relation("grants")) && OidIsValid(catalog_relation("assignments")) &&
		OidIsValid(catalog_relation("tables"));
}

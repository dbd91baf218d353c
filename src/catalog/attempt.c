/*
 * attempt.c
 *		What may fail without failing the statement: rules name what may be gone.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "catalog/attempt.h"

static bool is_about_action(int code);

char *
attempt(Action action, void *context)
{
	MemoryContext memory = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char *volatile said = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(memory);
	PG_TRY();
	{
		action(context);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(memory);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(memory);
		CurrentResourceOwner = owner;
		if (!is_about_action(error->sqlerrcode))
			ReThrowError(error);
		said = error->message ? error->message : "";
	}
	PG_END_TRY();
	MemoryContextSwitchTo(memory);
	CurrentResourceOwner = owner;
	return said;
}

/* is_about_action: would an error of this SQLSTATE come again? */
static bool
is_about_action(int code)
{
	int category = ERRCODE_TO_CATEGORY(code);

	return category != ERRCODE_OPERATOR_INTERVENTION && category != ERRCODE_TRANSACTION_ROLLBACK &&
		category != ERRCODE_INSUFFICIENT_RESOURCES && code != ERRCODE_LOCK_NOT_AVAILABLE;
}

/*
 * secret.h
 *		Keeping what functions are given out of the server's log; for this room alone.
 *
 * By default PostgreSQL logs the statement of each error, with the secret that the caller wrote
 * there as a literal, and the statements around it. Between secret_begin and secret_end no
 * message does, whoever raises it. An error leaves the guard by itself. A cancel or a timeout that
 * comes meanwhile is raised at the end, where it is still hidden, and not by the executor.
 */
#ifndef ELECTRIC_IDENTITY_SECRET_H
#define ELECTRIC_IDENTITY_SECRET_H

#include "miscadmin.h"
#include "utils/elog.h"

static inline void
secret_hide(void *arg)
{
	errhidestmt(true);
	errhidecontext(true);
}

static inline void
secret_begin(ErrorContextCallback *guard)
{
	guard->callback = secret_hide;
	guard->arg = NULL;
	guard->previous = error_context_stack;
	error_context_stack = guard;
}

static inline void
secret_end(const ErrorContextCallback *guard)
{
	CHECK_FOR_INTERRUPTS();
	error_context_stack = guard->previous;
}

#endif /* ELECTRIC_IDENTITY_SECRET_H */

/*
 * secret.h
 *		Keeping what functions are given out of the server's log, and out of memory when they
 *		are done; for this room alone.
 *
 * By default PostgreSQL logs the statement of each error, with the secret that the caller wrote
 * there as a literal, and the statements around it. Between secret_begin and secret_end no
 * message does, whoever raises it. An error leaves the guard by itself. A cancel or a timeout that
 * comes meanwhile is raised at the end, where it is still hidden, and not by the executor.
 */
#ifndef ELECTRIC_IDENTITY_SECRET_H
#define ELECTRIC_IDENTITY_SECRET_H

#include "crypto/crypto.h"
#include "miscadmin.h"
#include "utils/elog.h"
#include "utils/palloc.h"

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

/* What is to be wiped, with the callback that does it */
typedef struct SecretWipe
{
	MemoryContextCallback callback;
	void *data;
	Size len;
} SecretWipe;

static inline void
secret_wipe(void *arg)
{
	SecretWipe *wipe = arg;

	crypto_wipe(wipe->data, wipe->len);
}

/*
 * secret_wipe_later has data, which lies in the current memory context, wiped right before the
 * context frees it: when the function is done, also by an error.
 */
static inline void
secret_wipe_later(void *data, Size len)
{
	SecretWipe *wipe = palloc(sizeof(SecretWipe));

	wipe->callback.func = secret_wipe;
	wipe->callback.arg = wipe;
	wipe->data = data;
	wipe->len = len;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &wipe->callback);
}

#endif /* ELECTRIC_IDENTITY_SECRET_H */

/*
 * attempt.h
 *		What may fail without failing the statement: what rules name may be gone.
 */
#ifndef ELECTRIC_ATTEMPT_H
#define ELECTRIC_ATTEMPT_H

typedef void (*Action)(void *context);

/*
 * attempt does action in a subtransaction: NULL, or if it raises, what it said, and nothing
 * of it is done. What it allocates stays. Cancellation, deadlocks, lock timeouts and a lack of
 * resources say nothing about the action, and are raised.
 */
extern char *attempt(Action action, void *context);

#endif /* ELECTRIC_ATTEMPT_H */

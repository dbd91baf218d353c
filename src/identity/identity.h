/*
 * identity.h
 *		Contract of identity: who is asking.
 *
 * The identity lives in one custom setting that only C code may change. This
 * file's reader is the only one; the SQL accessors and the engine go through it.
 */
#ifndef ELECTRIC_IDENTITY_H
#define ELECTRIC_IDENTITY_H

#include "utils/jsonb.h"

/*
 * The current identity. It is valid until the setting changes: copy what must live
 * longer (identity_copy).
 */
typedef struct Identity
{
	const char *user_id;		/* NULL: anonymous */
	const char *claims;			/* jsonb as text, "{}" by default */
} Identity;

/* identity_current never raises and never returns NULL. */
extern const Identity *identity_current(void);

/* identity_copy returns a copy in context. */
extern Identity *identity_copy(const Identity *identity, MemoryContext context);

/* identity_is_trusted_caller: may the current user EXECUTE electric.set_user? */
extern bool identity_is_trusted_caller(void);

extern void identity_init(void);

#endif							/* ELECTRIC_IDENTITY_H */

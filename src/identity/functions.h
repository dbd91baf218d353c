/*
 * functions.h
 *		What the SQL functions of identity share; for this room alone.
 */
#ifndef ELECTRIC_IDENTITY_FUNCTIONS_H
#define ELECTRIC_IDENTITY_FUNCTIONS_H

#include "fmgr.h"
#include "utils/jsonb.h"

/*
 * user_id_argument returns NULL for an anonymous user; '' is an error (22023).
 * claims_argument returns an object, an empty one for NULL; all else is an error (22023).
 */
extern const char *user_id_argument(FunctionCallInfo fcinfo, int argno);
extern const Jsonb *claims_argument(FunctionCallInfo fcinfo, int argno);

/* refuse_restricted_operation raises 42501 in a security-restricted operation. */
extern void refuse_restricted_operation(void);

/*
 * warn_after_set warns where the identity that function has just set ends with the
 * statement, and, once a session, where it does not bind the role.
 */
extern void warn_after_set(FunctionCallInfo fcinfo, const char *function, bool is_local);

/*
 * role_is_unbound: is there a table on which an identity binds the role not? *owned is
 * it, or InvalidOid where no row-level security binds the role at all.
 */
extern bool role_is_unbound(Oid roleid, Oid *owned);

#endif /* ELECTRIC_IDENTITY_FUNCTIONS_H */

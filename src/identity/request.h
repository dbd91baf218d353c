/*
 * request.h
 *		The identity that a request's claims give; for this room alone.
 */
#ifndef ELECTRIC_IDENTITY_REQUEST_H
#define ELECTRIC_IDENTITY_REQUEST_H

#include "identity/identity.h"

/*
 * request_identity returns the identity by request.jwt.claims, which is anonymous where that is
 * not trusted, not set, not understood or expired. It never raises.
 */
extern const Identity *request_identity(void);

extern void request_init(void);

#endif /* ELECTRIC_IDENTITY_REQUEST_H */

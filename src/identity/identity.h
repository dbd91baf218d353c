/*
 * identity.h
 *		Contract of identity: who is asking.
 *
 * The identity lives in one custom setting, electric_perm.identity, that only
 * identity_set() and identity_enter() may give a value. identity_current() is its one
 * reader; the SQL accessors and the engine go through it. Settings roll back with
 * savepoints, end with the transaction when local, fall to anonymous by RESET ALL and
 * DISCARD ALL, and reach parallel workers. Where nobody has been set there,
 * request.jwt.claims counts, if the administrator trusts that.
 */
#ifndef ELECTRIC_IDENTITY_H
#define ELECTRIC_IDENTITY_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/*
 * The current identity. It is valid until the setting, or that of a request's claims,
 * changes: copy what must live longer (identity_copy).
 */
typedef struct Identity
{
	const char *user_id;	   /* NULL: anonymous */
	const char *claims;		   /* jsonb as text, "{}" by default */
	const Jsonb *claims_jsonb; /* the same, parsed */
	bool service;			   /* a server's: client roles for services may do
								 * everything on enabled tables by it */
	TimestampTz expires;	   /* the first moment at which it is no more; DT_NOEND: never */
	const char *key_id;		   /* the API key that it came by; NULL: by none */
} Identity;

/* --- setting.c --- */

/*
 * identity_current never raises and never returns NULL. One who has expired when the client's
 * statement starts, or who came by an API key that has been revoked, is nobody: the one that
 * has not been identified.
 */
extern const Identity *identity_current(void);

/* identity_anonymous returns the identity of who has not been identified. */
extern const Identity *identity_anonymous(void);

/* identity_copy returns a copy in context. */
extern Identity *identity_copy(const Identity *identity, MemoryContext context);

/*
 * identity_set makes the end user current for the transaction (is_local) or the
 * session, as SET LOCAL and SET do. Callers have verified who it is. claims is a
 * JSON object. Raises 54000 where the identity is too large, 55000 where a local
 * identity would stand over a session identity that differs from it.
 */
extern void identity_set(const char *user_id, const Jsonb *claims, bool is_local);

/*
 * An identity that is ready to be set, once or often. identity_prepare makes one in context of
 * what source has, its claims_jsonb being the claims; 54000 where it is too large.
 * identity_set_prepared is identity_set for it.
 */
typedef struct PreparedIdentity
{
	const char *value; /* of the setting */
	const Identity *identity;
} PreparedIdentity;

extern PreparedIdentity *identity_prepare(const Identity *source, MemoryContext context);
extern void identity_set_prepared(const PreparedIdentity *prepared, bool is_local);

/*
 * identity_clear makes the session anonymous, local identities included. A request's claims
 * count again in the next transaction.
 */
extern void identity_clear(void);

/*
 * identity_enter makes the end user current until identity_leave is called with what
 * it returned, or an error ends the (sub)transaction; then the identity is again what
 * it was, whatever set_user or logout did in between, and so is every other setting.
 * Raises 54000 where the identity is too large.
 */
extern int identity_enter(const char *user_id, const Jsonb *claims);
extern void identity_leave(int level);

extern void identity_init(void);

/* --- lost_setting.c --- */

/*
 * lost_setting returns the setting of that name (NULL: any) if a value was given for it that was
 * refused, so that its default stands in the value's place; NULL otherwise. To know that,
 * lost_settings_watch is called before the settings are defined, lost_settings_note afterwards.
 */
extern const char *lost_setting(const char *name);
extern void lost_settings_watch(void);
extern void lost_settings_note(void);

/* --- transport.c --- */

/*
 * transport_check raises 28000 unless tokens and keys may arrive by this connection, and where
 * nobody knows what is demanded of them.
 */
extern void transport_check(void);
extern void transport_init(void);

/* --- audit.c --- */

/*
 * audit_begin starts a line of the audit about an event, with the SQL role and the client's
 * address, audit_add adds to it, and audit_end writes it to the server's log. Ask
 * first whether it is wanted: audit_auth, audit_denials. audit_refusal writes the line of a
 * token or key that is not accepted, if it is wanted; kind says which of them it is, key is its
 * id, both NULL if that is not known.
 */
extern bool audit_auth(void);
extern void audit_refusal(const char *kind, const char *reason, const char *key);
extern bool audit_denials(void);
extern StringInfo audit_begin(const char *event);
extern void audit_add(StringInfo line, const char *name, const char *value);
extern void audit_end(StringInfo line);
extern void audit_init(void);

/* --- functions.c --- */

/* identity_is_trusted_caller: may the current user EXECUTE electric.set_user? */
extern bool identity_is_trusted_caller(void);

/*
 * Whose test for the WARNING that an identity has no effect: returns an enabled
 * table whose owner the role is, or inherits, or InvalidOid. This room sees no
 * rules; a room that does sets it in its init. It must not raise.
 */
typedef Oid (*identity_owned_table_type)(Oid roleid);
extern identity_owned_table_type identity_owned_table_hook;

/* --- password.c --- */

extern void password_init(void);

#endif /* ELECTRIC_IDENTITY_H */

/*
 * access.h
 *		Contract of the engine: what policies call at run time.
 *
 * SQL functions only: electric.allows, electric.deny, electric.scope_keys (the
 * set function), their planner support, electric.roles. Rules are cached per
 * session and dropped by invalidation; what is read from the application's rows
 * lives no longer than its statement.
 */
#ifndef ELECTRIC_ACCESS_H
#define ELECTRIC_ACCESS_H

extern void access_init(void);

#endif /* ELECTRIC_ACCESS_H */

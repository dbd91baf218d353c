/*
 * compat.h
 *		One place for the differences between PostgreSQL versions.
 *
 * Each entry defines the newest name for older servers and cites the change
 * upstream; the code uses the newest name only.
 */
#ifndef ELECTRIC_COMPAT_H
#define ELECTRIC_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "electric_perm needs PostgreSQL 15 or newer"
#endif

#endif							/* ELECTRIC_COMPAT_H */

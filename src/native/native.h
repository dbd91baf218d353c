/*
 * native.h
 *		Contract of native syntax: ELECTRIC typed as it stands.
 *
 * Installs the keyword-table hook and the ProcessUtility hook, or, where the
 * self-test fails, warns and leaves the server as it was. Nothing else depends
 * on this room.
 */
#ifndef ELECTRIC_NATIVE_H
#define ELECTRIC_NATIVE_H

extern void native_init(void);

#endif /* ELECTRIC_NATIVE_H */

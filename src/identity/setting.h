/*
 * setting.h
 *		What the setting shares with the other ways to be identified; for this room alone.
 */
#ifndef ELECTRIC_IDENTITY_SETTING_H
#define ELECTRIC_IDENTITY_SETTING_H

/* An identity travels to every parallel worker: it is bounded. */
#define MAX_IDENTITY_BYTES (64 * 1024)

#endif /* ELECTRIC_IDENTITY_SETTING_H */

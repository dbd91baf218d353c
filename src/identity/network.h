/*
 * network.h
 *		Networks, and whether the client's connection comes from one; for this room alone.
 */
#ifndef ELECTRIC_IDENTITY_NETWORK_H
#define ELECTRIC_IDENTITY_NETWORK_H

#include "utils/inet.h"

/* A network: an address of which the first bits count */
typedef struct Network
{
	int family;
	uint8 address[16];
	int bits;
} Network;

/* network_read reads address[/bits], false if it is none; network_of takes what SQL has. */
extern bool network_read(const char *text, Network *network);
extern void network_of(const inet *value, Network *network);

/* network_client_is_local: does the client come over a Unix socket, which has no address? */
extern bool network_client_is_local(void);

/* network_has_client: a client without an address is in no network. */
extern bool network_has_client(const Network *network);

#endif /* ELECTRIC_IDENTITY_NETWORK_H */

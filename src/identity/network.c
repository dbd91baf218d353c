/*
 * network.c
 *		Networks, and whether the client's connection comes from one.
 *
 * The address that counts is the one that PostgreSQL sees, with a pooler between the pooler's.
 */
#include "postgres.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "utils/backend_status.h"
#include "utils/builtins.h"

#include "identity/network.h"

static bool read_client(Network *client);
static bool same_bits(const uint8 *a, const uint8 *b, int bits);

bool
network_read(const char *text, Network *network)
{
	memset(network, 0, sizeof(Network));
	network->family = strchr(text, ':') ? PGSQL_AF_INET6 : PGSQL_AF_INET;
	network->bits = pg_inet_net_pton(network->family, text, network->address,
									 network->family == PGSQL_AF_INET ? 4 : 16);
	return network->bits >= 0;
}

void
network_of(const inet *value, Network *network)
{
	memset(network, 0, sizeof(Network));
	network->family = ip_family(value);
	network->bits = ip_bits(value);
	memcpy(network->address, ip_addr(value), ip_addrsize(value));
}

bool
network_client_is_local(void)
{
	return MyBEEntry->st_clientaddr.addr.ss_family == AF_UNIX;
}

bool
network_has_client(const Network *network)
{
	Network client;

	return read_client(&client) && network->family == client.family &&
		same_bits(network->address, client.address, network->bits);
}

/*
 * read_client reads where the client is; false if that is no address. PostgreSQL's sockets of IPv6
 * take no IPv4, so that none comes in the form of the other.
 */
static bool
read_client(Network *client)
{
	const struct sockaddr *address = (const struct sockaddr *) &MyBEEntry->st_clientaddr.addr;

	memset(client, 0, sizeof(Network));
	if (address->sa_family == AF_INET)
	{
		client->family = PGSQL_AF_INET;
		memcpy(client->address, &((const struct sockaddr_in *) address)->sin_addr, 4);
	}
	else if (address->sa_family == AF_INET6)
	{
		client->family = PGSQL_AF_INET6;
		memcpy(client->address, &((const struct sockaddr_in6 *) address)->sin6_addr, 16);
	}
	return client->family != 0;
}

static bool
same_bits(const uint8 *a, const uint8 *b, int bits)
{
	int bytes = bits / 8;
	int rest = bits % 8;

	if (memcmp(a, b, bytes) != 0)
		return false;
	return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

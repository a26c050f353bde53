/* Sets the hop limit of sockets. */
#include "vpcsim/http/hop_limit.h"

#include <netinet/in.h>
#include <sys/socket.h>

void hop_limit_set(int socket, int hop_limit)
{
    const int value = hop_limit == HOP_LIMIT_DEFAULT ? -1 : hop_limit;

    if (socket >= 0) {
        setsockopt(socket, IPPROTO_IP, IP_TTL, &value, sizeof(value));
        setsockopt(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &value, sizeof(value));
    }
}

void hop_limit_set_all(const int listeners[2], int *present, int wanted)
{
    if (*present != wanted) {
        hop_limit_set(listeners[0], wanted);
        hop_limit_set(listeners[1], wanted);
        *present = wanted;
    }
}

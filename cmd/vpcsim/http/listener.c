/* Sockets that listen on the loopback addresses. */
#include "vpcsim/http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

/* A socket that listens there, or -1 with errno. A port of another process is an error. */
static int listen_at(const struct sockaddr *address, socklen_t size)
{
    const int yes = 1;
    int listener = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (listener < 0) {
        return -1;
    }
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (address->sa_family == AF_INET6) {
        setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
    }
    if (bind(listener, address, size) != 0 || listen(listener, BACKLOG) != 0) {
        int why = errno;
        close(listener);
        errno = why;
        return -1;
    }
    return listener;
}

bool listener_open(uint16_t *port, int ret_listeners[2])
{
    struct sockaddr_in address4 = {
        .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 address6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t size = sizeof(address4);

    ret_listeners[0] = listen_at((const struct sockaddr *)&address4, sizeof(address4));
    if (ret_listeners[0] < 0) {
        return false;
    }
    getsockname(ret_listeners[0], (struct sockaddr *)&address4, &size);
    address6.sin6_port = address4.sin_port;
    ret_listeners[1] = listen_at((const struct sockaddr *)&address6, sizeof(address6));
    if (ret_listeners[1] < 0 && errno == EADDRINUSE) {
        close(ret_listeners[0]);
        errno = EADDRINUSE;
        return false;
    }
    *port = ntohs(address4.sin_port);
    return true;
}

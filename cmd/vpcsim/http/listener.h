/* listener: the sockets of the port that is served, on this machine only. */
#ifndef VPCSIM_LISTENER_H
#define VPCSIM_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Sockets of both loopback addresses, IPv4 and IPv6, with one port; of *port 0 one that is free, which is put there.
 * The second is -1 on a machine without IPv6. False with errno: EADDRINUSE where another process has the port.
 */
bool listener_open(uint16_t *port, int ret_listeners[2]);

#endif

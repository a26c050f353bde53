/*
 * hop_limit: how many hops what a socket sends survives: IP_TTL of IPv4, IPV6_UNICAST_HOPS of IPv6. A listener's value
 * is that of the SYN-ACK, and of connections until they have one of their own.
 */
#ifndef VPCSIM_HOP_LIMIT_H
#define VPCSIM_HOP_LIMIT_H

enum { HOP_LIMIT_DEFAULT = 0 }; /* that of the system, 64 as a rule */

/* Nothing for a socket of -1. */
void hop_limit_set(int socket, int hop_limit);

/* Both listeners, where `*present` is not yet what is wanted. */
void hop_limit_set_all(const int listeners[2], int *present, int wanted);

#endif

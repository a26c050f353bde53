/*
 * acceptor: accepts the connections of one port and finds out what each speaks. The first byte of a TLS client is 0x16
 * (RFC 8446 5.1), which no HTTP method begins with; it is looked at and left in the socket.
 */
#ifndef VPCSIM_ACCEPTOR_H
#define VPCSIM_ACCEPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct acceptor;

/* Gets a connection whose first byte has come, and owns it from then on. Called by the acceptor's thread. */
typedef void acceptor_take(void *context, int connection, const struct sockaddr *peer, socklen_t size, bool tls);

/*
 * Starts a thread that accepts from the listeners (-1: none), which stay the caller's. A client that sends nothing
 * waits for as long as it likes, but only the last 4096 of them. NULL: no thread can be started.
 */
struct acceptor *acceptor_start(const int listeners[2], acceptor_take *take, void *context);

/* Ends the thread and drops who has sent nothing. NULL allowed. */
void acceptor_stop(struct acceptor *acceptor);

#endif

/*
 * server: the HTTP side, on libmicrohttpd. Listens on loopback only (127.0.0.1, and ::1 where there is one).
 */
#ifndef VPCSIM_SERVER_H
#define VPCSIM_SERVER_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"
#include "vpcsim/sim.h"

struct server;

/*
 * Starts. `sim` must stay until the server is stopped and belongs to the server's threads in between. `handler` gets
 * one request at a time, with the store locked.
 */
struct server *server_start(struct sim *sim, route_handler *handler, struct err *e);

uint16_t server_port(const struct server *server);

/* Finishes what is being answered, drops what waits, and frees all. NULL allowed. */
void server_stop(struct server *server);

#endif

/*
 * bare_metal: what bare metal servers go through.
 */
#ifndef VPCSIM_BARE_METAL_H
#define VPCSIM_BARE_METAL_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

/* Adds a new record; name, profile and network must be set. */
void bare_metal_add(struct region *region, struct bare_metal *server, const char *id);

/* Sets a passing status that `next` follows after the transition time; the same twice: it stays. */
void bare_metal_set_status(struct region *region, struct bare_metal *server, enum status status, enum status next);

/* Reads image, keys, user data and trusted profile of a body: at creation (`at` "initialization.") and PUT (""). */
void bare_metal_read_initialization(struct region *region, const json_t *body, const char *at,
                                    struct bare_metal *server, struct reply *reply);

/* Frees the user data and the trusted profile. */
void bare_metal_drop_initialization(struct bare_metal *server);

/* The server that the path names, or NULL and 404. */
struct bare_metal *bare_metal_named(const struct request *request, struct reply *reply);

#endif

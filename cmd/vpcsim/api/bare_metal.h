/*
 * bare_metal: what bare metal servers go through.
 */
#ifndef VPCSIM_BARE_METAL_H
#define VPCSIM_BARE_METAL_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

/* Adds a new record; name, profile and network must be set. */
void bare_metal_add(struct region *region, struct bare_metal *server, const char *id);

/* The record is gone. */
void bare_metal_remove(struct region *region, struct bare_metal *server);

#endif

/*
 * fleet_prefetch: GETs of servers to change that begin while their list is still coming. Nothing is written by it: a
 * run that is given one (fleet_options) starts its writes with the settings and ETags at hand, and reads what is
 * missing.
 */
#ifndef FLEET_FLEET_PREFETCH_H
#define FLEET_FLEET_PREFETCH_H

#include "vpc/vpc.h"

struct fleet_prefetch;

/* `http` and `concurrency` as in fleet_options. */
struct fleet_prefetch *fleet_prefetch_create(const struct http *http, unsigned concurrency);

/*
 * Takes over a listed record that is to be changed: it is read again, unless as many are read already as a run can use
 * before its own reads come. The reads are done when http_run returns.
 */
void fleet_prefetch_add(struct fleet_prefetch *prefetch, const struct resource *record);

/* What was read of the server, with its ETag; NULL: nothing. Its strings live as long as the prefetch. */
const struct resource *fleet_prefetch_get(const struct fleet_prefetch *prefetch, const char *id);

/* After the results of the run that used it; NULL allowed. */
void fleet_prefetch_destroy(struct fleet_prefetch *prefetch);

#endif

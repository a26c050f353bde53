/*
 * fault_stale: writes whose answer shows the state from before, as reads of the same resource do for a while after it.
 */
#ifndef VPCSIM_FAULT_STALE_H
#define VPCSIM_FAULT_STALE_H

#include <stdint.h>

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

struct stale; /* the resources that are shown as they were */

struct stale *stale_create(void);
void stale_destroy(struct stale *stale);
void stale_clear(struct stale *stale);

/* Before the handler of a write runs: keeps what a GET of the same path shows now. Nothing where there is no such. */
void stale_keep(struct stale *stale, struct request *request);

/* The write is answered: it is shown as it was kept, and so are the next `reads` GETs, and those until `until_ms`. */
void stale_show(struct stale *stale, const struct request *request, long reads, int64_t until_ms, struct reply *reply);

/* An answer to a GET: as it was kept, while that is shown. Returns whether it was replaced. */
bool stale_replace(struct stale *stale, const struct request *request, struct reply *reply);

#endif

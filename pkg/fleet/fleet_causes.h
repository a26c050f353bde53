/*
 * fleet_causes: what went wrong in a run, grouped by cause. Pure: results in, groups out.
 *
 * Results that failed, are unknown or were skipped have the same cause when their outcome, HTTP status and reason
 * agree, but for what differs from server to server: its own name, id and CRN, numbers, words with digits in them
 * (ids, request ids, addresses), what is quoted, and the trace and request id behind the reason. A reason that comes
 * from the history groups like a fresh one: everything is in its words.
 */
#ifndef FLEET_FLEET_CAUSES_H
#define FLEET_FLEET_CAUSES_H

#include "fleet/fleet.h"
#include "text/text_arena.h"

struct fleet_cause {
    enum fleet_outcome outcome;
    bool loud;           /* servers are down that were up before (fleet_result.down) */
    int http_status;     /* 0: no answer, or no request */
    const char *code;    /* of the API: "bad_field"; "" for causes that are not the API's words */
    const char *message; /* the reason of the first result, without trace and request id; of what was skipped, that of
                          * all: "volume r010-1 (and 2 others) allows only ..." */
    size_t count;
    const struct fleet_result *example;        /* the first one; borrowed from the run */
    const struct fleet_result *const *members; /* `count` of them, in the order of the run */
};

struct fleet_causes {
    struct fleet_cause *items; /* loud ones first, then failed and unknown, then skipped; the bigger one first */
    size_t count;
    struct text_arena memory; /* of their words */
};

void fleet_causes_find(const struct fleet_run *run, struct fleet_causes *ret);
void fleet_causes_free(struct fleet_causes *causes); /* zero-initialised values allowed; for CLEANUP */

#endif

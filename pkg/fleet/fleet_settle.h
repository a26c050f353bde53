/*
 * fleet_settle: what became of a creation, told by what the API has under its name. Names are unique in a region, so
 * there is one or none. Pure: no request, no clock. Private to the room.
 */
#ifndef FLEET_FLEET_SETTLE_H
#define FLEET_FLEET_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "json/json.h"

/*
 * `created_at` is set by another machine than the Date of an answer; and with a twin (same name, profile, zone, image)
 * made by somebody else so shortly before the run nothing worse happens than that it counts as made by the run.
 */
enum { FLEET_CLOCK_SLACK_S = 60 };

enum fleet_finding {
    FLEET_ABSENT,   /* nothing has the name */
    FLEET_ADOPTED,  /* the run made it */
    FLEET_THERE,    /* what was asked for was there before */
    FLEET_CONFLICT, /* something else has the name */
};

struct fleet_sought {
    const json_t *identity; /* of what was asked for; see resource_asked.h */
    bool may_be_ours;       /* a request was sent whose answer never came */
    int64_t since_s;        /* when the run began, on the server's clock; see fleet_settle_since */
};

/* What the API has under the name. */
struct fleet_found {
    const json_t *identity; /* NULL: nothing */
    int64_t created_s;      /* on the server's clock; -1: not told */
    bool deleting;          /* it will not be there for long */
};

/* Appends, for a conflict, what differs. */
enum fleet_finding fleet_settle(const struct fleet_sought *sought, const struct fleet_found *found,
                                struct text *ret_how);

/*
 * When the run began on the server's clock: the server's time now (the Date of an answer; -1: it said none, then this
 * machine's clock has to do) less what has passed here since, less the slack.
 */
int64_t fleet_settle_since(int64_t server_now_s, int64_t now_s, int64_t began_s);

#endif

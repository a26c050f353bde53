/*
 * wait: what a command waits for: records that the layers which wait fill (http, fleet, inventory), and the words and
 * JSON members that all progress shows them with. Pure: no clock, no output.
 */
#ifndef WAIT_WAIT_H
#define WAIT_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/text.h"

/* --- why no request is served ------------------------------------------------------------------------ */

enum wait_reason {
    WAIT_NOTHING,
    WAIT_ANSWER,        /* requests are with the server */
    WAIT_TOKEN,         /* all requests wait for a token of IAM */
    WAIT_RATE_LIMIT,    /* what was refused, or would be, is sent later */
    WAIT_CONNECTION,    /* a request is tried again: the server could not be reached, */
    WAIT_NO_ANSWER,     /* did not answer, */
    WAIT_SERVER_ERROR,  /* or answered with an error status */
    WAIT_OUTAGE,        /* a server that worked is down, and waited for */
    WAIT_TOKEN_REFUSED, /* the API accepts no token at the moment */
};

enum { WAIT_SAID_MS = 1000 }; /* a shorter wait is not worth a word */

struct wait {
    enum wait_reason reason;
    const char *host;           /* of the server; NULL: not known. Borrowed, as `what` */
    const char *what;           /* of WAIT_OUTAGE: "no connection to HOST" */
    int status;                 /* of WAIT_SERVER_ERROR */
    unsigned attempt, attempts; /* the one in progress, or the next, and all there are; 0: not known */
    int64_t past_ms;            /* how long it lasts already */
    int64_t left_ms;            /* until the next try, of WAIT_OUTAGE until the last; -1: not known */
};

/* Whether nothing is served at all, so that rates and the time that is left mean nothing. */
bool wait_is_idle(const struct wait *wait);

/* Appends "rate limited: next try in 27 s", "no connection (try 3 of 6): HOST", ...; nothing for WAIT_NOTHING. */
void wait_describe(const struct wait *wait, struct text *out);

/* Appends {"for":"rate_limit","message":"...","host":"...","seconds_left":27,...}; only what is known. */
void wait_append_json(const struct wait *wait, struct text *out);

/* --- what the requests are for ----------------------------------------------------------------------- */

/* What is in progress on resources of a run, where that takes more than one request. */
enum wait_step {
    WAIT_STEP_NONE,
    WAIT_CREATING,         /* templates, ... of a run with several actions, as the next ones */
    WAIT_MOVING,           /* instance groups to another template */
    WAIT_DELETING_MEMBERS, /* of instance groups: with a total */
    WAIT_HEALING,          /* instance groups that have to be healthy before the next step */
    WAIT_DELETING,
    WAIT_STOPPING,
    WAIT_STARTING,
    WAIT_SETTLING, /* servers whose status refuses a change and passes by itself */
    WAIT_STEPS,
};

enum { WAIT_READS_MAX = 24 }; /* an export reads as many kinds */

struct wait_work {
    struct wait_reads {
        const char *what; /* "volumes"; lives as long as the record */
        bool listed;      /* whole collections: their numbers are not those of requests */
        size_t pending, done;
    } reads[WAIT_READS_MAX];
    size_t read_count;
    size_t step[WAIT_STEPS]; /* resources in that step; of one with a total: done so far */
    size_t step_total[WAIT_STEPS];
    bool uneven; /* the steps of a run take times that are not alike: what is left cannot be foretold */
};

/* A request reads resources of that kind, or a list of them; it has ended; all have. */
void wait_read_begun(struct wait_work *work, const char *what, bool listed);
void wait_read_ended(struct wait_work *work, const char *what, bool listed);
void wait_reads_over(struct wait_work *work);

/* The single reads: those that are done, and all. False while lists are read, or nothing is. */
bool wait_reads_count(const struct wait_work *work, size_t *ret_done, size_t *ret_total);

/* What the only list under way is of, where nothing else is read; NULL: there is none. */
const char *wait_reads_list(const struct wait_work *work);

/* Appends "reading volumes and images": what is read now, or "reading". */
void wait_describe_reads(const struct wait_work *work, struct text *out);

/* A resource has left one step and taken another; either may be WAIT_STEP_NONE. */
void wait_step_change(struct wait_work *work, enum wait_step from, enum wait_step to);

/* No step is in progress any more. */
void wait_steps_over(struct wait_work *work);

/* Appends "15 stopping, 3 starting"; nothing when no step is in progress. */
void wait_describe_steps(const struct wait_work *work, struct text *out);

/* Appends {"stopping":15,"starting":3}, of a step with a total "deleting_members":3,"deleting_members_total":12. */
void wait_append_steps_json(const struct wait_work *work, struct text *out);

/* Appends a time as all progress writes it: "40 s", "1 min 40 s", "12 min", "4 h 53 min". Rounded up to seconds. */
void wait_append_time(struct text *out, int64_t ms);

#endif

/*
 * fleet_reconcile: the decisions of a guarded write: what the answer to a write means, and what follows from the state
 * that was read. Pure: no request, no clock. Private to the room.
 */
#ifndef FLEET_FLEET_RECONCILE_H
#define FLEET_FLEET_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "json/json.h"

/* --- answers to writes ------------------------------------------------------------------------------- */

/* What is known of the last write. */
enum fleet_receipt {
    FLEET_UNSENT,      /* not sent, or certainly without effect */
    FLEET_UNCONFIRMED, /* it may have arrived: no answer, or an earlier run was cut off */
    FLEET_CONFIRMED,   /* accepted */
    FLEET_BUSY,        /* refused by the state that the resource was in (409), which may pass */
    FLEET_STALE,       /* its ETag was stale (412): another read may help */
    FLEET_REFUSED,     /* refused for good */
};

/* What the answer to a write says. */
struct fleet_answer {
    bool accepted;
    bool shown;           /* accepted, and the answer shows the state */
    bool cancelled;       /* interrupted, or over the deadline; it may have been refused before for a moment */
    int status;           /* of the last answer; 0: none came */
    bool foreign;         /* an error status that is not the API's own: of a gateway, say */
    bool maybe_processed; /* an attempt without an answer may have taken effect */
};

/* What the action allows. */
struct fleet_rules {
    bool settles;         /* a 409 may be about a state that passes */
    bool deletes;         /* 404 is the state that is expected */
    bool creates;         /* what an unconfirmed write made may appear later: while it is absent, it is sent again */
    bool readable;        /* the state can be read: not so for a creation without a name */
    bool maybe_created;   /* by an earlier request of this creation */
    unsigned rounds_left; /* further writes that are allowed */
    unsigned reads_left;  /* further reads of what an accepted write does not show yet */
    bool passing;         /* the state that was read passes by itself */
    bool was_passing;     /* so did the one before the write */
    bool first_busy;      /* the last 409 was the first one: a state may have come and gone between two reads */
    bool waited;          /* there was a pause since */
    bool time_left;       /* to wait for it */
    bool repeatable;      /* the last write was taken (2xx), not repeated, and answered with what says nothing of it */
};

enum fleet_verdict {
    FLEET_DO_VERIFY,          /* the answer shows the new state: compare it with what was sent */
    FLEET_DO_READ,            /* read the state, which decides */
    FLEET_DO_READ_LATER,      /* accepted, and not to be seen yet: read it again in a moment */
    FLEET_DO_WAIT,            /* its state passes: read it again in a moment, and write then */
    FLEET_DO_WRITE,           /* the difference, again or for the first time */
    FLEET_END_CHANGED,        /* as expected, by this run or the one that it resumes */
    FLEET_END_UNCHANGED,      /* as expected before */
    FLEET_END_NOT_SENT,       /* skipped: cancelled before anything had an effect */
    FLEET_END_BLOCKED,        /* skipped: its state does not allow the change */
    FLEET_END_UNSETTLED,      /* skipped: its state kept it from being changed for as long as is waited */
    FLEET_END_GONE,           /* skipped: it does not exist any more */
    FLEET_END_CONFLICT,       /* failed: changed by another writer */
    FLEET_END_REFUSED,        /* without effect: the error of the write says how it ends */
    FLEET_END_UNSEEN,         /* unknown: accepted, and the state does not show it */
    FLEET_END_NOT_FOUND,      /* unknown: unconfirmed, sent as often as allowed and not found */
    FLEET_END_UNKNOWN,        /* unknown: unconfirmed, and the state cannot be read; with the error of the write */
    FLEET_END_UNREAD,         /* failed: the read before the write failed; with its error */
    FLEET_END_UNREAD_UNKNOWN, /* unknown: an earlier write may have arrived; with the error of the read */
};

/* What follows from the answer to a write. Sets *ret_receipt. */
enum fleet_verdict fleet_judge_answer(const struct fleet_answer *answer, const struct fleet_rules *rules,
                                      enum fleet_receipt *ret_receipt);

/* How long a resource that does not show an accepted write is left alone before its next read, and how often. */
enum { FLEET_LATE_READS = 3 };

/* Requests of an action or a creation that a gateway refuses: it may do so for a moment only. */
enum { FLEET_GATEWAY_ROUNDS = 3 };
int fleet_late_read_ms(unsigned reads);

/* How long a resource whose state passes is left alone before its next read; at most `left_ms`. */
int fleet_settle_wait_ms(unsigned reads, int64_t left_ms);

/* Whether the API refused for good: neither a conflict with the status nor something that passes. */
bool fleet_is_refusal(const struct err *error);

/* --- states that were read --------------------------------------------------------------------------- */

/* The actual state beside the expected one, by the policy of the item. */
enum fleet_match {
    FLEET_AS_EXPECTED,
    FLEET_DIFFERENT, /* and may be changed */
    FLEET_BLOCKED,   /* its state does not allow the change */
    FLEET_CONFLICT,  /* changed by another writer */
};

/*
 * What follows from a state; `receipt` is of the last write. `ours`: a request of this run, or of the one that it
 * resumes, may have made the state what it is.
 */
enum fleet_verdict fleet_judge_state(enum fleet_match match, enum fleet_receipt receipt, bool ours,
                                     const struct fleet_rules *rules);

/* What follows from a read that failed or, with `cancelled`, was never sent. */
enum fleet_verdict fleet_judge_unread(bool cancelled, enum fleet_receipt receipt, bool ours,
                                      const struct fleet_rules *rules);

/* --- creations --------------------------------------------------------------------------------------- */

/*
 * `created_at` is set by another machine than the Date of an answer; and with a twin (same name, profile, zone, image)
 * made by another writer so shortly before the run nothing worse happens than that it counts as made by the run.
 */
enum { FLEET_CLOCK_SLACK_S = 60 };

enum fleet_finding {
    FLEET_FOUND_NOTHING,
    FLEET_FOUND_OURS,    /* the run created it */
    FLEET_FOUND_EARLIER, /* what was requested existed before */
    FLEET_FOUND_OTHER,   /* something else has the name */
};

struct fleet_expected {
    const json_t *identity; /* of what was requested; see resource_create.h */
    bool may_be_ours;       /* a request was sent whose answer never came */
    int64_t since_s;        /* when the run began, on the server's clock; see fleet_reconcile_since */
};

/* What the API has under the name. Names are unique in a region: there is one or none. */
struct fleet_actual {
    const json_t *identity; /* NULL: nothing */
    int64_t created_s;      /* on the server's clock; -1: not known */
    bool deleting;          /* it will not exist for long */
};

/* Appends, for FLEET_FOUND_OTHER, what differs. */
enum fleet_finding fleet_reconcile_creation(const struct fleet_expected *expected, const struct fleet_actual *actual,
                                            struct text *ret_how);

/*
 * When the run began on the server's clock: the server's time now (the Date of an answer; -1: it had none, then this
 * machine's clock is used) less what has passed here since, less the slack.
 */
int64_t fleet_reconcile_since(int64_t server_now_s, int64_t now_s, int64_t began_s);

#endif

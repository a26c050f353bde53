/*
 * fleet_write: one guarded write: read, compare, journal, write, verify, reconcile. The actions set, create, move and
 * delete are rows of it (struct fleet_write_ops), which hold only what differs. Private to the room.
 *
 * The order never changes: a state is read and compared with the expected one; what differs is handed to the journal
 * and then written; the answer is verified. An answer that never came is reconciled by reading the state again. Every
 * decision on the way is one of fleet_reconcile.h.
 */
#ifndef FLEET_FLEET_WRITE_H
#define FLEET_FLEET_WRITE_H

#include "fleet/fleet_reconcile.h"
#include "fleet/fleet_task.h"

enum { FLEET_ETAG_SIZE = 256 };

/* The state of one; the first member of the tasks of these actions. */
struct fleet_write {
    struct fleet_task task;
    struct resource actual; /* as read last; before the first read as it was listed */
    bool known;             /* nothing of this run can have changed it since */
    bool ours;              /* what is as expected may be the doing of this run, or of the one that it resumes */
    enum fleet_receipt receipt;
    unsigned rounds, busy;      /* writes so far, not counting those that were answered with 409, and those */
    unsigned late_reads, waits; /* pauses so far: for an accepted write to be seen, for a state to pass */
    bool unusable;              /* the last write was taken, but its answer cannot be used */
    bool was_passing;           /* the state before the last write passes by itself */
    int64_t settle_until_ms;    /* when such a state is waited for no longer; 0: none was met */
    struct err error;           /* of the last write */
    char etag[FLEET_ETAG_SIZE];
};

struct fleet_write_ops {
    bool creates, deletes, settles; /* see fleet_rules */
    unsigned rounds;                /* writes that are allowed */

    /* Sets up what the item is about. False: it has finished the task. NULL: nothing to do. */
    bool (*prepare)(struct fleet_write *write);

    /* Whether the state is read before the first write. NULL: always. */
    bool (*reads_first)(const struct fleet_write *write);

    /* Sends the request that shows the state and ends in fleet_write_was_read. NULL: a GET of the resource. */
    void (*read)(struct fleet_write *write);

    /* Compares the actual state with the expected one. Sets e for all but FLEET_AS_EXPECTED and FLEET_DIFFERENT. */
    enum fleet_match (*compare)(struct fleet_write *write, struct err *e);

    /* Sends the write with fleet_write_send. */
    void (*write)(struct fleet_write *write);

    /*
     * The state that the answer to the write shows, beside the expected one: FLEET_DIFFERENT where it does not show
     * what was sent, FLEET_CONFLICT where another writer came between; sets e for both. NULL: it shows nothing.
     */
    enum fleet_match (*verify)(struct fleet_write *write, struct err *e);

    /* Puts the actual state into the result. NULL: it has none. */
    void (*note)(struct fleet_write *write, bool before);

    /* Completes the explanation of a refusal; returns the outcome. NULL: it failed. */
    enum fleet_outcome (*refuse)(struct fleet_write *write, struct err *error);

    /* Continues after the change, or after it was found not to be needed; finishes the task. NULL: nothing to do. */
    void (*complete)(struct fleet_write *write, enum fleet_outcome outcome);

    const char *unread; /* what is not known when the read after a write fails; NULL: the error says it */
};

/* For the rows of fleet_action_ops. */
void fleet_write_begin(struct fleet_task *task);
void fleet_write_ready(struct fleet_task *task);
void fleet_write_resume(struct fleet_task *task);

/* Whether the last write was accepted, or may have been. */
bool fleet_write_may_have_arrived(const struct fleet_write *write);

/* Sends the write; body, read and done of the call are set here. `body` may be NULL. */
void fleet_write_send(struct fleet_write *write, fleet_send_fn *send, const char *etag, const json_t *body);

/* Whether the answer about what the item is about says enough to go by; ERR_BAD_ANSWER with what it lacks. */
bool fleet_write_check(const struct plan_item *item, const struct resource *actual, struct err *e)
    __attribute__((warn_unused_result));

/* Sends a GET of the resource, which ends in fleet_write_was_read. */
void fleet_write_get(struct fleet_write *write);

/* A read of the state has ended; `reply` is NULL for a list, `error` when it succeeded. */
void fleet_write_was_read(struct fleet_write *write, const struct http_reply *reply, const struct err *error);

/* Ends of reads and of the task that rows need in `prepare` and `complete`. */
vpc_done_fn fleet_write_read_done;
void fleet_write_finish(struct fleet_write *write, enum fleet_outcome outcome, const struct err *error);

#endif

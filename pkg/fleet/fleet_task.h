/*
 * fleet_task: the state of a run and of one resource in it, and what the actions of a plan are built from. Private to
 * the room.
 *
 * A task lives from `begin` of its action to fleet_task_finish and is always in exactly one of these: reading, ready,
 * journaled, writing, waiting for a slot of the disruption budget, waiting for a status, pausing. A callback puts it
 * into one of them, or finishes it.
 *
 * When the run is to end before its time (interrupted, too many failures, no history), tasks that wait to write or for
 * a slot are ended as not started; those that `must_finish` continue: they put right what must not stay as it is.
 */
#ifndef FLEET_FLEET_TASK_H
#define FLEET_FLEET_TASK_H

#include "fleet/fleet_schedule.h"

struct fleet_task;

/* What was read of a server that is waited for. */
struct fleet_observation {
    const char *status; /* NULL: nothing could be learned, this time */
    const char *why;    /* the API's reason for the status, or NULL */
    enum err_code code; /* ERR_CANCELLED: nothing more will be learned */
    bool gone;          /* there is no such server any more */
};

/* How an action is carried out: what is called when. Members that an action never needs are NULL. */
struct fleet_action_ops {
    size_t size;                              /* of its tasks; their first member is a struct fleet_task */
    void (*begin)(struct fleet_task *task);   /* reads what it needs to know before it writes, if anything */
    void (*write)(struct fleet_task *task);   /* the journal has it: sends the request */
    void (*on_slot)(struct fleet_task *task); /* the disruption budget allows it */
    void (*on_status)(struct fleet_task *task, const struct fleet_observation *observation);
    void (*resume)(struct fleet_task *task);  /* the pause is over */
    void (*release)(struct fleet_task *task); /* it ends: frees what it owns */
    const struct fleet_write_ops *guarded;    /* of fleet_write.h, for actions that are one guarded write */
};
extern const struct fleet_action_ops fleet_set;
extern const struct fleet_action_ops fleet_create;
extern const struct fleet_action_ops fleet_move;
extern const struct fleet_action_ops fleet_delete;
extern const struct fleet_action_ops fleet_restart;
extern const struct fleet_action_ops fleet_roll;

struct fleet_task {
    struct fleet_task *next; /* in its queue */
    struct fleet *fleet;
    const struct fleet_action_ops *ops;
    struct fleet_result *result;
    struct vpc *vpc;                            /* the API that has the resource */
    vpc_done_fn *done;                          /* of the request in progress */
    vpc_listed_fn *listed;                      /* of the list in progress */
    void (*explained)(struct fleet_task *task); /* it is gone, and why is known as far as it can be */
    struct fleet_slot slot;                     /* when it waits for one, or has it */
    int64_t due_ms;                             /* when its pause is over */
    enum wait_step step;                        /* as people see it */
    bool unconfirmed;                           /* a write may have arrived; what it did is not known yet */
    bool must_finish;                           /* continues when the run ends */
    bool changed;                               /* an earlier action has changed the resource already */
    bool settling;                              /* its read is one of fleet.settling */
};

struct fleet_queue {
    struct fleet_task *first, **last;
    size_t count;
};
void fleet_queue_push(struct fleet_queue *queue, struct fleet_task *task);
struct fleet_task *fleet_queue_pop(struct fleet_queue *queue);                /* NULL when empty */
void fleet_queue_move(struct fleet_queue *queue, struct fleet_queue *source); /* appends all of the source */

struct fleet {
    const struct plan *plan;
    const struct fleet_options *options;
    struct resource_list *strings;
    struct fleet_run *run;
    struct fleet_rollout rollout;
    struct fleet_dependencies dependencies;
    size_t next_prefetched;       /* index of the item that is considered next as one that was read before the run */
    int64_t began_s;              /* of the run, on this machine's clock */
    struct fleet_queue ready;     /* for the journal */
    struct fleet_queue journaled; /* to be written */
    int64_t ready_since_ms;       /* when the first of `ready` came */
    const struct fleet_result **starting, **concluded; /* for the journal; room for every result */
    size_t concluded_count;
    struct fleet_queue queued; /* waiting for slots */
    struct fleet_disruption disruption;
    bool slots_changed; /* a task waits or a server is up since the slots were given last */
    struct fleet_queue pausing;
    struct fleet_watch {
        struct fleet_queue waiting;
        int64_t next_ms;    /* when statuses are read next */
        unsigned unchanged; /* reads that found nothing new, the last ones in a row */
        unsigned reads;     /* in progress: one a region */
        size_t *long_for;   /* of each region: servers that are fewer than the pages of its collection; 0: not known */
        bool notifying;
    } watch;
    bool mixed;       /* several actions, so that each is a step that people see */
    bool stopped;     /* cancelled: nothing more is started */
    bool given_up;    /* something was not tried again because of that, or of the time that is left */
    bool draining;    /* and the caller knows */
    struct err error; /* of the journal: nothing more is started */
    unsigned reading, writing;
    unsigned settling; /* reads in progress that tell what became of a write: it may still fail */
};

/* Whether the run ends: nothing new may start. */
bool fleet_is_over(const struct fleet *fleet);

/*
 * Reads and writes that may be in progress now. Where the number is found out, both share one window: reads take what
 * writes leave, and no more than half of it while writes wait.
 */
unsigned fleet_reads_at_once(const struct fleet *fleet);
unsigned fleet_writes_at_once(const struct fleet *fleet);

/* --- what actions are built from --------------------------------------------------------------------- */

/* A function of vpc.h that sends a call. */
typedef void fleet_send_fn(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call);

/* Sends a request that changes nothing, or one that does; the call's context is the task. */
void fleet_task_read(struct fleet_task *task, fleet_send_fn *send, const struct vpc_call *call);
void fleet_task_write(struct fleet_task *task, fleet_send_fn *send, const struct vpc_call *call);

/* Reads a whole collection; its context is the task. */
void fleet_task_list(struct fleet_task *task, const struct vpc_listing *listing);

/*
 * What it writes next is known: ops->write is called once the journal has it. `phase` says for a later run how far
 * this one came (a literal; NULL where the action has one phase); `etag` lives until then, "" and NULL for none.
 */
void fleet_task_ready(struct fleet_task *task, const char *phase, const char *etag);

/* It waits for the slot in task->slot: ops->on_slot is called then. It has the slot until fleet_task_release_slot. */
void fleet_task_await_slot(struct fleet_task *task);
void fleet_task_release_slot(struct fleet_task *task);

/* It pauses for so long, or until the run is over: ops->resume is called then. */
void fleet_task_pause(struct fleet_task *task, int pause_ms);

/* What it does from now on, for people who wait. */
void fleet_task_step(struct fleet_task *task, enum wait_step step);

/* Begins an action on a resource; `changed`: an earlier one has changed it already. */
void fleet_task_begin(struct fleet *fleet, struct fleet_result *result, const struct fleet_action_ops *ops,
                      bool changed);

/* Another action continues with the resource: its `begin` is called; `task` is freed. */
void fleet_task_continue(struct fleet_task *task, const struct fleet_action_ops *ops);

/* The result is final; `task` is freed. */
void fleet_task_finish(struct fleet_task *task, enum fleet_outcome outcome);
void fleet_task_finish_error(struct fleet_task *task, const struct err *error, enum fleet_outcome outcome);

/* Frees a task without a result of its own. */
void fleet_task_free(struct fleet_task *task);

/* The status and request id of an answer, into the result. Answers to writes are noted already. */
void fleet_task_note_reply(struct fleet_task *task, const struct http_reply *reply);

/*
 * Whether what became of it needs a stop and a start: its service was turned on while it ran. A server that is stopped
 * (`status`) has that before it: at its next start the service is complete.
 */
bool fleet_needs_restart(const struct fleet_result *result, const char *status);

#endif

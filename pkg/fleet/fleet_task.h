/*
 * fleet_task: the state of a run and of one resource in it, and what the works (one for each action of a plan) are built
 * from. Private to the room.
 *
 * A task lives from fleet_work.begin to fleet_task_finish and is always in exactly one of these: reading, ready,
 * recorded, writing, waiting for its turn, waiting for a status, pausing. From a callback it must go on to one of them, or
 * be finished.
 *
 * When the run is to end before its time (interrupted, too many failures, no history), tasks that wait to write or for
 * their turn are taken back; those that are `must_finish` go on: they put right what must not stay as it is.
 */
#ifndef FLEET_FLEET_TASK_H
#define FLEET_FLEET_TASK_H

#include "fleet/fleet.h"
#include "fleet/fleet_schedule.h"

enum { FLEET_ETAG_SIZE = 256 };

struct fleet_task;

/* What was seen of a server that is waited for. */
struct fleet_sight {
    const char *status; /* NULL: nothing could be learned, this time */
    const char *why;    /* what the API says about the status, or NULL */
    enum err_code code; /* ERR_CANCELLED: nothing more will be learned */
    bool gone;          /* there is no such server any more */
};

/* How one action is carried out. */
struct fleet_work {
    size_t size;                              /* of its tasks; their first member is a struct fleet_task */
    void (*begin)(struct fleet_task *task);   /* reads what it needs to know before it writes, if anything */
    void (*write)(struct fleet_task *task);   /* the intent is in the journal: sends it */
    void (*on_slot)(struct fleet_task *task); /* it may go down now; of works that wait for a turn */
    void (*seen)(struct fleet_task *task, const struct fleet_sight *sight); /* of works that wait for a status */
    void (*resume)(struct fleet_task *task);                                /* the pause is over; of works that pause */
    void (*release)(struct fleet_task *task); /* it is taken back: gives back what it holds; NULL: it holds nothing */
};
extern const struct fleet_work fleet_set;
extern const struct fleet_work fleet_create;
extern const struct fleet_work fleet_move;
extern const struct fleet_work fleet_delete;
extern const struct fleet_work fleet_restart;
extern const struct fleet_work fleet_roll;
extern const struct fleet_work fleet_compare; /* goes on with what was created from a template */

/* Whether what the item created was made from another template, with which it is to be compared. */
bool fleet_compares(const struct plan_item *item);

struct fleet_task {
    struct fleet_task *next; /* in the queue of those ready to be written */
    struct fleet *fleet;
    const struct fleet_work *work;
    struct fleet_result *result;
    vpc_done_fn *done;      /* of the request that is under way */
    vpc_listed_fn *listed;  /* of the list that is under way */
    struct fleet_slot slot; /* when it waits for one, or has it */
    bool lost;              /* the answer to a write never came, and what it did is not known yet */
    int64_t due_ms;         /* when its pause is over */
    bool must_finish;       /* goes on when the run ends */
    bool changed;           /* another work has changed the resource already */
};

struct fleet_queue {
    struct fleet_task *first, **last;
    size_t count;
};

struct fleet {
    const struct plan *plan;
    const struct fleet_options *options;
    struct resource_list *strings;
    struct fleet_run *run;
    struct fleet_rollout rollout;
    struct fleet_dependencies dependencies;
    int64_t began_s;                                   /* of the run, on this machine's clock */
    struct fleet_queue ready;                          /* read, to be recorded */
    struct fleet_queue recorded;                       /* in the journal, to be written */
    int64_t ready_since_ms;                            /* when the first of `ready` came */
    const struct fleet_result **intended, **concluded; /* for the journal; room for every result */
    size_t concluded_count;
    struct fleet_queue queued; /* waiting for their turns */
    struct fleet_disruption disruption;
    bool slots_changed; /* somebody came, or is up again */
    struct fleet_queue pausing;
    struct fleet_watch {
        struct fleet_queue waiting;
        int64_t next_ms;    /* when the next look is due */
        unsigned fruitless; /* looks that found nothing new, the last ones in a row */
        unsigned looks;     /* under way: one a region */
        size_t *long_for;   /* of each region: see fleet_watch_singly */
        bool telling;
    } watch;
    bool stopped;     /* cancelled: nothing more is begun */
    bool drains;      /* and that was told */
    struct err error; /* of the journal: nothing more is begun */
    unsigned reading, writing;
};

/* --- what works are built from ----------------------------------------------------------------------- */

/* The API that has the task's resource. */
struct vpc *fleet_task_vpc(const struct fleet_task *task);

/* A function of vpc.h that sends a call. */
typedef void fleet_send_fn(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call);

/* Sends a request that changes nothing, or one that does; the call's context is the task. */
void fleet_task_read(struct fleet_task *task, fleet_send_fn *send, const struct vpc_call *call);
void fleet_task_write(struct fleet_task *task, fleet_send_fn *send, const struct vpc_call *call);

/* Reads a whole collection; its context is the task. */
void fleet_task_list(struct fleet_task *task, const struct vpc_listing *listing);

/*
 * What it writes next is known: work->write is called once the journal has it. `phase` tells a later run how far this one
 * came (a literal; NULL where there is but one); `etag` lives until then, "" and NULL for none.
 */
void fleet_task_ready(struct fleet_task *task, const char *phase, const char *etag);

/* It waits until it may go down (task->slot): work->turn is called then. It has its turn until fleet_task_release_slot. */
void fleet_task_await_slot(struct fleet_task *task);
void fleet_task_release_slot(struct fleet_task *task);

/* It waits until the next look at the servers: work->seen is called then. */
void fleet_task_await_status(struct fleet_task *task);

/* It does nothing for so long, or until the run is over: work->resume is called then. */
void fleet_task_pause(struct fleet_task *task, int pause_ms);

/* Begins a work on a resource; `changed`: another one has changed it already. */
void fleet_task_begin(struct fleet *fleet, struct fleet_result *result, const struct fleet_work *work, bool changed);

/* Another work goes on with the resource: its `begin` is called; `task` is gone. */
void fleet_task_go_on(struct fleet_task *task, const struct fleet_work *work);

/* The result is final; `task` is gone. */
void fleet_task_finish(struct fleet_task *task, enum fleet_outcome outcome);
void fleet_task_finish_error(struct fleet_task *task, const struct err *error, enum fleet_outcome outcome);

/* The first read failed. Without a request that may have arrived earlier nothing has changed; with one, nobody knows. */
void fleet_task_finish_unread(struct fleet_task *task, const struct err *error);

/* The outcome of a request that was refused: it failed, or was never sent because the run was cancelled. */
enum fleet_outcome fleet_outcome_refused(const struct vpc_answer *answer);

/* Whether the API said no for good: neither a conflict with the status nor something that passes. */
bool fleet_is_refused(const struct err *error);

/* The status and request id of an answer, into the result. Answers to writes are noted already. */
void fleet_task_note_reply(struct fleet_task *task, const struct http_reply *reply);

/*
 * Whether what became of it wants a stop and a start: its service was turned on while it ran. A server that is stopped
 * (`status`) has that before it: at its next start the service is complete.
 */
bool fleet_needs_restart(const struct fleet_result *result, const char *status);

/* Whether the run ends: nothing new may begin. */
bool fleet_is_over(const struct fleet *fleet);

/* --- turns ------------------------------------------------------------------------------------------- */

/* Reserves the turns of those that a run that was cut off may have taken down. */
void fleet_down_begin(struct fleet *fleet);

/* Gives turns to those that may go down now. */
void fleet_down_give(struct fleet *fleet);

/* --- pauses ------------------------------------------------------------------------------------------ */

/* Resumes the tasks whose pause is over. */
void fleet_pause_step(struct fleet *fleet);

/* Milliseconds until the first pause is over; -1: nobody pauses. */
int fleet_pause_left_ms(const struct fleet *fleet);

/* --- windows ----------------------------------------------------------------------------------------- */

/*
 * Reads and writes that may be under way now. Where they are found out, both share one window: reads take what writes
 * leave, and no more than half of it while writes wait.
 */
unsigned fleet_reads_at_once(const struct fleet *fleet);
unsigned fleet_writes_at_once(const struct fleet *fleet);

/* --- groups for the journal -------------------------------------------------------------------------- */

/* Resources that may be ready and recorded at a time. */
size_t fleet_group_ahead(const struct fleet *fleet);

/* Whether the ready ones go to the journal now, or may wait a moment for others to share its flush of the disk. */
bool fleet_group_due(const struct fleet *fleet);

/* Milliseconds that the run may wait for answers before it looks again. */
int fleet_group_wait_ms(const struct fleet *fleet);

/* Tells the journal of the ready ones and of what was concluded; the ready ones are recorded then. False: it failed. */
bool fleet_group_record(struct fleet *fleet);

/* A result is final: the journal is told with the next group. */
void fleet_group_conclude(struct fleet *fleet, const struct fleet_result *result);

void fleet_queue_push(struct fleet_queue *queue, struct fleet_task *task);
struct fleet_task *fleet_queue_pop(struct fleet_queue *queue); /* NULL when empty */

/* Appends all of `from`, which is empty afterwards. */
void fleet_queue_move(struct fleet_queue *queue, struct fleet_queue *from);

#endif

/*
 * fleet_task: the state of a run and of one resource in it, and what the works (one for each action of a plan) are built
 * from. Private to the room.
 *
 * A task lives from fleet_work.begin to fleet_task_finish and is always in exactly one of these: reading, ready,
 * recorded, writing. From a callback it must go on to one of them, or be finished.
 */
#ifndef FLEET_FLEET_TASK_H
#define FLEET_FLEET_TASK_H

#include "fleet/fleet.h"
#include "fleet/fleet_order.h"

enum { FLEET_ETAG_SIZE = 256 };

struct fleet_task;

/* How one action is carried out. */
struct fleet_work {
    size_t size;                            /* of its tasks; their first member is a struct fleet_task */
    void (*begin)(struct fleet_task *task); /* reads what it needs to know before it writes, if anything */
    void (*write)(struct fleet_task *task); /* the intent is in the journal: sends it */
};
extern const struct fleet_work fleet_set;
extern const struct fleet_work fleet_move;
extern const struct fleet_work fleet_delete;

struct fleet_task {
    struct fleet_task *next; /* in the queue of those ready to be written */
    struct fleet *fleet;
    const struct fleet_work *work;
    struct fleet_result *result;
    vpc_done_fn *done;     /* of the request that is under way */
    vpc_listed_fn *listed; /* of the list that is under way */
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
    struct fleet_gate gate;
    struct fleet_order order;
    struct fleet_queue ready;                          /* read, to be recorded */
    struct fleet_queue recorded;                       /* in the journal, to be written */
    int64_t ready_since_ms;                            /* when the first of `ready` came */
    const struct fleet_result **intended, **concluded; /* for the journal; room for every result */
    size_t concluded_count;
    bool stopped;     /* cancelled: nothing more is begun */
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

/* Another work goes on with the resource: its `begin` is called; `task` is gone. */
void fleet_task_go_on(struct fleet_task *task, const struct fleet_work *work);

/* The result is final; `task` is gone. */
void fleet_task_finish(struct fleet_task *task, enum fleet_outcome outcome);
void fleet_task_finish_error(struct fleet_task *task, const struct err *error, enum fleet_outcome outcome);

/* The first read failed. Without a request that may have arrived earlier nothing has changed; with one, nobody knows. */
void fleet_task_finish_unread(struct fleet_task *task, const struct err *error);

/* The outcome of a request that was refused: it failed, or was never sent because the run was cancelled. */
enum fleet_outcome fleet_outcome_refused(const struct vpc_answer *answer);

/* The status and request id of an answer, into the result. Answers to writes are noted already. */
void fleet_task_note_reply(struct fleet_task *task, const struct http_reply *reply);

/* Whether what became of it wants a stop and a start. */
bool fleet_needs_restart(const struct fleet_result *result);

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

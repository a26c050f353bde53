/* fleet_task: the state of a run and of one resource in it. Private to the room. */
#ifndef FLEET_FLEET_TASK_H
#define FLEET_FLEET_TASK_H

#include "fleet/fleet.h"

enum { FLEET_ETAG_SIZE = 256 };

struct fleet_task {
    struct fleet_task *next; /* in the queue of those ready to be written */
    struct fleet *fleet;
    struct fleet_result *result;
    struct resource fresh;          /* as last read */
    struct resource_settings asked; /* what the last PATCH asked for */
    unsigned mask;                  /* what differs, by the last read */
    unsigned round;                 /* reads so far */
    bool sent;                      /* a PATCH has left */
    bool lost;                      /* its answer never came: the next read settles it */
    struct err lost_error;
    char etag[FLEET_ETAG_SIZE];
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
    struct fleet_queue ready;                          /* read, to be recorded */
    struct fleet_queue recorded;                       /* in the journal, to be written */
    int64_t ready_since_ms;                            /* when the first of `ready` came */
    const struct fleet_result **intended, **concluded; /* for the journal; room for every result */
    size_t concluded_count;
    bool stopped;     /* cancelled: nothing more is begun */
    struct err error; /* of the journal: nothing more is begun */
    size_t next;      /* item that is taken up next */
    unsigned reading, writing;
};

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

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
    struct resource_settings wanted;
    struct fleet_gate gate;
    struct fleet_queue ready; /* read, to be written */
    size_t next;              /* item that is taken up next */
    unsigned reading, writing;
};

void fleet_queue_push(struct fleet_queue *queue, struct fleet_task *task);
struct fleet_task *fleet_queue_pop(struct fleet_queue *queue); /* NULL when empty */

#endif

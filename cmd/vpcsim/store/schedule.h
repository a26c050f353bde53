/*
 * schedule: what happens later. Events run before the next request is served; no thread waits for them.
 */
#ifndef VPCSIM_SCHEDULE_H
#define VPCSIM_SCHEDULE_H

#include <stdint.h>

#include "vpcsim/store/store.h"

/* What is due at a time, first come first served at the same time; zero-initialised the heap is empty. */
struct due {
    int64_t due_ms;
    uint64_t sequence;
    void *what; /* borrowed */
};

struct due_heap {
    struct due *items; /* the next one first; the owner frees it with free() */
    size_t count, capacity;
    uint64_t sequence;
};

void due_heap_add(struct due_heap *heap, int64_t due_ms, void *what);
/* Takes the next one out of a heap that is not empty. */
struct due due_heap_take(struct due_heap *heap);

/*
 * Called when it is due. Names the record by id, for it may be gone by then; a record that was given another due
 * time in between ignores the event: `due_ms` tells which one it is.
 */
typedef void schedule_event(struct region *region, const char *id, int64_t due_ms);

struct schedule *schedule_create(void);
void schedule_destroy(struct schedule *schedule);

void schedule_at(struct schedule *schedule, int64_t due_ms, schedule_event *run, struct region *region, const char *id);

/* Runs what is due at `now_ms`, oldest first; events may schedule more. */
void schedule_run(struct schedule *schedule, int64_t now_ms);

/* Forgets all. */
void schedule_clear(struct schedule *schedule);

#endif

#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "sim.h"

struct event {
    int64_t due_ms;
    uint64_t sequence; /* first come, first served at the same time */
    schedule_event *run;
    struct region *region;
    char id[ID_MAX];
};

struct schedule {
    struct event *heap;
    size_t count, capacity;
    uint64_t sequence;
};

struct schedule *schedule_create(void)
{
    return alloc_zeroed(1, sizeof(struct schedule));
}

void schedule_clear(struct schedule *schedule)
{
    schedule->count = 0;
}

void schedule_destroy(struct schedule *schedule)
{
    if (schedule != NULL) {
        free(schedule->heap);
        free(schedule);
    }
}

static bool before(const struct event *a, const struct event *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->sequence < b->sequence;
}

static void swap(struct event *a, struct event *b)
{
    struct event held = *a;

    *a = *b;
    *b = held;
}

void schedule_at(struct schedule *schedule, int64_t due_ms, schedule_event *run, struct region *region, const char *id)
{
    schedule->heap = alloc_grow(schedule->heap, schedule->count + 1, &schedule->capacity, sizeof(schedule->heap[0]));
    size_t at = schedule->count++;
    struct event *heap = schedule->heap;
    heap[at] = (struct event){.due_ms = due_ms, .sequence = ++schedule->sequence, .run = run, .region = region};
    snprintf(heap[at].id, sizeof(heap[at].id), "%s", id);
    for (; at > 0 && before(&heap[at], &heap[(at - 1) / 2]); at = (at - 1) / 2) {
        swap(&heap[at], &heap[(at - 1) / 2]);
    }
}

static struct event take_first(struct schedule *schedule)
{
    struct event *heap = schedule->heap;
    struct event first = heap[0];

    heap[0] = heap[--schedule->count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < schedule->count; child++) {
            if (before(&heap[child], &heap[least])) {
                least = child;
            }
        }
        if (least == at) {
            return first;
        }
        swap(&heap[at], &heap[least]);
        at = least;
    }
}

void schedule_run(struct schedule *schedule, int64_t now_ms)
{
    while (schedule->count > 0 && schedule->heap[0].due_ms <= now_ms) {
        struct event event = take_first(schedule);
        /* what follows from it is reckoned from when it was due, not from when somebody looked */
        event.region->sim->now_ms = event.due_ms;
        event.run(event.region, event.id, event.due_ms);
    }
}

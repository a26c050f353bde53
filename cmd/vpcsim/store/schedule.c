/* Events of the simulated account that are due later. */
#include "vpcsim/store/schedule.h"

#include <stdio.h>
#include <stdlib.h>

#include "mem/mem.h"
#include "vpcsim/sim.h"

struct event {
    schedule_event *run;
    struct region *region;
    char id[ID_MAX];
};

struct schedule {
    struct due_heap events;
};

static bool before(const struct due *a, const struct due *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->sequence < b->sequence;
}

static void swap(struct due *a, struct due *b)
{
    struct due held = *a;

    *a = *b;
    *b = held;
}

void due_heap_add(struct due_heap *heap, int64_t due_ms, void *what)
{
    size_t at = heap->count;

    *mem_list_add(heap) = (struct due){.due_ms = due_ms, .sequence = ++heap->sequence, .what = what};
    for (; at > 0 && before(&heap->items[at], &heap->items[(at - 1) / 2]); at = (at - 1) / 2) {
        swap(&heap->items[at], &heap->items[(at - 1) / 2]);
    }
}

struct due due_heap_take(struct due_heap *heap)
{
    struct due first = heap->items[0];

    heap->items[0] = heap->items[--heap->count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count; child++) {
            if (before(&heap->items[child], &heap->items[least])) {
                least = child;
            }
        }
        if (least == at) {
            return first;
        }
        swap(&heap->items[at], &heap->items[least]);
        at = least;
    }
}

struct schedule *schedule_create(void)
{
    return mem_alloc(sizeof(struct schedule));
}

void schedule_clear(struct schedule *schedule)
{
    while (schedule->events.count > 0) {
        free(due_heap_take(&schedule->events).what);
    }
}

void schedule_destroy(struct schedule *schedule)
{
    if (schedule != NULL) {
        schedule_clear(schedule);
        free(schedule->events.items);
        free(schedule);
    }
}

void schedule_at(struct schedule *schedule, int64_t due_ms, schedule_event *run, struct region *region, const char *id)
{
    struct event *event = mem_alloc(sizeof(*event));

    *event = (struct event){.run = run, .region = region};
    snprintf(event->id, sizeof(event->id), "%s", id);
    due_heap_add(&schedule->events, due_ms, event);
}

void schedule_run(struct schedule *schedule, int64_t now_ms)
{
    while (schedule->events.count > 0 && schedule->events.items[0].due_ms <= now_ms) {
        struct due due = due_heap_take(&schedule->events);
        struct event *event = due.what;
        /* what follows from it is reckoned from when it was due, not from when the next request came */
        event->region->sim->now_ms = due.due_ms;
        event->run(event->region, event->id, due.due_ms);
        free(event);
    }
}

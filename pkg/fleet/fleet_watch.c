/* Reads the statuses of servers that are waited for, and counts pauses. */
#include "fleet/fleet_watch.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "fleet/fleet_gone.h"
#include "mem/mem.h"

int fleet_watch_interval_ms(unsigned fixed_ms, unsigned unchanged)
{
    static const int steps[] = {1000, 2000, 5000};
    enum { LAST = sizeof(steps) / sizeof(steps[0]) - 1 };

    return fixed_ms > 0 ? (int)fixed_ms : steps[unchanged < LAST ? unchanged : LAST];
}

/* A task that waits, and what was read of its server. */
struct target {
    struct reading *reading;
    struct fleet_task *task;
    struct fleet_observation observation;
    bool found;
};

/* The statuses of one region. */
struct reading {
    struct fleet *fleet;
    size_t region;
    struct target *targets; /* sorted by id */
    size_t count;
    size_t pending;                /* requests, or lists, in progress */
    struct resource_list *records; /* for the list; stays empty */
};

static void free_reading(struct reading *reading)
{
    resource_list_destroy(reading->records);
    free(reading->targets);
    free(reading);
}

/* --- what was read ----------------------------------------------------------------------------------- */

static void end_reading(struct reading *reading)
{
    struct fleet *fleet = reading->fleet;
    size_t waiting = 0;

    for (size_t i = 0; i < reading->count; i++) {
        struct fleet_task *task = reading->targets[i].task;
        size_t before = fleet->watch.waiting.count;
        fleet->watch.notifying = true;
        task->ops->on_status(task, &reading->targets[i].observation);
        fleet->watch.notifying = false;
        waiting += fleet->watch.waiting.count - before;
    }
    if (waiting < reading->count) {
        fleet->watch.unchanged = 0;
    }
    if (--fleet->watch.reads == 0) {
        fleet->watch.next_ms = clock_monotonic_ms(clock_system()) +
                               fleet_watch_interval_ms(fleet->options->restart->poll_ms, fleet->watch.unchanged);
    }
    free_reading(reading);
}

static void request_ended(struct reading *reading)
{
    if (--reading->pending == 0) {
        end_reading(reading);
    }
}

static bool note(struct target *target, struct answer_node node, struct err *e)
{
    struct resource_list *strings = target->reading->fleet->strings;
    struct answer_string status = {0};
    struct answer_string why = {0};

    if (!answer_get_string(node, "status", ANSWER_REQUIRED, &status, e) ||
        !answer_get_string(node, "status_reasons/0/message", ANSWER_OPTIONAL, &why, e)) {
        return false;
    }
    target->found = true;
    fleet_gone_note_name(target->task, node);
    target->observation.status = resource_list_share(strings, status.data, status.size);
    target->observation.why = why.data != NULL ? resource_list_share(strings, why.data, why.size) : NULL;
    return true;
}

static bool read_single(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    (void)reply;
    return note(context, root, e);
}

static void single_done(const struct vpc_answer *answer, void *context)
{
    struct target *target = context;

    if (answer->error != NULL) {
        target->observation.code = answer->error->code;
        target->observation.gone = http_is_not_found(answer->reply);
    }
    request_ended(target->reading);
}

static void read_single_server(struct target *target)
{
    const struct resource *resource = target->task->result->item->resource;

    target->reading->pending++;
    vpc_get(target->task->vpc, resource->kind,
            &(struct vpc_call){
                .id = resource->id, .must_finish = true, .read = read_single, .done = single_done, .context = target});
}

/* --- a list ----------------------------------------------------------------------------------------- */

static const char *id_of(const struct target *target)
{
    return target->task->result->item->resource->id;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(id_of(a), id_of(b));
}

static int compare_with_id(const void *id, const void *target)
{
    return strcmp(id, id_of(target));
}

static bool keep(const struct resource *record, struct answer_node item, void *context, bool *ret_keep, struct err *e)
{
    struct reading *reading = context;
    struct target *target = record->id == NULL ? NULL
                                               : bsearch(record->id, reading->targets, reading->count,
                                                         sizeof(*reading->targets), compare_with_id);

    *ret_keep = false;
    /* a server whose status the list does not say is read by itself */
    return target == NULL || answer_kind(answer_find(item, "status")) != ANSWER_STRING || note(target, item, e);
}

/* A server that is not on the list, or not on the pages that were read, is read by itself. */
static void listed(const struct err *error, void *context)
{
    struct reading *reading = context;
    bool short_list = error == NULL || error->code == ERR_INCOMPLETE;
    size_t *long_for = &reading->fleet->watch.long_for[reading->region];

    if (error != NULL && error->code == ERR_INCOMPLETE && *long_for < reading->count) {
        *long_for = reading->count;
    }
    for (size_t i = 0; i < reading->count; i++) {
        if (reading->targets[i].found) {
            continue;
        }
        if (short_list) {
            read_single_server(&reading->targets[i]);
        } else {
            reading->targets[i].observation.code = error->code;
        }
    }
    request_ended(reading);
}

/* The VPC that all are in, or NULL. */
static const char *shared_vpc(const struct reading *reading)
{
    const char *first = reading->targets[0].task->result->item->resource->vpc_id;

    for (size_t i = 1; i < reading->count; i++) {
        const char *vpc = reading->targets[i].task->result->item->resource->vpc_id;
        if (first == NULL || vpc == NULL || strcmp(first, vpc) != 0) {
            return NULL;
        }
    }
    return first;
}

static void read_list(struct reading *reading)
{
    const struct fleet_task *first = reading->targets[0].task;

    reading->records = resource_list_create();
    qsort(reading->targets, reading->count, sizeof(*reading->targets), compare_ids);
    vpc_list(first->vpc, &(struct vpc_listing){.kind = first->result->item->resource->kind,
                                               .filter = {.vpc_id = shared_vpc(reading)},
                                               .into = reading->records,
                                               .keep = keep,
                                               .listed = listed,
                                               .context = reading,
                                               .most = (int64_t)reading->count * VPC_PAGE_LIMIT,
                                               .must_finish = true});
}

/* --- one read for all ------------------------------------------------------------------------------------------ */

/* Takes the tasks that wait for servers of the region. All are of one kind: only one has restarts. */
static struct reading *make_reading(struct fleet *fleet, size_t region)
{
    struct fleet_queue *waiting = &fleet->watch.waiting;
    struct reading *reading = mem_alloc(sizeof(*reading));
    struct target *targets = mem_array(waiting->count, sizeof(*targets));
    struct fleet_queue others = {0};
    struct fleet_task *task;

    *reading = (struct reading){.fleet = fleet, .region = region, .targets = targets};
    while ((task = fleet_queue_pop(waiting)) != NULL) {
        if (task->vpc == fleet->options->regions[region]) {
            targets[reading->count++] = (struct target){.reading = reading, .task = task};
        } else {
            fleet_queue_push(&others, task);
        }
    }
    fleet_queue_move(waiting, &others);
    return reading;
}

static void begin_reading(struct fleet *fleet, size_t region)
{
    struct reading *reading = make_reading(fleet, region);

    if (reading->count == 0) {
        free_reading(reading);
        return;
    }
    fleet->watch.reads++;
    reading->pending = 1;
    /* one by one where the collection has more pages than that, as far as is known */
    if (reading->count > 1 && reading->count > fleet->watch.long_for[region]) {
        read_list(reading);
        return;
    }
    for (size_t i = 0; i < reading->count; i++) {
        read_single_server(&reading->targets[i]);
    }
    request_ended(reading);
}

/* Milliseconds until statuses are read; -1: no task waits, or they are being read. */
static int status_left_ms(const struct fleet *fleet)
{
    int64_t left_ms = fleet->watch.next_ms - clock_monotonic_ms(clock_system());

    return fleet->watch.waiting.count == 0 || fleet->watch.reads > 0 ? -1 : left_ms > 0 ? (int)left_ms : 0;
}

static void read_statuses(struct fleet *fleet)
{
    struct fleet_watch *watch = &fleet->watch;

    if (watch->long_for == NULL) {
        watch->long_for = mem_array(fleet->options->region_count, sizeof(*watch->long_for));
    }
    watch->unchanged++;
    for (size_t i = 0; i < fleet->options->region_count; i++) {
        begin_reading(fleet, i);
    }
}

/* --- pauses ------------------------------------------------------------------------------------------ */

static int pause_left_ms(const struct fleet *fleet)
{
    int64_t now_ms = clock_monotonic_ms(clock_system());
    int64_t left_ms = -1;

    for (const struct fleet_task *task = fleet->pausing.first; task != NULL; task = task->next) {
        int64_t own_ms = task->due_ms > now_ms ? task->due_ms - now_ms : 0;
        left_ms = left_ms < 0 || own_ms < left_ms ? own_ms : left_ms;
    }
    return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

static void resume_paused(struct fleet *fleet)
{
    int64_t now_ms = clock_monotonic_ms(clock_system());
    bool over = fleet_is_over(fleet);
    struct fleet_queue pausing = {0};
    struct fleet_task *task;

    fleet_queue_move(&pausing, &fleet->pausing);
    while ((task = fleet_queue_pop(&pausing)) != NULL) {
        if (over || task->due_ms <= now_ms) {
            task->ops->resume(task);
        } else {
            fleet_queue_push(&fleet->pausing, task);
        }
    }
}

/* --- the run ----------------------------------------------------------------------------------------- */

void fleet_watch_step(struct fleet *fleet)
{
    if (status_left_ms(fleet) == 0) {
        read_statuses(fleet);
    }
    resume_paused(fleet);
}

bool fleet_watch_is_reading(const struct fleet *fleet)
{
    return fleet->watch.reads > 0;
}

int fleet_watch_left_ms(const struct fleet *fleet)
{
    int status_ms = status_left_ms(fleet);
    int pause_ms = pause_left_ms(fleet);

    return status_ms < 0 || (pause_ms >= 0 && pause_ms < status_ms) ? pause_ms : status_ms;
}

void fleet_watch_hurry(struct fleet *fleet)
{
    fleet->watch.next_ms = 0;
}

void fleet_task_await_status(struct fleet_task *task)
{
    struct fleet_watch *watch = &task->fleet->watch;

    fleet_queue_push(&watch->waiting, task);
    if (!watch->notifying) {
        int64_t soon_ms =
            clock_monotonic_ms(clock_system()) + fleet_watch_interval_ms(task->fleet->options->restart->poll_ms, 0);
        watch->unchanged = 0;
        watch->next_ms = watch->waiting.count == 1 || soon_ms < watch->next_ms ? soon_ms : watch->next_ms;
    }
}

#include "fleet/fleet_watch.h"

#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"

int fleet_watch_interval_ms(unsigned fixed_ms, unsigned fruitless)
{
    static const int steps[] = {1000, 2000, 5000};
    enum { LAST = sizeof(steps) / sizeof(steps[0]) - 1 };

    return fixed_ms > 0 ? (int)fixed_ms : steps[fruitless < LAST ? fruitless : LAST];
}

bool fleet_watch_singly(size_t count, size_t long_for)
{
    return count <= 1 || count <= long_for;
}

/* What is looked for: a task, and what was seen of it. */
struct target {
    struct look *look;
    struct fleet_task *task;
    struct fleet_sight sight;
    bool found;
};

/* A look at one region. */
struct look {
    struct fleet *fleet;
    size_t region;
    struct target *targets; /* sorted by id */
    size_t count;
    size_t pending;                /* requests, or lists, under way */
    struct resource_list *records; /* for the list; stays empty */
};

static void free_look(struct look *look)
{
    resource_list_destroy(look->records);
    free(look->targets);
    free(look);
}

/* --- what is seen ----------------------------------------------------------------------------------- */

static void end_look(struct look *look)
{
    struct fleet *fleet = look->fleet;
    size_t waiting = 0;

    for (size_t i = 0; i < look->count; i++) {
        struct fleet_task *task = look->targets[i].task;
        size_t before = fleet->watch.waiting.count;
        fleet->watch.telling = true;
        task->work->seen(task, &look->targets[i].sight);
        fleet->watch.telling = false;
        waiting += fleet->watch.waiting.count - before;
    }
    if (waiting < look->count) {
        fleet->watch.fruitless = 0;
    }
    if (--fleet->watch.looks == 0) {
        fleet->watch.next_ms = clock_monotonic_ms(clock_system()) +
                               fleet_watch_interval_ms(fleet->options->restart->poll_ms, fleet->watch.fruitless);
    }
    free_look(look);
}

static void request_ended(struct look *look)
{
    if (--look->pending == 0) {
        end_look(look);
    }
}

static bool note(struct target *target, struct answer_node node, struct err *e)
{
    struct resource_list *strings = target->look->fleet->strings;
    struct answer_string status = {0};
    struct answer_string why = {0};

    if (!answer_get_string(node, "status", ANSWER_REQUIRED, &status, e) ||
        !answer_get_string(node, "status_reasons/0/message", ANSWER_OPTIONAL, &why, e)) {
        return false;
    }
    target->found = true;
    target->sight.status = resource_list_share(strings, status.data, status.size);
    target->sight.why = why.data != NULL ? resource_list_share(strings, why.data, why.size) : NULL;
    return true;
}

static bool read_single(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    (void)reply;
    return note(context, root, e);
}

static void note_error(struct target *target, const struct err *error)
{
    target->sight.code = error->code;
    target->sight.gone = error->http_status == 404;
}

static void single_done(const struct vpc_answer *answer, void *context)
{
    struct target *target = context;

    if (answer->error != NULL) {
        note_error(target, answer->error);
    }
    request_ended(target->look);
}

static void look_singly(struct target *target)
{
    const struct resource *resource = target->task->result->item->resource;

    target->look->pending++;
    vpc_get(fleet_task_vpc(target->task), resource->kind,
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
    struct look *look = context;
    struct target *target = bsearch(record->id, look->targets, look->count, sizeof(*look->targets), compare_with_id);

    *ret_keep = false;
    return target == NULL || note(target, item, e);
}

/* Who is not on the list, or not on the pages that were read, is asked for by itself. */
static void listed(const struct err *error, void *context)
{
    struct look *look = context;
    bool short_list = error == NULL || error->code == ERR_INCOMPLETE;
    size_t *long_for = &look->fleet->watch.long_for[look->region];

    if (error != NULL && error->code == ERR_INCOMPLETE && *long_for < look->count) {
        *long_for = look->count;
    }
    for (size_t i = 0; i < look->count; i++) {
        if (look->targets[i].found) {
            continue;
        }
        if (short_list) {
            look_singly(&look->targets[i]);
        } else {
            note_error(&look->targets[i], error);
        }
    }
    request_ended(look);
}

/* The VPC that all are in, or NULL. */
static const char *shared_vpc(const struct look *look)
{
    const char *first = look->targets[0].task->result->item->resource->vpc_id;

    for (size_t i = 1; i < look->count; i++) {
        const char *vpc = look->targets[i].task->result->item->resource->vpc_id;
        if (first == NULL || vpc == NULL || strcmp(first, vpc) != 0) {
            return NULL;
        }
    }
    return first;
}

static void look_at_list(struct look *look)
{
    const struct fleet_task *first = look->targets[0].task;

    look->records = resource_list_create();
    qsort(look->targets, look->count, sizeof(*look->targets), compare_ids);
    vpc_list(fleet_task_vpc(first), &(struct vpc_listing){.kind = first->result->item->resource->kind,
                                                          .filter = {.vpc_id = shared_vpc(look)},
                                                          .into = look->records,
                                                          .keep = keep,
                                                          .listed = listed,
                                                          .context = look,
                                                          .most = (int64_t)look->count * VPC_PAGE_LIMIT,
                                                          .must_finish = true});
}

/* --- looks ------------------------------------------------------------------------------------------ */

/* Takes those that wait for something of the region. All are of one kind: only one has restarts. */
static struct look *make_look(struct fleet *fleet, size_t region)
{
    struct fleet_queue *waiting = &fleet->watch.waiting;
    struct look *look = mem_alloc(sizeof(*look));
    struct target *targets = mem_array(waiting->count + 1, sizeof(*targets));
    struct fleet_queue others = {0};
    struct fleet_task *task;

    *look = (struct look){.fleet = fleet, .region = region, .targets = targets};
    while ((task = fleet_queue_pop(waiting)) != NULL) {
        if (fleet_task_vpc(task) == fleet->options->regions[region]) {
            targets[look->count++] = (struct target){.look = look, .task = task};
        } else {
            fleet_queue_push(&others, task);
        }
    }
    fleet_queue_move(waiting, &others);
    return look;
}

static void begin_look(struct fleet *fleet, size_t region)
{
    struct look *look = make_look(fleet, region);

    if (look->count == 0) {
        free_look(look);
        return;
    }
    fleet->watch.looks++;
    look->pending = 1;
    if (!fleet_watch_singly(look->count, fleet->watch.long_for[region])) {
        look_at_list(look);
        return;
    }
    for (size_t i = 0; i < look->count; i++) {
        look_singly(&look->targets[i]);
    }
    request_ended(look);
}

void fleet_watch_step(struct fleet *fleet)
{
    struct fleet_watch *watch = &fleet->watch;

    if (fleet_watch_left_ms(fleet) != 0) {
        return;
    }
    if (watch->long_for == NULL) {
        watch->long_for = mem_array(fleet->options->region_count, sizeof(*watch->long_for));
    }
    watch->fruitless++;
    for (size_t i = 0; i < fleet->options->region_count; i++) {
        begin_look(fleet, i);
    }
}

bool fleet_watch_is_looking(const struct fleet *fleet)
{
    return fleet->watch.looks > 0;
}

int fleet_watch_left_ms(const struct fleet *fleet)
{
    int64_t left_ms = fleet->watch.next_ms - clock_monotonic_ms(clock_system());

    return fleet->watch.waiting.count == 0 || fleet->watch.looks > 0 ? -1 : left_ms > 0 ? (int)left_ms : 0;
}

void fleet_watch_hurry(struct fleet *fleet)
{
    fleet->watch.next_ms = 0;
}

void fleet_task_await_status(struct fleet_task *task)
{
    struct fleet_watch *watch = &task->fleet->watch;

    fleet_queue_push(&watch->waiting, task);
    if (!watch->telling) {
        int64_t soon_ms =
            clock_monotonic_ms(clock_system()) + fleet_watch_interval_ms(task->fleet->options->restart->poll_ms, 0);
        watch->fruitless = 0;
        watch->next_ms = watch->waiting.count == 1 || soon_ms < watch->next_ms ? soon_ms : watch->next_ms;
    }
}

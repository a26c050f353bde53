/*
 * Rolling an instance group: the members made from another template than the group's are deleted, a batch at a time,
 * and the group makes new ones. Before each batch it has to be healthy, with as many members as it had. Whether
 * deleting a membership lowers membership_count is not documented (vpc-api.md 4.2): where it did, it is set back.
 *
 * Every step is decided by the state that is read, so nothing depends on what was sent before: an answer that was
 * lost, a run that was cut off.
 */
#include "fleet/fleet_roll_state.h"

#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "fleet/fleet_gone.h"
#include "fleet/fleet_reconcile.h"
#include "fleet/fleet_watch.h"
#include "mem/mem.h"

#define PHASE_DELETE  "delete"
#define PHASE_RESTORE "restore"

struct roll_task {
    struct fleet_task task;
    struct plan_roll terms;
    struct resource group;         /* as last read */
    struct resource_list *members; /* as well; NULL: not yet */
    struct fleet_roll_state state;
    struct resource_list *orphaned; /* memberships whose servers stay without them; NULL: none */
    size_t in_flight;               /* deletions */
    struct err error;               /* of the last batch, the first one counts */
    unsigned failures;              /* batches with an error, the last ones in a row */
    unsigned reads;                 /* since the last change */
    int64_t expected;               /* members */
    int64_t since_ms;               /* when the last batch was sent */
    size_t deleted;                 /* memberships so far, each of which may lower membership_count */
    const char *template_id;        /* that the group has to keep; NULL: not known yet */
    size_t not_restored;            /* of these, in the last batch and not set back since */
    bool lowers_size;               /* deletions did: it was set back */
    bool resized;                   /* by another writer */
    unsigned lost;                  /* lists of members that said there is no such group, the last ones in a row */
    unsigned restorations;          /* of membership_count, since the last deletion */
    unsigned late_reads;            /* that showed the template from before the run's own move */
    bool restores;                  /* what is written next */
    bool noted;                     /* the state from before is in the result */
};

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

static void release(struct fleet_task *task)
{
    struct roll_task *roll = (struct roll_task *)task;

    resource_list_destroy(roll->members);
    resource_list_destroy(roll->orphaned);
}

static struct plan_state members_state(int64_t count, size_t stale)
{
    return (struct plan_state){.type = PLAN_STATE_MEMBERS, .members = {.count = count, .stale = (int64_t)stale}};
}

/* --- ends ---------------------------------------------------------------------------------------- */

static void append_orphaned(struct text *out, const struct resource_list *orphaned)
{
    for (size_t i = 0; i < resource_list_count(orphaned); i++) {
        const struct resource *membership = resource_list_at(orphaned, i);
        text_printf(out, "%s%s", i > 0 ? ", " : "",
                    membership->instance_name != NULL ? membership->instance_name : membership->name);
    }
}

static void finish(struct roll_task *roll, enum fleet_outcome outcome, const struct err *error)
{
    struct fleet_result *result = roll->task.result;
    CLEANUP(text_free) struct text reason = {0};

    if (error != NULL) {
        text_append(&reason, error->message);
        result->code = error->code;
    }
    if (roll->orphaned != NULL) {
        text_printf(&reason,
                    "%sthese servers are no longer in the group and still there: ", reason.size > 0 ? "; " : "");
        append_orphaned(&reason, roll->orphaned);
    }
    if (roll->resized) {
        text_printf(&reason, "%sresized to %lld members by another writer meanwhile", reason.size > 0 ? "; " : "",
                    (long long)roll->expected);
    }
    if (roll->members != NULL) {
        result->after_state = members_state(roll->state.count, roll->state.stale);
    }
    result->reason = reason.size > 0 ? resource_list_keep(roll->task.fleet->strings, text_string(&reason)) : NULL;
    fleet_task_finish(&roll->task, outcome);
}

/* Left open in the history: a resumed run rolls the rest. */
static void interrupt(struct roll_task *roll)
{
    struct err error = ERR_INIT;

    err_set(&error, ERR_CANCELLED, "interrupted; runs resume continues with it");
    finish(roll, roll->state.begun ? FLEET_UNKNOWN : FLEET_SKIPPED, &error);
}

static void stop(struct roll_task *roll)
{
    CLEANUP(text_free) struct text why = {0};
    struct err error = ERR_INIT;

    if (resource_status(roll->group.status) == RESOURCE_STATUS_DELETING) {
        err_set(&error, ERR_FAILED, "is being deleted by another writer");
        finish(roll, FLEET_SKIPPED, &error);
        return;
    }
    fleet_roll_describe(&roll->state, &why);
    err_set(&error, ERR_FAILED, "stopped with %zu stale members left: %s", roll->state.stale, text_string(&why));
    finish(roll, FLEET_FAILED, &error);
}

static void leave_gone(struct fleet_task *task)
{
    CLEANUP(text_free) struct text why = {0};
    struct err error = ERR_INIT;

    fleet_gone_describe(task, &why);
    err_set(&error, ERR_FAILED, "%s", text_string(&why));
    finish((struct roll_task *)task, FLEET_SKIPPED, &error);
}

static void finish_error(struct roll_task *roll, const struct err *error)
{
    if (error->code == ERR_CANCELLED) {
        interrupt(roll);
    } else {
        finish(roll, FLEET_FAILED, error);
    }
}

/* --- reading ------------------------------------------------------------------------------------- */

static void read_later(struct roll_task *roll)
{
    fleet_task_step(&roll->task, WAIT_HEALING);
    fleet_task_pause(&roll->task, fleet_watch_interval_ms(roll->terms.poll_ms, roll->reads++));
}

static void wait_longer(struct roll_task *roll)
{
    CLEANUP(text_free) struct text why = {0};
    struct err error = ERR_INIT;

    if (now_ms() - roll->since_ms < roll->terms.heal_timeout_ms) {
        read_later(roll);
        return;
    }
    fleet_roll_describe(&roll->state, &why);
    err_set(&error, ERR_FAILED, "stopped with %zu stale members left: after %s %s", roll->state.stale,
            text_duration(roll->terms.heal_timeout_ms).text, text_string(&why));
    finish(roll, FLEET_FAILED, &error);
}

static void write_next(struct roll_task *roll, bool restores)
{
    roll->restores = restores;
    if (!roll->noted) {
        roll->noted = true;
        http_work(roll->task.fleet->options->http)->step_total[WAIT_DELETING_MEMBERS] += roll->state.stale;
        roll->task.result->before_state = members_state(roll->expected, roll->state.stale);
    }
    fleet_task_ready(&roll->task, restores ? PHASE_RESTORE : PHASE_DELETE, NULL);
}

static void proceed(struct roll_task *roll)
{
    bool begun = roll->state.begun;

    roll->state = fleet_roll_read(&roll->group, roll->members);
    roll->state.begun = begun;
    roll->state.expected = roll->expected;
    if (fleet_is_over(roll->task.fleet)) {
        interrupt(roll);
        return;
    }
    switch (fleet_roll_next(&roll->state)) {
    case FLEET_ROLL_DELETE:
        write_next(roll, false);
        break;
    case FLEET_ROLL_RESTORE:
        if (roll->restorations++ < FLEET_ROUNDS_MAX) {
            write_next(roll, true);
        } else {
            stop(roll); /* another writer lowers it each time */
        }
        break;
    case FLEET_ROLL_WAIT:
        wait_longer(roll);
        break;
    case FLEET_ROLL_DONE:
        finish(roll, begun ? FLEET_CHANGED : FLEET_UNCHANGED, NULL);
        break;
    case FLEET_ROLL_STOP:
        stop(roll);
        break;
    }
}

static void read_failed(struct roll_task *roll, const struct err *error)
{
    struct err wrapped = *error;

    err_wrap(&wrapped, "stopped: the group could not be read");
    finish_error(roll, &wrapped);
}

static void read_state(struct fleet_task *task);

static void members_listed(const struct err *error, void *context)
{
    struct roll_task *roll = context;
    struct err odd = ERR_INIT;

    if (error != NULL && error->http_status == 404 && roll->lost++ < FLEET_ROUNDS_MAX) {
        read_state(&roll->task); /* the group itself says whether it is gone */
    } else if (error != NULL) {
        read_failed(roll, error);
    } else if (!resource_list_check_whole(roll->members, &odd)) {
        read_failed(roll, &odd); /* what is not known of a member decides which ones are deleted */
    } else {
        roll->lost = 0;
        proceed(roll);
    }
}

static bool read_group(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct roll_task *roll = context;
    struct resource group = *roll->task.result->item->resource;

    (void)reply;
    resource_read(roll->task.fleet->strings, &group, root);
    if (!resource_check_whole(&group, e)) {
        return false;
    }
    roll->group = group;
    fleet_gone_note_name(&roll->task, root);
    return true;
}

static bool is_lowered(const struct roll_task *roll)
{
    return roll->state.begun && roll->group.membership_count < roll->expected && roll->group.managers == NULL &&
           roll->error.code == ERR_NONE;
}

/* The run is ending: what was lowered is set back, the rest is left to a resumed run. */
static void end_here(struct roll_task *roll)
{
    if (is_lowered(roll) && roll->restorations++ < FLEET_ROUNDS_MAX) {
        roll->state.count = roll->group.membership_count;
        write_next(roll, true);
    } else {
        interrupt(roll);
    }
}

/*
 * Deletions may lower membership_count by as many, which is set back; what changes it by more is another writer, whose
 * size stays. A decrease that may be the run's own is never taken for another's: the group would shrink to nothing.
 * Of a resumed run it is not known how many were deleted before.
 */
static void adopt_size(struct roll_task *roll)
{
    int64_t count = roll->group.membership_count;
    int64_t lowest = roll->expected - (int64_t)roll->deleted;
    bool lowered = count < lowest && !roll->task.result->item->journaled && roll->group.managers == NULL;

    if (!roll->state.begun) {
        roll->expected = count;
    } else if (count > roll->expected || lowered) {
        roll->resized = true;
        roll->expected = lowered && roll->lowers_size ? count + (int64_t)roll->not_restored : count;
    }
}

/* The move of the group before it is rolled; NULL: it has the template already. */
static const struct plan_item *move_of(const struct roll_task *roll)
{
    const struct plan_item *item = roll->task.result->item;
    const struct plan_item *before =
        item->depends_on != 0 ? &roll->task.fleet->plan->items[item->depends_on - 1] : NULL;

    return before != NULL && before->action == PLAN_MOVE ? before : NULL;
}

/* A read that shows the template from before the run's own move may be an old one. */
static bool is_late(struct roll_task *roll)
{
    const struct plan_item *move = move_of(roll);

    return move != NULL && text_equal(move->move.from.id, roll->group.template_id) &&
           roll->late_reads < FLEET_LATE_READS;
}

/* A group that another writer has moved would be rolled to a template that is not the plan's. */
static bool was_moved(struct roll_task *roll, struct err *e)
{
    const struct plan *plan = roll->task.fleet->plan;
    const struct plan_item *move = move_of(roll);
    const struct resource *group = &roll->group;

    if (roll->template_id == NULL && move != NULL) {
        roll->template_id = plan_template_target(plan, move).id;
    }
    roll->template_id = roll->template_id != NULL ? roll->template_id : group->template_id;
    if (text_equal(roll->template_id, group->template_id)) {
        return false;
    }
    err_set(e, ERR_CONFLICT, "moved to template %s by another writer meanwhile; no more members were deleted",
            group->template_name != NULL ? group->template_name : group->template_id);
    return true;
}

static void group_read(const struct vpc_answer *answer, void *context)
{
    struct roll_task *roll = context;
    struct err moved = ERR_INIT;

    if (http_is_not_found(answer->reply)) {
        fleet_gone_explain(&roll->task, leave_gone);
        return;
    }
    if (answer->error != NULL) {
        read_failed(roll, answer->error);
        return;
    }
    if (is_late(roll)) {
        fleet_task_pause(&roll->task, fleet_late_read_ms(roll->late_reads++));
        return;
    }
    bool moved_away = was_moved(roll, &moved);
    adopt_size(roll);
    if (moved_away && (roll->restores || !is_lowered(roll))) {
        finish(roll, FLEET_FAILED, &moved);
        return;
    }
    if (moved_away || fleet_is_over(roll->task.fleet)) {
        end_here(roll);
        return;
    }
    resource_list_destroy(roll->members);
    roll->members = resource_list_create();
    fleet_task_list(&roll->task, &(struct vpc_listing){.kind = roll->group.kind->memberships,
                                                       .parent = roll->group.id,
                                                       .into = roll->members,
                                                       .listed = members_listed});
}

static void read_state(struct fleet_task *task)
{
    fleet_task_read(task, vpc_get,
                    &(struct vpc_call){.id = task->result->item->resource->id, .read = read_group, .done = group_read});
}

static void begin(struct fleet_task *task)
{
    struct roll_task *roll = (struct roll_task *)task;
    const struct plan_item *item = task->result->item;

    roll->terms = item->roll.terms;
    roll->state.begun = item->journaled;
    roll->expected = item->journaled ? item->roll.before.count : 0;
    roll->noted = item->journaled;
    roll->since_ms = now_ms();
    read_state(task);
}

/* --- writing ------------------------------------------------------------------------------------- */

static void batch_done(struct roll_task *roll)
{
    roll->failures = roll->error.code != ERR_NONE ? roll->failures + 1 : 0;
    roll->reads = 0;
    bool lost = roll->error.http_status == 404; /* the group itself says whether it is gone */
    if (roll->error.code == ERR_CANCELLED || (fleet_is_refusal(&roll->error) && !lost) ||
        roll->failures >= FLEET_ROUNDS_MAX) {
        struct err error = roll->error;
        finish_error(roll, &error);
        return;
    }
    read_later(roll);
}

static void one_deleted(const struct vpc_answer *answer, void *context)
{
    struct roll_task *roll = context;

    if (answer->error != NULL && !http_is_not_found(answer->reply) && roll->error.code == ERR_NONE) {
        roll->error = *answer->error;
    }
    if (--roll->in_flight == 0) {
        batch_done(roll);
    }
}

static void restored(const struct vpc_answer *answer, void *context)
{
    struct roll_task *roll = context;

    if (answer->error != NULL) {
        roll->error = *answer->error;
        err_wrap(&roll->error,
                 "deleting members lowered membership_count from %lld to %lld, and setting it back failed",
                 (long long)roll->expected, (long long)roll->state.count);
    }
    batch_done(roll);
}

static void restore(struct roll_task *roll)
{
    CLEANUP(text_free) struct text body = {0};

    roll->lowers_size = true;
    roll->not_restored = 0;
    text_printf(&body, "{\"membership_count\":%lld}", (long long)roll->expected);
    fleet_task_write(
        &roll->task, vpc_patch,
        &(struct vpc_call){.id = roll->group.id, .body = text_string(&body), .body_size = body.size, .done = restored});
}

/* One that is deleted a second time, because no answer came, is noted once. */
static void note_orphaned(struct roll_task *roll, const struct resource *membership)
{
    if (membership->takes_instance != RESOURCE_OFF) {
        return;
    }
    if (roll->orphaned == NULL) {
        roll->orphaned = resource_list_create();
    }
    if (resource_list_find(roll->orphaned, membership->kind, membership->id) == NULL) {
        resource_list_adopt(roll->orphaned, membership);
    }
}

static void delete_batch(struct roll_task *roll)
{
    size_t count = resource_list_count(roll->members);
    struct fleet_share share = {.percent = roll->terms.percent, .value = roll->terms.max_unavailable};
    bool *chosen = mem_array(count, sizeof(*chosen));

    roll->in_flight =
        fleet_roll_choose(&roll->group, roll->members, fleet_share_of(share, (size_t)roll->expected), chosen);
    roll->not_restored = roll->in_flight;
    roll->deleted += roll->in_flight;
    http_work(roll->task.fleet->options->http)->step[WAIT_DELETING_MEMBERS] += roll->in_flight;
    roll->restorations = 0;
    for (size_t i = 0; i < count; i++) {
        const struct resource *membership = resource_list_at(roll->members, i);
        CLEANUP(text_free) struct text below = {0};
        if (!chosen[i]) {
            continue;
        }
        note_orphaned(roll, membership);
        text_printf(&below, "%s/%s", membership->kind->below, membership->id);
        fleet_task_write(&roll->task, vpc_delete,
                         &(struct vpc_call){.id = roll->group.id, .below = text_string(&below), .done = one_deleted});
    }
    free(chosen);
}

static void start_write(struct fleet_task *task)
{
    struct roll_task *roll = (struct roll_task *)task;

    fleet_task_step(task, WAIT_STEP_NONE);
    roll->error = ERR_INIT;
    roll->since_ms = now_ms();
    roll->state.begun = true;
    task->must_finish = true; /* membership_count may have to be set back */
    if (roll->restores) {
        restore(roll);
    } else {
        delete_batch(roll);
    }
}

const struct fleet_action_ops fleet_roll = {
    .size = sizeof(struct roll_task), .begin = begin, .write = start_write, .resume = read_state, .release = release};

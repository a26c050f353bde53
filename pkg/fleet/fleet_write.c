/* The guarded write that set, create, move and delete share: read, compare, journal, write, verify, reconcile. */
#include "fleet/fleet_write.h"

#include <stdio.h>

#include "clock/clock.h"
#include "fleet/fleet_gone.h"

enum { UNUSABLE_MAX = 3 }; /* writes that are answered with what cannot be used */

static const struct fleet_write_ops *ops_of(const struct fleet_write *write)
{
    return write->task.ops->guarded;
}

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

/* The status or lifecycle state that passes by itself; NULL: neither does. */
static const char *passing_state(const struct fleet_write *write)
{
    const struct resource *actual = &write->actual;

    return resource_status_passes(actual->status)            ? actual->status
           : resource_status_passes(actual->lifecycle_state) ? actual->lifecycle_state
                                                             : NULL;
}

static struct fleet_rules rules_of(const struct fleet_write *write)
{
    const struct fleet_write_ops *ops = ops_of(write);

    return (struct fleet_rules){.settles = ops->settles,
                                .deletes = ops->deletes,
                                .creates = ops->creates,
                                .readable = !ops->creates || write->task.result->item->resource->name != NULL,
                                .maybe_created = write->ours,
                                .rounds_left = ops->rounds - write->rounds,
                                .reads_left = FLEET_LATE_READS - write->late_reads,
                                .passing = passing_state(write) != NULL,
                                .was_passing = write->was_passing,
                                .first_busy = write->busy == 1,
                                .waited = write->waits > 0,
                                .time_left = now_ms() < write->settle_until_ms,
                                .repeatable = write->unusable && write->rounds < UNUSABLE_MAX};
}

/* --- ends -------------------------------------------------------------------------------------------- */

void fleet_write_finish(struct fleet_write *write, enum fleet_outcome outcome, const struct err *error)
{
    if (write->known && ops_of(write)->note != NULL) {
        ops_of(write)->note(write, false);
    }
    if (error != NULL) {
        fleet_task_finish_error(&write->task, error, outcome);
    } else {
        fleet_task_finish(&write->task, outcome);
    }
}

bool fleet_write_may_have_arrived(const struct fleet_write *write)
{
    return write->receipt == FLEET_CONFIRMED || write->receipt == FLEET_UNCONFIRMED;
}

static void succeed(struct fleet_write *write, enum fleet_outcome outcome)
{
    const struct fleet_write_ops *ops = ops_of(write);

    if (ops->complete == NULL) {
        fleet_write_finish(write, outcome, NULL);
        return;
    }
    if (ops->note != NULL) {
        ops->note(write, false);
    }
    ops->complete(write, outcome);
}

/* --- the decisions ----------------------------------------------------------------------------------- */

static void read_state(struct fleet_write *write);

/* One more answer leaves nothing open, also when the run is interrupted. */
static void read_later(struct fleet_write *write)
{
    write->task.must_finish = true;
    fleet_task_pause(&write->task, fleet_late_read_ms(write->late_reads++));
}

/* A run that ends waits for nothing; what was refused is left to a resumed run. */
static void wait_for_state(struct fleet_write *write)
{
    struct fleet *fleet = write->task.fleet;
    const char *state = passing_state(write);
    struct err error = ERR_INIT;

    if (!fleet_is_over(fleet)) {
        fleet_task_step(&write->task, WAIT_SETTLING);
        fleet_task_pause(&write->task, fleet_settle_wait_ms(write->waits++, write->settle_until_ms - now_ms()));
        return;
    }
    err_set(&error, fleet->rollout.closed ? ERR_BUDGET : ERR_CANCELLED, "not changed: the run ended while it was %s",
            state != NULL ? state : "busy");
    fleet_write_finish(write, FLEET_SKIPPED, &error);
}

static void verify(struct fleet_write *write)
{
    const struct fleet_write_ops *ops = ops_of(write);
    struct err error = ERR_INIT;

    switch (ops->verify != NULL ? ops->verify(write, &error) : FLEET_AS_EXPECTED) {
    case FLEET_AS_EXPECTED:
        succeed(write, write->ours ? FLEET_CHANGED : FLEET_UNCHANGED);
        break;
    case FLEET_CONFLICT:
        fleet_write_finish(write, FLEET_FAILED, &error);
        break;
    case FLEET_DIFFERENT:
    case FLEET_BLOCKED:
        read_later(write);
        break;
    }
}

/* Whatever a run resumes of it reads the state again. */
static void finish_unseen(struct fleet_write *write)
{
    const struct fleet_write_ops *ops = ops_of(write);
    struct err error = ERR_INIT;

    if (ops->verify == NULL || ops->verify(write, &error) == FLEET_AS_EXPECTED) {
        succeed(write, FLEET_CHANGED);
        return;
    }
    fleet_write_finish(write, FLEET_UNKNOWN, &error);
}

static void finish_unsettled(struct fleet_write *write)
{
    const char *state = passing_state(write);
    unsigned waited_ms = write->task.fleet->options->settle_ms;
    struct err error = write->error;

    if (write->waits > 0) {
        err_wrap(&error, "is %s, still after %s (--settle-timeout)", state, text_duration(waited_ms).text);
    } else {
        err_wrap(&error, "is %s", state);
    }
    fleet_write_finish(write, FLEET_SKIPPED, &error);
}

static void finish_gone(struct fleet_task *task)
{
    struct fleet_write *write = (struct fleet_write *)task;
    CLEANUP(text_free) struct text why = {0};
    struct err error = ERR_INIT;

    write->known = false;
    task->result->restart_over = true;
    fleet_gone_describe(task, &why);
    err_set(&error, ERR_FAILED, "%s", text_string(&why));
    fleet_write_finish(write, FLEET_SKIPPED, &error);
}

static void finish_not_found(struct fleet_write *write)
{
    if (write->receipt == FLEET_CONFIRMED) {
        err_set(&write->error, ERR_BAD_ANSWER, "the API accepted it, but does not list it");
    } else {
        err_wrap(&write->error, "sent %u times and not found yet", write->rounds);
    }
    fleet_write_finish(write, FLEET_UNKNOWN, &write->error);
}

static void finish_unknown(struct fleet_write *write)
{
    bool creates = ops_of(write)->creates;

    if (creates && write->error.code == ERR_NONE) {
        err_set(&write->error, ERR_BAD_ANSWER, "it was created, but the answer has no body: look for it");
    } else if (creates) {
        err_wrap(&write->error, FLEET_MAYBE_CREATED);
    }
    fleet_write_finish(write, FLEET_UNKNOWN, &write->error);
}

/* `error` belongs to the verdict where it is about a read or a state. */
static void carry_out(struct fleet_write *write, enum fleet_verdict verdict, const struct err *error)
{
    const struct fleet_write_ops *ops = ops_of(write);

    switch (verdict) {
    case FLEET_DO_VERIFY:
        verify(write);
        break;
    case FLEET_DO_READ:
        read_state(write);
        break;
    case FLEET_DO_READ_LATER:
        read_later(write);
        break;
    case FLEET_DO_WAIT:
        wait_for_state(write);
        break;
    case FLEET_DO_WRITE:
        write->task.unconfirmed = ops->creates && write->ours;
        fleet_task_ready(&write->task, NULL, write->etag);
        break;
    case FLEET_END_CHANGED:
        succeed(write, FLEET_CHANGED);
        break;
    case FLEET_END_UNCHANGED:
        succeed(write, FLEET_UNCHANGED);
        break;
    case FLEET_END_NOT_SENT:
    case FLEET_END_BLOCKED:
        fleet_write_finish(write, FLEET_SKIPPED, error);
        break;
    case FLEET_END_UNSETTLED:
        finish_unsettled(write);
        break;
    case FLEET_END_GONE:
        fleet_gone_explain(&write->task, finish_gone);
        break;
    case FLEET_END_UNSEEN:
        finish_unseen(write);
        break;
    case FLEET_END_CONFLICT:
    case FLEET_END_UNREAD:
        fleet_write_finish(write, FLEET_FAILED, error);
        break;
    case FLEET_END_REFUSED:
        fleet_write_finish(write, ops->refuse != NULL ? ops->refuse(write, &write->error) : FLEET_FAILED,
                           &write->error);
        break;
    case FLEET_END_NOT_FOUND:
        finish_not_found(write);
        break;
    case FLEET_END_UNKNOWN:
        finish_unknown(write);
        break;
    case FLEET_END_UNREAD_UNKNOWN:
        fleet_write_finish(write, FLEET_UNKNOWN, error);
        break;
    }
}

/* `reply` showed the state; NULL: a list did, or nothing was read. */
static void judge_state(struct fleet_write *write, const struct http_reply *reply)
{
    const struct fleet_rules rules = rules_of(write);
    struct err error = ERR_INIT;
    enum fleet_match match = ops_of(write)->compare(write, &error);

    if (!write->ours && ops_of(write)->note != NULL) {
        ops_of(write)->note(write, true);
    }
    if (match == FLEET_AS_EXPECTED && rules.creates && reply != NULL) {
        fleet_task_note_reply(&write->task, reply);
    }
    carry_out(write, fleet_judge_state(match, write->receipt, write->ours, &rules), &error);
}

/* --- reads ------------------------------------------------------------------------------------------- */

void fleet_write_was_read(struct fleet_write *write, const struct http_reply *reply, const struct err *error)
{
    const struct fleet_rules rules = rules_of(write);

    if (error == NULL) {
        write->known = true;
        judge_state(write, reply);
        return;
    }
    bool gone = reply != NULL && http_is_not_found(reply);
    if (rules.deletes && gone) {
        carry_out(write, fleet_judge_state(FLEET_AS_EXPECTED, write->receipt, write->ours, &rules), NULL);
        return;
    }
    if (gone && !rules.creates) {
        fleet_task_note_reply(&write->task, reply);
        carry_out(write, FLEET_END_GONE, NULL);
        return;
    }
    enum fleet_verdict verdict = fleet_judge_unread(error->code == ERR_CANCELLED, write->receipt, write->ours, &rules);
    struct err wrapped = *error;
    if (verdict == FLEET_END_UNREAD_UNKNOWN && ops_of(write)->unread != NULL) {
        err_wrap(&wrapped, "%s", ops_of(write)->unread);
    }
    if (reply != NULL && verdict != FLEET_END_UNKNOWN && !rules.creates) {
        fleet_task_note_reply(&write->task, reply);
    }
    carry_out(write, verdict, &wrapped);
}

/* Trusted profiles are in no answer. */
static bool shows_settings(const struct resource *actual, const struct resource_settings *wanted)
{
    return (resource_settings_unknown(&actual->settings, wanted) & RESOURCE_METADATA_SETTINGS) == 0;
}

bool fleet_write_check(const struct plan_item *item, const struct resource *actual, struct err *e)
{
    switch (item->action) {
    case PLAN_SET:
        return true; /* whether settings can be changed where something is not known, plan_judge says */
    case PLAN_CREATE:
        return (actual->id != NULL && shows_settings(actual, item->wanted)) || resource_check_whole(actual, e);
    default:
        return resource_check_whole(actual, e);
    }
}

static bool take_state(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct fleet_write *write = context;
    struct resource actual = *write->task.result->item->resource;

    resource_read(write->task.fleet->strings, &actual, root);
    if (!fleet_write_check(write->task.result->item, &actual, e)) {
        return false;
    }
    write->actual = actual;
    fleet_gone_note_name(&write->task, root);
    snprintf(write->etag, sizeof(write->etag), "%s", reply->etag);
    return true;
}

/* An answer that does not show what was written settles nothing. */
static bool take_written(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    const struct fleet_write *write = context;
    const struct resource_settings *wanted = write->task.result->item->wanted;

    return take_state(root, reply, context, e) &&
           (shows_settings(&write->actual, wanted) || resource_check_whole(&write->actual, e));
}

void fleet_write_read_done(const struct vpc_answer *answer, void *context)
{
    fleet_write_was_read(context, answer->reply, answer->error);
}

void fleet_write_get(struct fleet_write *write)
{
    fleet_task_read(&write->task, vpc_get,
                    &(struct vpc_call){.id = write->task.result->item->resource->id,
                                       .read = take_state,
                                       .done = fleet_write_read_done});
}

static void read_state(struct fleet_write *write)
{
    if (ops_of(write)->read != NULL) {
        ops_of(write)->read(write);
    } else {
        fleet_write_get(write);
    }
}

void fleet_write_begin(struct fleet_task *task)
{
    struct fleet_write *write = (struct fleet_write *)task;
    const struct fleet_write_ops *ops = ops_of(write);

    write->ours = task->result->item->journaled;
    write->actual = *task->result->item->resource;
    if (ops->prepare != NULL && !ops->prepare(write)) {
        return;
    }
    if (ops->reads_first == NULL || ops->reads_first(write)) {
        read_state(write);
    } else {
        judge_state(write, NULL);
    }
}

/* --- writes ------------------------------------------------------------------------------------------ */

static void write_done(const struct vpc_answer *answer, void *context)
{
    struct fleet_write *write = context;
    const struct fleet_rules rules = rules_of(write);
    const struct fleet_answer facts = {.accepted = answer->error == NULL,
                                       .shown = answer->shown,
                                       .cancelled = answer->error != NULL && answer->error->code == ERR_CANCELLED,
                                       .status = answer->reply->status,
                                       .foreign = answer->reply->foreign,
                                       .maybe_processed = answer->reply->maybe_processed};

    if (answer->error != NULL) {
        write->error = *answer->error;
    }
    if (facts.status == 409 && rules.settles) {
        write->rounds--; /* it is no round of the conflicts with other writers */
        write->busy++;
        write->settle_until_ms =
            write->settle_until_ms != 0 ? write->settle_until_ms : now_ms() + write->task.fleet->options->settle_ms;
    }
    write->unusable = answer->reply->fault == HTTP_FAULT_BROKEN && answer->reply->well_formed;
    write->known = (facts.accepted && facts.shown) || (write->known && !facts.accepted && !facts.maybe_processed);
    enum fleet_verdict verdict = fleet_judge_answer(&facts, &rules, &write->receipt);
    write->ours = facts.accepted || facts.maybe_processed || (write->ours && (rules.creates || rules.deletes));
    carry_out(write, verdict, &write->error);
}

void fleet_write_ready(struct fleet_task *task)
{
    struct fleet_write *write = (struct fleet_write *)task;

    if (write->task.step == WAIT_SETTLING) {
        fleet_task_step(&write->task, WAIT_STEP_NONE);
    }
    write->rounds++;
    write->was_passing = passing_state(write) != NULL;
    ops_of(write)->write(write);
}

void fleet_write_resume(struct fleet_task *task)
{
    read_state((struct fleet_write *)task);
}

void fleet_write_send(struct fleet_write *write, fleet_send_fn *send, const char *etag, const json_t *body)
{
    const struct fleet_write_ops *ops = ops_of(write);
    struct vpc_call call = {.id = write->actual.id, .etag = etag, .done = write_done};
    CLEANUP(text_free) struct text bytes = {0};

    if (body != NULL) {
        json_print(&bytes, body, JSON_PRINT_COMPACT);
        call.body = text_string(&bytes);
        call.body_size = bytes.size;
        call.read = take_written;
    }
    if (ops->creates) {
        call.id = NULL;
        call.name = write->actual.name;
    }
    fleet_task_write(&write->task, send, &call);
}

/*
 * Creating: POST. Its answer is compared with what was asked for; a trusted profile, which answers do not tell, is read
 * back. What became of a POST without an answer, or of one whose name is taken, is settled by looking for the name:
 * what is there by it and was made by this run is adopted, what is not there is sent again. Two of a kind cannot come of
 * it, because the API refuses a name that is taken, also by a request that arrives late (README, "Create"). Without a
 * name nothing can be settled.
 */
#include <string.h>

#include "clock/clock.h"
#include "fleet/fleet_reconcile.h"
#include "fleet/fleet_task.h"
#include "resource/resource_asked.h"

struct create_task {
    struct fleet_task task;
    struct err error;       /* of the last POST: what is said when nothing is found */
    bool unanswered;        /* the last POST got no answer that says whether it took effect */
    unsigned round;         /* POSTs so far */
    struct resource record; /* as it was answered or found */
    json_t *found;          /* identity of what was found; NULL: nothing was */
    int64_t found_created_s;
    int64_t server_now_s;
    enum fleet_outcome outcome; /* once everything is as asked: changed, or unchanged when it was there before */
};

static const struct plan_item *item_of(const struct create_task *create)
{
    return create->task.result->item;
}

static const char *name_of(const struct create_task *create)
{
    return item_of(create)->resource->name;
}

static void finish(struct create_task *create, enum fleet_outcome outcome)
{
    json_decref(create->found);
    fleet_task_finish(&create->task, outcome);
}

static void finish_error(struct create_task *create, const struct err *error, enum fleet_outcome outcome)
{
    json_decref(create->found);
    fleet_task_finish_error(&create->task, error, outcome);
}

/* --- what there is, and how it should be ------------------------------------------------------------- */

static void finish_different(struct create_task *create, unsigned missing)
{
    const struct plan_item *item = item_of(create);
    bool was_there = create->outcome == FLEET_UNCHANGED;
    CLEANUP(text_free) struct text how = {0};
    struct err error = ERR_INIT;

    resource_settings_describe(&how, &create->record.settings, item->wanted, missing);
    err_set(&error, was_there ? ERR_CONFLICT : ERR_FAILED, "%s, but not as asked (%s)",
            was_there ? "it was there before" : "created", text_string(&how));
    finish_error(create, &error, FLEET_FAILED);
}

static void finish_as_asked(struct create_task *create)
{
    create->task.result->after = create->record.settings;
    if (create->outcome == FLEET_UNCHANGED) {
        create->task.result->before = create->record.settings;
    }
    if (fleet_compares(item_of(create))) {
        create->task.result->outcome = create->outcome;
        json_decref(create->found);
        fleet_task_go_on(&create->task, &fleet_compare);
        return;
    }
    finish(create, create->outcome);
}

static bool read_profile(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct create_task *create = context;

    (void)reply;
    return resource_read_initialization(create->task.fleet->strings, &create->record.settings, root, e);
}

static void profile_done(const struct vpc_answer *answer, void *context)
{
    struct create_task *create = context;

    if (answer->error != NULL) {
        struct err error = *answer->error;
        err_wrap(&error, "%s, but its default trusted profile could not be read back",
                 create->outcome == FLEET_UNCHANGED ? "it was there before" : "created");
        finish_error(create, &error, FLEET_UNKNOWN);
        return;
    }
    unsigned missing =
        resource_settings_diff(&create->record.settings, item_of(create)->wanted) & RESOURCE_PROFILE_SETTINGS;
    create->task.result->after = create->record.settings;
    if (missing != 0) {
        finish_different(create, missing);
    } else {
        finish_as_asked(create);
    }
}

/* It exists, as `create->record` says. */
static void check(struct create_task *create)
{
    const struct plan_item *item = item_of(create);
    const struct resource_kind *kind = item->resource->kind;
    unsigned told = kind->has_initialization ? RESOURCE_METADATA_SETTINGS : kind->settings;
    unsigned missing = resource_settings_diff(&create->record.settings, item->wanted) & told;

    *item->create.record = create->record;
    create->task.result->after = create->record.settings;
    if (missing != 0) {
        finish_different(create, missing);
    } else if ((item->wanted->given & RESOURCE_PROFILE_SETTINGS & ~told) != 0) {
        create->task.must_finish =
            true; /* one more answer leaves nothing open: it is waited for when the run is told to stop */
        fleet_task_read(
            &create->task, vpc_get,
            &(struct vpc_call){
                .id = create->record.id, .below = "initialization", .read = read_profile, .done = profile_done});
    } else {
        finish_as_asked(create);
    }
}

/* --- looking for the name ----------------------------------------------------------------------------- */

static bool is_called(struct answer_node item, const char *name)
{
    struct answer_string found = answer_value(answer_find(item, "name")).string;

    return found.data != NULL && strlen(name) == found.size && memcmp(name, found.data, found.size) == 0;
}

static bool take_found(struct create_task *create, struct answer_node item, struct err *e)
{
    struct resource record = *item_of(create)->resource;
    struct answer_string created = {0};

    if (!resource_read(create->task.fleet->strings, &record, item, e) ||
        !answer_get_string(item, "created_at", ANSWER_OPTIONAL, &created, e)) {
        return false;
    }
    JSON_CLEANUP json_t *whole = answer_to_json(item);
    create->record = record;
    create->found = resource_identity(whole);
    create->found_created_s = created.data != NULL ? clock_stamp_read(created.data) : -1;
    return true;
}

/* That a name is not there is known only from a list that is whole. */
static bool read_found(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct create_task *create = context;
    struct answer_node items;
    int64_t total = 0;

    json_decref(create->found);
    create->found = NULL;
    create->server_now_s = reply->date_s;
    if (!answer_get_array(root, item_of(create)->resource->kind->items, ANSWER_REQUIRED, &items, e) ||
        !answer_get_integer(root, "total_count", ANSWER_OPTIONAL, &total, e)) {
        return false;
    }
    for (struct answer_cursor each = answer_each(items); answer_next(&each);) {
        if (is_called(each.node, name_of(create))) {
            return take_found(create, each.node, e);
        }
    }
    return (int64_t)answer_count(items) >= total ||
           err_set(e, ERR_INCOMPLETE, "the list of %s is not whole", item_of(create)->resource->kind->plural);
}

/* New reference. */
static json_t *asked_identity(const struct plan_item *item)
{
    return item->create.identity != NULL ? json_incref(item->create.identity) : resource_identity(item->create.body);
}

static void finish_conflict(struct create_task *create, const char *how)
{
    struct err error = ERR_INIT;

    err_set(&error, ERR_CONFLICT, "the name is taken by another %s (%s): %s", item_of(create)->resource->kind->singular,
            create->record.id, how);
    finish_error(create, &error, FLEET_FAILED);
}

static void absent(struct create_task *create)
{
    bool not_sent_yet = create->round == 0;

    if (not_sent_yet || (create->unanswered && create->round < FLEET_ROUNDS_MAX)) {
        fleet_task_ready(&create->task, NULL, NULL);
    } else if (create->unanswered) {
        err_wrap(&create->error, "sent %u times and not there yet", create->round);
        finish_error(create, &create->error, FLEET_UNKNOWN);
    } else {
        finish_error(create, &create->error, FLEET_FAILED);
    }
}

static bool is_deleting(const struct resource *record)
{
    return (record->status != NULL && strcmp(record->status, "deleting") == 0) ||
           (record->lifecycle_state != NULL && strcmp(record->lifecycle_state, "deleting") == 0);
}

static void settle(struct create_task *create, const struct http_reply *reply)
{
    const struct fleet *fleet = create->task.fleet;
    JSON_CLEANUP json_t *identity = asked_identity(item_of(create));
    CLEANUP(text_free) struct text how = {0};
    struct fleet_expected expected = {
        .identity = identity,
        .may_be_ours = create->task.lost,
        .since_s = fleet_reconcile_since(create->server_now_s, clock_wall_s(clock_system()), fleet->began_s)};
    struct fleet_actual actual = {
        .identity = create->found, .created_s = create->found_created_s, .deleting = is_deleting(&create->record)};

    switch (fleet_reconcile_creation(&expected, &actual, &how)) {
    case FLEET_FOUND_NOTHING:
        absent(create);
        break;
    case FLEET_FOUND_OURS:
        fleet_task_note_reply(&create->task, reply);
        create->outcome = FLEET_CHANGED;
        check(create);
        break;
    case FLEET_FOUND_EARLIER:
        fleet_task_note_reply(&create->task, reply);
        create->outcome = FLEET_UNCHANGED;
        check(create);
        break;
    case FLEET_FOUND_OTHER:
        finish_conflict(create, text_string(&how));
        break;
    }
}

static void look_done(const struct vpc_answer *answer, void *context)
{
    struct create_task *create = context;

    if (answer->error == NULL) {
        settle(create, answer->reply);
    } else if (create->task.lost) {
        struct err error = *answer->error;
        err_wrap(&error, "whether it was created is not known, looking for its name failed");
        finish_error(create, &error, FLEET_UNKNOWN);
    } else {
        finish_error(create, &create->error, FLEET_FAILED);
    }
}

static void look(struct create_task *create)
{
    fleet_task_read(&create->task, vpc_get,
                    &(struct vpc_call){.name = name_of(create), .read = read_found, .done = look_done});
}

/* --- the request -------------------------------------------------------------------------------------- */

static void begin(struct fleet_task *task)
{
    struct create_task *create = (struct create_task *)task;

    create->task.lost = item_of(create)->journaled;
    if (create->task.lost && name_of(create) == NULL) {
        err_set(&create->error, ERR_FAILED, FLEET_LOOK);
        finish_error(create, &create->error, FLEET_UNKNOWN);
    } else if (item_of(create)->create.body == NULL) {
        err_set(&create->error, ERR_FAILED, "its body is not in the history: run the command again");
        finish_error(create, &create->error, FLEET_FAILED);
    } else if (create->task.lost) {
        look(create);
    } else {
        fleet_task_ready(task, NULL, NULL);
    }
}

static bool read_made(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct create_task *create = context;
    struct resource record = *item_of(create)->resource;

    (void)reply;
    if (!resource_read(create->task.fleet->strings, &record, root, e)) {
        return false;
    }
    create->record = record;
    return true;
}

static bool is_refusal(int status)
{
    return status >= 400 && status < 500;
}

/* The code for a name that is taken is in no source; it is one of these (vpc-api.md 1.6). */
static bool may_be_about_the_name(int status)
{
    return status == 400 || status == 409 || status == 422;
}

static void explain(struct create_task *create)
{
    const struct resource_kind *kind = item_of(create)->resource->kind;

    if (strcasestr(create->error.message, "quota") != NULL && kind->quota_remedy != NULL) {
        struct err cause = create->error;
        err_clear(&create->error);
        err_set(&create->error, cause.code, "%s (%s)", cause.message, kind->quota_remedy);
        create->error.http_status = cause.http_status;
    }
}

static void post_failed(struct create_task *create, const struct vpc_answer *answer)
{
    create->task.lost |= answer->reply->maybe_processed;
    create->unanswered = answer->reply->maybe_processed && !is_refusal(answer->reply->status);
    create->error = *answer->error;
    explain(create);
    if (create->error.code == ERR_CANCELLED && !create->task.lost && answer->reply->attempts == 0) {
        finish_error(create, &create->error, FLEET_SKIPPED);
    } else if (name_of(create) != NULL && create->error.code != ERR_CANCELLED &&
               (create->task.lost || may_be_about_the_name(answer->reply->status))) {
        look(create);
    } else if (create->task.lost) {
        err_wrap(&create->error, FLEET_LOOK);
        finish_error(create, &create->error, FLEET_UNKNOWN);
    } else {
        finish_error(create, &create->error, FLEET_FAILED);
    }
}

static void post_done(const struct vpc_answer *answer, void *context)
{
    struct create_task *create = context;

    if (answer->error != NULL) {
        post_failed(create, answer);
        return;
    }
    create->outcome = FLEET_CHANGED;
    check(create);
}

/* The body is shared; the name is the record's, and goes first. */
static void print_body(const struct plan_item *item, struct text *out)
{
    JSON_CLEANUP json_t *body = json_object();

    if (item->resource->name != NULL) {
        json_object_set_new(body, "name", json_build_string(item->resource->name));
    }
    json_object_update_missing(body, item->create.body);
    json_print(out, body, JSON_PRINT_COMPACT);
}

static void start_write(struct fleet_task *task)
{
    struct create_task *create = (struct create_task *)task;
    CLEANUP(text_free) struct text bytes = {0};

    print_body(item_of(create), &bytes);
    create->round++;
    fleet_task_write(
        task, vpc_create_resource,
        &(struct vpc_call){.body = text_string(&bytes), .body_size = bytes.size, .read = read_made, .done = post_done});
}

const struct fleet_work fleet_create = {.size = sizeof(struct create_task), .begin = begin, .write = start_write};

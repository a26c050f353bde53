/*
 * Creating: POST. Its answer is compared with what was requested; a trusted profile, which answers do not contain, is
 * read back, and a template made from another one is compared with that. What became of a POST without an answer, or
 * of one whose name is taken, is reconciled by looking for the name: what has it and was created by this run is
 * adopted; while nothing has it, the POST is sent again. Duplicates are impossible, because the API refuses a name
 * that is taken, also in a request that arrives late (README, "Create"). Without a name nothing can be reconciled.
 */
#include <string.h>

#include "clock/clock.h"
#include "fleet/fleet_write.h"
#include "plan/plan_replace.h"
#include "resource/resource_create.h"
#include "resource/resource_reference.h"

struct create_task {
    struct fleet_write write;
    struct resource record; /* of what has the name */
    json_t *found;          /* its identity; NULL: nothing has the name */
    int64_t found_created_s;
    int64_t server_now_s;
    enum fleet_outcome outcome; /* once everything is as requested: changed, or unchanged when it existed before */
    bool read_again;            /* because its answer did not show what was requested */
    json_t *source, *made;      /* the template that it was made from, and what was made */
};

static const struct plan_item *item_of(const struct create_task *create)
{
    return create->write.task.result->item;
}

static void release(struct fleet_task *task)
{
    struct create_task *create = (struct create_task *)task;

    json_decref(create->found);
    json_decref(create->source);
    json_decref(create->made);
}

static bool prepare(struct fleet_write *write)
{
    const struct plan_item *item = write->task.result->item;
    struct err error = ERR_INIT;

    if (item->journaled && item->resource->name == NULL) {
        err_set(&error, ERR_FAILED, FLEET_MAYBE_CREATED);
        fleet_write_finish(write, FLEET_UNKNOWN, &error);
        return false;
    }
    if (item->create.body == NULL) {
        err_set(&error, ERR_FAILED, "its body is not in the history: run the command again");
        fleet_write_finish(write, FLEET_FAILED, &error);
        return false;
    }
    return true;
}

static bool reads_first(const struct fleet_write *write)
{
    return write->ours;
}

/* --- what has the name ------------------------------------------------------------------------------- */

static bool is_called(struct answer_node item, const char *name)
{
    return answer_string_is(answer_value(answer_find(item, "name")).string, name);
}

static bool take_found(struct create_task *create, struct answer_node item, struct err *e)
{
    struct resource record = *item_of(create)->resource;
    struct answer_string created = {0};

    resource_read(create->write.task.fleet->strings, &record, item);
    if (!fleet_write_check(item_of(create), &record, e) ||
        !answer_get_string(item, "created_at", ANSWER_OPTIONAL, &created, e)) {
        return false;
    }
    JSON_CLEANUP json_t *whole = answer_to_json(item);
    create->record = record;
    create->found = resource_identity(whole);
    create->found_created_s = created.data != NULL ? clock_stamp_read(created.data) : -1;
    return true;
}

/* That no resource has a name is known only from a complete list. */
static bool read_found(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct create_task *create = context;
    const struct resource *resource = item_of(create)->resource;
    struct answer_node items;
    int64_t total = 0;

    json_decref(create->found);
    create->found = NULL;
    create->server_now_s = reply->date_s;
    if (!answer_get_array(root, resource->kind->items, ANSWER_REQUIRED, &items, e) ||
        !answer_get_integer(root, "total_count", ANSWER_OPTIONAL, &total, e)) {
        return false;
    }
    for (struct answer_cursor each = answer_each(items); answer_next(&each);) {
        if (is_called(each.node, resource->name)) {
            return take_found(create, each.node, e);
        }
    }
    return (int64_t)answer_count(items) >= total ||
           err_set(e, ERR_INCOMPLETE, "the list of %s is not complete", resource->kind->plural);
}

static void read_by_name(struct fleet_write *write)
{
    fleet_task_read(&write->task, vpc_get,
                    &(struct vpc_call){.name = write->task.result->item->resource->name,
                                       .read = read_found,
                                       .done = fleet_write_read_done});
}

static bool is_deleting(const struct resource *record)
{
    return resource_status(record->status) == RESOURCE_STATUS_DELETING ||
           resource_status(record->lifecycle_state) == RESOURCE_STATUS_DELETING;
}

static enum fleet_match compare(struct fleet_write *write, struct err *e)
{
    struct create_task *create = (struct create_task *)write;
    const struct plan_item *item = item_of(create);
    JSON_CLEANUP json_t *identity =
        item->create.identity != NULL ? json_incref(item->create.identity) : resource_identity(item->create.body);
    CLEANUP(text_free) struct text how = {0};
    const struct fleet_expected expected = {
        .identity = identity,
        .may_be_ours = write->ours,
        .since_s =
            fleet_reconcile_since(create->server_now_s, clock_wall_s(clock_system()), write->task.fleet->began_s)};
    const struct fleet_actual actual = {.identity = create->found,
                                        .created_s = create->found_created_s,
                                        .deleting = create->found != NULL && is_deleting(&create->record)};

    switch (fleet_reconcile_creation(&expected, &actual, &how)) {
    case FLEET_FOUND_NOTHING:
        return FLEET_DIFFERENT;
    case FLEET_FOUND_OTHER:
        err_set(e, ERR_CONFLICT, "the name is taken by another %s (%s): %s", item->resource->kind->singular,
                create->record.id, text_string(&how));
        return FLEET_CONFLICT;
    case FLEET_FOUND_OURS:
        break;
    case FLEET_FOUND_EARLIER:
        write->ours = false;
        break;
    }
    write->actual = create->record;
    return FLEET_AS_EXPECTED;
}

static void note(struct fleet_write *write, bool before)
{
    struct fleet_result *result = write->task.result;

    if (write->actual.id != NULL) {
        *(before ? &result->before : &result->after) = write->actual.settings;
    }
}

/* --- the request ------------------------------------------------------------------------------------- */

/* The body is shared; the name is the record's, and goes first. */
static void send_post(struct fleet_write *write)
{
    const struct plan_item *item = write->task.result->item;
    JSON_CLEANUP json_t *body = json_object();

    if (item->resource->name != NULL) {
        json_object_set_new(body, "name", json_build_string(item->resource->name));
    }
    json_object_update_missing(body, item->create.body);
    fleet_write_send(write, vpc_create_resource, NULL, body);
}

static enum fleet_outcome refuse(struct fleet_write *write, struct err *error)
{
    const char *remedy = write->task.result->item->resource->kind->quota_remedy;

    if (remedy != NULL && strcasestr(error->message, "quota") != NULL) {
        err_append(error, " (%s)", remedy);
    }
    return FLEET_FAILED;
}

/* --- how it was created ------------------------------------------------------------------------------ */

static const char *history_of(const struct create_task *create)
{
    return create->outcome == FLEET_UNCHANGED ? "it existed before" : "created";
}

static void finish_different(struct create_task *create, unsigned missing)
{
    CLEANUP(text_free) struct text how = {0};
    struct err error = ERR_INIT;

    resource_settings_describe(&how, &create->write.actual.settings, item_of(create)->wanted, missing);
    err_set(&error, create->outcome == FLEET_UNCHANGED ? ERR_CONFLICT : ERR_FAILED, "%s, but not as requested (%s)",
            history_of(create), text_string(&how));
    fleet_write_finish(&create->write, FLEET_FAILED, &error);
}

/* Left open in the history when it was interrupted: a resumed run finds it by its name and compares again. */
static void finish_uncompared(struct create_task *create, const struct err *cause)
{
    struct err error = *cause;

    err_wrap(&error, "created, but not compared with its source");
    fleet_write_finish(&create->write, error.code == ERR_CANCELLED ? FLEET_UNKNOWN : FLEET_FAILED, &error);
}

static bool read_made(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct create_task *create = context;

    (void)reply, (void)e;
    json_decref(create->made);
    create->made = answer_to_json(root);
    return true;
}

static bool read_source(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct create_task *create = context;

    (void)reply, (void)e;
    json_decref(create->source);
    create->source = answer_to_json(root);
    return true;
}

static void made_read(const struct vpc_answer *answer, void *context)
{
    struct create_task *create = context;
    CLEANUP(text_free) struct text different = {0};
    struct err error = ERR_INIT;

    if (answer->error != NULL) {
        finish_uncompared(create, answer->error);
    } else if (plan_template_same(create->source, create->made, item_of(create)->create.body, &different)) {
        fleet_write_finish(&create->write, create->outcome, NULL);
    } else {
        err_set(&error, ERR_FAILED, "created, but it differs from its source in more than was requested: %s",
                text_string(&different));
        fleet_write_finish(&create->write, FLEET_FAILED, &error);
    }
}

static void source_read(const struct vpc_answer *answer, void *context)
{
    struct create_task *create = context;

    if (answer->error != NULL) {
        finish_uncompared(create, answer->error);
        return;
    }
    fleet_task_read(&create->write.task, vpc_get,
                    &(struct vpc_call){.id = create->write.actual.id, .read = read_made, .done = made_read});
}

/*
 * It is not documented how the API merges a body with its source (vpc-api.md 2.9), and groups that are moved to a
 * template with another image would create other servers.
 */
static void compare_with_source(struct create_task *create)
{
    const struct plan_item *item = item_of(create);
    bool compared = item->resource->kind->disposable;
    const char *source = compared ? resource_reference_id(json_object_get(item->create.body, "source_template")) : NULL;

    if (source == NULL) {
        fleet_write_finish(&create->write, create->outcome, NULL);
    } else {
        fleet_task_read(&create->write.task, vpc_get,
                        &(struct vpc_call){.id = source, .read = read_source, .done = source_read});
    }
}

static bool read_profile(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct create_task *create = context;

    (void)reply;
    return resource_read_initialization(create->write.task.fleet->strings, &create->write.actual.settings, root, e);
}

static void profile_read(const struct vpc_answer *answer, void *context)
{
    struct create_task *create = context;

    if (answer->error != NULL) {
        struct err error = *answer->error;
        err_wrap(&error, "%s, but its default trusted profile could not be read back", history_of(create));
        fleet_write_finish(&create->write, FLEET_UNKNOWN, &error);
        return;
    }
    unsigned missing =
        resource_settings_diff(&create->write.actual.settings, item_of(create)->wanted) & RESOURCE_PROFILE_SETTINGS;
    if (missing != 0) {
        finish_different(create, missing);
    } else {
        compare_with_source(create);
    }
}

static void compare_settings(struct create_task *create);

static bool read_record(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct create_task *create = context;

    (void)reply;
    resource_read(create->write.task.fleet->strings, &create->write.actual, root);
    return fleet_write_check(item_of(create), &create->write.actual, e);
}

static void record_read(const struct vpc_answer *answer, void *context)
{
    struct create_task *create = context;

    if (answer->error != NULL) {
        struct err error = *answer->error;
        err_wrap(&error, "created, but its answer does not show what was requested, and reading it again failed");
        fleet_write_finish(&create->write, FLEET_UNKNOWN, &error);
        return;
    }
    *item_of(create)->create.record = create->write.actual;
    note(&create->write, false);
    compare_settings(create);
}

static void resume(struct fleet_task *task)
{
    struct create_task *create = (struct create_task *)task;

    if (create->read_again) {
        fleet_task_read(task, vpc_get,
                        &(struct vpc_call){.id = create->write.actual.id, .read = read_record, .done = record_read});
    } else {
        fleet_write_resume(task);
    }
}

static void compare_settings(struct create_task *create)
{
    struct fleet_write *write = &create->write;
    const struct plan_item *item = item_of(create);
    const struct resource_kind *kind = item->resource->kind;
    unsigned answered = kind->has_initialization ? RESOURCE_METADATA_SETTINGS : kind->settings;
    unsigned missing = resource_settings_diff(&write->actual.settings, item->wanted) & answered;

    if (missing != 0 && create->outcome == FLEET_CHANGED && !create->read_again) {
        create->read_again = write->task.must_finish = true;
        fleet_task_pause(&write->task, fleet_late_read_ms(1));
    } else if (missing != 0) {
        finish_different(create, missing);
    } else if ((item->wanted->given & RESOURCE_PROFILE_SETTINGS & ~answered) != 0) {
        write->task.must_finish = true; /* also when the run is interrupted: one more answer leaves nothing open */
        fleet_task_read(
            &write->task, vpc_get,
            &(struct vpc_call){
                .id = write->actual.id, .below = "initialization", .read = read_profile, .done = profile_read});
    } else {
        compare_with_source(create);
    }
}

static void complete(struct fleet_write *write, enum fleet_outcome outcome)
{
    struct create_task *create = (struct create_task *)write;

    *item_of(create)->create.record = write->actual;
    create->outcome = outcome;
    compare_settings(create);
}

static const struct fleet_write_ops guarded = {
    .creates = true,
    .rounds = FLEET_ROUNDS_MAX,
    .prepare = prepare,
    .reads_first = reads_first,
    .read = read_by_name,
    .compare = compare,
    .write = send_post,
    .note = note,
    .refuse = refuse,
    .complete = complete,
    .unread = "whether it was created is not known, looking for its name failed",
};

const struct fleet_action_ops fleet_create = {.size = sizeof(struct create_task),
                                              .begin = fleet_write_begin,
                                              .write = fleet_write_ready,
                                              .resume = resume,
                                              .release = release,
                                              .guarded = &guarded};

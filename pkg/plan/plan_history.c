/* Items of plans as the JSON texts of the history, and back. */
#include "plan/plan_history.h"

#include <string.h>

enum { HEAL_TIMEOUT_MS = 15 * 60 * 1000 };

void plan_encoder_free(struct plan_encoder *encoder)
{
    text_arena_free(&encoder->memory);
    *encoder = (struct plan_encoder){0};
}

/* --- to text ---------------------------------------------------------------------------------------- */

/* Takes over the reference; NULL gives NULL. */
static const char *print(struct plan_encoder *encoder, json_t *value)
{
    CLEANUP(text_free) struct text bytes = {0};

    if (value == NULL) {
        return NULL;
    }
    json_print(&bytes, value, JSON_PRINT_COMPACT);
    json_decref(value);
    return text_arena_copy(&encoder->memory, text_string(&bytes), bytes.size);
}

/* Equal words are mostly the same word (resource_list_share); where they are not, the text is only made again. */
static bool looks_same(const struct resource_settings *a, const struct resource_settings *b)
{
    return a->given == b->given && a->enabled == b->enabled && a->auto_link == b->auto_link &&
           a->hop_limit == b->hop_limit && a->protocol == b->protocol && a->trusted_profile == b->trusted_profile;
}

static const char *encode_settings(struct plan_encoder *encoder, const struct resource_settings *settings)
{
    for (size_t i = 0; i < PLAN_ENCODER_KEPT && encoder->texts[i] != NULL; i++) {
        if (looks_same(&encoder->settings[i], settings)) {
            return encoder->texts[i];
        }
    }
    size_t slot = encoder->next++ % PLAN_ENCODER_KEPT;
    encoder->settings[slot] = *settings;
    encoder->texts[slot] =
        print(encoder, resource_settings_json(settings, RESOURCE_METADATA_SETTINGS | RESOURCE_PROFILE_SETTINGS));
    return encoder->texts[slot];
}

const char *plan_state_encode(struct plan_encoder *encoder, const struct resource_settings *settings,
                              const struct plan_state *state)
{
    return state->type == PLAN_STATE_NONE ? encode_settings(encoder, settings) : print(encoder, plan_state_json(state));
}

static json_t *roll_json(const struct plan_roll *roll)
{
    return json_build("{s:I, s:b, s:I, s:I}", "max_unavailable", (json_int_t)roll->max_unavailable, "percent",
                      (int)roll->percent, "heal_timeout_ms", (json_int_t)roll->heal_timeout_ms, "poll_ms",
                      (json_int_t)roll->poll_ms);
}

/*
 * What a step of a server says beyond its settings: what it does not do, and what a restart depends on, so that a run
 * that is read again names the same commands. NULL: nothing.
 */
static json_t *server_json(const struct plan_item *item)
{
    const struct resource *server = item->resource;
    json_t *body = json_object();

    if (item->action == PLAN_SET && item->leave_restart) {
        json_object_set_new(body, "restart", json_false());
    }
    if (item->action == PLAN_RESTART && item->restart.only_starts) {
        json_object_set_new(body, "stop", json_false());
    }
    if (server->disk_count > 0 && server->disk_count != RESOURCE_ITEMS_UNKNOWN) {
        json_object_set_new(body, "disks", json_integer((json_int_t)server->disk_count));
    }
    if (plan_restarts_by_hand(server)) {
        json_object_set_new(body, "availability", json_build_string(server->availability));
    }
    if (json_object_size(body) > 0) {
        return body;
    }
    json_decref(body);
    return NULL;
}

/* New reference, or NULL. */
static json_t *body_of(const struct plan_item *item, const json_t *shared)
{
    switch (item->action) {
    case PLAN_CREATE:
        return item->create.body != shared ? json_incref(item->create.body) : NULL;
    case PLAN_MOVE:
        return item->move.to.id != NULL || item->move.to.name != NULL ? plan_template_json(&item->move.to) : NULL;
    case PLAN_ROLL:
        return item->roll.terms.max_unavailable > 0 ? roll_json(&item->roll.terms) : NULL;
    case PLAN_DELETE:
        return json_incref(item->delete.body);
    case PLAN_SET:
    case PLAN_RESTART:
        return server_json(item);
    case PLAN_ACTIONS:
        break;
    }
    return NULL;
}

struct plan_texts plan_item_encode(struct plan_encoder *encoder, const struct plan_item *item, const json_t *shared)
{
    struct plan_state before = plan_item_before(item);

    return (struct plan_texts){.action = plan_action_name(item->action),
                               .body = print(encoder, body_of(item, shared)),
                               .before = plan_state_encode(encoder, &item->resource->settings, &before),
                               .wanted = item->verdict == PLAN_CHANGE ? encode_settings(encoder, item->wanted) : "{}"};
}

/* --- from text --------------------------------------------------------------------------------------- */

static bool find_action(const char *name, enum plan_action *ret)
{
    for (int action = 0; action < PLAN_ACTIONS; action++) {
        if (strcmp(plan_action_name((enum plan_action)action), name) == 0) {
            *ret = (enum plan_action)action;
            return true;
        }
    }
    return false;
}

/* NULL reads as an absent document, whose root is NULL. */
static bool parse(const char *text, struct json_document *ret, struct err *e)
{
    return text == NULL || json_parse(text, strlen(text), "the history", JSON_READ_STRICT, ret, e);
}

static const char *word_of(struct resource_list *list, const json_t *object, const char *name)
{
    return resource_list_keep(list, json_string_value(json_object_get(object, name)));
}

static struct resource_settings settings_of(struct resource_list *list, const json_t *object)
{
    const json_t *enabled = json_object_get(object, "enabled");
    const json_t *protocol = json_object_get(object, "protocol");
    const json_t *hop_limit = json_object_get(object, "response_hop_limit");
    const json_t *profile = json_object_get(object, "trusted_profile");
    const json_t *auto_link = json_object_get(object, "auto_link");

    return (struct resource_settings){
        .given = (enabled != NULL ? RESOURCE_ENABLED : 0U) | (protocol != NULL ? RESOURCE_PROTOCOL : 0U) |
                 (hop_limit != NULL ? RESOURCE_HOP_LIMIT : 0U) | (profile != NULL ? RESOURCE_TRUSTED_PROFILE : 0U) |
                 (auto_link != NULL ? RESOURCE_AUTO_LINK : 0U),
        .enabled = json_is_true(enabled),
        .protocol = word_of(list, object, "protocol"),
        .hop_limit = (int)json_integer_value(hop_limit),
        .trusted_profile = word_of(list, object, "trusted_profile"),
        .auto_link = json_is_true(auto_link)};
}

static struct plan_template template_of(struct resource_list *list, const json_t *object)
{
    const json_t *template = json_object_get(object, "instance_template");

    return (struct plan_template){.id = word_of(list, template, "id"), .name = word_of(list, template, "name")};
}

/* Members that the object lacks are 1, no percentage, 15 minutes, 0. */
static struct plan_roll roll_of(const json_t *object)
{
    json_int_t most = json_integer_value(json_object_get(object, "max_unavailable"));
    json_int_t poll = json_integer_value(json_object_get(object, "poll_ms"));
    const json_t *heal = json_object_get(object, "heal_timeout_ms");

    return (struct plan_roll){.max_unavailable = most > 0 ? (unsigned)most : 1,
                              .percent = json_is_true(json_object_get(object, "percent")),
                              .heal_timeout_ms = heal != NULL ? json_integer_value(heal) : HEAL_TIMEOUT_MS,
                              .poll_ms = poll > 0 ? (unsigned)poll : 0};
}

bool plan_state_decode(enum plan_action action, const char *text, struct resource_list *list,
                       struct resource_settings *ret_settings, struct plan_state *ret_state, struct err *e)
{
    CLEANUP(json_document_free) struct json_document document = {0};

    *ret_settings = (struct resource_settings){0};
    *ret_state = (struct plan_state){0};
    if (!parse(text, &document, e)) {
        return false;
    }
    if (action == PLAN_MOVE && json_object_get(document.root, "instance_template") != NULL) {
        *ret_state = (struct plan_state){.type = PLAN_STATE_TEMPLATE, .template = template_of(list, document.root)};
    } else if (action == PLAN_ROLL && json_object_get(document.root, "membership_count") != NULL) {
        *ret_state = (struct plan_state){
            .type = PLAN_STATE_MEMBERS,
            .members = {.count = json_integer_value(json_object_get(document.root, "membership_count")),
                        .stale = json_integer_value(json_object_get(document.root, "stale_members"))}};
    } else {
        *ret_settings = settings_of(list, document.root);
    }
    return true;
}

static void take_server(struct resource_list *list, const json_t *body, struct resource *server)
{
    json_int_t disks = json_integer_value(json_object_get(body, "disks"));

    server->disk_count = disks > 0 && disks < RESOURCE_ITEMS_UNKNOWN ? (unsigned)disks : 0;
    server->availability = word_of(list, body, "availability");
}

static void take_body(struct resource_list *list, struct plan *plan, json_t *body, const struct plan_state *before,
                      struct plan_item *item)
{
    switch (item->action) {
    case PLAN_CREATE:
        item->create.body = plan_own(plan, json_incref(body));
        break;
    case PLAN_MOVE:
        item->move.from = before->type == PLAN_STATE_TEMPLATE ? before->template : (struct plan_template){0};
        item->move.to = template_of(list, body);
        break;
    case PLAN_ROLL:
        item->roll.terms = roll_of(body);
        item->roll.before = before->type == PLAN_STATE_MEMBERS ? before->members : (struct plan_members){0};
        break;
    case PLAN_DELETE:
        item->delete.body = plan_own(plan, json_incref(body));
        break;
    case PLAN_SET:
        item->leave_restart = json_is_false(json_object_get(body, "restart"));
        break;
    case PLAN_RESTART:
        item->restart.only_starts = json_is_false(json_object_get(body, "stop"));
        break;
    case PLAN_ACTIONS:
        break;
    }
}

bool plan_item_decode(const struct plan_texts *texts, struct resource_list *list, struct resource *resource,
                      struct plan *plan, struct plan_item *item, struct err *e)
{
    CLEANUP(json_document_free) struct json_document body = {0};
    struct resource_settings *wanted = text_arena_alloc(&plan->memory, sizeof(*wanted));
    struct plan_state before;
    struct plan_state none;

    if (!find_action(texts->action, &item->action)) {
        return err_set(e, ERR_FAILED, "this version does not know the action %s", texts->action);
    }
    item->resource = resource;
    if (item->action == PLAN_CREATE) {
        item->create.record = resource;
    }
    item->wanted = wanted;
    if (!parse(texts->body, &body, e) ||
        !plan_state_decode(item->action, texts->before, list, &resource->settings, &before, e) ||
        !plan_state_decode(PLAN_SET, texts->wanted, list, wanted, &none, e)) {
        return false;
    }
    if (item->action == PLAN_SET || item->action == PLAN_RESTART) {
        take_server(list, body.root, resource);
    }
    take_body(list, plan, body.root, &before, item);
    return true;
}

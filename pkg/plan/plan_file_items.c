/* The items of a plan file, and whether they are such as a plan can have. */
#include <string.h>

#include "mem/mem.h"
#include "plan/plan_file_format.h"
#include "plan/plan_history.h"

/* --- reading ------------------------------------------------------------------------------------------ */

/* "" is none: a gateway may take ETags away. */
static bool read_etag(const struct plan_file_reader *reader, const json_t *object, const char **ret)
{
    if (!plan_file_get_word(reader, object, "etag", false, ret)) {
        return false;
    }
    *ret = *ret != NULL && (*ret)[0] != '\0' ? *ret : NULL;
    return true;
}

static bool read_resource(const struct plan_file_reader *reader, const json_t *object, struct resource **ret)
{
    const struct resource_kind *kind = resource_kind_find(
        json_is_string(json_object_get(object, "kind")) ? json_string_value(json_object_get(object, "kind")) : "");
    const json_t *template;

    if (kind == NULL) {
        return plan_file_refuse(reader, "kind", "one that this version knows");
    }
    struct resource *resource = resource_list_append(reader->list, kind, NULL);
    *ret = resource;
    return plan_file_get_word(reader, object, "region", false, &resource->region) &&
           plan_file_get_word(reader, object, "id", false, &resource->id) &&
           plan_file_get_word(reader, object, "name", false, &resource->name) &&
           plan_file_get_word(reader, object, "crn", false, &resource->crn) &&
           plan_file_get_word(reader, object, "status", false, &resource->status) &&
           read_etag(reader, object, &resource->etag) && plan_file_get_object(reader, object, "template", &template) &&
           (template == NULL || (plan_file_get_word(reader, template, "id", false, &resource->template_id) &&
                                 plan_file_get_word(reader, template, "name", false, &resource->template_name)));
}

/* The text of a member that the history keeps as a text; NULL: absent. False where it is not an object. */
static bool print_member(const struct plan_file_reader *reader, const json_t *object, const char *name,
                         struct text *out, const char **ret)
{
    const json_t *value;

    if (!plan_file_get_object(reader, object, name, &value)) {
        return false;
    }
    if (value != NULL) {
        json_print(out, value, JSON_PRINT_COMPACT);
    }
    *ret = value != NULL ? text_string(out) : NULL;
    return true;
}

static bool read_verdict(const struct plan_file_reader *reader, const json_t *object, enum plan_verdict *ret)
{
    const char *word = json_string_value(json_object_get(object, "verdict"));

    for (size_t i = 0; plan_file_verdicts[i] != NULL; i++) {
        if (text_equal(word, plan_file_verdicts[i])) {
            *ret = (enum plan_verdict)i;
            return true;
        }
    }
    return plan_file_refuse(reader, "verdict", "change, unchanged or skip");
}

static bool read_item(const struct plan_file_reader *reader, const json_t *object, size_t index, struct plan_item *item)
{
    struct resource *resource = NULL;
    CLEANUP(text_free) struct text body = {0};
    CLEANUP(text_free) struct text before = {0};
    CLEANUP(text_free) struct text wanted = {0};
    struct plan_texts texts = {0};

    if (!json_is_object(object) || !plan_file_get_word(reader, object, "action", true, &texts.action) ||
        !read_verdict(reader, object, &item->verdict) || !read_resource(reader, object, &resource) ||
        !plan_file_get_word(reader, object, "reason", item->verdict == PLAN_SKIP, &item->reason) ||
        !plan_file_get_word(reader, object, "policy_rule", false, &item->policy_rule) ||
        !plan_file_get_number(reader, object, "depends_on", index, &item->depends_on) ||
        !print_member(reader, object, "body", &body, &texts.body) ||
        !print_member(reader, object, "before", &before, &texts.before) ||
        !print_member(reader, object, "wanted", &wanted, &texts.wanted) ||
        !plan_item_decode(&texts, reader->list, resource, reader->plan, item, reader->e)) {
        return err_set(reader->e, ERR_INVALID, "it is not an object");
    }
    item->mask = resource_settings_diff(&resource->settings, item->wanted);
    if (item->action != PLAN_DELETE) {
        item->after = resource_settings_over(&resource->settings, item->wanted, item->mask);
    }
    return true;
}

/* --- what an item can be ------------------------------------------------------------------------------ */

/* Bodies are checked against the schemas before they are sent, as those of every command are. */
static bool check_set(const struct plan_file_reader *reader, const struct plan_item *item)
{
    return (item->wanted->given != 0 && resource_settings_check(item->resource->kind, item->wanted, true, reader->e) &&
            item->mask != 0) ||
           plan_file_refuse(reader, "wanted", "a setting that changes");
}

static bool check_create(const struct plan_file_reader *reader, const struct plan_item *item)
{
    const struct resource *resource = item->resource;

    return (resource->kind->create_schema != NULL && resource->id == NULL && item->create.body != NULL &&
            resource_settings_check(resource->kind, item->wanted, false, reader->e)) ||
           plan_file_refuse(reader, "the resource", "one that can be created");
}

static bool check_move(const struct plan_file_reader *reader, const struct plan_item *item)
{
    return (item->resource->kind->memberships != NULL &&
            (item->move.to.id != NULL ? resource_id_is_valid(item->move.to.id, strlen(item->move.to.id))
                                      : plan_creation_before(reader->plan, item) != NULL)) ||
           plan_file_refuse(reader, "body", "an instance template to move a group to");
}

static bool check_roll(const struct plan_file_reader *reader, const struct plan_item *item)
{
    enum { MOST = 1000000, DAY_MS = 24 * 60 * 60 * 1000 };
    const struct plan_roll *terms = &item->roll.terms;
    bool possible = terms->max_unavailable <= (terms->percent ? 100 : MOST) && terms->heal_timeout_ms >= 0 &&
                    terms->heal_timeout_ms <= DAY_MS && terms->poll_ms <= DAY_MS;

    return (item->resource->kind->memberships != NULL && possible) ||
           plan_file_refuse(reader, "body", "a way to replace the members of a group");
}

static bool check_action(const struct plan_file_reader *reader, const struct plan_item *item)
{
    const struct resource_kind *kind = item->resource->kind;

    switch (item->action) {
    case PLAN_SET:
        return check_set(reader, item);
    case PLAN_CREATE:
        return check_create(reader, item);
    case PLAN_MOVE:
        return check_move(reader, item);
    case PLAN_ROLL:
        return check_roll(reader, item);
    case PLAN_DELETE:
        return kind->disposable || plan_file_refuse(reader, "the resource", "one that can be deleted");
    case PLAN_RESTART:
        return (kind->restart_to_enable && kind->actions != NULL) ||
               plan_file_refuse(reader, "the resource", "one that can be restarted");
    case PLAN_ACTIONS:
        break;
    }
    return false;
}

/* What does not change is only shown. */
static bool check_item(const struct plan_file_reader *reader, const struct plan_item *item)
{
    const struct resource *resource = item->resource;

    if (item->verdict != PLAN_CHANGE) {
        return true;
    }
    if (item->action != PLAN_CREATE &&
        (resource->id == NULL || !resource_id_is_valid(resource->id, strlen(resource->id)))) {
        return plan_file_refuse(reader, "id", "an id");
    }
    if (resource->name == NULL || resource->region == NULL) {
        return plan_file_refuse(reader, "name or region", "a string");
    }
    return (item->action != PLAN_CREATE || resource_check_name(resource->name, reader->e)) &&
           check_action(reader, item);
}

/* At most one item waits for another (fleet.h). */
static bool check_dependencies(const struct plan_file_reader *reader)
{
    const struct plan *plan = reader->plan;
    CLEANUP(text_free_pointer) bool *waited_for = mem_array(plan->count + 1, sizeof(*waited_for));

    for (size_t i = 0; i < plan->count; i++) {
        size_t number = plan->items[i].depends_on;
        if (number != 0 && waited_for[number]) {
            return err_set(reader->e, ERR_INVALID, "two items wait for item %zu", number);
        }
        waited_for[number] = true;
    }
    return true;
}

bool plan_file_read_items(const struct plan_file_reader *reader, const json_t *root)
{
    struct plan *plan = reader->plan;
    const json_t *array;

    if (!plan_file_get_array(reader, root, "items", PLAN_FILE_ITEMS_MAX, &array)) {
        return false;
    }
    plan->count = json_array_size(array);
    plan->items = mem_array(plan->count + 1, sizeof(*plan->items));
    for (size_t i = 0; i < plan->count; i++) {
        if (!read_item(reader, json_array_get(array, i), i, &plan->items[i]) || !check_item(reader, &plan->items[i])) {
            return err_wrap(reader->e, "item %zu", i + 1);
        }
    }
    return check_dependencies(reader);
}

#include "plan/plan_template.h"

#include <string.h>

const char *plan_template_text(struct resource_list *list, const char *id, const char *name)
{
    JSON_CLEANUP json_t *text = json_pack("{s:{s:s*, s:s*}}", "instance_template", "id", id, "name", name);
    CLEANUP(text_free) struct text bytes = {0};

    json_print(&bytes, text, JSON_PRINT_COMPACT);
    return resource_list_keep(list, text_string(&bytes));
}

struct plan_template_name plan_template_read(struct resource_list *list, const char *text)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    if (text == NULL || !json_parse(text, strlen(text), "a plan", JSON_READ_STRICT, &document, &ignored)) {
        return (struct plan_template_name){0};
    }
    const json_t *template = json_object_get(document.root, "instance_template");
    return (struct plan_template_name){
        .id = resource_list_keep(list, json_string_value(json_object_get(template, "id"))),
        .name = resource_list_keep(list, json_string_value(json_object_get(template, "name")))};
}

const struct plan_item *plan_creation_before(const struct plan *plan, const struct plan_item *item)
{
    while (item->needs != 0) {
        item = &plan->items[item->needs - 1];
        if (item->action == PLAN_CREATE) {
            return item;
        }
    }
    return NULL;
}

struct plan_template_name plan_template_target(struct resource_list *list, const struct plan *plan,
                                               const struct plan_item *item)
{
    struct plan_template_name target = plan_template_read(list, item->body);
    const struct plan_item *creation = target.id == NULL ? plan_creation_before(plan, item) : NULL;

    if (creation != NULL) {
        target.id = creation->resource->id;
        target.name = creation->resource->name;
    }
    return target;
}

/* --- a template as the API tells it: the body it was made from and what the API has added (vpc-api.md 2.9) ---------- */

static bool is_added(const char *member)
{
    static const char *const added[] = {"created_at", "crn", "href", "id", "name"};

    for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++) {
        if (strcmp(added[i], member) == 0) {
            return true;
        }
    }
    return false;
}

const char *plan_template_body(struct resource_list *list, const json_t *answer)
{
    JSON_CLEANUP json_t *body = json_object();
    CLEANUP(text_free) struct text bytes = {0};
    const char *member;
    json_t *value;

    json_object_foreach ((json_t *)answer, member, value) {
        const char *group = json_string_value(json_object_get(value, "id"));
        if (is_added(member)) {
            continue;
        }
        /* a reference in the answer, an identity in the body */
        json_object_set_new(body, member,
                            strcmp(member, "resource_group") == 0 && group != NULL ? json_pack("{s:s}", "id", group)
                                                                                   : json_incref(value));
    }
    json_print(&bytes, body, JSON_PRINT_COMPACT);
    return resource_list_copy(list, text_string(&bytes), bytes.size);
}

static void compare_members(const json_t *one, const json_t *other, const json_t *overrides, bool missing_only,
                            struct text *ret_different)
{
    const char *member;
    json_t *value;

    json_object_foreach ((json_t *)one, member, value) {
        const json_t *counterpart = json_object_get(other, member);
        bool same = missing_only ? counterpart != NULL : counterpart != NULL && json_equal(value, counterpart);
        if (!same && !is_added(member) && json_object_get(overrides, member) == NULL) {
            text_printf(ret_different, "%s%s", ret_different->size > 0 ? ", " : "", member);
        }
    }
}

bool plan_template_same(const json_t *source, const json_t *made, const json_t *overrides, struct text *ret_different)
{
    size_t before = ret_different->size;

    compare_members(source, made, overrides, false, ret_different);
    compare_members(made, source, overrides, true, ret_different);
    return ret_different->size == before;
}

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

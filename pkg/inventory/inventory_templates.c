/* Instance templates: the settings that groups take from them, and the bodies that create them again. */
#include <string.h>

#include "inventory/inventory.h"
#include "resource/resource_create.h"

bool inventory_take_template_settings(const struct inventory_scope *scope, struct resource_list *groups,
                                      struct text *missing, struct err *e)
{
    CLEANUP(resource_list_release) struct resource_list *templates = resource_list_create();
    size_t count = resource_list_count(groups);

    if (count > 0 && !inventory_read_all(scope, &resource_template, templates, missing, e)) {
        return err_wrap(e, "reading the templates of the groups");
    }
    for (size_t i = 0; i < count; i++) {
        struct resource *group = resource_list_at(groups, i);
        const struct resource *found =
            group->template_id != NULL ? resource_list_find(templates, &resource_template, group->template_id) : NULL;
        if (found != NULL) {
            group->settings = found->settings;
            group->settings.protocol = resource_list_keep(groups, found->settings.protocol);
            group->settings.trusted_profile = resource_list_keep(groups, found->settings.trusted_profile);
        }
    }
    return true;
}

/* --- a single one ------------------------------------------------------------------------------------ */

/* The id behind a name takes a list; ids and CRNs need none. */
static bool find_id(const struct inventory_scope *scope, const char *word, struct text *ret_id, struct err *e)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    const struct resource_kind *kind = &resource_template;
    const struct inventory_selector selector = {.targets = {.items = &word, .count = 1}};

    if (resource_name_form(word) != RESOURCE_BY_NAME) {
        const char *crn_id = resource_crn_id(word);
        text_append(ret_id, crn_id != NULL ? crn_id : word);
        return true;
    }
    if (!inventory_select(scope, &kind, 1, &selector, list, NULL, e)) {
        return false;
    }
    text_append(ret_id, resource_list_at(list, 0)->id);
    return true;
}

bool inventory_read_template(const struct inventory_scope *scope, const char *word, json_t **ret_answer, struct err *e)
{
    CLEANUP(text_free) struct text id = {0};

    return find_id(scope, word, &id, e) && inventory_read_answer(scope->http, scope->regions[0], &resource_template,
                                                                 text_string(&id), NULL, ret_answer, e);
}

/* --- as a whole ------------------------------------------------------------------------------------- */

struct reading {
    json_t *bodies;   /* by id */
    struct err error; /* the first one */
};

/* May be called again for a template, when its page is read again. */
static bool keep_body(const struct resource *record, struct answer_node item, void *context, bool *ret_keep,
                      struct err *e)
{
    struct reading *reading = context;
    JSON_CLEANUP json_t *answer = answer_to_json(item);

    (void)e;
    *ret_keep = true;
    if (record->id == NULL) {
        return true;
    }
    json_object_set_new(reading->bodies, record->id, resource_template_body(answer));
    return true;
}

static void listed(const struct err *error, void *context)
{
    err_take(&((struct reading *)context)->error, error);
}

bool inventory_read_templates(const struct inventory_scope *scope, struct inventory_templates *ret, struct err *e)
{
    struct inventory_templates templates = {.list = resource_list_create(), .bodies = json_object()};
    struct reading reading = {.bodies = templates.bodies};

    for (size_t i = 0; i < scope->region_count; i++) {
        vpc_list(scope->regions[i], &(struct vpc_listing){.kind = &resource_template,
                                                          .into = templates.list,
                                                          .keep = keep_body,
                                                          .listed = listed,
                                                          .context = &reading});
    }
    if (!http_run(scope->http, e) || !err_take(e, &reading.error)) {
        inventory_templates_free(&templates);
        return err_wrap(e, "reading the templates");
    }
    *ret = templates;
    return true;
}

void inventory_templates_free(struct inventory_templates *templates)
{
    resource_list_destroy(templates->list);
    json_decref(templates->bodies);
    *templates = (struct inventory_templates){0};
}

/* What instance groups take from their templates. */
#include <string.h>

#include "verbs.h"

/* A region that cannot be reached is told once, however often it is asked. */
static void add_missing(struct text *missing, struct text *more)
{
    char *next = more->data;

    for (char *line = strsep(&next, "\n"); line != NULL; line = strsep(&next, "\n")) {
        if (line[0] != '\0' && strstr(text_string(missing), line) == NULL) {
            text_printf(missing, "%s\n", line);
        }
    }
}

bool verb_read_all(const struct plan_scope *scope, const struct resource_kind *const kinds[], size_t kind_count,
                   struct resource_list *into, struct text *missing, struct err *e)
{
    CLEANUP(text_free) struct text more = {0};
    struct plan_selector everything = {0};

    if (!plan_select(scope, kinds, kind_count, &everything, into, missing != NULL ? &more : NULL, e)) {
        return false;
    }
    if (more.size > 0) {
        add_missing(missing, &more);
    }
    return true;
}

bool verb_take_template_settings(const struct plan_scope *scope, struct resource_list *groups, struct text *missing,
                                 struct err *e)
{
    static const struct resource_kind *const kinds[] = {&resource_template};
    CLEANUP(resource_list_release) struct resource_list *templates = resource_list_create();
    size_t count = resource_list_count(groups);

    if (count > 0 && !verb_read_all(scope, kinds, 1, templates, missing, e)) {
        return err_wrap(e, "reading the templates of the groups");
    }
    for (size_t i = 0; i < count; i++) {
        struct resource *group = resource_list_at(groups, i);
        const struct resource *found = resource_list_find(templates, &resource_template, group->template_id);
        if (found != NULL) {
            group->settings = found->settings;
            group->settings.protocol = resource_list_keep(groups, found->settings.protocol);
            group->settings.trusted_profile = resource_list_keep(groups, found->settings.trusted_profile);
        }
    }
    return true;
}

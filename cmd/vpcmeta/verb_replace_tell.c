/* What people should know about a replacement, before and after. */
#include <stdlib.h>
#include <string.h>

#include "verb_replace.h"

enum { NAMES_SHOWN = 10 };

/* Names in a sentence; `count` counts those that were not shown as well. */
struct names {
    struct text shown;
    size_t count;
};

static void add_name(struct names *names, const char *name, const char *detail)
{
    if (names->count++ < NAMES_SHOWN) {
        text_printf(&names->shown, "%s%s%s%s%s", names->shown.size > 0 ? ", " : "", name, detail != NULL ? " (" : "",
                    detail != NULL ? detail : "", detail != NULL ? ")" : "");
    }
}

static void end_names(struct names *names)
{
    if (names->count > NAMES_SHOWN) {
        text_printf(&names->shown, " and %zu more", names->count - NAMES_SHOWN);
    }
}

/* Groups are rolled as they are; what follows from that is said before. */
static void tell_groups(const struct app *app, const struct resource_list *groups,
                        const struct resource_membership_counts *members)
{
    struct names managed = {0};
    struct names pooled = {0};
    struct names loose = {0};
    size_t stay = 0;

    for (size_t i = 0; i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (group->managers != NULL) {
            add_name(&managed, group->name, group->managers);
        }
        if (group->pool != NULL) {
            add_name(&pooled, group->name, group->pool);
        }
        if (members[i].loose > 0) {
            add_name(&loose, group->name, NULL);
            stay += members[i].loose;
        }
    }
    end_names(&managed);
    end_names(&pooled);
    end_names(&loose);
    if (managed.count > 0) {
        app_note(app,
                 "scaled by managers, so that membership_count cannot be set back if deleting members lowers it: %s",
                 text_string(&managed.shown));
    }
    if (pooled.count > 0) {
        app_note(app, "filling pools of load balancers: %s", text_string(&pooled.shown));
    }
    if (loose.count > 0) {
        app_warn(app, "%zu member%s (delete_instance_on_membership_delete is false) in %s", stay,
                 stay == 1 ? " stays behind as a server of its own" : "s stay behind as servers of their own",
                 text_string(&loose.shown));
    }
    text_free(&managed.shown);
    text_free(&pooled.shown);
    text_free(&loose.shown);
}

bool replace_tell_rolls(const struct app *app, const struct inventory_scope *scope, const struct plan *plan,
                        struct err *e)
{
    CLEANUP(resource_list_release) struct resource_list *groups = resource_list_create();

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].action == PLAN_ROLL && plan->items[i].verdict == PLAN_CHANGE) {
            resource_list_adopt(groups, plan->items[i].resource);
        }
    }
    struct resource_membership_counts *members = inventory_read_members(scope, groups, NULL, e);
    bool read = members != NULL;
    if (read) {
        tell_groups(app, groups, members);
    }
    free(members);
    return read;
}

/* The settings as the command line has them, for the command that goes on. */
static void append_settings(struct text *out, const struct resource_settings *wanted)
{
    if ((wanted->given & RESOURCE_ENABLED) != 0) {
        text_printf(out, " --enabled %s", wanted->enabled ? "true" : "false");
    }
    if ((wanted->given & RESOURCE_PROTOCOL) != 0) {
        text_printf(out, " --protocol %s", wanted->protocol);
    }
    if ((wanted->given & RESOURCE_HOP_LIMIT) != 0) {
        text_printf(out, " --hop-limit %d", wanted->hop_limit);
    }
    if ((wanted->given & RESOURCE_TRUSTED_PROFILE) != 0) {
        text_printf(out, " --trusted-profile %s", wanted->trusted_profile);
    }
    if ((wanted->given & RESOURCE_AUTO_LINK) != 0) {
        text_printf(out, " --auto-link %s", wanted->auto_link ? "true" : "false");
    }
}

static void append_users(struct text *out, const struct resource *template, const struct resource_list *groups)
{
    for (size_t i = 0; i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (plan_group_uses(group, template)) {
            text_printf(out, "%s%s", out->size > 0 ? ", " : "", group->name);
        }
    }
}

/* Which groups still use an old template, and what moves them. */
void replace_tell_left(const struct app *app, const struct resource_list *selected, const struct plan *plan,
                       const struct resource_settings *wanted, const struct resource_list *groups)
{
    size_t next = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        CLEANUP(text_free) struct text users = {0};
        CLEANUP(text_free) struct text settings = {0};
        if (item->action != PLAN_CREATE && item->action != PLAN_SET) {
            continue;
        }
        const struct resource *old = resource_list_at(selected, next++);
        bool replaced = !text_equal(item->resource->id, old->id);
        append_users(&users, old, groups);
        if (replaced && users.size > 0) {
            append_settings(&settings, wanted);
            app_note(app,
                     "still using %s: instance group %s; next: vpcmeta template replace %s --name %s%s --update-groups",
                     old->name, text_string(&users), old->name, item->resource->name, text_string(&settings));
        }
    }
}

/* What `template replace` does to the members of instance groups, or leaves as it is. */
#include "replace_members.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "plan/plan_replace.h"

enum { NAMES_SHOWN = 10 };

/* --- reading ------------------------------------------------------------------------------------------ */

static bool is_concerned(const struct resource *group, const struct resource_list *selected,
                         const struct inventory_templates *templates, const char *name)
{
    for (size_t i = 0; i < resource_list_count(selected); i++) {
        if (plan_group_uses(group, resource_list_at(selected, i))) {
            return true;
        }
    }
    for (size_t i = 0; name != NULL && i < resource_list_count(templates->list); i++) {
        const struct resource *template = resource_list_at(templates->list, i);
        if (text_equal(template->name, name) && plan_group_uses(group, template)) {
            return true;
        }
    }
    return false;
}

bool replace_members_read(const struct inventory_scope *scope, const struct resource_list *selected,
                          const struct inventory_templates *templates, const char *name,
                          const struct resource_list *groups, bool needed, struct replace_members *ret, struct err *e)
{
    CLEANUP(text_free) struct text missing = {0};

    ret->groups = resource_list_create();
    ret->memberships = resource_list_create();
    for (size_t i = 0; i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (is_concerned(group, selected, templates, name)) {
            resource_list_adopt(ret->groups, group);
        }
    }
    ret->counts = inventory_read_members(scope, ret->groups, ret->memberships, needed ? NULL : &missing, e);
    return ret->counts != NULL;
}

void replace_members_free(struct replace_members *members)
{
    resource_list_destroy(members->groups);
    resource_list_destroy(members->memberships);
    free(members->counts);
}

static size_t count_groups(const struct replace_members *members)
{
    return members->counts != NULL ? resource_list_count(members->groups) : 0;
}

int64_t *replace_members_stale(const struct replace_members *members, const struct resource_list *groups)
{
    size_t count = resource_list_count(groups);
    int64_t *stale = mem_array(count + 1, sizeof(*stale));

    for (size_t i = 0, next = 0; i < count && next < count_groups(members); i++) {
        /* they are in the same order */
        if (text_equal(resource_list_at(groups, i)->id, resource_list_at(members->groups, next)->id)) {
            stale[i] = (int64_t)members->counts[next++].stale;
        }
    }
    return stale;
}

/* --- names in sentences ------------------------------------------------------------------------------- */

/* `count` counts those that were not shown as well. */
struct names {
    struct text shown;
    size_t count;
};

static void names_free(struct names *names)
{
    text_free(&names->shown);
}

static void add_name(struct names *names, const char *name, const char *detail)
{
    if (names->count++ < NAMES_SHOWN) {
        text_printf(&names->shown, "%s%s%s%s%s", names->shown.size > 0 ? ", " : "", name, detail != NULL ? " (" : "",
                    detail != NULL ? detail : "", detail != NULL ? ")" : "");
    }
}

static const char *end_names(struct names *names)
{
    if (names->count > NAMES_SHOWN) {
        text_printf(&names->shown, " and %zu more", names->count - NAMES_SHOWN);
    }
    return text_string(&names->shown);
}

/* --- groups that are rolled --------------------------------------------------------------------------- */

static const struct plan_item *find_item(const struct plan *plan, const struct resource *group, enum plan_action action)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->action == action && item->verdict == PLAN_CHANGE && text_equal(item->resource->id, group->id)) {
            return item;
        }
    }
    return NULL;
}

/* Groups are rolled with their managers and pools as they are: what follows from that. */
static void note_groups(const struct app *app, const struct replace_members *members, const struct plan *plan)
{
    CLEANUP(names_free) struct names managed = {0};
    CLEANUP(names_free) struct names pooled = {0};
    CLEANUP(names_free) struct names orphaned = {0};
    size_t stay = 0;

    for (size_t i = 0; i < count_groups(members); i++) {
        const struct resource *group = resource_list_at(members->groups, i);
        if (find_item(plan, group, PLAN_ROLL) == NULL) {
            continue;
        }
        if (group->managers != NULL) {
            add_name(&managed, group->name, group->managers);
        }
        if (group->pool != NULL) {
            add_name(&pooled, group->name, group->pool);
        }
        if (members->counts[i].loose > 0) {
            add_name(&orphaned, group->name, NULL);
            stay += members->counts[i].loose;
        }
    }
    if (managed.count > 0) {
        app_note(app,
                 "scaled by managers, so that membership_count cannot be set back if deleting members lowers it: %s",
                 end_names(&managed));
    }
    if (pooled.count > 0) {
        app_note(app, "filling pools of load balancers: %s", end_names(&pooled));
    }
    if (orphaned.count > 0) {
        app_warn(app, "%zu member%s (delete_instance_on_membership_delete is false) in %s", stay,
                 stay == 1 ? " stays behind as a server of its own" : "s stay behind as servers of their own",
                 end_names(&orphaned));
    }
}

/* All members of a group that is moved, those of another template where it is not. */
static void append_servers(const struct replace_members *members, const struct plan *plan, const struct plan_item *roll,
                           struct text *out)
{
    CLEANUP(names_free) struct names names = {0};
    const struct resource *group = roll->resource;
    bool all = find_item(plan, group, PLAN_MOVE) != NULL;

    for (size_t i = 0; i < resource_list_count(members->memberships); i++) {
        const struct resource *membership = resource_list_at(members->memberships, i);
        if (text_equal(membership->member_of, group->id) &&
            (all || !text_equal(membership->template_id, group->template_id))) {
            add_name(&names, membership->instance_name != NULL ? membership->instance_name : membership->name, NULL);
        }
    }
    if (names.count > 0) {
        text_printf(out, "%s: deleted and created again, %u%s at a time: %s\n", group->name,
                    roll->roll.terms.max_unavailable, roll->roll.terms.percent ? "%" : "", end_names(&names));
    }
}

void replace_note_rolls(const struct app *app, const struct replace_members *members, const struct plan *plan,
                        struct text *ret_details)
{
    note_groups(app, members, plan);
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].action == PLAN_ROLL && plan->items[i].verdict == PLAN_CHANGE) {
            append_servers(members, plan, &plan->items[i], ret_details);
        }
    }
}

/* --- groups that are not ------------------------------------------------------------------------------ */

/* The new templates of these groups, in a command that can be pasted once they exist. */
static void make_roll_command(const struct app *app, const struct replace_members *members, const struct plan *plan,
                              const struct resource_settings *wanted, struct cli_command_line *line)
{
    const struct resource *first = resource_list_at(members->groups, 0);
    const struct cli_place place = options_place(app->globals, &first->region);
    CLEANUP(mem_set_free) struct mem_set named = {0};

    cli_command_line_begin(line, app->program->name, app->command);
    for (size_t i = 0; i < count_groups(members); i++) {
        const struct resource *group = resource_list_at(members->groups, i);
        const struct plan_item *move = find_item(plan, group, PLAN_MOVE);
        const char *name = move != NULL ? plan_template_target(plan, move).name : group->template_name;
        if (name != NULL && (move != NULL || members->counts[i].stale > 0) && mem_set_add(&named, name)) {
            cli_command_line_operand(line, name);
        }
    }
    options_append_settings(line, wanted);
    cli_command_line_option(line, "update-groups", NULL);
    cli_command_line_option(line, "roll", NULL);
    cli_command_line_place(line, &place);
}

void replace_note_stale(const struct app *app, const struct replace_members *members, const struct plan *plan,
                        const struct resource_settings *wanted, bool dry_run)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(names_free) struct names names = {0};
    size_t stale = 0;

    for (size_t i = 0; i < count_groups(members); i++) {
        const struct resource *group = resource_list_at(members->groups, i);
        bool moved = find_item(plan, group, PLAN_MOVE) != NULL;
        size_t count = moved ? members->counts[i].members : members->counts[i].stale;
        char number[32];
        snprintf(number, sizeof(number), "%zu", count);
        if (count > 0) {
            add_name(&names, group->name, number);
            stale += count;
        }
    }
    if (stale == 0) {
        return;
    }
    make_roll_command(app, members, plan, wanted, &line);
    app_warn(app, "%zu member%s of %zu instance group%s %s the old template: %s; %s%s", stale, stale == 1 ? "" : "s",
             names.count, names.count == 1 ? "" : "s",
             dry_run      ? "would still run"
             : stale == 1 ? "still runs"
                          : "still run",
             end_names(&names),
             dry_run ? "--roll replaces them" : "next: ", dry_run ? "" : cli_command_line_string(&line));
}

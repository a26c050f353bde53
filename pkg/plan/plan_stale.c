/* Compares a plan that was made earlier with the resources as they are now. */
#include "plan/plan_stale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "plan/plan_replace.h"
#include "resource/resource_reference.h"

enum currency { CURRENT, DONE, STALE };

/* An item in comparison. */
struct comparison {
    struct plan *plan;
    const struct plan_situation *situation;
    const struct mem_set *moves; /* as of find_moves */
    size_t index;
    struct text why; /* it is stale, or done */
};

static struct plan_item *item_of(const struct comparison *comparison)
{
    return &comparison->plan->items[comparison->index];
}

/* Begins another part of the reason. */
static struct text *add_part(struct comparison *comparison)
{
    text_append(&comparison->why, comparison->why.size > 0 ? ", " : "");
    return &comparison->why;
}

static void add_difference(struct comparison *comparison, const char *what, const char *was, const char *now)
{
    text_printf(add_part(comparison), "%s %s -> %s", what, was != NULL ? was : "unknown",
                now != NULL ? now : "unknown");
}

/* --- what every resource has ---------------------------------------------------------------------------- */

/*
 * Whether it is the resource of the plan, under its name, and untouched. A state that passes by itself
 * changes the ETag as well, so that it counts for nothing there.
 */
static bool is_same(struct comparison *comparison, const struct resource *now)
{
    const struct resource *was = item_of(comparison)->resource;
    bool other_etag = was->etag != NULL && now->etag != NULL && strcmp(was->etag, now->etag) != 0 &&
                      !resource_status_passes(was->status);

    if (!text_equal(was->name, now->name)) {
        text_printf(add_part(comparison), "renamed from %s to %s", was->name,
                    now->name != NULL ? now->name : "nothing");
    }
    if (was->crn != NULL && !text_equal(was->crn, now->crn)) {
        add_difference(comparison, "CRN", was->crn, now->crn);
    }
    if (other_etag && !text_equal(was->status, now->status)) {
        add_difference(comparison, "status", was->status, now->status);
    }
    if (other_etag && comparison->why.size == 0) {
        text_append(&comparison->why, "something that the plan does not show (another ETag)");
    }
    return comparison->why.size == 0;
}

static void name_successor(struct comparison *comparison, const struct resource_list *list)
{
    const struct resource *was = item_of(comparison)->resource;

    text_append(&comparison->why, "it was deleted");
    for (size_t i = 0; list != NULL && i < resource_list_count(list); i++) {
        const struct resource *other = resource_list_at(list, i);
        if (other->kind == was->kind && text_equal(other->name, was->name) && text_equal(other->region, was->region)) {
            text_printf(&comparison->why, ", and another %s has its name (%s)", was->kind->singular, other->id);
        }
    }
}

/* --- by action ---------------------------------------------------------------------------------------- */

static enum currency compare_set(struct comparison *comparison, const struct resource *now)
{
    const struct plan_item *item = item_of(comparison);
    const struct resource_settings *was = &item->resource->settings;
    unsigned different = resource_settings_diff(&now->settings, was);
    char reason[PLAN_REASON_SIZE];
    unsigned mask = 0;

    if (text_equal(item->resource->name, now->name) && resource_settings_diff(&now->settings, item->wanted) == 0) {
        return DONE;
    }
    if (different != 0) {
        resource_settings_describe(&comparison->why, was, &now->settings, different);
    }
    if (is_same(comparison, now) && plan_judge(now, item->wanted, &mask, reason) == PLAN_SKIP) {
        text_append(&comparison->why, reason);
    }
    return comparison->why.size > 0 ? STALE : CURRENT;
}

/* Whether the item that this one waits for is carried out now. */
static bool follows(const struct comparison *comparison)
{
    const struct plan_item *item = item_of(comparison);

    return item->depends_on != 0 && comparison->plan->items[item->depends_on - 1].verdict == PLAN_CHANGE;
}

/* What the history does not know is done as planned: it may be that of another machine. */
static enum currency compare_restart(struct comparison *comparison, const struct resource *now)
{
    enum resource_switch pending = comparison->situation->restarts[comparison->index];
    char reason[PLAN_REASON_SIZE];

    if (follows(comparison)) {
        return is_same(comparison, now) ? CURRENT : STALE;
    }
    enum plan_verdict verdict = plan_judge_restart(now, pending == RESOURCE_OFF ? RESOURCE_OFF : RESOURCE_ON,
                                                   &comparison->situation->terms, reason);
    if (verdict == PLAN_UNCHANGED) {
        text_append(&comparison->why, reason);
        return DONE;
    }
    if (is_same(comparison, now) && verdict == PLAN_SKIP) {
        text_append(&comparison->why, reason);
    }
    return comparison->why.size > 0 ? STALE : CURRENT;
}

static enum currency compare_move(struct comparison *comparison, const struct resource *now)
{
    const struct plan_item *item = item_of(comparison);
    const struct plan_template target = plan_template_target(comparison->plan, item);
    const char *used = now->template_name != NULL ? now->template_name : now->template_id;

    if (target.id != NULL && text_equal(now->template_id, target.id)) {
        return DONE;
    }
    if (item->move.from.id != NULL && !text_equal(now->template_id, item->move.from.id)) {
        add_difference(comparison, "instance template",
                       item->move.from.name != NULL ? item->move.from.name : item->move.from.id, used);
    }
    if (resource_status(now->status) == RESOURCE_STATUS_DELETING) {
        add_difference(comparison, "status", item->resource->status, now->status);
    }
    (void)(comparison->why.size == 0 && is_same(comparison, now));
    return comparison->why.size > 0 ? STALE : CURRENT;
}

/* As many members are replaced as the plan shows. */
static void compare_size(struct comparison *comparison, const struct resource *now)
{
    int64_t was = item_of(comparison)->roll.before.count;

    if (was > 0 && now->membership_count >= 0 && now->membership_count != was) {
        text_printf(add_part(comparison), "membership count %lld -> %lld", (long long)was,
                    (long long)now->membership_count);
    }
}

/* The group was moved by the plan, or is going to be, or uses the template that it used. */
static enum currency compare_roll(struct comparison *comparison, const struct resource *now)
{
    const struct plan_item *item = item_of(comparison);

    if (follows(comparison)) {
        compare_size(comparison, now);
        return is_same(comparison, now) ? CURRENT : STALE;
    }
    if (comparison->situation->stale[comparison->index] == 0) {
        return DONE;
    }
    if (item->depends_on == 0 && item->resource->template_id != NULL &&
        !text_equal(now->template_id, item->resource->template_id)) {
        add_difference(comparison, "instance template", item->resource->template_name, now->template_name);
    }
    compare_size(comparison, now);
    (void)(comparison->why.size == 0 && item->depends_on == 0 && is_same(comparison, now));
    return comparison->why.size > 0 ? STALE : CURRENT;
}

/* --- templates ---------------------------------------------------------------------------------------- */

/* Templates that the plan moves groups away from: "TEMPLATE", and with each of these groups "TEMPLATE GROUP". */
static void find_moves(const struct plan *plan, struct mem_set *ret)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        CLEANUP(text_free) struct text key = {0};
        if (item->action == PLAN_MOVE && item->move.from.id != NULL && item->resource->id != NULL) {
            text_printf(&key, "%s %s", item->move.from.id, item->resource->id);
            (void)mem_set_add(ret, item->move.from.id);
            (void)mem_set_add(ret, text_string(&key));
        }
    }
}

static bool is_moved(const struct comparison *comparison, const struct resource *group, const char *template)
{
    CLEANUP(text_free) struct text key = {0};

    text_printf(&key, "%s %s", template, group->id != NULL ? group->id : "");
    return mem_set_has(comparison->moves, text_string(&key));
}

/* Whether a group uses the template that the plan does not know of. */
static bool has_other_users(struct comparison *comparison, const char *template)
{
    const struct resource_list *groups = comparison->situation->groups;

    for (size_t i = 0; i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (text_equal(group->template_id, template) && !is_moved(comparison, group, template)) {
            text_printf(&comparison->why, "instance group %s uses it now", group->name);
            return true;
        }
    }
    return false;
}

static enum currency compare_delete(struct comparison *comparison, const struct resource *now)
{
    if (has_other_users(comparison, item_of(comparison)->resource->id)) {
        return STALE;
    }
    return is_same(comparison, now) ? CURRENT : STALE;
}

static const struct resource *find_named(const struct comparison *comparison)
{
    const struct resource_list *templates = comparison->situation->templates;
    const struct resource *wanted = item_of(comparison)->resource;

    for (size_t i = 0; i < resource_list_count(templates); i++) {
        const struct resource *template = resource_list_at(templates, i);
        if (text_equal(template->name, wanted->name) && text_equal(template->region, wanted->region)) {
            return template;
        }
    }
    return NULL;
}

/* What has the name was made from the source, as the plan would have: by an earlier start of the same plan. */
static bool is_planned(const struct comparison *comparison, const struct resource *found, const char *source)
{
    const struct plan_item *item = item_of(comparison);
    json_t *from = source != NULL ? json_object_get(comparison->situation->bodies, source) : NULL;
    json_t *made = json_object_get(comparison->situation->bodies, found->id);
    CLEANUP(text_free) struct text different = {0};

    return resource_settings_diff(&found->settings, item->wanted) == 0 &&
           (from == NULL || (made != NULL && plan_template_same(from, made, item->create.body, &different)));
}

static enum currency compare_create(struct comparison *comparison)
{
    struct plan_item *item = item_of(comparison);
    const struct plan_situation *situation = comparison->situation;
    const char *source = resource_reference_id(json_object_get(item->create.body, "source_template"));
    const struct resource *found = situation->templates != NULL ? find_named(comparison) : NULL;

    if (found != NULL && found->id != NULL && is_planned(comparison, found, source)) {
        struct text_arena *memory = &comparison->plan->memory; /* the lists may go before the plan */
        item->create.record->id = text_arena_copy(memory, found->id, strlen(found->id));
        item->create.record->crn = found->crn != NULL ? text_arena_copy(memory, found->crn, strlen(found->crn)) : NULL;
        return DONE;
    }
    if (found != NULL) {
        text_printf(&comparison->why, "another %s has the name %s now (%s)", found->kind->singular, found->name,
                    found->id);
    } else if (source != NULL && situation->templates != NULL &&
               resource_list_find(situation->templates, item->resource->kind, source) == NULL) {
        text_printf(&comparison->why, "the template that it is made from (%s) was deleted", source);
    } else if (source != NULL && situation->groups != NULL && mem_set_has(comparison->moves, source)) {
        (void)has_other_users(comparison, source);
    }
    return comparison->why.size > 0 ? STALE : CURRENT;
}

/* --- the plan ----------------------------------------------------------------------------------------- */

static enum currency compare(struct comparison *comparison)
{
    const struct plan_item *item = item_of(comparison);
    const struct resource *now = comparison->situation->now[comparison->index];

    if (item->action == PLAN_CREATE) {
        return compare_create(comparison);
    }
    if (now == NULL && item->action == PLAN_DELETE) {
        text_append(&comparison->why, "it is gone already");
        return DONE;
    }
    if (now == NULL) {
        name_successor(comparison,
                       item->action == PLAN_MOVE || item->action == PLAN_ROLL ? comparison->situation->groups : NULL);
        return STALE;
    }
    if (now->odd != NULL) {
        text_append(&comparison->why, now->odd);
        return STALE;
    }
    switch (item->action) {
    case PLAN_SET:
        return compare_set(comparison, now);
    case PLAN_RESTART:
        return compare_restart(comparison, now);
    case PLAN_MOVE:
        return compare_move(comparison, now);
    case PLAN_ROLL:
        return compare_roll(comparison, now);
    case PLAN_DELETE:
        return compare_delete(comparison, now);
    case PLAN_CREATE:
    case PLAN_ACTIONS:
        break;
    }
    return CURRENT;
}

/* The record that was read takes the place of the plan's, whose ETag it keeps where a list brought none. */
static void take_now(struct plan_item *item, struct resource *now)
{
    if (now != NULL) {
        now->etag = now->etag != NULL ? now->etag : item->resource->etag;
        item->resource = now;
    }
}

static const char *keep_reason(struct plan *plan, const struct text *why)
{
    return why->size > 0 ? text_arena_copy(&plan->memory, text_string(why), why->size) : NULL;
}

/* Where one of those that depend on each other is stale, the others are that are left to do. */
static void spread(struct plan *plan, struct plan_staleness *staleness)
{
    size_t *roots = mem_array(plan->count + 1, sizeof(*roots)); /* the first of each chain */
    const char **first = mem_array(plan->count + 1, sizeof(*first));

    for (size_t i = 0; i < plan->count; i++) {
        roots[i] = plan->items[i].depends_on != 0 ? roots[plan->items[i].depends_on - 1] : i;
        if (staleness->reasons[i] != NULL && first[roots[i]] == NULL) {
            const struct resource *resource = plan->items[i].resource;
            CLEANUP(text_free) struct text why = {0};
            text_printf(&why, "%s %s: %s", resource->kind->singular, resource->name, staleness->reasons[i]);
            first[roots[i]] = keep_reason(plan, &why);
        }
    }
    for (size_t i = 0; i < plan->count; i++) {
        bool left = plan->items[i].verdict == PLAN_CHANGE && staleness->reasons[i] == NULL;
        if (left && first[roots[i]] != NULL) {
            staleness->reasons[i] = first[roots[i]];
            staleness->count++;
        }
    }
    free(roots);
    free(first);
}

void plan_replaced_reason(const char *group, char ret_reason[PLAN_REASON_SIZE])
{
    snprintf(ret_reason, PLAN_REASON_SIZE, "it is replaced: this plan rolls instance group %s", group);
}

static void append_member_key(struct text *out, const struct resource *resource, const char *reason)
{
    text_printf(out, "%s\n%s", resource->region != NULL ? resource->region : "", reason);
}

/* Says of members what is true of them where their group is not rolled: it was already, or is left out. */
static void explain_rolls(struct plan *plan, enum plan_verdict verdict)
{
    CLEANUP(mem_map_free) struct mem_map rolls = {0}; /* by what the plan says of members */

    for (size_t i = 0; i < plan->count; i++) {
        struct plan_item *roll = &plan->items[i];
        char planned[PLAN_REASON_SIZE];
        CLEANUP(text_free) struct text key = {0};
        if (roll->action == PLAN_ROLL && roll->verdict == verdict) {
            plan_replaced_reason(roll->resource->name, planned);
            append_member_key(&key, roll->resource, planned);
            (void)mem_map_put(&rolls, text_string(&key), roll);
        }
    }
    for (size_t i = 0; mem_map_first(&rolls) != NULL && i < plan->count; i++) {
        struct plan_item *item = &plan->items[i];
        CLEANUP(text_free) struct text key = {0};
        CLEANUP(text_free) struct text now = {0};
        if (item->verdict != PLAN_SKIP || item->reason == NULL) {
            continue;
        }
        append_member_key(&key, item->resource, item->reason);
        const struct plan_item *roll = mem_map_get(&rolls, text_string(&key));
        if (roll != NULL) {
            text_printf(&now,
                        roll->verdict == PLAN_SKIP ? "not replaced: the roll of instance group %s is left out"
                                                   : "was replaced: instance group %s was rolled already",
                        roll->resource->name);
            item->reason = keep_reason(plan, &now);
        }
    }
}

void plan_compare(struct plan *plan, const struct plan_situation *situation, struct plan_staleness *ret)
{
    CLEANUP(mem_set_free) struct mem_set moves = {0};

    *ret = (struct plan_staleness){.reasons = mem_array(plan->count + 1, sizeof(*ret->reasons))};
    find_moves(plan, &moves);
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_item *item = &plan->items[i];
        struct comparison comparison = {.plan = plan, .situation = situation, .moves = &moves, .index = i};
        enum currency currency = item->verdict == PLAN_CHANGE ? compare(&comparison) : STALE;
        if (item->verdict != PLAN_CHANGE) {
            continue;
        }
        if (currency == STALE) {
            ret->reasons[i] = keep_reason(plan, &comparison.why);
            ret->count++;
        } else if (item->action != PLAN_CREATE) {
            take_now(item, situation->now[i]);
        }
        if (currency == DONE) {
            item->verdict = PLAN_UNCHANGED;
            item->reason = keep_reason(plan, &comparison.why);
        }
        text_free(&comparison.why);
    }
    explain_rolls(plan, PLAN_UNCHANGED);
    spread(plan, ret);
    for (size_t i = 0; i < plan->count; i++) {
        CLEANUP(text_free) struct text reason = {0};
        if (ret->reasons[i] != NULL) {
            text_printf(&reason, "changed since the plan was made: %s", ret->reasons[i]);
            ret->reasons[i] = keep_reason(plan, &reason);
        }
    }
}

void plan_skip_stale(struct plan *plan, const struct plan_staleness *staleness)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (staleness->reasons[i] != NULL) {
            plan->items[i].verdict = PLAN_SKIP;
            plan->items[i].reason = staleness->reasons[i];
        }
    }
    explain_rolls(plan, PLAN_SKIP);
}

void plan_staleness_free(struct plan_staleness *staleness)
{
    free(staleness->reasons);
    *staleness = (struct plan_staleness){0};
}

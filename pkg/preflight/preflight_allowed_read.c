#include "preflight/preflight_allowed_read.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "preflight/preflight_rule.h"

/* A change, and whose expression it waits for. */
struct need {
    struct plan_item *item;
    struct vpc *vpc;
    const struct resource_kind *source; /* resource_image or resource_volume */
    const char *id;
    size_t rule; /* index of what is read for it */
};

struct check {
    struct plan *plan;
    struct preflight_undetermined *doubts;
    struct need *needs;
    size_t count;
    struct preflight_rule *rules;
    size_t rule_count;
};

/* --- verdicts ---------------------------------------------------------------------------------------- */

static void doubt(struct check *check, const struct plan_item *item, const char *reason)
{
    if (check->doubts->count++ == 0) {
        text_printf(&check->doubts->first, "%s: %s", item->resource->name, reason);
    }
}

static void take_verdict(struct check *check, struct plan_item *item, enum preflight_verdict use,
                         const struct text *reason)
{
    if (use == PREFLIGHT_FORBIDDEN) {
        item->verdict = PLAN_SKIP;
        item->reason = text_arena_copy(&check->plan->memory, text_string(reason), reason->size);
    } else if (use == PREFLIGHT_UNDETERMINED) {
        doubt(check, item, text_string(reason));
    }
}

/* What an image says against the settings is asked of the volume itself: true when that has to be read. */
static bool ask_volume(struct need *need, const struct preflight_rule *rule, enum preflight_verdict use)
{
    const char *volume_id = need->item->resource->boot_id;

    if (use == PREFLIGHT_ALLOWED || rule->problem != NULL || rule->source == &resource_volume || volume_id == NULL) {
        return false;
    }
    need->source = &resource_volume;
    need->id = volume_id;
    return true;
}

/* Afterwards only those needs are left that another round of reading serves. */
static void decide(struct check *check)
{
    size_t left = 0;

    for (size_t i = 0; i < check->count; i++) {
        struct need *need = &check->needs[i];
        const struct preflight_rule *rule = &check->rules[need->rule];
        CLEANUP(text_free) struct text reason = {0};
        enum preflight_verdict use =
            preflight_rule_decide(rule, &need->item->after, need->item->resource->hardware, &reason);
        if (ask_volume(need, rule, use)) {
            check->needs[left++] = *need;
        } else {
            take_verdict(check, need->item, use, &reason);
        }
    }
    check->count = left;
}

/* --- reading ----------------------------------------------------------------------------------------- */

static int compare_needs(const void *left, const void *right)
{
    const struct need *a = left;
    const struct need *b = right;
    int order = strcmp(a->id, b->id);

    order = order != 0 ? order : strcmp(a->source->path, b->source->path);
    order = order != 0 ? order : strcmp(a->item->resource->kind->name, b->item->resource->kind->name);
    return order != 0 ? order : strcmp(vpc_base(a->vpc), vpc_base(b->vpc));
}

static void free_rules(struct check *check)
{
    for (size_t i = 0; i < check->rule_count; i++) {
        preflight_rule_free(&check->rules[i]);
    }
    free(check->rules);
    check->rules = NULL;
    check->rule_count = 0;
}

static bool read_rules(const struct inventory_scope *scope, struct check *check, struct err *e)
{
    qsort(check->needs, check->count, sizeof(*check->needs), compare_needs);
    check->rules = mem_array(check->count, sizeof(*check->rules));
    for (size_t i = 0; i < check->count; i++) {
        struct need *need = &check->needs[i];
        if (i == 0 || compare_needs(need, need - 1) != 0) {
            struct preflight_rule *rule = &check->rules[check->rule_count++];
            *rule =
                (struct preflight_rule){.source = need->source, .id = need->id, .about = need->item->resource->kind};
            preflight_rule_read(need->vpc, rule);
        }
        need->rule = check->rule_count - 1;
    }
    return http_run(scope->http, e);
}

/* --- which ------------------------------------------------------------------------------------------- */

static void add(struct check *check, const struct inventory_scope *scope, struct plan_item *item)
{
    const struct resource *record = item->resource;
    const struct resource_hardware *hardware = record->hardware;
    CLEANUP(text_free) struct text reason = {0};

    if (hardware->boot_rule != NULL) {
        text_append(&reason, "its boot disk ");
        enum preflight_verdict use =
            preflight_allowed(record->kind, hardware->boot_rule, &item->after, hardware, &reason);
        take_verdict(check, item, use, &reason);
    } else if (record->kind->use_of_settings && (hardware->image_id != NULL || record->boot_id != NULL)) {
        bool has_image = hardware->image_id != NULL;
        check->needs[check->count++] =
            (struct need){.item = item,
                          .vpc = vpc_of_region(scope->regions, scope->region_count, record->region),
                          .source = has_image ? &resource_image : &resource_volume,
                          .id = has_image ? hardware->image_id : record->boot_id};
    }
}

static bool concerns(const struct plan_item *item)
{
    return item->verdict == PLAN_CHANGE && (item->mask & (RESOURCE_ENABLED | RESOURCE_PROTOCOL)) != 0 &&
           item->resource->hardware != NULL;
}

bool preflight_allowed_read(const struct inventory_scope *scope, struct plan *plan, struct preflight_undetermined *ret,
                            struct err *e)
{
    struct check check = {.plan = plan, .doubts = ret, .needs = mem_array(plan->count + 1, sizeof(*check.needs))};
    bool good = true;

    for (size_t i = 0; i < plan->count; i++) {
        if (concerns(&plan->items[i])) {
            add(&check, scope, &plan->items[i]);
        }
    }
    while (good && check.count > 0) {
        good = read_rules(scope, &check, e);
        if (good) {
            decide(&check);
        }
        free_rules(&check);
    }
    free(check.needs);
    return good;
}

void preflight_undetermined_free(struct preflight_undetermined *doubts)
{
    text_free(&doubts->first);
    doubts->count = 0;
}

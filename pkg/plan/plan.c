/* Plans of settings, creations and restarts: the verdict for a record, the counts, and what every item has. */
#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

static const char *const names[PLAN_ACTIONS] = {
    [PLAN_SET] = "set",   [PLAN_CREATE] = "create", [PLAN_MOVE] = "move",
    [PLAN_ROLL] = "roll", [PLAN_DELETE] = "delete", [PLAN_RESTART] = "restart"};

const char *plan_action_name(enum plan_action action)
{
    return names[action];
}

static bool lifecycle_refuses(const struct resource *record, char *reason)
{
    const char *word = resource_refusing_lifecycle(record);

    if (word != NULL) {
        snprintf(reason, PLAN_REASON_SIZE, "lifecycle state is %s", word);
    }
    return word != NULL;
}

static bool state_refuses(const struct resource *record, char *reason)
{
    const char *word = resource_refusing_status(record);

    if (lifecycle_refuses(record, reason)) {
        return true;
    }
    if (word != NULL) {
        snprintf(reason, PLAN_REASON_SIZE, "status is %s", word);
    }
    return word != NULL;
}

bool plan_odd_refuses(const struct resource *record, const struct resource_settings *wanted,
                      char ret_reason[PLAN_REASON_SIZE])
{
    if (record->odd == NULL) {
        return false;
    }
    if (record->named && record->id != NULL && resource_settings_unknown(&record->settings, wanted) == 0 &&
        !resource_lacks(record, "status") && !resource_lacks(record, "vcpu") && !resource_lacks(record, "cpu")) {
        return false;
    }
    snprintf(ret_reason, PLAN_REASON_SIZE, "could not be checked: %s%s", record->odd,
             record->named || record->id == NULL ? "" : " (only a resource that is named is changed then)");
    return true;
}

enum plan_verdict plan_judge(const struct resource *record, const struct resource_settings *wanted, unsigned *ret_mask,
                             char ret_reason[PLAN_REASON_SIZE])
{
    unsigned mask = resource_settings_diff(&record->settings, wanted);
    bool turns_off = (mask & RESOURCE_ENABLED) != 0 && !wanted->enabled;

    *ret_mask = mask;
    ret_reason[0] = '\0';
    if (mask == 0) {
        return PLAN_UNCHANGED;
    }
    if (plan_odd_refuses(record, wanted, ret_reason) || state_refuses(record, ret_reason)) {
        return PLAN_SKIP;
    }
    /* turning it off is right wherever it is on */
    if (!resource_architecture_supported(record->architecture) && !turns_off) {
        snprintf(ret_reason, PLAN_REASON_SIZE, "architecture %s has no metadata service (x86 only)",
                 record->architecture);
        return PLAN_SKIP;
    }
    return PLAN_CHANGE;
}

void plan_make(const struct resource_list *list, const struct resource_settings *wanted, struct plan *ret)
{
    size_t count = resource_list_count(list);

    *ret = (struct plan){.items = mem_array(count + 1, sizeof(*ret->items)), .count = count};
    struct resource_settings *own = text_arena_alloc(&ret->memory, sizeof(*own));
    *own = *wanted;
    for (size_t i = 0; i < count; i++) {
        struct plan_item *item = &ret->items[i];
        char reason[PLAN_REASON_SIZE];
        item->resource = resource_list_at(list, i);
        item->wanted = own;
        item->verdict = plan_judge(item->resource, item->wanted, &item->mask, reason);
        if (item->verdict == PLAN_SKIP) {
            item->reason = text_arena_copy(&ret->memory, reason, strlen(reason));
        }
        item->after = resource_settings_over(&item->resource->settings, item->wanted, item->mask);
    }
}

void plan_make_creations(struct resource_list *list, const struct resource_settings *wanted, json_t *body,
                         json_t *identity, struct plan *ret)
{
    plan_make(list, wanted, ret);
    for (size_t i = 0; i < ret->count; i++) {
        struct plan_item *item = &ret->items[i];
        item->action = PLAN_CREATE;
        item->verdict = PLAN_CHANGE;
        item->create.body = body;
        item->create.identity = identity;
        item->create.record = resource_list_at(list, i);
    }
}

void plan_free(struct plan *plan)
{
    free(plan->items);
    text_arena_free(&plan->memory);
    json_decref(plan->owned);
    *plan = (struct plan){0};
}

json_t *plan_own(struct plan *plan, json_t *value)
{
    if (value == NULL) {
        return NULL;
    }
    if (plan->owned == NULL) {
        plan->owned = json_array();
    }
    if (json_array_append_new(plan->owned, value) != 0) {
        mem_out_of_memory();
    }
    return value;
}

struct plan_counts plan_count(const struct plan *plan)
{
    struct plan_counts counts = {0};

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->verdict != PLAN_CHANGE) {
            counts.unchanged += item->verdict == PLAN_UNCHANGED;
            counts.skip += item->verdict == PLAN_SKIP;
            continue;
        }
        bool enables = (item->mask & RESOURCE_ENABLED) != 0 && item->after.enabled;
        bool https = (item->mask & RESOURCE_PROTOCOL) != 0 && strcmp(item->after.protocol, "https") == 0;
        bool starts = item->action == PLAN_RESTART && item->restart.only_starts;
        counts.change++;
        counts.starts += starts;
        counts.restarts += item->action == PLAN_RESTART && !starts;
        if (starts || (item->action != PLAN_SET && item->action != PLAN_RESTART)) {
            continue; /* no server changes */
        }
        counts.enable += enables;
        bool restart = enables && item->action == PLAN_SET && item->resource->kind->restart_to_enable &&
                       resource_status(item->resource->status) != RESOURCE_STATUS_STOPPED;
        counts.restart += restart;
        counts.leave_restart += restart && item->leave_restart;
        counts.to_https += https && item->resource->settings.enabled;
    }
    return counts;
}

size_t plan_counts_restarted(const struct plan_counts *counts)
{
    return counts->restart - counts->leave_restart + counts->restarts;
}

/* --- restarts ---------------------------------------------------------------------------------------- */

bool plan_restarts_by_hand(const struct resource *record)
{
    return text_equal(record->availability, "spot");
}

enum resource_switch plan_needs_restart(const struct resource *record, enum resource_switch pending)
{
    bool known = (record->settings.given & RESOURCE_ENABLED) != 0;

    if (!record->kind->restart_to_enable || (known && !record->settings.enabled) ||
        resource_status(record->status) == RESOURCE_STATUS_STOPPED) {
        return RESOURCE_OFF;
    }
    /* of an odd record it may be either of both */
    return !known || (pending == RESOURCE_ON && record->status == NULL) ? RESOURCE_UNKNOWN : pending;
}

enum plan_verdict plan_judge_restart(const struct resource *record, enum resource_switch pending,
                                     const struct plan_restart_terms *terms, char ret_reason[PLAN_REASON_SIZE])
{
    static const struct resource_settings enabled = {.given = RESOURCE_ENABLED};
    const char *reason = "";
    enum plan_verdict verdict = PLAN_SKIP;
    bool odd = plan_odd_refuses(record, &enabled, ret_reason);

    if (!record->kind->restart_to_enable || record->kind->actions == NULL) {
        verdict = PLAN_UNCHANGED;
        reason = "needs no restart";
    } else if (!terms->always && pending != RESOURCE_ON) {
        verdict = PLAN_UNCHANGED;
        reason =
            plan_needs_restart(record, pending) == RESOURCE_UNKNOWN
                ? "whether a restart is pending is unknown: no run in this history turned it on (--always restarts "
                  "it)"
                : "no restart is pending";
    } else if (!odd && !terms->always && !record->settings.enabled) {
        verdict = PLAN_UNCHANGED;
        reason = "the metadata service is off: no restart is needed";
    } else if (odd || lifecycle_refuses(record, ret_reason)) {
        return PLAN_SKIP;
    } else if (resource_status(record->status) == RESOURCE_STATUS_STOPPED) {
        verdict = record->startable == RESOURCE_OFF ? PLAN_SKIP : PLAN_UNCHANGED;
        reason = record->startable == RESOURCE_OFF
                     ? "is stopped and cannot be started now (startable is false)"
                     : "is stopped: the metadata service will be complete at its next start";
    } else if (resource_status(record->status) != RESOURCE_STATUS_RUNNING &&
               !(terms->settles && resource_status_passes(record->status))) {
        snprintf(ret_reason, PLAN_REASON_SIZE, "status is %s: only running servers are restarted",
                 record->status != NULL ? record->status : "unknown");
        return PLAN_SKIP;
    } else if (plan_restarts_by_hand(record)) {
        reason = "is a spot server: there may be no capacity to start it again";
    } else if (record->disk_count == RESOURCE_ITEMS_UNKNOWN && !terms->allow_disk_loss) {
        reason =
            "whether it has instance storage, which a stop erases, is not known (--allow-disk-loss restarts it all "
            "the same)";
    } else if (record->disk_count > 0 && !terms->allow_disk_loss) {
        reason = "a stop erases its instance storage (--allow-disk-loss restarts it all the same)";
    } else {
        verdict = PLAN_CHANGE;
    }
    snprintf(ret_reason, PLAN_REASON_SIZE, "%s", reason);
    return verdict;
}

static void make_restart(struct plan *plan, struct plan_item *item, enum resource_switch pending,
                         const struct plan_restart_terms *terms)
{
    char reason[PLAN_REASON_SIZE];

    item->action = PLAN_RESTART;
    item->verdict = plan_judge_restart(item->resource, pending, terms, reason);
    item->reason = reason[0] != '\0' ? text_arena_copy(&plan->memory, reason, strlen(reason)) : NULL;
}

void plan_make_restart(const struct resource_list *list, const enum resource_switch pending[],
                       const struct plan_restart_terms *terms, struct plan *ret)
{
    const struct resource_settings nothing = {0};

    plan_make(list, &nothing, ret);
    for (size_t i = 0; i < ret->count; i++) {
        make_restart(ret, &ret->items[i], pending[i], terms);
    }
}

void plan_add_restarts(struct plan *plan, const enum resource_switch pending[], const struct plan_restart_terms *terms)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].verdict == PLAN_UNCHANGED && pending[i] == RESOURCE_ON) {
            make_restart(plan, &plan->items[i], RESOURCE_ON, terms);
        }
    }
}

void plan_set_start(struct plan_item *item, const struct resource *record)
{
    static const struct resource_settings none;

    *item = (struct plan_item){.action = PLAN_RESTART,
                               .verdict = PLAN_CHANGE,
                               .resource = record,
                               .wanted = &none,
                               .after = record->settings,
                               .restart = {.only_starts = true}};
}

void plan_add_start(struct plan *plan, const struct resource *record)
{
    struct plan_item *items = mem_array(plan->count + 1, sizeof(*items));

    for (size_t i = 0; i < plan->count; i++) {
        items[i] = plan->items[i];
    }
    plan_set_start(&items[plan->count++], record);
    free(plan->items);
    plan->items = items;
}

/* --- what is no setting ----------------------------------------------------------------------------- */

static struct plan_state template_state(struct plan_template template)
{
    return template.id != NULL || template.name != NULL
               ? (struct plan_state){.type = PLAN_STATE_TEMPLATE, .template = template}
               : (struct plan_state){0};
}

static struct plan_state members_state(struct plan_members members)
{
    return members.count != 0 || members.stale != 0
               ? (struct plan_state){.type = PLAN_STATE_MEMBERS, .members = members}
               : (struct plan_state){0};
}

struct plan_state plan_item_before(const struct plan_item *item)
{
    return item->action == PLAN_MOVE   ? template_state(item->move.from)
           : item->action == PLAN_ROLL ? members_state(item->roll.before)
                                       : (struct plan_state){0};
}

struct plan_state plan_item_after(const struct plan_item *item)
{
    return item->action == PLAN_MOVE   ? template_state(item->move.to)
           : item->action == PLAN_ROLL ? members_state((struct plan_members){.count = item->roll.before.count})
                                       : (struct plan_state){0};
}

json_t *plan_state_json(const struct plan_state *state)
{
    switch (state->type) {
    case PLAN_STATE_TEMPLATE:
        return plan_template_json(&state->template);
    case PLAN_STATE_MEMBERS:
        return json_build("{s:I, s:I}", "membership_count", (json_int_t)state->members.count, "stale_members",
                          (json_int_t)state->members.stale);
    case PLAN_STATE_NONE:
        break;
    }
    return NULL;
}

static const char *word_for(const struct plan_template *template)
{
    const char *word = template->name != NULL ? template->name : template->id;

    return word != NULL ? word : "?";
}

static void describe_count(struct text *out, const char *what, int64_t before, int64_t after)
{
    if (before != after) {
        text_printf(out, "%s%s %lld -> %lld", out->size > 0 ? ", " : "", what, (long long)before, (long long)after);
    }
}

void plan_state_describe(struct text *out, const struct plan_state *before, const struct plan_state *after)
{
    if (before->type != after->type) {
        return;
    }
    if (before->type == PLAN_STATE_MEMBERS) {
        describe_count(out, "membership count", before->members.count, after->members.count);
        describe_count(out, "stale members", before->members.stale, after->members.stale);
    } else if (before->type == PLAN_STATE_TEMPLATE && !(text_equal(before->template.id, after->template.id) &&
                                                        text_equal(before->template.name, after->template.name))) {
        text_printf(out, "%sinstance template %s -> %s", out->size > 0 ? ", " : "", word_for(&before->template),
                    word_for(&after->template));
    }
}

/* --- templates --------------------------------------------------------------------------------------- */

json_t *plan_template_json(const struct plan_template *template)
{
    return json_build("{s:{s:s*, s:s*}}", "instance_template", "id", template->id, "name", template->name);
}

const struct plan_item *plan_creation_before(const struct plan *plan, const struct plan_item *item)
{
    while (item->depends_on != 0) {
        item = &plan->items[item->depends_on - 1];
        if (item->action == PLAN_CREATE) {
            return item;
        }
    }
    return NULL;
}

struct plan_template plan_template_target(const struct plan *plan, const struct plan_item *item)
{
    const struct plan_item *creation = item->move.to.id == NULL ? plan_creation_before(plan, item) : NULL;

    return creation != NULL ? (struct plan_template){.id = creation->resource->id, .name = creation->resource->name}
                            : item->move.to;
}

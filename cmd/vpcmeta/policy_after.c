/* What the audit will find once a plan is carried out: the checks judge the records as the plan makes them. */
#include "policy_after.h"

#include <stdint.h>
#include <stdlib.h>

#include "audit/audit.h"
#include "mem/mem.h"
#include "resource/resource_reference.h"

/* Resources as they will be. */
struct after {
    struct resource_list *list;
    struct audit_facts *facts;      /* of each */
    struct plan_foreseen *foreseen; /* of each: items */
    size_t count;
    struct mem_map places; /* number (from 1) of each selected resource, by kind and id */
};

static void append_key(struct text *out, const struct resource_kind *kind, const char *id)
{
    text_clear(out);
    text_printf(out, "%s %s", kind->name, id);
}

static void find_places(const struct policy_fleet *fleet, struct after *after)
{
    CLEANUP(text_free) struct text key = {0};

    for (size_t i = 0; i < resource_list_count(fleet->selected); i++) {
        const struct resource *record = resource_list_at(fleet->selected, i);
        if (record->id != NULL) {
            append_key(&key, record->kind, record->id);
            (void)mem_map_put(&after->places, text_string(&key),
                              (void *)(uintptr_t)(i + 1)); // NOLINT(performance-no-int-to-ptr)
        }
    }
}

/* The item of the template that the successor is made from: it is deleted in the same chain, or kept. */
static size_t item_of_source(const struct plan *plan, size_t creation)
{
    for (size_t i = creation + 1; i < plan->count && plan->items[i].action != PLAN_CREATE; i++) {
        if (plan->items[i].action == PLAN_DELETE) {
            return i;
        }
    }
    return creation;
}

/* The selected resource whose settings the item changes, of a new template the one that it is made from; 0: none. */
static size_t place_of(const struct after *after, const struct plan_item *item)
{
    const char *id = item->action == PLAN_SET ? item->resource->id
                     : item->action == PLAN_CREATE
                         ? resource_reference_id(json_object_get(item->create.body, "source_template"))
                         : NULL;
    CLEANUP(text_free) struct text key = {0};

    if (item->verdict != PLAN_CHANGE || id == NULL) {
        return 0;
    }
    append_key(&key, item->resource->kind, id);
    return (size_t)(uintptr_t)mem_map_get(&after->places, text_string(&key));
}

/* Restarts and allowed_use are the plan's own business. */
static void add(const struct policy_plan *planned, struct after *after, size_t index)
{
    const struct plan *plan = &planned->made.plan;
    const struct plan_item *item = &plan->items[index];
    size_t number = place_of(after, item);

    if (number == 0) {
        return;
    }
    struct resource *record = resource_list_adopt(after->list, resource_list_at(planned->fleet.selected, number - 1));
    record->settings = resource_settings_over(&record->settings, &item->after, item->after.given);
    struct audit_facts *facts = &after->facts[after->count];
    *facts = planned->fleet.facts[number - 1];
    facts->restart_pending = RESOURCE_OFF;
    facts->use_reading = AUDIT_NOT_ASKED;
    after->foreseen[after->count++] = (struct plan_foreseen){
        .item = index, .first = item->action == PLAN_CREATE ? item_of_source(plan, index) : index};
}

static void warn_secrets(const struct app *app, const struct policy_plan *planned, const struct audit *audit,
                         const struct after *after)
{
    CLEANUP(text_free) struct text names = {0};
    const struct resource *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < audit->count; i++) {
        const struct audit_finding *finding = &audit->findings[i];
        if (finding->check != AUDIT_SECRET_IN_USER_DATA || finding->result != AUDIT_FAIL ||
            finding->place == SIZE_MAX) {
            continue;
        }
        size_t item = after->foreseen[finding->place].item;
        bool was_on = planned->made.plan.items[item].action == PLAN_SET &&
                      planned->made.plan.items[item].resource->settings.enabled;
        if (was_on) {
            continue;
        }
        first = first != NULL ? first : planned->made.plan.items[item].resource;
        count++;
    }
    if (count > 0) {
        resource_append_name(&names, first, false);
        app_warn(app,
                 "with the service on, user_data that looks like a secret can be read on servers of %zu resource%s, "
                 "such as %s",
                 count, count == 1 ? "" : "s", text_string(&names));
    }
}

static void judge(const struct app *app, struct policy_plan *planned, struct after *after)
{
    const struct policy_fleet *fleet = &planned->fleet;
    CLEANUP(audit_free) struct audit audit = {0};
    size_t count = 0;

    audit_make(&(struct audit_inventory){.selected = after->list,
                                         .known = fleet->known,
                                         .facts = after->facts,
                                         .known_facts = fleet->known_facts,
                                         .known_whole = fleet->missing.size == 0},
               &(struct audit_terms){.policy = planned->loaded.policy, .as_of = planned->loaded.as_of}, &audit);
    struct plan_foreseen *foreseen = mem_array(audit.count + 1, sizeof(*foreseen));
    for (size_t i = 0; i < audit.count; i++) {
        const struct audit_finding *finding = &audit.findings[i];
        if (finding->place >= after->count) {
            continue; /* of the policy */
        }
        foreseen[count] = after->foreseen[finding->place];
        foreseen[count++].finding = (struct plan_finding){.check = audit_check_ids[finding->check],
                                                          .message = finding->why,
                                                          .exception = finding->exception,
                                                          .cannot_tell = finding->result == AUDIT_CANNOT_TELL};
    }
    plan_policy_foresee(&planned->made, foreseen, count);
    warn_secrets(app, planned, &audit, after);
    free(foreseen);
}

void policy_after_judge(const struct app *app, struct policy_plan *planned)
{
    size_t count = planned->made.plan.count;
    struct after after = {.list = resource_list_create(),
                          .facts = mem_array(count + 1, sizeof(struct audit_facts)),
                          .foreseen = mem_array(count + 1, sizeof(struct plan_foreseen))};

    find_places(&planned->fleet, &after);
    for (size_t i = 0; i < count; i++) {
        add(planned, &after, i);
    }
    judge(app, planned, &after);
    resource_list_destroy(after.list);
    free(after.facts);
    free(after.foreseen);
    mem_map_free(&after.places);
}

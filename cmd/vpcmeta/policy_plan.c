/* From a policy on the command line to the plan of what it changes. */
#include "policy_plan.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit_report.h"
#include "clock/clock.h"
#include "mem/mem.h"
#include "plan/plan_file.h"
#include "policy_after.h"
#include "results.h"
#include "session/session.h"
#include "write.h"

enum { HEAL_TIMEOUT_MS = 15 * 60 * 1000 }; /* as --heal-timeout */

void policy_plan_free(struct policy_plan *planned)
{
    plan_policy_free(&planned->made);
    resource_list_destroy(planned->list);
    resource_list_destroy(planned->groups);
    inventory_templates_free(&planned->templates);
    policy_fleet_free(&planned->fleet);
    selection_free(&planned->selection);
    policy_loaded_free(&planned->loaded);
    text_arena_free(&planned->memory);
    *planned = (struct policy_plan){0};
}

/* --- what the plan is made from ----------------------------------------------------------------------- */

/* Facts as a plan needs them; findings are added later. */
static struct plan_subject subject_of(const struct audit_facts *facts)
{
    bool forbidden = facts->use_reading == AUDIT_READ && facts->use_wanted == PREFLIGHT_FORBIDDEN;

    return (struct plan_subject){.match = facts->match,
                                 .restart_pending = facts->restart_pending,
                                 .forbidden = forbidden ? facts->use_wanted_reason : NULL};
}

/* The findings of the audit with the same policy, beside what is known of their resources. */
static void find_findings(const struct app *app, struct policy_plan *planned, struct plan_subject subjects[])
{
    const struct policy_fleet *fleet = &planned->fleet;
    CLEANUP(audit_free) struct audit audit = {0};

    audit_make(&(struct audit_inventory){.selected = fleet->selected,
                                         .known = fleet->known,
                                         .facts = fleet->facts,
                                         .known_facts = fleet->known_facts,
                                         .known_whole = fleet->missing.size == 0},
               &(struct audit_terms){.policy = planned->loaded.policy, .as_of = planned->loaded.as_of}, &audit);
    if (app != NULL) {
        audit_warn_of_expiry(app, &audit);
    }
    struct plan_finding *findings =
        text_arena_alloc(&planned->memory, (audit.count + 1) * sizeof(*findings)); /* in the order of resources */
    size_t count = resource_list_count(fleet->selected);
    size_t *starts = mem_array(count + 2, sizeof(*starts));
    for (size_t i = 0; i < audit.count; i++) {
        if (audit.findings[i].place < count) {
            starts[audit.findings[i].place + 2]++;
        }
    }
    for (size_t i = 2; i < count + 2; i++) {
        starts[i] += starts[i - 1];
    }
    for (size_t i = 0; i < audit.count; i++) {
        const struct audit_finding *finding = &audit.findings[i];
        if (finding->place < count) {
            const char *why = finding->why;
            findings[starts[finding->place + 1]++] = (struct plan_finding){
                .check = audit_check_ids[finding->check],
                .message = why != NULL ? text_arena_copy(&planned->memory, why, strlen(why)) : NULL,
                .exception = finding->exception,
                .cannot_tell = finding->result == AUDIT_CANNOT_TELL};
        }
    }
    for (size_t i = 0; i < count; i++) {
        subjects[i].findings = findings + starts[i];
        subjects[i].finding_count = starts[i + 1] - starts[i];
    }
    free(starts);
}

/* Whether a template is to be replaced: only then are the bodies of all read. */
static bool replaces_templates(const struct policy_fleet *fleet)
{
    for (size_t i = 0; i < resource_list_count(fleet->selected); i++) {
        const struct resource *record = resource_list_at(fleet->selected, i);
        const struct policy_rule *rule = fleet->facts[i].match.rule;
        struct resource_settings settings = {0};
        if (record->kind == &resource_template && rule != NULL) {
            policy_settings(&rule->wanted, record, &settings);
        }
        if (settings.given != 0) {
            return true;
        }
    }
    return false;
}

/* Where the lists were incomplete, they may be so once more: the plan is shown, and never carried out. */
static bool read_bodies(struct policy_plan *planned, struct err *e)
{
    const struct inventory_scope *scope = &planned->fleet.scope;
    struct err error = ERR_INIT;

    if (planned->templates.list != NULL || !replaces_templates(&planned->fleet) ||
        inventory_read_templates(scope, &planned->templates, &error)) {
        return true;
    }
    return (planned->fleet.missing.size > 0 && inventory_is_gap(scope, &error)) || err_take(e, &error);
}

/* The groups of the regions, what is known of each, and how many of their members are stale. Arrays of the plan. */
static void gather_groups(struct policy_plan *planned, const struct plan_subject **ret_subjects, int64_t **ret_stale)
{
    const struct policy_fleet *fleet = &planned->fleet;
    size_t count = resource_list_count(fleet->known);
    struct plan_subject *subjects = text_arena_alloc(&planned->memory, (count + 1) * sizeof(*subjects));
    int64_t *stale = text_arena_alloc(&planned->memory, (count + 1) * sizeof(*stale));
    size_t next = 0;

    resource_list_destroy(planned->groups);
    planned->groups = resource_list_create();
    for (size_t i = 0; i < count; i++) {
        const struct resource *group = resource_list_at(fleet->known, i);
        const struct audit_facts *facts = &fleet->known_facts[i];
        if (group->kind != &resource_group) {
            continue;
        }
        resource_list_adopt(planned->groups, group);
        subjects[next] = subject_of(facts);
        stale[next++] = facts->members_reading == AUDIT_READ ? facts->stale_members : 0;
    }
    *ret_subjects = subjects;
    *ret_stale = stale;
}

/* Where groups were read beside the selection, those of the selection have the counts of members. */
static void take_counts(const struct policy_plan *planned, int64_t stale[])
{
    const struct policy_fleet *fleet = &planned->fleet;

    for (size_t i = 0; fleet->known != fleet->selected && i < resource_list_count(fleet->selected); i++) {
        const struct resource *record = resource_list_at(fleet->selected, i);
        if (record->kind != &resource_group || fleet->facts[i].members_reading != AUDIT_READ) {
            continue;
        }
        for (size_t g = 0; g < resource_list_count(planned->groups); g++) {
            if (text_equal(resource_list_at(planned->groups, g)->id, record->id)) {
                stale[g] = fleet->facts[i].stale_members;
            }
        }
    }
}

/* Makes the plan, also once more; `app` is NULL where what there is to warn of was said. */
static bool make_plan(const struct app *app, struct policy_plan *planned, struct err *e)
{
    const struct policy_fleet *fleet = &planned->fleet;
    size_t count = resource_list_count(fleet->selected);
    struct plan_subject *subjects = text_arena_alloc(&planned->memory, (count + 1) * sizeof(*subjects));
    const struct plan_subject *of_groups = NULL;
    int64_t *stale = NULL;

    for (size_t i = 0; i < count; i++) {
        subjects[i] = subject_of(&fleet->facts[i]);
    }
    find_findings(app, planned, subjects);
    gather_groups(planned, &of_groups, &stale);
    take_counts(planned, stale);
    if (!read_bodies(planned, e)) {
        return false;
    }
    resource_list_destroy(planned->list);
    planned->list = resource_list_create();
    const struct resource_list *templates = planned->templates.list != NULL ? planned->templates.list : fleet->known;
    plan_policy_make(&(struct plan_policy_terms){.selected = fleet->selected,
                                                 .subjects = subjects,
                                                 .context = {.templates = templates,
                                                             .bodies = planned->templates.bodies,
                                                             .groups = planned->groups,
                                                             .stale = stale},
                                                 .groups = of_groups,
                                                 .stale_members = &fleet->stale_members,
                                                 .restart = {.settles = true},
                                                 .heal_timeout_ms = HEAL_TIMEOUT_MS},
                     planned->list, &planned->made);
    return true;
}

/* --- what it is bound to ------------------------------------------------------------------------------ */

static bool is_bound(const struct plan_item *item)
{
    return item->verdict == PLAN_CHANGE && item->action == PLAN_SET && item->resource->kind->has_etag &&
           item->resource->id != NULL;
}

static bool same_word(const char *one, const char *other)
{
    return one == other || text_equal(one, other);
}

static bool differs(const struct resource *before, const struct resource *now)
{
    return resource_settings_diff(&before->settings, &now->settings) != 0 ||
           resource_settings_diff(&now->settings, &before->settings) != 0 || !same_word(before->name, now->name) ||
           !same_word(before->status, now->status) || !same_word(before->lifecycle_state, now->lifecycle_state) ||
           !same_word(before->odd, now->odd);
}

/* Reads what changes once more, and where that has changed since it was listed plans from what is there now. */
static bool read_etags(struct policy_plan *planned, struct err *e)
{
    const struct plan *plan = &planned->made.plan;
    struct resource_list *selected = planned->fleet.selected;
    size_t most = resource_list_count(selected), count = 0;
    CLEANUP(text_free_pointer) struct resource **records = mem_array(most + 1, sizeof(struct resource *));
    CLEANUP(text_free_pointer) struct resource *before = mem_array(most + 1, sizeof(struct resource));
    CLEANUP(mem_set_free) struct mem_set bound = {0};
    bool changed = false;

    for (size_t i = 0; i < plan->count; i++) {
        (void)(is_bound(&plan->items[i]) && mem_set_add(&bound, plan->items[i].resource->id));
    }
    for (size_t i = 0; i < most; i++) {
        struct resource *record = resource_list_at(selected, i);
        if (record->id != NULL && mem_set_has(&bound, record->id)) {
            before[count] = *record;
            records[count++] = record;
        }
    }
    if (!inventory_read_again(&planned->fleet.scope, selected, records, count, e)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        changed = changed || differs(&before[i], records[i]);
    }
    if (!changed) {
        return true;
    }
    plan_policy_free(&planned->made);
    return make_plan(NULL, planned, e);
}

/* --- all of it ---------------------------------------------------------------------------------------- */

static void detail_unmanaged(const struct app *app, const struct policy_fleet *fleet)
{
    for (size_t i = 0; app->globals->verbose && i < resource_list_count(fleet->selected); i++) {
        const struct policy_match *match = &fleet->facts[i].match;
        CLEANUP(text_free) struct text name = {0};
        if (match->rule == NULL && !match->cannot_tell) {
            resource_append_name(&name, resource_list_at(fleet->selected, i), true);
            app_detail(app, "unmanaged: %s %s: no policy rule matches it",
                       resource_list_at(fleet->selected, i)->kind->singular, text_string(&name));
        }
    }
}

bool policy_plan_make(struct app *app, const struct cli_call *call, const struct policy_opts *policy,
                      const struct selector_opts *select, bool etags, struct policy_plan *ret, struct err *e)
{
    const struct policy_usual usual = {.check_ids = audit_check_ids};

    if (!policy_load(app, policy, &usual, &ret->loaded, e) || !selection_read(app, select, call, &ret->selection, e)) {
        return false;
    }
    const struct policy_reading reading = {.loaded = &ret->loaded,
                                           .selection = &ret->selection,
                                           .parts = POLICY_READ_USE | POLICY_READ_MEMBERS | POLICY_READ_RESTARTS |
                                                    POLICY_READ_OTHERS | POLICY_READ_RULE_PROFILES |
                                                    POLICY_READ_ARCHITECTURES};
    if (!policy_read_fleet(app, call, &reading, &ret->fleet, e) || !make_plan(app, ret, e) ||
        (etags && ret->fleet.missing.size == 0 && !read_etags(ret, e))) {
        return false;
    }
    policy_after_judge(app, ret);
    detail_unmanaged(app, &ret->fleet);
    results_warn_interrupted(app, ret->fleet.selected);
    return write_check(app, &ret->made.plan, e);
}

/* The account of the plan's resources; NULL: none says it. Owned by the plan. */
static const char *find_account(struct policy_plan *planned)
{
    for (size_t i = 0; i < resource_list_count(planned->fleet.selected); i++) {
        const char *crn = resource_list_at(planned->fleet.selected, i)->crn;
        size_t size;
        const char *account = crn != NULL ? resource_crn_account(crn, &size) : NULL;
        if (account != NULL) {
            return resource_account_id(text_arena_copy(&planned->memory, account, size));
        }
    }
    return NULL;
}

void policy_plan_describe(const struct app *app, struct policy_plan *planned, struct plan_file *ret)
{
    const struct inventory_scope *scope = &planned->fleet.scope;
    const struct plan_policy *made = &planned->made;
    struct plan_file_place *places = text_arena_alloc(&planned->memory, (scope->region_count + 1) * sizeof(*places));
    CLEANUP(text_free) struct text schemas = {0};

    for (size_t i = 0; i < scope->region_count; i++) {
        const char *region = vpc_region(scope->regions[i]);
        places[i] =
            (struct plan_file_place){.region = region != NULL ? region : "", .api = vpc_base(scope->regions[i])};
    }
    schema_catalog_digest(&schemas);
    *ret = (struct plan_file){.version = app->program->version,
                              .schema_digest = text_arena_copy(&planned->memory, text_string(&schemas), schemas.size),
                              .policy = policy_name(planned->loaded.policy),
                              .policy_digest = policy_digest(planned->loaded.policy),
                              .as_of = planned->loaded.as_of,
                              .account = find_account(planned),
                              .places = places,
                              .place_count = scope->region_count,
                              .restarts_servers = made->restarts > 0,
                              .max_unavailable = made->max_unavailable,
                              .percent = made->percent,
                              .unmanaged = made->unmanaged,
                              .restarts = made->restarts,
                              .restarts_left = made->restarts_left,
                              .templates_replaced = made->templates_replaced,
                              .plan = &made->plan,
                              .left = made->left.items,
                              .left_count = made->left.count};
}

/* Why a finding is gone: fixed, deleted, or nothing that this audit could know. */
#include "audit/audit_absence.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit_checks.h"
#include "audit/audit_exceptions.h"

const char *const audit_absence_names[] = {"fixed", "deleted", "unknown", "present", NULL};

/* --- resources ---------------------------------------------------------------------------------------- */

static size_t place_in(const struct mem_map *map, const char *word)
{
    return word != NULL ? (size_t)(uintptr_t)mem_map_get(map, word) : 0;
}

static void put(struct mem_map *map, const char *word, size_t place)
{
    if (word != NULL) {
        mem_map_put(map, word, (void *)(uintptr_t)place); // NOLINT(performance-no-int-to-ptr): a number
    }
}

void audit_reach_make(const struct audit *audit, const struct inventory_effect *effect, struct audit_reach *ret)
{
    const struct resource_list *list = audit->inventory.selected;

    *ret = (struct audit_reach){.audit = audit, .effect = effect};
    ret->same_name = mem_array(resource_list_count(list) + 1, sizeof(*ret->same_name));
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *resource = resource_list_at(list, i);
        ret->same_name[i] = place_in(&ret->by_name, resource->name);
        put(&ret->by_id, resource->id, i + 1);
        put(&ret->by_crn, resource->crn, i + 1);
        put(&ret->by_name, resource->name, i + 1);
    }
}

void audit_reach_free(struct audit_reach *reach)
{
    mem_map_free(&reach->by_id);
    mem_map_free(&reach->by_crn);
    mem_map_free(&reach->by_name);
    free(reach->same_name);
    *reach = (struct audit_reach){0};
}

/* --- what was judged ---------------------------------------------------------------------------------- */

static bool wants_protocol(const struct policy_wanted *wanted, const char *protocol)
{
    return (wanted->given & RESOURCE_PROTOCOL) != 0 && text_equal(wanted->protocol, protocol);
}

/*
 * Whether the policy rule says anything that the check compares with. Where it does, and the check is not applicable
 * all the same, that is the resource's: it is disabled now, or has no profile any more.
 */
static bool is_asked_by(const struct policy_wanted *wanted, enum audit_check_number check)
{
    switch (check) {
    case AUDIT_ENABLED_OVER_HTTP:
    case AUDIT_TEMPLATE_OVER_HTTP:
        return wants_protocol(wanted, "https");
    case AUDIT_ENABLED_OVER_HTTPS:
    case AUDIT_TEMPLATE_OVER_HTTPS:
        return wants_protocol(wanted, "http");
    case AUDIT_HOP_LIMIT:
    case AUDIT_TEMPLATE_HOP_LIMIT:
        return (wanted->given & RESOURCE_HOP_LIMIT) != 0;
    case AUDIT_DISABLED:
    case AUDIT_TEMPLATE_DISABLED:
        return audit_wants(wanted, true);
    case AUDIT_ENABLED_WHERE_FORBIDDEN:
    case AUDIT_TEMPLATE_ENABLED_WHERE_FORBIDDEN:
        return audit_wants(wanted, false);
    case AUDIT_STORED_WHILE_DISABLED:
        return (wanted->given & (RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT)) != 0 && !audit_wants(wanted, true);
    case AUDIT_PROFILE_MISSING:
        return wanted->profile == POLICY_PROFILE_REQUIRED;
    case AUDIT_PROFILE_FORBIDDEN:
        return wanted->profile == POLICY_PROFILE_FORBIDDEN;
    case AUDIT_PROFILE_NOT_ALLOWED:
        return wanted->profile_count > 0;
    case AUDIT_PROFILE_AUTO_LINK:
    case AUDIT_TEMPLATE_AUTO_LINK:
        return (wanted->given & RESOURCE_AUTO_LINK) != 0;
    default:
        return true; /* the others are about every policy rule */
    }
}

/* A check of several things passes as well where another policy leaves out the one that failed. */
static bool is_of_whole_rule(enum audit_check_number check)
{
    return check == AUDIT_GROUP_TEMPLATE || check == AUDIT_ALLOWED_USE;
}

static bool is_same_policy(const struct audit *audit, const struct audit_trace *trace)
{
    return trace->policy_digest == NULL || audit->terms.policy == NULL ||
           strcmp(trace->policy_digest, policy_digest(audit->terms.policy)) == 0;
}

static enum audit_absence explain_place(const struct audit *audit, size_t place, enum audit_check_number check,
                                        const struct audit_trace *trace)
{
    const struct audit_facts *facts = audit->inventory.facts != NULL ? &audit->inventory.facts[place] : NULL;
    const struct policy_rule *rule = facts != NULL ? facts->match.rule : NULL;

    switch (audit_result_of(audit, place, check)) {
    case AUDIT_PASS:
        return is_of_whole_rule(check) && !is_same_policy(audit, trace) ? AUDIT_ABSENCE_UNKNOWN : AUDIT_FIXED;
    case AUDIT_NOT_APPLICABLE:
        return rule != NULL && is_asked_by(&rule->wanted, check) ? AUDIT_FIXED : AUDIT_ABSENCE_UNKNOWN;
    case AUDIT_FAIL:
    case AUDIT_EXCEPTED:
        return AUDIT_PRESENT;
    case AUDIT_CANNOT_TELL:
    case AUDIT_NO_RESULT:
        break;
    }
    return AUDIT_ABSENCE_UNKNOWN;
}

/* --- what was read ------------------------------------------------------------------------------------ */

/* Whether a record without an id, which may be any resource of its kind, lies in the region. */
static bool has_nameless(const struct resource_list *list, const struct resource_kind *kind, const char *region)
{
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *resource = resource_list_at(list, i);
        if (resource->id == NULL && (kind == NULL || resource->kind == kind) &&
            (resource->region == NULL || resource->region[0] == '\0' || region == NULL ||
             text_equal(resource->region, region))) {
            return true;
        }
    }
    return false;
}

/* An API whose region is not known has that of its resources. */
static bool is_region_read(const struct audit *audit, const char *region)
{
    const struct audit_terms *terms = &audit->terms;
    const struct resource_list *list = audit->inventory.selected;

    for (size_t i = 0; i < terms->region_count; i++) {
        if (text_equal(terms->regions[i], region)) {
            return true;
        }
    }
    bool unnamed = terms->region_count == 1 && terms->regions[0][0] == '\0';
    return unnamed && resource_list_count(list) > 0 && text_equal(resource_list_at(list, 0)->region, region);
}

/* Selectors that always leave the same: what they choose by cannot be changed. */
static bool selects_for_good(const struct audit_terms *terms)
{
    static const char *const fixed[] = {"vpc", "resource-group", "zone"};

    if (terms->where != NULL) {
        return false;
    }
    for (size_t i = 0; i < terms->option_count; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof(fixed) / sizeof(fixed[0]); k++) {
            found = found || strcmp(terms->options[i].name, fixed[k]) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* Whether a resource that is not among the selected ones does not exist. */
static bool is_read(const struct audit_reach *reach, const struct audit_trace *trace)
{
    const struct audit *audit = reach->audit;
    const struct audit_terms *terms = &audit->terms;
    const struct resource_kind *kind = trace->kind != NULL ? resource_kind_find(trace->kind) : NULL;
    CLEANUP(text_free) struct text of_crn = {0};
    const char *region = trace->region != NULL && trace->region[0] != '\0' ? trace->region : NULL;
    size_t size = 0;
    const char *place = region == NULL && trace->crn != NULL ? resource_crn_region(trace->crn, &size) : NULL;

    if (place != NULL) {
        text_append_size(&of_crn, place, size);
        region = text_string(&of_crn);
    }
    if ((terms->narrowed || terms->targeted) && !(trace->same_selection && selects_for_good(terms))) {
        return false;
    }
    /* the same selection has the same regions, which need not have a name */
    if (!trace->same_selection && (region != NULL ? !is_region_read(audit, region) : terms->regions_left_out)) {
        return false;
    }
    return !inventory_effect_may_hide(reach->effect, kind, region) &&
           !has_nameless(audit->inventory.selected, kind, region);
}

/* --- both --------------------------------------------------------------------------------------------- */

/* Those with the name that the check can be about, and the rest of the fleet. */
static enum audit_absence explain_name(const struct audit_reach *reach, const struct audit_trace *trace,
                                       enum audit_check_number check)
{
    const struct resource_list *list = reach->audit->inventory.selected;
    enum audit_absence absence = AUDIT_DELETED;

    if (!is_read(reach, trace)) {
        return AUDIT_ABSENCE_UNKNOWN;
    }
    for (size_t place = place_in(&reach->by_name, trace->name); place > 0; place = reach->same_name[place - 1]) {
        unsigned role = audit_role_of(resource_list_at(list, place - 1)->kind);
        if ((audit_checks[check].roles & role) == 0) {
            continue;
        }
        enum audit_absence own = explain_place(reach->audit, place - 1, check, trace);
        if (own == AUDIT_ABSENCE_UNKNOWN) {
            return own;
        }
        absence = own == AUDIT_PRESENT || absence == AUDIT_DELETED ? own : absence;
    }
    return absence;
}

static enum audit_check_number number_of(const char *id)
{
    enum audit_check_number check = 0;

    while (check < AUDIT_CHECKS && strcmp(audit_check_ids[check], id) != 0) {
        check++;
    }
    return check;
}

/* An exception that covers something now, or is gone: known where all that it is about was judged. */
static enum audit_absence explain_exception(const struct audit *audit, const char *name)
{
    const struct policy *policy = audit->terms.policy;

    if (!audit_lists_unused(audit) || name == NULL) {
        return AUDIT_ABSENCE_UNKNOWN;
    }
    for (size_t i = 0; i < policy_exception_count(policy); i++) {
        CLEANUP(text_free) struct text own = {0};
        audit_append_exception_name(policy_exception_at(policy, i), &own);
        if (strcmp(text_string(&own), name) == 0 && audit->exceptions[i].findings == 0) {
            return audit->exceptions[i].unused ? AUDIT_PRESENT : AUDIT_ABSENCE_UNKNOWN;
        }
    }
    return AUDIT_FIXED;
}

enum audit_absence audit_explain_absence(const struct audit_reach *reach, const struct audit_trace *trace)
{
    const struct audit *audit = reach->audit;
    enum audit_check_number check = number_of(trace->check);
    size_t place = place_in(&reach->by_id, trace->id);

    if (check == AUDIT_CHECKS || !audit_reports(&audit->terms, check)) {
        return AUDIT_ABSENCE_UNKNOWN; /* another version of the program had that check, or --rule leaves it out */
    }
    if (check == AUDIT_UNUSED_EXCEPTION) {
        return explain_exception(audit, trace->name);
    }
    place = place > 0 ? place : place_in(&reach->by_crn, trace->crn);
    if (place > 0) {
        return explain_place(audit, place - 1, check, trace);
    }
    if (trace->id == NULL && trace->crn == NULL) {
        return explain_name(reach, trace, check);
    }
    return is_read(reach, trace) ? AUDIT_DELETED : AUDIT_ABSENCE_UNKNOWN;
}

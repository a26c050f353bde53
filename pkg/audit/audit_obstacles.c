/* What stands against a fix: the audit does not recommend a command of which it knows that it cannot work. */
#include "audit/audit_fixes.h"

#include <string.h>

#include "audit/audit_checks.h"
#include "plan/plan_replace.h"

/* Checks whose findings settings fix, without those of the hop limit. */
static const unsigned checks_of_use = AUDIT_CHECKS_OF_PROTOCOL | AUDIT_CHECKS_OF_DISABLED | AUDIT_CHECKS_OF_ENABLED;

static const unsigned checks_of_state = AUDIT_CHECKS_OF_PROTOCOL | AUDIT_CHECKS_OF_DISABLED | AUDIT_CHECKS_OF_ENABLED |
                                        AUDIT_CHECKS_OF_HOP_LIMIT | 1U << AUDIT_HOP_LIMIT_WITH_PROFILE |
                                        1U << AUDIT_UNSUPPORTED_ARCHITECTURE | 1U << AUDIT_STORED_WHILE_DISABLED |
                                        1U << AUDIT_TEMPLATE_AUTO_LINK | 1U << AUDIT_RESTART_PENDING;

enum audit_obstacle audit_obstacle_of(const struct resource *target, const struct audit_facts *facts)
{
    if (resource_refusing_lifecycle(target) != NULL || resource_refusing_status(target) != NULL) {
        return AUDIT_STATE_REFUSES;
    }
    return facts != NULL && facts->use_reading == AUDIT_READ && facts->use_wanted == PREFLIGHT_FORBIDDEN
               ? AUDIT_USE_FORBIDS
               : AUDIT_NO_OBSTACLE;
}

static bool fulfils(const struct policy_wanted *wanted, const struct resource *template)
{
    static const unsigned settings[] = {RESOURCE_ENABLED, RESOURCE_PROTOCOL, RESOURCE_HOP_LIMIT, RESOURCE_AUTO_LINK};

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        bool linked = settings[i] != RESOURCE_AUTO_LINK || (template->settings.given & RESOURCE_TRUSTED_PROFILE) != 0;
        if (linked && audit_breaks(wanted, template, settings[i]) != AUDIT_NO) {
            return false;
        }
    }
    return true;
}

const struct resource *audit_successor_of(const struct audit_inventory *inventory, const struct audit_fix *fix)
{
    const struct resource *old = fix->target;
    const struct resource *found = NULL;

    if (old->kind != &resource_template || fix->rule == NULL || fix->rule->apply.delete_old || old->name == NULL ||
        !inventory->known_whole) {
        return NULL;
    }
    for (size_t i = 0; i < resource_list_count(inventory->known); i++) {
        const struct resource *each = resource_list_at(inventory->known, i);
        if (each->template_id != NULL && text_equal(each->template_id, old->id)) {
            return NULL; /* a group is still to be moved, or left */
        }
        if (each->kind == &resource_template && each->name != NULL && text_equal(each->region, old->region) &&
            plan_name_follows(each->name, old->name) && fulfils(&fix->rule->wanted, each)) {
            found = each;
        }
    }
    return found;
}

static void append_state(const struct resource *target, struct text *out)
{
    const char *lifecycle = resource_refusing_lifecycle(target);

    text_printf(out, "; its %s is %s, in which it cannot be changed", lifecycle != NULL ? "lifecycle state" : "status",
                lifecycle != NULL ? lifecycle : resource_refusing_status(target));
}

void audit_append_obstacle(const struct audit *audit, const struct audit_finding *finding, struct text *out)
{
    const struct audit_fix *fix = &audit->fixes[finding->fix];
    unsigned checks = 1U << finding->check;
    bool of_group = finding->resource != fix->target && finding->check == AUDIT_GROUP_TEMPLATE;

    if (of_group) {
        checks = finding->template_checks;
    }
    switch (fix->obstacle) {
    case AUDIT_USE_FORBIDS:
        if ((checks & checks_of_use) != 0) {
            text_printf(out, "; %s allowed_use forbids what the policy wants", of_group ? "the template's" : "its");
        }
        break;
    case AUDIT_STATE_REFUSES:
        if ((checks & checks_of_state) != 0) {
            append_state(fix->target, out);
        }
        break;
    case AUDIT_NOT_RUNNING:
        if ((checks & 1U << AUDIT_RESTART_PENDING) != 0) {
            text_printf(out, "; its status is %s, and only running servers are restarted", fix->target->status);
        }
        break;
    case AUDIT_KEPT:
        if ((checks & (checks_of_state | 1U << AUDIT_PROFILE_WHILE_DISABLED)) != 0) {
            text_append(out, "; ");
            text_append_safe(out, fix->successor->name, strlen(fix->successor->name));
            text_append(out, " takes its place, and the policy keeps it (apply: delete_old: false)");
        }
        break;
    default:
        break;
    }
}

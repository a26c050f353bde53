/* What stands against a fix: the audit does not recommend a command of which it knows that it cannot work. */
#include "audit/audit_fixes.h"

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
    default:
        break;
    }
}

/* Which settings of a resource a plan of a policy changes: exceptions and allowed_use keep some as they are. */
#include <string.h>

#include "plan/plan_policy_make.h"

/* Only these can be named by expressions of allowed_use (vpc-api.md 4.3). */
enum { USE_SETTINGS = RESOURCE_ENABLED | RESOURCE_PROTOCOL };

enum { CHECKS_OF_SETTING = 2 };

/* The checks that find a setting wrong. */
struct checks {
    const char *ids[CHECKS_OF_SETTING];
    size_t count;
};

/* What decides which checks there are. */
struct state {
    bool template;
    bool on;       /* the service is on, or may be */
    bool turns_on; /* it will be */
    bool turns_off;
    bool off_is_right;
};

static void add_check(struct checks *checks, const char *id)
{
    checks->ids[checks->count++] = id;
}

static struct checks checks_of(const struct state *state, const struct resource_settings *wanted, unsigned setting)
{
    bool template = state->template;
    bool judged = state->on || state->turns_on;
    struct checks checks = {0};

    switch (setting) {
    case RESOURCE_ENABLED:
        add_check(&checks, wanted->enabled ? (template ? "template-disabled" : "disabled")
                           : template      ? "template-enabled-where-forbidden"
                                           : "enabled-where-forbidden");
        return checks;
    case RESOURCE_PROTOCOL:
        if (judged) {
            bool https = strcmp(wanted->protocol, "https") == 0;
            add_check(&checks, https      ? (template ? "template-over-http" : "enabled-over-http")
                               : template ? "template-over-https"
                                          : "enabled-over-https");
        }
        break;
    case RESOURCE_HOP_LIMIT:
        if (judged) {
            add_check(&checks, template ? "template-hop-limit" : "hop-limit");
        }
        break;
    case RESOURCE_AUTO_LINK:
        add_check(&checks, "template-auto-link");
        add_check(&checks, "profile-auto-link");
        return checks;
    default:
        return checks;
    }
    if (state->turns_off || (!judged && state->off_is_right)) {
        add_check(&checks, "stored-while-disabled");
    }
    return checks;
}

/* The exception that keeps the setting as it is: all checks that find it wrong have one. NULL: it is changed. */
static const struct policy_exception *keeping(const struct policy_rule *rule, const struct resource *record,
                                              const struct checks *checks)
{
    const struct policy_exception *first = NULL;

    for (size_t i = 0; i < checks->count; i++) {
        const struct policy_exception *exception = plan_policy_excepted(rule, record, checks->ids[i]);
        if (exception == NULL) {
            return NULL;
        }
        first = first != NULL ? first : exception;
    }
    return first;
}

/* Whether the setting is to be changed; notes why it is not. */
static bool keeps(struct plan_making *making, const struct plan_subject *subject, const struct resource *record,
                  const struct state *state, unsigned setting, struct plan_choice *choice)
{
    struct checks checks = checks_of(state, &choice->wanted, setting);
    const struct policy_exception *exception = keeping(subject->match.rule, record, &checks);
    const char *reason = exception != NULL               ? plan_policy_exception_words(making, exception)
                         : (setting & USE_SETTINGS) != 0 ? subject->forbidden
                                                         : NULL;

    for (size_t i = 0; reason != NULL && i < checks.count; i++) {
        choice->left[choice->left_count++] =
            (struct plan_left){.check = checks.ids[i], .reason = reason, .excepted = exception != NULL};
    }
    return checks.count == 0 || reason != NULL;
}

void plan_policy_choose(struct plan_making *making, const struct plan_subject *subject, const struct resource *record,
                        struct plan_choice *ret)
{
    static const unsigned others[] = {RESOURCE_PROTOCOL, RESOURCE_HOP_LIMIT, RESOURCE_AUTO_LINK};
    const struct policy_wanted *wanted = &subject->match.rule->wanted;
    struct state state = {.template = record->kind == &resource_template,
                          .on = (record->settings.given & RESOURCE_ENABLED) == 0 || record->settings.enabled};

    *ret = (struct plan_choice){0};
    policy_settings(wanted, record, &ret->wanted);
    state.off_is_right = (wanted->given & RESOURCE_ENABLED) == 0 || !wanted->enabled;
    if ((ret->wanted.given & RESOURCE_ENABLED) != 0) {
        if (keeps(making, subject, record, &state, RESOURCE_ENABLED, ret)) {
            ret->wanted.given &= ~(unsigned)RESOURCE_ENABLED;
        } else {
            state.turns_on = ret->wanted.enabled;
            state.turns_off = !ret->wanted.enabled;
        }
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if ((ret->wanted.given & others[i]) != 0 && keeps(making, subject, record, &state, others[i], ret)) {
            ret->wanted.given &= ~others[i];
        }
    }
}

/* What an audit warns of in its policy: exceptions that cover nothing or end soon, and rules that hold for nothing. */
#include "audit_report.h"
#include "policy_read.h"

static void warn_of_end(const struct app *app, const struct audit *audit, const struct policy_exception *exception)
{
    size_t findings = audit->exceptions[exception->number].findings;
    CLEANUP(text_free) struct text words = {0};

    audit_describe_exception(exception, &words);
    app_warn(app, "%s:%zu: the exception %s %s %s; its %zu %s %s", exception->file, exception->place.line,
             text_string(&words), exception->expired ? "expired" : "ends on", exception->expires, findings,
             findings == 1 ? "finding counts" : "findings count", exception->expired ? "again" : "after that");
}

static void warn_of_exception(const struct app *app, const struct audit *audit,
                              const struct policy_exception *exception)
{
    const struct audit_exception *effect = &audit->exceptions[exception->number];
    CLEANUP(text_free) struct text words = {0};

    audit_describe_exception(exception, &words);
    if (effect->unused) {
        text_append(&words, " covers no finding");
        audit_append_beaten(audit, exception, &words);
        app_warn(app, "%s:%zu: the exception %s; remove it%s", exception->file, exception->place.line,
                 text_string(&words), effect->beaten_by == NULL ? ", or check its spelling" : "");
    } else if (exception->expires_soon && effect->findings > 0) {
        warn_of_end(app, audit, exception);
    }
}

void audit_warn_of_expiry(const struct app *app, const struct audit *audit)
{
    const struct policy *policy = audit->terms.policy;

    for (size_t i = 0; i < policy_exception_count(policy); i++) {
        const struct policy_exception *exception = policy_exception_at(policy, i);
        if ((exception->expired || exception->expires_soon) && audit->exceptions[i].findings > 0) {
            warn_of_end(app, audit, exception);
        }
    }
}

void audit_warn(const struct app *app, const struct audit *audit)
{
    const struct audit_terms *terms = &audit->terms;

    for (size_t i = 0; i < policy_exception_count(terms->policy); i++) {
        warn_of_exception(app, audit, policy_exception_at(terms->policy, i));
    }
    for (size_t i = 0; audit_is_whole(audit) && terms->policy_file != NULL && i < policy_rule_count(terms->policy);
         i++) {
        const struct policy_rule *rule = policy_rule_at(terms->policy, i);
        if (audit->matched[i] == 0) {
            app_warn(app, "%s:%zu: policy rule %s holds for no resource", policy_file_name(terms->policy_file),
                     rule->place.line, rule->name);
        }
    }
    if (!audit_is_whole(audit) && terms->policy_file != NULL) {
        app_detail(app, "only a part of what the policy is about was read: exceptions and policy rules that do nothing "
                        "are not named");
    }
    if (!terms->initializations && (audit->unjudged & 1U << AUDIT_PROFILE_WHILE_DISABLED) != 0) {
        app_detail(app, "trusted profiles and user_data of servers were not read: no policy rule needs them; "
                        "--trusted-profile-details reads them");
    }
}

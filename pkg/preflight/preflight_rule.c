#include "preflight/preflight_rule.h"

#include <stdlib.h>

#include "mem/mem.h"

static bool read_rule(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct preflight_rule *rule = context;
    CLEANUP(text_free) struct text path = {0};
    struct answer_string expression = {0};

    (void)reply;
    text_printf(&path, "allowed_use/%s", rule->about->use_member);
    if (!answer_get_string(root, text_string(&path), ANSWER_OPTIONAL, &expression, e)) {
        return false;
    }
    free(rule->expression);
    rule->expression = mem_copy(expression.data);
    return true;
}

static void rule_done(const struct vpc_answer *answer, void *context)
{
    struct preflight_rule *rule = context;

    if (answer->error != NULL) {
        rule->problem = mem_copy(answer->error->message);
    }
}

void preflight_rule_read(struct vpc *vpc, struct preflight_rule *rule)
{
    vpc_get(vpc, rule->source,
            &(struct vpc_call){.id = rule->id, .read = read_rule, .done = rule_done, .context = rule});
}

enum preflight_verdict preflight_rule_decide(const struct preflight_rule *rule,
                                             const struct resource_settings *settings,
                                             const struct resource_hardware *hardware, struct text *ret_reason)
{
    CLEANUP(text_free) struct text reason = {0};
    enum preflight_verdict use = PREFLIGHT_ALLOWED;

    if (rule->problem != NULL) {
        text_printf(&reason, "could not be read: %s", rule->problem);
        use = PREFLIGHT_UNDETERMINED;
    } else if (rule->expression != NULL) {
        use = preflight_allowed(rule->about, rule->expression, settings, hardware, &reason);
    }
    if (use != PREFLIGHT_ALLOWED) {
        text_printf(ret_reason, "%s %s %s", rule->source->singular, rule->id, text_string(&reason));
    }
    return use;
}

void preflight_rule_free(struct preflight_rule *rule)
{
    free(rule->expression);
    free(rule->problem);
    rule->expression = rule->problem = NULL;
}

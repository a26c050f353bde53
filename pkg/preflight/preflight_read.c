/* Reading expressions of allowed_use and facts of profiles. */
#include "preflight/preflight_read.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* --- expressions ------------------------------------------------------------------------------------- */

bool preflight_rule_take(struct preflight_rule *rule, struct answer_node body, struct err *e)
{
    CLEANUP(text_free) struct text path = {0};
    struct answer_string expression = {0};

    text_printf(&path, "allowed_use/%s", rule->about->use_member);
    if (!answer_get_string(body, text_string(&path), ANSWER_OPTIONAL, &expression, e)) {
        return false;
    }
    free(rule->expression);
    rule->expression = mem_copy(expression.data);
    return true;
}

static bool read_rule(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    (void)reply;
    return preflight_rule_take(context, root, e);
}

static void rule_done(const struct vpc_answer *answer, void *context)
{
    struct preflight_rule *rule = context;

    if (answer->error != NULL) {
        rule->problem = mem_copy(answer->error->message);
        rule->http_status = answer->error->http_status;
        rule->gone = http_is_not_found(answer->reply);
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
        use = preflight_decide(rule->about, rule->expression, settings, hardware, &reason);
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

/* --- profiles ----------------------------------------------------------------------------------------- */

static struct answer_node member(struct answer_node node, const char *name)
{
    return answer_member(node, name, strlen(name));
}

static struct answer_node first(struct answer_node array)
{
    struct answer_cursor each = answer_each(array);

    return answer_next(&each) ? each.node : ANSWER_ABSENT_NODE;
}

/* {"type":"fixed","value":4} or {"type":"enum","default":4,"values":[4]}; other types have no one value. */
static struct answer_scalar scalar_of(struct answer_node root, const char *name)
{
    struct answer_node property = member(root, name);
    struct answer_string type = answer_value(member(property, "type")).string;
    struct answer_node values = member(property, "values");
    struct answer_node preset = member(property, "default");

    if (text_equal(type.data, "fixed")) {
        return answer_value(member(property, "value"));
    }
    if (!text_equal(type.data, "enum")) {
        return (struct answer_scalar){.kind = ANSWER_ABSENT};
    }
    return answer_value(preset.document == NULL && answer_count(values) == 1 ? first(values) : preset);
}

static const char *word_of(struct preflight_profile *profile, struct answer_node root, const char *name)
{
    struct answer_string word = scalar_of(root, name).string;

    return word.data != NULL ? text_arena_copy(&profile->strings, word.data, word.size) : NULL;
}

static void take_profile(struct answer_node root, struct preflight_profile *ret)
{
    struct answer_scalar secure_boot = scalar_of(root, "secure_boot_modes");

    ret->architecture = word_of(ret, root, ret->kind->profile_architecture);
    ret->hardware = (struct resource_hardware){
        .vcpu_count = scalar_of(root, "vcpu_count").integer,
        .gpu_count = scalar_of(root, "gpu_count").integer,
        .gpu_memory = scalar_of(root, "gpu_memory").integer,
        .gpu_manufacturer = word_of(ret, root, "gpu_manufacturer"),
        .gpu_model = word_of(ret, root, "gpu_model"),
        .secure_boot = secure_boot.kind != ANSWER_BOOLEAN ? RESOURCE_UNKNOWN
                       : secure_boot.boolean              ? RESOURCE_ON
                                                          : RESOURCE_OFF,
    };
}

static bool read_profile(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    (void)reply;
    if (answer_kind(root) != ANSWER_OBJECT) {
        return answer_error(root, e, "a profile must be an object");
    }
    take_profile(root, context);
    return true;
}

static void profile_done(const struct vpc_answer *answer, void *context)
{
    struct preflight_profile *profile = context;

    if (answer->error != NULL) {
        profile->problem = mem_copy(answer->error->message);
        profile->gone = http_is_not_found(answer->reply);
    }
}

void preflight_profile_read(struct vpc *vpc, const struct resource_kind *kind, const char *name,
                            struct preflight_profile *ret)
{
    ret->kind = kind;
    vpc_get(vpc, kind->profile_kind,
            &(struct vpc_call){.id = name, .read = read_profile, .done = profile_done, .context = ret});
}

void preflight_profile_free(struct preflight_profile *profile)
{
    text_arena_free(&profile->strings);
    free(profile->problem);
    *profile = (struct preflight_profile){0};
}

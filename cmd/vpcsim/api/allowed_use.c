#include "vpcsim/api/allowed_use.h"

#include <string.h>

#include "vpcsim/api/cel.h"

static struct cel_value boolean(bool value)
{
    return (struct cel_value){.type = CEL_BOOL, .number = value};
}

static struct cel_value integer(unsigned value)
{
    return (struct cel_value){.type = CEL_INT, .number = value};
}

static struct cel_value string(const char *value)
{
    return (struct cel_value){.type = CEL_STRING, .string = value, .size = strlen(value)};
}

static void judge(const char *expression, const struct cel_variable *variables, const char *field, struct reply *reply)
{
    char message[CEL_MESSAGE_MAX];

    if (expression == NULL) {
        return;
    }
    switch (cel_evaluate(expression, variables, message)) {
    case CEL_TRUE:
        break;
    case CEL_FALSE:
        reply_problem(reply, 400, "allowed_use_violation", "field", field, expression,
                      "The allowed use does not permit these settings: %s", expression);
        break;
    case CEL_WRONG:
        reply_problem(reply, 400, "allowed_use_invalid", "field", field, expression,
                      "The allowed use cannot be evaluated: %s.", message);
        break;
    }
}

void allowed_use_instance(const char *expression, const struct instance *instance, const char *field,
                          struct reply *reply)
{
    const struct profile *profile = instance->profile;
    bool gpu = profile->gpu_model != NULL;
    const struct cel_variable variables[] = {
        {"enable_secure_boot", boolean(instance->secure_boot)},
        {"gpu.count", integer(!gpu                   ? 0
                              : profile->vcpu >= 160 ? 8
                                                     : 1)},
        {"gpu.manufacturer", string(gpu ? "nvidia" : "")},
        {"gpu.memory", integer(gpu ? 24 : 0)},
        {"gpu.model", string(gpu ? profile->gpu_model : "")},
        {"metadata_service.enabled", boolean(instance->metadata.enabled)},
        {"metadata_service.protocol", string(instance->metadata.https ? "https" : "http")},
        {"vcpu.count", integer(profile->vcpu)},
        {0},
    };

    judge(expression, variables, field, reply);
}

void allowed_use_bare_metal(const char *expression, const struct bare_metal *server, const char *field,
                            struct reply *reply)
{
    const struct cel_variable variables[] = {
        {"enable_secure_boot", boolean(server->secure_boot)},
        {0},
    };

    judge(expression, variables, field, reply);
}

/* Any values do: what matters is whether there is a verdict. */
void allowed_use_check(const char *expression, bool bare_metal, const char *field, struct reply *reply)
{
    static const struct profile nothing = {.name = ""};
    const struct instance instance = {.profile = &nothing};
    const struct bare_metal server = {.profile = &nothing};
    struct reply verdict = {0};

    if (bare_metal) {
        allowed_use_bare_metal(expression, &server, field, &verdict);
    } else {
        allowed_use_instance(expression, &instance, field, &verdict);
    }
    bool wrong = strstr(text_string(&verdict.errors), "allowed_use_invalid") != NULL;
    reply_free(&verdict);
    if (wrong) {
        reply_problem(reply, 400, "allowed_use_invalid", "field", field, expression, "The expression is not valid.");
    }
}

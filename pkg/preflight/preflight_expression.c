/* Deciding expressions of allowed_use, and what is said about them. */
#include "preflight/preflight.h"

#include <string.h>

#include "cel/cel.h"

enum { EXPRESSION_SHOWN = 200 }; /* columns */

/* The variables there are (vpc-api.md 4.3). */
enum { SECURE_BOOT, ENABLED, PROTOCOL, VCPU_COUNT, GPU_COUNT, GPU_MEMORY, GPU_MANUFACTURER, GPU_MODEL, VARIABLES };
enum { VARIABLES_WITHOUT_SETTINGS = SECURE_BOOT + 1 };

static struct cel_variable unknown(const char *name)
{
    return (struct cel_variable){.name = name, .type = CEL_UNKNOWN, .string = "no answer of the API has it"};
}

static struct cel_variable truth(const char *name, bool known, bool value)
{
    return known ? (struct cel_variable){.name = name, .type = CEL_BOOL, .number = value} : unknown(name);
}

static struct cel_variable number(const char *name, int64_t value)
{
    return value > 0 ? (struct cel_variable){.name = name, .type = CEL_INT, .number = value} : unknown(name);
}

static struct cel_variable word(const char *name, const char *value)
{
    return value != NULL ? (struct cel_variable){.name = name, .type = CEL_STRING, .string = value} : unknown(name);
}

static void fill(struct cel_variable variables[VARIABLES], const struct resource_settings *settings,
                 const struct resource_hardware *hardware)
{
    static const struct resource_hardware nothing = {0};
    const struct resource_hardware *m = hardware != NULL ? hardware : &nothing;
    bool has_protocol = (settings->given & RESOURCE_PROTOCOL) != 0;

    variables[SECURE_BOOT] =
        truth("enable_secure_boot", m->secure_boot != RESOURCE_UNKNOWN, m->secure_boot == RESOURCE_ON);
    variables[ENABLED] =
        truth("metadata_service.enabled", (settings->given & RESOURCE_ENABLED) != 0, settings->enabled);
    variables[PROTOCOL] = word("metadata_service.protocol", has_protocol ? settings->protocol : NULL);
    variables[VCPU_COUNT] = number("vcpu.count", m->vcpu_count);
    variables[GPU_COUNT] = number("gpu.count", m->gpu_count);
    variables[GPU_MEMORY] = number("gpu.memory", m->gpu_memory);
    variables[GPU_MANUFACTURER] = word("gpu.manufacturer", m->gpu_manufacturer);
    variables[GPU_MODEL] = word("gpu.model", m->gpu_model);
}

static void append_expression(struct text *out, const char *expression)
{
    text_append_char(out, '`');
    text_append_short(out, expression, strlen(expression), EXPRESSION_SHOWN);
    text_append_char(out, '`');
}

static void append_value(struct text *out, const struct cel_variable *variable)
{
    switch (variable->type) {
    case CEL_UNKNOWN:
        text_append(out, "not known");
        break;
    case CEL_BOOL:
        text_append(out, variable->number != 0 ? "true" : "false");
        break;
    case CEL_INT:
        text_printf(out, "%lld", (long long)variable->number);
        break;
    case CEL_STRING:
        text_append_char(out, '\'');
        text_append_short(out, variable->string, strlen(variable->string), EXPRESSION_SHOWN);
        text_append_char(out, '\'');
        break;
    }
}

/* ": metadata_service.enabled would be true, vcpu.count is 2", those that the expression names. */
static void append_values(struct text *out, const struct cel *cel, const struct cel_variable variables[], size_t count)
{
    const char *before = ": ";

    for (size_t i = 0; i < count; i++) {
        if (cel_names(cel, variables[i].name)) {
            bool set = (i == ENABLED || i == PROTOCOL) && variables[i].type != CEL_UNKNOWN;
            text_printf(out, "%s%s %s ", before, variables[i].name, set ? "would be" : "is");
            append_value(out, &variables[i]);
            before = ", ";
        }
    }
}

enum preflight_verdict preflight_decide(const struct resource_kind *kind, const char *expression,
                                        const struct resource_settings *settings,
                                        const struct resource_hardware *hardware, struct text *ret_reason)
{
    struct cel_variable variables[VARIABLES];
    size_t count = kind->use_of_settings ? VARIABLES : VARIABLES_WITHOUT_SETTINGS;
    struct err e = ERR_INIT;
    CLEANUP(cel_release) struct cel *cel = cel_compile(expression, &e);
    enum cel_verdict verdict = CEL_UNDECIDED;

    fill(variables, settings, hardware);
    if (cel != NULL) {
        verdict = cel_decide(cel, variables, count, &e);
    }
    if (verdict == CEL_TRUE) {
        return PREFLIGHT_ALLOWED;
    }
    if (verdict == CEL_FALSE) {
        text_append(ret_reason, "allows only ");
        append_expression(ret_reason, expression);
        append_values(ret_reason, cel, variables, count);
        return PREFLIGHT_FORBIDDEN;
    }
    text_append(ret_reason, "has an allowed_use that cannot be decided here: ");
    append_expression(ret_reason, expression);
    text_printf(ret_reason, ", %s%s%s", e.place, e.place[0] != '\0' ? ": " : "", e.message);
    return PREFLIGHT_UNDETERMINED;
}

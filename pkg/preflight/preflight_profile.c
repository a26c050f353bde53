#include "preflight/preflight_profile.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

static struct answer_node member(struct answer_node node, const char *name)
{
    return answer_member(node, name, strlen(name));
}

static struct answer_node first(struct answer_node array)
{
    struct answer_cursor each = answer_each(array);

    return answer_next(&each) ? each.node : ANSWER_ABSENT_NODE;
}

/* {"type":"fixed","value":4} or {"type":"enum","default":4,"values":[4]}; what else there is has no one value. */
static struct answer_scalar told(struct answer_node root, const char *name)
{
    struct answer_node property = member(root, name);
    struct answer_string type = answer_value(member(property, "type")).string;
    struct answer_node values = member(property, "values");
    struct answer_node preset = member(property, "default");

    if (type.data != NULL && strcmp(type.data, "fixed") == 0) {
        return answer_value(member(property, "value"));
    }
    if (type.data == NULL || strcmp(type.data, "enum") != 0) {
        return (struct answer_scalar){.kind = ANSWER_ABSENT};
    }
    return answer_value(preset.document == NULL && answer_count(values) == 1 ? first(values) : preset);
}

static const char *told_word(struct preflight_profile *profile, struct answer_node root, const char *name)
{
    struct answer_string word = told(root, name).string;

    return word.data != NULL ? text_arena_copy(&profile->strings, word.data, word.size) : NULL;
}

void preflight_profile_take(struct answer_node root, const struct resource_kind *kind, struct preflight_profile *ret)
{
    struct answer_scalar secure_boot = told(root, "secure_boot_modes");

    ret->architecture = told_word(ret, root, kind->profile_architecture);
    ret->hardware = (struct resource_hardware){
        .vcpu_count = told(root, "vcpu_count").integer,
        .gpu_count = told(root, "gpu_count").integer,
        .gpu_memory = told(root, "gpu_memory").integer,
        .gpu_manufacturer = told_word(ret, root, "gpu_manufacturer"),
        .gpu_model = told_word(ret, root, "gpu_model"),
        .secure_boot = secure_boot.kind != ANSWER_BOOLEAN ? RESOURCE_UNKNOWN
                       : secure_boot.boolean              ? RESOURCE_ON
                                                          : RESOURCE_OFF,
    };
}

/* A read under way. */
struct reading {
    const struct resource_kind *kind;
    struct preflight_profile *profile;
};

static bool read_profile(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    const struct reading *reading = context;

    (void)reply;
    if (answer_kind(root) != ANSWER_OBJECT) {
        return answer_error(root, e, "a profile must be an object");
    }
    preflight_profile_take(root, reading->kind, reading->profile);
    return true;
}

static void profile_done(const struct vpc_answer *answer, void *context)
{
    struct reading *reading = context;

    if (answer->error != NULL) {
        reading->profile->problem = mem_copy(answer->error->message);
    }
    free(reading);
}

void preflight_profile_read(struct vpc *vpc, const struct resource_kind *kind, const char *name,
                            struct preflight_profile *ret)
{
    struct reading *reading = mem_alloc(sizeof(*reading));

    *reading = (struct reading){.kind = kind, .profile = ret};
    vpc_get(vpc, kind->profile_kind,
            &(struct vpc_call){.id = name, .read = read_profile, .done = profile_done, .context = reading});
}

void preflight_profile_free(struct preflight_profile *profile)
{
    text_arena_free(&profile->strings);
    free(profile->problem);
    *profile = (struct preflight_profile){0};
}

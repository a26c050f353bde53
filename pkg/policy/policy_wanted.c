/* What a rule wants, from its tree, and what can hold for none of its kinds. */
#include <string.h>

#include "policy/policy_parts.h"

/* The settings that one of the kinds has; a kind without any takes them from what it is made of. */
static unsigned settings_of(unsigned kinds)
{
    unsigned settings = 0;

    for (size_t k = 0; resource_kinds[k] != NULL; k++) {
        if ((kinds & 1U << k) != 0) {
            settings |= resource_kinds[k]->settings != 0 ? resource_kinds[k]->settings : ~0U;
        }
    }
    return settings;
}

static void read_hop_limit(const json_t *value, struct policy_wanted *ret)
{
    const json_t *max = json_object_get(value, "max");
    const json_t *number = max != NULL ? max : value;

    if (json_is_integer(number) && json_integer_value(number) >= RESOURCE_HOP_LIMIT_MIN &&
        json_integer_value(number) <= RESOURCE_HOP_LIMIT_MAX) {
        ret->given |= RESOURCE_HOP_LIMIT;
        ret->hop_limit = (int)json_integer_value(number);
        ret->hop_limit_is_max = max != NULL;
    }
}

static void read_metadata(struct policy_reader *reader, const json_t *metadata, unsigned kinds,
                          struct policy_wanted *ret)
{
    const json_t *enabled = json_object_get(metadata, "enabled");
    const char *protocol = json_string_value(json_object_get(metadata, "protocol"));
    const json_t *hop_limit = json_object_get(metadata, "response_hop_limit");
    size_t size = policy_enter(reader, "metadata_service");

    if (json_is_boolean(enabled)) {
        ret->given |= RESOURCE_ENABLED;
        ret->enabled = json_is_true(enabled);
    }
    if (protocol != NULL) {
        ret->given |= RESOURCE_PROTOCOL;
        ret->protocol = policy_keep(reader->policy, protocol);
    }
    read_hop_limit(hop_limit, ret);
    policy_check_integer(reader, metadata, "response_hop_limit");
    size_t of_metadata = policy_enter(reader, "response_hop_limit");
    policy_check_integer(reader, hop_limit, "max");
    policy_leave(reader, of_metadata);
    if (hop_limit != NULL && kinds != 0 && (settings_of(kinds) & RESOURCE_HOP_LIMIT) == 0) {
        policy_fault_at_name(reader, "response_hop_limit",
                             "no kind of this rule has a hop limit; remove it, or add a kind that has one: instance, "
                             "template");
    }
    policy_leave(reader, size);
}

static void check_profile(struct policy_reader *reader, const json_t *profile, const struct policy_wanted *wanted)
{
    bool required = json_is_true(json_object_get(profile, "required"));
    bool forbidden = json_is_true(json_object_get(profile, "forbidden"));
    const json_t *allowed = json_object_get(profile, "allowed");

    if (required && forbidden) {
        policy_fault_at_name(reader, "forbidden", "a profile cannot be both required and forbidden; remove one");
    }
    if (forbidden && allowed != NULL) {
        policy_fault_at_name(reader, "allowed", "no profile is allowed where all are forbidden; remove one of the two");
    }
    if (forbidden && (wanted->given & RESOURCE_AUTO_LINK) != 0 && wanted->auto_link) {
        policy_fault(reader, "auto_link", "there is nothing to link where profiles are forbidden; remove it");
    }
}

static void read_profile(struct policy_reader *reader, const json_t *profile, struct policy_wanted *ret)
{
    const json_t *auto_link = json_object_get(profile, "auto_link");
    size_t size = policy_enter(reader, "trusted_profile");
    struct policy_words allowed = policy_read_words(reader->policy, profile, "allowed");

    if (json_is_boolean(auto_link)) {
        ret->given |= RESOURCE_AUTO_LINK;
        ret->auto_link = json_is_true(auto_link);
    }
    ret->profiles = allowed.items;
    ret->profile_count = allowed.count;
    if (json_is_true(json_object_get(profile, "forbidden"))) {
        ret->profile = POLICY_PROFILE_FORBIDDEN;
    } else if (json_is_true(json_object_get(profile, "required"))) {
        ret->profile = POLICY_PROFILE_REQUIRED;
    } else if (allowed.count > 0) {
        ret->profile = POLICY_PROFILE_ALLOWED;
    }
    check_profile(reader, profile, ret);
    policy_leave(reader, size);
}

void policy_read_wanted(struct policy_reader *reader, const json_t *rule, const struct policy_condition *condition,
                        struct policy_wanted *ret)
{
    const json_t *metadata = json_object_get(rule, "metadata_service");
    const json_t *profile = json_object_get(rule, "trusted_profile");

    if (json_is_object(metadata)) {
        read_metadata(reader, metadata, condition->kinds, ret);
    }
    if (json_is_object(profile)) {
        read_profile(reader, profile, ret);
    }
}

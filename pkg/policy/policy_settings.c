/* What a rule wants beside what a resource has. */
#include <string.h>

#include "policy/policy_parts.h"

bool policy_fulfils(const struct policy_wanted *wanted, const struct resource_settings *settings, unsigned setting)
{
    if ((wanted->given & settings->given & setting) == 0) {
        return true;
    }
    switch (setting) {
    case RESOURCE_ENABLED:
        return settings->enabled == wanted->enabled;
    case RESOURCE_PROTOCOL:
        return text_equal(settings->protocol, wanted->protocol);
    case RESOURCE_HOP_LIMIT:
        return wanted->hop_limit_is_max ? settings->hop_limit <= wanted->hop_limit
                                        : settings->hop_limit == wanted->hop_limit;
    case RESOURCE_AUTO_LINK:
        return settings->auto_link == wanted->auto_link;
    default:
        return true;
    }
}

static bool hops_exclude(const struct policy_wanted *wanted, const struct policy_wanted *other)
{
    if (wanted->hop_limit_is_max || other->hop_limit_is_max) {
        return (!wanted->hop_limit_is_max && wanted->hop_limit > other->hop_limit) ||
               (!other->hop_limit_is_max && other->hop_limit > wanted->hop_limit);
    }
    return wanted->hop_limit != other->hop_limit;
}

static bool wants_off(const struct policy_wanted *wanted)
{
    return (wanted->given & RESOURCE_ENABLED) != 0 && !wanted->enabled;
}

unsigned policy_contradiction(const struct policy_rule *rule, const struct policy_rule *other)
{
    const struct policy_wanted *a = &rule->wanted, *b = &other->wanted;
    unsigned both = a->given & b->given, found = 0;

    if (wants_off(a) || wants_off(b)) {
        both &= ~(unsigned)(RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT);
    }
    found |= (both & RESOURCE_ENABLED) != 0 && a->enabled != b->enabled ? RESOURCE_ENABLED : 0;
    found |= (both & RESOURCE_PROTOCOL) != 0 && !text_equal(a->protocol, b->protocol) ? RESOURCE_PROTOCOL : 0;
    found |= (both & RESOURCE_HOP_LIMIT) != 0 && hops_exclude(a, b) ? RESOURCE_HOP_LIMIT : 0;
    found |= (both & RESOURCE_AUTO_LINK) != 0 && a->auto_link != b->auto_link ? RESOURCE_AUTO_LINK : 0;
    return found;
}

/* What the rule wants of these settings alone. */
static void append_wish(const struct policy_rule *rule, unsigned settings, struct text *out)
{
    struct policy_rule part = *rule;

    part.wanted.given &= settings;
    part.wanted.profile = POLICY_PROFILE_ANY;
    text_append(out, "policy rule ");
    text_append_safe(out, rule->name, strlen(rule->name));
    text_append(out, " wants ");
    policy_append_wanted(&part, out);
}

void policy_append_contradiction(const struct policy_rule *rule, const struct policy_rule *other, struct text *out)
{
    unsigned settings = policy_contradiction(rule, other);

    append_wish(rule, settings, out);
    text_append(out, ", ");
    append_wish(other, settings, out);
    text_append(out, ": no template can have both, change one of the rules");
}

void policy_settings(const struct policy_wanted *wanted, const struct resource *record, struct resource_settings *ret)
{
    static const unsigned all[] = {RESOURCE_ENABLED, RESOURCE_PROTOCOL, RESOURCE_HOP_LIMIT, RESOURCE_AUTO_LINK};
    const struct resource_kind *kind = record->kind;
    unsigned possible = kind->patchable != 0 ? kind->patchable : kind->settings;
    unsigned has = record->settings.given;

    *ret = (struct resource_settings){.enabled = wanted->enabled,
                                      .auto_link = wanted->auto_link,
                                      .hop_limit = wanted->hop_limit,
                                      .protocol = wanted->protocol};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        /* what is not known is set; auto_link is nothing without a profile */
        bool unknown = (has & all[i]) == 0 && all[i] != RESOURCE_AUTO_LINK;
        if ((wanted->given & possible & all[i]) != 0 &&
            (unknown || !policy_fulfils(wanted, &record->settings, all[i]))) {
            ret->given |= all[i];
        }
    }
}

bool policy_is_profile_name(const char *word)
{
    /* ids as IAM makes them (vpc-api.md 6.4) */
    return strncmp(word, "Profile-", strlen("Profile-")) != 0 && strncmp(word, "crn:", strlen("crn:")) != 0;
}

static const char *bare(const char *word)
{
    const char *id = strncmp(word, "crn:", strlen("crn:")) == 0 ? resource_crn_id(word) : NULL;

    return id != NULL ? id : word;
}

static enum policy_truth is_listed(const struct policy_wanted *wanted, const char *profile, const char *name)
{
    enum policy_truth listed = POLICY_NO;

    for (size_t i = 0; i < wanted->profile_count; i++) {
        const char *word = wanted->profiles[i];
        if (text_equal(word, profile) || text_equal(bare(word), bare(profile)) || text_equal(word, name)) {
            return POLICY_YES;
        }
        listed = name == NULL && policy_is_profile_name(word) ? POLICY_UNKNOWN : listed;
    }
    return listed;
}

enum policy_truth policy_allows_profile(const struct policy_wanted *wanted, const char *profile, const char *name)
{
    switch (wanted->profile) {
    case POLICY_PROFILE_ANY:
        return POLICY_YES;
    case POLICY_PROFILE_FORBIDDEN:
        return profile == NULL ? POLICY_YES : POLICY_NO;
    case POLICY_PROFILE_REQUIRED:
        if (profile == NULL || wanted->profile_count == 0) {
            return profile != NULL ? POLICY_YES : POLICY_NO;
        }
        break;
    case POLICY_PROFILE_ALLOWED:
        break;
    }
    return profile == NULL ? POLICY_YES : is_listed(wanted, profile, name);
}

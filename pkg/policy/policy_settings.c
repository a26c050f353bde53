/* What a rule wants beside what a resource has. */
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

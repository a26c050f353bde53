/* Settings: what a kind may be asked, how two states differ, and where a setting stands in a body. */
#include "resource/resource.h"

#include <string.h>

struct setting_row {
    enum resource_setting bit;
    const char *flag;   /* as the operator spells it */
    const char *label;  /* as sentences spell it */
    const char *member; /* as JSON spells it */
};

static const struct setting_row rows[] = {
    {RESOURCE_ENABLED, "--enabled", "enabled", "enabled"},
    {RESOURCE_PROTOCOL, "--protocol", "protocol", "protocol"},
    {RESOURCE_HOP_LIMIT, "--hop-limit", "hop limit", "response_hop_limit"},
    {RESOURCE_TRUSTED_PROFILE, "--trusted-profile", "trusted profile", "trusted_profile"},
    {RESOURCE_AUTO_LINK, "--auto-link", "auto link", "auto_link"},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool refuse_missing(const struct resource_kind *kind, const struct setting_row *row, struct err *e)
{
    if (row->bit == RESOURCE_HOP_LIMIT) {
        return err_set(e, ERR_USAGE, "%s: %s %s has no response hop limit; leave it out (it is an instance's setting)",
                       row->flag, text_article(kind->singular), kind->singular);
    }
    return err_set(e, ERR_USAGE, "%s: %s have no such setting; %s", row->flag, kind->plural, kind->change_remedy);
}

/* vpc-api.md 1.8: seen so in every source; the API takes no names. */
static bool is_profile(const char *word)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    const char *id = strncmp(word, "crn:", 4) == 0 ? resource_crn_id(word) : word;
    const char *last = strrchr(word, ':');
    bool in_place = last == NULL || (last - word > 8 && strncmp(last - 8, ":profile", 8) == 0);

    return id != NULL && in_place && strncmp(id, "Profile-", 8) == 0 && id[8] != '\0' &&
           id[strspn(id, letters)] == '\0';
}

static bool check_values(const struct resource_settings *settings, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};

    if ((settings->given & RESOURCE_HOP_LIMIT) != 0 &&
        (settings->hop_limit < RESOURCE_HOP_LIMIT_MIN || settings->hop_limit > RESOURCE_HOP_LIMIT_MAX)) {
        return err_set(e, ERR_USAGE, "hop limit %d is out of range %d..%d", settings->hop_limit, RESOURCE_HOP_LIMIT_MIN,
                       RESOURCE_HOP_LIMIT_MAX);
    }
    if ((settings->given & RESOURCE_TRUSTED_PROFILE) != 0 && !is_profile(settings->trusted_profile)) {
        text_append_short(&shown, settings->trusted_profile, strlen(settings->trusted_profile), 80);
        return err_set(
            e, ERR_USAGE,
            "--trusted-profile: \"%s\" is neither an id (Profile-...) nor a CRN (crn:...::profile:Profile-...); "
            "the API takes no names",
            text_string(&shown));
    }
    return true;
}

bool resource_settings_check(const struct resource_kind *kind, const struct resource_settings *settings, bool patching,
                             struct err *e)
{
    for (size_t i = 0; i < ROWS; i++) {
        if ((settings->given & rows[i].bit) == 0) {
            continue;
        }
        if ((kind->settings & rows[i].bit) == 0) {
            return refuse_missing(kind, &rows[i], e);
        }
        if (patching && (kind->patchable & rows[i].bit) == 0) {
            err_set(e, ERR_USAGE, "%s cannot be changed on an existing %s: %s", rows[i].flag, kind->singular,
                    kind->change_remedy);
            return err_advise(e,
                              "Link the profile to the %s in IAM, or create a new one: vpcmeta %s create "
                              "--trusted-profile ID",
                              kind->singular, kind->name);
        }
    }
    return check_values(settings, e);
}

/* An id, and the CRN that ends in it, name the same trusted profile. */
static bool same_profile(const char *a, const char *b)
{
    const char *id_a = a != NULL ? resource_crn_id(a) : NULL;
    const char *id_b = b != NULL ? resource_crn_id(b) : NULL;

    return text_equal(a, b) ||
           ((id_a == NULL) != (id_b == NULL) && text_equal(id_a != NULL ? id_a : a, id_b != NULL ? id_b : b));
}

static bool same_setting(const struct resource_settings *a, const struct resource_settings *b, unsigned bit)
{
    switch ((enum resource_setting)bit) {
    case RESOURCE_ENABLED:
        return a->enabled == b->enabled;
    case RESOURCE_PROTOCOL:
        return text_equal(a->protocol, b->protocol);
    case RESOURCE_HOP_LIMIT:
        return a->hop_limit == b->hop_limit;
    case RESOURCE_TRUSTED_PROFILE:
        return same_profile(a->trusted_profile, b->trusted_profile);
    case RESOURCE_AUTO_LINK:
        return a->auto_link == b->auto_link;
    }
    return false;
}

unsigned resource_settings_diff(const struct resource_settings *found, const struct resource_settings *wanted)
{
    unsigned diff = 0;

    for (size_t i = 0; i < ROWS; i++) {
        unsigned bit = rows[i].bit;
        if ((wanted->given & bit) != 0 && ((found->given & bit) == 0 || !same_setting(found, wanted, bit))) {
            diff |= bit;
        }
    }
    return diff;
}

unsigned resource_settings_unknown(const struct resource_settings *found, const struct resource_settings *wanted)
{
    return wanted->given & ~found->given;
}

struct resource_settings resource_settings_over(const struct resource_settings *base,
                                                const struct resource_settings *over, unsigned mask)
{
    struct resource_settings result = *base;

    mask &= over->given;
    result.given |= mask;
    result.enabled = (mask & RESOURCE_ENABLED) != 0 ? over->enabled : base->enabled;
    result.protocol = (mask & RESOURCE_PROTOCOL) != 0 ? over->protocol : base->protocol;
    result.hop_limit = (mask & RESOURCE_HOP_LIMIT) != 0 ? over->hop_limit : base->hop_limit;
    result.trusted_profile = (mask & RESOURCE_TRUSTED_PROFILE) != 0 ? over->trusted_profile : base->trusted_profile;
    result.auto_link = (mask & RESOURCE_AUTO_LINK) != 0 ? over->auto_link : base->auto_link;
    return result;
}

/* New reference. NULL: a body or an entry of the history may hold a protocol or profile that is no string. */
static json_t *value_of(const struct resource_settings *settings, enum resource_setting bit)
{
    switch (bit) {
    case RESOURCE_ENABLED:
        return json_boolean(settings->enabled);
    case RESOURCE_PROTOCOL:
        return settings->protocol != NULL ? json_build_string(settings->protocol) : NULL;
    case RESOURCE_HOP_LIMIT:
        return json_integer(settings->hop_limit);
    case RESOURCE_TRUSTED_PROFILE:
        return settings->trusted_profile != NULL ? json_build_string(settings->trusted_profile) : NULL;
    case RESOURCE_AUTO_LINK:
        return json_boolean(settings->auto_link);
    }
    return NULL;
}

json_t *resource_settings_json(const struct resource_settings *settings, unsigned mask)
{
    json_t *object = json_object();

    for (size_t i = 0; i < ROWS; i++) {
        json_t *value = (mask & settings->given & rows[i].bit) != 0 ? value_of(settings, rows[i].bit) : NULL;
        if (value != NULL) {
            json_object_set_new(object, rows[i].member, value);
        }
    }
    return object;
}

json_t *resource_patch_body(const struct resource_settings *settings, unsigned mask)
{
    json_t *body = json_object();

    json_object_set_new(body, "metadata_service", resource_settings_json(settings, mask & RESOURCE_METADATA_SETTINGS));
    return body;
}

static void append_value(struct text *out, const struct resource_settings *settings, enum resource_setting bit)
{
    JSON_CLEANUP json_t *value = (settings->given & bit) != 0 ? value_of(settings, bit) : NULL;

    if (value == NULL || json_is_string(value)) {
        text_append(out, value != NULL ? json_string_value(value) : "unset");
    } else {
        json_print(out, value, JSON_PRINT_COMPACT);
    }
}

void resource_settings_describe(struct text *out, const struct resource_settings *before,
                                const struct resource_settings *after, unsigned mask)
{
    const char *separator = "";

    for (size_t i = 0; i < ROWS; i++) {
        if ((mask & rows[i].bit) == 0) {
            continue;
        }
        text_printf(out, "%s%s ", separator, rows[i].label);
        if ((before->given & rows[i].bit) != 0) {
            append_value(out, before, rows[i].bit);
            text_append(out, " -> ");
        }
        append_value(out, after, rows[i].bit);
        separator = ", ";
    }
}

/* Create bodies: settings laid over, and members put back where the API takes them. */
#include "resource/resource.h"

#include <string.h>

/* The object at `name` inside `body`, made when absent; NULL with an error when it is something else. */
static json_t *child_object(json_t *body, const char *name, struct err *e)
{
    json_t *child = json_object_get(body, name);

    if (child == NULL || json_is_null(child)) {
        child = json_object();
        json_object_set_new(body, name, child);
        return child;
    }
    if (!json_is_object(child)) {
        err_set(e, ERR_INVALID, "\"%s\" must be an object to lay a setting over it", name);
        err_at(e, "/%s", name);
        return NULL;
    }
    return child;
}

static bool lay_metadata(json_t *body, const struct resource_settings *settings, struct err *e)
{
    json_t *metadata = child_object(body, "metadata_service", e);
    JSON_CLEANUP json_t *given = resource_settings_json(settings, RESOURCE_METADATA_SETTINGS);

    return metadata != NULL && json_object_update(metadata, given) == 0;
}

static bool lay_profile(json_t *parent, const struct resource_settings *settings, struct err *e)
{
    if ((settings->given & RESOURCE_TRUSTED_PROFILE) == 0 &&
        json_object_get(parent, "default_trusted_profile") == NULL) {
        return err_set(e, ERR_USAGE,
                       "--auto-link says how the trusted profile is linked: give --trusted-profile as well");
    }
    json_t *profile = child_object(parent, "default_trusted_profile", e);
    if (profile == NULL) {
        return false;
    }
    if ((settings->given & RESOURCE_TRUSTED_PROFILE) != 0) {
        const char *member = resource_name_form(settings->trusted_profile) == RESOURCE_BY_CRN ? "crn" : "id";
        json_object_set_new(profile, "target", json_build("{s:s}", member, settings->trusted_profile));
    }
    if ((settings->given & RESOURCE_AUTO_LINK) != 0) {
        json_object_set_new(profile, "auto_link", json_boolean(settings->auto_link));
    }
    return true;
}

/* vpc-api.md 3.3: the default of auto_link is on in the documents and unsaid in the API's types, so it is sent. */
static void make_auto_link_explicit(json_t *parent)
{
    json_t *profile = json_object_get(parent, "default_trusted_profile");

    if (json_is_object(profile) && json_object_get(profile, "auto_link") == NULL) {
        json_object_set_new(profile, "auto_link", json_true());
    }
}

bool resource_lay_over(const struct resource_kind *kind, json_t *body, const struct resource_settings *settings,
                       struct err *e)
{
    json_t *parent = body;

    if (!json_is_object(body)) {
        return err_set(e, ERR_INVALID, "the body must be a JSON object");
    }
    if ((settings->given & RESOURCE_METADATA_SETTINGS) != 0 && !lay_metadata(body, settings, e)) {
        return false;
    }
    if (kind->profile_parent != NULL) {
        parent = (settings->given & RESOURCE_PROFILE_SETTINGS) != 0 ? child_object(body, kind->profile_parent, e)
                                                                    : json_object_get(body, kind->profile_parent);
    }
    if ((settings->given & RESOURCE_PROFILE_SETTINGS) != 0 && (parent == NULL || !lay_profile(parent, settings, e))) {
        return false;
    }
    if (parent != NULL) {
        make_auto_link_explicit(parent);
    }
    return true;
}

bool resource_mend_body(const struct resource_kind *kind, json_t *body, struct text *ret_moved, struct err *e)
{
    static const char *const misplaced[] = {"image", "keys", "default_trusted_profile", "user_data"};

    if (kind->profile_parent == NULL || !json_is_object(body)) {
        return true;
    }
    for (size_t i = 0; i < sizeof(misplaced) / sizeof(misplaced[0]); i++) {
        json_t *value = json_object_get(body, misplaced[i]);
        if (value == NULL) {
            continue;
        }
        json_t *parent = child_object(body, kind->profile_parent, e);
        if (parent == NULL) {
            return false;
        }
        if (json_object_get(parent, misplaced[i]) != NULL) {
            err_set(e, ERR_INVALID, "\"%s\" stands at the top level and in \"%s\": keep the one in \"%s\"",
                    misplaced[i], kind->profile_parent, kind->profile_parent);
            return err_at(e, "/%s", misplaced[i]);
        }
        json_object_set(parent, misplaced[i], value);
        json_object_del(body, misplaced[i]);
        text_printf(ret_moved, "%s%s", ret_moved->size > 0 ? ", " : "", misplaced[i]);
    }
    return true;
}

/* Create bodies: what they ask for, the settings laid over them, and how one tells resources of one name apart. */
#include "resource/resource_create.h"

#include <string.h>

#include "resource/resource_reference.h"

/* --- settings laid over a body -------------------------------------------------------------------- */

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

static bool overlay_metadata(json_t *body, const struct resource_settings *settings, struct err *e)
{
    json_t *metadata = child_object(body, "metadata_service", e);
    JSON_CLEANUP json_t *given = resource_settings_json(settings, RESOURCE_METADATA_SETTINGS);

    return metadata != NULL && json_object_update(metadata, given) == 0;
}

static bool overlay_profile(json_t *parent, const struct resource_settings *settings, struct err *e)
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

bool resource_overlay(const struct resource_kind *kind, json_t *body, const struct resource_settings *settings,
                      struct err *e)
{
    json_t *parent = body;

    if (!json_is_object(body)) {
        return err_set(e, ERR_INVALID, "the body must be a JSON object");
    }
    if ((settings->given & RESOURCE_METADATA_SETTINGS) != 0 && !overlay_metadata(body, settings, e)) {
        return false;
    }
    if (kind->profile_parent != NULL) {
        parent = (settings->given & RESOURCE_PROFILE_SETTINGS) != 0 ? child_object(body, kind->profile_parent, e)
                                                                    : json_object_get(body, kind->profile_parent);
    }
    if ((settings->given & RESOURCE_PROFILE_SETTINGS) != 0 &&
        (parent == NULL || !overlay_profile(parent, settings, e))) {
        return false;
    }
    if (parent != NULL) {
        make_auto_link_explicit(parent);
    }
    return true;
}

bool resource_relocate_misplaced(const struct resource_kind *kind, json_t *body, struct text *ret_moved, struct err *e)
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

/* --- over a template -------------------------------------------------------------------------------- */

static const char *const assigned[] = {"created_at", "crn", "href", "id", "name", NULL};

bool resource_is_assigned(const char *member)
{
    return text_is_one_of(member, assigned);
}

json_t *resource_template_body(json_t *answer)
{
    json_t *body = json_object();
    const char *member;
    json_t *value;

    json_object_foreach (answer, member, value) {
        const char *group = resource_reference_id(value);
        if (resource_is_assigned(member)) {
            continue;
        }
        /* a reference in the answer, an identity in the body */
        json_object_set_new(body, member,
                            strcmp(member, "resource_group") == 0 && group != NULL ? json_build("{s:s}", "id", group)
                                                                                   : json_incref(value));
    }
    return body;
}

static bool has(const json_t *object, const char *name)
{
    return json_object_get(object, name) != NULL;
}

/* The ways to say what to boot from exclude each other. */
static void drop_other_sources(json_t *merged, const json_t *body)
{
    static const char *const sources[] = {"image", "catalog_offering", "boot_volume_attachment"};
    const json_t *volume = json_at(body, "/boot_volume_attachment/volume");

    if (has(body, "image") || has(body, "catalog_offering") || has(volume, "source_snapshot") ||
        resource_reference_id(volume) != NULL) {
        for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
            json_object_del(merged, sources[i]);
        }
    }
}

json_t *resource_over_template(const json_t *source, const json_t *body)
{
    json_t *merged = json_copy((json_t *)source);

    for (size_t i = 0; assigned[i] != NULL; i++) {
        json_object_del(merged, assigned[i]);
    }
    json_object_del(merged, "resource_group");
    drop_other_sources(merged, body);
    json_object_update(merged, (json_t *)body);
    json_object_del(merged, "source_template");
    return merged;
}

void resource_complete_metadata(const struct resource_kind *kind, json_t *body, const json_t *source)
{
    json_t *metadata = json_object_get(body, "metadata_service");
    struct resource_settings from = resource_create_settings(kind, source);
    struct resource_settings settings = {.given = kind->settings, .protocol = "http", .hop_limit = 1};

    if (!json_is_object(metadata)) {
        return;
    }
    /* vpc-api.md 2.9: what a template leaves out is false, http, 1 */
    settings = resource_settings_over(&settings, &from, RESOURCE_METADATA_SETTINGS);
    JSON_CLEANUP json_t *rest = resource_settings_json(&settings, RESOURCE_METADATA_SETTINGS);
    json_object_update_missing(metadata, rest);
}

void resource_take_profile(json_t *body, const json_t *source)
{
    json_t *profile = json_object_get(source, "default_trusted_profile");

    if (json_is_object(profile) && !has(body, "default_trusted_profile")) {
        json_object_set_new(body, "default_trusted_profile", json_deep_copy(profile));
    }
}

/* --- settings --------------------------------------------------------------------------------------- */

static void read_profile(const json_t *profile, struct resource_settings *asked)
{
    const json_t *target = json_object_get(profile, "target");
    const json_t *auto_link = json_object_get(profile, "auto_link");
    const char *id = json_string_value(json_object_get(target, "id"));

    asked->trusted_profile = id != NULL ? id : json_string_value(json_object_get(target, "crn"));
    asked->given |= asked->trusted_profile != NULL ? RESOURCE_TRUSTED_PROFILE : 0U;
    asked->given |= auto_link != NULL ? RESOURCE_AUTO_LINK : 0U;
    asked->auto_link = json_is_true(auto_link);
}

struct resource_settings resource_create_settings(const struct resource_kind *kind, const json_t *body)
{
    const json_t *metadata = json_object_get(body, "metadata_service");
    const json_t *enabled = json_object_get(metadata, "enabled");
    const json_t *protocol = json_object_get(metadata, "protocol");
    const json_t *hop_limit = json_object_get(metadata, "response_hop_limit");
    const json_t *parent = kind->profile_parent != NULL ? json_object_get(body, kind->profile_parent) : body;
    struct resource_settings asked = {.given = (enabled != NULL ? RESOURCE_ENABLED : 0U) |
                                               (protocol != NULL ? RESOURCE_PROTOCOL : 0U) |
                                               (hop_limit != NULL ? RESOURCE_HOP_LIMIT : 0U),
                                      .enabled = json_is_true(enabled),
                                      .protocol = json_string_value(protocol),
                                      .hop_limit = (int)json_integer_value(hop_limit)};

    read_profile(json_object_get(parent, "default_trusted_profile"), &asked);
    asked.given &= kind->settings;
    return asked;
}

/* --- identity --------------------------------------------------------------------------------------- */

static const struct part {
    const char *name;    /* for people */
    const char *pointer; /* in bodies and in answers */
    bool always;         /* an answer without it is of something else */
} parts[] = {
    {"profile", "/profile", true},
    {"zone", "/zone", true},
    {"image", "/image", true}, /* absent when booted from a volume or a snapshot (vpc-api.md 2.3) */
    {"VPC", "/vpc", false},
    {"boot volume", "/boot_volume_attachment/volume", false},
    {"catalog version", "/catalog_offering/version", false},
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

json_t *resource_identity(const json_t *body)
{
    json_t *identity = json_object();

    for (size_t i = 0; i < PARTS; i++) {
        const json_t *given = json_at(body, parts[i].pointer);
        /* a new volume has a profile and perhaps a name, which are not its own */
        bool is_new = json_object_get(given, "profile") != NULL;
        const char *word = is_new ? NULL : resource_reference_word(given);
        if (word != NULL) {
            json_object_set_new(identity, parts[i].name, json_build_string(word));
        }
    }
    return identity;
}

bool resource_same_identity(const json_t *asked, const json_t *found, struct text *ret_how)
{
    bool same = true;

    for (size_t i = 0; i < PARTS; i++) {
        const char *wanted = json_string_value(json_object_get(asked, parts[i].name));
        const char *there = json_string_value(json_object_get(found, parts[i].name));
        if (wanted == NULL || (there == NULL && !parts[i].always) || (there != NULL && strcmp(wanted, there) == 0)) {
            continue;
        }
        text_printf(ret_how, "%s%s %s instead of %s", same ? "" : ", ", parts[i].name, there != NULL ? there : "unset",
                    wanted);
        same = false;
    }
    return same;
}

/* --- what exists once --------------------------------------------------------------------------------- */

/* `name` is the member that holds the value, or the array of it. */
static void walk(const json_t *value, const char *name, const struct text *path, struct text *ret)
{
    static const char *const holders[] = {"volume", "virtual_network_interface", "primary_ip", "ips", NULL};
    static const char *const members[] = {"name", "address", "id", "crn", "href", NULL};
    const char *member;
    json_t *child;
    size_t i;

    json_array_foreach ((json_t *)value, i, child) {
        walk(child, name, path, ret);
    }
    json_object_foreach ((json_t *)value, member, child) {
        CLEANUP(text_free) struct text below = {0};
        text_printf(&below, "%s%s%s", text_string(path), path->size > 0 ? "." : "", member);
        if (text_is_one_of(name, holders) && text_is_one_of(member, members) && json_is_string(child)) {
            text_printf(ret, "%s%s", ret->size > 0 ? ", " : "", text_string(&below));
        }
        walk(child, member, &below, ret);
    }
}

void resource_append_unique(const json_t *body, struct text *ret)
{
    const struct text top = {0};

    walk(body, "", &top, ret);
}

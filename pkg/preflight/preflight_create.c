#include "preflight/preflight_create.h"

#include <assert.h>
#include <string.h>

#include "preflight/preflight_profile.h"
#include "preflight/preflight_rule.h"
#include "resource/resource_asked.h"

/* A server to be. */
struct birth {
    struct http *http;
    struct vpc *vpc;
    const struct resource_kind *kind;
    const json_t *body;
    struct resource_settings settings; /* those that are known */
    struct preflight_rule rule;        /* source NULL: nothing to read */
    struct preflight_profile profile;
    struct text profile_name; /* empty: not named */
    bool profile_read;
};

static void birth_free(struct birth *birth)
{
    preflight_rule_free(&birth->rule);
    preflight_profile_free(&birth->profile);
    text_free(&birth->profile_name);
}

/* --- what the body says ------------------------------------------------------------------------------ */

static const char *string_in(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static const json_t *boot_volume_of(const json_t *body)
{
    return json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");
}

/* What the server boots from; an identity within the body. */
static void find_source(struct birth *birth)
{
    const struct resource_kind *kind = birth->kind;
    const json_t *parent = kind->profile_parent != NULL ? json_object_get(birth->body, kind->profile_parent) : NULL;
    const json_t *volume = boot_volume_of(birth->body);
    const struct {
        const struct resource_kind *source;
        const json_t *identity;
    } places[] = {
        {&resource_image, json_object_get(parent != NULL ? parent : birth->body, "image")},
        {&resource_snapshot, json_object_get(volume, "source_snapshot")},
        {&resource_volume, volume},
    };

    for (size_t i = 0; birth->rule.id == NULL && i < sizeof(places) / sizeof(places[0]); i++) {
        /* "name" is the new volume's own */
        bool named_only = places[i].source == &resource_volume && string_in(volume, "id") == NULL &&
                          string_in(volume, "crn") == NULL && string_in(volume, "href") == NULL;
        const char *id = named_only ? NULL : resource_identity_word(places[i].identity);
        birth->rule = (struct preflight_rule){.source = id != NULL ? places[i].source : NULL, .id = id, .about = kind};
    }
}

/* What is not given has the API's default (vpc-api.md 3.1). */
static void find_settings(struct birth *birth)
{
    const json_t *metadata = json_object_get(birth->body, "metadata_service");
    const char *protocol = string_in(metadata, "protocol");

    birth->settings = (struct resource_settings){.given = RESOURCE_ENABLED | RESOURCE_PROTOCOL,
                                                 .enabled = json_is_true(json_object_get(metadata, "enabled")),
                                                 .protocol = protocol != NULL ? protocol : "http"};
}

/* The facts of the profile, and what the body says over them. */
static struct resource_hardware hardware_of(const struct birth *birth)
{
    struct resource_hardware hardware = birth->profile.hardware;
    const json_t *secure_boot = json_object_get(birth->body, "enable_secure_boot");

    if (json_is_boolean(secure_boot)) {
        hardware.secure_boot = json_is_true(secure_boot) ? RESOURCE_ON : RESOURCE_OFF;
    }
    return hardware;
}

/* --- the answers ------------------------------------------------------------------------------------- */

static void undecided(enum preflight_verdict *use, struct text *reason, const char *why)
{
    *use = PREFLIGHT_UNDETERMINED;
    text_append(reason, why);
}

/* No is more than not known, and that more than yes. */
static void add_answer(struct preflight_create *ret, enum preflight_verdict use, const struct text *reason)
{
    if (use == PREFLIGHT_FORBIDDEN ? ret->use != PREFLIGHT_FORBIDDEN
                                   : use == PREFLIGHT_UNDETERMINED && ret->use == PREFLIGHT_ALLOWED) {
        ret->use = use;
        text_clear(&ret->use_reason);
        text_append(&ret->use_reason, text_string(reason));
    }
}

/* The source's expression, and the one that the body gives its new boot volume. */
static void decide_use(const struct birth *birth, struct preflight_create *ret)
{
    struct resource_hardware hardware = hardware_of(birth);
    const char *own = string_in(json_object_get(boot_volume_of(birth->body), "allowed_use"), birth->kind->use_member);
    CLEANUP(text_free) struct text reason = {0};
    CLEANUP(text_free) struct text own_reason = {0};

    ret->use = PREFLIGHT_ALLOWED;
    text_clear(&ret->use_reason);
    if (birth->rule.source != NULL) {
        add_answer(ret, preflight_rule_decide(&birth->rule, &birth->settings, &hardware, &reason), &reason);
    } else {
        text_append(&reason, "the body names no image, volume or snapshot");
        add_answer(ret, PREFLIGHT_UNDETERMINED, &reason);
    }
    if (own != NULL) {
        text_append(&own_reason, "the body's boot volume ");
        add_answer(ret, preflight_allowed(birth->kind, own, &birth->settings, &hardware, &own_reason), &own_reason);
    }
}

static void decide_architecture(const struct birth *birth, struct preflight_create *ret)
{
    const char *name = text_string(&birth->profile_name);
    const struct preflight_profile *profile = &birth->profile;
    CLEANUP(text_free) struct text why = {0};

    if (!birth->settings.enabled ||
        (profile->architecture != NULL && resource_architecture_supported(profile->architecture))) {
        return;
    }
    if (profile->architecture != NULL) {
        ret->architecture = PREFLIGHT_FORBIDDEN;
        text_printf(&ret->architecture_reason, "profile %s is %s, the metadata service is for x86 only", name,
                    profile->architecture);
        return;
    }
    if (name[0] == '\0') {
        text_append(&why, "the body names no profile");
    } else if (profile->problem != NULL) {
        text_printf(&why, "profile %s could not be read: %s", name, profile->problem);
    } else {
        text_printf(&why, "profile %s does not tell its architecture", name);
    }
    undecided(&ret->architecture, &ret->architecture_reason, text_string(&why));
}

/* --- reading ----------------------------------------------------------------------------------------- */

static void queue_profile(struct birth *birth)
{
    if (birth->profile_name.size > 0 && !birth->profile_read) {
        birth->profile_read = true;
        preflight_profile_read(birth->vpc, birth->kind, text_string(&birth->profile_name), &birth->profile);
    }
}

/* First what is needed in any case; the profile as well where only it can decide. */
static bool read_and_decide(struct birth *birth, struct preflight_create *ret, struct err *e)
{
    if (birth->rule.source != NULL) {
        preflight_rule_read(birth->vpc, &birth->rule);
    }
    if (birth->settings.enabled) {
        queue_profile(birth);
    }
    if (!http_run(birth->http, e)) {
        return false;
    }
    decide_use(birth, ret);
    bool by_expression = birth->rule.problem == NULL && ret->use == PREFLIGHT_UNDETERMINED;
    if (by_expression && !birth->profile_read && birth->profile_name.size > 0) {
        queue_profile(birth);
        if (!http_run(birth->http, e)) {
            return false;
        }
        decide_use(birth, ret);
    }
    decide_architecture(birth, ret);
    return true;
}

bool preflight_create_check(struct http *http, struct vpc *vpc, const struct resource_kind *kind, const json_t *body,
                            struct preflight_create *ret, struct err *e)
{
    CLEANUP(birth_free) struct birth birth = {.http = http, .vpc = vpc, .kind = kind, .body = body};

    assert(kind->use_member != NULL);
    const char *profile = resource_identity_word(json_object_get(birth.body, "profile"));
    if (profile != NULL) {
        text_append(&birth.profile_name, profile);
    }
    find_source(&birth);
    find_settings(&birth);
    return read_and_decide(&birth, ret, e);
}

void preflight_create_free(struct preflight_create *birth)
{
    text_free(&birth->use_reason);
    text_free(&birth->architecture_reason);
    birth->use = birth->architecture = PREFLIGHT_ALLOWED;
}

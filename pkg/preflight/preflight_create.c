/* What can be known about a server before it is created. */
#include "preflight/preflight_read.h"

#include <assert.h>
#include <string.h>

#include "resource/resource_create.h"
#include "resource/resource_reference.h"

/* A server that is to be created. */
struct check {
    struct http *http;
    struct vpc *vpc;
    const struct resource_kind *kind;
    const json_t *body;
    struct resource_settings settings; /* those that are known */
    struct preflight_rule rule;        /* source NULL: nothing to read */
    struct preflight_profile profile;
    const char *profile_name; /* NULL: not named; the body's */
    bool profile_read;
};

static void check_free(struct check *check)
{
    preflight_rule_free(&check->rule);
    preflight_profile_free(&check->profile);
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
static void find_source(struct check *check)
{
    const struct resource_kind *kind = check->kind;
    const json_t *parent = kind->profile_parent != NULL ? json_object_get(check->body, kind->profile_parent) : NULL;
    const json_t *volume = boot_volume_of(check->body);
    const struct {
        const struct resource_kind *source;
        const json_t *identity;
    } places[] = {
        {&resource_image, json_object_get(parent != NULL ? parent : check->body, "image")},
        {&resource_snapshot, json_object_get(volume, "source_snapshot")},
        {&resource_volume, volume},
    };

    for (size_t i = 0; check->rule.id == NULL && i < sizeof(places) / sizeof(places[0]); i++) {
        const char *id = resource_reference_id(places[i].identity); /* "name" is a new volume's own */
        check->rule = (struct preflight_rule){.source = id != NULL ? places[i].source : NULL, .id = id, .about = kind};
    }
}

/* What is not given has the API's default (vpc-api.md 3.1). */
static void find_settings(struct check *check)
{
    const json_t *metadata = json_object_get(check->body, "metadata_service");
    const char *protocol = string_in(metadata, "protocol");

    check->settings = (struct resource_settings){.given = RESOURCE_ENABLED | RESOURCE_PROTOCOL,
                                                 .enabled = json_is_true(json_object_get(metadata, "enabled")),
                                                 .protocol = protocol != NULL ? protocol : "http"};
}

/* The facts of the profile, and what the body says over them. */
static struct resource_hardware hardware_of(const struct check *check)
{
    struct resource_hardware hardware = check->profile.hardware;
    const json_t *secure_boot = json_object_get(check->body, "enable_secure_boot");

    if (json_is_boolean(secure_boot)) {
        hardware.secure_boot = json_is_true(secure_boot) ? RESOURCE_ON : RESOURCE_OFF;
    }
    return hardware;
}

/* --- the answers ------------------------------------------------------------------------------------- */

/* Forbidden outweighs undetermined, which outweighs allowed. */
static void add_answer(struct preflight_creation *ret, enum preflight_verdict use, const struct text *reason)
{
    if (use == PREFLIGHT_FORBIDDEN ? ret->use != PREFLIGHT_FORBIDDEN
                                   : use == PREFLIGHT_UNDETERMINED && ret->use == PREFLIGHT_ALLOWED) {
        ret->use = use;
        text_clear(&ret->use_reason);
        text_append(&ret->use_reason, text_string(reason));
    }
}

/* The source's expression, and the one that the body gives its new boot volume. */
static void decide_use(const struct check *check, struct preflight_creation *ret)
{
    struct resource_hardware hardware = hardware_of(check);
    const char *own = string_in(json_object_get(boot_volume_of(check->body), "allowed_use"), check->kind->use_member);
    CLEANUP(text_free) struct text reason = {0};

    ret->use = PREFLIGHT_ALLOWED;
    text_clear(&ret->use_reason);
    if (check->rule.source != NULL) {
        add_answer(ret, preflight_rule_decide(&check->rule, &check->settings, &hardware, &reason), &reason);
    } else {
        text_append(&reason, "the body names no image, volume or snapshot");
        add_answer(ret, PREFLIGHT_UNDETERMINED, &reason);
    }
    if (own != NULL) {
        text_clear(&reason);
        text_append(&reason, "the body's boot volume ");
        add_answer(ret, preflight_decide(check->kind, own, &check->settings, &hardware, &reason), &reason);
    }
}

static void decide_architecture(const struct check *check, struct preflight_creation *ret)
{
    const struct preflight_profile *profile = &check->profile;
    const char *name = check->profile_name;
    struct text *reason = &ret->architecture_reason;

    if (!check->settings.enabled ||
        (profile->architecture != NULL && resource_architecture_supported(profile->architecture))) {
        return;
    }
    ret->architecture = profile->architecture != NULL ? PREFLIGHT_FORBIDDEN : PREFLIGHT_UNDETERMINED;
    if (profile->architecture != NULL) {
        text_printf(reason, "profile %s is %s, the metadata service is for x86 only", name, profile->architecture);
    } else if (name == NULL) {
        text_append(reason, "the body names no profile");
    } else if (profile->problem != NULL) {
        text_printf(reason, "profile %s could not be read: %s", name, profile->problem);
    } else {
        text_printf(reason, "profile %s does not say its architecture", name);
    }
}

/* --- reading ----------------------------------------------------------------------------------------- */

static void queue_profile(struct check *check)
{
    if (check->profile_name != NULL && !check->profile_read) {
        check->profile_read = true;
        preflight_profile_read(check->vpc, check->kind, check->profile_name, &check->profile);
    }
}

/* First what is needed in any case; the profile as well where only it can decide. */
static bool read_and_decide(struct check *check, struct preflight_creation *ret, struct err *e)
{
    if (check->rule.source != NULL) {
        preflight_rule_read(check->vpc, &check->rule);
    }
    if (check->settings.enabled) {
        queue_profile(check);
    }
    if (!http_run(check->http, e)) {
        return false;
    }
    decide_use(check, ret);
    bool by_expression = check->rule.problem == NULL && ret->use == PREFLIGHT_UNDETERMINED;
    if (by_expression && !check->profile_read && check->profile_name != NULL) {
        queue_profile(check);
        if (!http_run(check->http, e)) {
            return false;
        }
        decide_use(check, ret);
    }
    decide_architecture(check, ret);
    return true;
}

bool preflight_check_creation(struct http *http, struct vpc *vpc, const struct resource_kind *kind, const json_t *body,
                              struct preflight_creation *ret, struct err *e)
{
    CLEANUP(check_free) struct check check = {.http = http, .vpc = vpc, .kind = kind, .body = body};

    assert(kind->use_member != NULL);
    check.profile_name = resource_reference_word(json_object_get(body, "profile"));
    find_source(&check);
    find_settings(&check);
    return read_and_decide(&check, ret, e);
}

void preflight_creation_free(struct preflight_creation *creation)
{
    text_free(&creation->use_reason);
    text_free(&creation->architecture_reason);
    creation->use = creation->architecture = PREFLIGHT_ALLOWED;
}

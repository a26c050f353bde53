#include "plan/plan_birth.h"

#include <assert.h>
#include <string.h>

#include "plan/plan_profile.h"
#include "plan/plan_rule.h"

/* A server to be. */
struct birth {
    struct http *http;
    struct vpc *vpc;
    const struct resource_kind *kind;
    json_t *body;                      /* with what its source template adds */
    struct resource_settings settings; /* those that are known */
    struct plan_rule rule;             /* source NULL: nothing to read */
    struct plan_profile profile;
    struct text profile_name; /* empty: not named */
    bool profile_read;
};

static void birth_free(struct birth *birth)
{
    json_decref(birth->body);
    plan_rule_free(&birth->rule);
    plan_profile_free(&birth->profile);
    text_free(&birth->profile_name);
}

/* --- what the body says ------------------------------------------------------------------------------ */

static const char *string_in(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The id or the name in an identity: {"id"}, {"name"}, {"crn"} or {"href"} (vpc-api.md 2.5); NULL when it is none. */
static const char *identity_of(const json_t *identity)
{
    const char *crn = string_in(identity, "crn");
    const char *href = string_in(identity, "href");
    const char *own = string_in(identity, "id") != NULL ? string_in(identity, "id") : string_in(identity, "name");

    if (own != NULL) {
        return own;
    }
    if (crn != NULL) {
        return resource_crn_id(crn);
    }
    return href != NULL && strrchr(href, '/') != NULL ? strrchr(href, '/') + 1 : NULL;
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
        const char *id = named_only ? NULL : identity_of(places[i].identity);
        birth->rule = (struct plan_rule){.source = id != NULL ? places[i].source : NULL, .id = id, .about = kind};
    }
}

/* `whole`: what is not given has the API's default (vpc-api.md 3.1). */
static void find_settings(struct birth *birth, bool whole)
{
    const json_t *metadata = json_object_get(birth->body, "metadata_service");
    const json_t *enabled = json_object_get(metadata, "enabled");
    const char *protocol = string_in(metadata, "protocol");

    if (whole || json_is_boolean(enabled)) {
        birth->settings.given |= RESOURCE_ENABLED;
        birth->settings.enabled = json_is_true(enabled);
    }
    if (whole || protocol != NULL) {
        birth->settings.given |= RESOURCE_PROTOCOL;
        birth->settings.protocol = protocol != NULL ? protocol : "http";
    }
}

/* The facts of the profile, and what the body says over them. */
static struct resource_machine machine_of(const struct birth *birth)
{
    struct resource_machine machine = birth->profile.machine;
    const json_t *secure_boot = json_object_get(birth->body, "enable_secure_boot");

    if (json_is_boolean(secure_boot)) {
        machine.secure_boot = json_is_true(secure_boot) ? RESOURCE_ON : RESOURCE_OFF;
    }
    return machine;
}

/* --- the source template ------------------------------------------------------------------------------ */

struct template_read {
    json_t *template;
    struct text problem;
};

static bool read_template(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct template_read *read = context;

    (void)reply;
    if (answer_kind(root) != ANSWER_OBJECT) {
        return answer_error(root, e, "an instance template must be an object");
    }
    json_decref(read->template);
    read->template = answer_to_json(root);
    return true;
}

static void template_done(const struct vpc_answer *answer, void *context)
{
    struct template_read *read = context;

    if (answer->error != NULL) {
        text_append(&read->problem, answer->error->message);
    }
}

static void undecided(enum plan_use *use, struct text *reason, const char *why)
{
    *use = PLAN_USE_UNDECIDED;
    text_append(reason, why);
}

/* The body over its template. True with both answers undecided, and no body, when the template cannot be read. */
static bool take_template(struct birth *birth, const json_t *body, const char *template_id, struct plan_birth *ret,
                          struct err *e)
{
    CLEANUP(text_free) struct text why = {0};
    struct template_read read = {0};

    vpc_get(birth->vpc, &resource_template,
            &(struct vpc_call){.id = template_id, .read = read_template, .done = template_done, .context = &read});
    bool ran = http_run(birth->http, e);
    if (ran && read.problem.size > 0) {
        text_printf(&why, "instance template %s could not be read: %s", template_id, text_string(&read.problem));
        undecided(&ret->use, &ret->use_reason, text_string(&why));
        undecided(&ret->architecture, &ret->architecture_reason, text_string(&why));
    } else if (ran) {
        birth->body = json_incref(read.template);
        json_object_update(birth->body, (json_t *)body);
    }
    json_decref(read.template);
    text_free(&read.problem);
    return ran;
}

/* --- the answers ------------------------------------------------------------------------------------- */

/* No is more than not known, and that more than yes. */
static void add_answer(struct plan_birth *ret, enum plan_use use, const struct text *reason)
{
    if (use == PLAN_USE_FORBIDDEN ? ret->use != PLAN_USE_FORBIDDEN
                                  : use == PLAN_USE_UNDECIDED && ret->use == PLAN_USE_ALLOWED) {
        ret->use = use;
        text_clear(&ret->use_reason);
        text_append(&ret->use_reason, text_string(reason));
    }
}

/* The source's expression, and the one that the body gives its new boot volume. */
static void decide_use(const struct birth *birth, struct plan_birth *ret)
{
    struct resource_machine machine = machine_of(birth);
    const char *own = string_in(json_object_get(boot_volume_of(birth->body), "allowed_use"), birth->kind->use_member);
    CLEANUP(text_free) struct text reason = {0};
    CLEANUP(text_free) struct text own_reason = {0};

    ret->use = PLAN_USE_ALLOWED;
    text_clear(&ret->use_reason);
    if (birth->rule.source != NULL) {
        add_answer(ret, plan_rule_decide(&birth->rule, &birth->settings, &machine, &reason), &reason);
    } else {
        text_append(&reason, "the body names no image, volume or snapshot");
        add_answer(ret, PLAN_USE_UNDECIDED, &reason);
    }
    if (own != NULL) {
        text_append(&own_reason, "the body's boot volume ");
        add_answer(ret, plan_allowed(birth->kind, own, &birth->settings, &machine, &own_reason), &own_reason);
    }
}

/* Whether the metadata service would be off for certain. */
static bool is_off(const struct birth *birth)
{
    return (birth->settings.given & RESOURCE_ENABLED) != 0 && !birth->settings.enabled;
}

static void decide_architecture(const struct birth *birth, struct plan_birth *ret)
{
    const char *name = text_string(&birth->profile_name);
    const struct plan_profile *profile = &birth->profile;
    CLEANUP(text_free) struct text why = {0};

    if (is_off(birth) || (profile->architecture != NULL && resource_architecture_supported(profile->architecture))) {
        return;
    }
    if (profile->architecture != NULL) {
        bool is_on = (birth->settings.given & RESOURCE_ENABLED) != 0;
        ret->architecture = is_on ? PLAN_USE_FORBIDDEN : PLAN_USE_UNDECIDED;
        text_printf(&ret->architecture_reason, "profile %s is %s, the metadata service is for x86 only%s", name,
                    profile->architecture, is_on ? "" : " (whether it would be on is not known)");
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
        plan_profile_read(birth->vpc, birth->kind, text_string(&birth->profile_name), &birth->profile);
    }
}

/* First what is needed in any case; the profile as well where only it can decide. */
static bool read_and_decide(struct birth *birth, struct plan_birth *ret, struct err *e)
{
    if (birth->rule.source != NULL) {
        plan_rule_read(birth->vpc, &birth->rule);
    }
    if (!is_off(birth)) {
        queue_profile(birth);
    }
    if (!http_run(birth->http, e)) {
        return false;
    }
    decide_use(birth, ret);
    bool by_expression = birth->rule.problem == NULL && ret->use == PLAN_USE_UNDECIDED;
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

bool plan_birth_check(struct http *http, struct vpc *vpc, const struct resource_kind *kind, const json_t *body,
                      struct plan_birth *ret, struct err *e)
{
    const char *template_id = identity_of(json_object_get(body, "source_template"));
    CLEANUP(birth_free) struct birth birth = {.http = http, .vpc = vpc, .kind = kind};

    assert(kind->use_member != NULL);
    if (template_id == NULL) {
        birth.body = json_incref((json_t *)body);
    } else if (!take_template(&birth, body, template_id, ret, e)) {
        return false;
    } else if (birth.body == NULL) {
        return true;
    }
    const char *profile = identity_of(json_object_get(birth.body, "profile"));
    if (profile != NULL) {
        text_append(&birth.profile_name, profile);
    }
    find_source(&birth);
    find_settings(&birth, template_id == NULL || json_object_get(body, "metadata_service") == NULL);
    return read_and_decide(&birth, ret, e);
}

void plan_birth_free(struct plan_birth *birth)
{
    text_free(&birth->use_reason);
    text_free(&birth->architecture_reason);
    birth->use = birth->architecture = PLAN_USE_ALLOWED;
}

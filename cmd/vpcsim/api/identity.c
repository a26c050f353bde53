/* The identity API (vpc-api.md 5.2): identity tokens, IAM tokens made of them, certificates. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/asker.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"

enum { LIFE_DEFAULT_S = 300, LIFE_MAX_S = 3600 };

/* The instance that asks; bare metal is not served yet. */
static bool open_identity(const struct request *request, struct asker *ret_asker, struct reply *reply)
{
    return asker_open(request, ret_asker, reply) && ret_asker->instance != NULL;
}

static void append_stamps(struct text *out, int64_t now_s, long life_s)
{
    text_append(out, "\"created_at\":\"");
    render_stamp(now_s, out);
    text_append(out, "\",\"expires_at\":\"");
    render_stamp(now_s + life_s, out);
    text_printf(out, "\",\"expires_in\":%ld", life_s);
}

/* The codes of this API differ from the control plane's (5.5). */
static bool check_members(const json_t *body, const char *known, struct reply *reply)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)body, name, value) {
        if (!tokens_have(known, name)) {
            reply_problem(reply, 400, "unknown_field", "field", name, NULL, "The field %s is unknown.", name);
        }
    }
    return !reply_failed(reply);
}

static bool read_life(const json_t *body, long min, long otherwise, long *ret_life, struct reply *reply)
{
    const json_t *life = json_object_get(body, "expires_in");
    char value[32];

    *ret_life = otherwise;
    if (life == NULL) {
        return true;
    }
    *ret_life = json_is_integer(life) ? (long)json_integer_value(life) : -1;
    if (*ret_life < min || *ret_life > LIFE_MAX_S) {
        snprintf(value, sizeof(value), "%ld", *ret_life);
        reply_problem(reply, 400, "invalid_value", "field", "expires_in", value,
                      "The expires_in field must be an integer between %ld and %d.", min, LIFE_MAX_S);
    }
    return !reply_failed(reply);
}

static void append_claims(const struct asker *asker, const char *nonce, struct text *out)
{
    const struct region *region = asker->region;
    const struct instance *instance = asker->instance;

    text_printf(out, "\"iss\":\"VSI-CR_%s\",\"iaas\":{\"crn\":\"", region->name);
    render_crn(region, "instance", instance->zone, instance->entity.id, out);
    text_printf(out,
                "\",\"accountID\":\"%s\",\"instanceID\":\"%s\",\"zone\":\"%s-%u\",\"region\":\"%s\","
                "\"profile_name\":\"%s\",\"resource_group_id\":\"%s\"}",
                region->sim->account, instance->entity.id, region->name, instance->zone + 1U, region->name,
                instance->profile->name, instance->resource_group->id);
    if (nonce != NULL) {
        text_append(out, ",\"nonce\":");
        reply_string(out, nonce);
    }
}

void identity_token(struct request *request, struct reply *reply)
{
    struct asker asker;
    const char *flavor = request->headers.metadata_flavor;
    const json_t *nonce = json_object_get(request->document, "nonce");
    long life;

    if (!open_identity(request, &asker, reply)) {
        return;
    }
    if (flavor == NULL || strcmp(flavor, "ibm") != 0) {
        reply_problem(reply, 400, flavor == NULL ? "missing_value" : "invalid_value", "header", "Metadata-Flavor",
                      flavor, "The header Metadata-Flavor: ibm is needed.");
    }
    if (nonce != NULL && !json_is_string(nonce)) {
        reply_problem(reply, 400, "invalid_value", "field", "nonce", NULL, "The nonce must be a string.");
    }
    if (!check_members(request->document, "expires_in nonce", reply) ||
        !read_life(request->document, 5, LIFE_DEFAULT_S, &life, reply)) {
        return;
    }
    struct text token CLEANUP(text_free) = {0};
    struct text claims CLEANUP(text_free) = {0};
    append_claims(&asker, json_string_value(nonce), &claims);
    auth_issue(request->sim, AUTH_IDENTITY, text_string(&claims), life, &token);
    struct text *out = reply_json(reply, 200);
    text_printf(out, "{\"access_token\":\"%s\",", text_string(&token));
    append_stamps(out, request->sim->now_s, life);
    if (nonce != NULL) {
        text_append(out, ",\"nonce\":");
        reply_string(out, json_string_value(nonce));
    }
    text_append_char(out, '}');
}

/* The profile of the body, or the default one; reports what is wrong. The caller frees the id. */
static char *wanted_profile(const json_t *body, const struct instance *instance, struct reply *reply)
{
    const json_t *profile = json_object_get(body, "trusted_profile");
    const char *id = json_string_value(json_object_get(profile, "id"));
    const char *crn = json_string_value(json_object_get(profile, "crn"));
    const char *last = crn != NULL ? strrchr(crn, ':') : NULL;

    if (profile == NULL) {
        if (instance->trusted_profile.id == NULL) {
            reply_problem(reply, 400, "missing_field", "field", "trusted_profile", NULL,
                          "There is no default trusted profile: a trusted profile must be named.");
        }
        return mem_copy(instance->trusted_profile.id);
    }
    if (!check_members(body, "trusted_profile", reply)) {
        return NULL;
    }
    if (json_object_size(profile) != 1 || (id == NULL && last == NULL)) {
        reply_problem(reply, 400, "invalid_value", "field", "trusted_profile", NULL,
                      "Exactly one of id and crn is needed.");
        return NULL;
    }
    return mem_copy(id != NULL ? id : last + 1);
}

void identity_iam_token(struct request *request, struct reply *reply)
{
    struct asker asker;

    if (!open_identity(request, &asker, reply) || !auth_check(request, AUTH_IDENTITY, reply)) {
        return;
    }
    char *profile CLEANUP(text_free_pointer) = wanted_profile(request->document, asker.instance, reply);
    if (reply_failed(reply)) {
        return;
    }
    struct text crn CLEANUP(text_free) = {0};
    struct text token CLEANUP(text_free) = {0};
    struct text claims CLEANUP(text_free) = {0};
    long life = request->sim->options.token_life_s;
    render_crn(asker.region, "instance", asker.instance->zone, asker.instance->entity.id, &crn);
    if (!links_has(request->sim, profile, text_string(&crn))) {
        reply_problem(reply, 400, "profile_not_linked", "field", "trusted_profile", profile,
                      "The trusted profile is not linked to this instance.");
        return;
    }
    text_append(&claims, "\"iam_id\":");
    reply_string(&claims, profile);
    auth_issue(request->sim, AUTH_IAM, text_string(&claims), life, &token);
    struct text *out = reply_json(reply, 200);
    text_printf(out, "{\"access_token\":\"%s\",", text_string(&token));
    append_stamps(out, request->sim->now_s, life);
    text_append_char(out, '}');
}

void identity_certificate(struct request *request, struct reply *reply)
{
    static const char begin[] = "-----BEGIN CERTIFICATE REQUEST-----";
    struct asker asker;
    const char *csr = json_string_value(json_object_get(request->document, "csr"));
    long life;

    if (!open_identity(request, &asker, reply) || !auth_check(request, AUTH_IDENTITY, reply) ||
        !check_members(request->document, "csr expires_in", reply) ||
        !read_life(request->document, 5, LIFE_MAX_S, &life, reply)) {
        return;
    }
    if (csr == NULL || strncmp(csr, begin, sizeof(begin) - 1) != 0) {
        reply_problem(reply, 400, csr == NULL ? "missing_field" : "invalid_value", "field", "csr", NULL,
                      "The csr must be a certificate request in PEM.");
        return;
    }
    struct text *out = reply_json(reply, 200);
    text_append(out, "{\"certificates\":["
                     "\"-----BEGIN CERTIFICATE-----\\nU0lNVUxBVEVEIExFQUY=\\n-----END CERTIFICATE-----\\n\","
                     "\"-----BEGIN CERTIFICATE-----\\nU0lNVUxBVEVEIENB\\n-----END CERTIFICATE-----\\n\"],");
    append_stamps(out, request->sim->now_s, life);
    text_append(out, ",\"id\":\"");
    render_uuid(random_next(&request->sim->random), 0, out);
    text_append(out, "\"}");
}

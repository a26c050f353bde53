/* The identity API (vpc-api.md 5.2): identity tokens, and IAM tokens made of them. */
#include "vpcsim/api/identity.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/asker.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/iam_profiles.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"

enum { LIFE_MIN_S = 5, LIFE_DEFAULT_S = 300, LIFE_MAX_S = 3600, NONCE_MAX = 256 };

void identity_append_stamps(struct text *out, int64_t now_s, long life_s)
{
    text_append(out, "\"created_at\":\"");
    render_stamp(now_s, out);
    text_append(out, "\",\"expires_at\":\"");
    render_stamp(now_s + life_s, out);
    text_printf(out, "\",\"expires_in\":%ld", life_s);
}

bool identity_check_members(const json_t *body, const char *known, struct reply *reply)
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

bool identity_read_life(const json_t *body, long otherwise, long *ret_life, struct reply *reply)
{
    const json_t *life = json_object_get(body, "expires_in");
    char *value CLEANUP(text_free_pointer) = life != NULL ? json_dumps(life, JSON_ENCODE_ANY) : NULL;

    *ret_life = life == NULL ? otherwise : json_is_integer(life) ? (long)json_integer_value(life) : -1;
    if (*ret_life < LIFE_MIN_S || *ret_life > LIFE_MAX_S) {
        reply_problem(reply, 400, "invalid_value", "field", "expires_in", value,
                      "The expires_in field must be an integer from %d to %d.", LIFE_MIN_S, LIFE_MAX_S);
    }
    return !reply_failed(reply);
}

/* The string of 1 to 256 bytes that the token repeats; NULL when there is none or it is wrong. */
static const char *read_nonce(const json_t *body, struct reply *reply)
{
    const json_t *nonce = json_object_get(body, "nonce");

    if (nonce != NULL && (json_string_length(nonce) < 1 || json_string_length(nonce) > NONCE_MAX)) {
        reply_problem(reply, 400, "invalid_value", "field", "nonce", json_string_value(nonce),
                      "The nonce must be a string of 1 to %d bytes.", NONCE_MAX);
        return NULL;
    }
    return json_string_value(nonce);
}

static void check_flavor(const struct request *request, struct reply *reply)
{
    const char *flavor = request->headers.metadata_flavor;

    if (flavor == NULL || strcmp(flavor, "ibm") != 0) {
        reply_problem(reply, 400, flavor == NULL ? "missing_value" : "invalid_value", "header", "Metadata-Flavor",
                      flavor, "The header Metadata-Flavor: ibm is needed.");
    }
}

void identity_token(struct request *request, struct reply *reply)
{
    const json_t *body = request->document;
    struct sim *sim = request->sim;
    struct text token CLEANUP(text_free) = {0};
    struct asker asker;
    long life;

    check_flavor(request, reply);
    const char *nonce = read_nonce(body, reply);
    if (!asker_open(request, &asker) || !identity_check_members(body, "expires_in nonce", reply) ||
        !identity_read_life(body, LIFE_DEFAULT_S, &life, reply)) {
        return;
    }
    auth_issue(sim, AUTH_IDENTITY, identity_claims(&asker, nonce), life, &token);
    struct text *out = reply_json(reply, 200);
    text_printf(out, "{\"access_token\":\"%s\",", text_string(&token));
    identity_append_stamps(out, sim->now_s, life);
    if (nonce != NULL) {
        text_append(out, ",\"nonce\":");
        reply_string(out, nonce);
    }
    text_append_char(out, '}');
}

/* What the body names the profile by, for messages: its id or CRN, or what stands there instead. */
static char *profile_word(const json_t *profile)
{
    const char *id = json_string_value(json_object_get(profile, "id"));
    const char *crn = json_string_value(json_object_get(profile, "crn"));

    return json_object_size(profile) == 1 && (id != NULL || crn != NULL) ? mem_copy(id != NULL ? id : crn)
                                                                         : json_dumps(profile, JSON_ENCODE_ANY);
}

/* The id of the profile that the body names, or of the default one; NULL: a reply says what is wrong. */
static const char *wanted_profile(const json_t *body, const struct asker *asker, struct reply *reply)
{
    const json_t *profile = json_object_get(body, "trusted_profile");
    const char *id = resolve_profile_id(asker->region->sim, profile);

    if (!identity_check_members(body, "trusted_profile", reply)) {
        return NULL;
    }
    if (profile == NULL) {
        id = asker->instance != NULL ? asker->instance->trusted_profile.id : asker->bare_metal->trusted_profile.id;
        if (id == NULL) {
            reply_problem(reply, 400, "missing_field", "field", "trusted_profile", NULL,
                          "There is no default trusted profile: a trusted profile must be named.");
        }
    } else if (json_object_size(profile) != 1 || id == NULL) {
        char *value CLEANUP(text_free_pointer) = profile_word(profile);
        reply_problem(reply, 400, "invalid_value", "field", "trusted_profile", value,
                      "The id or the CRN of a trusted profile of this account is needed.");
        return NULL;
    }
    return id;
}

void identity_iam_token(struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    struct text token CLEANUP(text_free) = {0};
    struct asker asker;

    if (!asker_open(request, &asker)) {
        return;
    }
    const char *id = wanted_profile(request->document, &asker, reply);
    if (id == NULL) {
        return;
    }
    json_t *record JSON_CLEANUP = asker_record(&asker);
    const struct iam_profile *profile = profiles_find(sim, id);
    if (profile == NULL || !links_has(sim, id, json_string_value(json_object_get(record, "crn")))) {
        reply_problem(reply, 400, "profile_not_linked", "field", "trusted_profile", id,
                      "The trusted profile is not linked to this server.");
        return;
    }
    auth_issue(sim, AUTH_IAM,
               profiles_claims(sim, profile, "urn:ibm:params:oauth:grant-type:cr-token",
                               profiles_server(json_string_value(json_object_get(record, "crn")),
                                               json_string_value(json_object_get(record, "name")))),
               sim->options.token_life_s, &token);
    struct text *out = reply_json(reply, 200);
    text_printf(out, "{\"access_token\":\"%s\",", text_string(&token));
    identity_append_stamps(out, sim->now_s, sim->options.token_life_s);
    text_append_char(out, '}');
}

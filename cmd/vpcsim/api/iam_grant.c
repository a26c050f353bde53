/* The token endpoint of IAM: what each grant needs, and the token it gives (vpc-api.md 6.1). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vpcsim/api/form.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/iam_profiles.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/sim.h"

#define GRANT "urn:ibm:params:oauth:grant-type:"

/* The claims of the token that the form gets, or NULL with the refusal in the reply. */
typedef json_t *grant_handler(const struct sim *sim, const struct form *form, const char *credential,
                              struct reply *reply);

/* A refusal in IAM's words; details may be NULL. */
static json_t *refuse(struct reply *reply, const char *code, const char *message, const char *details)
{
    reply_problem(reply, 400, code, "field", "grant", details, "%s", message);
    return NULL;
}

static json_t *by_api_key(const struct sim *sim, const struct form *form, const char *key, struct reply *reply)
{
    (void)form;
    if (strcmp(key, sim->options.api_key) != 0) {
        return refuse(reply, "BXNIM0415E", "Provided API key could not be found.", NULL);
    }
    return json_build("{s:s,s:s,s:s,s:s,s:{s:b,s:s},s:s}", "iam_id", "IBMid-SIM", "name", "Sim Operator", "email",
                      "operator@example.com", "sub", "operator@example.com", "account", "valid", 1, "bss", sim->account,
                      "grant_type", GRANT "apikey");
}

static json_t *by_refresh_token(const struct sim *sim, const struct form *form, const char *token, struct reply *reply)
{
    (void)sim;
    (void)form;
    (void)token;
    return refuse(reply, "BXNIM0408E", "Provided refresh token is not supported.", NULL);
}

static json_t *not_eligible(struct reply *reply, const char *details)
{
    return refuse(reply, "BXNIM0398E", "Selected trusted profile not eligible.", details);
}

/* The profile that all the given fields name; NULL when they name none, or not the same one. */
static const struct iam_profile *named_profile(const struct sim *sim, const struct form *form)
{
    const char *id = form_get(form, "profile_id");
    const char *crn = form_get(form, "profile_crn");
    const char *name = form_get(form, "profile_name");
    const struct iam_profile *found = NULL;

    if (crn != NULL) {
        json_t *target JSON_CLEANUP = json_build("{s:s}", "crn", crn);
        const char *last = resolve_profile_id(sim, target);
        found = last != NULL ? profiles_find(sim, last) : NULL;
    } else if (id != NULL) {
        found = profiles_find(sim, id);
    } else if (name != NULL) {
        found = collection_named(&sim->profiles, name);
    }
    bool same = found != NULL && (id == NULL || strcmp(found->entity.id, id) == 0) &&
                (name == NULL || strcmp(found->entity.name, name) == 0);
    return same ? found : NULL;
}

static bool file_has(const char *path, const char *token)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    bool found = false;

    while (file != NULL && !found && getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        found = strcmp(line, token) == 0;
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* A token of --cr-token. */
static bool is_container_token(const struct sim *sim, const char *token)
{
    const struct opt_list *tokens = sim->options.cr_tokens;

    for (size_t i = 0; tokens != NULL && i < tokens->count; i++) {
        const char *item = tokens->items[i];
        if (item[0] == '@' ? file_has(item + 1, token) : strcmp(item, token) == 0) {
            return true;
        }
    }
    return false;
}

/* A token of a container, or an identity token of a server. */
static json_t *by_cr_token(const struct sim *sim, const struct form *form, const char *token, struct reply *reply)
{
    const char *reason = NULL;
    json_t *identity JSON_CLEANUP = auth_read(sim, token, AUTH_IDENTITY, &reason);
    const char *crn = json_string_value(json_at(identity, "/iaas/crn"));
    const struct iam_profile *profile = named_profile(sim, form);

    if (form_get(form, "profile_id") == NULL && form_get(form, "profile_name") == NULL) {
        return refuse(reply, "BXNIM0109E", "Property missing or empty: profile_id or profile_name.", NULL);
    }
    if (identity == NULL && !is_container_token(sim, token)) {
        return refuse(reply, "BXNIM0407E", "Provided compute resource token is invalid.", NULL);
    }
    if (profile == NULL) {
        return not_eligible(reply, "The trusted profile does not exist.");
    }
    const char *id = profile->entity.id;
    if (identity != NULL ? !links_has(sim, id, crn) : !links_has_cluster(sim, id)) {
        return not_eligible(reply, "The given token is not permitted to assume the trusted profile.");
    }
    json_t *authn = identity != NULL
                        ? profiles_server(crn, json_string_value(json_at(identity, "/iaas/instanceID")))
                        : json_build("{s:s,s:s,s:s}", "sub", "container", "iam_id", "container", "name", "container");
    return profiles_claims(sim, profile, GRANT "cr-token", authn);
}

static json_t *claim(const json_t *claims, const char *name)
{
    json_t *value = json_object_get(claims, name);

    return value != NULL ? json_incref(value) : json_null();
}

static json_t *by_access_token(const struct sim *sim, const struct form *form, const char *token, struct reply *reply)
{
    const char *account = form_get(form, "account");
    const char *reason = NULL;
    json_t *before JSON_CLEANUP = auth_read(sim, token, AUTH_IAM, &reason);
    int ways = (form_get(form, "profile_id") != NULL) + (form_get(form, "profile_crn") != NULL) +
               (form_get(form, "profile_name") != NULL);

    if (before == NULL) {
        return refuse(reply, "BXNIM0407E", "Provided access token is invalid.", reason);
    }
    if (ways != 1 || (form_get(form, "profile_name") != NULL) != (account != NULL)) {
        return refuse(reply, "BXNIM0109E",
                      "Exactly one of profile_id, profile_crn, and profile_name with account is needed.", NULL);
    }
    const struct iam_profile *profile = named_profile(sim, form);
    if (profile == NULL || (account != NULL && strcmp(account, sim->account) != 0)) {
        return not_eligible(reply, "The trusted profile does not exist.");
    }
    return profiles_claims(sim, profile, GRANT "assume",
                           json_build("{s:o,s:o,s:o}", "sub", claim(before, "sub"), "iam_id", claim(before, "iam_id"),
                                      "name", claim(before, "name")));
}

struct grant {
    const char *type, *credential; /* fields of the form */
    grant_handler *claims;
};

static const struct grant grants[] = {
    {GRANT "apikey", "apikey", by_api_key},
    {"refresh_token", "refresh_token", by_refresh_token},
    {GRANT "cr-token", "cr_token", by_cr_token},
    {GRANT "assume", "access_token", by_access_token},
};

static json_t *claims_for(const struct sim *sim, const struct form *form, struct reply *reply)
{
    const char *type = form_get(form, "grant_type");

    for (size_t i = 0; type != NULL && i < sizeof(grants) / sizeof(grants[0]); i++) {
        if (strcmp(grants[i].type, type) == 0) {
            const char *credential = form_get(form, grants[i].credential);
            return credential != NULL
                       ? grants[i].claims(sim, form, credential, reply)
                       : refuse(reply, "BXNIM0109E", "Property missing or empty in the form.", grants[i].credential);
        }
    }
    return refuse(reply, "BXNIM0109E", "Property missing or unknown: grant_type.", NULL);
}

void iam_token(struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    CLEANUP(form_free) struct form form = {0};
    struct text token CLEANUP(text_free) = {0};
    unsigned life = sim->options.token_life_s;

    if (!form_read(text_string(&request->body), request->body.size, &form)) {
        refuse(reply, "BXNIM0109E", "The body is not a form.", NULL);
        return;
    }
    json_t *claims = claims_for(sim, &form, reply);
    if (claims == NULL) {
        return;
    }
    auth_issue(sim, AUTH_IAM, claims, life, &token);
    struct text *out = reply_json(reply, 200);
    text_printf(out,
                "{\"access_token\":\"%s\",\"refresh_token\":\"not_supported\",\"token_type\":\"Bearer\","
                "\"expires_in\":%u,\"expiration\":%" PRId64 ",\"scope\":\"ibm openid\"}",
                text_string(&token), life, sim->now_s + life);
}

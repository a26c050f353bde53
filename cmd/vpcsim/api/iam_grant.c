/* The token endpoint of IAM: what each grant needs, and the token it gives (vpc-api.md 6.1). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam.h"
#include "vpcsim/sim.h"

/* One value of a form, decoded; NULL when it is not there. The caller frees it. */
static char *form_value(const char *form, const char *name)
{
    size_t size = strlen(name);

    for (const char *at = form; at != NULL; at = strchr(at, '&')) {
        at += *at == '&';
        if (strncmp(at, name, size) != 0 || at[size] != '=') {
            continue;
        }
        const char *value = at + size + 1;
        struct text decoded = {0};
        struct text blanks CLEANUP(text_free) = {0};
        for (size_t i = 0; value[i] != '\0' && value[i] != '&'; i++) {
            text_append_char(&blanks, value[i] == '+' ? ' ' : value[i]);
        }
        (void)text_percent_decode(&decoded, text_string(&blanks), blanks.size);
        return text_take(&decoded);
    }
    return NULL;
}

static json_t *operator_claims(const char *account)
{
    return json_build("{s:s,s:s,s:s,s:s,s:{s:b,s:s},s:s}", "iam_id", "IBMid-SIM", "name", "Sim Operator", "email",
                      "operator@example.com", "sub", "operator@example.com", "account", "valid", 1, "bss", account,
                      "grant_type", "urn:ibm:params:oauth:grant-type:apikey");
}

static void send_token(struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    struct text token CLEANUP(text_free) = {0};
    unsigned life = sim->options.token_life_s;

    auth_issue(sim, AUTH_IAM, operator_claims(sim->account), life, &token);
    struct text *out = reply_json(reply, 200);
    text_printf(out,
                "{\"access_token\":\"%s\",\"refresh_token\":\"not_supported\",\"token_type\":\"Bearer\","
                "\"expires_in\":%u,\"expiration\":%" PRId64 ",\"scope\":\"ibm openid\"}",
                text_string(&token), life, sim->now_s + life);
}

/* What a grant must carry besides its type. */
struct grant {
    const char *type;
    const char *credential; /* form field */
    const char *profile;    /* fields of which one must be there; NULL: none */
};

static const struct grant grants[] = {
    {"urn:ibm:params:oauth:grant-type:apikey", "apikey", NULL},
    {"refresh_token", "refresh_token", NULL},
    {"urn:ibm:params:oauth:grant-type:cr-token", "cr_token", "profile_id profile_name"},
    {"urn:ibm:params:oauth:grant-type:assume", "access_token", "profile_id profile_crn profile_name"},
};

static const struct grant *find_grant(const char *form)
{
    char *type = form_value(form, "grant_type");
    const struct grant *found = NULL;

    for (size_t i = 0; type != NULL && i < sizeof(grants) / sizeof(grants[0]); i++) {
        if (strcmp(grants[i].type, type) == 0) {
            found = &grants[i];
        }
    }
    free(type);
    return found;
}

static bool has_one(const char *form, const char *names)
{
    char *list = mem_copy(names);
    bool found = false;
    char *rest = NULL;

    for (char *name = strtok_r(list, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
        char *value = form_value(form, name);
        found = found || (value != NULL && value[0] != '\0');
        free(value);
    }
    free(list);
    return found;
}

void iam_token(struct request *request, struct reply *reply)
{
    const char *form = text_string(&request->body);
    const struct grant *grant = find_grant(form);
    char *credential = grant != NULL ? form_value(form, grant->credential) : NULL;

    if (grant == NULL) {
        reply_error(reply, 400, "BXNIM0109E", "Property missing or unknown: grant_type.");
    } else if (credential == NULL || credential[0] == '\0') {
        reply_error(reply, 400, "BXNIM0109E", "Property missing or empty in the form.");
    } else if (strcmp(grant->credential, "refresh_token") == 0) {
        reply_error(reply, 400, "BXNIM0408E", "Provided refresh token is not supported.");
    } else if (grant->profile != NULL && !has_one(form, grant->profile)) {
        reply_error(reply, 400, "BXNIM0109E", "Property missing: the trusted profile.");
    } else if (strcmp(grant->credential, "apikey") == 0 && strcmp(credential, request->sim->options.api_key) != 0) {
        reply_error(reply, 400, "BXNIM0415E", "Provided API key could not be found.");
    } else {
        send_token(request, reply);
    }
    free(credential);
}

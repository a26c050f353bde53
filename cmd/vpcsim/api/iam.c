/* IAM: the token endpoint (vpc-api.md 6.1). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/auth.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/sim.h"

/* IAM's own error container (vpc-api.md 1.6). */
static void iam_error(struct request *request, struct reply *reply, unsigned status, const char *code,
                      const char *message)
{
    struct text *out = reply_json(reply, status);
    const char *agent = request->headers.user_agent;

    text_printf(out, "{\"errorCode\":\"%s\",\"errorMessage\":", code);
    reply_string(out, message);
    text_printf(out, ",\"context\":{\"requestId\":\"%s\",\"requestType\":\"incoming.Identity_Token\",\"userAgent\":",
                reply->trace);
    reply_string(out, agent != NULL ? agent : "");
    text_append(out, ",\"url\":\"https://iam.cloud.ibm.com\",\"instanceId\":\"vpcsim\",\"host\":\"vpcsim\","
                     "\"locale\":\"en_US\",\"clusterName\":\"vpcsim\"}}");
}

static int hex(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *at = digit != '\0' ? strchr(digits, digit | 0x20) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

/* One value of a form, decoded; NULL when it is not there. The caller frees it. */
static char *form_value(const char *form, const char *name)
{
    size_t size = strlen(name);

    for (const char *at = form; at != NULL; at = strchr(at, '&')) {
        at += *at == '&';
        if (strncmp(at, name, size) != 0 || at[size] != '=') {
            continue;
        }
        char *value = mem_alloc(strlen(at) + 1);
        char *out = value;
        for (const char *in = at + size + 1; *in != '\0' && *in != '&'; in++) {
            if (*in == '%' && hex(in[1]) >= 0 && hex(in[2]) >= 0) {
                *out++ = (char)(hex(in[1]) * 16 + hex(in[2]));
                in += 2;
            } else {
                *out++ = *in == '+' ? ' ' : *in;
            }
        }
        return value;
    }
    return NULL;
}

static void send_token(struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    struct text token CLEANUP(text_free) = {0};
    unsigned life = sim->options.token_life_s;

    auth_issue(sim, AUTH_IAM, "\"iam_id\":\"IBMid-SIM\",\"account\":{\"bss\":\"" ACCOUNT "\"}", life, &token);
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
        iam_error(request, reply, 400, "BXNIM0109E", "Property missing or unknown: grant_type.");
    } else if (credential == NULL || credential[0] == '\0') {
        iam_error(request, reply, 400, "BXNIM0109E", "Property missing or empty in the form.");
    } else if (strcmp(grant->credential, "refresh_token") == 0) {
        iam_error(request, reply, 400, "BXNIM0408E", "Provided refresh token is not supported.");
    } else if (grant->profile != NULL && !has_one(form, grant->profile)) {
        iam_error(request, reply, 400, "BXNIM0109E", "Property missing: the trusted profile.");
    } else if (strcmp(grant->credential, "apikey") == 0 && strcmp(credential, request->sim->options.api_key) != 0) {
        iam_error(request, reply, 400, "BXNIM0415E", "Provided API key could not be found.");
    } else {
        send_token(request, reply);
    }
    free(credential);
}

/* IAM: tokens and their check, and the token endpoint (vpc-api.md 6.1). */
#include "vpcsim/api/iam.h"

#include <gnutls/crypto.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/sim.h"

enum { SIGNATURE_SIZE = 32 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void append_base64url(struct text *out, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i < 3 ? size - i : 3;
        unsigned group = (unsigned)bytes[i] << 16;
        group |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? bytes[i + 2] : 0;
        for (size_t n = 0; n <= left; n++) {
            text_append_char(out, alphabet[(group >> (18 - 6 * n)) & 63]);
        }
    }
}

/* Decodes into `out` of `room` bytes, NUL-terminated; false when it is no base64url. */
static bool decode_base64url(const char *in, size_t size, char *out, size_t room)
{
    unsigned held = 0;
    unsigned bits = 0;
    size_t used = 0;

    for (size_t i = 0; i < size; i++) {
        const char *digit = memchr(alphabet, in[i], 64);
        if (digit == NULL) {
            return false;
        }
        held = (held << 6) | (unsigned)(digit - alphabet);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (used + 1 >= room) {
                return false;
            }
            out[used++] = (char)((held >> bits) & 255);
        }
    }
    out[used] = '\0';
    return true;
}

static void append_signature(const struct sim *sim, const char *text, size_t size, struct text *out)
{
    unsigned char digest[SIGNATURE_SIZE];

    gnutls_hmac_fast(GNUTLS_MAC_SHA256, sim->secret, sizeof(sim->secret), text, size, digest);
    append_base64url(out, digest, sizeof(digest));
}

void auth_issue(struct sim *sim, enum auth_audience audience, const char *claims, int64_t life_s, struct text *token)
{
    static const char header[] = "{\"kid\":\"vpcsim\",\"alg\":\"RS256\"}";
    struct text payload = {0};

    text_printf(&payload,
                "{%s%s\"iat\":%" PRId64 ",\"exp\":%" PRId64 ",\"serial\":%" PRIu64 ",\"use\":%d,\"known_ms\":%" PRId64
                "}",
                claims, claims[0] != '\0' ? "," : "", sim->now_s, sim->now_s + life_s, ++sim->tokens_issued,
                (int)audience, sim->now_ms + sim->token_delay_ms);
    size_t from = token->size;
    append_base64url(token, (const unsigned char *)header, sizeof(header) - 1);
    text_append_char(token, '.');
    append_base64url(token, (const unsigned char *)text_string(&payload), payload.size);
    struct text signature = {0};
    append_signature(sim, text_string(token) + from, token->size - from, &signature);
    text_append_char(token, '.');
    text_append(token, text_string(&signature));
    text_free(&signature);
    text_free(&payload);
}

static bool is_signed(const struct sim *sim, const char *token, const char *last_dot)
{
    struct text signature = {0};

    append_signature(sim, token, (size_t)(last_dot - token), &signature);
    bool same = strcmp(text_string(&signature), last_dot + 1) == 0;
    text_free(&signature);
    return same;
}

/* The number behind "name": in the payload; -1 when it is not there. */
static int64_t claim(const char *payload, const char *name)
{
    const char *at = strstr(payload, name);

    return at != NULL ? strtoll(at + strlen(name), NULL, 10) : -1;
}

/* NULL, or what is wrong with the token. */
static const char *refusal(const struct sim *sim, const char *authorization, enum auth_audience audience)
{
    char payload[4096];

    if (authorization == NULL) {
        return "The request has no Authorization header.";
    }
    if (strncmp(authorization, "Bearer ", 7) != 0) {
        return "The Authorization header holds no bearer token.";
    }
    const char *token = authorization + 7;
    const char *first = strchr(token, '.');
    const char *last = strrchr(token, '.');
    if (first == NULL || first == last || !is_signed(sim, token, last) ||
        !decode_base64url(first + 1, (size_t)(last - first - 1), payload, sizeof(payload))) {
        return "The token is not valid.";
    }
    if (claim(payload, "\"use\":") != (int64_t)audience) {
        return "The token is of another kind.";
    }
    if (claim(payload, "\"exp\":") <= sim->now_s || (uint64_t)claim(payload, "\"serial\":") < sim->tokens_valid_from) {
        return "The token has expired.";
    }
    if (claim(payload, "\"known_ms\":") > sim->now_ms) {
        return "The token is not known.";
    }
    return NULL;
}

bool auth_check(const struct request *request, enum auth_audience audience, struct reply *reply)
{
    const struct sim *sim = request->sim;

    if (sim->options.auth_off && audience == AUTH_IAM) {
        return true;
    }
    const char *reason = refusal(sim, request->headers.authorization, audience);
    if (reason != NULL) {
        reply_problem(reply, 401, audience == AUTH_IAM ? "not_authenticated" : "unauthenticated", "header",
                      "Authorization", NULL, "%s", reason);
    }
    return reason == NULL;
}

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

static void send_token(struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    struct text token CLEANUP(text_free) = {0};
    unsigned life = sim->options.token_life_s;

    struct text claims CLEANUP(text_free) = {0};

    text_printf(&claims,
                "\"iam_id\":\"IBMid-SIM\",\"name\":\"Sim Operator\",\"email\":\"operator@example.com\","
                "\"sub\":\"operator@example.com\",\"account\":{\"valid\":true,\"bss\":\"%s\"},\"grant_type\":"
                "\"urn:ibm:params:oauth:grant-type:apikey\"",
                sim->account);
    auth_issue(sim, AUTH_IAM, text_string(&claims), life, &token);
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

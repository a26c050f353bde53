/* What the token endpoint is sent, and what it answers. */
#include "iam/iam_token.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_error.h"
#include "json/json.h"
#include "json/json_answer.h"

void iam_token_free(struct iam_token *token)
{
    if (token->text != NULL) {
        text_wipe(token->text, strlen(token->text));
        free(token->text);
    }
    *token = (struct iam_token){0};
}

static void append_field(struct text *out, const char *name, const char *value)
{
    if (value != NULL) {
        text_printf(out, "%s%s=", out->size > 0 ? "&" : "", name);
        text_percent_encode(out, value, "");
    }
}

void iam_token_form(const struct iam_credentials *credentials, const char *secret, struct text *out)
{
    bool is_key = credentials->method == IAM_API_KEY;
    const char *const lengthy[] = {secret, credentials->scope, credentials->profile_id, credentials->profile_name};
    size_t size = 256;

    for (size_t i = 0; i < sizeof(lengthy) / sizeof(lengthy[0]); i++) {
        size += lengthy[i] != NULL ? 3 * strlen(lengthy[i]) : 0;
    }
    text_reserve(out, size); /* all the room at once: growing would leave copies behind */
    append_field(out, "grant_type",
                 is_key ? "urn:ibm:params:oauth:grant-type:apikey" : "urn:ibm:params:oauth:grant-type:cr-token");
    append_field(out, "response_type", is_key ? "cloud_iam" : NULL);
    append_field(out, is_key ? "apikey" : "cr_token", secret);
    append_field(out, "profile_id", is_key ? NULL : credentials->profile_id);
    append_field(out, "profile_name", is_key ? NULL : credentials->profile_name);
    append_field(out, "scope", credentials->scope);
}

void iam_token_authorization(const struct iam_credentials *credentials, struct text *out)
{
    CLEANUP(text_free_secret) struct text pair = {0};

    if (credentials->client_id == NULL || credentials->client_secret == NULL) {
        return;
    }
    text_reserve(&pair, strlen(credentials->client_id) + strlen(credentials->client_secret) + 1);
    text_printf(&pair, "%s:%s", credentials->client_id, credentials->client_secret);
    text_reserve(out, 2 * pair.size + 16);
    text_append(out, "Basic ");
    text_append_base64(out, pair.data, pair.size);
}

bool iam_token_is_plain(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!isgraph((unsigned char)bytes[i])) {
            return false;
        }
    }
    return true;
}

/* A life that is over on arrival means that our clock or theirs is wrong; a 401 will tell when it matters. */
static int64_t life_of(int64_t expires_in, int64_t expiration, int64_t now_s)
{
    static const int64_t longest_s = INT64_C(10) * 365 * 86400;
    int64_t life_s = expires_in > 0 ? expires_in : expiration > 0 ? expiration - now_s : -1;

    return life_s <= 0 ? -1 : life_s > longest_s ? longest_s : life_s;
}

static bool read_members(struct answer_node root, int64_t now_s, struct iam_token *ret, struct err *e)
{
    struct answer_string token = {0};
    int64_t expires_in = 0;
    int64_t expiration = 0;

    if (!answer_get_string(root, "access_token", ANSWER_REQUIRED, &token, e) ||
        !answer_get_integer(root, "expires_in", ANSWER_OPTIONAL, &expires_in, e) ||
        !answer_get_integer(root, "expiration", ANSWER_OPTIONAL, &expiration, e)) {
        return false;
    }
    if (token.size == 0 || token.size > IAM_TOKEN_MAX || !iam_token_is_plain(token.data, token.size)) {
        return err_set(e, ERR_BAD_ANSWER, "access_token is not a token");
    }
    struct text copy = {0};
    text_reserve(&copy, token.size);
    text_append_size(&copy, token.data, token.size);
    iam_token_free(ret);
    *ret = (struct iam_token){.text = text_take(&copy), .life_s = life_of(expires_in, expiration, now_s)};
    /* the string lies in the parser's own buffer, which will be freed as it is */
    text_wipe((char *)token.data, token.size);
    return true;
}

bool iam_token_read(const char *body, size_t size, int64_t now_s, struct iam_token *ret_token, struct err *e)
{
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    struct answer_node root;
    struct err problem = ERR_INIT;

    if (answer_parse_padded(parser, body, size, &root, &problem) && read_members(root, now_s, ret_token, &problem)) {
        return true;
    }
    return err_set(e, ERR_BAD_ANSWER, "the token endpoint's answer holds no token (%s)",
                   problem.place[0] != '\0' ? problem.place : problem.message);
}

bool iam_is_refusal(const struct http_reply *reply)
{
    CLEANUP(http_error_free) struct http_error said = {0};

    http_error_read(reply->body, reply->size, &said);
    return (reply->status == 400 || reply->status == 401 || reply->status == 403 || reply->status == 404) &&
           !said.is_foreign;
}

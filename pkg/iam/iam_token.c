/* What the token endpoint is sent, and whether it refuses that. */
#include "iam/iam_token.h"

#include <string.h>

#include "http/http_error.h"

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

bool iam_is_refusal(const struct http_reply *reply)
{
    CLEANUP(http_error_free) struct http_error said = {0};

    http_error_read(reply->body, reply->size, &said);
    return (reply->status == 400 || reply->status == 401 || reply->status == 403 || reply->status == 404) &&
           !said.is_foreign;
}

/* What the service is sent: URLs by version date, headers, bodies. */
#include <string.h>

#include "imds/imds.h"
#include "json/json.h"

bool imds_has_new_paths(const char *version)
{
    return strcmp(version, IMDS_VERSION_PATHS) >= 0;
}

/* vpc-api.md 5.2. */
static const char *path_of(const struct imds_call *call, const char *version)
{
    bool is_new = imds_has_new_paths(version);

    switch (call->operation) {
    case IMDS_TOKEN:
        return is_new ? "/identity/v1/token" : "/instance_identity/v1/token";
    case IMDS_IAM_TOKEN:
        return is_new ? "/identity/v1/iam_tokens" : "/instance_identity/v1/iam_token";
    case IMDS_CERTIFICATE:
        return is_new ? "/identity/v1/certificates" : "/instance_identity/v1/certificates";
    case IMDS_METADATA:
        break;
    }
    return call->path;
}

static void append_url(const struct imds_endpoint *endpoint, const struct imds_call *call, struct text *out)
{
    text_append(out, endpoint->base);
    text_percent_encode(out, path_of(call, endpoint->version), "/");
    text_printf(out, "?version=%s", endpoint->version);
    if (call->start != NULL) {
        text_append(out, "&start=");
        text_percent_encode(out, call->start, "");
    }
}

/* NULL: the request has none. A new reference. */
static json_t *body_of(const struct imds_call *call)
{
    JSON_CLEANUP json_t *body = json_object();
    bool is_crn = call->trusted_profile != NULL && strncmp(call->trusted_profile, "crn:", strlen("crn:")) == 0;

    if (call->expires_in > 0) {
        json_object_set_new(body, "expires_in", json_integer(call->expires_in));
    }
    if (call->nonce != NULL) {
        json_object_set_new(body, "nonce", json_build_string(call->nonce));
    }
    if (call->trusted_profile != NULL) {
        json_object_set_new(body, "trusted_profile", json_build("{s:s}", is_crn ? "crn" : "id", call->trusted_profile));
    }
    if (call->csr != NULL) {
        json_object_set_new(body, "csr", json_build_string(call->csr));
    }
    return json_object_size(body) > 0 || call->operation == IMDS_TOKEN ? json_incref(body) : NULL;
}

void imds_submit(struct http *http, const struct imds_endpoint *endpoint, const struct imds_call *call,
                 const struct http_request *more)
{
    CLEANUP(text_free_secret) struct text authorization = {0};
    CLEANUP(text_free) struct text url = {0}, body = {0};
    JSON_CLEANUP json_t *document = body_of(call);
    bool is_token = call->operation == IMDS_TOKEN;
    struct http_request request = *more;

    append_url(endpoint, call, &url);
    if (document != NULL) {
        json_print(&body, document, JSON_PRINT_COMPACT);
    }
    if (!is_token) {
        text_reserve(&authorization, strlen("Bearer ") + strlen(call->bearer));
        text_printf(&authorization, "Bearer %s", call->bearer);
    }
    request.method = is_token ? HTTP_PUT : call->operation == IMDS_METADATA ? HTTP_GET : HTTP_POST;
    if (more->repeat == HTTP_REPEAT_BY_METHOD) {
        request.repeat = HTTP_REPEAT_SAFE; /* one token or certificate more does no harm */
    }
    request.flags |= HTTP_METADATA_SERVICE | HTTP_SECRET_BODY; /* the answer may hold one: a token, user_data */
    request.url = text_string(&url);
    request.content_type = "application/json";
    request.authorization = is_token ? NULL : text_string(&authorization);
    request.header = is_token ? "Metadata-Flavor: ibm" : NULL;
    request.body = text_string(&body);
    request.body_size = body.size;
    request.answer_max = IMDS_ANSWER_MAX;
    if (more->timeout_ms == 0 && (is_token || call->operation == IMDS_METADATA)) {
        request.timeout_ms = endpoint->silence_ms > 0 ? endpoint->silence_ms : IMDS_SILENCE_MS;
    }
    http_submit(http, &request);
}

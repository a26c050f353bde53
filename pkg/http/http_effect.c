/* Whether a write may have been carried out although no answer says so. */
#include "http/http_effect.h"

#include <curl/curl.h>

/* Whether the answer says that the request was not carried out. */
static bool denies_effect(const struct http_evidence *evidence)
{
    bool api_error = evidence->body == HTTP_BODY_API_ERROR;

    switch (evidence->status) {
    case 401:
    case 407:
    case 429:
        return true;
    case 408:
        return false;
    case 501:
    case 505:
        return api_error;
    case 503:
        return api_error && evidence->repeat != HTTP_REPEAT_SAFE;
    default:
        return api_error && evidence->status >= 400 && evidence->status < 500;
    }
}

bool http_maybe_processed(const struct http_evidence *evidence)
{
    if (!evidence->write || !evidence->sent) {
        return false;
    }
    if (evidence->curl_code == CURLE_OK && evidence->body == HTTP_BODY_TAKEN) {
        return false;
    }
    return !denies_effect(evidence);
}

/* Whether and when a failed request is sent again. */
#include "http/http_retry.h"

#include <assert.h>

#include <curl/curl.h>

static bool passing_status(int status)
{
    return status == 429 || (status >= 500 && status < 600 && status != 501);
}

static unsigned attempts_of_broken(const struct http_outcome *outcome)
{
    return outcome->misdirected   ? HTTP_ATTEMPTS_MISDIRECTED
           : outcome->well_formed ? HTTP_ATTEMPTS_WELL_FORMED
                                  : outcome->attempts_max;
}

/* Of something before the API: a 401 denies that anything was done (http_effect.h). */
static bool passing_foreign_status(int status, bool safe)
{
    return status == 401 || (safe && (status == 403 || status == 404));
}

bool http_retry_may_repeat(const struct http_outcome *outcome)
{
    bool safe = outcome->repeat == HTTP_REPEAT_SAFE;

    assert(outcome->repeat != HTTP_REPEAT_BY_METHOD);
    if (outcome->repeat == HTTP_REPEAT_NEVER) {
        return false;
    }
    switch (outcome->fault) {
    case HTTP_FAULT_NONE:
        if (outcome->foreign && passing_foreign_status(outcome->status, safe)) {
            return true;
        }
        if (safe) {
            return passing_status(outcome->status);
        }
        return outcome->status == 429 || (outcome->status == 503 && outcome->api_error);
    case HTTP_FAULT_UNREACHED:
        return true;
    case HTTP_FAULT_UNANSWERED:
        return safe;
    case HTTP_FAULT_BROKEN:
        return safe && outcome->attempt < attempts_of_broken(outcome);
    case HTTP_FAULT_UNTRUSTED:
    case HTTP_FAULT_REFUSED:
    case HTTP_FAULT_CANCELLED:
        return false;
    }
    return false;
}

int64_t http_backoff_ms(int64_t first_ms, int64_t most_ms, unsigned doublings)
{
    int64_t top_ms = first_ms;

    for (unsigned i = 0; i < doublings && top_ms < most_ms; i++) {
        top_ms *= 2;
    }
    return top_ms < most_ms ? top_ms : most_ms;
}

int64_t http_backoff_half_jitter_ms(int64_t first_ms, int64_t most_ms, unsigned doublings, uint32_t random)
{
    int64_t top_ms = http_backoff_ms(first_ms, most_ms, doublings);

    return top_ms / 2 + (int64_t)(random % (uint64_t)(top_ms / 2 + 1));
}

static int64_t jittered_ms(const struct http_outcome *outcome)
{
    int64_t first = outcome->retry_after_ms == 0 ? outcome->backoff_ms / HTTP_BACKOFF_AT_ONCE : outcome->backoff_ms;
    int64_t top = http_backoff_ms(first, HTTP_BACKOFF_MAX_MS, outcome->attempt > 0 ? outcome->attempt - 1 : 0);

    return (int64_t)(outcome->random % (uint64_t)(top + 1));
}

int64_t http_retry_wait(const struct http_outcome *outcome)
{
    if (outcome->attempt >= outcome->attempts_max ||
        (outcome->unresolved && outcome->attempt >= HTTP_ATTEMPTS_UNRESOLVED) || !http_retry_may_repeat(outcome) ||
        outcome->retry_after_ms > HTTP_RETRY_AFTER_MAX_MS) {
        return -1;
    }
    int64_t wait_ms = outcome->retry_after_ms > 0 ? outcome->retry_after_ms : jittered_ms(outcome);
    return outcome->left_ms >= 0 && wait_ms >= outcome->left_ms ? -1 : wait_ms;
}

enum http_repeat http_retry_class(enum http_method method, enum http_repeat repeat)
{
    if (repeat != HTTP_REPEAT_BY_METHOD) {
        return repeat;
    }
    return method == HTTP_POST ? HTTP_REPEAT_UNPROCESSED : HTTP_REPEAT_SAFE;
}

bool http_retry_not_http(int curl_code)
{
    return curl_code == CURLE_UNSUPPORTED_PROTOCOL || curl_code == CURLE_WEIRD_SERVER_REPLY;
}

enum http_fault http_retry_fault(int curl_code, bool sent)
{
    if (sent && http_retry_not_http(curl_code)) {
        return HTTP_FAULT_BROKEN;
    }
    switch (curl_code) {
    case CURLE_OK:
        return HTTP_FAULT_NONE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ENGINE_INITFAILED:
        return HTTP_FAULT_UNTRUSTED;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_NOT_BUILT_IN:
    case CURLE_BAD_FUNCTION_ARGUMENT:
        return HTTP_FAULT_REFUSED;
    case CURLE_PARTIAL_FILE:
    case CURLE_BAD_CONTENT_ENCODING:
        return HTTP_FAULT_BROKEN;
    default:
        return sent ? HTTP_FAULT_UNANSWERED : HTTP_FAULT_UNREACHED;
    }
}

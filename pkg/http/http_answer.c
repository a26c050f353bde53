/* Reads what a server says about its answer: header lines, Retry-After and the rate limit, pages of gateways. */
#include "http/http_answer.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

/* seconds from now do not reach this, those since the epoch passed it in 2001 */
enum { EPOCH_LEAST_S = 1000 * 1000 * 1000 };

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t')) {
        at++;
    }
    return at;
}

/*
 * Headers may hold any byte (RFC 9110 5.5), but ours go into JSON: they become printable UTF-8 here, where they enter.
 * Escaping an ETag would change it, so that one is absent then.
 */
static void keep_value(struct text *out, const char *value, const char *end, bool verbatim)
{
    value = skip_blanks(value, end);
    while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    size_t size = (size_t)(end - value);
    text_clear(out);
    if (size > HTTP_HEADER_MAX || memchr(value, '\0', size) != NULL) {
        return;
    }
    text_append_safe(out, value, size);
    if (out->size > HTTP_HEADER_MAX || (verbatim && out->size != size)) {
        text_clear(out);
    }
}

static const struct {
    const char *name;
    size_t offset;
} kept[] = {
    {"etag", offsetof(struct http_headers, etag)},
    {"x-request-id", offsetof(struct http_headers, request_id)},
    {"content-type", offsetof(struct http_headers, content_type)},
    {"retry-after", offsetof(struct http_headers, retry_after)},
    {"x-ratelimit-remaining", offsetof(struct http_headers, rate_remaining)},
    {"x-ratelimit-reset", offsetof(struct http_headers, rate_reset)},
    {"date", offsetof(struct http_headers, date)},
};
enum { KEPT_COUNT = sizeof(kept) / sizeof(kept[0]) };

static struct text *value_of(struct http_headers *headers, size_t which)
{
    return (struct text *)((char *)headers + kept[which].offset);
}

void http_headers_line(struct http_headers *headers, const char *line, size_t size)
{
    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        http_headers_clear(headers);
        return;
    }
    const char *colon = memchr(line, ':', size);
    for (size_t i = 0; colon != NULL && i < KEPT_COUNT; i++) {
        size_t length = (size_t)(colon - line);
        if (strlen(kept[i].name) == length && strncasecmp(line, kept[i].name, length) == 0) {
            keep_value(value_of(headers, i), colon + 1, line + size, i == 0);
            return;
        }
    }
}

void http_headers_mask(struct http_headers *headers, const struct secrets *secrets)
{
    for (size_t i = 0; i < KEPT_COUNT; i++) {
        struct text *value = value_of(headers, i);
        (void)secrets_mask(secrets, value->data, value->size);
    }
}

void http_headers_clear(struct http_headers *headers)
{
    for (size_t i = 0; i < KEPT_COUNT; i++) {
        text_clear(value_of(headers, i));
    }
}

void http_headers_free(struct http_headers *headers)
{
    for (size_t i = 0; i < KEPT_COUNT; i++) {
        text_free(value_of(headers, i));
    }
}

/* A whole number, saturating at what milliseconds can hold: one with forty digits is a long time, not garbage. */
static bool read_number(const char *value, int64_t *ret)
{
    static const int64_t most = INT64_MAX / 1000;
    int64_t number = 0;

    if (*value == '\0') {
        return false;
    }
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '9') {
            return false;
        }
        int64_t digit = *value - '0';
        number = number > (most - digit) / 10 ? most : number * 10 + digit;
    }
    *ret = number;
    return true;
}

void http_headers_ratelimit(const struct http_headers *headers, int64_t now_s, struct http_ratelimit_answer *ret)
{
    int64_t reset_s;

    ret->remaining = ret->reset_ms = -1;
    (void)read_number(text_string(&headers->rate_remaining), &ret->remaining);
    if (read_number(text_string(&headers->rate_reset), &reset_s)) {
        int64_t left_s = reset_s > EPOCH_LEAST_S ? reset_s - now_s : reset_s;
        ret->reset_ms = left_s >= 0 ? left_s * 1000 : -1;
    }
}

int64_t http_date(const char *value)
{
    /* libcurl's date reader takes loose forms; a header that does not begin like a date is none */
    if (strlen(value) < sizeof("Sun, 06 Nov 1994") || strchr("MTWFS", value[0]) == NULL) {
        return -1;
    }
    return (int64_t)curl_getdate(value, NULL);
}

int64_t http_retry_after(const char *value, int64_t now_s)
{
    static const int64_t longest_s = INT64_C(365) * 86400;
    int64_t seconds;

    if (!read_number(value, &seconds)) {
        int64_t when = http_date(value);
        if (when < 0) {
            return -1;
        }
        seconds = when <= now_s ? 0 : when - now_s;
    }
    return (seconds < longest_s ? seconds : longest_s) * 1000;
}

bool http_is_not_found(const struct http_reply *reply)
{
    return reply->status == 404 && !reply->foreign;
}

/* "Not Found" for 404; "" for a status without a name. */
static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "";
}

/* Where it was sent to, without what follows the path. */
static void append_request(struct text *out, const struct http_reply *reply, const char *method)
{
    text_printf(out, " (%s %.*s)", method, (int)strcspn(reply->url, "?#"), reply->url);
}

static void append_count(struct text *out, int64_t count, const char *unit)
{
    text_printf(out, "%lld %s%s", (long long)count, unit, count == 1 ? "" : "s");
}

/* What Retry-After asks for, in the unit that people would use. */
static void append_wait(struct text *out, int64_t wait_ms)
{
    enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };
    int64_t wait_s = (wait_ms + 999) / 1000;

    text_append(out, "; the server asks to wait ");
    if (wait_s < 2 * MINUTE_S) {
        append_count(out, wait_s, "second");
    } else if (wait_s < 2 * HOUR_S) {
        append_count(out, (wait_s + MINUTE_S / 2) / MINUTE_S, "minute");
    } else if (wait_s < DAY_S - HOUR_S / 2) {
        append_count(out, (wait_s + HOUR_S / 2) / HOUR_S, "hour");
    } else {
        append_count(out, (wait_s + DAY_S / 2) / DAY_S, "day");
    }
}

bool http_problem_explain(const struct http_reply *reply, const char *method, const struct http_error *said,
                          struct err *e)
{
    CLEANUP(text_free) struct text line = {0};
    const char *trace = text_string(&said->trace);

    text_printf(&line, "%d ", reply->status);
    if (said->message.size > 0) {
        text_append(&line, text_string(&said->message));
    } else {
        const char *reason = reason_of(reply->status);
        text_append(&line, *reason != '\0' ? reason : "unexpected status");
    }
    /* the path itself may be wrong: a base URL without its version, another service */
    if (said->message.size == 0 || (reply->status == 404 && !said->has_target)) {
        append_request(&line, reply, method);
    }
    if ((reply->status == 429 || reply->status == 503) && reply->retry_after_ms > 0) {
        append_wait(&line, reply->retry_after_ms);
    }
    bool traced = *trace != '\0', named = *reply->request_id != '\0';
    enum err_code code = reply->status == 401 ? ERR_AUTH : reply->status == 412 ? ERR_CONFLICT : ERR_API;
    if (e->code != ERR_NONE) {
        return false;
    }
    e->http_status = reply->status;
    err_set(e, code, "%s", text_string(&line));
    if (traced || named) {
        err_tail(e, " [%s%s%s%s%s]", traced ? "trace " : "", trace, traced && named ? ", " : "",
                 named ? "request " : "", reply->request_id);
    }
    return false;
}

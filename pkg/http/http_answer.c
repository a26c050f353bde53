#include "http/http_answer.h"

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

void http_headers_line(struct http_headers *headers, const char *line, size_t size)
{
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

    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        http_headers_clear(headers);
        return;
    }
    const char *colon = memchr(line, ':', size);
    size_t length = colon != NULL ? (size_t)(colon - line) : 0;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (strlen(kept[i].name) == length && strncasecmp(line, kept[i].name, length) == 0) {
            keep_value((struct text *)((char *)headers + kept[i].offset), colon + 1, line + size, i == 0);
            return;
        }
    }
}

void http_headers_clear(struct http_headers *headers)
{
    text_clear(&headers->etag);
    text_clear(&headers->request_id);
    text_clear(&headers->content_type);
    text_clear(&headers->retry_after);
    text_clear(&headers->rate_remaining);
    text_clear(&headers->rate_reset);
    text_clear(&headers->date);
}

void http_headers_free(struct http_headers *headers)
{
    text_free(&headers->etag);
    text_free(&headers->request_id);
    text_free(&headers->content_type);
    text_free(&headers->retry_after);
    text_free(&headers->rate_remaining);
    text_free(&headers->rate_reset);
    text_free(&headers->date);
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
    int64_t seconds;

    if (read_number(value, &seconds)) {
        return seconds * 1000;
    }
    int64_t when = http_date(value);
    if (when < 0) {
        return -1;
    }
    return when <= now_s ? 0 : (when - now_s) * 1000;
}

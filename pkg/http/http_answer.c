#include "http/http_answer.h"

#include <string.h>
#include <strings.h>

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t')) {
        at++;
    }
    return at;
}

static void keep_value(struct text *out, const char *value, const char *end)
{
    value = skip_blanks(value, end);
    while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    text_clear(out);
    if (end - value <= HTTP_HEADER_MAX && memchr(value, '\0', (size_t)(end - value)) == NULL) {
        text_append_size(out, value, (size_t)(end - value));
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
    };

    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        http_headers_clear(headers);
        return;
    }
    const char *colon = memchr(line, ':', size);
    size_t length = colon != NULL ? (size_t)(colon - line) : 0;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (strlen(kept[i].name) == length && strncasecmp(line, kept[i].name, length) == 0) {
            keep_value((struct text *)((char *)headers + kept[i].offset), colon + 1, line + size);
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
}

void http_headers_free(struct http_headers *headers)
{
    text_free(&headers->etag);
    text_free(&headers->request_id);
    text_free(&headers->content_type);
    text_free(&headers->retry_after);
}

/* Whole seconds, saturating: a number with forty digits is a long time, not garbage. */
static bool read_seconds(const char *value, int64_t *ret_ms)
{
    static const int64_t most_s = INT64_MAX / 1000;
    int64_t seconds = 0;

    if (*value == '\0') {
        return false;
    }
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '9') {
            return false;
        }
        int64_t digit = *value - '0';
        seconds = seconds > (most_s - digit) / 10 ? most_s : seconds * 10 + digit;
    }
    *ret_ms = seconds * 1000;
    return true;
}

int64_t http_retry_after(const struct http_curl *curl, const char *value, int64_t now_s)
{
    int64_t wait_ms;

    if (read_seconds(value, &wait_ms)) {
        return wait_ms;
    }
    /* libcurl's date reader takes loose forms; a header that does not begin like a date is none */
    if (strlen(value) < sizeof("Sun, 06 Nov 1994") || strchr("MTWFS", value[0]) == NULL) {
        return -1;
    }
    time_t when = curl->getdate(value, NULL);
    if (when == (time_t)-1) {
        return -1;
    }
    return when <= now_s ? 0 : ((int64_t)when - now_s) * 1000;
}

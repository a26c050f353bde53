/* The formats that assert: of networks, dates and times, identifiers; and the table of them. */
#include "schema/engine/schema_format.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "schema/engine/schema_pattern.h"
#include "schema/engine/schema_uri.h"

/* --- networks ---------------------------------------------------------------------------------- */

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 1123 2.1, RFC 5890 2.3.1: "--" in third and fourth place is kept for A-labels. */
static bool is_label(const char *label, size_t size)
{
    if (size == 0 || size > 63 || label[0] == '-' || label[size - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (!is_alphanumeric(label[i]) && label[i] != '-') {
            return false;
        }
    }
    bool reserved = size >= 4 && label[2] == '-' && label[3] == '-';
    return !reserved || (size > 4 && strncasecmp(label, "xn--", 4) == 0);
}

static bool is_hostname(const char *bytes, size_t size)
{
    if (size == 0 || size > 253) {
        return false;
    }
    for (size_t start = 0; start <= size;) {
        const char *dot = memchr(bytes + start, '.', size - start);
        size_t length = dot != NULL ? (size_t)(dot - bytes) - start : size - start;
        if (!is_label(bytes + start, length)) {
            return false;
        }
        start += length + 1;
    }
    return true;
}

static bool is_address(int family, const char *bytes, size_t size)
{
    char string[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (size >= sizeof(string) || memchr(bytes, '\0', size) != NULL) {
        return false;
    }
    memcpy(string, bytes, size);
    string[size] = '\0';
    return inet_pton(family, string, &address) == 1;
}

static bool is_ipv4(const char *bytes, size_t size)
{
    return is_address(AF_INET, bytes, size);
}

static bool is_ipv6(const char *bytes, size_t size)
{
    return is_address(AF_INET6, bytes, size);
}

/* RFC 5321 4.1.2: Dot-string or Quoted-string */
static bool is_local_part(const char *local, size_t size)
{
    if (size >= 2 && local[0] == '"' && local[size - 1] == '"') {
        for (size_t i = 1; i < size - 1; i++) {
            if (local[i] == '\\') {
                i++;
            } else if (local[i] == '"' || local[i] < 0x20 || local[i] == 0x7f) {
                return false;
            }
            if (i == size - 1) {
                return false;
            }
        }
        return true;
    }
    bool after_dot = true;
    for (size_t i = 0; i < size; i++) {
        bool dot = local[i] == '.';
        if (dot ? after_dot
                : local[i] == '\0' || !(is_alphanumeric(local[i]) || strchr("!#$%&'*+-/=?^_`{|}~", local[i]))) {
            return false;
        }
        after_dot = dot;
    }
    return !after_dot;
}

static bool is_email(const char *bytes, size_t size)
{
    const char *at = size > 0 ? memrchr(bytes, '@', size) : NULL;

    if (at == NULL || !is_local_part(bytes, (size_t)(at - bytes))) {
        return false;
    }
    const char *domain = at + 1;
    size_t length = size - (size_t)(domain - bytes);
    if (length >= 2 && domain[0] == '[' && domain[length - 1] == ']') {
        domain++;
        length -= 2;
        bool six = length > 5 && strncasecmp(domain, "IPv6:", 5) == 0;
        return six ? is_ipv6(domain + 5, length - 5) : is_ipv4(domain, length);
    }
    return is_hostname(domain, length);
}

/* --- dates and times (RFC 3339) ---------------------------------------------------------------- */

/* `count` digits at `at`, or -1. */
static int digits(const char *bytes, size_t size, size_t at, size_t count)
{
    int value = 0;

    if (at > size || size - at < count) {
        return -1;
    }
    for (size_t i = at; i < at + count; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
            return -1;
        }
        value = value * 10 + (bytes[i] - '0');
    }
    return value;
}

static bool is_at(const char *bytes, size_t size, size_t at, char c)
{
    return at < size && bytes[at] == c;
}

static bool is_date(const char *bytes, size_t size)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = digits(bytes, size, 0, 4);
    int month = digits(bytes, size, 5, 2);
    int day = digits(bytes, size, 8, 2);

    if (size != 10 || bytes[4] != '-' || bytes[7] != '-' || year < 0 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

/* "Z" or "+hh:mm" at `at`, up to the end; minutes east of UTC. */
static bool is_offset(const char *bytes, size_t size, size_t at, int *ret_minutes)
{
    if (size == at + 1 && (bytes[at] == 'Z' || bytes[at] == 'z')) {
        *ret_minutes = 0;
        return true;
    }
    int hours = digits(bytes, size, at + 1, 2);
    int minutes = digits(bytes, size, at + 4, 2);
    if (size != at + 6 || (bytes[at] != '+' && bytes[at] != '-') || bytes[at + 3] != ':' || hours < 0 || hours > 23 ||
        minutes < 0 || minutes > 59) {
        return false;
    }
    *ret_minutes = (bytes[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

static bool is_time(const char *bytes, size_t size)
{
    int hour = digits(bytes, size, 0, 2);
    int minute = digits(bytes, size, 3, 2);
    int second = digits(bytes, size, 6, 2);
    size_t at = 8;
    int offset;

    if (!is_at(bytes, size, 2, ':') || !is_at(bytes, size, 5, ':') || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60) {
        return false;
    }
    if (is_at(bytes, size, at, '.')) {
        do {
            at++;
        } while (digits(bytes, size, at, 1) >= 0);
        if (at == 9) {
            return false;
        }
    }
    if (!is_offset(bytes, size, at, &offset)) {
        return false;
    }
    /* a leap second is the last one of a UTC day (RFC 3339 section 5.7) */
    int of_day = (hour * 60 + minute - offset + 2 * 1440) % 1440;
    return second < 60 || of_day == 1439;
}

static bool is_date_time(const char *bytes, size_t size)
{
    return size > 11 && (bytes[10] == 'T' || bytes[10] == 't') && is_date(bytes, 10) && is_time(bytes + 11, size - 11);
}

/* A run of "<digits><unit>" whose units come from `units` in order and without a gap; moves *at. */
static size_t elements(const char *bytes, size_t size, size_t *at, const char *units)
{
    size_t count = 0;
    size_t start = *at;

    while (*at < size && *units != '\0') {
        while (digits(bytes, size, *at, 1) >= 0) {
            (*at)++;
        }
        const char *unit = *at > start && *at < size ? strchr(units, bytes[*at]) : NULL;
        if (unit == NULL || (count > 0 && unit != units)) {
            *at = start;
            break;
        }
        units = unit + 1;
        start = ++*at;
        count++;
    }
    return count;
}

/* RFC 3339 appendix A: P1Y2M3DT4H5M6S, units without a gap, or weeks alone */
static bool is_duration(const char *bytes, size_t size)
{
    size_t at = 1;

    if (size < 3 || bytes[0] != 'P') {
        return false;
    }
    if (elements(bytes, size, &at, "W") == 1) {
        return at == size;
    }
    elements(bytes, size, &at, "YMD");
    if (at == size) {
        return true;
    }
    if (bytes[at] != 'T') {
        return false;
    }
    at++;
    return elements(bytes, size, &at, "HMS") > 0 && at == size;
}

/* --- identifiers and the table ----------------------------------------------------------------- */

/* RFC 6901 section 3 */
static bool is_json_pointer(const char *bytes, size_t size)
{
    if (size > 0 && bytes[0] != '/') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '~' && (i + 1 == size || (bytes[i + 1] != '0' && bytes[i + 1] != '1'))) {
            return false;
        }
    }
    return true;
}

static bool is_relative_json_pointer(const char *bytes, size_t size)
{
    size_t digits = 0;

    while (digits < size && bytes[digits] >= '0' && bytes[digits] <= '9') {
        digits++;
    }
    if (digits == 0 || (digits > 1 && bytes[0] == '0')) {
        return false;
    }
    bool name = digits + 1 == size && bytes[digits] == '#';
    return name || is_json_pointer(bytes + digits, size - digits);
}

static bool is_regex(const char *bytes, size_t size)
{
    CLEANUP(text_free) struct text reason = {0};
    struct schema_pattern *pattern = schema_pattern_create(bytes, size, &reason);

    schema_pattern_destroy(pattern);
    return pattern != NULL;
}

const struct schema_format *schema_format_find(const char *name)
{
    static const struct schema_format formats[] = {
        {"date-time", is_date_time, "2026-11-20T23:41:00Z"},
        {"date", is_date, "2026-11-20"},
        {"time", is_time, "23:41:00Z"},
        {"duration", is_duration, "PT5M"},
        {"email", is_email, "name@example.com"},
        {"hostname", is_hostname, "web-1.example.com"},
        {"ipv4", is_ipv4, "192.0.2.1"},
        {"ipv6", is_ipv6, "2001:db8::1"},
        {"uri", schema_uri_is_valid, "https://example.com/path"},
        {"uri-reference", schema_uri_is_valid_reference, "/path"},
        {"uuid", text_is_uuid, "2eb4e35a-4257-48f8-8239-da544d855655"},
        {"json-pointer", is_json_pointer, "/members/0"},
        {"relative-json-pointer", is_relative_json_pointer, "1/name"},
        {"regex", is_regex, "^[a-z]+$"},
    };

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

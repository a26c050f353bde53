/* The table of formats that assert, and the checks of json-pointer, relative-json-pointer and regex. */
#include "schema/engine/schema_format.h"

#include <string.h>

#include "schema/engine/schema_pattern.h"
#include "schema/engine/schema_uri.h"

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
        {"date-time", schema_format_is_date_time, "2026-11-20T23:41:00Z"},
        {"date", schema_format_is_date, "2026-11-20"},
        {"time", schema_format_is_time, "23:41:00Z"},
        {"duration", schema_format_is_duration, "PT5M"},
        {"email", schema_format_is_email, "name@example.com"},
        {"hostname", schema_format_is_hostname, "web-1.example.com"},
        {"ipv4", schema_format_is_ipv4, "192.0.2.1"},
        {"ipv6", schema_format_is_ipv6, "2001:db8::1"},
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

/*
 * schema_format: the values of `format` that assert.
 *
 * date-time, date, time, duration (RFC 3339), email (RFC 5321), hostname (RFC 1123), ipv4, ipv6, uri, uri-reference
 * (RFC 3986), uuid (RFC 9562), json-pointer, relative-json-pointer, regex (schema_pattern.h). Others are annotations.
 */
#ifndef SCHEMA_ENGINE_SCHEMA_FORMAT_H
#define SCHEMA_ENGINE_SCHEMA_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

struct schema_format {
    const char *name;
    bool (*check)(const char *bytes, size_t size);
    const char *example; /* for messages: "2026-11-20T23:41:00Z" */
};

/* NULL for a format that does not assert. */
const struct schema_format *schema_format_find(const char *name);

#endif

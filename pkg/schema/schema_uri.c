/* RFC 3986: splitting, resolving, checking. */
#include "schema/uri.h"

#include <stdlib.h>
#include <string.h>

#include "schema/format.h"

struct part {
    const char *at;
    size_t size;
    bool present;
};

struct parts {
    struct part scheme, authority, path, query, fragment;
};

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t scheme_size(const char *uri, size_t size)
{
    size_t at = 0;

    if (size == 0 || !is_alpha(uri[0])) {
        return 0;
    }
    while (at < size && (is_alpha(uri[at]) || is_digit(uri[at]) || (uri[at] != '\0' && strchr("+-.", uri[at])))) {
        at++;
    }
    return at < size && uri[at] == ':' ? at : 0;
}

static struct part until(const char **at, const char *end, const char *stops)
{
    struct part part = {.at = *at, .present = true};

    while (*at < end && (**at == '\0' || strchr(stops, **at) == NULL)) {
        (*at)++;
    }
    part.size = (size_t)(*at - part.at);
    return part;
}

/* RFC 3986 appendix B: every string can be split. */
static struct parts split(const char *uri, size_t size)
{
    struct parts parts = {0};
    const char *at = uri;
    const char *end = uri + size;

    parts.scheme.size = scheme_size(uri, size);
    if (parts.scheme.size > 0) {
        parts.scheme.at = uri;
        parts.scheme.present = true;
        at += parts.scheme.size + 1;
    }
    if (end - at >= 2 && at[0] == '/' && at[1] == '/') {
        at += 2;
        parts.authority = until(&at, end, "/?#");
    }
    parts.path = until(&at, end, "?#");
    if (at < end && *at == '?') {
        at++;
        parts.query = until(&at, end, "#");
    }
    if (at < end && *at == '#') {
        at++;
        parts.fragment = until(&at, end, "");
    }
    return parts;
}

bool schema_uri_is_absolute(const char *uri)
{
    return scheme_size(uri, strlen(uri)) > 0;
}

size_t schema_uri_without_fragment(const char *uri)
{
    return strcspn(uri, "#");
}

/* RFC 3986 5.2.4, working on whole segments. */
static void remove_dot_segments(const char *path, size_t size, struct text *out)
{
    size_t floor = out->size;
    const char *end = path + size;

    while (path < end) {
        const char *segment = path + (*path == '/' ? 1 : 0);
        const char *next = memchr(segment, '/', (size_t)(end - segment));
        next = next != NULL ? next : end;
        size_t length = (size_t)(next - segment);
        bool up = length == 2 && memcmp(segment, "..", 2) == 0;
        if (up || (length == 1 && *segment == '.')) {
            while (up && out->size > floor && out->data[--out->size] != '/') {
            }
            if (next == end && segment > path) {
                text_append_char(out, '/');
            }
        } else {
            text_append_size(out, path, (size_t)(next - path));
        }
        path = next;
    }
    text_append(out, "");
}

/* RFC 3986 5.2.3 */
static void merge_paths(const struct parts *base, const struct parts *reference, struct text *out)
{
    if (base->authority.present && base->path.size == 0) {
        text_append_char(out, '/');
    } else {
        const char *last = memrchr(base->path.at, '/', base->path.size);
        text_append_size(out, base->path.at, last != NULL ? (size_t)(last + 1 - base->path.at) : 0);
    }
    text_append_size(out, reference->path.at, reference->path.size);
}

static void append_part(struct text *out, const char *before, struct part part, const char *after)
{
    if (part.present) {
        text_append(out, before);
        text_append_size(out, part.at, part.size);
        text_append(out, after);
    }
}

void schema_uri_resolve(const char *base_uri, const char *reference_uri, struct text *ret_uri)
{
    struct parts base = split(base_uri, strlen(base_uri));
    struct parts reference = split(reference_uri, strlen(reference_uri));
    CLEANUP(text_free) struct text merged = {0};

    bool own = reference.scheme.present || reference.authority.present;
    bool here = !own && reference.path.size == 0;
    if (own || (reference.path.size > 0 && reference.path.at[0] == '/')) {
        text_append_size(&merged, reference.path.at, reference.path.size);
    } else if (!here) {
        merge_paths(&base, &reference, &merged);
    }
    append_part(ret_uri, "", reference.scheme.present ? reference.scheme : base.scheme, ":");
    append_part(ret_uri, "//", own ? reference.authority : base.authority, "");
    if (here) {
        text_append_size(ret_uri, base.path.at, base.path.size);
    } else {
        remove_dot_segments(text_string(&merged), merged.size, ret_uri);
    }
    append_part(ret_uri, "?", here && !reference.query.present ? base.query : reference.query, "");
    append_part(ret_uri, "#", reference.fragment, "");
}

bool schema_uri_decode(const char *bytes, size_t size, struct text *ret_text)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != '%') {
            text_append_char(ret_text, bytes[i]);
            continue;
        }
        int high = i + 2 < size ? hex_value(bytes[i + 1]) : -1;
        int low = i + 2 < size ? hex_value(bytes[i + 2]) : -1;
        if (high < 0 || low < 0 || high + low == 0) {
            return false;
        }
        text_append_char(ret_text, (char)(high << 4 | low));
        i += 2;
    }
    return true;
}

void schema_uri_encode(const char *string, const char *allowed, struct text *ret_uri)
{
    for (const char *at = string; *at != '\0'; at++) {
        if (is_alpha(*at) || is_digit(*at) || strchr(allowed, *at) != NULL) {
            text_append_char(ret_uri, *at);
        } else {
            text_printf(ret_uri, "%%%02X", (unsigned char)*at);
        }
    }
}

void schema_uri_from_path(const char *path, struct text *ret_uri)
{
    text_append(ret_uri, "file://");
    schema_uri_encode(path, "/-._~", ret_uri);
}

/* unreserved, pct-encoded, sub-delims and what `more` names (RFC 3986 2.2, 2.3) */
static bool only_allowed(struct part part, const char *more)
{
    for (size_t i = 0; i < part.size; i++) {
        char c = part.at[i];
        if (c == '%') {
            if (i + 2 >= part.size || hex_value(part.at[i + 1]) < 0 || hex_value(part.at[i + 2]) < 0) {
                return false;
            }
            i += 2;
        } else if (c == '\0' || !(is_alpha(c) || is_digit(c) || strchr("-._~!$&'()*+,;=", c) || strchr(more, c))) {
            return false;
        }
    }
    return true;
}

/* "[...]" (RFC 3986 3.2.2): IPv6address or IPvFuture. */
static bool is_ip_literal(const char *at, size_t size)
{
    if (size > 0 && (at[0] | 0x20) == 'v') {
        size_t digits = 1;
        while (digits < size && hex_value(at[digits]) >= 0) {
            digits++;
        }
        struct part rest = {.at = at + digits + 1, .size = size > digits ? size - digits - 1 : 0};
        return digits > 1 && digits < size && at[digits] == '.' && rest.size > 0 &&
               memchr(rest.at, '%', rest.size) == NULL && only_allowed(rest, ":");
    }
    return schema_format_is_ipv6(at, size);
}

static bool is_authority(struct part part)
{
    const char *user_end = part.size > 0 ? memrchr(part.at, '@', part.size) : NULL;
    if (user_end != NULL) {
        struct part user = {.at = part.at, .size = (size_t)(user_end - part.at)};
        if (!only_allowed(user, ":")) {
            return false;
        }
        part.size -= user.size + 1;
        part.at = user_end + 1;
    }
    size_t host = part.size;
    while (host > 0 && is_digit(part.at[host - 1])) {
        host--;
    }
    if (host > 0 && part.at[host - 1] == ':') {
        part.size = host - 1;
    }
    if (part.size > 0 && part.at[0] == '[') {
        return part.at[part.size - 1] == ']' && is_ip_literal(part.at + 1, part.size - 2);
    }
    return only_allowed(part, "");
}

static bool is_path(const struct parts *parts)
{
    const struct part *path = &parts->path;

    if (parts->authority.present) {
        return (path->size == 0 || path->at[0] == '/') && only_allowed(*path, ":@/");
    }
    if (!parts->scheme.present) {
        /* path-noscheme: a colon in the first segment would make it a scheme */
        const char *slash = path->size > 0 ? memchr(path->at, '/', path->size) : NULL;
        size_t first = slash != NULL ? (size_t)(slash - path->at) : path->size;
        if (first > 0 && memchr(path->at, ':', first) != NULL) {
            return false;
        }
    }
    return only_allowed(*path, ":@/");
}

bool schema_uri_is_valid_reference(const char *bytes, size_t size)
{
    struct parts parts = split(bytes, size);

    return is_path(&parts) && is_authority(parts.authority) && only_allowed(parts.query, ":@/?") &&
           only_allowed(parts.fragment, ":@/?");
}

bool schema_uri_is_valid(const char *bytes, size_t size)
{
    return scheme_size(bytes, size) > 0 && schema_uri_is_valid_reference(bytes, size);
}

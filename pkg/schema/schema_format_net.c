/* Names and addresses of networks. */
#include "schema/format.h"

#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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

bool schema_format_is_hostname(const char *bytes, size_t size)
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

bool schema_format_is_ipv4(const char *bytes, size_t size)
{
    size_t at = 0;

    for (int part = 0; part < 4; part++) {
        size_t start = at;
        int value = 0;
        while (at < size && is_digit(bytes[at]) && at - start < 3) {
            value = value * 10 + (bytes[at++] - '0');
        }
        if (at == start || value > 255 || (bytes[start] == '0' && at - start > 1)) {
            return false;
        }
        if (part < 3 && (at == size || bytes[at++] != '.')) {
            return false;
        }
    }
    return at == size;
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 4291 2.2; no zone */
bool schema_format_is_ipv6(const char *bytes, size_t size)
{
    int groups = 0;
    bool gap = false;
    size_t at = 0;

    if (size >= 2 && bytes[0] == ':' && bytes[1] == ':') {
        gap = true;
        at = 2;
    }
    while (at < size) {
        size_t start = at;
        while (at < size && is_hex(bytes[at]) && at - start < 5) {
            at++;
        }
        if (at < size && bytes[at] == '.') {
            groups += 2;
            return schema_format_is_ipv4(bytes + start, size - start) && (gap ? groups < 8 : groups == 8);
        }
        groups++;
        if (at == start || at - start > 4 || groups > 8) {
            return false;
        }
        if (at == size) {
            break;
        }
        if (bytes[at++] != ':' || at == size) {
            return false;
        }
        if (bytes[at] == ':') {
            if (gap) {
                return false;
            }
            gap = true;
            at++;
        }
    }
    return gap ? groups < 8 : groups == 8;
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

bool schema_format_is_email(const char *bytes, size_t size)
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
        return six ? schema_format_is_ipv6(domain + 5, length - 5) : schema_format_is_ipv4(domain, length);
    }
    return schema_format_is_hostname(domain, length);
}

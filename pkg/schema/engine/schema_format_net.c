/* Formats of networks: email, hostname, ipv4, ipv6. */
#include "schema/engine/schema_format.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

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

bool schema_format_is_ipv4(const char *bytes, size_t size)
{
    return is_address(AF_INET, bytes, size);
}

bool schema_format_is_ipv6(const char *bytes, size_t size)
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

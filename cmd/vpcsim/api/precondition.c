/* If-Match: reads the list and compares (precondition.h). */
#include "vpcsim/api/precondition.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char *skip(const char *at, const char *characters)
{
    return at + strspn(at, characters);
}

/* Size of the ETag that stands at `at`, W/ and quotes included; 0: there is none. */
static size_t etag_size(const char *at)
{
    size_t weak = strncmp(at, "W/", 2) == 0 ? 2 : 0;
    size_t size = weak + 1;

    if (at[weak] != '"') {
        return 0;
    }
    while ((unsigned char)at[size] > 0x20 && at[size] != '"' && at[size] != 0x7f) {
        size++;
    }
    return at[size] == '"' ? size + 1 : 0;
}

enum precondition precondition_match(const char *if_match, const char *etag)
{
    const char *at = skip(if_match, " \t");
    bool matches = false;
    size_t items = 0;

    if (*at == '*') {
        return *skip(at + 1, " \t") == '\0' ? PRECONDITION_HOLDS : PRECONDITION_MALFORMED;
    }
    /* empty items between commas count for nothing (RFC 9110, 5.6.1) */
    for (at = skip(at, " \t,"); *at != '\0'; at = skip(at, " \t,")) {
        size_t size = etag_size(at);
        matches = matches || (size == strlen(etag) && memcmp(at, etag, size) == 0);
        at = skip(at + size, " \t");
        if (size == 0 || (*at != ',' && *at != '\0')) {
            return PRECONDITION_MALFORMED;
        }
        items++;
    }
    if (items == 0) {
        return PRECONDITION_MALFORMED;
    }
    return matches ? PRECONDITION_HOLDS : PRECONDITION_FAILS;
}

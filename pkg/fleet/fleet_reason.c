/* Reasons that say the same of several resources: the part in which they agree, and one line for all of them. */
#include "fleet/fleet_reason.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* --- what they have in common ------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

/* Bytes of a word of the server's own that begins at `at`, or 0. */
static size_t own_word(const char *at, size_t size, const struct resource *resource)
{
    const char *const words[] = {resource->crn, resource->id, resource->name};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = words[i] != NULL ? strlen(words[i]) : 0;
        if (length > 0 && length <= size && memcmp(at, words[i], length) == 0 &&
            (length == size || !is_word(at[length]))) {
            return length;
        }
    }
    return 0;
}

/* A word with a digit in it is a number, an id or an address. */
static size_t append_word(struct text *out, const char *at, size_t size)
{
    size_t length = 0;
    bool digit = false;

    while (length < size && is_word(at[length])) {
        digit = digit || isdigit((unsigned char)at[length]);
        length++;
    }
    if (digit) {
        text_append_char(out, '#');
    } else {
        text_append_size(out, at, length);
    }
    return length;
}

static size_t append_quoted(struct text *out, const char *at, size_t size)
{
    const char *end = memchr(at + 1, '"', size - 1);

    text_append(out, "\"#\"");
    return end != NULL ? (size_t)(end - at) + 1 : size;
}

void fleet_reason_key(const char *reason, size_t size, const struct resource *resource, struct text *out)
{
    for (size_t at = 0; at < size;) {
        bool begins = at == 0 || !is_word(reason[at - 1]);
        size_t own = begins ? own_word(reason + at, size - at, resource) : 0;
        if (own > 0) {
            text_append_char(out, '#');
            at += own;
        } else if (reason[at] == '"') {
            at += append_quoted(out, reason + at, size - at);
        } else if (is_word(reason[at])) {
            at += append_word(out, reason + at, size - at);
        } else {
            text_append_char(out, reason[at++]);
        }
    }
}

/* --- one line for all --------------------------------------------------------------------------------- */

struct part {
    const char *at;
    size_t size;
};

/* The next word, quoted string or character of what is left; of size 0 at the end. */
static struct part take_part(const char **rest)
{
    struct part part = {.at = *rest};
    const char *end = part.at[0] == '"' ? strchr(part.at + 1, '"') : NULL;

    if (end != NULL) {
        part.size = (size_t)(end - part.at) + 1;
    } else {
        while (is_word(part.at[part.size])) {
            part.size++;
        }
        part.size += part.size == 0 && part.at[0] != '\0';
    }
    *rest += part.size;
    return part;
}

static bool same_part(struct part left, struct part right)
{
    return left.size == right.size && memcmp(left.at, right.at, left.size) == 0;
}

/* Takes the next part of all others, which differ from the first one's in `ret_others` ways. False: one has ended. */
static bool take_others(const char *rests[], size_t count, struct part first, size_t *ret_others)
{
    CLEANUP(mem_set_free) struct mem_set values = {0};
    CLEANUP(text_free) struct text value = {0};

    for (size_t i = 1; i < count; i++) {
        struct part part = take_part(&rests[i]);
        if (part.size == 0) {
            return false;
        }
        if (!same_part(first, part)) {
            text_clear(&value);
            text_append_size(&value, part.at, part.size);
            (void)mem_set_add(&values, text_string(&value));
        }
    }
    *ret_others = mem_set_count(&values);
    return true;
}

void fleet_reason_join(const char *const reasons[], size_t count, struct text *out)
{
    CLEANUP(text_free_pointer) const char **rests = mem_array(count, sizeof(*rests));
    CLEANUP(text_free) struct text joined = {0};
    size_t others;

    memcpy(rests, reasons, count * sizeof(*rests));
    for (struct part part; (part = take_part(&rests[0])).size > 0;) {
        if (!take_others(rests, count, part, &others)) {
            text_append(out, reasons[0]); /* they are not alike: the first stands for them */
            return;
        }
        text_append_size(&joined, part.at, part.size);
        if (others > 0) {
            text_printf(&joined, " (and %zu other%s)", others, others == 1 ? "" : "s");
        }
    }
    text_append(out, text_string(&joined));
}

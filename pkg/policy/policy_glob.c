/* Shell patterns over whole names: a name that differs in its first or last bytes is refused by one comparison. */
#include <string.h>

#include "policy/policy_parts.h"

enum { ENDS = sizeof(uint64_t) };

static bool is_plain(char c)
{
    return strchr("*?[]\\", c) == NULL;
}

/* The first bytes at the beginning of one word, the last ones at the end of another; the rest is zero. */
static struct policy_ends ends_of(const char *first, size_t first_size, const char *last, size_t last_size)
{
    unsigned char head[ENDS] = {0}, tail[ENDS] = {0};
    size_t front = first_size < ENDS ? first_size : ENDS, back = last_size < ENDS ? last_size : ENDS;
    struct policy_ends ends;

    memcpy(head, first, front);
    memcpy(tail + ENDS - back, last + last_size - back, back);
    memcpy(&ends.head, head, ENDS);
    memcpy(&ends.tail, tail, ENDS);
    return ends;
}

struct policy_name policy_name_of(const char *name)
{
    struct policy_name named = {.name = name, .size = name != NULL ? strlen(name) : 0};

    if (name != NULL) {
        named.ends = ends_of(name, named.size, name, named.size);
    }
    return named;
}

void policy_glob_compile(const char *pattern, struct policy_glob *ret)
{
    static const char ones[] = "\xff\xff\xff\xff\xff\xff\xff\xff";
    size_t size = strlen(pattern), prefix = 0, suffix = 0;

    while (prefix < size && is_plain(pattern[prefix])) {
        prefix++;
    }
    while (prefix + suffix < size && is_plain(pattern[size - 1 - suffix])) {
        suffix++;
    }
    /* behind a backslash a letter is that letter, and a sign ends the suffix whatever it stands for */
    bool one_star = prefix < size && pattern[prefix] == '*' && prefix + suffix + 1 == size;
    *ret = (struct policy_glob){
        .pattern = pattern,
        .prefix = prefix,
        .suffix = suffix,
        .ends = ends_of(pattern, prefix, pattern + size - suffix, suffix),
        .masks = ends_of(ones, prefix < ENDS ? prefix : ENDS, ones, suffix < ENDS ? suffix : ENDS),
        .form = prefix == size ? POLICY_GLOB_EXACT
                : one_star     ? POLICY_GLOB_STAR
                               : POLICY_GLOB_ANY,
    };
}

/* Of a name whose ends fit. */
static bool matches(const struct policy_glob *glob, const struct policy_name *name)
{
    if (name->size < glob->prefix + glob->suffix || memcmp(name->name, glob->pattern, glob->prefix) != 0) {
        return false;
    }
    switch (glob->form) {
    case POLICY_GLOB_EXACT:
        return name->size == glob->prefix;
    case POLICY_GLOB_STAR:
        return memcmp(name->name + name->size - glob->suffix, glob->pattern + glob->prefix + 1, glob->suffix) == 0;
    case POLICY_GLOB_ANY:
        break;
    }
    return text_glob(glob->pattern + glob->prefix, name->name + glob->prefix);
}

bool policy_glob_any(const struct policy_glob *globs, size_t count, const struct policy_name *name)
{
    for (size_t i = 0; i < count; i++) {
        const struct policy_glob *glob = &globs[i];
        uint64_t head = (glob->ends.head ^ name->ends.head) & glob->masks.head;
        uint64_t tail = (glob->ends.tail ^ name->ends.tail) & glob->masks.tail;
        if ((head | tail) == 0 && matches(glob, name)) {
            return true;
        }
    }
    return false;
}

bool policy_glob_is_valid(const char *pattern, const char **ret_fault)
{
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == '\\') {
            if (*++p == '\0') {
                *ret_fault = "a backslash ends it";
                return false;
            }
        } else if (*p == '[') {
            const char *first = p + 1 + (p[1] == '!' || p[1] == '^');
            const char *end = *first != '\0' ? strchr(first + 1, ']') : NULL;
            if (end == NULL) {
                *ret_fault = "its bracket [ is not closed";
                return false;
            }
            p = end;
        }
    }
    return true;
}

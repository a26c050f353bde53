/* Shell patterns over whole names, fast for those without brackets and with at most one star. */
#include <string.h>

#include "policy/policy_parts.h"

static bool is_plain(char c)
{
    return strchr("*?[\\", c) == NULL;
}

void policy_glob_compile(const char *pattern, struct policy_glob *ret)
{
    size_t size = strlen(pattern), prefix = 0, suffix = 0;

    while (prefix < size && is_plain(pattern[prefix])) {
        prefix++;
    }
    *ret = (struct policy_glob){.pattern = pattern, .prefix = prefix, .form = POLICY_GLOB_EXACT};
    if (prefix == size) {
        return;
    }
    while (prefix + suffix < size && is_plain(pattern[size - 1 - suffix])) {
        suffix++;
    }
    bool one_star = pattern[prefix] == '*' && prefix + suffix + 1 == size;
    ret->form = one_star ? POLICY_GLOB_STAR : POLICY_GLOB_ANY;
    ret->suffix = one_star ? suffix : 0;
}

bool policy_glob_matches(const struct policy_glob *glob, const char *name, size_t size)
{
    if (size < glob->prefix + glob->suffix || memcmp(name, glob->pattern, glob->prefix) != 0) {
        return false;
    }
    switch (glob->form) {
    case POLICY_GLOB_EXACT:
        return size == glob->prefix;
    case POLICY_GLOB_STAR:
        return memcmp(name + size - glob->suffix, glob->pattern + glob->prefix + 1, glob->suffix) == 0;
    case POLICY_GLOB_ANY:
        break;
    }
    return text_glob(glob->pattern + glob->prefix, name + glob->prefix);
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

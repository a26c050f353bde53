#include "resource/resource_pattern.h"

#include <ctype.h>
#include <string.h>

bool resource_is_pattern(const char *word)
{
    return strpbrk(word, "{}") != NULL;
}

/* What stands between the braces: "" or ":0N". */
static bool read_digits(const char *between, size_t size, unsigned *ret)
{
    if (size == 0) {
        *ret = 1;
        return true;
    }
    if (size != 3 || between[0] != ':' || between[1] != '0' || !isdigit((unsigned char)between[2]) ||
        between[2] == '0') {
        return false;
    }
    *ret = (unsigned)(between[2] - '0');
    return true;
}

bool resource_pattern_read(const char *word, struct resource_pattern *ret, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};
    const char *open = strchr(word, '{');
    const char *close = open != NULL ? strchr(open, '}') : NULL;
    unsigned digits;

    text_append_short(&shown, word, strlen(word), 60);
    if (open == NULL || close == NULL || !read_digits(open + 1, (size_t)(close - open - 1), &digits)) {
        return err_set(e, ERR_USAGE, "\"%s\" has no counter: write {} or {:03} where the number goes",
                       text_string(&shown));
    }
    if (resource_is_pattern(close + 1)) {
        return err_set(e, ERR_USAGE, "\"%s\" has more than one counter", text_string(&shown));
    }
    *ret = (struct resource_pattern){
        .before = word, .before_size = (size_t)(open - word), .after = close + 1, .digits = digits};
    return true;
}

void resource_pattern_name(const struct resource_pattern *pattern, unsigned long number, struct text *out)
{
    text_append_size(out, pattern->before, pattern->before_size);
    text_printf(out, "%0*lu%s", (int)pattern->digits, number, pattern->after);
}

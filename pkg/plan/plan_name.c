/* Names of templates that replace others. */
#include "plan/plan_replace.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "text/text.h"

enum { FIRST_NUMBER = 2, NUMBER_MAX = 999999 };

void plan_name_with(const char *base, const char *suffix, char ret_name[PLAN_NAME_MAX + 1])
{
    size_t tail = strlen(suffix);
    size_t room = tail < PLAN_NAME_MAX ? PLAN_NAME_MAX - tail : 0;
    size_t size = strlen(base) < room ? strlen(base) : room;

    while (size > 0 && base[size - 1] == '-') {
        size--;
    }
    snprintf(ret_name, PLAN_NAME_MAX + 1, "%.*s%s", (int)size, base, suffix);
}

/* The number of "-rN" at the end of the name; sets the size of what is before it. 0: there is none. */
static long number_of(const char *name, size_t *ret_base)
{
    size_t size = strlen(name);
    size_t place = size;
    long number = 0;

    while (place > 0 && isdigit((unsigned char)name[place - 1])) {
        place--;
    }
    bool numbered = place >= 3 && place < size && name[place] != '0' && strncmp(name + place - 2, "-r", 2) == 0 &&
                    text_to_long(name + place, 1, NUMBER_MAX, &number);
    *ret_base = numbered ? place - 2 : size;
    return numbered ? number : 0;
}

void plan_name_next(const char *name, unsigned steps, char ret_name[PLAN_NAME_MAX + 1])
{
    CLEANUP(text_free) struct text base = {0};
    CLEANUP(text_free) struct text suffix = {0};
    size_t size;
    long number = number_of(name, &size);

    text_append_size(&base, name, size);
    text_printf(&suffix, "-r%ld", (number > 0 ? number + 1 : FIRST_NUMBER) + (long)steps);
    plan_name_with(text_string(&base), text_string(&suffix), ret_name);
}

bool plan_name_follows(const char *name, const char *old)
{
    char next[PLAN_NAME_MAX + 1];
    size_t size;
    long number = number_of(name, &size);
    long before = number_of(old, &size);
    long first = before > 0 ? before + 1 : FIRST_NUMBER;

    if (number < first) {
        return false;
    }
    plan_name_next(old, (unsigned)(number - first), next);
    return strcmp(name, next) == 0;
}

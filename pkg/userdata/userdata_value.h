/* userdata_value: whether a value that a pattern has found looks real. Private to the room. Pure. */
#ifndef USERDATA_USERDATA_VALUE_H
#define USERDATA_USERDATA_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "text/text.h"

/* What a value must be. */
enum userdata_test {
    USERDATA_ANY,      /* the form says it all */
    USERDATA_PASSWORD, /* no placeholder and no reference */
    USERDATA_TOKEN,    /* the same, and long, of letters and digits */
    USERDATA_RANDOM,   /* the same, and with upper and lower case and digits */
};
bool userdata_is_real(enum userdata_test test, const char *value, size_t size);

/* The next run of base64 at or behind `*at`, also over lines: appends what it decodes to if that is text. */
bool userdata_next_base64(const char *text, size_t size, size_t *at, struct text *ret);

#endif

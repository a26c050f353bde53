/*
 * resource_pattern: names that count: "web-{:03}" is web-001, web-002, ... Pure.
 *
 *   {}      the number as it is: 1, 2, ... 10
 *   {:0N}   with zeros in front to at least N digits (1..9): {:03} is 001 ... 999, 1000
 */
#ifndef RESOURCE_RESOURCE_PATTERN_H
#define RESOURCE_RESOURCE_PATTERN_H

#include "resource/resource.h"

struct resource_pattern {
    const char *before, *after; /* the counter; `before` is not terminated by it. Borrowed */
    size_t before_size;
    unsigned digits; /* at least so many */
};

/* Whether the word holds a counter at all: no name has a brace. */
bool resource_is_pattern(const char *word);

/* Reads a name with exactly one counter. ERR_USAGE. */
bool resource_pattern_read(const char *word, struct resource_pattern *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Appends the name with that number. */
void resource_pattern_name(const struct resource_pattern *pattern, unsigned long number, struct text *out);

#endif

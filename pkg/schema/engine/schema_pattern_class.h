/*
 * schema_pattern_class: the leaves of a pattern: literals, escapes, character classes; private to schema_pattern.c.
 *
 * Functions read at `in->at`, move it behind what they took and append PCRE2; false after schema_pattern_refuse().
 */
#ifndef SCHEMA_ENGINE_SCHEMA_PATTERN_CLASS_H
#define SCHEMA_ENGINE_SCHEMA_PATTERN_CLASS_H

#include "text/text.h"

struct schema_pattern_reader {
    const char *begin, *at, *end;
    struct text *reason;
};

/* Writes the reason: the sentence and the place. Always false. */
bool schema_pattern_refuse(const struct schema_pattern_reader *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Moves behind `string` when it comes next. */
bool schema_pattern_take(struct schema_pattern_reader *in, const char *string);

bool schema_pattern_literal(struct schema_pattern_reader *in, struct text *out);
bool schema_pattern_escape(struct schema_pattern_reader *in, struct text *out);
bool schema_pattern_class(struct schema_pattern_reader *in, struct text *out);

#endif

/* The first line is a regular expression, the rest what it is matched with: it is refused, or ends. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "schema/engine/schema_pattern.h"

enum { STEPS_MAX = 200000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    const char *line = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t first = line != NULL ? (size_t)(line - bytes) : size;
    CLEANUP(text_free) struct text reason = {0};

    /* schemas and values are UTF-8, which their reader has made sure of */
    json_t *text = json_stringn(bytes, size);
    if (text == NULL) {
        return 0;
    }
    json_decref(text);
    struct schema_pattern *pattern = schema_pattern_create(bytes, first, &reason);
    if ((pattern == NULL) != (reason.size > 0)) {
        abort();
    }
    if (pattern != NULL && line != NULL) {
        struct schema_matcher *matcher = schema_matcher_create(STEPS_MAX);
        schema_matcher_begin(matcher);
        schema_pattern_match(pattern, matcher, line + 1, size - first - 1);
        schema_matcher_destroy(matcher);
    }
    schema_pattern_destroy(pattern);
    return 0;
}

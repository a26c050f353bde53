/* What the tests of room json share: a document read from text, a value printed. After <cmocka.h>. */
#ifndef TESTS_UNIT_JSON_FIXTURE_H
#define TESTS_UNIT_JSON_FIXTURE_H

#include "json/json.h"

/* The test fails where it cannot be read. */
static inline struct json_document parsed(const char *text, int flags)
{
    struct json_document document = {0};
    struct err e = ERR_INIT;

    if (!json_parse(text, strlen(text), "test.json", flags, &document, &e)) {
        fail_msg("%s: %s: %s", text, e.place, e.message);
    }
    return document;
}

static inline void print(const json_t *value, enum json_print style, struct text *out)
{
    text_clear(out);
    json_print(out, value, style);
}

#endif

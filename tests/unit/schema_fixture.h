/* What the tests of room schema share: schemas and values out of JSON text, and their verdicts. After <cmocka.h>. */
#ifndef TESTS_UNIT_SCHEMA_FIXTURE_H
#define TESTS_UNIT_SCHEMA_FIXTURE_H

#include <string.h>

#include "schema/schema.h"

#define URI "https://test.example/schema"

static inline json_t *parsed(const char *text)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err e = ERR_INIT;

    if (!json_parse(text, strlen(text), "test", JSON_READ_BIG_NUMBERS, &document, &e)) {
        fail_msg("%s: %s", text, e.message);
    }
    return json_incref(document.root);
}

static inline const struct schema *compiled(struct schema_library *library, const char *text)
{
    json_t *root JSON_CLEANUP = parsed(text);
    struct err e = ERR_INIT;

    schema_library_add(library, URI, root);
    const struct schema *schema = schema_compile(library, URI, &e);
    if (schema == NULL) {
        fail_msg("%s: %s", text, e.message);
    }
    return schema;
}

/* The values of a JSON array, all valid or all invalid; the second pass must agree with the first. */
static inline void assert_verdicts(const struct schema *schema, const char *text, const char *values,
                                   enum schema_verdict want)
{
    json_t *array JSON_CLEANUP = parsed(values);
    size_t i;
    json_t *value;

    json_array_foreach (array, i, value) {
        CLEANUP(schema_faults_free) struct schema_faults faults = {0};
        enum schema_verdict verdict = schema_check(schema, value);
        if (verdict != want || schema_explain(schema, value, &faults) != want ||
            (faults.count > 0) != (want != SCHEMA_VALID)) {
            CLEANUP(text_free) struct text shown = {0};
            json_print(&shown, value, JSON_PRINT_COMPACT);
            fail_msg("%s: %s has verdict %d with %zu faults", text, text_string(&shown), verdict, faults.count);
        }
    }
}

#endif

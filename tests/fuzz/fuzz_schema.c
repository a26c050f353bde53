/* The first line is a schema, the rest a value: any pair has a verdict, and the two passes agree on it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check(const struct schema *schema, const struct json_document *value)
{
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    CLEANUP(text_free) struct text text = {0};
    enum schema_verdict verdict = schema_check(schema, value->root);

    /* a limit of time may be reached in one pass and not in the other */
    enum schema_verdict explained = schema_explain(schema, value->root, &faults);
    require(explained == verdict || explained == SCHEMA_UNDECIDED || verdict == SCHEMA_UNDECIDED);
    require((faults.count > 0) == (explained != SCHEMA_VALID));
    for (size_t i = 0; i < faults.count; i++) {
        schema_fault_print(&text, &faults.list[i], value);
        require(memchr(text_string(&text), '\n', text.size) == NULL);
        json_t *unit JSON_CLEANUP = schema_fault_json(&faults.list[i], value);
        require(json_is_object(unit));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t first = line != NULL ? (size_t)(line - data) : size;
    CLEANUP(json_document_free) struct json_document schema_text = {0};
    CLEANUP(json_document_free) struct json_document value = {0};
    struct err e = ERR_INIT;

    if (line == NULL ||
        !json_parse((const char *)data, first, "schema.json", JSON_READ_BIG_NUMBERS, &schema_text, &e) ||
        !json_parse((const char *)line + 1, size - first - 1, "value.json", JSON_READ_BIG_NUMBERS, &value, &e)) {
        return 0;
    }
    struct schema_library *library =
        schema_library_create(SCHEMA_FEW_STEPS | (size % 2 == 0 ? SCHEMA_DEFAULT : SCHEMA_ASSERT_FORMAT));
    schema_library_add(library, "https://fuzz.example/schema", schema_text.root);
    const struct schema *schema = schema_compile(library, "https://fuzz.example/schema", &e);
    require((schema == NULL) == (e.code != ERR_NONE));
    if (schema != NULL) {
        check(schema, &value);
    }
    schema_library_destroy(library);
    return 0;
}

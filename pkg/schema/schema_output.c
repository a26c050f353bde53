/* Faults for people and for programs. */
#include <stdlib.h>
#include <string.h>

#include "schema/explain.h"

void schema_faults_free(struct schema_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct schema_fault *fault = &faults->list[i];
        free(fault->instance);
        free(fault->member);
        free(fault->schema_place);
        free(fault->keyword_location);
        free(fault->absolute_location);
        free(fault->value);
        free(fault->variant);
        free(fault->message);
        free(fault->fix);
    }
    free(faults->list);
    *faults = (struct schema_faults){0};
}

static bool locate(const struct schema_fault *fault, const struct json_document *document, struct json_place *ret_place)
{
    if (document == NULL || document->text == NULL) {
        return false;
    }
    if (fault->at_name) {
        json_locate_name(document, fault->instance, ret_place);
    } else {
        json_locate(document, fault->instance, ret_place);
    }
    return true;
}

void schema_fault_print(struct text *out, const struct schema_fault *fault, const struct json_document *document)
{
    struct json_place place;

    if (locate(fault, document, &place)) {
        text_append_safe(out, document->name, strlen(document->name));
        text_printf(out, ":%zu:%zu: ", place.line, place.column);
    }
    const char *instance = fault->instance[0] != '\0' ? fault->instance : "/";
    text_append_safe(out, instance, strlen(instance));
    text_append(out, ": ");
    text_append_safe(out, fault->message, strlen(fault->message));
    if (fault->fix[0] != '\0') {
        text_append(out, "; ");
        text_append_safe(out, fault->fix, strlen(fault->fix));
    }
    text_append(out, " (");
    text_append_safe(out, fault->schema_place, strlen(fault->schema_place));
    text_append_char(out, ')');
}

static void set_string(json_t *object, const char *name, const char *string)
{
    if (string != NULL && string[0] != '\0') {
        json_object_set_new(object, name, json_string_nocheck(string));
    }
}

json_t *schema_fault_json(const struct schema_fault *fault, const struct json_document *document)
{
    json_t *unit = json_object();
    struct json_place place;

    json_object_set_new(unit, "keywordLocation", json_string_nocheck(fault->keyword_location));
    json_object_set_new(unit, "absoluteKeywordLocation", json_string_nocheck(fault->absolute_location));
    json_object_set_new(unit, "instanceLocation", json_string_nocheck(fault->instance));
    json_object_set_new(unit, "error", json_string_nocheck(fault->message));
    set_string(unit, "keyword", fault->keyword);
    set_string(unit, "member", fault->member);
    set_string(unit, "value", fault->value);
    set_string(unit, "variant", fault->variant);
    set_string(unit, "fix", fault->fix);
    set_string(unit, "schema", fault->schema_place);
    if (locate(fault, document, &place)) {
        json_object_set_new(unit, "line", json_integer((json_int_t)place.line));
        json_object_set_new(unit, "column", json_integer((json_int_t)place.column));
    }
    return unit;
}

json_t *schema_output(enum schema_verdict verdict, const struct schema_faults *faults,
                      const struct json_document *document)
{
    json_t *output = json_object();

    json_object_set_new(output, "valid", json_boolean(verdict == SCHEMA_VALID));
    if (verdict == SCHEMA_UNDECIDED) {
        json_object_set_new(output, "undecided", json_true());
    }
    if (verdict != SCHEMA_VALID) {
        json_t *errors = json_array();
        for (size_t i = 0; i < faults->count; i++) {
            json_array_append_new(errors, schema_fault_json(&faults->list[i], document));
        }
        json_object_set_new(output, "errors", errors);
        if (faults->more > 0) {
            json_object_set_new(output, "more", json_integer((json_int_t)faults->more));
        }
    }
    return output;
}

/* Faults for people (a line) and for programs (the output formats of the draft). */
#include <string.h>

#include "schema/schema.h"

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

json_t *schema_fault_json(const struct schema_fault *fault, const struct json_document *document)
{
    const struct {
        const char *name, *string;
    } optional[] = {
        {"keyword", fault->keyword}, {"member", fault->member}, {"value", fault->value},
        {"variant", fault->variant}, {"fix", fault->fix},       {"schema", fault->schema_place},
    };
    json_t *unit =
        json_build("{s:s, s:s, s:s, s:s}", "keywordLocation", fault->keyword_location, "absoluteKeywordLocation",
                   fault->absolute_location, "instanceLocation", fault->instance, "error", fault->message);
    struct json_place place;

    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        if (optional[i].string != NULL && optional[i].string[0] != '\0') {
            json_object_set_new(unit, optional[i].name, json_build_string(optional[i].string));
        }
    }
    if (locate(fault, document, &place)) {
        json_object_set_new(unit, "line", json_integer((json_int_t)place.line));
        json_object_set_new(unit, "column", json_integer((json_int_t)place.column));
    }
    return unit;
}

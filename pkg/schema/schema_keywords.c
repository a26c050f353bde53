/* The keyword table: which keywords there are, what their values look like, who compiles them. */
#include "schema/compiled.h"

#include <stdlib.h>
#include <string.h>

enum {
    ONE = SCHEMA_OBJECT | SCHEMA_BOOLEAN, /* a schema */
    COUNT = SCHEMA_NUMBER,
};

/* Sorted by name. Without a compile function a keyword is read by a neighbour or says nothing about values. */
static const struct schema_keyword keywords[] = {
    {"$anchor", SCHEMA_CORE, SCHEMA_STRING, SCHEMA_NO_CHILDREN, NULL},
    {"$comment", SCHEMA_CORE, SCHEMA_STRING, SCHEMA_NO_CHILDREN, NULL},
    {"$defs", SCHEMA_CORE, SCHEMA_OBJECT, SCHEMA_MEMBERS, NULL},
    {"$dynamicAnchor", SCHEMA_CORE, SCHEMA_STRING, SCHEMA_NO_CHILDREN, NULL},
    {"$dynamicRef", SCHEMA_CORE, SCHEMA_STRING, SCHEMA_NO_CHILDREN, schema_compile_dynamic_ref},
    {"$id", SCHEMA_CORE, SCHEMA_STRING, SCHEMA_NO_CHILDREN, NULL},
    {"$ref", SCHEMA_CORE, SCHEMA_STRING, SCHEMA_NO_CHILDREN, schema_compile_ref},
    {"$schema", SCHEMA_CORE, SCHEMA_STRING, SCHEMA_NO_CHILDREN, NULL},
    {"$vocabulary", SCHEMA_CORE, SCHEMA_OBJECT, SCHEMA_NO_CHILDREN, NULL},
    {"additionalProperties", SCHEMA_APPLICATOR, ONE, SCHEMA_ONE, schema_compile_additional_properties},
    {"allOf", SCHEMA_APPLICATOR, SCHEMA_ARRAY, SCHEMA_LIST, schema_compile_all_of},
    {"anyOf", SCHEMA_APPLICATOR, SCHEMA_ARRAY, SCHEMA_LIST, schema_compile_any_of},
    {"const", SCHEMA_VALIDATION, SCHEMA_ANY, SCHEMA_NO_CHILDREN, schema_compile_const},
    {"contains", SCHEMA_APPLICATOR, ONE, SCHEMA_ONE, schema_compile_contains},
    {"contentSchema", SCHEMA_CONTENT, ONE, SCHEMA_ONE, NULL},
    {"definitions", SCHEMA_CORE, SCHEMA_ANY, SCHEMA_MEMBERS, NULL},
    {"dependentRequired", SCHEMA_VALIDATION, SCHEMA_OBJECT, SCHEMA_NO_CHILDREN, schema_compile_dependent_required},
    {"dependentSchemas", SCHEMA_APPLICATOR, SCHEMA_OBJECT, SCHEMA_MEMBERS, schema_compile_dependent_schemas},
    {"description", SCHEMA_META_DATA, SCHEMA_STRING, SCHEMA_NO_CHILDREN, NULL},
    {"else", SCHEMA_APPLICATOR, ONE, SCHEMA_ONE, NULL},
    {"enum", SCHEMA_VALIDATION, SCHEMA_ARRAY, SCHEMA_NO_CHILDREN, schema_compile_enum},
    {"exclusiveMaximum", SCHEMA_VALIDATION, SCHEMA_NUMBER, SCHEMA_NO_CHILDREN, schema_compile_exclusive_maximum},
    {"exclusiveMinimum", SCHEMA_VALIDATION, SCHEMA_NUMBER, SCHEMA_NO_CHILDREN, schema_compile_exclusive_minimum},
    {"format", SCHEMA_FORMAT, SCHEMA_STRING, SCHEMA_NO_CHILDREN, schema_compile_format},
    {"if", SCHEMA_APPLICATOR, ONE, SCHEMA_ONE, schema_compile_if},
    {"items", SCHEMA_APPLICATOR, ONE, SCHEMA_ONE, schema_compile_items},
    {"maxContains", SCHEMA_VALIDATION, COUNT, SCHEMA_NO_CHILDREN, NULL},
    {"maxItems", SCHEMA_VALIDATION, COUNT, SCHEMA_NO_CHILDREN, schema_compile_max_items},
    {"maxLength", SCHEMA_VALIDATION, COUNT, SCHEMA_NO_CHILDREN, schema_compile_max_length},
    {"maxProperties", SCHEMA_VALIDATION, COUNT, SCHEMA_NO_CHILDREN, schema_compile_max_properties},
    {"maximum", SCHEMA_VALIDATION, SCHEMA_NUMBER, SCHEMA_NO_CHILDREN, schema_compile_maximum},
    {"minContains", SCHEMA_VALIDATION, COUNT, SCHEMA_NO_CHILDREN, NULL},
    {"minItems", SCHEMA_VALIDATION, COUNT, SCHEMA_NO_CHILDREN, schema_compile_min_items},
    {"minLength", SCHEMA_VALIDATION, COUNT, SCHEMA_NO_CHILDREN, schema_compile_min_length},
    {"minProperties", SCHEMA_VALIDATION, COUNT, SCHEMA_NO_CHILDREN, schema_compile_min_properties},
    {"minimum", SCHEMA_VALIDATION, SCHEMA_NUMBER, SCHEMA_NO_CHILDREN, schema_compile_minimum},
    {"multipleOf", SCHEMA_VALIDATION, SCHEMA_NUMBER, SCHEMA_NO_CHILDREN, schema_compile_multiple_of},
    {"not", SCHEMA_APPLICATOR, ONE, SCHEMA_ONE, schema_compile_not},
    {"oneOf", SCHEMA_APPLICATOR, SCHEMA_ARRAY, SCHEMA_LIST, schema_compile_one_of},
    {"pattern", SCHEMA_VALIDATION, SCHEMA_STRING, SCHEMA_NO_CHILDREN, schema_compile_pattern_keyword},
    {"patternProperties", SCHEMA_APPLICATOR, SCHEMA_OBJECT, SCHEMA_MEMBERS, schema_compile_pattern_properties},
    {"prefixItems", SCHEMA_APPLICATOR, SCHEMA_ARRAY, SCHEMA_LIST, schema_compile_prefix_items},
    {"properties", SCHEMA_APPLICATOR, SCHEMA_OBJECT, SCHEMA_MEMBERS, schema_compile_properties},
    {"propertyNames", SCHEMA_APPLICATOR, ONE, SCHEMA_ONE, schema_compile_property_names},
    {"required", SCHEMA_VALIDATION, SCHEMA_ARRAY, SCHEMA_NO_CHILDREN, schema_compile_required},
    {"then", SCHEMA_APPLICATOR, ONE, SCHEMA_ONE, NULL},
    {"title", SCHEMA_META_DATA, SCHEMA_STRING, SCHEMA_NO_CHILDREN, NULL},
    {"type", SCHEMA_VALIDATION, SCHEMA_STRING | SCHEMA_ARRAY, SCHEMA_NO_CHILDREN, schema_compile_type},
    {"unevaluatedItems", SCHEMA_UNEVALUATED, ONE, SCHEMA_ONE, schema_compile_unevaluated_items},
    {"unevaluatedProperties", SCHEMA_UNEVALUATED, ONE, SCHEMA_ONE, schema_compile_unevaluated_properties},
    {"uniqueItems", SCHEMA_VALIDATION, SCHEMA_BOOLEAN, SCHEMA_NO_CHILDREN, schema_compile_unique_items},
};

static int compare(const void *name, const void *keyword)
{
    return strcmp(name, ((const struct schema_keyword *)keyword)->name);
}

const struct schema_keyword *schema_keyword_find(const char *name)
{
    return bsearch(name, keywords, sizeof(keywords) / sizeof(keywords[0]), sizeof(keywords[0]), compare);
}

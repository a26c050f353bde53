/*
 * schema_rules: the kinds of rules and what a rule of each kind consists of.
 *
 * The check functions are in the file of the family (schema_object.c, ...); folder diagnose explains by the kind's id
 * what a failed rule found.
 */
#ifndef SCHEMA_ENGINE_SCHEMA_RULES_H
#define SCHEMA_ENGINE_SCHEMA_RULES_H

#include "schema/engine/schema_compiled.h"
#include "schema/engine/schema_format.h"

enum schema_rule_id {
    SCHEMA_RULE_CHOICE,
    SCHEMA_RULE_NUMBER,
    SCHEMA_RULE_LENGTH,
    SCHEMA_RULE_PATTERN,
    SCHEMA_RULE_FORMAT,
    SCHEMA_RULE_ARRAY,
    SCHEMA_RULE_CONTAINS,
    SCHEMA_RULE_OBJECT,
    SCHEMA_RULE_NAMES,
    SCHEMA_RULE_DEPENDENT_REQUIRED,
    SCHEMA_RULE_DEPENDENT_SCHEMAS,
    SCHEMA_RULE_REF,
    SCHEMA_RULE_ALL_OF,
    SCHEMA_RULE_ALTERNATIVES,
    SCHEMA_RULE_NOT,
    SCHEMA_RULE_IF,
    SCHEMA_RULE_UNEVALUATED_ITEMS,
    SCHEMA_RULE_UNEVALUATED_PROPERTIES,
};

/* Rules run in this order: what is cheap and decides often comes first, what needs the others' marks last. */
enum schema_phase { SCHEMA_SCALAR, SCHEMA_CHILDREN, SCHEMA_IN_PLACE, SCHEMA_CONDITIONAL, SCHEMA_LAST };

struct schema_rule_kind {
    enum schema_rule_id id;
    unsigned types; /* of values that it checks */
    enum schema_phase phase;
    schema_check_function *check;
    size_t size;  /* of its rules' struct, which begins with a struct schema_rule */
    bool limited; /* it begins with a struct schema_limit_rule */
};

/* Defines schema_kind_NAME. */
#define SCHEMA_KIND(name, id, types, phase, check, rule, limited) \
    const struct schema_rule_kind schema_kind_##name = {          \
        SCHEMA_RULE_##id, SCHEMA_##types, SCHEMA_##phase, check, sizeof(struct schema_##rule##_rule), limited}

extern const struct schema_rule_kind schema_kind_const, schema_kind_enum, schema_kind_number;     /* schema_value.c */
extern const struct schema_rule_kind schema_kind_length, schema_kind_pattern, schema_kind_format; /* schema_string.c */
extern const struct schema_rule_kind schema_kind_array, schema_kind_contains, schema_kind_unevaluated_items;
extern const struct schema_rule_kind schema_kind_object, schema_kind_names, schema_kind_dependent_required,
    schema_kind_dependent_schemas, schema_kind_unevaluated_properties;
extern const struct schema_rule_kind schema_kind_all_of, schema_kind_any_of, schema_kind_one_of, schema_kind_not,
    schema_kind_if, schema_kind_ref, schema_kind_dynamic_ref; /* schema_applicators.c */

/* What has a number of something: min is 0 and max SIZE_MAX where the schema sets no limit. */
struct schema_limit_rule {
    struct schema_rule rule;
    size_t min, max;
};

/* not, propertyNames, unevaluatedItems, unevaluatedProperties */
struct schema_one_rule {
    struct schema_rule rule;
    const struct schema *schema;
};

struct schema_list {
    const struct schema **schemas;
    size_t count;
};

/* allOf, anyOf, oneOf */
struct schema_list_rule {
    struct schema_rule rule;
    struct schema_list list;
};

struct schema_if_rule {
    struct schema_rule rule;
    const struct schema *condition, *then, *otherwise; /* the last two may be NULL */
};

struct schema_ref_rule {
    struct schema_rule rule;
    const struct schema *target;
    const char *anchor; /* of a $dynamicRef that goes by the dynamic scope; else NULL */
};

/* Draft 2020-12 8.2.3.2: the outermost resource of the dynamic scope that has the anchor. */
const struct schema *schema_ref_target(const struct schema_run *run, const struct schema_ref_rule *rule);

/* --- type, const, enum ------------------------------------------------------------------------- */

/* A choice among strings, which most are, is found without asking jansson for each. */
struct schema_string_choice {
    const char *bytes;
    size_t size;
};

struct schema_choice_rule {
    struct schema_rule rule;
    const json_t *choices; /* an array, or of const the one value */
    bool is_const;
    struct schema_string_choice *strings;
    size_t string_count, other_count;
};

bool schema_choice_allows(const struct schema_choice_rule *rule, const json_t *value);

/* --- numbers and strings ----------------------------------------------------------------------- */

struct schema_number_rule {
    struct schema_rule rule;
    const json_t *minimum, *maximum, *above, *below, *unit; /* NULL: no such limit */
};

/* Code points of UTF-8. */
size_t schema_string_length(const json_t *string);

struct schema_pattern_rule {
    struct schema_rule rule;
    struct schema_pattern *pattern;
    const char *text;
};

struct schema_format_rule {
    struct schema_rule rule;
    const struct schema_format *format;
};

/* --- arrays ------------------------------------------------------------------------------------ */

struct schema_array_rule {
    struct schema_limit_rule limit;
    const json_t *unique; /* NULL or a JSON boolean */
    struct schema_list prefix;
    const struct schema *items;
};

/* The schema of the item at an index, or NULL. */
static inline const struct schema *schema_item_schema(const struct schema_array_rule *rule, size_t index)
{
    return index < rule->prefix.count ? rule->prefix.schemas[index] : rule->items;
}

/* False with the indices of two equal items, the first such second one. 1 and 1.0 are equal (json_same). */
bool schema_is_unique(const json_t *array, size_t *ret_first, size_t *ret_second);

struct schema_contains_rule {
    struct schema_limit_rule limit;
    const struct schema *schema;
};

/* Items that pass the rule's schema, marked as evaluated; without marks at most as many as the verdict needs. */
size_t schema_contains_count(struct schema_run *run, const struct schema_contains_rule *rule, const json_t *array,
                             struct schema_evaluated *evaluated);

/* --- objects ----------------------------------------------------------------------------------- */

struct schema_property {
    const char *name;
    size_t size;
    uint32_t hash;
    bool required;
    const struct schema *schema; /* NULL: only required */
};

struct schema_pattern_property {
    struct schema_pattern *pattern;
    const struct schema *schema;
    const struct schema_pattern_property *next;
};

struct schema_object_rule {
    struct schema_limit_rule limit;
    struct schema_property *list; /* of properties and required, by hash */
    size_t count, required;
    const struct schema_pattern_property *patterns;
    const struct schema *additional;
    const json_t *properties, *required_names; /* as the schema has them, for their order; NULL allowed */
};

/* What the rule's properties and required say about a member; NULL for nothing. */
const struct schema_property *schema_object_property(const struct schema_object_rule *rule, const char *name);

/* The name passes the schema of a propertyNames. */
bool schema_accepts_name(struct schema_run *run, const struct schema *schema, const char *name, size_t size);

struct schema_dependent_required_rule {
    struct schema_rule rule;
    const json_t *argument; /* member -> names that it needs */
};

struct schema_dependent {
    const char *trigger;
    const struct schema *schema;
};

struct schema_dependent_schemas_rule {
    struct schema_rule rule;
    struct schema_dependent *dependents;
    size_t count;
};

#endif

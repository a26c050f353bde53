/* What is wrong with a value that failed a rule, by the kind of the rule. */
#include <string.h>

#include "schema/diagnose/schema_explain.h"
#include "schema/engine/schema_number.h"

enum { SCHEMA_SHOWN_MAX = 60 }; /* columns */

/* minLength and maxLength, and the like: "must have at least 2 items, has 1". */
static void note_count(struct schema_explanation *x, const struct schema_limit_rule *rule,
                       const char *const keywords[2], const char *unit, size_t count, const json_t *value)
{
    bool few = count < rule->min;
    size_t limit = few ? rule->min : rule->max;

    if (few || count > rule->max) {
        schema_note(x, SCHEMA_FAULT_VALUE, keywords[few ? 0 : 1], value, "must have at %s %zu %s%s, has %zu",
                    few ? "least" : "most", limit, unit, limit == 1 ? "" : "s", count);
    }
}

static void explain_choice(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_choice_rule *rule = (const struct schema_choice_rule *)base;

    schema_note_choice(x, base->keyword, value, rule->choices, rule->is_const);
}

/* --- numbers and strings ----------------------------------------------------------------------- */

static void explain_number(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_number_rule *rule = (const struct schema_number_rule *)base;
    const json_t *min = rule->minimum, *max = rule->maximum, *above = rule->above, *below = rule->below;
    const struct {
        const char *keyword, *words;
        const json_t *limit;
        bool broken;
    } limits[] = {
        {"minimum", "at least", min, min != NULL && schema_number_compare(value, min) < 0},
        {"maximum", "at most", max, max != NULL && schema_number_compare(value, max) > 0},
        {"exclusiveMinimum", "more than", above, above != NULL && schema_number_compare(value, above) <= 0},
        {"exclusiveMaximum", "less than", below, below != NULL && schema_number_compare(value, below) >= 0},
        {"multipleOf", "a multiple of", rule->unit, rule->unit && !schema_number_is_multiple(value, rule->unit)},
    };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        const json_t *limit = limits[i].limit;
        /* both ends are named where there are two: after "at least 1" a reader would try 100 */
        if (limits[i].broken && min != NULL && max != NULL && (limit == min || limit == max)) {
            schema_note(x, SCHEMA_FAULT_VALUE, limits[i].keyword, value, "must be in the range %s to %s, is %s",
                        schema_explain_value(x, min), schema_explain_value(x, max), schema_explain_value(x, value));
        } else if (limits[i].broken) {
            schema_note(x, SCHEMA_FAULT_VALUE, limits[i].keyword, value, "must be %s %s, is %s", limits[i].words,
                        schema_explain_value(x, limit), schema_explain_value(x, value));
        }
    }
}

static void explain_length(struct schema_explanation *x, const struct schema_rule *rule, const json_t *value)
{
    static const char *const keywords[] = {"minLength", "maxLength"};

    note_count(x, (const struct schema_limit_rule *)rule, keywords, "character", schema_string_length(value), value);
}

static void explain_pattern(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_pattern_rule *rule = (const struct schema_pattern_rule *)base;

    if (schema_pattern_match(rule->pattern, x->run.matcher, json_string_value(value), json_string_length(value)) ==
        SCHEMA_MATCH_LIMIT) {
        schema_note(x, SCHEMA_FAULT_LIMIT, "pattern", value,
                    "undecided: matching the regular expression %s takes too long", rule->text);
    } else {
        struct schema_finding *finding =
            schema_note(x, SCHEMA_FAULT_VALUE, "pattern", value, "must match the pattern %s, is %s", rule->text,
                        schema_explain_value(x, value));
        const char *hint = schema_hint(x->schema);
        finding->fix = hint != NULL ? hint : "";
    }
}

static void explain_format(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_format *format = ((const struct schema_format_rule *)base)->format;
    struct schema_finding *finding =
        schema_note(x, SCHEMA_FAULT_VALUE, "format", value, "must be of the format %s, is %s", format->name,
                    schema_explain_value(x, value));

    finding->fix = schema_explain_text(x, "write it like %s", format->example);
}

/* --- arrays ------------------------------------------------------------------------------------ */

static void explain_array(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    static const char *const keywords[] = {"minItems", "maxItems"};
    const struct schema_array_rule *rule = (const struct schema_array_rule *)base;
    size_t size = json_array_size(value);
    size_t first;
    size_t second;

    note_count(x, &rule->limit, keywords, "item", size, value);
    for (size_t i = 0; i < size; i++) {
        const struct schema *schema = schema_item_schema(rule, i);
        if (schema != NULL) {
            schema_explain_item(x, schema, i, json_array_get(value, i));
        }
    }
    if (json_is_true(rule->unique) && !schema_is_unique(value, &first, &second)) {
        schema_note_item(x, SCHEMA_FAULT_VALUE, "uniqueItems", second, json_array_get(value, second),
                         "equals item %zu; items must differ", first);
    }
}

static void explain_contains(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_contains_rule *rule = (const struct schema_contains_rule *)base;
    size_t min = rule->limit.min;
    size_t size = json_array_size(value);
    size_t count = schema_contains_count(&x->run, rule, value, NULL);
    const char *title = schema_title(rule->schema);
    const char *verb = title != NULL ? "be a " : "";
    const char *what = title != NULL ? title : "fit the schema of contains";

    if (count > rule->limit.max) {
        schema_note(x, SCHEMA_FAULT_VALUE, "maxContains", value, "at most %zu of the items may %s%s, %zu do",
                    rule->limit.max, verb, what, count);
    } else if (size == 1 && min == 1) {
        /* the one item was meant */
        schema_explain_item(x, rule->schema, 0, json_array_get(value, 0));
    } else {
        schema_note(x, SCHEMA_FAULT_VALUE, min == 1 ? "contains" : "minContains", value,
                    "at least %zu of the items must %s%s, %zu of %zu do", min, verb, what, count, size);
    }
}

static void explain_unevaluated_items(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema *schema = ((const struct schema_one_rule *)base)->schema;

    for (size_t i = 0; i < x->evaluated->count; i++) {
        if (x->evaluated->marks[i]) {
            continue;
        }
        const json_t *item = json_array_get(value, i);
        if (schema->types == 0) {
            schema_note_item(x, SCHEMA_FAULT_UNKNOWN, "unevaluatedItems", i, item, "one item too many");
        } else {
            schema_explain_item(x, schema, i, item);
        }
    }
}

/* --- objects ----------------------------------------------------------------------------------- */

/* Whether a pattern has a schema for the member; explains what these find. */
static bool explain_pattern_properties(struct schema_explanation *x, const struct schema_object_rule *rule,
                                       const char *name, const json_t *member)
{
    bool evaluated = false;

    for (const struct schema_pattern_property *at = rule->patterns; at != NULL; at = at->next) {
        enum schema_match match = schema_pattern_match(at->pattern, x->run.matcher, name, strlen(name));
        if (match == SCHEMA_MATCH_LIMIT) {
            schema_note_member(x, SCHEMA_FAULT_LIMIT, "patternProperties", name, member,
                               "matching the regular expression takes too long");
        } else if (match == SCHEMA_MATCH) {
            evaluated = true;
            schema_explain_member(x, at->schema, name, member);
        }
    }
    return evaluated;
}

static void explain_values(struct schema_explanation *x, const struct schema_object_rule *rule, const json_t *object)
{
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)object, name, member) {
        const struct schema_property *property = schema_object_property(rule, name);
        bool evaluated = property != NULL && property->schema != NULL;
        if (evaluated) {
            schema_explain_member(x, property->schema, name, member);
        }
        evaluated |= explain_pattern_properties(x, rule, name, member);
        if (!evaluated && rule->additional != NULL && rule->additional->types != 0) {
            schema_explain_member(x, rule->additional, name, member);
        }
    }
}

static bool is_unknown(struct schema_explanation *x, const struct schema_object_rule *rule, const char *name)
{
    const struct schema_property *property = schema_object_property(rule, name);

    if (rule->additional == NULL || rule->additional->types != 0 || (property != NULL && property->schema != NULL)) {
        return false;
    }
    for (const struct schema_pattern_property *at = rule->patterns; at != NULL; at = at->next) {
        if (schema_pattern_match(at->pattern, x->run.matcher, name, strlen(name)) == SCHEMA_MATCH) {
            return false;
        }
    }
    return true;
}

static void explain_shape(struct schema_explanation *x, const struct schema_object_rule *rule, const json_t *object)
{
    size_t size = json_object_size(object);
    struct schema_members members = {.unknown_keyword = "additionalProperties", .missing_keyword = "required"};
    const char *name;
    json_t *member;

    members.unknown = text_arena_alloc(&x->arena, (size + 1) * sizeof(char *));
    members.missing = text_arena_alloc(&x->arena, (json_array_size(rule->required_names) + 1) * sizeof(char *));
    members.known = text_arena_alloc(&x->arena, (rule->count + 1) * sizeof(char *));
    json_object_foreach ((json_t *)object, name, member) {
        if (is_unknown(x, rule, name)) {
            members.unknown[members.unknown_count++] = name;
        }
    }
    size_t i;
    json_t *required;
    json_array_foreach (rule->required_names, i, required) {
        if (json_object_get(object, json_string_value(required)) == NULL) {
            members.missing[members.missing_count++] = json_string_value(required);
        }
    }
    json_object_foreach ((json_t *)rule->properties, name, member) {
        members.known[members.known_count++] = name;
    }
    schema_note_members(x, object, &members);
}

static void explain_object(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_object_rule *rule = (const struct schema_object_rule *)base;
    static const char *const keywords[] = {"minProperties", "maxProperties"};

    explain_shape(x, rule, value);
    note_count(x, &rule->limit, keywords, "member", json_object_size(value), value);
    explain_values(x, rule, value);
}

static void explain_unevaluated_properties(struct schema_explanation *x, const struct schema_rule *base,
                                           const json_t *value)
{
    const struct schema_one_rule *rule = (const struct schema_one_rule *)base;
    size_t size = json_object_size(value);
    struct schema_members members = {.unknown_keyword = "unevaluatedProperties"};
    enum { KNOWN_MAX = 512 };
    const char *name;
    json_t *member;
    size_t i = 0;

    members.unknown = text_arena_alloc(&x->arena, (size + 1) * sizeof(char *));
    members.known = text_arena_alloc(&x->arena, KNOWN_MAX * sizeof(char *));
    json_object_foreach ((json_t *)value, name, member) {
        if (!x->evaluated->marks[i++]) {
            if (rule->schema->types == 0) {
                members.unknown[members.unknown_count++] = name;
            } else {
                schema_explain_member(x, rule->schema, name, member);
            }
        }
    }
    members.known_count = schema_known_members(x->schema, members.known, KNOWN_MAX);
    schema_note_members(x, value, &members);
}

/* Why propertyNames refuses the name of a member. */
static void explain_name(struct schema_explanation *x, const struct schema *schema, const char *name)
{
    JSON_CLEANUP json_t *string = json_build_string(name);
    struct schema_finding *last = x->found.last;

    schema_explain_member(x, schema, name, string);
    for (struct schema_finding *at = last != NULL ? last->next : x->found.first; at != NULL; at = at->next) {
        at->at_name = true;
        if (at->kind != SCHEMA_FAULT_FORBIDDEN) { /* which names the member itself */
            at->message = schema_explain_text(x, "the name `%s` %s", name, at->message);
        }
        at->value = NULL;
    }
}

static void explain_names(struct schema_explanation *x, const struct schema_rule *rule, const json_t *value)
{
    const struct schema *schema = ((const struct schema_one_rule *)rule)->schema;
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)value, name, member) {
        if (!schema_accepts_name(&x->run, schema, name, strlen(name))) {
            explain_name(x, schema, name);
        }
    }
}

static void explain_required(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const char *trigger;
    json_t *names;
    size_t i;
    json_t *name;

    json_object_foreach ((json_t *)((const struct schema_dependent_required_rule *)base)->argument, trigger, names) {
        json_array_foreach (names, i, name) {
            const char *needed = json_string_value(name);
            if (json_object_get(value, trigger) == NULL || json_object_get(value, needed) != NULL) {
                continue;
            }
            struct schema_finding *finding = schema_note(x, SCHEMA_FAULT_MISSING, "dependentRequired", value,
                                                         "`%s` is missing; `%s` needs it", needed, trigger);
            finding->member = needed;
            finding->fix = schema_explain_text(x, "add `%s` or remove `%s`", needed, trigger);
        }
    }
}

static void explain_schemas(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_dependent_schemas_rule *rule = (const struct schema_dependent_schemas_rule *)base;

    for (size_t i = 0; i < rule->count; i++) {
        const struct schema *schema = rule->dependents[i].schema;
        if (json_object_get(value, rule->dependents[i].trigger) != NULL) {
            schema_explain_schema(x, schema, value, schema->steps);
        }
    }
}

/* --- on the same value -------------------------------------------------------------------------- */

static void explain_ref(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema *target = schema_ref_target(&x->run, (const struct schema_ref_rule *)base);

    schema_explain_schema(x, target, value, strcmp(base->keyword, "$ref") == 0 ? "/$ref" : "/$dynamicRef");
}

static void explain_all_of(struct schema_explanation *x, const struct schema_rule *rule, const json_t *value)
{
    const struct schema_list *list = &((const struct schema_list_rule *)rule)->list;

    for (size_t i = 0; i < list->count; i++) {
        schema_explain_schema(x, list->schemas[i], value, list->schemas[i]->steps);
    }
}

static void explain_alternatives(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_list_rule *rule = (const struct schema_list_rule *)base;
    bool *fits = text_arena_alloc(&x->arena, rule->list.count * sizeof(*fits));
    size_t fitting = 0;

    for (size_t i = 0; i < rule->list.count; i++) {
        fits[i] = schema_accepts(&x->run, rule->list.schemas[i], value, NULL);
        fitting += fits[i];
    }
    if (fitting > 1) {
        schema_explain_several(x, rule, value, fits);
    } else {
        schema_explain_alternatives(x, rule, value);
    }
}

/* What `not` forbids, when it is the presence of members: {"required": [...]} alone. */
static const json_t *forbidden_members(const struct schema *schema, const json_t *value)
{
    const json_t *names = json_object_get(schema->source, "required");

    return json_is_object(value) && json_object_size(schema->source) == 1 && json_array_size(names) > 0 ? names : NULL;
}

static void note_forbidden(struct schema_explanation *x, const json_t *names, const json_t *value)
{
    CLEANUP(text_free) struct text others = {0};
    const char *first = json_string_value(json_array_get(names, 0));

    for (size_t i = 1; i < json_array_size(names); i++) {
        text_printf(&others, "%s`%s`", i > 1 ? ", " : "", json_string_value(json_array_get(names, i)));
    }
    struct schema_finding *finding = schema_note_member(
        x, SCHEMA_FAULT_FORBIDDEN, "not", first, json_object_get(value, first),
        others.size > 0 ? "`%s` must not be given together with %s" : "`%s` must not be given here%s", first,
        text_string(&others));
    finding->fix = schema_explain_text(x, "remove %s", others.size > 0 ? "one of them" : "it");
}

static void explain_not(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema *schema = ((const struct schema_one_rule *)base)->schema;
    const json_t *names = forbidden_members(schema, value);
    const char *title = schema_title(schema);

    if (names != NULL) {
        note_forbidden(x, names, value);
    } else if (title != NULL) {
        schema_note(x, SCHEMA_FAULT_VALUE, "not", value, "must not be a %s, is %s", title,
                    schema_explain_value(x, value));
    } else {
        CLEANUP(text_free) struct text full = {0}, shown = {0};
        json_print(&full, schema->source, JSON_PRINT_COMPACT);
        text_append_short(&shown, text_string(&full), full.size, SCHEMA_SHOWN_MAX);
        schema_note(x, SCHEMA_FAULT_VALUE, "not", value, "must not fit the schema %s, is %s", text_string(&shown),
                    schema_explain_value(x, value));
    }
}

static void explain_if(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_if_rule *rule = (const struct schema_if_rule *)base;
    bool holds = schema_accepts(&x->run, rule->condition, value, NULL);
    const struct schema *next = holds ? rule->then : rule->otherwise;

    if (next != NULL) {
        schema_explain_schema(x, next, value, next->steps);
    }
}

/* --- all --------------------------------------------------------------------------------------- */

void schema_explain_rule(struct schema_explanation *x, const struct schema_rule *rule, const json_t *value)
{
    static void (*const functions[])(struct schema_explanation *, const struct schema_rule *, const json_t *) = {
        [SCHEMA_RULE_CHOICE] = explain_choice,
        [SCHEMA_RULE_NUMBER] = explain_number,
        [SCHEMA_RULE_LENGTH] = explain_length,
        [SCHEMA_RULE_PATTERN] = explain_pattern,
        [SCHEMA_RULE_FORMAT] = explain_format,
        [SCHEMA_RULE_ARRAY] = explain_array,
        [SCHEMA_RULE_CONTAINS] = explain_contains,
        [SCHEMA_RULE_OBJECT] = explain_object,
        [SCHEMA_RULE_NAMES] = explain_names,
        [SCHEMA_RULE_DEPENDENT_REQUIRED] = explain_required,
        [SCHEMA_RULE_DEPENDENT_SCHEMAS] = explain_schemas,
        [SCHEMA_RULE_REF] = explain_ref,
        [SCHEMA_RULE_ALL_OF] = explain_all_of,
        [SCHEMA_RULE_ALTERNATIVES] = explain_alternatives,
        [SCHEMA_RULE_NOT] = explain_not,
        [SCHEMA_RULE_IF] = explain_if,
        [SCHEMA_RULE_UNEVALUATED_ITEMS] = explain_unevaluated_items,
        [SCHEMA_RULE_UNEVALUATED_PROPERTIES] = explain_unevaluated_properties,
    };

    functions[rule->kind->id](x, rule, value);
}

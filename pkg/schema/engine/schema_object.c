/* Checking objects: properties, patternProperties, additionalProperties, required, minProperties, maxProperties in one
 * rule; unevaluatedProperties. */
#include <stdlib.h>
#include <string.h>

#include "schema/engine/schema_build.h"

/* The property with that name and hash, by bisection: no branch on the way depends on the name. */
static const struct schema_property *lookup(const struct schema_object_rule *rule, const char *name, size_t size,
                                            uint32_t hash)
{
    if (rule->count == 0) {
        return NULL;
    }
    const struct schema_property *at = rule->list;
    const struct schema_property *end = at + rule->count;
    for (size_t left = rule->count; left > 1; left -= left / 2) {
        at = at[left / 2 - 1].hash < hash ? at + left / 2 : at;
    }
    for (; at < end && at->hash <= hash; at++) {
        if (at->hash == hash && at->size == size && memcmp(at->name, name, size) == 0) {
            return at;
        }
    }
    return NULL;
}

const struct schema_property *schema_object_property(const struct schema_object_rule *rule, const char *name)
{
    size_t size = strlen(name);

    return lookup(rule, name, size, mem_hash(name, size));
}

static bool check_pattern_properties(struct schema_run *run, const struct schema_object_rule *rule,
                                     const struct schema_member *member, bool *ret_evaluated)
{
    for (const struct schema_pattern_property *at = rule->patterns; at != NULL; at = at->next) {
        enum schema_match match = schema_pattern_match(at->pattern, run->matcher, member->name, member->size);
        if (match == SCHEMA_MATCH_LIMIT) {
            return schema_run_stop(run, "matching the regular expression of a patternProperties takes too long");
        }
        if (match == SCHEMA_MATCH) {
            *ret_evaluated = true;
            if (!schema_accepts(run, at->schema, member->value, NULL)) {
                return false;
            }
        }
    }
    return true;
}

static bool check_member(struct schema_run *run, const struct schema_object_rule *rule,
                         const struct schema_property *property, const struct schema_member *member,
                         bool *ret_evaluated)
{
    *ret_evaluated = property != NULL && property->schema != NULL;
    if (*ret_evaluated && !schema_accepts(run, property->schema, member->value, NULL)) {
        return false;
    }
    if (rule->patterns != NULL && !check_pattern_properties(run, rule, member, ret_evaluated)) {
        return false;
    }
    if (!*ret_evaluated && rule->additional != NULL) {
        *ret_evaluated = true;
        return schema_accepts(run, rule->additional, member->value, NULL);
    }
    return true;
}

static struct schema_member member_at(void *at)
{
    struct schema_member member = {
        .name = json_object_iter_key(at),
        .value = json_object_iter_value(at),
        .size = json_object_iter_key_len(at),
    };

    member.hash = mem_hash(member.name, member.size);
    return member;
}

/* check_object for objects with more members than a run keeps. */
static bool check_large_object(struct schema_run *run, const struct schema_object_rule *rule, json_t *object,
                               struct schema_evaluated *evaluated)
{
    size_t found = 0;
    size_t i = 0;

    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at), i++) {
        struct schema_member member = member_at(at);
        const struct schema_property *property = lookup(rule, member.name, member.size, member.hash);
        bool marked;
        if (!check_member(run, rule, property, &member, &marked)) {
            return false;
        }
        found += property != NULL && property->required;
        if (marked) {
            schema_evaluated_mark(evaluated, i);
        }
    }
    return found == rule->required;
}

static void take_members(struct schema_run *run, json_t *object)
{
    size_t i = 0;

    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at), i++) {
        run->members[i] = member_at(at);
    }
    run->object = object;
}

/* The shape first: names distinguish alternatives at a fraction of what the values cost. */
static bool check_object(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_evaluated *evaluated)
{
    const struct schema_object_rule *rule = (const struct schema_object_rule *)base;
    json_t *object = (json_t *)value; /* jansson's iterators take no const */
    const struct schema_property *properties[SCHEMA_MEMBERS_MAX];
    struct schema_member members[SCHEMA_MEMBERS_MAX];
    size_t size = json_object_size(object);
    size_t found = 0;
    bool descend = false;

    if (size < rule->limit.min || size > rule->limit.max || size < rule->required) {
        return false;
    }
    if (size > SCHEMA_MEMBERS_MAX) {
        return check_large_object(run, rule, object, evaluated);
    }
    if (run->object != value) {
        take_members(run, object);
    }
    bool closed = rule->additional != NULL && rule->additional->types == 0 && rule->patterns == NULL;
    for (size_t i = 0; i < size; i++) {
        const struct schema_member *member = &run->members[i];
        const struct schema_property *property = lookup(rule, member->name, member->size, member->hash);
        bool known = property != NULL && property->schema != NULL;
        if (known ? property->schema->types == 0 : closed) {
            return false;
        }
        found += property != NULL && property->required;
        descend |= known;
        properties[i] = property;
    }
    if (found != rule->required) {
        return false;
    }
    if (!descend && rule->patterns == NULL && rule->additional == NULL) {
        return true;
    }
    /* the members' own members take their place in the run */
    memcpy(members, run->members, size * sizeof(members[0]));
    for (size_t i = 0; i < size; i++) {
        bool marked;
        if (!check_member(run, rule, properties[i], &members[i], &marked)) {
            return false;
        }
        if (marked) {
            schema_evaluated_mark(evaluated, i);
        }
    }
    return true;
}

SCHEMA_KIND(object, OBJECT, OBJECT, CHILDREN, check_object, object, true);

static int compare_properties(const void *a, const void *b)
{
    const struct schema_property *x = a;
    const struct schema_property *y = b;

    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

static struct schema_property *add_property(struct schema_object_rule *rule, const char *name)
{
    struct schema_property *property = &rule->list[rule->count++];

    property->name = name;
    property->size = strlen(name);
    property->hash = mem_hash(name, property->size);
    return property;
}

/* A name in both `properties` and `required`, or twice in `required`, becomes one property. */
static void sort_properties(struct schema_object_rule *rule)
{
    size_t count = 0;

    qsort(rule->list, rule->count, sizeof(*rule->list), compare_properties);
    for (size_t i = 0; i < rule->count; i++) {
        struct schema_property *last = count > 0 ? &rule->list[count - 1] : NULL;
        if (last != NULL && compare_properties(last, &rule->list[i]) == 0) {
            last->required |= rule->list[i].required;
            last->schema = last->schema != NULL ? last->schema : rule->list[i].schema;
        } else {
            rule->list[count++] = rule->list[i];
        }
    }
    rule->count = count;
    for (size_t i = 0; i < count; i++) {
        rule->required += rule->list[i].required;
    }
}

static bool add_required(struct schema_compiler *c, struct schema *schema, struct schema_object_rule *rule)
{
    size_t i;
    json_t *name;

    json_array_foreach (rule->required_names, i, name) {
        if (!json_is_string(name)) {
            return schema_error(c, schema, "required", "must be an array of strings");
        }
        add_property(rule, json_string_value(name))->required = true;
    }
    return true;
}

/* Both keywords at once, when `properties` is compiled; when there is none, `required` alone. */
bool schema_compile_properties(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                               const json_t *argument)
{
    unsigned vocabularies = schema->resource->vocabularies;
    const json_t *properties = vocabularies & SCHEMA_APPLICATOR ? json_object_get(schema->source, "properties") : NULL;
    struct schema_object_rule *rule = schema_rule(c, schema, keyword);
    const char *name;
    json_t *source;

    if (properties != NULL && properties != argument) {
        return true;
    }
    rule->properties = properties;
    rule->required_names = vocabularies & SCHEMA_VALIDATION ? json_object_get(schema->source, "required") : NULL;
    size_t most = json_object_size(properties) + json_array_size(rule->required_names);
    rule->list = text_arena_alloc(&c->library->arena, most * sizeof(*rule->list));
    json_object_foreach ((json_t *)properties, name, source) {
        struct schema *child = schema_child_member(c, schema, keyword, name, source);
        if (child == NULL) {
            return false;
        }
        add_property(rule, name)->schema = child;
    }
    if (!add_required(c, schema, rule)) {
        return false;
    }
    sort_properties(rule);
    return true;
}

bool schema_compile_pattern_properties(struct schema_compiler *c, struct schema *schema,
                                       const struct schema_keyword *keyword, const json_t *argument)
{
    struct schema_object_rule *rule = schema_rule(c, schema, keyword);
    const char *name;
    json_t *source;

    json_object_foreach ((json_t *)argument, name, source) {
        struct schema_pattern_property *property = text_arena_alloc(&c->library->arena, sizeof(*property));
        property->schema = schema_child_member(c, schema, keyword, name, source);
        property->pattern = schema_compile_pattern(c, schema, keyword->name, name, strlen(name));
        if (property->schema == NULL || property->pattern == NULL) {
            return false;
        }
        property->next = rule->patterns;
        rule->patterns = property;
    }
    return true;
}

/* --- unevaluatedProperties --------------------------------------------------------------------- */

static bool check_unevaluated_properties(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                                         struct schema_evaluated *evaluated)
{
    const struct schema *schema = ((const struct schema_one_rule *)rule)->schema;
    json_t *object = (json_t *)value;
    size_t i = 0;

    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at), i++) {
        if (!evaluated->marks[i] && !schema_accepts(run, schema, json_object_iter_value(at), NULL)) {
            return false;
        }
        evaluated->marks[i] = 1;
    }
    return true;
}

SCHEMA_KIND(unevaluated_properties, UNEVALUATED_PROPERTIES, OBJECT, LAST, check_unevaluated_properties, one, false);

/* Checking objects: properties, patternProperties, additionalProperties, required, minProperties, maxProperties in one
 * rule; unevaluatedProperties. */
#include <stdlib.h>
#include <string.h>

#include "schema/engine/schema_build.h"

enum { TABLE_START = 8 };

static struct schema_property *find_property(const struct schema_object_rule *rule, const char *name, size_t size,
                                             uint32_t hash)
{
    size_t mask = rule->slots - 1;
    size_t at = hash & mask;

    while (rule->table[at].name != NULL) {
        struct schema_property *property = &rule->table[at];
        if (property->hash == hash && property->size == size && memcmp(property->name, name, size) == 0) {
            return property;
        }
        at = (at + 1) & mask;
    }
    return &rule->table[at];
}

static const struct schema_property *lookup(const struct schema_object_rule *rule, const char *name, size_t size,
                                            uint32_t hash)
{
    const struct schema_property *property = rule->slots > 0 ? find_property(rule, name, size, hash) : NULL;

    return property != NULL && property->name != NULL ? property : NULL;
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

const struct schema_rule_kind schema_kind_object = {
    SCHEMA_RULE_OBJECT, SCHEMA_OBJECT, SCHEMA_CHILDREN, check_object, sizeof(struct schema_object_rule), true};

static struct schema_property *add_property(struct schema_compiler *c, struct schema_object_rule *rule,
                                            const char *name)
{
    size_t size = strlen(name);

    if (rule->count * 2 >= rule->slots) {
        struct schema_object_rule larger = {.slots = rule->slots ? rule->slots * 2 : TABLE_START};
        larger.table = text_arena_alloc(&c->library->arena, larger.slots * sizeof(*larger.table));
        for (size_t i = 0; i < rule->slots; i++) {
            const struct schema_property *old = &rule->table[i];
            if (old->name != NULL) {
                *find_property(&larger, old->name, old->size, old->hash) = *old;
            }
        }
        rule->table = larger.table;
        rule->slots = larger.slots;
    }
    uint32_t hash = mem_hash(name, size);
    struct schema_property *property = find_property(rule, name, size, hash);
    if (property->name == NULL) {
        *property = (struct schema_property){.name = name, .size = size, .hash = hash};
        rule->count++;
    }
    return property;
}

bool schema_compile_properties(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                               const json_t *argument)
{
    struct schema_object_rule *rule = schema_rule(c, schema, keyword);
    const char *name;
    json_t *source;

    rule->properties = argument;
    json_object_foreach ((json_t *)argument, name, source) {
        struct schema *child = schema_child_member(c, schema, keyword, name, source);
        if (child == NULL) {
            return false;
        }
        add_property(c, rule, name)->schema = child;
    }
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

bool schema_compile_required(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                             const json_t *argument)
{
    struct schema_object_rule *rule = schema_rule(c, schema, keyword);
    size_t i;
    json_t *name;

    rule->required_names = argument;
    json_array_foreach (argument, i, name) {
        if (!json_is_string(name)) {
            return schema_error(c, schema, keyword->name, "must be an array of strings");
        }
        struct schema_property *property = add_property(c, rule, json_string_value(name));
        rule->required += !property->required;
        property->required = true;
    }
    return true;
}

/* --- unevaluatedProperties --------------------------------------------------------------------- */

static bool check_unevaluated(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
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

const struct schema_rule_kind schema_kind_unevaluated_properties = {
    SCHEMA_RULE_UNEVALUATED_PROPERTIES, SCHEMA_OBJECT, SCHEMA_LAST, check_unevaluated,
    sizeof(struct schema_one_rule),     false};

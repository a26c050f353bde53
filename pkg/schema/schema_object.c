/* properties, patternProperties, additionalProperties, required, minProperties, maxProperties: one rule. */
#include <stdlib.h>
#include <string.h>

#include "schema/explain.h"

enum { TABLE_START = 8 };

struct property {
    const char *name;
    size_t size;
    uint32_t hash;
    bool required;
    const struct schema *schema; /* NULL: only required */
};

struct pattern_property {
    struct schema_pattern *pattern;
    const struct schema *schema;
    const struct pattern_property *next;
};

struct object_rule {
    struct schema_rule rule;
    bool begun;
    struct property *table; /* open addressing, `slots` a power of two, a name of NULL is free */
    size_t slots, count, required;
    const struct pattern_property *patterns;
    const struct schema *additional;
    size_t min, max;
    const json_t *properties, *required_names; /* as the schema has them, for their order; NULL allowed */
};

static struct property *find_property(const struct object_rule *rule, const char *name, size_t size, uint32_t hash)
{
    size_t mask = rule->slots - 1;
    size_t at = hash & mask;

    while (rule->table[at].name != NULL) {
        struct property *property = &rule->table[at];
        if (property->hash == hash && property->size == size && memcmp(property->name, name, size) == 0) {
            return property;
        }
        at = (at + 1) & mask;
    }
    return &rule->table[at];
}

static const struct property *lookup(const struct object_rule *rule, const char *name, size_t size)
{
    if (rule->slots == 0) {
        return NULL;
    }
    const struct property *property = find_property(rule, name, size, schema_hash(name, size));
    return property->name != NULL ? property : NULL;
}

/* Members whose schema is nobody's until here. */
static bool is_closed(const struct object_rule *rule)
{
    return rule->additional != NULL && rule->additional->types == 0 && rule->patterns == NULL;
}

static bool check_pattern_properties(struct schema_run *run, const struct object_rule *rule,
                                     const struct schema_member *member, bool *ret_evaluated)
{
    for (const struct pattern_property *at = rule->patterns; at != NULL; at = at->next) {
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

static bool check_member(struct schema_run *run, const struct object_rule *rule, const struct property *property,
                         const struct schema_member *member, bool *ret_evaluated)
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

    member.hash = schema_hash(member.name, member.size);
    return member;
}

static const struct property *property_of(const struct object_rule *rule, const struct schema_member *member)
{
    if (rule->slots == 0) {
        return NULL;
    }
    const struct property *property = find_property(rule, member->name, member->size, member->hash);
    return property->name != NULL ? property : NULL;
}

/* The same for objects with more members than a run keeps. */
static bool check_large_object(struct schema_run *run, const struct object_rule *rule, json_t *object,
                               struct schema_seen *seen)
{
    size_t found = 0;
    size_t i = 0;

    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at), i++) {
        struct schema_member member = member_at(at);
        const struct property *property = property_of(rule, &member);
        bool evaluated;
        if (!check_member(run, rule, property, &member, &evaluated)) {
            return false;
        }
        found += property != NULL && property->required;
        if (evaluated) {
            schema_seen_mark(seen, i);
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

/* The shape first: names tell alternatives apart at a fraction of what the values cost. */
static bool check_object(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_seen *seen)
{
    const struct object_rule *rule = (const struct object_rule *)base;
    json_t *object = (json_t *)value; /* jansson's iterators take no const */
    const struct property *properties[SCHEMA_MEMBERS_MAX];
    struct schema_member members[SCHEMA_MEMBERS_MAX];
    size_t size = json_object_size(object);
    size_t found = 0;
    bool descend = false;

    if (size < rule->min || size > rule->max || size < rule->required) {
        return false;
    }
    if (size > SCHEMA_MEMBERS_MAX) {
        return check_large_object(run, rule, object, seen);
    }
    if (run->object != value) {
        take_members(run, object);
    }
    bool closed = is_closed(rule);
    for (size_t i = 0; i < size; i++) {
        const struct property *property = property_of(rule, &run->members[i]);
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
        bool evaluated;
        if (!check_member(run, rule, properties[i], &members[i], &evaluated)) {
            return false;
        }
        if (evaluated) {
            schema_seen_mark(seen, i);
        }
    }
    return true;
}

/* --- faults ------------------------------------------------------------------------------------ */

static void explain_count(struct schema_explanation *x, const struct object_rule *rule, const json_t *object)
{
    size_t size = json_object_size(object);

    if (size < rule->min) {
        schema_note(x, SCHEMA_FAULT_VALUE, "minProperties", object, "must have at least %zu member%s, has %zu",
                    rule->min, rule->min == 1 ? "" : "s", size);
    }
    if (size > rule->max) {
        schema_note(x, SCHEMA_FAULT_VALUE, "maxProperties", object, "must have at most %zu member%s, has %zu",
                    rule->max, rule->max == 1 ? "" : "s", size);
    }
}

/* Whether a pattern has a schema for the member; explains what these find. */
static bool explain_pattern_properties(struct schema_explanation *x, const struct object_rule *rule, const char *name,
                                       const json_t *member)
{
    bool evaluated = false;

    for (const struct pattern_property *at = rule->patterns; at != NULL; at = at->next) {
        enum schema_match match = schema_pattern_match(at->pattern, x->run.matcher, name, strlen(name));
        if (match == SCHEMA_MATCH_LIMIT) {
            schema_note_member(x, SCHEMA_FAULT_LIMIT, "patternProperties", name, member,
                               "matching the regular expression takes too long");
        } else if (match == SCHEMA_MATCH) {
            evaluated = true;
            schema_explain_member(x, at->schema, name, member, at->schema->steps);
        }
    }
    return evaluated;
}

static void explain_values(struct schema_explanation *x, const struct object_rule *rule, const json_t *object)
{
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)object, name, member) {
        const struct property *property = lookup(rule, name, strlen(name));
        bool evaluated = property != NULL && property->schema != NULL;
        if (evaluated) {
            schema_explain_member(x, property->schema, name, member, property->schema->steps);
        }
        evaluated |= explain_pattern_properties(x, rule, name, member);
        if (!evaluated && rule->additional != NULL && rule->additional->types != 0) {
            schema_explain_member(x, rule->additional, name, member, rule->additional->steps);
        }
    }
}

static bool is_unknown(struct schema_explanation *x, const struct object_rule *rule, const char *name)
{
    const struct property *property = lookup(rule, name, strlen(name));

    if (rule->additional == NULL || rule->additional->types != 0 || (property != NULL && property->schema != NULL)) {
        return false;
    }
    for (const struct pattern_property *at = rule->patterns; at != NULL; at = at->next) {
        if (schema_pattern_match(at->pattern, x->run.matcher, name, strlen(name)) == SCHEMA_MATCH) {
            return false;
        }
    }
    return true;
}

static void explain_shape(struct schema_explanation *x, const struct object_rule *rule, const json_t *object)
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
    const struct object_rule *rule = (const struct object_rule *)base;

    explain_shape(x, rule, value);
    explain_count(x, rule, value);
    explain_values(x, rule, value);
}

/* --- compiling --------------------------------------------------------------------------------- */

static const struct schema_rule_kind object_kind = {SCHEMA_OBJECT, SCHEMA_CHILDREN, check_object, explain_object};

static struct object_rule *rule_of(struct schema_compiler *c, struct schema *schema)
{
    struct object_rule *rule = schema_rule_get(c, schema, &object_kind, sizeof(*rule), "properties");

    if (!rule->begun) {
        rule->begun = true;
        rule->max = SIZE_MAX;
    }
    return rule;
}

static struct property *add_property(struct schema_compiler *c, struct object_rule *rule, const char *name)
{
    size_t size = strlen(name);

    if (rule->count * 2 >= rule->slots) {
        struct object_rule larger = {.slots = rule->slots ? rule->slots * 2 : TABLE_START};
        larger.table = schema_alloc(c, larger.slots * sizeof(*larger.table));
        for (size_t i = 0; i < rule->slots; i++) {
            const struct property *old = &rule->table[i];
            if (old->name != NULL) {
                *find_property(&larger, old->name, old->size, old->hash) = *old;
            }
        }
        rule->table = larger.table;
        rule->slots = larger.slots;
    }
    uint32_t hash = schema_hash(name, size);
    struct property *property = find_property(rule, name, size, hash);
    if (property->name == NULL) {
        *property = (struct property){.name = name, .size = size, .hash = hash};
        rule->count++;
    }
    return property;
}

bool schema_compile_properties(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct object_rule *rule = rule_of(c, schema);
    const char *name;
    json_t *source;

    rule->properties = argument;
    json_object_foreach ((json_t *)argument, name, source) {
        struct schema *child = schema_child_member(c, schema, "properties", name, source);
        if (child == NULL) {
            return false;
        }
        add_property(c, rule, name)->schema = child;
    }
    return true;
}

bool schema_compile_pattern_properties(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct object_rule *rule = rule_of(c, schema);
    const char *name;
    json_t *source;

    json_object_foreach ((json_t *)argument, name, source) {
        struct pattern_property *property = schema_alloc(c, sizeof(*property));
        property->schema = schema_child_member(c, schema, "patternProperties", name, source);
        property->pattern = schema_compile_pattern(c, schema, "patternProperties", name, strlen(name));
        if (property->schema == NULL || property->pattern == NULL) {
            return false;
        }
        property->next = rule->patterns;
        rule->patterns = property;
    }
    return true;
}

bool schema_compile_additional_properties(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct object_rule *rule = rule_of(c, schema);

    rule->additional = schema_child(c, schema, "additionalProperties", argument);
    return rule->additional != NULL;
}

bool schema_compile_required(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct object_rule *rule = rule_of(c, schema);
    size_t i;
    json_t *name;

    rule->required_names = argument;
    json_array_foreach (argument, i, name) {
        if (!json_is_string(name)) {
            return schema_error(c, schema, "required", "must be an array of strings");
        }
        struct property *property = add_property(c, rule, json_string_value(name));
        rule->required += !property->required;
        property->required = true;
    }
    return true;
}

bool schema_compile_min_properties(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return schema_count(c, schema, "minProperties", argument, &rule_of(c, schema)->min);
}

bool schema_compile_max_properties(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return schema_count(c, schema, "maxProperties", argument, &rule_of(c, schema)->max);
}

/* --- for the diagnosis ------------------------------------------------------------------------- */

bool schema_is_object_rule(const struct schema_rule *rule)
{
    return rule->kind == &object_kind;
}

size_t schema_object_members(const struct schema_rule *base, const char **names, size_t room)
{
    const struct object_rule *rule = (const struct object_rule *)base;
    size_t count = 0;
    const char *name;
    json_t *source;

    json_object_foreach ((json_t *)rule->properties, name, source) {
        if (count < room && !json_is_false(source)) {
            names[count++] = name;
        }
    }
    return count;
}

const struct schema *schema_object_member(const struct schema_rule *base, const char *name)
{
    const struct property *property = lookup((const struct object_rule *)base, name, strlen(name));

    return property != NULL ? property->schema : NULL;
}

bool schema_object_requires(const struct schema_rule *base, const char *name)
{
    const struct property *property = lookup((const struct object_rule *)base, name, strlen(name));

    return property != NULL && property->required;
}

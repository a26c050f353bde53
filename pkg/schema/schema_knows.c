/* What a schema, together with what it applies to the same value, says about an object's members. */
#include <string.h>

#include "schema/explain.h"

/* Schemas looked at for one question: references may meet again and again. */
enum { WALK_MAX = 2000 };

static const struct schema_rule *object_rule_of(const struct schema *schema)
{
    const struct schema_rule *rule = schema->rules;

    while (rule != NULL && !schema_is_object_rule(rule)) {
        rule = rule->next;
    }
    return rule;
}

static size_t gather(const struct schema *schema, const char **names, size_t count, size_t room, unsigned *walk)
{
    const struct schema_rule *rule = object_rule_of(schema);

    if (*walk == 0) {
        return count;
    }
    --*walk;
    if (rule != NULL) {
        count += schema_object_members(rule, names + count, room - count);
    }
    for (const struct schema_edge *edge = schema->edges; edge != NULL; edge = edge->next) {
        if (edge->kind != SCHEMA_NEVER) {
            count = gather(edge->to, names, count, room, walk);
        }
    }
    return count;
}

size_t schema_known_members(const struct schema *schema, const char **names, size_t room)
{
    unsigned walk = WALK_MAX;

    return gather(schema, names, 0, room, &walk);
}

static bool knows(const struct schema *schema, const char *name, unsigned *walk)
{
    const struct schema_rule *rule = object_rule_of(schema);
    const struct schema *member = rule != NULL ? schema_object_member(rule, name) : NULL;

    if (member != NULL && member->types != 0) {
        return true;
    }
    for (const struct schema_edge *edge = schema->edges; edge != NULL && *walk > 0; edge = edge->next) {
        --*walk;
        if (edge->kind != SCHEMA_NEVER && knows(edge->to, name, walk)) {
            return true;
        }
    }
    return false;
}

bool schema_knows_member(const struct schema *schema, const char *name)
{
    unsigned walk = WALK_MAX;

    return knows(schema, name, &walk);
}

static bool demands(const struct schema *schema, const char *name, unsigned *walk)
{
    const struct schema_rule *rule = object_rule_of(schema);

    if (rule != NULL && schema_object_requires(rule, name)) {
        return true;
    }
    for (const struct schema_edge *edge = schema->edges; edge != NULL && *walk > 0; edge = edge->next) {
        --*walk;
        if (edge->kind == SCHEMA_ALWAYS && demands(edge->to, name, walk)) {
            return true;
        }
    }
    return false;
}

bool schema_requires_member(const struct schema *schema, const char *name)
{
    unsigned walk = WALK_MAX;

    return demands(schema, name, &walk);
}

/* Looks in the schema itself and where it always leads. */
static const struct schema_rule *choices_of(const struct schema *schema, unsigned *walk)
{
    for (const struct schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        if (schema_is_choice_rule(rule)) {
            return rule;
        }
    }
    for (const struct schema_edge *edge = schema->edges; edge != NULL && *walk > 0; edge = edge->next) {
        --*walk;
        const struct schema_rule *found = edge->kind == SCHEMA_ALWAYS ? choices_of(edge->to, walk) : NULL;
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static const struct schema_rule *member_choices(const struct schema *schema, const char *name, unsigned *walk)
{
    const struct schema_rule *rule = object_rule_of(schema);
    const struct schema *member = rule != NULL ? schema_object_member(rule, name) : NULL;
    const struct schema_rule *found = member != NULL ? choices_of(member, walk) : NULL;

    for (const struct schema_edge *edge = schema->edges; found == NULL && edge != NULL && *walk > 0;
         edge = edge->next) {
        --*walk;
        found = edge->kind == SCHEMA_ALWAYS ? member_choices(edge->to, name, walk) : NULL;
    }
    return found;
}

const struct schema_rule *schema_member_choices(const struct schema *schema, const char *name)
{
    unsigned walk = WALK_MAX;

    return member_choices(schema, name, &walk);
}

const char *schema_known_title(const struct schema *schema)
{
    for (unsigned walk = 0; schema != NULL && walk < WALK_MAX; walk++) {
        const struct schema_edge *edge = schema->edges;
        if (schema->title != NULL) {
            return schema->title;
        }
        while (edge != NULL && edge->kind != SCHEMA_ALWAYS) {
            edge = edge->next;
        }
        schema = edge != NULL ? edge->to : NULL;
    }
    return NULL;
}

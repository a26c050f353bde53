/* What a schema, together with what it applies to the same value, says about an object's members. */
#include "schema/diagnose/schema_explain.h"

/* Schemas visited for one question: references may meet again and again. */
enum { WALK_MAX = 2000 };

struct question {
    bool (*visit)(struct question *q, const struct schema *schema); /* true ends the walk: it is answered */
    bool always;                                                    /* only what is applied to every value */
    unsigned left;                                                  /* schemas that may still be visited */
    const char *name;                                               /* of the member */
    const char **names;                                             /* the answer: `count` of at most `room` names */
    size_t room, count;
    const struct schema_choice_rule *choice; /* the answer */
};

static bool ask(struct question *q, const struct schema *schema)
{
    if (q->left == 0) {
        return false;
    }
    q->left--;
    if (q->visit(q, schema)) {
        return true;
    }
    for (const struct schema_edge *edge = schema->edges; edge != NULL; edge = edge->next) {
        if (edge->kind != SCHEMA_NEVER && (edge->kind == SCHEMA_ALWAYS || !q->always) && ask(q, edge->to)) {
            return true;
        }
    }
    return false;
}

static const struct schema_rule *rule_with(const struct schema *schema, enum schema_rule_id id)
{
    const struct schema_rule *rule = schema->rules;

    while (rule != NULL && rule->kind->id != id) {
        rule = rule->next;
    }
    return rule;
}

static const struct schema_property *property_of(const struct schema *schema, const char *name)
{
    const struct schema_rule *rule = rule_with(schema, SCHEMA_RULE_OBJECT);

    return rule != NULL ? schema_object_property((const struct schema_object_rule *)rule, name) : NULL;
}

static bool add_names(struct question *q, const struct schema *schema)
{
    const struct schema_rule *rule = rule_with(schema, SCHEMA_RULE_OBJECT);
    const json_t *properties = rule != NULL ? ((const struct schema_object_rule *)rule)->properties : NULL;
    const char *name;
    json_t *source;

    json_object_foreach ((json_t *)properties, name, source) {
        if (q->count < q->room && !json_is_false(source)) {
            q->names[q->count++] = name;
        }
    }
    return false;
}

size_t schema_known_members(const struct schema *schema, const char **names, size_t room)
{
    struct question q = {.visit = add_names, .left = WALK_MAX, .names = names, .room = room};

    ask(&q, schema);
    return q.count;
}

static bool declares(struct question *q, const struct schema *schema)
{
    const struct schema_property *property = property_of(schema, q->name);

    return property != NULL && property->schema != NULL && property->schema->types != 0;
}

bool schema_knows_member(const struct schema *schema, const char *name)
{
    return ask(&(struct question){.visit = declares, .left = WALK_MAX, .name = name}, schema);
}

static bool requires(struct question *q, const struct schema *schema)
{
    const struct schema_property *property = property_of(schema, q->name);

    return property != NULL && property->required;
}

bool schema_requires_member(const struct schema *schema, const char *name)
{
    return ask(&(struct question){.visit = requires, .always = true, .left = WALK_MAX, .name = name}, schema);
}

static bool has_choices(struct question *q, const struct schema *schema)
{
    q->choice = (const struct schema_choice_rule *)rule_with(schema, SCHEMA_RULE_CHOICE);
    return q->choice != NULL;
}

static bool member_has_choices(struct question *q, const struct schema *schema)
{
    const struct schema_property *property = property_of(schema, q->name);
    struct question inner = {.visit = has_choices, .always = true, .left = q->left};

    if (property == NULL || property->schema == NULL) {
        return false;
    }
    bool found = ask(&inner, property->schema);
    q->left = inner.left;
    q->choice = inner.choice;
    return found;
}

const struct schema_choice_rule *schema_member_choices(const struct schema *schema, const char *name)
{
    struct question q = {.visit = member_has_choices, .always = true, .left = WALK_MAX, .name = name};

    return ask(&q, schema) ? q.choice : NULL;
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

const char *schema_instead(const struct schema *schema, const char *member)
{
    return json_string_value(json_object_get(json_object_get(schema->source, "x-instead"), member));
}

const char *schema_hint(const struct schema *schema)
{
    return json_string_value(json_object_get(schema->source, "x-hint"));
}

/*
 * schema_compiled: what schemas are compiled to, and how it is run.
 *
 * A struct schema is made for every subschema of a document when the document is read (schema_library.h); compiling
 * adds its rules (schema_build.h). A rule is one keyword or a family of keywords that are checked together; rules of
 * one kind have one check function, which gives a verdict as fast as it can. What is wrong with a value that failed
 * is found by folder diagnose, from the same rules (schema_rules.h).
 */
#ifndef SCHEMA_ENGINE_SCHEMA_COMPILED_H
#define SCHEMA_ENGINE_SCHEMA_COMPILED_H

#include <stdint.h>

#include "mem/mem.h"
#include "schema/engine/schema_pattern.h"
#include "schema/schema.h"

enum schema_type {
    SCHEMA_NULL = 1,
    SCHEMA_BOOLEAN = 2,
    SCHEMA_OBJECT = 4,
    SCHEMA_ARRAY = 8,
    SCHEMA_STRING = 16,
    SCHEMA_INTEGER = 32,
    SCHEMA_REAL = 64, /* numbers that jansson holds as reals, even 1.0 */
    SCHEMA_NUMBER = SCHEMA_INTEGER | SCHEMA_REAL,
    SCHEMA_ANY = 127,
};

static inline unsigned schema_type_of(const json_t *value)
{
    static const unsigned char types[] = {
        [JSON_OBJECT] = SCHEMA_OBJECT,   [JSON_ARRAY] = SCHEMA_ARRAY, [JSON_STRING] = SCHEMA_STRING,
        [JSON_INTEGER] = SCHEMA_INTEGER, [JSON_REAL] = SCHEMA_REAL,   [JSON_TRUE] = SCHEMA_BOOLEAN,
        [JSON_FALSE] = SCHEMA_BOOLEAN,   [JSON_NULL] = SCHEMA_NULL,
    };
    return types[json_typeof(value)];
}

enum schema_vocabulary {
    SCHEMA_CORE = 1,
    SCHEMA_APPLICATOR = 2,
    SCHEMA_UNEVALUATED = 4,
    SCHEMA_VALIDATION = 8,
    SCHEMA_META_DATA = 16,
    SCHEMA_FORMAT_ANNOTATION = 32,
    SCHEMA_FORMAT_ASSERTION = 64,
    SCHEMA_CONTENT = 128,
    SCHEMA_FORMAT = SCHEMA_FORMAT_ANNOTATION | SCHEMA_FORMAT_ASSERTION,
    SCHEMA_STANDARD = 255 - SCHEMA_FORMAT_ASSERTION, /* of the metaschema of draft 2020-12 */
};

/* The base URI's extent: a document's root, or a subschema with an $id. */
struct schema_resource {
    const char *uri;       /* absolute, without fragment */
    const char *dialect;   /* URI of its metaschema */
    unsigned vocabularies; /* bits of schema_vocabulary */
    struct schema *root;
    struct schema_document *document;
    struct mem_map anchors; /* name -> struct schema *, dynamic ones too */
    struct mem_map dynamic_anchors;
    bool entered; /* its dynamic anchors are compiled */
    struct schema_resource *next;
};

struct schema_rule_kind;
struct schema_run;
struct schema_evaluated;
struct schema_rule;

typedef bool schema_check_function(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                                   struct schema_evaluated *evaluated);

struct schema_rule {
    schema_check_function *check; /* this and `types` are the kind's, copied here for the fast pass */
    unsigned types;
    const struct schema_rule_kind *kind;
    const struct schema_rule *next;
    const char *keyword; /* that made it, the first one of a family */
};

/* How a subschema is applied: to another value than its schema; or to the same one always, in some cases, or to be
 * refused. */
enum schema_edge_kind { SCHEMA_ELSEWHERE, SCHEMA_ALWAYS, SCHEMA_SOMETIMES, SCHEMA_NEVER };

struct schema_edge {
    struct schema *to;
    enum schema_edge_kind kind;
    const struct schema_edge *next;
};

struct schema {
    const json_t *source;
    struct schema_resource *resource;
    const struct schema *parent;     /* in whose keyword it stands; NULL at a document's root */
    const char *steps;               /* JSON pointer from the parent: "/properties/name" */
    unsigned types;                  /* that may pass */
    bool queued;                     /* it is or will be compiled */
    bool tracks;                     /* has unevaluatedItems or unevaluatedProperties */
    bool plain;                      /* neither tracks nor matters to the dynamic scope */
    unsigned char visit;             /* for finding cycles: enum visit of schema_compile.c */
    const struct schema *alias;      /* it is nothing but a reference to that one; or NULL */
    const struct schema_rule *rules; /* by phase */
    const struct schema_edge *edges;
    const struct schema_edge *cursor;
    struct schema *next; /* on the stack of schemas to compile, then in the list of compiled ones */
    struct schema *visitor;
    const char *title;
};

/* --- running ----------------------------------------------------------------------------------- */

/* Which members or items of one value are evaluated; a NULL pointer where no unevaluated* depends on it. */
struct schema_evaluated {
    unsigned char *marks;
    size_t count;
    unsigned char few[64]; /* the marks of most values */
};

/* The dynamic scope, innermost first. */
struct schema_scope {
    const struct schema_resource *resource;
    const struct schema_scope *outer;
};

/* The members of the object that was checked last: the alternatives of a oneOf are all checked against the same. */
enum { SCHEMA_MEMBERS_MAX = 32 };

struct schema_member {
    const char *name;
    const json_t *value;
    size_t size;
    uint32_t hash;
};

struct schema_run {
    const json_t *object; /* whose members `members` are, or NULL */
    struct schema_member members[SCHEMA_MEMBERS_MAX];
    const struct schema_scope *scope;
    struct schema_matcher *matcher;
    unsigned depth;
    unsigned long steps;
    const char *limit; /* why the verdict is undecided, or NULL */
};

/* The part of schema_accepts that is not worth being inlined. */
bool schema_run_rules(struct schema_run *run, const struct schema *schema, const json_t *value, unsigned type,
                      struct schema_evaluated *evaluated) __attribute__((hot));
bool schema_type_fits(const struct schema *schema, const json_t *value, unsigned type);

/* Whether the value passes; marks in `evaluated` what was evaluated. A failed run may leave marks, too: a caller that
 * continues after a failure gives it marks of its own. */
static inline bool schema_accepts(struct schema_run *run, const struct schema *schema, const json_t *value,
                                  struct schema_evaluated *evaluated)
{
    schema = schema->alias != NULL ? schema->alias : schema;
    unsigned type = schema_type_of(value);

    if ((schema->types & type) == 0 && !schema_type_fits(schema, value, type)) {
        return false;
    }
    return schema->rules == NULL || schema_run_rules(run, schema, value, type, evaluated);
}

/* A run with all its limits ahead. */
void schema_run_begin(struct schema_run *run, const struct schema *schema);

/* The run ends undecided. Always false. */
bool schema_run_stop(struct schema_run *run, const char *limit);

/* Marks of a value's own, all unset. */
void schema_evaluated_init(struct schema_evaluated *evaluated, const json_t *value);
void schema_evaluated_free(struct schema_evaluated *evaluated);
void schema_evaluated_merge(struct schema_evaluated *into, const struct schema_evaluated *from);
static inline void schema_evaluated_mark(struct schema_evaluated *evaluated, size_t at)
{
    if (evaluated != NULL) {
        evaluated->marks[at] = 1;
    }
}

/* --- for messages (schema_print.c) -------------------------------------------------------------- */

/* Appends the value: compact JSON, shortened; of objects and arrays their size. */
void schema_value_print(struct text *out, const json_t *value);

/* "a string", "a number or null". */
void schema_types_print(struct text *out, unsigned types);

/* Appends "file#/pointer"; the URI with the pointer from the root of its resource. */
void schema_place_print(struct text *out, const struct schema *schema);
void schema_place_print_absolute(struct text *out, const struct schema *schema);

#endif

/*
 * compiled: what schemas are compiled to, and how it is run; private to room schema.
 *
 * A struct schema is made for every subschema of a document when the document is read (library.h); compiling fills in
 * its rules. A rule is one keyword or a family of keywords that are checked together; the keyword table
 * (schema_keywords.c) says which function compiles which keyword. A rule's kind has two functions: check() gives a
 * verdict as fast as it can; explain() is called for a rule whose check() has failed and adds the faults (explain.h).
 */
#ifndef SCHEMA_COMPILED_H
#define SCHEMA_COMPILED_H

#include <stdint.h>

#include "schema/map.h"
#include "schema/pattern.h"
#include "schema/schema.h"
#include "text/text_arena.h"

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
};

/* The base URI's extent: a document's root, or a subschema with an $id. */
struct schema_resource {
    const char *uri;       /* absolute, without fragment */
    const char *dialect;   /* URI of its metaschema */
    unsigned vocabularies; /* bits of schema_vocabulary */
    struct schema *root;
    struct schema_document *document;
    struct schema_map anchors; /* name -> struct schema *, dynamic ones too */
    struct schema_map dynamic_anchors;
    bool entered; /* its dynamic anchors are compiled */
    struct schema_resource *next;
};

struct schema_rule_kind;
struct schema_run;
struct schema_seen;
struct schema_rule;

typedef bool schema_check_function(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                                   struct schema_seen *seen);

struct schema_rule {
    schema_check_function *check; /* this and the next are the kind's, at hand for the fast pass */
    unsigned types;
    const struct schema_rule_kind *kind;
    const struct schema_rule *next;
    const char *keyword;
};

/* A subschema that is applied to the same value: always, in some cases, or to be refused. */
enum schema_edge_kind { SCHEMA_ALWAYS, SCHEMA_SOMETIMES, SCHEMA_NEVER };

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
    unsigned char visit;             /* 0 not yet, 1 under way, 2 done: for finding circles */
    const struct schema *alias;      /* it is nothing but a reference to that one; or NULL */
    const struct schema_rule *rules; /* by phase */
    const struct schema_edge *edges;
    const struct schema_edge *cursor;
    struct schema *next; /* on the stack of schemas to compile, then in the list of compiled ones */
    struct schema *visitor;
    const char *title;
    const char *place; /* made when first asked for */
};

/* --- running ----------------------------------------------------------------------------------- */

/* Which members or items of one value are evaluated; NULL where nobody asks. */
struct schema_seen {
    unsigned char *marks;
    size_t count;
    unsigned char few[64]; /* the marks of most values */
};

/* The dynamic scope, innermost first. */
struct schema_scope {
    const struct schema_resource *resource;
    const struct schema_scope *outer;
};

/* The members of the object that was looked at last: the alternatives of a oneOf all look at the same. */
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

/* Rules run in this order: what is cheap and telling comes first, what needs the others' marks last. */
enum schema_phase { SCHEMA_SCALAR, SCHEMA_CHILDREN, SCHEMA_IN_PLACE, SCHEMA_CONDITIONAL, SCHEMA_LAST };

struct schema_explanation;

struct schema_rule_kind {
    unsigned types; /* of values that it looks at */
    enum schema_phase phase;
    schema_check_function *check;
    void (*explain)(struct schema_explanation *x, const struct schema_rule *rule, const json_t *value);
};

/* The part of schema_accepts that is not worth being inlined. */
bool schema_run_rules(struct schema_run *run, const struct schema *schema, const json_t *value, unsigned type,
                      struct schema_seen *seen) __attribute__((hot));
bool schema_type_fits(const struct schema *schema, const json_t *value, unsigned type);

/* Whether the value passes; marks in `seen` what was evaluated. A failed run may leave marks, too: who goes on after
 * a failure gives it marks of its own. */
static inline bool schema_accepts(struct schema_run *run, const struct schema *schema, const json_t *value,
                                  struct schema_seen *seen)
{
    schema = schema->alias != NULL ? schema->alias : schema;
    unsigned type = schema_type_of(value);

    if ((schema->types & type) == 0 && !schema_type_fits(schema, value, type)) {
        return false;
    }
    return schema->rules == NULL || schema_run_rules(run, schema, value, type, seen);
}

/* The run ends undecided. Always false. */
bool schema_run_stop(struct schema_run *run, const char *limit);

/* Members of an object or items of an array; 0 for others. */
size_t schema_value_size(const json_t *value);

/* Marks of a value's own, all unset. */
void schema_seen_init(struct schema_seen *seen, const json_t *value);
void schema_seen_free(struct schema_seen *seen);
void schema_seen_merge(struct schema_seen *into, const struct schema_seen *from);
static inline void schema_seen_mark(struct schema_seen *seen, size_t at)
{
    if (seen != NULL) {
        seen->marks[at] = 1;
    }
}

/* Appends the value as people see it: compact JSON, shortened. */
void schema_value_print(struct text *out, const json_t *value);

/* "a string", "a number or null". */
void schema_types_print(struct text *out, unsigned types);

/* --- compiling --------------------------------------------------------------------------------- */

struct schema_compiler {
    struct schema_library *library;
    struct err *e;
};

enum schema_children { SCHEMA_NO_CHILDREN, SCHEMA_ONE, SCHEMA_LIST, SCHEMA_MEMBERS };

struct schema_keyword {
    const char *name;
    unsigned vocabulary;
    unsigned arguments;            /* types that its value may have */
    enum schema_children children; /* where subschemas stand */
    bool (*compile)(struct schema_compiler *c, struct schema *schema, const json_t *argument);
};

const struct schema_keyword *schema_keyword_find(const char *name);

/* A rule of `size` bytes that begins with a struct schema_rule, put in its place among the schema's rules. */
void *schema_rule_add(struct schema_compiler *c, struct schema *schema, const struct schema_rule_kind *kind,
                      size_t size, const char *keyword);

/* The schema's rule of that kind, added when there is none. */
void *schema_rule_get(struct schema_compiler *c, struct schema *schema, const struct schema_rule_kind *kind,
                      size_t size, const char *keyword);

/* The subschema at "/keyword", "/keyword/name" or "/keyword/index", which will be compiled. */
struct schema *schema_child(struct schema_compiler *c, struct schema *schema, const char *keyword,
                            const json_t *source);
struct schema *schema_child_member(struct schema_compiler *c, struct schema *schema, const char *keyword,
                                   const char *name, const json_t *source);
struct schema *schema_child_item(struct schema_compiler *c, struct schema *schema, const char *keyword, size_t index,
                                 const json_t *source);

/* What a schema that has only this rule refers to, when nothing is lost by going there at once; else NULL. */
const struct schema *schema_ref_only(const struct schema_rule *rule);

/* `to` is applied to the same value as `schema`. */
void schema_edge_add(struct schema_compiler *c, struct schema *schema, struct schema *to, enum schema_edge_kind kind);

/* The pattern, translated once for the library; NULL with the error set. */
struct schema_pattern *schema_compile_pattern(struct schema_compiler *c, const struct schema *schema,
                                              const char *keyword, const char *bytes, size_t size);

/* The schema that a reference in `schema` leads to, which will be compiled; NULL with the error set. */
struct schema *schema_resolve(struct schema_compiler *c, const struct schema *schema, const char *keyword,
                              const char *reference);

/* The error of a schema: "file#/pointer/keyword: message". Always false. */
bool schema_error(struct schema_compiler *c, const struct schema *schema, const char *keyword, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A count that a keyword limits something to: an integer of at least 0. */
bool schema_count(struct schema_compiler *c, const struct schema *schema, const char *keyword, const json_t *argument,
                  size_t *ret_count);

void *schema_alloc(struct schema_compiler *c, size_t size);
enum schema_flags schema_compiler_flags(const struct schema_compiler *c);

/* The compile functions of the keyword table, a file a family. */
typedef bool schema_compile_function(struct schema_compiler *c, struct schema *schema, const json_t *argument);
schema_compile_function schema_compile_type, schema_compile_const, schema_compile_enum; /* schema_value.c */
schema_compile_function schema_compile_minimum, schema_compile_maximum, schema_compile_exclusive_minimum,
    schema_compile_exclusive_maximum, schema_compile_multiple_of; /* schema_number.c */
schema_compile_function schema_compile_min_length, schema_compile_max_length, schema_compile_pattern_keyword,
    schema_compile_format; /* schema_string.c */
schema_compile_function schema_compile_properties, schema_compile_pattern_properties,
    schema_compile_additional_properties, schema_compile_required, schema_compile_min_properties,
    schema_compile_max_properties; /* schema_object.c */
schema_compile_function schema_compile_property_names, schema_compile_dependent_required,
    schema_compile_dependent_schemas; /* schema_dependent.c */
schema_compile_function schema_compile_prefix_items, schema_compile_items, schema_compile_min_items,
    schema_compile_max_items, schema_compile_unique_items, schema_compile_contains; /* schema_array.c */
schema_compile_function schema_compile_all_of, schema_compile_any_of, schema_compile_one_of, schema_compile_not,
    schema_compile_if;                                                  /* schema_applicators.c */
schema_compile_function schema_compile_ref, schema_compile_dynamic_ref; /* schema_ref.c */
schema_compile_function schema_compile_unevaluated_items,
    schema_compile_unevaluated_properties; /* schema_unevaluated.c */

#endif

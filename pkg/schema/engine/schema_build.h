/*
 * schema_build: what the functions that compile keywords share.
 *
 * The keyword table (schema_compile.c) says which function compiles which keyword into which field of a rule of which
 * kind. Memory belongs to the library. Functions that return bool or a pointer fail with the compiler's error set.
 */
#ifndef SCHEMA_ENGINE_SCHEMA_BUILD_H
#define SCHEMA_ENGINE_SCHEMA_BUILD_H

#include "schema/engine/schema_library.h"
#include "schema/engine/schema_rules.h"

struct schema_compiler {
    struct schema_library *library;
    struct err *e;
};

struct schema_keyword;
typedef bool schema_compile_function(struct schema_compiler *c, struct schema *schema,
                                     const struct schema_keyword *keyword, const json_t *argument);

struct schema_keyword {
    const char *name;
    unsigned vocabulary;
    unsigned arguments;               /* types that its value may have */
    unsigned edge;                    /* schema_edge_kind: how its subschemas are applied */
    schema_compile_function *compile; /* NULL: another keyword reads it, or it says nothing about values */
    const struct schema_rule_kind *kind;
    size_t field; /* offset in a rule of that kind */
};

/* The error of a schema: "file#/pointer/keyword: message". Always false. */
bool schema_error(struct schema_compiler *c, const struct schema *schema, const char *keyword, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The schema's rule of the keyword's kind; made, and put in its place among the schema's rules, when there is none. */
void *schema_rule(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword);

/* The subschema at "/keyword/name", which will be compiled, with the edge of the keyword. */
struct schema *schema_child_member(struct schema_compiler *c, struct schema *schema,
                                   const struct schema_keyword *keyword, const char *name, const json_t *source);

/* `to` is applied to the same value as `schema`. */
void schema_edge_add(struct schema_compiler *c, struct schema *schema, struct schema *to, enum schema_edge_kind kind);

/* The pattern, translated once for the library. */
struct schema_pattern *schema_compile_pattern(struct schema_compiler *c, const struct schema *schema,
                                              const char *keyword, const char *bytes, size_t size);

/* A count that a keyword limits something to: an integer of at least 0. */
bool schema_count(struct schema_compiler *c, const struct schema *schema, const char *keyword, const json_t *argument,
                  size_t *ret_count);

/* Functions of the keyword table that set the keyword's field: to the argument as it is, to a count, to the subschema
 * at "/keyword", to the list of subschemas in it. */
schema_compile_function schema_compile_argument, schema_compile_count, schema_compile_child, schema_compile_list;

/* Those of a family. */
schema_compile_function schema_compile_type, schema_compile_choice, schema_compile_multiple_of; /* schema_value.c */
schema_compile_function schema_compile_pattern_keyword, schema_compile_format;                  /* schema_string.c */
schema_compile_function schema_compile_contains;                                                /* schema_array.c */
schema_compile_function schema_compile_properties, schema_compile_pattern_properties;           /* schema_object.c */
schema_compile_function schema_compile_dependent_required, schema_compile_dependent_schemas;    /* schema_dependent.c */
schema_compile_function schema_compile_branch, schema_compile_ref; /* schema_applicators.c */

/* What a schema that has only this rule refers to, when nothing is lost by going there at once; else NULL. */
const struct schema *schema_ref_only(const struct schema_rule *rule);

#endif

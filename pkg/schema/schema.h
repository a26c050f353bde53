/*
 * schema: JSON Schema draft 2020-12, compiled once, then run over json_t trees.
 *
 * A library holds documents: files, folders mapped to URI prefixes, files embedded in the binary, trees made in memory.
 * schema_compile() turns one of them, and all that its references reach, into a struct schema; that answers
 * schema_check() (a verdict, fast, stops at the first fault) and schema_explain() (all faults, for people).
 *
 *     struct schema_library *library = schema_library_create(SCHEMA_ASSERT_FORMAT);
 *     const struct schema *schema = schema_compile_file(library, "prototype.json", &e);
 *     if (schema_check(schema, value) != SCHEMA_VALID) {
 *         struct schema_faults faults CLEANUP(schema_faults_free) = {0};
 *         schema_explain(schema, value, &faults); ...
 *
 * Promises
 * - Every keyword of the draft's vocabularies, 100 % of the required tests of the JSON-Schema-Test-Suite: dynamic
 *   references, anchors, embedded resources, unevaluated*, $vocabulary, exact decimal multipleOf, code point lengths.
 *   No other dialect: a `$schema` that leads to no metaschema of draft 2020-12 vocabularies is an error.
 * - A schema is checked against its metaschema when it is compiled; references that cannot be resolved, patterns that
 *   cannot be translated and cycles of references that do not go into the value are errors then. The
 *   error's message names file and JSON pointer.
 * - Nothing in a schema or a value can crash or hang: what would take more than the limits below has the verdict
 *   SCHEMA_UNDECIDED, which is neither valid nor invalid.
 * - `pattern` is ECMA-262 with the u flag, translated to PCRE2 (engine/schema_pattern.h).
 *
 * Everything that is compiled belongs to the library. A library and its schemas are for one thread at a time.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include "schema/schema_files.h"
#include "text/text_arena.h"
#include "json/json.h"

enum {
    SCHEMA_FAULTS_MAX = 100,         /* faults that one explanation lists; the rest is counted */
    SCHEMA_DEPTH_MAX = 6000,         /* schemas inside each other at one moment of a check */
    SCHEMA_STEPS_MAX = 50 * 1000000, /* schema evaluations of one check */
    SCHEMA_STEPS_FEW = 100 * 1000,
};

struct schema_library;
struct schema;

/* --- library ----------------------------------------------------------------------------------- */

enum schema_flags {
    SCHEMA_DEFAULT = 0,
    /* `format` asserts (engine/schema_format.h says which). Without it `format` is an annotation, as the draft says,
     * unless the schema's metaschema declares the vocabulary format-assertion. */
    SCHEMA_ASSERT_FORMAT = 1,
    /* Of one source of documents: not checked against the metaschema again, because the build's tests did that. */
    SCHEMA_TRUSTED = 2,
    /* Of a library: at most SCHEMA_STEPS_FEW steps of a check, and of one match of a regular expression. */
    SCHEMA_FEW_STEPS = 4,
};

/* A library with the metaschema of draft 2020-12. Never NULL. */
struct schema_library *schema_library_create(enum schema_flags flags);

/* Frees it, its documents and all that was compiled from them. NULL allowed. */
void schema_library_destroy(struct schema_library *library);

/*
 * Documents of an embedded list: the URI of each is `uri` followed by its name, and messages call it `folder` "/"
 * name. Read and parsed when first needed. `files`, `uri` and `folder` are borrowed for the library's life.
 */
void schema_library_embed(struct schema_library *library, const char *uri, const char *folder,
                          const struct schema_file *files, enum schema_flags flags);

/*
 * URIs that start with `uri` are read from the file at the rest of their path below `directory`, which ".." cannot
 * leave. The longest prefix wins; later ones win over earlier equal ones, so a folder can stand in for embedded
 * files. Strings are copied. Errors: ERR_USAGE when `uri` is no absolute URI or `directory` is no directory.
 */
bool schema_library_map(struct schema_library *library, const char *uri, const char *directory, enum schema_flags flags,
                        struct err *e) __attribute__((warn_unused_result));

/* A document made in memory, found under `uri` (copied); takes its own reference to `root`. */
void schema_library_add(struct schema_library *library, const char *uri, json_t *root);

/* --- compile ----------------------------------------------------------------------------------- */

/*
 * The schema at a URI, with or without fragment (a JSON pointer or an anchor); compiled at the first call and
 * remembered. NULL on failure: ERR_INVALID with a message that names "file#/pointer" for a fault in a schema,
 * ERR_NOT_FOUND for a URI that leads nowhere. A reference whose document is not there is ERR_INVALID, too.
 */
const struct schema *schema_compile(struct schema_library *library, const char *uri, struct err *e)
    __attribute__((warn_unused_result));

/* The schema in a file, known under the file's URI and its $id. ERR_USAGE when unreadable. */
const struct schema *schema_compile_file(struct schema_library *library, const char *path, struct err *e)
    __attribute__((warn_unused_result));

/* The schema's `title`, or NULL. */
const char *schema_title(const struct schema *schema);

/* --- check ------------------------------------------------------------------------------------- */

enum schema_verdict { SCHEMA_VALID, SCHEMA_INVALID, SCHEMA_UNDECIDED };

/* Stops at the first fault. UNDECIDED when a limit was reached: of a regular expression, of depth or of steps. */
enum schema_verdict schema_check(const struct schema *schema, const json_t *value);

/*
 * One fault of a value. Strings are UTF-8 and never NULL unless the comment says so. The first fault of a list is the
 * most probable cause of all the others.
 */
struct schema_fault {
    /* JSON pointer of the value at fault. An unknown or misspelt member is named itself; a missing member has the
     * pointer of the object that lacks it and its name in `member`. */
    const char *instance;
    const char *member;            /* of a missing member; otherwise NULL */
    bool unknown;                  /* it is a member that the schema does not know */
    bool at_name;                  /* the fault is in the member's name, not in its value: see json_locate_name */
    const char *keyword;           /* that failed: "required"; "false" for a schema that allows nothing */
    const char *schema_place;      /* "schemas/instance_patch.json#/properties/metadata_service/required" */
    const char *keyword_location;  /* JSON pointer from the schema's root, through references (draft 2020-12, 12.3.1) */
    const char *absolute_location; /* URI of the keyword */
    const char
        *value; /* the offending value as JSON, shortened, or "an object with 3 members"; "" where there is none */
    const char *variant; /* title of the variant of oneOf or anyOf that the value was taken for, or NULL */
    const char *message; /* "instance by image: `zone` is missing": the variant, the limit and the value */
    const char *fix;     /* what to do: "did you mean `capacity`?"; "" where the message says it */
};

struct schema_faults {
    struct schema_fault *list;
    size_t count;
    size_t more;              /* left out by SCHEMA_FAULTS_MAX */
    struct text_arena memory; /* of the list and its strings */
};

/*
 * The verdict with its faults: none when VALID, at least one otherwise; of UNDECIDED one that says which limit was
 * reached. `ret` is zero-initialised or was used before (then it is emptied first).
 */
enum schema_verdict schema_explain(const struct schema *schema, const json_t *value, struct schema_faults *ret);

/*
 * schema_explain of a value in which members that the schema does not know are no faults: verdict and faults are about
 * the rest. Each such member is appended to `ret_unknown`, an array: {"pointer", "fix"}.
 */
enum schema_verdict schema_explain_known(const struct schema *schema, const json_t *value, struct schema_faults *ret,
                                         json_t *ret_unknown);

/* For CLEANUP. */
void schema_faults_free(struct schema_faults *faults);

/*
 * Appends one line without line feed: "file:line:column: /pointer: message; fix (schema place)". Without `document`
 * (NULL, or one without text) the file part is left out.
 */
void schema_fault_print(struct text *out, const struct schema_fault *fault, const struct json_document *document);

/* A fault as output unit of the draft (12.4.2 "basic": keywordLocation, absoluteKeywordLocation, instanceLocation,
 * error) with keyword, value, variant, fix, and line and column when `document` is given. New reference. */
json_t *schema_fault_json(const struct schema_fault *fault, const struct json_document *document);

/* "10.42": the PCRE2 this was built with. */
const char *schema_built_with(void);

#endif

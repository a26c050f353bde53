/*
 * policy_parts: what the files of the room share; private to it. A policy is one arena: rules, conditions, exceptions
 * and all strings live until it is destroyed.
 */
#ifndef POLICY_POLICY_PARTS_H
#define POLICY_POLICY_PARTS_H

#include "policy/policy.h"
#include "text/text_arena.h"

/* The ends of a name or a pattern: at most 8 bytes of each, so that one comparison refuses most names. */
struct policy_ends {
    uint64_t head, tail;
};

/* A name that is compared with many patterns; NULL: none. */
struct policy_name {
    const char *name;
    size_t size;
    struct policy_ends ends;
};
struct policy_name policy_name_of(const char *name);

/* A shell pattern, taken apart. */
struct policy_glob {
    const char *pattern;
    size_t prefix; /* bytes of `pattern` that stand for themselves */
    size_t suffix; /* the same at its end, behind the last star or other sign */
    struct policy_ends ends, masks;
    enum policy_glob_form { POLICY_GLOB_EXACT, POLICY_GLOB_STAR, POLICY_GLOB_ANY } form;
};

void policy_glob_compile(const char *pattern, struct policy_glob *ret);

/* Whether one of the patterns matches the whole name. */
bool policy_glob_any(const struct policy_glob *globs, size_t count, const struct policy_name *name);

/* Whether it is a pattern that can match: brackets are closed, no backslash ends it. Else `ret_fault` says why. */
bool policy_glob_is_valid(const char *pattern, const char **ret_fault);

struct policy_words {
    const char *const *items;
    size_t count;
};

struct policy_globs {
    struct policy_glob *items;
    size_t count;
};

enum {
    POLICY_NO_PREDICATE = -1,
    POLICY_RULES_MAX = 1000,   /* of schemas/policy.json: each is compared with those before it */
    POLICY_FAULTS_MAX = 100,   /* that are shown */
    POLICY_FAULTS_KEPT = 1000, /* from which those are chosen; more are counted only */
};

/* When a rule holds. */
struct policy_condition {
    unsigned kinds; /* bits by index of resource_kinds */
    struct policy_words regions, vpcs, groups, zones, statuses;
    struct policy_globs names, excludes;
    int predicate; /* index of struct policy's, or POLICY_NO_PREDICATE */
    const char *jq;
};

struct policy_reference_entry {
    struct policy_reference reference;
    struct policy_glob glob; /* of its word */
};

struct policy {
    struct text_arena memory;
    const char *name, *digest;
    struct policy_words regions;
    const char *auth, *api_key_file;
    struct policy_place api_key_place;
    struct policy_rule *rules; /* `count` of them */
    struct policy_condition *conditions;
    size_t count;
    struct {
        const struct policy_exception **items;
        size_t count, capacity;
    } exceptions; /* by number */
    struct {
        struct policy_reference_entry *items;
        size_t count, capacity;
    } references;
    size_t own; /* how many of them stand in rules; the rest is about several */
    struct query *predicates[POLICY_PREDICATES_MAX];
    size_t predicate_count;
};

/* Append "a, b or c", a few of them: "a, b, c, d or 3 others". */
void policy_append_words(struct text *out, const struct policy_words *words);
void policy_append_globs(struct text *out, const struct policy_globs *globs);

/* Append a predicate as one line. */
void policy_append_jq(struct text *out, const char *jq);

/* Whether the word is neither the id of a trusted profile nor a CRN. */
bool policy_is_profile_name(const char *word);

/* The bit of a kind in policy_condition.kinds. */
unsigned policy_kind_bit(const struct resource_kind *kind);

/* A file that is being read: what is at fault in it is noted at the place of the pointer. */
struct policy_reader {
    struct policy *policy;
    const struct policy_terms *terms;
    struct json_document document;
    const char *file;    /* as messages call it */
    struct text pointer; /* of the value that is looked at */
    json_t *faults;      /* {"file", "line", "column", "pointer", "message"} */
    size_t more;         /* faults that the schema has found and that are not listed */
    bool ended;          /* by a signal or a deadline, or because jq cannot be started: `error` */
    struct err error;
};

/* Notes a fault of the value at the pointer, or of the member below it where `member` is not NULL. */
void policy_fault(struct policy_reader *reader, const char *member, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void policy_fault_at_name(struct policy_reader *reader, const char *member, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the value at the pointer has a fault, or the file one that has no pointer. */
bool policy_has_fault(const struct policy_reader *reader);

/*
 * Whether the schema has found a member of the value at the pointer, an object, that is meant to be this one: then it
 * is not missing.
 */
bool policy_is_misspelt(const struct policy_reader *reader, const char *member);

/* Refuses control characters in every word of the document: none is a part of a name, and text ends at U+0000. */
void policy_check_characters(struct policy_reader *reader);

/* A number that is written as 2.0 is no integer here. */
void policy_check_integer(struct policy_reader *reader, const json_t *object, const char *member);

/* Moves the pointer to a member or an item, and back to `size`, which is what the pointer had before. */
size_t policy_enter(struct policy_reader *reader, const char *member);
size_t policy_enter_item(struct policy_reader *reader, size_t index);
void policy_leave(struct policy_reader *reader, size_t size);
struct policy_place policy_place_here(struct policy_reader *reader);

/* A copy in the arena of the policy; NULL gives NULL. */
const char *policy_keep(struct policy *policy, const char *string);

/* The strings of a member that is one or a list of them; none where it is of another type. */
struct policy_words policy_read_words(struct policy *policy, const json_t *object, const char *member);

/* Reads the document as YAML or JSON and checks it against the schema; false where there is no tree to go on with. */
bool policy_reader_open(struct policy_reader *reader, const char *text, size_t size, const char *schema);

/* Orders the faults and appends a line about each; ERR_INVALID where there are any. Frees the reader. */
bool policy_reader_close(struct policy_reader *reader, struct text *ret_faults, struct err *e);

/* --- what the file says ------------------------------------------------------------------------------ */

/* All rules, with their conditions and exceptions, from the root of the document. */
void policy_read_rules(struct policy_reader *reader, const json_t *root);

void policy_read_wanted(struct policy_reader *reader, const json_t *rule, const struct policy_condition *condition,
                        struct policy_wanted *ret);
void policy_read_condition(struct policy_reader *reader, const json_t *rule, struct policy_condition *ret);

/* Notes what the rule, whose tree is `from`, refers to. */
void policy_read_references(struct policy_reader *reader, const json_t *from, const struct policy_rule *rule);

/* Refuses rules that can match nothing because of those before them. */
void policy_check_reach(struct policy_reader *reader, const json_t *rules);

/* Exceptions of the array, which stand in `rule`, or are about several (NULL). */
struct policy_exception *policy_read_exceptions(struct policy_reader *reader, const json_t *list,
                                                const struct policy_rule *rule, size_t *ret_count);
void policy_adopt_exceptions(struct policy *policy, struct policy_exception *list, size_t count);

/* A region is one word of lower-case letters, digits and dashes, or "all"; a slip in one that is known is a fault. */
void policy_check_region(struct policy_reader *reader, const char *word);

/* Calls `check` with every word of a member that is one or a list of them, at its place. */
typedef void policy_word_check(struct policy_reader *reader, const char *word, const void *context);
void policy_check_words(struct policy_reader *reader, const json_t *object, const char *member,
                        policy_word_check *check, const void *context);

#endif

/*
 * answer: reading what the API answers. simdjson parses (over 1 GB/s), nothing of it shows here.
 *
 * A parser owns the parsed answer; a struct answer_node is a place in it, small, passed by value, never freed, and
 * valid until the parser's next answer_parse or its end. The buffers are reused, so a run over any number of pages
 * takes the memory of its biggest one (about 5 times its bytes).
 *
 * The reader is tolerant where the API may grow: members that are not asked for are skipped, any escape is read (half a
 * surrogate pair becomes U+FFFD) and a number of any size (as the nearest double), of duplicate members the first
 * counts, null for an optional member is the same as its absence. It is strict where an answer cannot be used: a
 * wrong type, a missing required member and a truncated body are ERR_BAD_ANSWER; err.place is then
 * "answer: /instances/17/vpc/name" (a JSON pointer) or "answer: byte 1234".
 */
#ifndef JSON_JSON_ANSWER_H
#define JSON_JSON_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "err/err.h"
#include "text/text.h"

struct json_t;

enum {
    ANSWER_DEPTH_MAX = 1024,             /* nesting that is still read */
    ANSWER_SIZE_MAX = 256 * 1024 * 1024, /* bytes of one answer */
    ANSWER_PADDING = 64,                 /* readable bytes that answer_parse_padded wants behind the answer */
};

struct answer_parser;

struct answer_node {
    const void *document; /* NULL: no value ("absent") */
    size_t index;
};

#define ANSWER_ABSENT_NODE ((struct answer_node){.document = NULL})

/* Bytes of UTF-8, borrowed from the parser; a NUL follows them. data is NULL when there is no string. */
struct answer_string {
    const char *data;
    size_t size;
};

enum answer_kind {
    ANSWER_ABSENT,
    ANSWER_NULL,
    ANSWER_BOOLEAN,
    ANSWER_INTEGER, /* fits in 64 bits with sign */
    ANSWER_REAL,    /* any other number */
    ANSWER_STRING,
    ANSWER_ARRAY,
    ANSWER_OBJECT,
};

/* ---- parsing ---- */

struct answer_parser *answer_parser_create(void);
void answer_parser_destroy(struct answer_parser *parser);
/* For CLEANUP. */
void answer_parser_release(struct answer_parser **parser);

/* Parses an answer; the bytes are copied and may go. An empty one is an error. */
bool answer_parse(struct answer_parser *parser, const char *bytes, size_t size, struct answer_node *ret_root,
                  struct err *e) __attribute__((warn_unused_result));

/*
 * The same without the copy: ANSWER_PADDING bytes behind the answer must be readable, whatever they hold. The bytes
 * are needed during the call only.
 */
bool answer_parse_padded(struct answer_parser *parser, const char *bytes, size_t size, struct answer_node *ret_root,
                         struct err *e) __attribute__((warn_unused_result));

/* ---- members by path ----
 *
 * A path is names divided by '/', "metadata_service/enabled"; "" is the node itself; a step into an array is an
 * index. A member counts as absent when it, or anything on the way, is missing or null. A step into a value that
 * has no members (a string, say) is a wrong type.
 */
enum answer_need { ANSWER_OPTIONAL, ANSWER_REQUIRED };

/* Each stores the value and returns true; when an optional member is absent *ret_value stays as it is. */
bool answer_get_string(struct answer_node node, const char *path, enum answer_need need,
                       struct answer_string *ret_value, struct err *e) __attribute__((warn_unused_result));
bool answer_get_boolean(struct answer_node node, const char *path, enum answer_need need, bool *ret_value,
                        struct err *e) __attribute__((warn_unused_result));
/* 2.0 is an integer as well (RFC 8259 knows one kind of numbers). */
bool answer_get_integer(struct answer_node node, const char *path, enum answer_need need, int64_t *ret_value,
                        struct err *e) __attribute__((warn_unused_result));
bool answer_get_array(struct answer_node node, const char *path, enum answer_need need, struct answer_node *ret_value,
                      struct err *e) __attribute__((warn_unused_result));
bool answer_get_object(struct answer_node node, const char *path, enum answer_need need, struct answer_node *ret_value,
                       struct err *e) __attribute__((warn_unused_result));

/* Whatever is there, of any kind; absent when the path leads nowhere. Never an error. */
struct answer_node answer_find(struct answer_node node, const char *path);

/* ---- any value ---- */

enum answer_kind answer_kind(struct answer_node node);

/* The scalar that the node is, in one go; other members stay zero. */
struct answer_scalar {
    enum answer_kind kind;
    bool boolean;
    int64_t integer;
    double real; /* of ANSWER_INTEGER too */
    struct answer_string string;
};
struct answer_scalar answer_value(struct answer_node node);

/* Whether it is a string of an answer with exactly the characters of `other`; false where either is NULL. */
bool answer_string_is(struct answer_string string, const char *other);

/*
 * The children of an array or object in their order; anything else has none:
 *     for (struct answer_cursor each = answer_each(node); answer_next(&each);) { use each.node, each.name }
 */
struct answer_cursor {
    struct answer_node node;   /* the child */
    struct answer_string name; /* its name in an object */
    size_t position;           /* its index, from 0 */
    const void *document;
    size_t next, end;
    bool members;
};
struct answer_cursor answer_each(struct answer_node node);
bool answer_next(struct answer_cursor *each);

/* Children of an array or object, 0 for anything else. */
size_t answer_count(struct answer_node node);

/* The first member of that name, or an absent node; also when the node is no object. */
struct answer_node answer_member(struct answer_node node, const char *name, size_t size);

/* ---- as other things ---- */

/* Appends the node as compact JSON (json_print's rules); an absent node is null. */
void answer_print(struct answer_node node, struct text *out);

/* The node as a tree, a new reference: the first of duplicate members; integers beyond 64 bits become reals. */
struct json_t *answer_to_json(struct answer_node node);

/* Sets ERR_BAD_ANSWER with the node's place; for what types cannot say. Always returns false. */
bool answer_error(struct answer_node node, struct err *e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "3.0.1": the simdjson this was built with. */
const char *answer_built_with(void);

#ifdef __cplusplus
}
#endif

#endif

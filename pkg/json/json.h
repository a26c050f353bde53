/*
 * json: documents that people and we write, as trees.
 *
 * This header is the only includer of <jansson.h>; jansson's value API (json_t, json_object_get, json_incref, ...) is
 * the house's vocabulary for trees and may be used by every room that includes this header. Ownership is jansson's
 * reference counting: functions here return NEW references unless they say "borrowed". What the API answers does not
 * come through here but through json/json_answer.h, which is 18 times as fast.
 *
 * Reading is strict: UTF-8, no duplicate members, no comments, depth at most JSON_DEPTH_MAX.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err/err.h"
#include "text/text.h"

enum {
    JSON_DEPTH_MAX = 1000,            /* nesting that is still read */
    JSON_SIZE_MAX = 64 * 1024 * 1024, /* bytes of one document */
};

/* json_decref through a pointer to the pointer; NULL allowed. */
void json_release(json_t **value);
#define JSON_CLEANUP CLEANUP(json_release)

/* The same for a value that may hold secrets: overwrites every string in it, which must have no other user. */
void json_release_secret(json_t **value);
#define JSON_SECRET_CLEANUP CLEANUP(json_release_secret)

/*
 * Constructors that never return NULL, so that a value which cannot be made is never a member that silently lacks.
 * A lack of memory ends the process (mem.h; jansson allocates through it); a wrong format or a NULL where a string is
 * needed is a programming mistake (assert); bytes that are not UTF-8 become U+FFFD (text_append_utf8), because they
 * come from outside: arguments, file names, headers. jansson's own json_pack and json_string are not called outside
 * this room.
 *
 * The format of json_build is json_pack's without its blanks-and-hash forms: {key:value, ...} with keys as `s`
 * arguments, [value, ...], and the values s (const char *), i (int), I (json_int_t), b (int), f (double), n (null),
 * o (json_t *, its reference is taken over), O (json_t *, a reference of its own). Behind s, o and O, `?` makes null
 * of a NULL argument and `*` leaves the member or item out.
 */
json_t *json_build(const char *format, ...) __attribute__((returns_nonnull, warn_unused_result));
json_t *json_build_string(const char *string) __attribute__((returns_nonnull, warn_unused_result));
json_t *json_build_string_n(const char *bytes, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* How to read: numbers beyond 64-bit integers are errors unless JSON_READ_BIG_NUMBERS makes reals of them. */
enum { JSON_READ_STRICT = 0, JSON_READ_BIG_NUMBERS = 1 };

struct json_places;

/* A document with the text it came from, so that a value's place can be named afterwards. */
struct json_document {
    json_t *root;
    char *text; /* NUL-terminated copy */
    size_t size;
    char *name;                 /* file name as the user wrote it, or what the caller named it */
    struct json_places *places; /* of the values, from json_index_places or of YAML (json_yaml.h); else NULL */
};

/* Parses `size` bytes; `name` is for messages. Error: ERR_INVALID with place "name:line:column" and a hint. */
bool json_parse(const char *text, size_t size, const char *name, int flags, struct json_document *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Reads a file as fsio_read_text. Errors: ERR_USAGE when it cannot be read, ERR_INVALID as there and json_parse. */
bool json_read_file(const char *path, int flags, struct json_document *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Frees what the document holds; zero-initialised values allowed. For CLEANUP. */
void json_document_free(struct json_document *document);

/*
 * Makes an integer of every real that has no fraction (2.0 and 1e1, which are integers to JSON Schema), because a
 * reader of the API may not take 2.0 for one. False with the pointer of one that is too big to be exact (beyond 2^53).
 */
bool json_make_integers(json_t *root, struct text *ret_pointer) __attribute__((warn_unused_result));

/* A place in a text; both count from 1, columns in characters. */
struct json_place {
    size_t line, column;
};

/*
 * Where the value at JSON pointer `pointer` (RFC 6901, "" is the root) begins in the document's text. When the last
 * step does not exist (a missing member) the place of its parent is given and false returned.
 */
bool json_locate(const struct json_document *document, const char *pointer, struct json_place *ret_place);
/* The same for the name of the member instead of its value; for errors about the name itself. */
bool json_locate_name(const struct json_document *document, const char *pointer, struct json_place *ret_place);

/*
 * Walks the text once, so that json_locate need not walk it for every place that is asked for: for documents about
 * which much is to be said.
 */
void json_index_places(struct json_document *document);

/* The value at a JSON pointer, borrowed, or NULL. */
json_t *json_at(const json_t *root, const char *pointer);

/*
 * Takes the next token off a JSON pointer and appends it decoded; moves `*pointer` behind it. False at the end and,
 * with `*pointer` left where it is, at something that is no pointer.
 */
bool json_pointer_next(const char **pointer, struct text *token);

/* The index that a token stands for (RFC 6901 section 4: no leading zeros, no sign), or SIZE_MAX. */
size_t json_pointer_index(const char *token);

/* Appends "/token" with ~ and / escaped (RFC 6901). */
void json_pointer_push(struct text *pointer, const char *token);
void json_pointer_push_index(struct text *pointer, size_t index);

enum json_print { JSON_PRINT_COMPACT = 0, JSON_PRINT_INDENT = 2 };

/*
 * Appends the value as JSON: members in their order, the shortest digits that read back the same (0.1, not
 * 0.10000000000000001), a real always as one (1.0), "/" and non-ASCII characters as they are. Characters that steer
 * a terminal (control characters, DEL, C1, bidirectional overrides) are written as \uXXXX, which means the same.
 * JSON_PRINT_INDENT indents by two. Reals must be finite, as the reader's are.
 */
void json_print(struct text *out, const json_t *value, enum json_print style);

/* Appends `bytes` as a JSON string with its quotes; broken UTF-8 becomes U+FFFD. */
void json_print_string(struct text *out, const char *bytes, size_t size);

/* Equality as JSON Schema wants it: 1 and 1.0 are equal, members in any order. */
bool json_same(const json_t *a, const json_t *b);

#endif

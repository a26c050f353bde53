/*
 * json_answer_source: the text that an answer came as, for those who pass it on: member for member and digit for digit.
 *
 * Everything here works on text that the parser of json_answer.h has accepted.
 */
#ifndef JSON_JSON_ANSWER_SOURCE_H
#define JSON_JSON_ANSWER_SOURCE_H

#include "json/json_answer.h"

/* Walks over the items of an array in their order. */
struct answer_source {
    const char *at, *end; /* NULL: there are none */
};

/* The items of the root's array of that name: the first one, as answer_get_array takes it. */
struct answer_source answer_source_items(const char *bytes, size_t size, const char *member);

/* The text of the next item, borrowed; false at the end. */
bool answer_source_next(struct answer_source *source, struct answer_string *ret_item);

/* What stands in the copy for the values of these members, wherever they are and however their names are written. */
struct answer_substitute {
    const char *const *members;    /* ends with NULL */
    const char *const *containers; /* those whose objects are copied, for they have such members of their own */
    void (*append)(struct text *out, const char *bytes, size_t size); /* the string; NULL where it is none */
};

/*
 * Appends the text of a value without the blanks between its parts, so in one line. Halves of surrogate pairs become
 * U+FFFD, because hardly a reader takes them. `substitute` may be NULL.
 */
void answer_source_copy(struct text *out, struct answer_string value, const struct answer_substitute *substitute);

#endif

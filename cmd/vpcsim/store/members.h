/*
 * members: the members of an object and the items of an array in a JSON text, without a tree: for records that are
 * kept as text. What the functions are given need not be valid; then they end early and never leave the text.
 */
#ifndef VPCSIM_MEMBERS_H
#define VPCSIM_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "text/text.h"

/* A stretch of a text, which is not terminated. */
struct stretch {
    const char *at;
    size_t size;
};

struct member {
    struct stretch name; /* without its quotes, escapes as they are written; of an item: empty */
    struct stretch value;
};

/*
 * The next member of the object, or item of the array, that the text is; `*at` is 0 for the first one. False at the
 * end, and for any other text; then `*at` is where the walk ended: at the closing bracket of a valid text.
 */
bool members_next(struct stretch text, size_t *at, struct member *ret);

/* The value of a member; NULL `at` where the object has none of that name. */
struct stretch members_find(struct stretch object, const char *name);
/* The same one step further down. */
struct stretch members_find_in(struct stretch object, const char *name, const char *inner);

/* The content of a string, for the caller to free; NULL for anything else, and where it holds U+0000. */
char *members_string(struct stretch value);

bool members_equal(struct stretch value, const char *string);

/* Appends the text without the white space between its tokens. */
void members_compact(struct stretch text, struct text *out);

#endif

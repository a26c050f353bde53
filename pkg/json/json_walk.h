/*
 * json_walk: a walk over text that jansson refused, private to the room. It stops before what is wrong, while jansson
 * stops behind it, and knows what people get wrong. json_diagnose.c walks the structure, json_walk.c the tokens.
 */
#ifndef JSON_JSON_WALK_H
#define JSON_JSON_WALK_H

#include "json/json_text.h"

enum json_expect { JSON_EXPECT_FIRST, JSON_EXPECT_NEXT, JSON_EXPECT_BEHIND }; /* behind a bracket, a comma, a value */

struct json_walk {
    const char *text;
    size_t size;
    size_t at;
    struct err *e;
    size_t jansson;  /* where jansson stopped, in the text it read */
    bool widened;    /* that text had ".0" behind big integers */
    size_t inserted; /* bytes by which that text is ahead here */
    size_t name;     /* the last member name that jansson has read */
    enum json_expect expect;
    size_t comma; /* the comma that JSON_EXPECT_NEXT is behind */
    size_t depth;
    size_t opened[JSON_DEPTH_MAX]; /* offsets of the brackets that are open */
};

/* A fault found: the walk stays on it. */
#define JSON_WALK_FAULT(w, offset, ...) ((w)->at = (offset), err_set((w)->e, ERR_INVALID, __VA_ARGS__))

enum { JSON_WALK_WHAT = 64 };

/* What stands here, for a message: a word, a character, the end. Returns the buffer. */
const char *json_walk_what(const struct json_walk *w, char buffer[JSON_WALK_WHAT]);

/* False with the fault when here stands what is no JSON wherever a token may begin: comments, other quotes, ... */
bool json_walk_foreign(struct json_walk *w);

/* Behind the string that begins here, or false with the fault in it. */
bool json_walk_string(struct json_walk *w);

/* Behind the number, true, false or null that begins here, or false with the fault. */
bool json_walk_word(struct json_walk *w);

/* The byte here, NUL at the end. */
static inline char json_walk_peek(const struct json_walk *w)
{
    return w->at < w->size ? w->text[w->at] : '\0';
}

#endif

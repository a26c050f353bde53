/* cel_token: an expression cut into tokens. Private to the room. */
#ifndef CEL_CEL_TOKEN_H
#define CEL_CEL_TOKEN_H

#include "cel/cel_program.h"

enum cel_token_kind {
    CEL_TOKEN_END,
    CEL_TOKEN_NAME, /* bytes, size; true, false and in as well */
    CEL_TOKEN_NUMBER,
    CEL_TOKEN_STRING, /* bytes, size: escapes resolved, kept in the arena */
    CEL_TOKEN_SIGN,   /* bytes, size: && <= ( and so on */
};

struct cel_token {
    enum cel_token_kind kind;
    size_t offset, end; /* bytes in the expression */
    uint64_t number;
    const char *bytes;
    size_t size;
};

/* Names the place of the error that is set: "column 5". Returns false. */
bool cel_at(struct err *e, const char *expression, size_t offset);

/* Reads the token that begins at `offset` or behind the blanks there. ERR_UNDECIDED with its place. */
bool cel_token_read(const char *expression, size_t offset, struct text_arena *strings, struct cel_token *ret,
                    struct err *e) __attribute__((warn_unused_result));

/* Whether the token is that sign or that name. */
bool cel_token_is(const struct cel_token *token, const char *word);

#endif

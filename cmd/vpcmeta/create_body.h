/*
 * create_body: what `create` sends: a body, made of a file, a template and flags, and the names of those that are to be
 * made from it. Private to create.
 */
#ifndef VPCMETA_CREATE_BODY_H
#define VPCMETA_CREATE_BODY_H

#include "app.h"

struct create_opts {
    const char *source; /* the template to build on */
    struct creation_opts creation;
    struct metadata_opts metadata;
    struct profile_opts profile;
    struct write_opts write;
};

/* Zero-initialised: none. */
struct creation {
    const struct resource_kind *kind;
    struct json_document document; /* of -f */
    json_t *body;                  /* as it is sent, without its name */
    json_t *source;                /* the template it builds on, as the API answers it; NULL: none */
    json_t *effective;             /* what the API makes of both: the body where there is no template */
    struct inventory_words names;  /* of those to be made; none: one that the API names */
    struct text_arena memory;
};

/*
 * Reads the file, lays everything over it, reads the template where there is one (the only request), and makes the
 * names. The options of the call are a struct create_opts. ERR_USAGE, ERR_INVALID, ERR_NOT_FOUND, or why the template
 * could not be read.
 */
bool creation_make(struct app *app, const struct cli_call *call, const struct resource_kind *kind, struct creation *ret,
                   struct err *e) __attribute__((warn_unused_result));
void creation_free(struct creation *creation); /* for CLEANUP */

size_t creation_count(const struct creation *creation);

/* The body of the one with that number, from 0, its name first. New reference. */
json_t *creation_body(const struct creation *creation, size_t index);

#endif

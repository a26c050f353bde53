/*
 * shape: what a request body may look like, as tables, and the check of a body against them. The simulator's own
 * reading of vpc-api.md: it shares no line with the client's schemas.
 */
#ifndef VPCSIM_SHAPE_H
#define VPCSIM_SHAPE_H

#include "vpcsim/http/reply.h"
#include "json/json.h"

enum shape_type {
    SHAPE_BOOL,
    SHAPE_INT,      /* min..max */
    SHAPE_STRING,   /* min..max characters */
    SHAPE_NAME,     /* vpc-api.md 1.8, resource name */
    SHAPE_WORD,     /* one of `words` */
    SHAPE_IDENTITY, /* an object with exactly one of `words`, each a string */
    SHAPE_OBJECT,   /* with the members `of`; an identity by `words` instead, if there are any */
    SHAPE_LIST,     /* of what the one row `of` says; min..max items */
};

struct shape {
    const char *name; /* of the member; NULL ends a table */
    enum shape_type type;
    bool required, nullable;
    long min, max;
    const char *words; /* blanks between */
    const struct shape *of;
};

/* Reports every violation, members unknown to the table included, under the name `at` ("" for the body itself). */
void shape_check(const json_t *value, const struct shape *members, const char *at, struct reply *reply);

/* Names as vpc-api.md 1.8 says. */
bool shape_is_name(const char *name);

#endif

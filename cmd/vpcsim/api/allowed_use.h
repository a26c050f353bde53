/*
 * allowed_use: whether an image, volume or disk lets a server use it (vpc-api.md 4.3). Assumption: a refusal is 400
 * with the code allowed_use_violation.
 */
#ifndef VPCSIM_ALLOWED_USE_H
#define VPCSIM_ALLOWED_USE_H

#include "vpcsim/http/reply.h"
#include "vpcsim/store/store.h"

/* NULL allows everything. A refusal is reported with the expression and the field that holds it. */
void allowed_use_instance(const char *expression, const struct instance *instance, const char *field,
                          struct reply *reply);
void allowed_use_bare_metal(const char *expression, const struct bare_metal *server, const char *field,
                            struct reply *reply);

/* Reports what is wrong with the expression itself: syntax, variables that the kind of server has not. */
void allowed_use_check(const char *expression, bool bare_metal, const char *field, struct reply *reply);

/* Appends "allowed_use":{..}, as images and volumes have it. */
void allowed_use_render(const struct allowed_use *use, struct text *out);

#endif

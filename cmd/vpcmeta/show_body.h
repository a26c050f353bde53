/* show_body: the request body that creates a resource like one that exists. */
#ifndef VPCMETA_SHOW_BODY_H
#define VPCMETA_SHOW_BODY_H

#include "app.h"

/*
 * Prints the body, without a name, that creates a server or a template like the record; what has to be added by hand is
 * said on standard error.
 */
bool show_body(struct app *app, const struct inventory_scope *scope, const struct resource *record, struct err *e)
    __attribute__((warn_unused_result));

#endif

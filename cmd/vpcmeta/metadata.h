/* metadata: what the commands share that ask the metadata service of the server they run on. */
#ifndef VPCMETA_METADATA_H
#define VPCMETA_METADATA_H

#include "app.h"

/* Asks; the answer is an object, a new reference. With -v says where the service was found. */
json_t *metadata_ask(struct app *app, struct imds *imds, const struct imds_call *call, struct err *e)
    __attribute__((warn_unused_result));

#endif

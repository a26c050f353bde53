/* metadata: what the commands share that ask the metadata service of the server they run on. */
#ifndef VPCMETA_METADATA_H
#define VPCMETA_METADATA_H

#include "app.h"

/* Checks --jq, and opens the session for the service. Sends nothing. */
bool metadata_open(struct app *app, struct imds **ret_imds, struct err *e) __attribute__((warn_unused_result));

/* The value of --expires-in as the service takes it; ERR_USAGE for parts of a second. */
bool metadata_seconds(struct opt_duration given, int64_t *ret_seconds, struct err *e)
    __attribute__((warn_unused_result));

/* As imds_ask; with -v says where the service was found. */
json_t *metadata_ask(struct app *app, struct imds *imds, const struct imds_call *call, struct err *e)
    __attribute__((warn_unused_result));

#endif

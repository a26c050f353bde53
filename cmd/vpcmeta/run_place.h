/* run_place: commands about a recorded run work where the run did. */
#ifndef VPCMETA_RUN_PLACE_H
#define VPCMETA_RUN_PLACE_H

#include "app.h"
#include "run/run.h"

/* Of every command that writes for a run. */
#define RUN_PLACE_DESCRIPTION                                                                                          \
    "RUN is an id, the beginning of one that no other run shares, or `last`. The command works where the run did: at " \
    "its endpoint and in its regions, also where the environment names others; --region and --endpoint may only say "  \
    "the same. A credential of another account is refused."

/*
 * From now on the command works at the endpoint and in the regions that the history has for the run, for what --region
 * and --endpoint do not say.
 */
void run_place_adopt(struct app *app, const struct run_record *record);

/*
 * Before app_connect: whether options and credential lead where the run was. Sends nothing but what gets a token.
 * ERR_USAGE for a region or an endpoint that it did not use, and for a credential of another account; ERR_AUTH.
 */
bool run_place_check(struct app *app, const struct run_record *record, struct err *e)
    __attribute__((warn_unused_result));

#endif

/* wrong_file: a policy where a plan is wanted, and the other way round: the command that takes the file. */
#ifndef VPCMETA_WRONG_FILE_H
#define VPCMETA_WRONG_FILE_H

#include "app.h"

/* Refuses the text of a plan file that is a policy; `command` is what takes it, "apply --policy". ERR_USAGE. */
bool wrong_file_refuse_policy(const struct app *app, const char *path, const struct text *text, const char *command,
                              struct err *e) __attribute__((warn_unused_result));

/* Refuses the text of a policy file that is a plan. ERR_USAGE. */
bool wrong_file_refuse_plan(const struct app *app, const char *path, const struct text *text, struct err *e)
    __attribute__((warn_unused_result));

#endif

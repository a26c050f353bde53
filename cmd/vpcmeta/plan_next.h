/* plan_next: the command that carries out what a plan shows, as people paste it. */
#ifndef VPCMETA_PLAN_NEXT_H
#define VPCMETA_PLAN_NEXT_H

#include "app.h"
#include "cli/cli_command_line.h"
#include "options.h"
#include "policy_read.h"

/* "vpcmeta apply FILE" with the options of place that hold for it; the plan names the regions itself. */
void plan_next_file(const struct app *app, const char *file, struct cli_command_line *line);

/*
 * "vpcmeta apply --policy ..." with the same operands, policy, selectors and place. False where standard input had a
 * part of it: that command cannot read it again.
 */
bool plan_next_policy(const struct app *app, const struct cli_call *call, const struct policy_opts *policy,
                      const struct selector_opts *select, struct cli_command_line *line);

#endif

/* policy_names: warnings about what the rules of a policy name and does not exist. */
#ifndef VPCMETA_POLICY_NAMES_H
#define VPCMETA_POLICY_NAMES_H

#include "iam/iam_profiles.h"
#include "policy_read.h"

struct policy_names {
    const struct policy_loaded *loaded;
    const struct inventory_selector *selector;
    const struct iam_profiles *profiles; /* NULL: they were not read */
};

/*
 * Compares what the rules refer to with what was read, and looks up VPCs and zones that no record proves. A policy
 * outlives resources: each name that nothing has is a warning with its place, never an error. Nothing is said of what
 * was not read, or may be in regions that were not. Sentences are kept with the fleet. False: the command ends.
 */
bool policy_warn_of_names(const struct app *app, const struct policy_names *names, struct policy_fleet *fleet,
                          struct err *e) __attribute__((warn_unused_result));

#endif

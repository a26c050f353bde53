/* policy_uses: what allowed_use of images and boot volumes says about the resources that a policy is about. */
#ifndef VPCMETA_POLICY_USES_H
#define VPCMETA_POLICY_USES_H

#include "policy_read.h"

/*
 * Fills the use_* of the facts: of the settings as they are, and as the policy wants them. What could not be read has a
 * line in `missing` for each region and kind. False: the command ends.
 */
bool policy_read_uses(struct policy_fleet *fleet, struct preflight_rules *rules, struct err *e)
    __attribute__((warn_unused_result));

#endif

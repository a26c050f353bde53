/* policy_architectures: what profiles say of the architecture of the servers that templates make. */
#ifndef VPCMETA_POLICY_ARCHITECTURES_H
#define VPCMETA_POLICY_ARCHITECTURES_H

#include "policy_read.h"
#include "preflight/preflight_architecture.h"

/*
 * Gives the records of templates the architecture of their profile, and their facts what is unknown of it. What could
 * not be read has a line in `missing` for each profile and region. False: the command ends.
 */
bool policy_read_architectures(struct policy_fleet *fleet, struct preflight_architectures *architectures, struct err *e)
    __attribute__((warn_unused_result));

#endif

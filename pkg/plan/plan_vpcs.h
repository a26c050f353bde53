/*
 * plan_vpcs: selecting by the name of a VPC where the API tells only its id (templates echo the body they were made from,
 * vpc-api.md 2.9). Private to the room.
 */
#ifndef PLAN_PLAN_VPCS_H
#define PLAN_PLAN_VPCS_H

#include "plan/plan_select.h"

/* Whether the selector names a VPC by name: then the VPCs are read beside the resources. */
bool plan_vpcs_wanted(const struct plan_selector *selector);

/* Whether the VPC of the record cannot be judged before the VPCs are known. */
bool plan_vpcs_open(const struct plan_selector *selector, const struct resource *record);

/* Gives the records whose VPC was open its name from `vpcs` and drops those that the selector does not mean. */
void plan_vpcs_settle(const struct plan_selector *selector, const struct resource_list *vpcs,
                      struct resource_list *records);

#endif

/*
 * shapes: the tables of all request bodies (vpc-api.md 2.4 to 2.16).
 */
#ifndef VPCSIM_SHAPES_H
#define VPCSIM_SHAPES_H

#include "vpcsim/api/shape.h"

extern const struct shape shapes_instance_create[], shapes_instance_patch[], shapes_instance_action[],
    shapes_reinitialize[];
extern const struct shape shapes_template_create[], shapes_template_patch[];
extern const struct shape shapes_bare_metal_create[], shapes_bare_metal_patch[], shapes_bare_metal_initialization[],
    shapes_bare_metal_stop[];
extern const struct shape shapes_group_create[], shapes_group_patch[], shapes_membership_patch[];
extern const struct shape shapes_image_patch[];

#endif

/*
 * handlers: one function an operation; routes.c names them. Each reads a request that passed the checks of
 * dispatch.h (method, path, token, version, content type, JSON) and fills in the reply.
 */
#ifndef VPCSIM_HANDLERS_H
#define VPCSIM_HANDLERS_H

#include "vpcsim/http/request.h"

/* instances.c, instance_actions.c */
route_handler instances_list, instances_get, instances_patch, instances_delete, instances_create;
route_handler instances_initialization, instances_action, instances_reinitialize;

/* templates.c */
route_handler templates_list, templates_get, templates_create, templates_patch, templates_delete;

/* bare_metal.c, bare_metal_actions.c */
route_handler bare_metal_list, bare_metal_get, bare_metal_create, bare_metal_patch, bare_metal_delete;
route_handler bare_metal_initialization, bare_metal_replace_initialization, bare_metal_start, bare_metal_stop,
    bare_metal_restart;

/* images.c, profiles.c */
route_handler images_list, images_get, images_patch, images_instance_profiles, images_bare_metal_profiles;
route_handler snapshots_list, snapshots_get, placement_groups_list, placement_groups_get;
route_handler volumes_list, volumes_get, instance_profiles_list, instance_profiles_get, bare_metal_profiles_list,
    bare_metal_profiles_get;

/* groups.c, memberships.c */
route_handler instance_groups_list, instance_groups_get, instance_groups_create, instance_groups_patch,
    instance_groups_delete;
route_handler memberships_list, memberships_get, memberships_patch, memberships_delete, memberships_delete_all;

/* places.c */
route_handler vpcs_list, vpcs_get, subnets_list, subnets_get, keys_list, keys_get;
route_handler regions_list, regions_get, zones_list, zones_get;

/* iam.c, iam_links.c */
route_handler iam_token, iam_profiles_list, iam_profiles_get, iam_profiles_create, iam_links_list, iam_links_create,
    iam_links_get, iam_links_delete, iam_links_delete_by_target;

/* identity.c, metadata.c */
route_handler identity_token, identity_iam_token, identity_certificate, metadata_instance, metadata_initialization,
    metadata_interfaces, metadata_attachments, metadata_volumes, metadata_keys, metadata_placement_groups,
    metadata_cluster_attachments, metadata_software_attachments, metadata_virtual_interfaces,
    metadata_bare_metal_initialization;

/* admin.c */
route_handler admin_state, admin_requests, admin_counters, admin_faults, admin_reset, admin_quit;

#endif

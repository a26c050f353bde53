#include "vpcsim/routes.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/sim.h"

#define PAGE       "start limit"
#define VPC_FILTER "vpc.id vpc.crn vpc.name "
#define INSTANCE_FILTER                                                                              \
    PAGE " resource_group.id name availability.class cluster_network.id cluster_network.crn "        \
         "cluster_network.name dedicated_host.id dedicated_host.crn dedicated_host.name "            \
         "instance_group_membership.instance_group.id instance_group_membership.instance_group.crn " \
         "placement_group.id placement_group.crn placement_group.name reservation_affinity.policy "  \
         "reservation.id reservation.crn reservation.name " VPC_FILTER

#define IDENTITY (ROUTE_DATA_PLANE | ROUTE_JSON | ROUTE_OPTIONAL_BODY)

static const struct route table[] = {
    {"GET", "/v1/instances", "instances.list", ROUTE_API, INSTANCE_FILTER, instances_list},
    {"POST", "/v1/instances", "instances.create", ROUTE_API | ROUTE_JSON, NULL, instances_create},
    {"GET", "/v1/instances/{}", "instances.get", ROUTE_API, NULL, instances_get},
    {"PATCH", "/v1/instances/{}", "instances.patch", ROUTE_API | ROUTE_MERGE_PATCH, NULL, instances_patch},
    {"DELETE", "/v1/instances/{}", "instances.delete", ROUTE_API, NULL, instances_delete},
    {"GET", "/v1/instances/{}/initialization", "instances.initialization", ROUTE_API, NULL, instances_initialization},
    {"POST", "/v1/instances/{}/actions", "instances.action", ROUTE_API | ROUTE_JSON, NULL, instances_action},
    {"POST", "/v1/instances/{}/reinitialize", "instances.reinitialize", ROUTE_API | ROUTE_JSON, NULL,
     instances_reinitialize},
    {"GET", "/v1/instance/templates", "templates.list", ROUTE_API, NULL, templates_list},
    {"POST", "/v1/instance/templates", "templates.create", ROUTE_API | ROUTE_JSON, NULL, templates_create},
    {"GET", "/v1/instance/templates/{}", "templates.get", ROUTE_API, NULL, templates_get},
    {"PATCH", "/v1/instance/templates/{}", "templates.patch", ROUTE_API | ROUTE_MERGE_PATCH, NULL, templates_patch},
    {"DELETE", "/v1/instance/templates/{}", "templates.delete", ROUTE_API, NULL, templates_delete},
    {"GET", "/v1/instance_groups", "groups.list", ROUTE_API, PAGE, groups_list},
    {"POST", "/v1/instance_groups", "groups.create", ROUTE_API | ROUTE_JSON, NULL, groups_create},
    {"GET", "/v1/instance_groups/{}", "groups.get", ROUTE_API, NULL, groups_get},
    {"PATCH", "/v1/instance_groups/{}", "groups.patch", ROUTE_API | ROUTE_MERGE_PATCH, NULL, groups_patch},
    {"DELETE", "/v1/instance_groups/{}", "groups.delete", ROUTE_API, NULL, groups_delete},
    {"GET", "/v1/instance_groups/{}/memberships", "memberships.list", ROUTE_API, PAGE, memberships_list},
    {"DELETE", "/v1/instance_groups/{}/memberships", "memberships.delete_all", ROUTE_API, NULL, memberships_delete_all},
    {"GET", "/v1/instance_groups/{}/memberships/{}", "memberships.get", ROUTE_API, NULL, memberships_get},
    {"PATCH", "/v1/instance_groups/{}/memberships/{}", "memberships.patch", ROUTE_API | ROUTE_MERGE_PATCH, NULL,
     memberships_patch},
    {"DELETE", "/v1/instance_groups/{}/memberships/{}", "memberships.delete", ROUTE_API, NULL, memberships_delete},
    {"GET", "/v1/bare_metal_servers", "bare_metal_servers.list", ROUTE_API,
     PAGE " resource_group.id name reservation.id reservation.crn reservation.name " VPC_FILTER, bare_metal_list},
    {"POST", "/v1/bare_metal_servers", "bare_metal_servers.create", ROUTE_API | ROUTE_JSON, NULL, bare_metal_create},
    {"GET", "/v1/bare_metal_servers/{}", "bare_metal_servers.get", ROUTE_API, NULL, bare_metal_get},
    {"PATCH", "/v1/bare_metal_servers/{}", "bare_metal_servers.patch", ROUTE_API | ROUTE_MERGE_PATCH, NULL,
     bare_metal_patch},
    {"DELETE", "/v1/bare_metal_servers/{}", "bare_metal_servers.delete", ROUTE_API, NULL, bare_metal_delete},
    {"GET", "/v1/bare_metal_servers/{}/initialization", "bare_metal_servers.initialization", ROUTE_API, NULL,
     bare_metal_initialization},
    {"PUT", "/v1/bare_metal_servers/{}/initialization", "bare_metal_servers.initialization.replace",
     ROUTE_API | ROUTE_JSON, NULL, bare_metal_replace_initialization},
    {"POST", "/v1/bare_metal_servers/{}/start", "bare_metal_servers.start", ROUTE_API, NULL, bare_metal_start},
    {"POST", "/v1/bare_metal_servers/{}/stop", "bare_metal_servers.stop", ROUTE_API | ROUTE_JSON, NULL,
     bare_metal_stop},
    {"POST", "/v1/bare_metal_servers/{}/restart", "bare_metal_servers.restart", ROUTE_API, NULL, bare_metal_restart},
    {"GET", "/v1/bare_metal_server/profiles", "bare_metal_profiles.list", ROUTE_API, PAGE, bare_metal_profiles_list},
    {"GET", "/v1/bare_metal_server/profiles/{}", "bare_metal_profiles.get", ROUTE_API, NULL, bare_metal_profiles_get},
    {"GET", "/v1/instance/profiles", "instance_profiles.list", ROUTE_API, PAGE, instance_profiles_list},
    {"GET", "/v1/instance/profiles/{}", "instance_profiles.get", ROUTE_API, NULL, instance_profiles_get},
    {"GET", "/v1/images", "images.list", ROUTE_API,
     PAGE " resource_group.id name status visibility user_data_format remote.account.id", images_list},
    {"GET", "/v1/images/{}", "images.get", ROUTE_API, NULL, images_get},
    {"PATCH", "/v1/images/{}", "images.patch", ROUTE_API | ROUTE_MERGE_PATCH, NULL, images_patch},
    {"GET", "/v1/images/{}/instance_profiles", "images.instance_profiles", ROUTE_API, PAGE, images_instance_profiles},
    {"GET", "/v1/images/{}/bare_metal_server_profiles", "images.bare_metal_profiles", ROUTE_API, PAGE,
     images_bare_metal_profiles},
    {"GET", "/v1/volumes", "volumes.list", ROUTE_API, PAGE " name", volumes_list},
    {"GET", "/v1/volumes/{}", "volumes.get", ROUTE_API, NULL, volumes_get},
    {"GET", "/v1/vpcs", "vpcs.list", ROUTE_API, PAGE " resource_group.id classic_access", vpcs_list},
    {"GET", "/v1/vpcs/{}", "vpcs.get", ROUTE_API, NULL, vpcs_get},
    {"GET", "/v1/subnets", "subnets.list", ROUTE_API,
     PAGE " resource_group.id zone.name routing_table.id routing_table.name " VPC_FILTER, subnets_list},
    {"GET", "/v1/subnets/{}", "subnets.get", ROUTE_API, NULL, subnets_get},
    {"GET", "/v1/keys", "keys.list", ROUTE_API, PAGE, keys_list},
    {"GET", "/v1/keys/{}", "keys.get", ROUTE_API, NULL, keys_get},
    {"GET", "/v1/regions", "regions.list", ROUTE_API, NULL, regions_list},
    {"GET", "/v1/regions/{}", "regions.get", ROUTE_API, NULL, regions_get},
    {"GET", "/v1/regions/{}/zones", "zones.list", ROUTE_API, NULL, zones_list},
    {"GET", "/v1/regions/{}/zones/{}", "zones.get", ROUTE_API, NULL, zones_get},
    {"POST", "/identity/token", "iam.token", ROUTE_FORM, NULL, iam_token},
    {"GET", "/v1/profiles", "iam.profiles.list", ROUTE_BEARER, "account_id name pagesize sort order pagetoken",
     iam_profiles_list},
    {"GET", "/v1/profiles/{}", "iam.profiles.get", ROUTE_BEARER, NULL, iam_profiles_get},
    {"GET", "/v1/profiles/{}/links", "iam.links.list", ROUTE_BEARER, NULL, iam_links_list},
    {"POST", "/v1/profiles/{}/links", "iam.links.create", ROUTE_BEARER | ROUTE_JSON, NULL, iam_links_create},
    {"DELETE", "/v1/profiles/{}/links", "iam.links.delete_by_target", ROUTE_BEARER,
     "type crn namespace name component_type component_name", iam_links_delete_by_target},
    {"GET", "/v1/profiles/{}/links/{}", "iam.links.get", ROUTE_BEARER, NULL, iam_links_get},
    {"DELETE", "/v1/profiles/{}/links/{}", "iam.links.delete", ROUTE_BEARER, NULL, iam_links_delete},
    {"PUT", "/instance_identity/v1/token", "identity.token", IDENTITY, NULL, identity_token},
    {"POST", "/instance_identity/v1/iam_token", "identity.iam_token", IDENTITY, NULL, identity_iam_token},
    {"POST", "/instance_identity/v1/certificates", "identity.certificate", IDENTITY, NULL, identity_certificate},
    {"PUT", "/identity/v1/token", "identity.token", IDENTITY, NULL, identity_token},
    {"POST", "/identity/v1/iam_tokens", "identity.iam_token", IDENTITY, NULL, identity_iam_token},
    {"POST", "/identity/v1/certificates", "identity.certificate", IDENTITY, NULL, identity_certificate},
    {"GET", "/metadata/v1/instance", "metadata.instance", ROUTE_DATA_PLANE, NULL, metadata_instance},
    {"GET", "/metadata/v1/instance/initialization", "metadata.initialization", ROUTE_DATA_PLANE, NULL,
     metadata_initialization},
    {"GET", "/metadata/v1/instance/network_interfaces", "metadata.network_interfaces", ROUTE_DATA_PLANE, NULL,
     metadata_interfaces},
    {"GET", "/metadata/v1/instance/network_interfaces/{}", "metadata.network_interfaces", ROUTE_DATA_PLANE, NULL,
     metadata_interfaces},
    {"GET", "/metadata/v1/instance/network_attachments", "metadata.network_attachments", ROUTE_DATA_PLANE, NULL,
     metadata_attachments},
    {"GET", "/metadata/v1/instance/network_attachments/{}", "metadata.network_attachments", ROUTE_DATA_PLANE, NULL,
     metadata_attachments},
    {"GET", "/metadata/v1/instance/volume_attachments", "metadata.volume_attachments", ROUTE_DATA_PLANE, NULL,
     metadata_volumes},
    {"GET", "/metadata/v1/instance/volume_attachments/{}", "metadata.volume_attachments", ROUTE_DATA_PLANE, NULL,
     metadata_volumes},
    {"GET", "/metadata/v1/instance/cluster_network_attachments", "metadata.cluster_network_attachments",
     ROUTE_DATA_PLANE, NULL, metadata_cluster_attachments},
    {"GET", "/metadata/v1/instance/cluster_network_attachments/{}", "metadata.cluster_network_attachments",
     ROUTE_DATA_PLANE, NULL, metadata_cluster_attachments},
    {"GET", "/metadata/v1/instance/software_attachments", "metadata.software_attachments", ROUTE_DATA_PLANE, NULL,
     metadata_software_attachments},
    {"GET", "/metadata/v1/instance/software_attachments/{}", "metadata.software_attachments", ROUTE_DATA_PLANE, NULL,
     metadata_software_attachments},
    {"GET", "/metadata/v1/virtual_network_interfaces", "metadata.virtual_network_interfaces", ROUTE_DATA_PLANE, NULL,
     metadata_virtual_interfaces},
    {"GET", "/metadata/v1/virtual_network_interfaces/{}", "metadata.virtual_network_interfaces", ROUTE_DATA_PLANE, NULL,
     metadata_virtual_interfaces},
    {"GET", "/metadata/v1/keys", "metadata.keys", ROUTE_DATA_PLANE, NULL, metadata_keys},
    {"GET", "/metadata/v1/keys/{}", "metadata.keys", ROUTE_DATA_PLANE, NULL, metadata_keys},
    {"GET", "/metadata/v1/placement_groups/{}", "metadata.placement_groups", ROUTE_DATA_PLANE, NULL,
     metadata_placement_groups},
    {"GET", "/metadata/v1/placement_groups", "metadata.placement_groups", ROUTE_DATA_PLANE, NULL,
     metadata_placement_groups},
    {"GET", "/_sim/state", "sim.state", ROUTE_ADMIN, NULL, admin_state},
    {"GET", "/_sim/requests", "sim.requests", ROUTE_ADMIN, NULL, admin_requests},
    {"GET", "/_sim/counters", "sim.counters", ROUTE_ADMIN, NULL, admin_counters},
    {"POST", "/_sim/faults", "sim.faults", ROUTE_ADMIN | ROUTE_JSON, NULL, admin_faults},
    {"POST", "/_sim/reset", "sim.reset", ROUTE_ADMIN, NULL, admin_reset},
    {"POST", "/_sim/quit", "sim.quit", ROUTE_ADMIN, NULL, admin_quit},
    {0},
};

const struct route *routes_all(void)
{
    return table;
}

/* Splits the path; an empty or encoded segment never matches a pattern's word. */
static void split(struct request *request, const char *path)
{
    request->segment_text = mem_copy(path);
    request->segment_count = 0;
    char *rest = request->segment_text;
    while (rest != NULL && *rest == '/') {
        *rest++ = '\0';
        if (request->segment_count == REQUEST_SEGMENTS_MAX) {
            request->segment_count = 0;
            return;
        }
        request->segments[request->segment_count++] = rest;
        rest = strchr(rest, '/');
    }
}

/* A path that begins with the name of a region is that region's: /us-east/v1/instances. */
static void take_region(struct request *request)
{
    request->region = &request->sim->regions[0];
    if (request->segment_count > 1) {
        struct region *region = store_find_region(request->sim, request->segments[0]);
        if (region != NULL) {
            request->region = region;
            request->segment_count--;
            memmove(request->segments, request->segments + 1, request->segment_count * sizeof(request->segments[0]));
        }
    }
}

static bool match(struct request *request, const char *pattern)
{
    size_t arguments = 0;
    const char *argument[3] = {NULL};

    for (size_t i = 0; i < request->segment_count; i++) {
        if (*pattern++ != '/') {
            return false;
        }
        size_t size = strcspn(pattern, "/");
        const char *segment = request->segments[i];
        if (size == 2 && strncmp(pattern, "{}", 2) == 0 && *segment != '\0') {
            argument[arguments++] = segment;
        } else if (strlen(segment) != size || memcmp(segment, pattern, size) != 0) {
            return false;
        }
        pattern += size;
    }
    if (*pattern != '\0' || request->segment_count == 0) {
        return false;
    }
    memcpy(request->argument, argument, sizeof(argument));
    return true;
}

void routes_match(struct request *request, struct reply *reply)
{
    struct text allow = {0};

    split(request, request->path);
    take_region(request);
    for (const struct route *route = table; route->method != NULL; route++) {
        if (!match(request, route->pattern)) {
            continue;
        }
        if (strcmp(route->method, request->method) == 0) {
            request->route = route;
            text_free(&allow);
            return;
        }
        if (allow.size > 0) {
            text_append(&allow, ", ");
        }
        text_append(&allow, route->method);
    }
    if (allow.size > 0) {
        reply_header(reply, "Allow", "%s", text_string(&allow));
        reply_error(reply, 405, "method_not_allowed", "The method is not allowed on this path.");
    } else {
        reply_error(reply, 404, "not_found", "The path does not exist.");
    }
    text_free(&allow);
}

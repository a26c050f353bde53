/* The table of the paths of the metadata API. */
#include "resource/resource_metadata.h"

#include <stddef.h>

const struct resource_metadata_path resource_metadata_paths[] = {
    {.path = "instance"},
    {.path = "instance/initialization"},
    {.path = "instance/network_interfaces", .list = true},
    {.path = "instance/network_attachments", .list = true},
    {.path = "instance/cluster_network_attachments", .list = true},
    {.path = "instance/volume_attachments", .list = true},
    {.path = "instance/software_attachments", .list = true},
    {.path = "virtual_network_interfaces", .list = true},
    {.path = "keys", .list = true},
    {.path = "placement_groups", .list = true},
    {.path = "bare_metal_servers", .list = true, .parts = true, .own = "initialization"},
    {.path = NULL},
};

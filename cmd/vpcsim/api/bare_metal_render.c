/* The body of a bare metal server: every member that vpc-api.md 2.11 lists. */
#include <stdio.h>
#include <string.h>

#include "vpcsim/api/render.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/copy.h"

enum { SALT_DISK = 20, SALT_NIC = 21, SALT_VNI = 22 };

#define FIELD(name) RESPONSE_FIELD(struct bare_metal, server, name)

FIELD(api)
{
    text_append(out, region->api);
}

FIELD(id)
{
    text_append(out, server->entity.id);
}

FIELD(name)
{
    reply_escaped(out, server->entity.name);
}

FIELD(crn)
{
    render_crn(region, "bare-metal-server", server->zone, server->entity.id, out);
}

FIELD(created_at)
{
    render_stamp(server->entity.created_s, out);
}

FIELD(bandwidth)
{
    reply_format(out, "%d", server->bandwidth);
}

FIELD(cpu)
{
    const struct profile *profile = server->profile;
    reply_format(out, "{\"architecture\":\"%s\",\"core_count\":%u,\"socket_count\":%u,\"threads_per_core\":2}",
                 profile->architecture, profile->vcpu / 2, profile->sockets);
}

FIELD(memory)
{
    reply_format(out, "%u", server->profile->memory);
}

FIELD(profile)
{
    reply_escaped(out, server->profile->name);
}

FIELD(secure_boot)
{
    text_append(out, server->secure_boot ? "true" : "false");
}

FIELD(tpm)
{
    reply_format(out, "{\"enabled\":%s,\"mode\":\"%s\",\"supported_modes\":[\"disabled\",\"tpm_2\"]}",
                 server->tpm ? "true" : "false", server->tpm ? "tpm_2" : "disabled");
}

FIELD(status)
{
    text_append(out, store_status_name(server->status));
}

FIELD(status_reasons)
{
    text_append(out, server->status == STATUS_FAILED
                         ? "[{\"code\":\"cannot_start\",\"message\":\"The server cannot start.\"}]"
                         : "[]");
}

FIELD(lifecycle)
{
    text_append(out, store_lifecycle_name(server->lifecycle));
}

FIELD(metadata)
{
    reply_format(out, "{\"enabled\":%s,\"protocol\":\"%s\"}", server->metadata.enabled ? "true" : "false",
                 server->metadata.https ? "https" : "http");
}

FIELD(affinity)
{
    text_append(out, server->affinity_manual ? "manual" : server->affinity_automatic ? "automatic" : "disabled");
}

FIELD(resource_group)
{
    render_resource_group(server->resource_group, out);
}

FIELD(vpc)
{
    render_vpc_reference(region, server->vpc, out);
}

FIELD(zone)
{
    render_zone(region, server->zone, out);
}

static void append_prefix(struct text *out, const struct region *region, const struct bare_metal *server)
{
    text_append(out, region->zone_prefix[server->zone]);
}

static void append_disk_id(struct text *out, const struct region *region, const struct bare_metal *server,
                           unsigned number)
{

    append_prefix(out, region, server);
    text_append_char(out, '-');
    render_uuid(server->entity.key, SALT_DISK + number * 100, out);
}

FIELD(boot_disk)
{
    append_disk_id(out, region, server, 0);
}

FIELD(disks)
{
    text_append_char(out, '[');
    for (unsigned i = 0; i < server->profile->disks; i++) {
        text_append(out, i > 0 ? ",{" : "{");
        if (i == 0) {
            reply_format(
                out, "\"allowed_use\":{\"api_version\":\"%s\",\"bare_metal_server\":", server->allowed_use.api_version);
            reply_string(out, server->allowed_use.bare_metal_server ? server->allowed_use.bare_metal_server : "true");
            text_append(out, "},");
        }
        text_append(out, "\"created_at\":\"");
        created_at_of(out, region, server);
        reply_format(out, "\",\"href\":\"%s/bare_metal_servers/%s/disks/", region->api, server->entity.id);
        append_disk_id(out, region, server, i);
        text_append(out, "\",\"id\":\"");
        append_disk_id(out, region, server, i);
        reply_format(out,
                     "\",\"interface_type\":\"%s\",\"name\":\"disk-%s\",\"resource_type\":"
                     "\"bare_metal_server_disk\",\"size\":%u}",
                     i == 0 ? "sata" : "nvme", i == 0 ? "boot" : "local", server->profile->disk_size);
    }
    text_append_char(out, ']');
}

static void append_interface(struct text *out, const struct region *region, const struct bare_metal *server,
                             const char *path)
{
    struct text id = {0};

    append_prefix(&id, region, server);
    text_append_char(&id, '-');
    render_uuid(server->entity.key, SALT_NIC, &id);
    reply_format(out, "{\"href\":\"%s/bare_metal_servers/%s%s%s\",\"id\":\"%s\",\"name\":\"pci0\",\"primary_ip\":",
                 region->api, server->entity.id, path, text_string(&id), text_string(&id));
    text_free(&id);
    render_primary_ip(region, &server->entity, server->subnet, "-ip", out);
    reply_format(out, ",\"resource_type\":\"%s\",\"subnet\":",
                 path[9] == 'a' ? "bare_metal_server_network_attachment" : "network_interface");
    render_subnet_reference(region, server->subnet, out);
}

FIELD(interface_field)
{
    append_interface(out, region, server, "/network_interfaces/");
    text_append_char(out, '}');
}

static void append_network_attachment(struct text *out, const struct region *region, const struct bare_metal *server)
{
    struct reference what = {"virtual-network-interface", "virtual_network_interfaces", "virtual_network_interface",
                             server->zone};
    char uuid[UUID_SIZE];
    char id[ID_MAX];
    char name[96];
    random_uuid(server->entity.key, SALT_VNI, uuid);
    snprintf(id, sizeof(id), "%s-%s", region->zone_prefix[server->zone], uuid);
    snprintf(name, sizeof(name), "%.63s-vni", server->entity.name);
    struct entity vni = {.id = id, .name = name};
    append_interface(out, region, server, "/network_attachments/");
    text_append(out, ",\"virtual_network_interface\":");
    render_reference(region, &vni, &what, out);
    text_append_char(out, '}');
}

FIELD(attachments)
{
    if (!server->interface_style) {
        text_append(out, "\"network_attachments\":[");
        append_network_attachment(out, region, server);
        text_append(out, "],");
    }
}

FIELD(primary_attachment)
{
    if (!server->interface_style) {
        text_append(out, "\"primary_network_attachment\":");
        append_network_attachment(out, region, server);
        text_append_char(out, ',');
    }
}

static const struct response_field bare_metal_fields[] = {
    {"api", append_api},
    {"id", append_id},
    {"name", append_name},
    {"crn", append_crn},
    {"created_at", append_created_at},
    {"bandwidth", append_bandwidth},
    {"cpu", append_cpu},
    {"memory", append_memory},
    {"profile", append_profile},
    {"secure_boot", append_secure_boot},
    {"tpm", append_tpm},
    {"status", append_status},
    {"status_reasons", append_status_reasons},
    {"lifecycle", append_lifecycle},
    {"metadata", append_metadata},
    {"affinity", append_affinity},
    {"resource_group", append_resource_group},
    {"vpc", append_vpc},
    {"zone", append_zone},
    {"boot_disk", append_boot_disk},
    {"disks", append_disks},
    {"interface", append_interface_field},
    {"attachments", append_attachments},
    {"primary_attachment", append_primary_attachment},
    {0},
};

static const char bare_metal_pattern[] =
    "{'bandwidth':@bandwidth@,"
    "'boot_target':{'href':'@api@/bare_metal_servers/@id@/disks/@boot_disk@','id':'@boot_disk@',"
    "'name':'disk-boot','resource_type':'bare_metal_server_disk'},"
    "'cpu':@cpu@,"
    "'created_at':'@created_at@',"
    "'crn':'@crn@',"
    "'disks':@disks@,"
    "'enable_secure_boot':@secure_boot@,"
    "'firmware':{'update':'none'},"
    "'health_reasons':[],'health_state':'ok',"
    "'href':'@api@/bare_metal_servers/@id@',"
    "'id':'@id@',"
    "'lifecycle_reasons':[],'lifecycle_state':'@lifecycle@',"
    "'memory':@memory@,"
    "'metadata_service':@metadata@,"
    "'name':'@name@',"
    "@attachments@"
    "'network_interfaces':[@interface@],"
    "@primary_attachment@"
    "'primary_network_interface':@interface@,"
    "'profile':{'href':'@api@/bare_metal_server/profiles/@profile@','name':'@profile@',"
    "'resource_type':'bare_metal_server_profile'},"
    "'reservation_affinity':{'policy':'@affinity@','pool':[]},"
    "'resource_group':@resource_group@,"
    "'resource_type':'bare_metal_server',"
    "'status':'@status@','status_reasons':@status_reasons@,"
    "'trusted_platform_module':@tpm@,"
    "'vpc':@vpc@,"
    "'zone':@zone@}";

static void body(const struct region *region, const struct entity *server, struct text *out)
{
    response_render(&region->sim->response_templates->bare_metal, bare_metal_pattern, bare_metal_fields, region, server,
                    out);
}

void render_bare_metal(const struct region *region, const struct bare_metal *server, struct text *out)
{
    render_recorded(region, &server->entity, body, out);
}

void render_bare_metal_initialization(const struct region *region, const struct bare_metal *server, struct text *out)
{
    if (server->initialization != NULL) {
        text_append_size(out, server->initialization->text, server->initialization->size);
        return;
    }
    text_append_char(out, '{');
    if (server->trusted_profile.id != NULL) {
        text_append(out, "\"default_trusted_profile\":");
        render_trusted_profile(region, &server->trusted_profile, out);
        text_append_char(out, ',');
    }
    if (server->image != NULL) {
        text_append(out, "\"image\":");
        render_image_reference(region, server->image, out);
        text_append_char(out, ',');
    }
    text_append(out, "\"keys\":");
    render_keys(region, server->keys, out);
    text_append(out, ",\"user_accounts\":[");
    if (server->image != NULL && server->image->windows && server->keys != 0) {
        struct text keys = {0};
        render_keys(region, server->keys & (~server->keys + 1), &keys);
        text_append(out, "{\"encrypted_password\":\"qQ+/YEApnl1ZtEgIrfprzb065307thTkzlnLqL5ICpesdbBN03dyCQ==\","
                         "\"encryption_key\":");
        text_append_size(out, text_string(&keys) + 1, keys.size - 2);
        text_append(out, ",\"resource_type\":\"host_user_account\",\"username\":\"Administrator\"}");
        text_free(&keys);
    }
    text_append(out, "]}");
}
